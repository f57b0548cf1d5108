/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/recheck.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STOP_MS = 5 };

struct tz_recheck {
    struct tz_reader *reader;
    struct tz_log *log;
    pthread_t thread;
    atomic_bool stopping;
    atomic_bool ended;
    unsigned findings;
};

static int on_finding(void *ctx, const char *text)
{
    struct tz_recheck *c = ctx;
    char quoted[400];
    c->findings++;
    tz_log(c->log, TZ_LOG_ERROR, "quick_check_finding", "text=%s",
           tz_log_quote(quoted, sizeof quoted, text, strlen(text)));
    return TZ_OK;
}

static void *run(void *ctx)
{
    struct tz_recheck *c = ctx;
    uint64_t position;
    int rc = atomic_load(&c->stopping) ? TZ_ECLOSED : tz_reader_begin(c->reader, &position);
    if (rc == TZ_OK) {
        rc = tz_reader_integrity(c->reader, TZ_INTEGRITY_QUICK, on_finding, c);
        tz_reader_end(c->reader);
    }
    if (rc != TZ_OK || c->findings > 0)
        tz_log(c->log, rc == TZ_ECLOSED ? TZ_LOG_INFO : TZ_LOG_ERROR, "quick_check",
               "result=\"%s\" findings=%u", tz_rc_string(rc), c->findings);
    else
        tz_log(c->log, TZ_LOG_INFO, "quick_check", "result=ok position=%llu", (unsigned long long)position);
    atomic_store(&c->ended, true);
    return NULL;
}

int tz_recheck_start(struct tz_recheck **out, struct tz_store *store, struct tz_log *log)
{
    struct tz_recheck *c = calloc(1, sizeof *c);
    if (!c)
        return TZ_ENOMEM;
    c->log = log;
    int rc = tz_reader_open(&c->reader, store);
    if (rc == TZ_OK && pthread_create(&c->thread, NULL, run, c) != 0) {
        tz_reader_close(c->reader);
        rc = TZ_ENOMEM;
    }
    if (rc != TZ_OK) {
        free(c);
        return rc;
    }
    *out = c;
    return TZ_OK;
}

void tz_recheck_stop(struct tz_recheck *c)
{
    const struct timespec pause = {.tv_nsec = STOP_MS * 1000000L};
    if (!c)
        return;
    atomic_store(&c->stopping, true);
    /* An interrupt that comes before the check has begun is lost. */
    while (!atomic_load(&c->ended)) {
        tz_reader_interrupt(c->reader);
        nanosleep(&pause, NULL);
    }
    pthread_join(c->thread, NULL);
    tz_reader_close(c->reader);
    free(c);
}
