/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/fault.h"

#ifdef TZ_FAULTS

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROW(name) name,
const char *const tz_fault_names[] = {TZ_FAULT_POINTS(ROW) NULL};
#undef ROW

enum action { KILL, EXIT, STALL };

struct fault {
    char name[64];
    unsigned long nth;
    enum action action;
};

/* Passages of the point that TAIZHANG_FAULT names: only one is ever asked for in a process. */
static atomic_ulong passed;

static bool listed(const char *name)
{
    for (const char *const *at = tz_fault_names; *at; at++)
        if (strcmp(*at, name) == 0)
            return true;
    return false;
}

static bool read_action(const char *text, enum action *out)
{
    static const char *const words[] = {[KILL] = "kill", [EXIT] = "exit", [STALL] = "stall"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = (enum action)i;
            return true;
        }
    return false;
}

static bool read_fault(const char *text, struct fault *out)
{
    size_t len = strcspn(text, ":=");
    if (len >= sizeof out->name)
        return false;
    memcpy(out->name, text, len);
    out->name[len] = '\0';
    out->nth = 1;
    out->action = KILL;
    text += len;
    if (*text == ':') {
        char *end;
        if (text[1] < '1' || text[1] > '9')
            return false;
        out->nth = strtoul(text + 1, &end, 10);
        text = end;
    }
    if (*text == '=' && !read_action(text + 1, &out->action))
        return false;
    return listed(out->name) && (*text == '\0' || *text == '=');
}

static void strike(enum action action)
{
    switch (action) {
    case KILL:
        (void)kill(getpid(), SIGKILL);
        for (;;)
            pause(); /* the signal may be another thread's to take */
    case EXIT:
        _exit(TZ_FAULT_EXIT);
    case STALL:
        (void)kill(getpid(), SIGSTOP);
    }
}

long long tz_fault_clock(void)
{
    const char *text = getenv("TAIZHANG_FAULT_CLOCK");
    char *end;
    if (!text || !*text)
        return 0;
    long long seconds = strtoll(text, &end, 10);
    if (*end) {
        fprintf(stderr, "TAIZHANG_FAULT_CLOCK=%s: not a number of seconds\n", text);
        abort();
    }
    return seconds;
}

void tz_fault_point(const char *name)
{
    struct fault fault;
    const char *text = getenv("TAIZHANG_FAULT");
    if (!listed(name)) {
        fprintf(stderr, "%s is not in the table of fault points\n", name);
        abort();
    }
    if (!text || !*text)
        return;
    if (strcmp(text, "tell") == 0) {
        fprintf(stderr, "fault point %s\n", name);
        return;
    }
    if (!read_fault(text, &fault)) {
        fprintf(stderr, "TAIZHANG_FAULT=%s: no such fault point, or not NAME[:N][=kill|exit|stall]\n", text);
        abort();
    }
    if (strcmp(fault.name, name) == 0 && atomic_fetch_add(&passed, 1) + 1 == fault.nth)
        strike(fault.action);
}

#endif
