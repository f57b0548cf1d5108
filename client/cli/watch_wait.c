/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_wait.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "client/cli/watch_files.h"
#include "client/cli/watch_folder.h"
#include "common/schema/schema.h"

enum { COALESCE_US = 200 * 1000 };

static void ending_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

int tz_watch_wait_open(struct tz_watch_wait *w)
{
    static const int ignored[] = {SIGHUP, SIGPIPE, SIGIO, SIGXFSZ};
    sigset_t ending;
    *w = (struct tz_watch_wait){.signals = -1, .notify = -1};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        if (signal(ignored[i], SIG_IGN) == SIG_ERR)
            return TZ_EIO;
    ending_signals(&ending);
    if (sigprocmask(SIG_BLOCK, &ending, NULL) != 0)
        return TZ_EIO;
    w->signals = signalfd(-1, &ending, SFD_NONBLOCK | SFD_CLOEXEC);
    return w->signals >= 0 ? TZ_OK : TZ_EIO;
}

void tz_watch_wait_close(struct tz_watch_wait *w)
{
    tz_watch_wait_off(w);
    if (w->signals >= 0)
        close(w->signals);
    w->signals = -1;
}

bool tz_watch_wait_stopped(void)
{
    sigset_t pending;
    /* Never taken from the queue, so it stays true. */
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT));
}

static bool watch_one(struct tz_watch_wait *w, const char *path, uint32_t how)
{
    const uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF;
    return inotify_add_watch(w->notify, path, mask | IN_ONLYDIR | how) >= 0;
}

bool tz_watch_wait_on(struct tz_watch_wait *w, const char *folder)
{
    if (w->notify < 0)
        w->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->notify < 0)
        return false;
    if (!watch_one(w, folder, 0)) {
        int why = errno;
        tz_watch_wait_off(w);
        errno = why;
        return false;
    }
    /* A subfolder that is not there is no failure. */
    for (uint32_t number = 0; number <= TZ_KINDS; number++) {
        const struct tz_kind_info *kind = tz_kind_info(number);
        char path[TZ_PATH_SIZE];
        for (size_t i = 0; kind && i < 2; i++)
            if (tz_files_join(path, folder, i == 0 ? kind->name : kind->zh) == TZ_OK)
                (void)watch_one(w, path, IN_DONT_FOLLOW);
    }
    return true;
}

void tz_watch_wait_off(struct tz_watch_wait *w)
{
    if (w->notify >= 0)
        close(w->notify);
    w->notify = -1;
}

/* Takes what inotify has to say. Whether any of it is about a file that we would take, or about folders:
 * a status file that is written there must not wake its own writer. */
static bool drain(const struct tz_watch_wait *w)
{
    _Alignas(struct inotify_event) char events[8192];
    bool matters = false;
    ssize_t n;
    while ((n = read(w->notify, events, sizeof events)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *e = (const struct inotify_event *)(const void *)(events + at);
            matters |= e->len == 0 || (e->mask & IN_ISDIR) || tz_folder_takes(e->name);
            at += (ssize_t)sizeof *e + e->len;
        }
    }
    return matters;
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Polls until the time, or what is asked for. */
static void poll_until(struct pollfd *fds, nfds_t count, int64_t until_us)
{
    int64_t left = until_us - now_us();
    struct timespec t = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
    if (left < 0)
        t = (struct timespec){0};
    if (ppoll(fds, count, &t, NULL) < 0)
        for (nfds_t i = 0; i < count; i++)
            fds[i].revents = 0;
}

enum tz_watch_woken tz_watch_wait(struct tz_watch_wait *w, int64_t timeout_us)
{
    int64_t until_us = now_us() + timeout_us;
    bool changed = false;
    do {
        struct pollfd fds[] = {{.fd = w->signals, .events = POLLIN}, {.fd = w->notify, .events = POLLIN}};
        poll_until(fds, changed ? 1 : 2, until_us);
        if (tz_watch_wait_stopped())
            return TZ_WATCH_STOP;
        if (fds[1].revents && !changed && drain(w)) {
            int64_t soon_us = now_us() + COALESCE_US;
            changed = true;
            until_us = soon_us < until_us ? soon_us : until_us;
        }
    } while (now_us() < until_us);
    if (changed)
        (void)drain(w);
    return changed ? TZ_WATCH_CHANGE : TZ_WATCH_TIME;
}
