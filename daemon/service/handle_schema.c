/* SPDX-License-Identifier: Apache-2.0
 *
 * Schema: the field table, served to clients.
 */
#include <string.h>

#include "common/schema/schema.h"
#include "daemon/service/verbs.h"

/* The largest kind takes some 100 KiB. */
enum { KIND_BYTES = 1024 * 1024, ALIASES_MAX = 32 };

static char *lend(const char *s)
{
    return (char *)(uintptr_t)(s ? s : "");
}

static const char *measure_name(enum tz_measure_class m)
{
    switch (m) {
    case TZ_FLOW:
        return "flow";
    case TZ_STOCK:
        return "stock";
    case TZ_HEADS:
        return "heads";
    case TZ_NOT_A_MEASURE:
        break;
    }
    return "";
}

static int fill_members(Taizhang__V1__FieldInfo *out, const struct tz_enum *list, struct tz_arena *arena)
{
    out->members = tz_arena_alloc(arena, sizeof(Taizhang__V1__EnumMember *) * (list->count + 1));
    if (!out->members)
        return TZ_ENOMEM;
    for (size_t i = 0; i < list->count; i++) {
        Taizhang__V1__EnumMember *m = tz_arena_alloc(arena, sizeof *m);
        if (!m)
            return TZ_ENOMEM;
        taizhang__v1__enum_member__init(m);
        m->number = list->members[i].number;
        m->name = lend(list->members[i].name);
        m->zh = lend(list->members[i].zh);
        m->parent = list->members[i].parent;
        out->members[i] = m;
    }
    out->n_members = list->count;
    return TZ_OK;
}

static int fill_aliases(Taizhang__V1__FieldInfo *out, const char *aliases, struct tz_arena *arena)
{
    out->aliases = tz_arena_alloc(arena, sizeof(char *) * ALIASES_MAX);
    if (!out->aliases)
        return TZ_ENOMEM;
    while (*aliases && out->n_aliases < ALIASES_MAX) {
        size_t len = strcspn(aliases, "|");
        char *copy = tz_arena_strndup(arena, aliases, len);
        if (!copy)
            return TZ_ENOMEM;
        out->aliases[out->n_aliases++] = copy;
        aliases += len + (aliases[len] == '|');
    }
    return TZ_OK;
}

static uint32_t field_number(const struct tz_kind_info *k, const struct tz_field *f)
{
    const ProtobufCMessageDescriptor *d = f->place == TZ_IN_PRIVATE   ? k->private_
                                          : f->place == TZ_IN_BODY    ? k->body
                                          : f->place == TZ_IN_ADDRESS ? NULL
                                                                      : &taizhang__v1__envelope__descriptor;
    const ProtobufCFieldDescriptor *p =
        d ? protobuf_c_message_descriptor_get_field_by_name(d, f->name) : NULL;
    return p ? p->id : 0;
}

static const char *ref_kind_name(const struct tz_kind_info *k, const struct tz_field *f)
{
    const struct tz_kind_info *to = f->flags & TZ_F_SAME_KIND ? k : tz_kind_info(f->ref_kind);
    return to ? to->name : "";
}

static int fill_field(const struct tz_kind_info *k, const struct tz_field *f, struct tz_arena *arena,
                      Taizhang__V1__FieldInfo *out)
{
    taizhang__v1__field_info__init(out);
    out->name = lend(f->name);
    out->zh = lend(f->zh);
    out->en = lend(f->en);
    out->type = lend(tz_type_name(f));
    out->unit = lend(f->unit ? tz_unit_name(f->unit) : "");
    out->required = f->flags & TZ_F_REQUIRED;
    out->measure = lend(measure_name(f->measure));
    out->breakdown = f->flags & TZ_F_BREAKDOWN;
    out->is_private = f->place == TZ_IN_PRIVATE;
    out->envelope = f->place == TZ_IN_ENVELOPE;
    out->address = f->place == TZ_IN_ADDRESS;
    out->number = field_number(k, f);
    out->max_characters = f->max_characters;
    if (f->type == TZ_TYPE_REF || f->type == TZ_TYPE_REFS)
        out->ref_kind = lend(ref_kind_name(k, f));
    int rc = f->list ? fill_members(out, f->list, arena) : TZ_OK;
    if (rc == TZ_OK && f->aliases)
        rc = fill_aliases(out, f->aliases, arena);
    return rc;
}

static int fill_kind(const struct tz_kind_info *k, struct tz_arena *arena, Taizhang__V1__KindInfo *out)
{
    size_t count = 0;
    while (tz_field_at(k, count))
        count++;
    taizhang__v1__kind_info__init(out);
    out->number = k->kind;
    out->name = lend(k->name);
    out->zh = lend(k->zh);
    out->en = lend(k->en);
    out->n_fields = count;
    out->fields = tz_arena_alloc(arena, sizeof(Taizhang__V1__FieldInfo *) * (count + 1));
    if (!out->fields)
        return TZ_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        out->fields[i] = tz_arena_alloc(arena, sizeof *out->fields[i]);
        if (!out->fields[i] || fill_field(k, tz_field_at(k, i), arena, out->fields[i]) != TZ_OK)
            return TZ_ENOMEM;
    }
    return TZ_OK;
}

static void answer_kind(struct tz_request *r, const struct tz_kind_info *k, bool final)
{
    struct tz_arena arena;
    Taizhang__V1__KindInfo info;
    Taizhang__V1__KindInfo *list[] = {&info};
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__SchemaReply schema = TAIZHANG__V1__SCHEMA_REPLY__INIT;
    tz_arena_init(&arena, KIND_BYTES);
    int rc = fill_kind(k, &arena, &info);
    if (rc == TZ_OK) {
        schema.n_kinds = 1;
        schema.kinds = list;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_SCHEMA;
        m.schema = &schema;
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
    const struct tz_kind_info *one = tz_kind_info(r->msg->schema->kind);
    if (one) {
        answer_kind(r, one, true);
        return;
    }
    for (uint32_t kind = 1; kind < TZ_KINDS; kind++)
        answer_kind(r, tz_kind_info(kind), kind == TZ_KINDS - 1);
}

const struct tz_verb tz_verb_schema = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SCHEMA,
    .name = "schema",
    .where = TZ_INLINE,
    .right = TZ_RIGHT_READ,
    .check = check,
    .answer = answer,
};
