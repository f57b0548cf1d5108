/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/invite.h"
#include "client/cli/key_words.h"
#include "client/cli/time_text.h"
#include "client/lib/invite_line.h"

void tz_invite_id(const ProtobufCBinaryData *code_sha256, char out[TZ_INVITE_ID_SIZE])
{
    size_t n = code_sha256->len < 8 ? code_sha256->len : 8;
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", code_sha256->data[i]);
    out[2 * n] = '\0';
}

/* --- one by one --- */

typedef void invitation_fn(void *ctx, const Taizhang__V1__Invitation *invitation);

struct walk {
    struct tz_cli *cli;
    invitation_fn *each;
    void *ctx;
    uint8_t after[TZ_SHA256_SIZE];
    size_t after_len;
};

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct walk *w = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_INVITATION_LIST)
        return (enum tz_result)tz_cli_strange_answer(w->cli);
    const Taizhang__V1__InvitationListReply *r = m->invitation_list;
    for (size_t i = 0; i < r->n_invitations; i++)
        if (r->invitations[i]->body)
            w->each(w->ctx, r->invitations[i]);
    w->after_len = m->final && r->next_after.len <= sizeof w->after ? r->next_after.len : 0;
    if (w->after_len > 0)
        memcpy(w->after, r->next_after.data, w->after_len);
    return TZ_RESULT_DONE;
}

static int walk(struct walk *w, const char *committee, bool all)
{
    int rc;
    uint8_t after[TZ_SHA256_SIZE];
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__InvitationListRequest q = TAIZHANG__V1__INVITATION_LIST_REQUEST__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_INVITATION_LIST;
    request.invitation_list = &q;
    if (committee)
        q.committee = (char *)(uintptr_t)committee;
    q.subtree = true;
    q.all = all;
    do {
        memcpy(after, w->after, sizeof after);
        q.after = (ProtobufCBinaryData){.data = after, .len = w->after_len};
        rc = tz_cli_call(w->cli, &request, take_page, w);
    } while (rc == TZ_RESULT_DONE && w->after_len > 0);
    return rc;
}

/* --- the list --- */

struct listing {
    struct tz_cli *cli;
    struct tz_table table;
};

static void add_columns(struct listing *l)
{
    const struct tz_table_column columns[] = {
        {.key = "id", .title = _("Invitation")},
        {.key = "state", .title = _("State")},
        {.key = "committee", .title = _("Committee")},
        {.key = "committee_name", .title = _("Name"), .width_max = 30},
        {.key = "roles", .title = _("Roles")},
        {.key = "for", .title = _("For"), .width_max = 30},
        {.key = "expires", .title = _("Valid until")},
        {.key = "used_by", .title = _("Used by"), .optional = true},
        {.key = "used_from", .title = _("From"), .optional = true},
        {.key = "used", .title = _("When"), .optional = true},
        {.key = "by", .title = _("Invited by")},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct tz_table_column c = columns[i];
        if (!tz_format_is_for_people(l->cli->format))
            c.title = NULL;
        tz_table_column(&l->table, c);
    }
}

static const char *state_label(const char *state)
{
    static const char *const labels[][2] = {{"open", N_("open")},
                                            {"used", N_("used")},
                                            {"expired", N_("expired")},
                                            {"cancelled", N_("cancelled")},
                                            {"closed", N_("closed")}};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i][0], state) == 0)
            return _(labels[i][1]);
    return state;
}

static void add_time(struct listing *l, int64_t ms)
{
    char time[TZ_TIME_SIZE] = "";
    if (ms && tz_format_is_for_people(l->cli->format))
        tz_time_text(l->cli->env, ms, time);
    else if (ms)
        tz_time_iso(l->cli->env, ms, time);
    tz_table_cell(&l->table, time);
}

static void add_row(void *ctx, const Taizhang__V1__Invitation *i)
{
    struct listing *l = ctx;
    const Taizhang__V1__InvitationBody *b = i->body;
    bool people = tz_format_is_for_people(l->cli->format);
    char id[TZ_INVITE_ID_SIZE];
    struct tz_buf roles;
    tz_buf_init(&roles, 1024);
    tz_invite_id(&b->code_sha256, id);
    for (size_t k = 0; !people && k < b->n_roles; k++)
        tz_buf_printf(&roles, "%s%s", k ? "," : "", b->roles[k]);
    if (people)
        tz_key_put_roles(&roles, b->roles, b->n_roles, l->cli->zh);
    tz_table_cell(&l->table, id);
    tz_table_cell(&l->table, people ? state_label(i->state) : i->state);
    tz_table_cell(&l->table, b->committee_code);
    tz_table_cell(&l->table, i->committee_name);
    tz_table_cell(&l->table, roles.data ? roles.data : "");
    tz_table_cell(&l->table, b->name);
    add_time(l, b->expires_ms);
    tz_table_cell(&l->table, b->used_by);
    tz_table_cell(&l->table, b->used_from);
    add_time(l, b->used_ms);
    tz_table_cell(&l->table, i->by);
    tz_buf_free(&roles);
}

int tz_invite_list(struct tz_cli *cli, const char *committee, bool all)
{
    struct listing l = {.cli = cli};
    struct walk w = {.cli = cli, .each = add_row, .ctx = &l};
    tz_table_init(&l.table);
    add_columns(&l);
    int rc = walk(&w, committee, all);
    if (rc == TZ_RESULT_DONE)
        rc = tz_cli_printed(cli, tz_table_print(&l.table, cli->out, cli->format));
    tz_table_free(&l.table);
    return rc;
}

/* --- taking one back --- */

static enum tz_result take_cancelled(void *ctx, const tz_answer *m)
{
    struct tz_cli *cli = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_INVITE)
        return (enum tz_result)tz_cli_strange_answer(cli);
    return TZ_RESULT_DONE;
}

int tz_invite_take_back(struct tz_cli *cli, const uint8_t code_sha256[TZ_SHA256_SIZE])
{
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__InviteRequest q = TAIZHANG__V1__INVITE_REQUEST__INIT;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_INVITE;
    request.invite = &q;
    q.cancel = true;
    q.code_sha256 = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)code_sha256, .len = TZ_SHA256_SIZE};
    return tz_cli_call(cli, &request, take_cancelled, cli);
}

struct search {
    const char *id; /* or its beginning */
    size_t found;
    uint8_t code_sha256[TZ_SHA256_SIZE];
};

static void compare(void *ctx, const Taizhang__V1__Invitation *i)
{
    struct search *s = ctx;
    char id[TZ_INVITE_ID_SIZE];
    tz_invite_id(&i->body->code_sha256, id);
    if (strncmp(id, s->id, strlen(s->id)) != 0 || i->body->code_sha256.len != sizeof s->code_sha256)
        return;
    s->found++;
    memcpy(s->code_sha256, i->body->code_sha256.data, sizeof s->code_sha256);
}

static int find(struct tz_cli *cli, const char *which, const char *committee,
                uint8_t code_sha256[TZ_SHA256_SIZE])
{
    struct tz_invite_line line;
    struct search s = {.id = which};
    struct walk w = {.cli = cli, .each = compare, .ctx = &s};
    if (tz_invite_line_read(which, strlen(which), &line) == TZ_LINE_FINE) {
        tz_sha256(code_sha256, line.code, sizeof line.code, NULL, 0);
        return TZ_RESULT_DONE;
    }
    int rc = walk(&w, committee, true);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (s.found != 1 || !*which) {
        tz_cli_error(cli,
                     s.found == 0 ? _("There is no invitation %s. taizhang invite --list --all shows them.")
                                  : _("Several invitations begin with %s; write more of it."),
                     which);
        return TZ_RESULT_REFUSED;
    }
    memcpy(code_sha256, s.code_sha256, sizeof s.code_sha256);
    return TZ_RESULT_DONE;
}

int tz_invite_cancel(struct tz_cli *cli, const char *which, const char *committee)
{
    uint8_t code_sha256[TZ_SHA256_SIZE];
    int rc = find(cli, which, committee, code_sha256);
    if (rc == TZ_RESULT_DONE)
        rc = tz_invite_take_back(cli, code_sha256);
    if (rc == TZ_RESULT_DONE)
        tz_cli_note(cli, "%s", _("The invitation is cancelled: nobody can use it any more."));
    return rc;
}
