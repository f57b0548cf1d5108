/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/committee_compose.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/report.h"
#include "client/cli/totals_view.h"
#include "common/base/date.h"
#include "common/wire/frame.h"

enum { ARENA_MAX = 64 << 20, ITEMS_MAX = 1000 };

int tz_compose_begin(struct tz_compose *c, struct tz_cli *cli, const char *on, const char *reason)
{
    *c = (struct tz_compose){.cli = cli, .reason = reason ? reason : "", .dated = true};
    tz_arena_init(&c->arena, ARENA_MAX);
    char *day = NULL;
    if (on) {
        day = tz_arena_alloc(&c->arena, TZ_DATE_SIZE);
        if (!day)
            return tz_cli_no_memory(cli);
        if (!tz_date_read(on, strlen(on), day) || strlen(day) != TZ_DATE_SIZE - 1)
            return tz_cli_usage(cli, _("%s is not a day. Write it like 2026-01-31."), on);
    }
    int rc = tz_cli_connect(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_env_date(cli->env, cli->connection.time_ms, c->today);
    c->on = day ? day : c->today;
    return TZ_RESULT_DONE;
}

void tz_compose_free(struct tz_compose *c)
{
    tz_arena_free(&c->arena);
    free(c->item);
    free(c->was);
}

/* --- what there is --- */

struct wanted {
    struct tz_compose *c;
    const Taizhang__V1__Committee *unit;
};

/* The first of the page is the unit itself. */
static enum tz_result take_unit(void *ctx, const tz_answer *m)
{
    struct wanted *w = ctx;
    struct tz_cli *cli = w->c->cli;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_LIST)
        return (enum tz_result)tz_cli_strange_answer(cli);
    if (w->unit || m->committee_list->n_committees == 0)
        return TZ_RESULT_DONE;
    const Taizhang__V1__Committee *unit = m->committee_list->committees[0];
    w->unit = (Taizhang__V1__Committee *)tz_wire_copy(&unit->base, &w->c->arena.protobuf);
    if (!w->unit)
        return (enum tz_result)tz_cli_no_memory(cli);
    return w->unit->body ? TZ_RESULT_DONE : (enum tz_result)tz_cli_strange_answer(cli);
}

/* It was to begin, and that was taken back: for a change it is as if it were unknown. */
static bool never_began(const Taizhang__V1__Committee *unit)
{
    return unit->n_states == 0 && *unit->body->valid_to &&
           strcmp(unit->body->valid_to, unit->body->effective_on) == 0;
}

int tz_compose_find(struct tz_compose *c, const char *code, const Taizhang__V1__Committee **out)
{
    struct wanted w = {.c = c};
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__CommitteeListRequest q = TAIZHANG__V1__COMMITTEE_LIST_REQUEST__INIT;
    const struct tz_failure *f = &c->cli->connection.failure;
    q.under = (char *)code;
    q.limit = 1;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_LIST;
    request.committee_list = &q;
    *out = NULL;
    int rc = (int)tz_connection_call(&c->cli->connection, &request, take_unit, &w);
    if (rc == TZ_RESULT_DONE) {
        *out = w.unit && never_began(w.unit) ? NULL : w.unit;
        return rc;
    }
    if (f->reason == TZ_REASON_ANSWERED && f->code == (int)TZ_CODE(UNKNOWN_COMMITTEE))
        return TZ_RESULT_DONE;
    return (int)f->result == rc ? tz_cli_failed(c->cli) : rc;
}

int tz_compose_unit(struct tz_compose *c, const char *code, const Taizhang__V1__Committee **out)
{
    int rc = tz_compose_find(c, code, out);
    if (rc == TZ_RESULT_DONE && !*out)
        return tz_cli_usage(c->cli,
                            _("The registry knows no committee %s. `taizhang committee list --find "
                              "NAME` finds it."),
                            code);
    return rc;
}

struct children {
    uint64_t parent;
    tz_committee_fn *each;
    void *ctx;
};

static enum tz_result take_child(void *ctx, const Taizhang__V1__Committee *unit)
{
    const struct children *w = ctx;
    bool below = unit->standing == TAIZHANG__V1__STANDING__STANDING_OPEN && unit->body->parent == w->parent;
    return below ? w->each(w->ctx, unit) : TZ_RESULT_DONE;
}

int tz_compose_children(struct tz_compose *c, const Taizhang__V1__Committee *unit, tz_committee_fn *each,
                        void *ctx)
{
    struct children w = {unit->number, each, ctx};
    Taizhang__V1__CommitteeListRequest q = TAIZHANG__V1__COMMITTEE_LIST_REQUEST__INIT;
    q.under = unit->body->code;
    return tz_committee_each(c->cli, &q, take_child, &w);
}

/* --- what shall be --- */

static const Taizhang__V1__CommitteeBody *state_on(const Taizhang__V1__Committee *unit, const char *day)
{
    const Taizhang__V1__CommitteeBody *found = NULL;
    for (size_t i = 0; i < unit->n_states; i++)
        if (strcmp(unit->states[i]->effective_on, day) <= 0)
            found = unit->states[i];
    return found ? found : unit->body;
}

static bool make_room(struct tz_compose *c)
{
    if (c->count < c->room)
        return true;
    size_t room = c->room ? c->room * 2 : 16;
    Taizhang__V1__CommitteeItem **item = realloc(c->item, room * sizeof(Taizhang__V1__CommitteeItem *));
    if (item)
        c->item = item;
    const Taizhang__V1__CommitteeBody **was =
        realloc(c->was, room * sizeof(const Taizhang__V1__CommitteeBody *));
    if (was)
        c->was = was;
    if (!item || !was)
        return false;
    c->room = room;
    return true;
}

/* A unit of a list is gone after its call. */
static Taizhang__V1__CommitteeBody *copy_body(struct tz_compose *c, const Taizhang__V1__CommitteeBody *body)
{
    return (Taizhang__V1__CommitteeBody *)tz_wire_copy(&body->base, &c->arena.protobuf);
}

Taizhang__V1__CommitteeItem *tz_compose_item(struct tz_compose *c, const Taizhang__V1__Committee *unit)
{
    Taizhang__V1__CommitteeItem *item = tz_arena_alloc(&c->arena, sizeof *item);
    Taizhang__V1__CommitteeBody empty = TAIZHANG__V1__COMMITTEE_BODY__INIT;
    const Taizhang__V1__CommitteeBody *was = unit ? state_on(unit, c->on) : &empty;
    Taizhang__V1__CommitteeBody *kept = copy_body(c, was), *body = copy_body(c, was);
    if (!item || !kept || !body || !make_room(c)) {
        tz_cli_no_memory(c->cli);
        return NULL;
    }
    taizhang__v1__committee_item__init(item);
    body->parent = 0; /* both are the registry's to fill in */
    body->effective_on = (char *)protobuf_c_empty_string;
    if (!unit) {
        body->type = 1;
        body->valid_from = (char *)(uintptr_t)c->on;
    }
    item->body = body;
    c->was[c->count] = unit ? kept : NULL;
    c->item[c->count++] = item;
    return item;
}

bool tz_compose_close(struct tz_compose *c, const Taizhang__V1__Committee *unit, const char *const *successor,
                      size_t count)
{
    Taizhang__V1__CommitteeItem *item = tz_compose_item(c, unit);
    if (!item)
        return false;
    const char *closed = item->body->valid_to;
    if (strlen(closed) != TZ_DATE_SIZE - 1 || strcmp(closed, c->on) > 0)
        item->body->valid_to =
            (char *)(uintptr_t)c->on; /* one that is closed already was so from its own day on */
    item->body->successors = (char **)(uintptr_t)successor;
    item->body->n_successors = count;
    return true;
}

/* --- saying and sending --- */

static void say_closing(struct tz_cli *cli, const Taizhang__V1__CommitteeBody *b, bool before)
{
    struct tz_buf text;
    tz_buf_init(&text, 4096);
    for (size_t i = 0; i < b->n_successors; i++)
        tz_buf_printf(&text, "%s%s", i ? ", " : "", b->successors[i]);
    if (b->n_successors && before)
        tz_cli_note(cli, _("  %s %s is closed since %s; in its place now: %s"), b->code, b->name, b->valid_to,
                    text.data ? text.data : "");
    else if (before)
        tz_cli_note(cli, _("  %s %s is closed since %s; nothing takes its place now"), b->code, b->name,
                    b->valid_to);
    else if (b->n_successors)
        tz_cli_note(cli, _("  %s %s closes; in its place: %s"), b->code, b->name, text.data ? text.data : "");
    else
        tz_cli_note(cli, _("  %s %s closes, and nothing takes its place"), b->code, b->name);
    tz_buf_free(&text);
}

static bool same_successors(const Taizhang__V1__CommitteeBody *a, const Taizhang__V1__CommitteeBody *b)
{
    bool same = a->n_successors == b->n_successors;
    for (size_t i = 0; same && i < a->n_successors; i++)
        same = strcmp(a->successors[i], b->successors[i]) == 0;
    return same;
}

static void say_item(struct tz_cli *cli, const Taizhang__V1__CommitteeItem *item,
                     const Taizhang__V1__CommitteeBody *was)
{
    const Taizhang__V1__CommitteeBody *b = item->body;
    if (!was) {
        tz_cli_note(cli, _("  %s %s is new, below %s"), b->code, b->name, b->parent_code);
        return;
    }
    if (strcmp(was->code, b->code) != 0)
        tz_cli_note(cli, _("  %s %s gets the code %s"), was->code, was->name, b->code);
    if (strcmp(was->name, b->name) != 0)
        tz_cli_note(cli, _("  %s %s is called %s"), b->code, was->name, b->name);
    if (strcmp(was->short_name, b->short_name) != 0)
        tz_cli_note(cli, _("  %s %s is called %s for short"), b->code, b->name, b->short_name);
    if (strcmp(was->parent_code, b->parent_code) != 0)
        tz_cli_note(cli, _("  %s %s goes from %s to %s"), b->code, b->name, was->parent_code, b->parent_code);
    if (was->level != b->level)
        tz_cli_note(cli, _("  %s %s gets the level %s"), b->code, b->name, tz_level_label(b->level, cli->zh));
    if (strcmp(was->valid_to, b->valid_to) != 0 && *b->valid_to)
        say_closing(cli, b, false);
    else if (strcmp(was->valid_to, b->valid_to) != 0)
        tz_cli_note(cli, _("  %s %s does not close"), b->code, b->name);
    else if (*b->valid_to && !same_successors(was, b))
        say_closing(cli, b, true);
    if (item->n_contacts)
        tz_cli_note(cli, _("  %s %s gets the contacts that were given"), b->code, b->name);
}

struct sending {
    struct tz_compose *c;
    struct tz_report report;
    size_t answered;
};

static enum tz_result take_outcomes(void *ctx, const tz_answer *m)
{
    struct sending *s = ctx;
    const Taizhang__V1__CommitteeChangeReply *r = m->committee_change;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_CHANGE ||
        r->n_outcomes > s->c->count - s->answered || (m->final && r->n_outcomes != s->c->count - s->answered))
        return (enum tz_result)tz_cli_strange_answer(s->c->cli);
    for (size_t i = 0; i < r->n_outcomes; i++)
        tz_report_outcome(&s->report, 0, s->c->item[s->answered + i]->body->code, r->outcomes[i]);
    s->answered += r->n_outcomes;
    return TZ_RESULT_DONE;
}

int tz_compose_send(struct tz_compose *c)
{
    struct sending s = {.c = c, .report = {.cli = c->cli}};
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__CommitteeChangeRequest q = TAIZHANG__V1__COMMITTEE_CHANGE_REQUEST__INIT;
    if (c->count > ITEMS_MAX)
        return tz_cli_usage(c->cli,
                            _("%zu units would change at once; %d are possible. Move some of them "
                              "before."),
                            c->count, ITEMS_MAX);
    if (c->dated)
        tz_cli_note(c->cli, _("From %s on:"), c->on);
    for (size_t i = 0; i < c->count; i++)
        say_item(c->cli, c->item[i], c->was[i]);
    q.items = c->item;
    q.n_items = c->count;
    q.on = c->dated ? (char *)(uintptr_t)c->on : (char *)protobuf_c_empty_string;
    q.reason = (char *)(uintptr_t)c->reason;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_CHANGE;
    request.committee_change = &q;
    int rc = tz_cli_call(c->cli, &request, take_outcomes, &s);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_report_summary(&s.report);
    rc = tz_report_result(&s.report);
    if (rc == TZ_RESULT_DONE && c->dated && strcmp(c->on, c->today) > 0)
        tz_cli_note(c->cli,
                    c->cancels ? _("What was to change on %s is taken back.")
                               : _("It is written down, and takes effect on %s."),
                    c->on);
    return rc;
}
