/* SPDX-License-Identifier: Apache-2.0
 *
 * All views together: tree, cube, reporting sets and principals, under one rwlock, at one journal position.
 * The writer takes the lock after its commit; a query takes it for one computation.
 */
#ifndef TZ_DAEMON_VIEWS_VIEWS_H
#define TZ_DAEMON_VIEWS_VIEWS_H

#include <pthread.h>

#include "common/totals/cube.h"
#include "common/totals/view_record.h"
#include "daemon/store/store.h"
#include "daemon/views/principals.h"

struct tz_views {
    pthread_rwlock_t lock;
    struct tz_tree *tree;
    struct tz_cube *cube;
    uint64_t position; /* all entries up to here are in */
    uint64_t epoch;
    struct tz_reporting_sets *sets;
    struct tz_principals
        *principals; /* the pointer stays, so that its generation can be read without the lock */
};

/* Built from the store's current state, with the tree of today: the day of the clock or of the last entry,
 * whichever is later. */
int tz_views_open(struct tz_views **out, struct tz_reader *r, const struct tz_env *env,
                  struct tz_log *log) TZ_MUSTCHECK;
/* A day that has come: what was to change on it, or since, changes. The position stays. An earlier day
 * changes nothing. Of the writer's thread. TZ_ENOMEM: the views are unusable. */
int tz_views_day(struct tz_views *v, const char *date) TZ_MUSTCHECK;
void tz_views_free(struct tz_views *v);

/* Not recursive: a thread that holds the read lock must not take it again (a waiting writer goes first). */
void tz_views_read_lock(struct tz_views *v);
void tz_views_unlock(struct tz_views *v);
void tz_views_write_lock(struct tz_views *v);

/* Reporting sets. */
int tz_reporting_sets_put(struct tz_reporting_sets *s, uint64_t revision,
                          const Taizhang__V1__ReportingSetBody *body) TZ_MUSTCHECK;
/* NULL: none. i from 0 over all, by name. */
const Taizhang__V1__ReportingSetBody *tz_reporting_set_find(const struct tz_reporting_sets *s,
                                                            const char *name, uint64_t *revision);
const Taizhang__V1__ReportingSetBody *tz_reporting_set_at(const struct tz_reporting_sets *s, size_t i,
                                                          uint64_t *revision);

#endif
