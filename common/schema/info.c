/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/info.h"

#include <string.h>

#include "common/schema/label.h"

/* The table's texts are constant, protobuf-c's are not declared so; nobody writes to them. */
static char *text(const char *s)
{
    return (char *)s;
}

const char *tz_measure_name(enum tz_measure_class measure)
{
    switch (measure) {
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

static int put_members(const struct tz_enum *e, struct tz_arena *arena, Taizhang__V1__FieldInfo *out)
{
    out->members = tz_arena_alloc(arena, e->count * sizeof *out->members);
    Taizhang__V1__EnumMember *members = tz_arena_alloc(arena, e->count * sizeof *members);
    if (!out->members || !members)
        return TZ_ENOMEM;
    for (size_t i = 0; i < e->count; i++) {
        taizhang__v1__enum_member__init(&members[i]);
        members[i].number = e->members[i].number;
        members[i].name = text(e->members[i].name);
        members[i].zh = text(e->members[i].zh);
        members[i].parent = e->members[i].parent;
        out->members[i] = &members[i];
    }
    out->n_members = e->count;
    return TZ_OK;
}

static int put_aliases(const char *aliases, struct tz_arena *arena, Taizhang__V1__FieldInfo *out)
{
    size_t n = 1, len;
    const char *alias;
    for (const char *s = aliases; *s; s++)
        n += *s == '|';
    out->aliases = tz_arena_alloc(arena, n * sizeof *out->aliases);
    if (!out->aliases)
        return TZ_ENOMEM;
    while (tz_alias_next(&aliases, &alias, &len)) {
        char *copy = tz_arena_strndup(arena, alias, len);
        if (!copy)
            return TZ_ENOMEM;
        out->aliases[out->n_aliases++] = copy;
    }
    return TZ_OK;
}

/* The number of the protobuf field that a row describes; 0 in the address. */
static uint32_t number_of(const struct tz_kind_info *k, const struct tz_field *f)
{
    const ProtobufCMessageDescriptor *message = f->place == TZ_IN_ENVELOPE
                                                    ? &taizhang__v1__envelope__descriptor
                                                : f->place == TZ_IN_BODY    ? k->body
                                                : f->place == TZ_IN_PRIVATE ? k->private_
                                                                            : NULL;
    const ProtobufCFieldDescriptor *d =
        message ? protobuf_c_message_descriptor_get_field_by_name(message, f->name) : NULL;
    return d ? d->id : 0;
}

static int put_field(const struct tz_kind_info *k, const struct tz_field *f, struct tz_arena *arena,
                     Taizhang__V1__FieldInfo *out)
{
    taizhang__v1__field_info__init(out);
    const struct tz_kind_info *ref = tz_kind_info(f->ref_kind);
    out->name = text(f->name);
    out->zh = text(f->zh);
    out->en = text(f->en);
    out->type = text(tz_type_name(f));
    out->unit = text(tz_unit_name(f->unit));
    out->required = f->flags & TZ_F_REQUIRED;
    out->measure = text(tz_measure_name(f->measure));
    out->breakdown = (f->flags & TZ_F_BREAKDOWN) != 0;
    out->is_private = f->place == TZ_IN_PRIVATE;
    out->envelope = f->place == TZ_IN_ENVELOPE;
    out->address = f->place == TZ_IN_ADDRESS;
    out->number = number_of(k, f);
    out->max_characters = f->max_characters;
    out->ref_kind = text(f->flags & TZ_F_SAME_KIND ? k->name : ref ? ref->name : "");
    int rc = f->list ? put_members(f->list, arena, out) : TZ_OK;
    return rc == TZ_OK && f->aliases ? put_aliases(f->aliases, arena, out) : rc;
}

static int put_kind(const struct tz_kind_info *k, struct tz_arena *arena, Taizhang__V1__KindInfo **out)
{
    size_t n = 0;
    while (tz_field_at(k, n))
        n++;
    Taizhang__V1__KindInfo *info = tz_arena_alloc(arena, sizeof *info);
    Taizhang__V1__FieldInfo *fields = tz_arena_alloc(arena, n * sizeof *fields);
    if (!info || !fields)
        return TZ_ENOMEM;
    taizhang__v1__kind_info__init(info);
    info->number = k->kind;
    info->name = text(k->name);
    info->zh = text(k->zh);
    info->en = text(k->en);
    info->fields = tz_arena_alloc(arena, n * sizeof *info->fields);
    if (!info->fields)
        return TZ_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        int rc = put_field(k, tz_field_at(k, i), arena, &fields[i]);
        if (rc != TZ_OK)
            return rc;
        info->fields[i] = &fields[i];
    }
    info->n_fields = n;
    *out = info;
    return TZ_OK;
}

int tz_schema_reply(uint32_t kind, struct tz_arena *arena, Taizhang__V1__SchemaReply **out)
{
    if (kind && !tz_kind_info(kind))
        return TZ_ENOENT;
    Taizhang__V1__SchemaReply *reply = tz_arena_alloc(arena, sizeof *reply);
    if (!reply)
        return TZ_ENOMEM;
    taizhang__v1__schema_reply__init(reply);
    reply->kinds = tz_arena_alloc(arena, TZ_KINDS * sizeof *reply->kinds);
    if (!reply->kinds)
        return TZ_ENOMEM;
    for (uint32_t i = kind ? kind : 1; i <= (kind ? kind : TZ_KINDS); i++) {
        if (!tz_kind_info(i))
            continue;
        int rc = put_kind(tz_kind_info(i), arena, &reply->kinds[reply->n_kinds]);
        if (rc != TZ_OK)
            return rc;
        reply->n_kinds++;
    }
    *out = reply;
    return TZ_OK;
}
