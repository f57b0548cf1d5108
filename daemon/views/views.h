/* SPDX-License-Identifier: Apache-2.0
 *
 * All views together: tree, cube and reporting sets, under one rwlock, at one journal position. The writer
 * takes the lock after its commit; a query takes it for one computation.
 */
#ifndef TZ_DAEMON_VIEWS_VIEWS_H
#define TZ_DAEMON_VIEWS_VIEWS_H

#include <pthread.h>

#include "daemon/views/cube.h"

struct tz_views {
    pthread_rwlock_t lock;
    struct tz_tree *tree;
    struct tz_cube *cube;
    uint64_t position; /* all entries up to here are in */
    uint64_t epoch;
    struct tz_reporting_sets *sets;
};

/* Built from the store's current state. */
int tz_views_open(struct tz_views **out, struct tz_reader *r, struct tz_log *log) TZ_MUSTCHECK;
void tz_views_free(struct tz_views *v);

/* Not recursive: a thread that holds the read lock must not take it again (a waiting writer goes first). */
void tz_views_read_lock(struct tz_views *v);
void tz_views_unlock(struct tz_views *v);
void tz_views_write_lock(struct tz_views *v);

/* Makes a view record of stored bytes (body decoded into the arena). The tree resolves codes of places and
 * wholes. TZ_ECORRUPT: not the bytes of such a record. */
int tz_view_record_make(const struct tz_tree *tree, const struct tz_record_key *key, struct tz_bytes body,
                        struct tz_arena *arena, struct tz_view_record *out) TZ_MUSTCHECK;
/* The same from a record already decoded. */
int tz_view_record_from(const struct tz_tree *tree, const struct tz_record_key *key,
                        const struct tz_record *record, struct tz_arena *arena,
                        struct tz_view_record *out) TZ_MUSTCHECK;
/* The state of a whole for tz_cube_apply, from its stored bytes (NULL bytes: not live). */
int tz_whole_state_make(const struct tz_tree *tree, const struct tz_record_key *key,
                        const struct tz_bytes *body, struct tz_arena *arena,
                        struct tz_whole_state *out) TZ_MUSTCHECK;

/* Reporting sets. */
int tz_reporting_sets_put(struct tz_reporting_sets *s, uint64_t revision,
                          const Taizhang__V1__ReportingSetBody *body) TZ_MUSTCHECK;
/* NULL: none. i from 0 over all, by name. */
const Taizhang__V1__ReportingSetBody *tz_reporting_set_find(const struct tz_reporting_sets *s,
                                                            const char *name, uint64_t *revision);
const Taizhang__V1__ReportingSetBody *tz_reporting_set_at(const struct tz_reporting_sets *s, size_t i,
                                                          uint64_t *revision);

#endif
