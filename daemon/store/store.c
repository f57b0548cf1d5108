/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/store.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/store_ops.h"

struct tz_store {
    const struct tz_store_ops *ops;
    void *db;
    struct tz_log *log;
    struct tz_store_info info; /* its position is kept in `position` */
    _Atomic uint64_t position; /* committed; any thread reads it */
    bool in_transaction;
    uint64_t last; /* in the transaction */
};

struct tz_reader {
    const struct tz_store_ops *ops;
    void *reader;
    bool in_snapshot;
};

int tz_store_open(struct tz_store **out, const struct tz_store_options *options, char *why, size_t why_size)
{
    why[0] = '\0';
    struct tz_store *s = calloc(1, sizeof *s);
    if (!s)
        return TZ_ENOMEM;
    s->ops = &tz_sqlite_ops;
    s->log = options->log;
    int rc = s->ops->open(&s->db, options, &s->info, why, why_size);
    if (rc) {
        free(s);
        return rc;
    }
    atomic_init(&s->position, s->info.position);
    *out = s;
    return TZ_OK;
}

void tz_store_close(struct tz_store *s)
{
    if (!s)
        return;
    tz_store_rollback(s);
    s->ops->close(s->db);
    free(s);
}

struct tz_store_info tz_store_info(const struct tz_store *s)
{
    struct tz_store_info info = s->info;
    info.position = atomic_load(&s->position);
    return info;
}

int tz_store_reopen(struct tz_store *s)
{
    assert(!s->in_transaction);
    struct tz_store_info info;
    int rc = s->ops->reopen(s->db, &info);
    if (rc)
        return rc;
    if (memcmp(info.registry_id, s->info.registry_id, sizeof info.registry_id) != 0 ||
        info.epoch != s->info.epoch)
        return TZ_ECORRUPT;
    atomic_store(&s->position, info.position);
    return TZ_OK;
}

int tz_store_begin(struct tz_store *s, uint64_t *position)
{
    assert(!s->in_transaction);
    int rc = s->ops->begin(s->db, &s->last);
    if (rc)
        return rc;
    s->in_transaction = true;
    *position = s->last;
    return TZ_OK;
}

int tz_store_commit(struct tz_store *s)
{
    assert(s->in_transaction);
    s->in_transaction = false;
    int rc = s->ops->commit(s->db, s->last);
    if (!rc)
        atomic_store(&s->position, s->last);
    else
        tz_log(s->log, TZ_LOG_ERROR, "commit_failed", "backend=%s position=%llu reason=\"%s\"", s->ops->name,
               (unsigned long long)s->last, tz_rc_string(rc));
    return rc;
}

void tz_store_rollback(struct tz_store *s)
{
    if (!s->in_transaction)
        return;
    s->in_transaction = false;
    s->ops->rollback(s->db);
}

int tz_store_checkpoint(struct tz_store *s, bool idle)
{
    assert(!s->in_transaction);
    return s->ops->checkpoint(s->db, idle);
}

static bool key_valid(const struct tz_record_key *k)
{
    return k->committee && k->kind && k->period && k->key && k->key_len;
}

int tz_store_append(struct tz_store *s, const struct tz_entry *e)
{
    assert(s->in_transaction);
    if (e->position != s->last + 1 || !e->header.len || (!e->private_.len && e->salt.len))
        return TZ_EINVAL;
    int rc = s->ops->append(s->db, e);
    if (!rc)
        s->last = e->position;
    return rc;
}

int tz_store_erase(struct tz_store *s, uint64_t position, bool *had)
{
    assert(s->in_transaction);
    return s->ops->erase(s->db, position, had);
}

int tz_store_head(struct tz_store *s, const struct tz_record_key *k, struct tz_head *out)
{
    return key_valid(k) ? s->ops->head(s->db, k, out) : TZ_EINVAL;
}

int tz_store_set_head(struct tz_store *s, const struct tz_record_key *k, const struct tz_head *before,
                      const struct tz_head *head)
{
    assert(s->in_transaction);
    if (!key_valid(k) || head->revision != before->revision + 1 || head->position <= before->position)
        return TZ_EINVAL;
    return s->ops->set_head(s->db, k, before, head);
}

int tz_store_revision(struct tz_store *s, const struct tz_record_key *k, uint64_t revision,
                      uint64_t *position)
{
    return key_valid(k) ? s->ops->revision(s->db, k, revision, position) : TZ_EINVAL;
}

int tz_store_entry(struct tz_store *s, uint64_t position, struct tz_arena *arena, struct tz_entry *out)
{
    return s->ops->entry(s->db, position, arena, out);
}

static bool whole_fits(const struct tz_record_key *part, const struct tz_record_key *whole)
{
    return !whole || (key_valid(whole) && whole->kind == part->kind && whole->period == part->period);
}

int tz_store_set_part(struct tz_store *s, const struct tz_record_key *part,
                      const struct tz_record_key *old_whole, const struct tz_record_key *whole)
{
    assert(s->in_transaction);
    if (!key_valid(part) || !whole_fits(part, old_whole) || !whole_fits(part, whole))
        return TZ_EINVAL;
    return s->ops->set_part(s->db, part, old_whole, whole);
}

int tz_store_has_part(struct tz_store *s, const struct tz_record_key *whole, uint32_t committee, bool *out)
{
    return key_valid(whole) ? s->ops->has_part(s->db, whole, committee, out) : TZ_EINVAL;
}

int tz_store_has_records(struct tz_store *s, uint32_t committee, bool *out)
{
    return s->ops->has_records(s->db, committee, out);
}

int tz_store_committee(struct tz_store *s, uint32_t number, uint64_t *revision, uint64_t *position)
{
    return s->ops->committee(s->db, number, revision, position);
}

int tz_store_set_committee(struct tz_store *s, uint32_t number, uint64_t revision, uint64_t position)
{
    assert(s->in_transaction);
    return number ? s->ops->set_committee(s->db, number, revision, position) : TZ_EINVAL;
}

int tz_store_named(struct tz_store *s, enum tz_named what, const char *name, uint64_t *revision,
                   uint64_t *position)
{
    return s->ops->named(s->db, what, name, revision, position);
}

int tz_store_set_named(struct tz_store *s, enum tz_named what, const char *name, uint64_t revision,
                       uint64_t position)
{
    assert(s->in_transaction);
    return name[0] ? s->ops->set_named(s->db, what, name, revision, position) : TZ_EINVAL;
}

int tz_store_add_from_above(struct tz_store *s, uint32_t committee, uint64_t position)
{
    assert(s->in_transaction);
    return committee && position <= s->last ? s->ops->add_from_above(s->db, committee, position) : TZ_EINVAL;
}

int tz_reader_open(struct tz_reader **out, struct tz_store *s)
{
    struct tz_reader *r = calloc(1, sizeof *r);
    if (!r)
        return TZ_ENOMEM;
    r->ops = s->ops;
    int rc = r->ops->reader_open(&r->reader, s->db);
    if (rc) {
        free(r);
        return rc;
    }
    *out = r;
    return TZ_OK;
}

void tz_reader_close(struct tz_reader *r)
{
    if (!r)
        return;
    tz_reader_end(r);
    r->ops->reader_close(r->reader);
    free(r);
}

int tz_reader_begin(struct tz_reader *r, uint64_t *position)
{
    assert(!r->in_snapshot);
    int rc = r->ops->reader_begin(r->reader, position);
    r->in_snapshot = !rc;
    return rc;
}

void tz_reader_end(struct tz_reader *r)
{
    if (!r->in_snapshot)
        return;
    r->in_snapshot = false;
    r->ops->reader_end(r->reader);
}

int tz_reader_head(struct tz_reader *r, const struct tz_record_key *k, struct tz_head *out)
{
    assert(r->in_snapshot);
    return key_valid(k) ? r->ops->reader_head(r->reader, k, out) : TZ_EINVAL;
}

int tz_reader_revision(struct tz_reader *r, const struct tz_record_key *k, uint64_t revision,
                       uint64_t *position)
{
    assert(r->in_snapshot);
    return key_valid(k) ? r->ops->reader_revision(r->reader, k, revision, position) : TZ_EINVAL;
}

int tz_reader_entry(struct tz_reader *r, uint64_t position, struct tz_arena *arena, struct tz_entry *out)
{
    assert(r->in_snapshot);
    return r->ops->reader_entry(r->reader, position, arena, out);
}

int tz_reader_heads(struct tz_reader *r, uint32_t committee, uint32_t kind, uint32_t period,
                    const struct tz_record_key *after, bool withdrawn, bool with_entry, tz_visit_head visit,
                    void *ctx)
{
    assert(r->in_snapshot);
    if (after && after->committee != committee)
        return TZ_EINVAL;
    return r->ops->reader_heads(r->reader, committee, kind, period, after, withdrawn, with_entry, visit, ctx);
}

int tz_reader_all(struct tz_reader *r, tz_visit_head visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_all(r->reader, visit, ctx);
}

int tz_reader_journal(struct tz_reader *r, uint64_t from, tz_visit_entry visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_journal(r->reader, from, visit, ctx);
}

int tz_reader_outline(struct tz_reader *r, uint64_t from, tz_visit_entry visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_outline(r->reader, from, visit, ctx);
}

int tz_reader_committees(struct tz_reader *r, tz_visit_entry visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_committees(r->reader, visit, ctx);
}

int tz_reader_named(struct tz_reader *r, enum tz_named what, tz_visit_entry visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_named(r->reader, what, visit, ctx);
}

int tz_reader_from_above(struct tz_reader *r, uint32_t committee, tz_visit_entry visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_from_above(r->reader, committee, visit, ctx);
}

int tz_reader_rows(struct tz_reader *r, enum tz_table table, tz_visit_row visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_rows(r->reader, table, visit, ctx);
}

int tz_reader_integrity(struct tz_reader *r, enum tz_integrity how, tz_visit_text visit, void *ctx)
{
    assert(r->in_snapshot);
    return r->ops->reader_integrity(r->reader, how, visit, ctx);
}

void tz_reader_interrupt(struct tz_reader *r)
{
    r->ops->reader_interrupt(r->reader);
}
