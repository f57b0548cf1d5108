/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/outbox.h"

#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/outbox_places.h"
#include "client/cli/outbox_words.h"
#include "client/cli/time_text.h"

enum { SHOWN_MAX = 1000, WHY_MAX_BYTES = 1 << 20, WHY_COLUMNS = 60, PLACES_MAX_BYTES = 1 << 20 };

struct list {
    struct tz_cli *cli;
    struct tz_table table;
    uint64_t count[TZ_OUTBOX_CONFLICT + 1];
    int64_t oldest_ms[TZ_OUTBOX_CONFLICT + 1];
    size_t left_out;
    bool all;             /* of every registry */
    const char *server;   /* of the one whose versions are added */
    struct tz_buf places; /* struct place */
};

/* Another registry. */
struct place {
    int64_t number;
    char name[300];
};

static void add_columns(struct list *l)
{
    const struct tz_table_column columns[] = {
        {.key = "id", .title = _("Number"), .number = true},
        {.key = "server", .title = _("Registry")},
        {.key = "state", .title = _("State")},
        {.key = "operation", .title = _("What"), .optional = true},
        {.key = "address", .title = _("Address")},
        {.key = "queued", .title = _("Since")},
        {.key = "tried", .title = _("Last sent"), .optional = true},
        {.key = "tries", .title = _("Times sent"), .number = true},
        {.key = "source", .title = _("File"), .optional = true},
        {.key = "row", .title = _("Row"), .number = true, .optional = true},
        {.key = "revision", .title = _("Revision"), .number = true, .optional = true},
        {.key = "errors", .title = _("Errors"), .optional = true},
        {.key = "why", .title = _("Why"), .width_max = WHY_COLUMNS},
    };
    bool people = l->cli->format == TZ_FORMAT_TABLE;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct tz_table_column column = columns[i];
        if ((people && strcmp(column.key, "errors") == 0) || (!l->all && strcmp(column.key, "server") == 0))
            continue;
        column.title = people ? column.title : NULL;
        tz_table_column(&l->table, column);
    }
}

static void add_time(struct list *l, int64_t ms)
{
    char text[TZ_TIME_SIZE] = "";
    if (ms && l->cli->format == TZ_FORMAT_TABLE)
        tz_time_text(l->cli->env, ms, text);
    else if (ms)
        tz_time_iso(l->cli->env, ms, text);
    tz_table_cell(&l->table, text);
}

static void add_number(struct list *l, uint64_t n)
{
    if (n)
        tz_table_number(&l->table, (int64_t)n);
    else
        tz_table_cell(&l->table, "");
}

static int add_entry(void *ctx, const struct tz_outbox_entry *e)
{
    struct list *l = ctx;
    struct tz_buf text;
    bool people = l->cli->format == TZ_FORMAT_TABLE;
    if (people && tz_table_rows(&l->table) == SHOWN_MAX) {
        l->left_out++;
        return TZ_OK;
    }
    bool withdraw = e->operation == TZ_OUTBOX_WITHDRAW;
    tz_buf_init(&text, WHY_MAX_BYTES);
    tz_table_number(&l->table, e->id);
    if (l->all)
        tz_table_cell(&l->table, l->server);
    tz_table_cell(&l->table, people ? tz_outbox_state_word(e->state) : tz_outbox_state_name(e->state));
    tz_table_cell(&l->table, people ? withdraw ? _("withdraw") : "" : withdraw ? "WITHDRAW" : "SUBMIT");
    tz_table_cell(&l->table, e->address);
    add_time(l, e->queued_ms);
    add_time(l, e->tried_ms);
    tz_table_number(&l->table, e->tries);
    tz_table_cell(&l->table, e->source);
    add_number(l, e->row);
    add_number(l, e->revision);
    if (!people) {
        tz_outbox_codes(e, &text);
        tz_table_cell(&l->table, text.data ? text.data : "");
        tz_buf_clear(&text);
    }
    tz_outbox_why(l->cli, e, &text);
    tz_table_cell(&l->table, text.data ? text.data : "");
    tz_buf_free(&text);
    return TZ_OK;
}

static void tell_state(struct list *l, enum tz_outbox_state state)
{
    char since[TZ_TIME_SIZE];
    if (l->count[state] == 0)
        return;
    tz_time_text(l->cli->env, l->oldest_ms[state], since);
    fprintf(l->cli->out, _("%s: %llu, the oldest since %s\n"), tz_outbox_state_word(state),
            (unsigned long long)l->count[state], since);
}

static const enum tz_outbox_state shown[] = {TZ_OUTBOX_QUEUED, TZ_OUTBOX_SENT, TZ_OUTBOX_REFUSED,
                                             TZ_OUTBOX_CONFLICT};
enum { STATES = sizeof shown / sizeof *shown };

/* Counts per state, and what to do next. */
static void tell_summary(struct list *l)
{
    struct tz_cli *cli = l->cli;
    if (l->left_out > 0)
        fprintf(cli->out, P_("and %zu more\n", "and %zu more\n", l->left_out), l->left_out);
    if (tz_table_rows(&l->table) == 0) {
        tz_cli_note(cli, "%s", _("Nothing waits, was refused or is in conflict."));
        return;
    }
    if (cli->quiet)
        return;
    fputc('\n', cli->out);
    for (size_t i = 0; i < STATES; i++)
        tell_state(l, shown[i]);
    if (l->count[TZ_OUTBOX_QUEUED] + l->count[TZ_OUTBOX_SENT] > 0)
        tz_cli_note(cli, "%s", _("`taizhang sync` sends what waits."));
    if (l->count[TZ_OUTBOX_REFUSED] > 0)
        tz_cli_note(
            cli, "%s",
            _("`taizhang outbox --rejected FILE.xlsx` writes the refused rows with the reasons into a sheet: "
              "correct them there and submit it, which replaces them. `taizhang outbox drop ID` forgets "
              "one."));
    if (l->count[TZ_OUTBOX_CONFLICT] > 0)
        tz_cli_note(cli, "%s", _("`taizhang outbox show ID` compares the two sides of a conflict."));
}

static int print(struct list *l)
{
    struct tz_cli *cli = l->cli;
    if (cli->format == TZ_FORMAT_TABLE && tz_table_rows(&l->table) == 0) {
        tell_summary(l);
        return TZ_RESULT_DONE;
    }
    if (tz_table_print(&l->table, cli->out, cli->format) == TZ_ENOMEM)
        return tz_cli_no_memory(cli);
    if (cli->format == TZ_FORMAT_TABLE)
        tell_summary(l);
    return tz_cli_flush(cli);
}

/* The versions of the registry in use. */
static int add_versions(struct list *l)
{
    unsigned states = 0;
    int rc = TZ_OK;
    for (size_t i = 0; i < STATES && rc == TZ_OK; i++) {
        uint64_t count;
        int64_t oldest_ms;
        enum tz_outbox_state state = shown[i];
        states |= 1U << state;
        rc = tz_outbox_count(l->cli->profile, state, &count, &oldest_ms);
        if (rc != TZ_OK || count == 0)
            continue;
        if (l->count[state] == 0 || oldest_ms < l->oldest_ms[state])
            l->oldest_ms[state] = oldest_ms;
        l->count[state] += count;
    }
    return rc == TZ_OK ? tz_outbox_list(l->cli->profile, states, 0, add_entry, l) : rc;
}

static int note_place(void *ctx, const struct tz_outbox_place *place)
{
    struct list *l = ctx;
    struct place p = {.number = place->number};
    struct tz_buf name;
    tz_buf_init(&name, sizeof p.name - 1);
    tz_outbox_place_name(&name, place);
    snprintf(p.name, sizeof p.name, "%s", name.data ? name.data : "");
    tz_buf_free(&name);
    tz_buf_add(&l->places, &p, sizeof p);
    return tz_buf_ok(&l->places) ? TZ_OK : TZ_ENOMEM;
}

/* Those of the other registries. */
static int add_places(struct list *l)
{
    struct tz_profile *p = l->cli->profile;
    int rc = tz_outbox_elsewhere(p, note_place, l);
    for (size_t at = 0; rc == TZ_OK && at < l->places.len; at += sizeof(struct place)) {
        struct place place;
        memcpy(&place, l->places.data + at, sizeof place);
        l->server = place.name;
        int64_t before = tz_profile_use_number(p, place.number);
        rc = add_versions(l);
        (void)tz_profile_use_number(p, before);
    }
    return rc;
}

static int list(struct tz_cli *cli, bool all)
{
    struct list l = {.cli = cli, .all = all, .server = cli->server};
    tz_table_init(&l.table);
    tz_buf_init(&l.places, PLACES_MAX_BYTES);
    add_columns(&l);
    int rc = add_versions(&l);
    if (rc == TZ_OK && all)
        rc = add_places(&l);
    int result = rc == TZ_ENOMEM ? tz_cli_no_memory(cli)
                 : rc == TZ_OK   ? print(&l)
                                 : tz_cli_profile_failed(cli);
    tz_buf_free(&l.places);
    tz_table_free(&l.table);
    return result == TZ_RESULT_DONE && !all ? tz_outbox_tell_places(cli) : result;
}

int tz_outbox_run_list(struct tz_cli *cli, size_t argc, char **argv)
{
    bool all = false;
    const struct tz_option options[] = {{"all", TZ_OPTION_FLAG, &all}, {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_outbox, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("`taizhang outbox` has no part %s: list, show, retry, drop or resolve."),
                            argv[0]);
    rc = tz_cli_open_profile(cli);
    return rc == TZ_RESULT_DONE ? list(cli, all) : rc;
}
