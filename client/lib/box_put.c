/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of the caller's into the outbox: read, checked as far as it can be done here, stored in one step.
 * What can only break the registry's rules is left to the registry: a repeat of what it holds is never wrong.
 */
#include <stdio.h>
#include <string.h>

#include "client/lib/box_internal.h"
#include "client/lib/outbox.h"
#include "client/lib/outcome.h"
#include "common/schema/header.h"
#include "common/schema/record.h"

/* Of a record until all are stored. */
struct kept {
    enum tz_box_put_code put;
    int64_t id;
    const char *address;
    const struct tz_errors *errors; /* NULL: none */
};

struct putting {
    struct tz_box *box;
    struct tz_arena arena;   /* of all records */
    struct tz_arena scratch; /* of one */
    struct kept *kept;
    size_t wrong;
    int64_t today;
};

/* Room for one record, however it is given, and for the errors of a million. */
#define SCRATCH_MAX ((size_t)16 << 20)
#define ARENA_MAX   ((size_t)4 << 30)

/* --- arguments --- */

static const char *wrong_with(const struct tz_box_record *r)
{
    bool bytes = r->body || r->body_len > 0 || r->private_bytes || r->private_len > 0;
    bool fields = r->fields || r->field_count > 0;
    if (!r->committee || !r->period || !r->key)
        return "committee, period, key";
    if (r->withdraw)
        return bytes || fields ? "withdraw" : NULL;
    if (bytes == fields)
        return "body, fields";
    if ((!r->body && r->body_len > 0) || (!r->private_bytes && r->private_len > 0) ||
        (!r->fields && r->field_count > 0))
        return "body, private_bytes, fields";
    for (size_t i = 0; i < r->field_count; i++)
        if (!r->fields[i].field || !r->fields[i].text)
            return "fields";
    return r->keep_private && r->private_len > 0 ? "keep_private" : NULL;
}

/* Of the struct in the first version of the header. */
#define FIRST_SIZE offsetof(struct tz_box_record, reason)

static const char *wrong_with_all(const struct tz_box_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct tz_box_record *r = tz_public_at(records, i);
        if (r->size != records->size || r->size < FIRST_SIZE)
            return "size";
        const char *wrong = wrong_with(r);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* --- one record --- */

static void add_error(struct tz_errors *errors, const struct tz_error *e)
{
    if (errors->count < TZ_ERRORS_MAX)
        errors->item[errors->count++] = *e;
    else
        errors->dropped++;
}

static bool names(const struct tz_errors *errors, size_t count, const char *field)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(errors->item[i].field, field) == 0)
            return true;
    return false;
}

/* As of a sheet's row: where something is wrong already, all that is wrong is told, except about fields that
 * could not be read. */
static void add_rules(const struct putting *p, const struct tz_box_record *in, const struct tz_record *record,
                      const struct tz_address *address, struct tz_errors *errors)
{
    struct tz_errors found = {0};
    size_t before = errors->count;
    (void)tz_record_validate(record, address, p->today, in->confirmed, &found);
    for (size_t i = 0; i < found.count; i++)
        if (!names(errors, before, found.item[i].field))
            add_error(errors, &found.item[i]);
    errors->dropped += found.dropped;
}

static void set_field(const struct tz_kind_info *kind, const struct tz_field_text *in,
                      struct tz_record *record, const struct tz_field ***nothing, struct tz_arena *arena,
                      struct tz_errors *errors)
{
    const struct tz_field *field;
    char unit[TZ_HEADER_UNIT_SIZE];
    struct tz_error e;
    size_t len = strlen(in->text);
    if (!tz_header_match(kind, in->field, strlen(in->field), &field, unit) || field->place == TZ_IN_ADDRESS)
        add_error(errors, tz_error_set(&e, TZ_CODE(UNKNOWN_FIELD), in->field, in->text));
    else if (len > 0 && tz_cell_states_nothing(field, in->text, len))
        *(*nothing)++ = field;
    else if (len > 0 && tz_record_set(record, field, in->text, len, *unit ? unit : NULL, arena, &e) != TZ_OK)
        add_error(errors, &e);
}

static int make_from_fields(struct putting *p, const struct tz_kind_info *kind,
                            const struct tz_box_record *in, const struct tz_address *address,
                            struct tz_outbox_entry *out, struct tz_errors *errors)
{
    struct tz_arena *arena = &p->scratch;
    struct tz_record record;
    ProtobufCBinaryData body;
    ProtobufCBinaryData private_bytes;
    const struct tz_field **nothing = tz_arena_zalloc(arena, (in->field_count + 1) * sizeof *nothing);
    if (!nothing || tz_record_new(kind, arena, &record) != TZ_OK)
        return TZ_ENOMEM;
    const struct tz_field **end = nothing;
    for (size_t i = 0; i < in->field_count; i++)
        set_field(kind, &in->fields[i], &record, &end, arena, errors);
    int rc = tz_record_defaults(&record, nothing, arena);
    if (rc != TZ_OK)
        return rc;
    if (errors->count > 0) {
        add_rules(p, in, &record, address, errors);
        return TZ_OK;
    }
    rc = tz_record_encode(&record, arena, &body, &private_bytes);
    if (rc == TZ_ELIMIT) {
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_LARGE_BODY), NULL, NULL), "limit", TZ_BODY_MAX);
        return TZ_OK;
    }
    if (rc != TZ_OK)
        return rc;
    if (in->keep_private && private_bytes.len > 0)
        tz_errors_add(errors, TZ_CODE(BAD_ARGUMENT), "keep_private", NULL);
    out->body = (struct tz_outbox_bytes){body.data, body.len};
    out->private_bytes = (struct tz_outbox_bytes){private_bytes.data, private_bytes.len};
    return TZ_OK;
}

static int make_from_bytes(struct putting *p, const struct tz_kind_info *kind, const struct tz_box_record *in,
                           struct tz_outbox_entry *out, struct tz_errors *errors)
{
    struct tz_record record;
    if (in->body_len > TZ_BODY_MAX || in->private_len > TZ_BODY_MAX) {
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_LARGE_BODY), NULL, NULL), "limit", TZ_BODY_MAX);
        return TZ_OK;
    }
    int rc = tz_record_decode(kind, in->body, in->body_len, in->private_bytes, in->private_len, &p->scratch,
                              &record, errors);
    if (rc == TZ_ELIMIT)
        tz_errors_add(errors, TZ_CODE(NOT_CANONICAL), NULL, NULL);
    out->body = (struct tz_outbox_bytes){in->body, in->body_len};
    out->private_bytes = (struct tz_outbox_bytes){in->private_bytes, in->private_len};
    return rc == TZ_ENOMEM ? rc : TZ_OK;
}

/* Fills *out, or *errors. written: of the address, as far as it can be read. */
static int make_entry(struct putting *p, const struct tz_box_record *in, char written[TZ_ADDRESS_SIZE],
                      struct tz_outbox_entry *out, struct tz_errors *errors)
{
    Taizhang__V1__Address wire = TAIZHANG__V1__ADDRESS__INIT;
    struct tz_address address;
    wire.committee = (char *)(uintptr_t)in->committee;
    wire.kind = in->kind;
    wire.period = (char *)(uintptr_t)in->period;
    wire.key = (char *)(uintptr_t)in->key;
    *written = '\0';
    if (tz_address_from_wire(&wire, &address, errors) != TZ_OK)
        return TZ_OK;
    tz_address_format(&address, written);
    *out = (struct tz_outbox_entry){
        .operation = in->withdraw ? TZ_OUTBOX_WITHDRAW : TZ_OUTBOX_SUBMIT,
        .address = written,
        .has_base = in->has_base,
        .base = in->base,
        .confirmed = in->confirmed,
        .keep_private = in->keep_private,
        .reason = in->withdraw                              ? in->withdraw
                  : tz_public_has(in, reason) && in->reason ? in->reason
                                                            : "",
        .source = in->source ? in->source : "",
        .row = (size_t)in->row,
    };
    const struct tz_kind_info *kind = tz_kind_info(in->kind);
    if (in->withdraw) {
        if (!*in->withdraw)
            tz_errors_add(errors, TZ_CODE(REASON_REQUIRED), "reason", NULL);
        return TZ_OK;
    }
    return in->fields ? make_from_fields(p, kind, in, &address, out, errors)
                      : make_from_bytes(p, kind, in, out, errors);
}

/* --- all of them --- */

static int keep_errors(struct putting *p, struct kept *kept, const struct tz_errors *errors)
{
    size_t used = offsetof(struct tz_errors, item) + errors->count * sizeof errors->item[0];
    kept->put = TZ_BOX_PUT_WRONG;
    kept->errors = tz_arena_dup(&p->arena, errors, used);
    p->wrong++;
    return kept->errors ? TZ_OK : TZ_ENOMEM;
}

static enum tz_box_put_code put_code(enum tz_outbox_put what)
{
    switch (what) {
    case TZ_OUTBOX_PUT_WAITING:
        return TZ_BOX_PUT_WAITING;
    case TZ_OUTBOX_PUT_UNCHANGED:
        return TZ_BOX_PUT_UNCHANGED;
    case TZ_OUTBOX_PUT_NEW:
        break;
    }
    return TZ_BOX_PUT_NEW;
}

static int put_one(struct putting *p, const struct tz_box_record *in, struct kept *kept)
{
    struct tz_outbox_entry entry;
    struct tz_errors errors = {0};
    char written[TZ_ADDRESS_SIZE];
    enum tz_outbox_put what;
    tz_arena_reset(&p->scratch);
    int rc = make_entry(p, in, written, &entry, &errors);
    if (rc != TZ_OK)
        return rc;
    kept->address = tz_arena_strndup(&p->arena, written, strlen(written));
    if (!kept->address)
        return TZ_ENOMEM;
    if (errors.count > 0)
        return keep_errors(p, kept, &errors);
    rc = tz_outbox_put(p->box->profile, &entry, !in->again, &what, &kept->id);
    kept->put = put_code(what);
    return rc;
}

static enum tz_result put_all(struct putting *p, const struct tz_box_record *records, size_t count)
{
    struct tz_box *box = p->box;
    p->kept = tz_arena_zalloc(&p->arena, count * sizeof *p->kept);
    if (!p->kept)
        return tz_box_fail(box, TZ_REASON_MEMORY, NULL);
    int rc = tz_profile_begin(box->profile);
    if (rc != TZ_OK)
        return tz_box_profile(box, rc);
    for (size_t i = 0; i < count && rc == TZ_OK; i++)
        rc = put_one(p, tz_public_at(records, i), &p->kept[i]);
    if (rc == TZ_OK)
        return tz_box_profile(box, tz_profile_commit(box->profile));
    enum tz_result result = rc == TZ_ENOMEM
                                ? tz_box_fail(box, TZ_REASON_MEMORY, NULL)
                                : tz_box_fail(box, TZ_REASON_PROFILE, tz_profile_error(box->profile));
    tz_profile_rollback(box->profile);
    return result;
}

static enum tz_result tell(struct putting *p, size_t count, tz_box_stored_fn *each, void *ctx)
{
    for (size_t i = 0; i < count && each; i++) {
        const struct kept *kept = &p->kept[i];
        struct tz_box_stored stored = {.put = (int)kept->put, .id = kept->id, .address = kept->address};
        const struct tz_errors none = {0};
        const struct tz_errors *errors = kept->errors ? kept->errors : &none;
        tz_arena_reset(&p->scratch);
        if (tz_errors_public(errors, &p->scratch, &stored.errors) != TZ_OK)
            return tz_box_fail(p->box, TZ_REASON_MEMORY, NULL);
        stored.error_count = errors->count;
        each(ctx, i, &stored);
    }
    return TZ_RESULT_DONE;
}

/* The first error of all, for a caller that does not look further. */
static enum tz_result refuse(struct putting *p, size_t count)
{
    struct tz_failure *f = &p->box->failure;
    for (size_t i = 0; i < count; i++) {
        if (!p->kept[i].errors)
            continue;
        const struct tz_error *e = &p->kept[i].errors->item[0];
        (void)tz_box_fail(p->box, TZ_REASON_RECORD, tz_code_name(e->code));
        f->code = (int)e->code;
        snprintf(f->field, sizeof f->field, "%s", e->field);
        snprintf(f->value, sizeof f->value, "%s", e->value);
        break;
    }
    return TZ_RESULT_REFUSED;
}

static int64_t today(const struct tz_env *env)
{
    char date[TZ_DATE_SIZE];
    int64_t first = 0;
    int64_t last = 0;
    tz_env_date(env, env->wall_ms(env->ctx), date);
    (void)tz_date_span(date, strlen(date), &first, &last);
    return first;
}

enum tz_result tz_box_put(struct tz_box *box, const struct tz_box_record *records, size_t count,
                          tz_box_stored_fn *each, void *ctx)
{
    struct putting p = {.box = box, .today = today(box->env)};
    (void)tz_box_begin(box);
    const char *wrong = wrong_with_all(records, count);
    if (wrong)
        return tz_box_fail(box, TZ_REASON_ARGUMENT, wrong);
    tz_arena_init(&p.arena, ARENA_MAX);
    tz_arena_init(&p.scratch, SCRATCH_MAX);
    enum tz_result rc = put_all(&p, records, count);
    if (rc == TZ_RESULT_DONE)
        rc = tell(&p, count, each, ctx);
    if (rc == TZ_RESULT_DONE && p.wrong > 0)
        rc = refuse(&p, count);
    tz_arena_free(&p.scratch);
    tz_arena_free(&p.arena);
    return rc;
}
