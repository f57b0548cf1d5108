/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/key.h"
#include "client/cli/key_words.h"
#include "client/cli/time_text.h"

/* --- one by one --- */

struct walk {
    struct tz_cli *cli;
    tz_principal_fn *each;
    void *ctx;
    char after[TZ_KEY_NAME_SIZE];
};

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct walk *w = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_LIST)
        return (enum tz_result)tz_cli_strange_answer(w->cli);
    const Taizhang__V1__KeyListReply *r = m->key_list;
    for (size_t i = 0; i < r->n_keys; i++)
        if (r->keys[i]->body)
            w->each(w->ctx, r->keys[i]);
    snprintf(w->after, sizeof w->after, "%s", m->final ? r->next_after : "");
    return TZ_RESULT_DONE;
}

int tz_key_each(struct tz_cli *cli, Taizhang__V1__KeyListRequest *q, tz_principal_fn *each, void *ctx)
{
    int rc;
    struct walk w = {.cli = cli, .each = each, .ctx = ctx};
    char after[sizeof w.after];
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_LIST;
    request.key_list = q;
    do {
        memcpy(after, w.after, sizeof after);
        q->after = after;
        rc = tz_cli_call(cli, &request, take_page, &w);
    } while (rc == TZ_RESULT_DONE && *w.after);
    q->after = (char *)(uintptr_t)protobuf_c_empty_string;
    return rc;
}

/* --- for people --- */

void tz_key_table_begin(struct tz_key_table *t, struct tz_cli *cli)
{
    const struct tz_table_column columns[] = {
        {.key = "id", .title = _("Key")},
        {.key = "state", .title = _("State")},
        {.key = "committee", .title = _("Committee")},
        {.key = "committee_name", .title = _("Name"), .width_max = 30},
        {.key = "roles", .title = _("Roles")},
        {.key = "name", .title = _("Device or person"), .width_max = 30},
        {.key = "enrolled", .title = _("Since")},
        {.key = "from", .title = _("From"), .optional = true},
        {.key = "until", .title = _("Until"), .optional = true},
        {.key = "replaces", .title = _("In place of"), .optional = true},
        {.key = "changed", .title = _("Changed")},
        {.key = "by", .title = _("By")},
    };
    t->cli = cli;
    tz_table_init(&t->table);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct tz_table_column c = columns[i];
        if (!tz_format_is_for_people(cli->format))
            c.title = NULL;
        tz_table_column(&t->table, c);
    }
}

static void add_time(struct tz_key_table *t, int64_t ms)
{
    char time[TZ_TIME_SIZE] = "";
    if (ms && tz_format_is_for_people(t->cli->format))
        tz_time_text(t->cli->env, ms, time);
    else if (ms)
        tz_time_iso(t->cli->env, ms, time);
    tz_table_cell(&t->table, time);
}

static void add_state(struct tz_key_table *t, const Taizhang__V1__KeyBody *b)
{
    int64_t now_ms = t->cli->connection.time_ms; /* the registry's: this machine's clock may be wrong */
    bool over = b->until_ms && b->until_ms <= now_ms;
    if (tz_format_is_for_people(t->cli->format))
        tz_table_cell(&t->table, b->revoked ? _("revoked") : over ? _("over") : _("valid"));
    else
        tz_table_cell(&t->table, b->revoked ? "revoked" : over ? "over" : "valid");
}

static void add_roles(struct tz_key_table *t, const Taizhang__V1__KeyBody *b)
{
    struct tz_buf roles;
    tz_buf_init(&roles, 1024);
    bool people = tz_format_is_for_people(t->cli->format);
    if (people)
        tz_key_put_roles(&roles, b->roles, b->n_roles, t->cli->zh);
    for (size_t i = 0; !people && i < b->n_roles; i++)
        tz_buf_printf(&roles, "%s%s", i ? "," : "", b->roles[i]);
    tz_table_cell(&t->table, roles.data ? roles.data : "");
    tz_buf_free(&roles);
}

void tz_key_table_add(void *key_table, const Taizhang__V1__Principal *p)
{
    struct tz_key_table *t = key_table;
    const Taizhang__V1__KeyBody *b = p->body;
    tz_table_cell(&t->table, b->id);
    add_state(t, b);
    tz_table_cell(&t->table, b->committee_code);
    tz_table_cell(&t->table, p->committee_name);
    add_roles(t, b);
    tz_table_cell(&t->table, b->name);
    add_time(t, p->enrolled_ms);
    tz_table_cell(&t->table, b->enrolled_from);
    add_time(t, b->until_ms);
    tz_table_cell(&t->table, b->rotated_from);
    add_time(t, p->changed_ms);
    tz_table_cell(&t->table, p->by);
}

int tz_key_table_end(struct tz_key_table *t)
{
    int rc = tz_cli_printed(t->cli, tz_table_print(&t->table, t->cli->out, t->cli->format));
    tz_table_free(&t->table);
    return rc;
}
