/* SPDX-License-Identifier: Apache-2.0
 *
 * An access log in a folder of its own, with a clock that the test owns.
 */
#ifndef TZ_TESTS_UNIT_DAEMON_AUDIT_FIXTURE_H
#define TZ_TESTS_UNIT_DAEMON_AUDIT_FIXTURE_H

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/audit/access_log.h"
#include "daemon/audit/query.h"

struct fixture {
    char top[64];
    char dir[96];
    int64_t wall_ms;
    int64_t mono_us;
    struct tz_env env;
    struct tz_access_log_options options;
    struct tz_access_log *log;
    size_t findings;
    char finding[200];
};

/* 2026-11-28 08:00 in the registry's time zone */
#define FIXTURE_START INT64_C(1795824000000)
#define FIXTURE_DAY   INT64_C(86400000)

static inline int64_t fixture_wall(void *ctx)
{
    return ((struct fixture *)ctx)->wall_ms;
}

static inline int64_t fixture_mono(void *ctx)
{
    return ((struct fixture *)ctx)->mono_us;
}

static inline struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->top, "/tmp/tz-access-XXXXXX");
    assert_non_null(mkdtemp(f->top));
    snprintf(f->dir, sizeof f->dir, "%s/access", f->top);
    f->wall_ms = FIXTURE_START;
    f->mono_us = 1;
    f->env = (struct tz_env){fixture_wall, fixture_mono, NULL, 480, f};
    f->options = (struct tz_access_log_options){
        .dir = f->dir, .env = &f->env, .days = TZ_ACCESS_DAYS_LEAST, .file_bytes = 1 << 20};
    return f;
}

static inline void fixture_open(struct fixture *f)
{
    char why[256] = "";
    if (tz_access_log_open(&f->log, &f->options, why, sizeof why) != TZ_OK)
        fail_msg("%s", why);
}

static inline void fixture_close(struct fixture *f)
{
    tz_access_log_close(f->log);
    f->log = NULL;
}

static inline void fixture_free(struct fixture *f)
{
    struct tz_access_files files;
    char path[TZ_ACCESS_PATH_MAX];
    fixture_close(f);
    assert_int_equal(tz_access_files_list(f->dir, &files), TZ_OK);
    for (size_t i = 0; i < files.count; i++) {
        assert_int_equal(tz_access_file_path(f->dir, files.first[i], path), TZ_OK);
        unlink(path);
    }
    tz_access_files_free(&files);
    rmdir(f->dir);
    assert_int_equal(rmdir(f->top), 0);
    free(f);
}

static inline size_t fixture_files(const struct fixture *f, uint64_t *newest)
{
    struct tz_access_files files;
    assert_int_equal(tz_access_files_list(f->dir, &files), TZ_OK);
    size_t n = files.count;
    if (newest)
        *newest = n ? files.first[n - 1] : 0;
    tz_access_files_free(&files);
    return n;
}

/* The descriptor of the file whose first line is this. */
static inline int fixture_file(const struct fixture *f, uint64_t first, int flags)
{
    char path[TZ_ACCESS_PATH_MAX];
    assert_int_equal(tz_access_file_path(f->dir, first, path), TZ_OK);
    int fd = open(path, flags);
    assert_true(fd >= 0);
    return fd;
}

static inline void fixture_add(struct fixture *f, const char *object)
{
    const struct tz_access_event e = {.type = TZ_ACCESS_CHANGED,
                                      .principal = "key:0123456789abcdef",
                                      .committee = "350100",
                                      .peer = "10.0.0.1:40112",
                                      .request = "submit",
                                      .object = object,
                                      .count = 1,
                                      .position = 17};
    tz_access_log_add(f->log, &e);
    tz_access_log_flush(f->log);
}

static inline void fixture_finding(void *ctx, uint64_t number, const char *finding)
{
    struct fixture *f = ctx;
    f->findings++;
    snprintf(f->finding, sizeof f->finding, "%llu: %s", (unsigned long long)number, finding);
}

/* The number of the last line; the findings are counted. */
static inline uint64_t fixture_verify(struct fixture *f)
{
    struct tz_access_extent extent;
    f->findings = 0;
    f->finding[0] = '\0';
    assert_int_equal(tz_access_verify(f->dir, fixture_finding, f, &extent), TZ_OK);
    return extent.last;
}

/* What a query gives: how many, the numbers of the first and last, and the last event's texts. */
struct fixture_found {
    size_t limit;
    size_t count;
    uint64_t first;
    uint64_t last;
    uint64_t sum; /* of the counts */
    enum tz_access_type type;
    char object[500];
    char reason[100];
};

static inline int fixture_take(void *ctx, const struct tz_access_event *e,
                               const uint8_t sha256[TZ_SHA256_SIZE])
{
    struct fixture_found *found = ctx;
    (void)sha256;
    if (found->limit && found->count == found->limit)
        return 1;
    if (found->count++ == 0)
        found->first = e->number;
    found->last = e->number;
    found->sum += e->count;
    found->type = e->type;
    snprintf(found->object, sizeof found->object, "%s", e->object);
    snprintf(found->reason, sizeof found->reason, "%s", e->reason);
    return 0;
}

static inline struct tz_access_page
fixture_query(const struct fixture *f, const struct tz_access_filter *filter, struct fixture_found *found)
{
    struct tz_access_page page;
    assert_int_equal(tz_access_query(f->dir, f->log ? tz_access_log_marks(f->log) : NULL, filter, UINT64_MAX,
                                     fixture_take, found, &page),
                     TZ_OK);
    return page;
}

#endif
