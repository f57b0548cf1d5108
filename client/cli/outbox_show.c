/* SPDX-License-Identifier: Apache-2.0
 *
 * One version of the outbox with all its fields; a conflict with its three sides beside each other.
 */
#include "client/cli/outbox.h"

#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/messages.h"
#include "client/cli/outbox_sides.h"
#include "client/cli/time_text.h"
#include "common/base/json.h"

enum { TEXT_MAX_BYTES = 4 << 20, SIDE_COLUMNS = 36 };

/* --- for people --- */

static void line(struct tz_cli *cli, const char *label, const char *text)
{
    struct tz_buf clean;
    tz_buf_init(&clean, TEXT_MAX_BYTES);
    tz_table_clean(&clean, text, strlen(text), 0);
    fprintf(cli->out, _("%s: "), label);
    fprintf(cli->out, "%s\n", clean.data ? clean.data : "");
    tz_buf_free(&clean);
}

static void line_state(struct tz_cli *cli, const char *label, const struct tz_side *side)
{
    char text[300];
    char when[TZ_TIME_SIZE];
    const Taizhang__V1__RecordState *s = side->state;
    tz_time_text(cli->env, s->time_ms, when);
    snprintf(text, sizeof text,
             side->withdrawn ? _("revision %llu, a withdrawal, %s by %s") : _("revision %llu, %s by %s"),
             (unsigned long long)s->revision, when, *s->principal ? s->principal : "?");
    line(cli, label, text);
}

static void head_for_people(struct tz_cli *cli, const struct tz_outbox_entry *e)
{
    char text[TZ_TIME_SIZE + 300];
    char when[TZ_TIME_SIZE];
    struct tz_buf why;
    snprintf(text, sizeof text, "%lld", (long long)e->id);
    line(cli, _("Number"), text);
    line(cli, _("Address"), e->address);
    line(cli, _("State"), tz_outbox_state_word(e->state));
    tz_time_text(cli->env, e->queued_ms, when);
    line(cli, _("Since"), when);
    if (e->operation == TZ_OUTBOX_WITHDRAW)
        line(cli, _("Withdrawal"), e->reason);
    else if (*e->reason)
        line(cli, _("Reason"), e->reason);
    if (*e->source) {
        snprintf(text, sizeof text, _("%.200s, row %zu"), e->source, e->row);
        line(cli, _("File"), text);
    }
    tz_buf_init(&why, TEXT_MAX_BYTES);
    tz_outbox_why(cli, e, &why);
    line(cli, _("Why"), why.data ? why.data : "");
    tz_buf_free(&why);
}

/* --- fields --- */

static void side_text(const struct tz_side *side, const struct tz_field *f, bool zh, struct tz_buf *out)
{
    if (side->readable)
        (void)tz_record_text(&side->record, f, zh, out);
}

static bool same_text(const struct tz_buf *a, const struct tz_buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static const char *text_of(const struct tz_buf *b)
{
    return b->data ? b->data : "";
}

/* Who changed a field since the base. */
static const char *changed_by(const struct tz_sides *s, const struct tz_buf *base, const struct tz_buf *mine,
                              const struct tz_buf *theirs, bool people)
{
    bool by_me = !same_text(mine, base);
    bool by_them = !same_text(theirs, base);
    if (same_text(mine, theirs) || !s->theirs.readable || !s->mine.readable)
        return "";
    if (!s->base.readable)
        return people ? _("differs") : "differs";
    if (by_me && by_them)
        return people ? _("both") : "both";
    return by_me ? people ? _("mine") : "mine" : people ? _("theirs") : "theirs";
}

/* What the sides state of a field; false: none of them does, or it is part of the address. */
static bool field_texts(struct tz_cli *cli, const struct tz_sides *s, const struct tz_field *f,
                        struct tz_buf text[3])
{
    const struct tz_side *sides[3] = {&s->base, &s->mine, &s->theirs};
    bool any = false;
    for (size_t i = 0; i < 3; i++) {
        tz_buf_clear(&text[i]);
        if (f->place != TZ_IN_ADDRESS)
            side_text(sides[i], f, cli->zh, &text[i]);
        any = any || text[i].len > 0;
    }
    return any;
}

static void add_columns(struct tz_table *t, bool people, bool conflict)
{
    const struct {
        struct tz_table_column column;
        bool of_conflict;
    } columns[] = {
        {{.key = "field", .title = _("Field")}, false},
        {{.key = "base", .title = _("Base"), .width_max = SIDE_COLUMNS, .optional = true}, true},
        {{.key = "mine", .title = _("Mine"), .width_max = conflict ? SIDE_COLUMNS : 0}, false},
        {{.key = "theirs", .title = _("Theirs"), .width_max = SIDE_COLUMNS}, true},
        {{.key = "changed", .title = _("Changed by"), .optional = true}, true},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct tz_table_column column = columns[i].column;
        column.title = people ? column.title : NULL;
        if (conflict || !columns[i].of_conflict)
            tz_table_column(t, column);
    }
}

/* One row a field. For people only what the sides do not agree on; *agreed counts the others. */
static int fields_table(struct tz_cli *cli, const struct tz_sides *s, bool conflict, size_t *agreed)
{
    struct tz_table t;
    struct tz_buf text[3];
    const struct tz_field *f;
    bool people = cli->format == TZ_FORMAT_TABLE;
    *agreed = 0;
    tz_table_init(&t);
    add_columns(&t, people, conflict);
    for (size_t i = 0; i < 3; i++)
        tz_buf_init(&text[i], TEXT_MAX_BYTES);
    for (size_t i = 0; s->kind && (f = tz_field_at(s->kind, i)); i++) {
        if (!field_texts(cli, s, f, text))
            continue;
        if (people && conflict && s->theirs.readable && s->mine.readable && same_text(&text[1], &text[2])) {
            ++*agreed;
            continue;
        }
        tz_table_cell(&t, people ? cli->zh ? f->zh : f->en : f->name);
        if (conflict)
            tz_table_cell(&t, text_of(&text[0]));
        tz_table_cell(&t, text_of(&text[1]));
        if (conflict) {
            tz_table_cell(&t, text_of(&text[2]));
            tz_table_cell(&t, changed_by(s, &text[0], &text[1], &text[2], people));
        }
    }
    for (size_t i = 0; i < 3; i++)
        tz_buf_free(&text[i]);
    int rc = tz_table_rows(&t) > 0 || !people ? tz_table_print(&t, cli->out, cli->format) : TZ_OK;
    tz_table_free(&t);
    return rc == TZ_ENOMEM ? tz_cli_no_memory(cli) : TZ_RESULT_DONE;
}

static void tell_sides(struct tz_cli *cli, const struct tz_sides *s)
{
    if (s->base.there)
        line_state(cli, _("Base"), &s->base);
    if (s->theirs.there)
        line_state(cli, _("Theirs"), &s->theirs);
    else
        line(cli, _("Theirs"),
             s->fetched ? _("the registry has no such record now")
                        : _("not known yet: there is no line to ask the registry"));
}

static int show_people(struct tz_cli *cli, const struct tz_outbox_entry *e, const struct tz_sides *s)
{
    size_t agreed = 0;
    bool conflict = e->state == TZ_OUTBOX_CONFLICT;
    head_for_people(cli, e);
    if (conflict)
        tell_sides(cli, s);
    fputc('\n', cli->out);
    int rc = fields_table(cli, s, conflict, &agreed);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (agreed > 0)
        tz_cli_note(cli,
                    P_("%zu further field is the same on both sides.",
                       "%zu further fields are the same on both sides.", agreed),
                    agreed);
    if (conflict && s->fetched)
        tz_cli_note(
            cli,
            _("Settle it with `taizhang outbox resolve %lld --mine`, --theirs, or --set FIELD=VALUE for a "
              "mixture."),
            (long long)e->id);
    return tz_cli_flush(cli);
}

/* --- for programs --- */

static void put_time(struct tz_cli *cli, struct tz_json *j, const char *key, int64_t ms)
{
    char text[TZ_TIME_SIZE];
    if (!ms)
        return;
    tz_time_iso(cli->env, ms, text);
    tz_json_key(j, key);
    tz_json_text(j, text);
}

static void put_number(struct tz_json *j, const char *key, uint64_t n)
{
    tz_json_key(j, key);
    tz_json_uint(j, n);
}

static void put_side(struct tz_cli *cli, struct tz_json *j, const char *key, const struct tz_side *side)
{
    tz_json_key(j, key);
    if (!side->there) {
        tz_json_null(j);
        return;
    }
    tz_json_object(j);
    if (side->state) {
        put_number(j, "revision", side->state->revision);
        put_time(cli, j, "time", side->state->time_ms);
        tz_json_key(j, "principal");
        tz_json_text(j, side->state->principal);
    }
    tz_json_key(j, "withdrawn");
    tz_json_bool(j, side->withdrawn);
    if (side->readable) {
        tz_json_key(j, "fields");
        tz_record_json(&side->record, j);
    }
    tz_json_end_object(j);
}

static void put_errors(struct tz_cli *cli, struct tz_json *j, const struct tz_outbox_entry *e,
                       const struct tz_sides *s)
{
    struct tz_arena arena;
    struct tz_buf text;
    struct tz_error error;
    tz_arena_init(&arena, tz_wire_arena_max(e->outcome.len));
    tz_buf_init(&text, TEXT_MAX_BYTES);
    const Taizhang__V1__Outcome *o = tz_outbox_outcome(e, &arena);
    tz_json_key(j, "errors");
    tz_json_array(j);
    for (size_t i = 0; o && i < o->n_errors; i++) {
        tz_message_from_wire(&error, o->errors[i]);
        tz_buf_clear(&text);
        tz_message_error(&text, &error, s->kind, cli->zh);
        tz_json_object(j);
        tz_json_key(j, "code");
        tz_json_text(j, tz_code_name(error.code));
        tz_json_key(j, "field");
        tz_json_text(j, error.field);
        tz_json_key(j, "value");
        tz_json_text(j, error.value);
        tz_json_key(j, "message");
        tz_json_string(j, text_of(&text), text.len);
        tz_json_end_object(j);
    }
    tz_json_end_array(j);
    tz_buf_free(&text);
    tz_arena_free(&arena);
}

static int show_json(struct tz_cli *cli, const struct tz_outbox_entry *e, const struct tz_sides *s)
{
    struct tz_json j;
    struct tz_buf out;
    bool conflict = e->state == TZ_OUTBOX_CONFLICT;
    tz_buf_init(&out, 4 * TEXT_MAX_BYTES);
    tz_json_init(&j, &out);
    tz_json_object(&j);
    put_number(&j, "id", (uint64_t)e->id);
    tz_json_key(&j, "address");
    tz_json_text(&j, e->address);
    tz_json_key(&j, "state");
    tz_json_text(&j, tz_outbox_state_name(e->state));
    tz_json_key(&j, "operation");
    tz_json_text(&j, e->operation == TZ_OUTBOX_WITHDRAW ? "WITHDRAW" : "SUBMIT");
    put_number(&j, "base", e->base);
    put_number(&j, "revision", e->revision);
    put_time(cli, &j, "queued", e->queued_ms);
    put_time(cli, &j, "tried", e->tried_ms);
    put_number(&j, "tries", e->tries);
    put_time(cli, &j, "decided", e->decided_ms);
    tz_json_key(&j, "source");
    tz_json_text(&j, e->source);
    put_number(&j, "row", e->row);
    if (e->operation == TZ_OUTBOX_WITHDRAW || *e->reason) {
        tz_json_key(&j, "reason");
        tz_json_text(&j, e->reason);
    }
    put_errors(cli, &j, e, s);
    put_side(cli, &j, "mine", &s->mine);
    if (conflict) {
        tz_json_key(&j, "known");
        tz_json_bool(&j, s->fetched);
        put_side(cli, &j, "theirs", &s->theirs);
        put_side(cli, &j, "common", &s->base);
    }
    tz_json_end_object(&j);
    bool whole = tz_buf_ok(&out);
    if (whole)
        fprintf(cli->out, "%s\n", text_of(&out));
    tz_buf_free(&out);
    return whole ? tz_cli_flush(cli) : tz_cli_no_memory(cli);
}

/* --- the command --- */

static int print(struct tz_cli *cli, const struct tz_outbox_entry *e, const struct tz_sides *s)
{
    size_t agreed;
    if (cli->format == TZ_FORMAT_JSON)
        return show_json(cli, e, s);
    if (cli->format == TZ_FORMAT_TABLE)
        return show_people(cli, e, s);
    int rc = fields_table(cli, s, e->state == TZ_OUTBOX_CONFLICT, &agreed);
    return rc == TZ_RESULT_DONE ? tz_cli_flush(cli) : rc;
}

static int show(struct tz_cli *cli, const char *operand, struct tz_arena *arena)
{
    int64_t id = 0;
    struct tz_outbox_entry e;
    struct tz_sides sides;
    int rc = tz_outbox_pick(cli, operand, &id);
    if (rc == TZ_RESULT_DONE)
        rc = tz_outbox_load(cli, id, arena, &e);
    if (rc != TZ_RESULT_DONE)
        return rc;
    bool conflict = e.state == TZ_OUTBOX_CONFLICT;
    if (conflict)
        rc = tz_sides_read(cli, &e, true, arena, &sides);
    else
        tz_sides_mine(&e, arena, &sides);
    if (rc == TZ_RESULT_DONE)
        rc = print(cli, &e, &sides);
    if (rc == TZ_RESULT_DONE && conflict && sides.fetched &&
        tz_outbox_show(cli->profile, id, sides.theirs.there ? sides.theirs.state->revision : 0) != TZ_OK)
        return tz_cli_profile_failed(cli);
    return rc;
}

int tz_outbox_run_show(struct tz_cli *cli, size_t argc, char **argv)
{
    const struct tz_option options[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    struct tz_arena arena;
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_outbox, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands != 1)
        return tz_cli_usage(cli, "%s", _("Name one number or address; `taizhang outbox` lists them."));
    rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_arena_init(&arena, 16 * tz_wire_arena_max(TZ_FRAME_MAX));
    rc = show(cli, argv[0], &arena);
    tz_arena_free(&arena);
    return rc;
}
