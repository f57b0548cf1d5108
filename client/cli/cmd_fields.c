/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/field_help.h"
#include "common/base/arena.h"
#include "common/base/json.h"
#include "common/schema/info.h"
#include "common/wire/frame.h"

/* A later registry has more kinds than this program. */
enum { SCHEMA_MAX = 8 << 20, KINDS_MAX = 64 };

static void put_text(struct tz_json *j, const char *key, const char *s)
{
    tz_json_key(j, key);
    tz_json_text(j, s);
}

static void put_flag(struct tz_json *j, const char *key, bool b)
{
    if (!b)
        return;
    tz_json_key(j, key);
    tz_json_bool(j, true);
}

static void put_members(struct tz_json *j, const Taizhang__V1__FieldInfo *f)
{
    tz_json_key(j, "members");
    tz_json_array(j);
    for (size_t i = 0; i < f->n_members; i++) {
        tz_json_object(j);
        tz_json_key(j, "number");
        tz_json_uint(j, f->members[i]->number);
        put_text(j, "name", f->members[i]->name);
        put_text(j, "zh", f->members[i]->zh);
        if (f->members[i]->parent) {
            tz_json_key(j, "parent");
            tz_json_uint(j, f->members[i]->parent);
        }
        tz_json_end_object(j);
    }
    tz_json_end_array(j);
}

static void put_field(struct tz_json *j, const Taizhang__V1__FieldInfo *f)
{
    tz_json_object(j);
    put_text(j, "name", f->name);
    put_text(j, "zh", f->zh);
    put_text(j, "en", f->en);
    put_text(j, "type", f->type);
    if (*f->unit)
        put_text(j, "unit", f->unit);
    put_flag(j, "required", f->required);
    if (*f->measure)
        put_text(j, "measure", f->measure);
    put_flag(j, "breakdown", f->breakdown);
    put_flag(j, "private", f->is_private);
    put_flag(j, "envelope", f->envelope);
    put_flag(j, "address", f->address);
    if (f->number) {
        tz_json_key(j, "number");
        tz_json_uint(j, f->number);
    }
    if (f->max_characters) {
        tz_json_key(j, "max_characters");
        tz_json_uint(j, f->max_characters);
    }
    if (*f->ref_kind)
        put_text(j, "ref_kind", f->ref_kind);
    if (f->n_aliases > 0) {
        tz_json_key(j, "aliases");
        tz_json_array(j);
        for (size_t i = 0; i < f->n_aliases; i++)
            tz_json_text(j, f->aliases[i]);
        tz_json_end_array(j);
    }
    if (f->n_members > 0)
        put_members(j, f);
    tz_json_end_object(j);
}

static void put_kind(struct tz_json *j, const Taizhang__V1__KindInfo *k)
{
    tz_json_object(j);
    tz_json_key(j, "number");
    tz_json_uint(j, k->number);
    put_text(j, "name", k->name);
    put_text(j, "zh", k->zh);
    put_text(j, "en", k->en);
    tz_json_key(j, "fields");
    tz_json_array(j);
    for (size_t i = 0; i < k->n_fields; i++)
        put_field(j, k->fields[i]);
    tz_json_end_array(j);
    tz_json_end_object(j);
}

/* One kind is an object, all are an array of them. */
static int print_json(struct tz_cli *cli, const Taizhang__V1__SchemaReply *r, bool one)
{
    struct tz_json j;
    struct tz_buf out;
    tz_buf_init(&out, SCHEMA_MAX);
    tz_json_init(&j, &out);
    if (!one)
        tz_json_array(&j);
    for (size_t i = 0; i < r->n_kinds; i++)
        put_kind(&j, r->kinds[i]);
    if (!one)
        tz_json_end_array(&j);
    bool ok = tz_buf_ok(&out);
    if (ok)
        fprintf(cli->out, "%s\n", out.data);
    tz_buf_free(&out);
    return ok ? TZ_RESULT_DONE : tz_cli_no_memory(cli);
}

/* --- for people --- */

static void print_kinds(struct tz_cli *cli, const Taizhang__V1__SchemaReply *r, struct tz_table *t)
{
    tz_table_column(t, (struct tz_table_column){.key = "number", .title = _("No."), .number = true});
    tz_table_column(t, (struct tz_table_column){.key = "name", .title = _("Kind")});
    tz_table_column(t, (struct tz_table_column){.key = "label", .title = _("Label")});
    tz_table_column(t, (struct tz_table_column){.key = "fields", .title = _("Fields"), .number = true});
    for (size_t i = 0; i < r->n_kinds; i++) {
        tz_table_number(t, r->kinds[i]->number);
        tz_table_cell(t, r->kinds[i]->name);
        tz_table_cell(t, cli->zh ? r->kinds[i]->zh : r->kinds[i]->en);
        tz_table_number(t, (int64_t)r->kinds[i]->n_fields);
    }
}

static void add_word(struct tz_buf *out, bool wanted, const char *word)
{
    if (wanted)
        tz_buf_printf(out, "%s%s", out->len ? _(", ") : "", word);
}

/* The types of the field table in words; a later registry's are shown as it names them. */
static const char *type_for_people(const char *type)
{
    static const struct {
        const char *type, *words;
    } words[] = {
        {"text", N_("text")},
        {"texts", N_("texts")},
        {"quantity", N_("amount")},
        {"permille", N_("share")},
        {"date", N_("date")},
        {"yesno", N_("yes or no")},
        {"enum", N_("one of the values")},
        {"enums", N_("some of the values")},
        {"code", N_("committee's code")},
        {"uscc", N_("social credit code")},
        {"ref", N_("address of a record")},
        {"refs", N_("addresses of records")},
        {"attachments", N_("attachments")},
        {"extra", N_("additional fields")},
        {"key", N_("number of the record")},
        {"period", N_("period")},
        {"money", N_("money")},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].type, type) == 0)
            return _(words[i].words);
    return type;
}

/* A field that the program fills in where its cell is empty. */
static bool is_given(const struct tz_kind_info *kind, const char *name)
{
    const struct tz_field *f = kind ? tz_field_find(kind, name, strlen(name)) : NULL;
    return f && !tz_field_is_asked_for(f);
}

static void put_role(struct tz_buf *out, const struct tz_kind_info *kind, const Taizhang__V1__FieldInfo *f)
{
    tz_buf_clear(out);
    add_word(out, f->required,
             is_given(kind, f->name) ? _("required; filled in where it is empty") : _("required"));
    add_word(out, strcmp(f->measure, "flow") == 0, _("measure, adds across periods"));
    add_word(out, strcmp(f->measure, "stock") == 0, _("measure, of a moment"));
    add_word(out, strcmp(f->measure, "heads") == 0, _("measure, of people"));
    add_word(out, f->breakdown, _("breakdown"));
    add_word(out, f->is_private, _("private"));
}

static void put_values(struct tz_cli *cli, struct tz_buf *out, const Taizhang__V1__FieldInfo *f)
{
    const struct tz_kind_info *of = tz_kind_find(f->ref_kind, strlen(f->ref_kind));
    tz_buf_clear(out);
    for (size_t i = 0; i < f->n_members; i++)
        tz_buf_printf(out, "%s%s", i ? " " : "", cli->zh ? f->members[i]->zh : f->members[i]->name);
    if (*f->ref_kind)
        tz_buf_printf(out, _("address of a %s"), cli->zh && of ? of->zh : f->ref_kind);
}

static void print_fields(struct tz_cli *cli, const Taizhang__V1__KindInfo *k, struct tz_table *t)
{
    const struct tz_kind_info *kind = tz_kind_find(k->name, strlen(k->name));
    struct tz_buf text;
    tz_buf_init(&text, 1 << 16);
    tz_table_column(t, (struct tz_table_column){.key = "name", .title = _("Field")});
    tz_table_column(t, (struct tz_table_column){.key = "label", .title = _("Header")});
    tz_table_column(t, (struct tz_table_column){.key = "type", .title = _("Type")});
    tz_table_column(t, (struct tz_table_column){.key = "unit", .title = _("In"), .optional = true});
    tz_table_column(t, (struct tz_table_column){.key = "role", .title = _("Role")});
    tz_table_column(t, (struct tz_table_column){.key = "values", .title = _("Values"), .optional = true});
    for (size_t i = 0; i < k->n_fields; i++) {
        const Taizhang__V1__FieldInfo *f = k->fields[i];
        tz_table_cell(t, f->name);
        tz_table_cell(t, cli->zh ? f->zh : f->en);
        tz_table_cell(t, cli->format == TZ_FORMAT_TABLE ? type_for_people(f->type) : f->type);
        tz_table_cell(t, f->unit);
        put_role(&text, kind, f);
        tz_table_cell_n(t, text.data ? text.data : "", text.len);
        put_values(cli, &text, f);
        tz_table_cell_n(t, text.data ? text.data : "", text.len);
    }
    tz_buf_free(&text);
}

static int print_reply(struct tz_cli *cli, const Taizhang__V1__SchemaReply *r, bool one)
{
    struct tz_table t;
    if (cli->format == TZ_FORMAT_JSON)
        return print_json(cli, r, one);
    tz_table_init(&t);
    if (one && r->n_kinds == 1)
        print_fields(cli, r->kinds[0], &t);
    else
        print_kinds(cli, r, &t);
    int rc = tz_table_print(&t, cli->out, cli->format);
    tz_table_free(&t);
    return tz_cli_printed(cli, rc);
}

/* --- the registry's own table --- */

struct served {
    struct tz_cli *cli;
    const char *wanted; /* a kind's name or label; NULL: all */
    struct tz_arena *arena;
    Taizhang__V1__SchemaReply *reply;
    Taizhang__V1__KindInfo *kind[KINDS_MAX];
};

/* Keeps a kind beyond its answer. */
static int keep_kind(struct served *s, const Taizhang__V1__KindInfo *k)
{
    ProtobufCMessage *copy;
    size_t len = protobuf_c_message_get_packed_size(&k->base);
    uint8_t *bytes = tz_arena_alloc(s->arena, len + 1);
    if (s->wanted && strcmp(s->wanted, k->name) != 0 && strcmp(s->wanted, k->zh) != 0)
        return TZ_RESULT_DONE;
    if (!bytes)
        return tz_cli_no_memory(s->cli);
    if (s->reply->n_kinds == KINDS_MAX)
        return tz_cli_strange_answer(s->cli);
    protobuf_c_message_pack(&k->base, bytes);
    if (tz_wire_unpack(k->base.descriptor, bytes, len, s->arena, &copy) != TZ_OK)
        return tz_cli_strange_answer(s->cli);
    s->kind[s->reply->n_kinds++] = (Taizhang__V1__KindInfo *)copy;
    return TZ_RESULT_DONE;
}

static enum tz_result take_schema(void *ctx, const tz_answer *m)
{
    struct served *s = ctx;
    int rc = TZ_RESULT_DONE;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_SCHEMA)
        return (enum tz_result)tz_cli_strange_answer(s->cli);
    for (size_t i = 0; i < m->schema->n_kinds && rc == TZ_RESULT_DONE; i++)
        rc = keep_kind(s, m->schema->kinds[i]);
    return (enum tz_result)rc;
}

static int print_served(struct tz_cli *cli, const char *wanted, struct tz_arena *arena)
{
    Taizhang__V1__SchemaReply reply = TAIZHANG__V1__SCHEMA_REPLY__INIT;
    struct served s = {.cli = cli, .wanted = wanted, .arena = arena, .reply = &reply};
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__SchemaRequest schema = TAIZHANG__V1__SCHEMA_REQUEST__INIT;
    reply.kinds = s.kind;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SCHEMA;
    request.schema = &schema;
    int rc = tz_cli_call(cli, &request, take_schema, &s);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (wanted && reply.n_kinds == 0)
        return tz_cli_usage(cli, _("There is no kind %s. taizhang fields lists them."), wanted);
    return print_reply(cli, &reply, wanted != NULL);
}

static int print_own(struct tz_cli *cli, const char *wanted, struct tz_arena *arena)
{
    const struct tz_kind_info *kind = NULL;
    Taizhang__V1__SchemaReply *reply;
    if (wanted && !(kind = tz_cli_kind(cli, wanted)))
        return TZ_RESULT_USAGE;
    if (tz_schema_reply(kind ? kind->kind : 0, arena, &reply) != TZ_OK)
        return tz_cli_no_memory(cli);
    return print_reply(cli, reply, kind != NULL);
}

static int run_fields(struct tz_cli *cli, size_t argc, char **argv)
{
    const struct tz_option options[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    struct tz_arena arena;
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_fields, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 1)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[1]);
    const char *wanted = operands == 1 ? argv[0] : NULL;
    tz_arena_init(&arena, SCHEMA_MAX);
    rc = cli->server_given ? print_served(cli, wanted, &arena) : print_own(cli, wanted, &arena);
    tz_arena_free(&arena);
    return rc;
}

const struct tz_command tz_command_fields = {
    .name = "fields",
    .help = N_("the kinds of records, or the fields of one"),
    .usage = "[KIND]",
    .details = N_("The table is this program's own and no registry is asked; with --server it is that "
                  "registry's.\n"
                  "The header column is what stands in the first row of a sheet; English names are taken "
                  "too."),
    .run = run_fields,
    .workbook = true,
};
