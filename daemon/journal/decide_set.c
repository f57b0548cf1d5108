/* SPDX-License-Identifier: Apache-2.0
 *
 * Reporting sets: who is expected to file. Putting the same set again changes nothing.
 */
#include <string.h>

#include "daemon/journal/decide.h"

/* Every member is a known committee that can hold records. */
static void check_members(const struct tz_batch *b, const Taizhang__V1__ReportingSetBody *body,
                          struct tz_errors *errors)
{
    for (size_t i = 0; i < body->n_members; i++) {
        const char *code = body->members[i];
        const struct tz_unit_node *unit = tz_tree_find(b->tree, code, strlen(code));
        if (!unit)
            tz_errors_add(errors, TZ_CODE(UNKNOWN_COMMITTEE), "members", code);
        else if (unit->type == TZ_TYPE_GROUPING)
            tz_errors_add(errors, TZ_CODE(GROUPING), "members", code);
        if (i && strcmp(body->members[i - 1], code) >= 0)
            tz_errors_add(errors, TZ_CODE(LIST_ORDER), "members", code);
    }
    if (!body->name[0])
        tz_errors_add(errors, TZ_CODE(REQUIRED), "name", NULL);
}

/* Of the members that it shall have, and of those that it has. */
static int check_access(struct tz_batch *b, const struct tz_op *op,
                        const Taizhang__V1__ReportingSetBody *body, struct tz_errors *errors)
{
    const Taizhang__V1__ReportingSetBody *old = tz_reporting_set_find(b->sets, body->name, NULL);
    int rc = tz_decide_member_access(b, op, body->members, body->n_members, errors);
    return rc || !old ? rc : tz_decide_member_access(b, op, old->members, old->n_members, errors);
}

static int write_set(struct tz_batch *b, struct tz_op *op, const Taizhang__V1__ReportingSetBody *body,
                     struct tz_bytes bytes, uint64_t revision)
{
    struct tz_entry_ask e = {
        .type = TZ_ENTRY(REPORTING_SET),
        .principal = op->grant->principal,
        .person = op->grant->person,
        .key = body->name,
        .revision = revision,
        .base = revision - 1,
        .body = bytes,
    };
    struct tz_change *c = tz_batch_change(b, TZ_CHANGE_SET);
    if (!c)
        return TZ_ENOMEM;
    c->set.revision = revision;
    c->set.body = body;
    int rc = tz_batch_append(b, &e);
    if (!rc)
        rc = tz_store_set_named(b->store, TZ_NAMED_SET, body->name, revision, b->position);
    if (rc)
        return rc;
    op->done[0].outcome = revision == 1 ? TZ_OUTCOME(CREATED) : TZ_OUTCOME(UPDATED);
    op->done[0].revision = revision;
    op->done[0].position = b->position;
    return TZ_OK;
}

static int decide_set(struct tz_batch *b, struct tz_op *op, const Taizhang__V1__ReportingSetBody *body)
{
    uint64_t revision, position;
    struct tz_bytes bytes;
    struct tz_entry current;
    Taizhang__V1__ReportingSetBody plain = *body;
    plain.base.n_unknown_fields = 0;
    plain.base.unknown_fields = NULL;
    int rc = tz_message_pack(&plain.base, &b->scratch, &bytes);
    if (!rc)
        rc = tz_store_named(b->store, TZ_NAMED_SET, body->name, &revision, &position);
    if (!rc && revision)
        rc = tz_store_entry(b->store, position, &b->scratch, &current);
    if (rc)
        return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
    if (!revision || !tz_bytes_equal(current.body, bytes)) {
        struct tz_errors errors;
        errors.count = errors.dropped = 0;
        if (check_access(b, op, body, &errors) == TZ_OK)
            return write_set(b, op, body, bytes, revision + 1);
        tz_reject(op, &op->done[0], &errors);
        return TZ_OK;
    }
    op->done[0].outcome = TZ_OUTCOME(UNCHANGED);
    op->done[0].revision = revision;
    op->done[0].position = position;
    return TZ_OK;
}

int tz_decide_reporting_set(struct tz_batch *b, struct tz_op *op)
{
    struct tz_errors errors;
    if (op->count != 1)
        return TZ_EINVAL;
    const struct tz_change_ask *ask = &op->ask[0];
    tz_ask_errors(ask, &errors);
    tz_arena_reset(&b->scratch);
    if (!ask->refused && ask->reporting_set) {
        check_members(b, ask->reporting_set, &errors);
        if (!errors.count)
            return decide_set(b, op, ask->reporting_set);
    }
    tz_reject(op, &op->done[0], &errors);
    return TZ_OK;
}
