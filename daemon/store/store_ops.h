/* SPDX-License-Identifier: Apache-2.0
 *
 * What a store backend provides. The front (store.c) checks arguments and the order of calls, so that a
 * backend only translates: every function may assume that it is called as store.h allows. `db` and `reader`
 * are the backend's own.
 */
#ifndef TZ_DAEMON_STORE_STORE_OPS_H
#define TZ_DAEMON_STORE_STORE_OPS_H

#include "daemon/store/store.h"

struct tz_store_ops {
    const char *name;

    int (*open)(void **db, const struct tz_store_options *options, struct tz_store_info *info, char *why,
                size_t why_size);
    void (*close)(void *db);
    int (*reopen)(void *db, struct tz_store_info *info);

    int (*begin)(void *db, uint64_t *position);
    /* position: what the sequencer has after this transaction. */
    int (*commit)(void *db, uint64_t position);
    void (*rollback)(void *db);
    int (*checkpoint)(void *db, bool idle);

    int (*append)(void *db, const struct tz_entry *e);
    int (*erase)(void *db, uint64_t position, bool *had);
    int (*head)(void *db, const struct tz_record_key *k, struct tz_head *out);
    int (*set_head)(void *db, const struct tz_record_key *k, const struct tz_head *before,
                    const struct tz_head *head);
    int (*revision)(void *db, const struct tz_record_key *k, uint64_t revision, uint64_t *position);
    int (*entry)(void *db, uint64_t position, struct tz_arena *arena, struct tz_entry *out);
    int (*set_part)(void *db, const struct tz_record_key *part, const struct tz_record_key *old_whole,
                    const struct tz_record_key *whole);
    int (*has_part)(void *db, const struct tz_record_key *whole, uint32_t committee, bool *out);
    int (*has_records)(void *db, uint32_t committee, bool *out);
    int (*committee)(void *db, uint32_t number, uint64_t *revision, uint64_t *position);
    int (*set_committee)(void *db, uint32_t number, uint64_t revision, uint64_t position);
    int (*named)(void *db, enum tz_named what, const char *name, uint64_t *revision, uint64_t *position);
    int (*set_named)(void *db, enum tz_named what, const char *name, uint64_t revision, uint64_t position);
    int (*add_from_above)(void *db, uint32_t committee, uint64_t position);

    int (*reader_open)(void **reader, void *db);
    void (*reader_close)(void *reader);
    int (*reader_begin)(void *reader, uint64_t *position);
    void (*reader_end)(void *reader);
    int (*reader_head)(void *reader, const struct tz_record_key *k, struct tz_head *out);
    int (*reader_revision)(void *reader, const struct tz_record_key *k, uint64_t revision,
                           uint64_t *position);
    int (*reader_entry)(void *reader, uint64_t position, struct tz_arena *arena, struct tz_entry *out);
    int (*reader_heads)(void *reader, uint32_t committee, uint32_t kind, uint32_t period,
                        const struct tz_record_key *after, bool withdrawn, bool with_entry,
                        tz_visit_head visit, void *ctx);
    int (*reader_all)(void *reader, tz_visit_head visit, void *ctx);
    int (*reader_journal)(void *reader, uint64_t from, tz_visit_entry visit, void *ctx);
    int (*reader_outline)(void *reader, uint64_t from, tz_visit_entry visit, void *ctx);
    int (*reader_committees)(void *reader, tz_visit_entry visit, void *ctx);
    int (*reader_named)(void *reader, enum tz_named what, tz_visit_entry visit, void *ctx);
    int (*reader_from_above)(void *reader, uint32_t committee, tz_visit_entry visit, void *ctx);
    int (*reader_rows)(void *reader, enum tz_table table, tz_visit_row visit, void *ctx);
    int (*reader_integrity)(void *reader, enum tz_integrity how, tz_visit_text visit, void *ctx);
    void (*reader_interrupt)(void *reader);
};

extern const struct tz_store_ops tz_sqlite_ops;

#endif
