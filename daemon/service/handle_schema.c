/* SPDX-License-Identifier: Apache-2.0
 *
 * Schema: the field table, served to clients.
 */
#include "common/schema/info.h"
#include "common/schema/schema.h"
#include "daemon/service/verbs.h"

/* The largest kind takes some 100 KiB. */
enum { KIND_BYTES = 1024 * 1024 };

static void answer_kind(struct tz_request *r, uint32_t kind, bool final)
{
    struct tz_arena arena;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    tz_arena_init(&arena, KIND_BYTES);
    int rc = tz_schema_reply(kind, &arena, &m.schema);
    if (rc == TZ_OK) {
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_SCHEMA;
        tz_answer(r, &m, final);
    } else {
        tz_answer_rc(r, rc);
    }
    tz_arena_free(&arena);
}

static int check(const struct tz_request *r, struct tz_error *e)
{
    uint32_t kind = r->msg->schema->kind;
    if (kind == 0 || tz_kind_info(kind))
        return TZ_OK;
    tz_error_set(e, TZ_CODE(NOT_FOUND), "kind", NULL);
    return TZ_EINVAL;
}

static void answer(struct tz_request *r, struct tz_conn *c)
{
    (void)c;
    uint32_t one = r->msg->schema->kind;
    if (one) {
        answer_kind(r, one, true);
        return;
    }
    for (uint32_t kind = 1; kind < TZ_KINDS; kind++)
        answer_kind(r, kind, kind == TZ_KINDS - 1);
}

const struct tz_verb tz_verb_schema = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SCHEMA,
    .name = "schema",
    .where = TZ_INLINE,
    .action = TZ_ACT_LOOK,
    .check = check,
    .answer = answer,
};
