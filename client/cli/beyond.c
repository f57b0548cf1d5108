/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/beyond.h"

#include <string.h>

#include "client/cli/meaning.h"
#include "client/cli/pages.h"
#include "client/cli/survey_internal.h"

enum { COUNTED_SCOPES_MAX = 64 };

static void found(struct tz_beyond *b, const char *scope, size_t count)
{
    size_t len = strlen(scope);
    if (count > 0 && b->scopes++ == 0) {
        memcpy(b->scope, scope, len);
        b->scope[len - (len > 0)] = '\0'; /* without the last slash */
    }
    b->count += count;
}

/* "committee/kind/period/" taken apart; false: it is not one. */
static bool read_scope(const char *scope, struct tz_address *out, char period[TZ_PERIOD_SIZE])
{
    char any[TZ_ADDRESS_SIZE + 8];
    snprintf(any, sizeof any, "%s1", scope);
    if (tz_address_parse(any, strlen(any), out, NULL) != TZ_OK)
        return false;
    tz_period_format(out->period, period);
    return true;
}

/* --- the records --- */

struct listing {
    struct tz_beyond *b;
    const char *scope;
    struct tz_address at;
    struct tz_meaning meaning;
    struct tz_cursor cursor;
    size_t count;
    int rc;
};

static void print_one(struct listing *l, const char *address, const Taizhang__V1__RecordState *state)
{
    struct tz_cli *cli = l->b->cli;
    struct tz_row_meaning m;
    if (tz_meaning_read(&l->meaning, state->body.data, state->body.len, NULL, 0, &m) != TZ_OK || !m.name)
        m.name = "";
    fprintf(cli->format == TZ_FORMAT_TABLE ? cli->out : cli->err, "  %s  %s\n", address, m.name);
}

static int take_record(struct listing *l, const Taizhang__V1__RecordState *state)
{
    struct tz_beyond *b = l->b;
    char address[2 * TZ_ADDRESS_SIZE];
    bool holds;
    if (!state->address || strlen(state->address->key) > TZ_KEY_MAX)
        return tz_cli_strange_answer(b->cli);
    if (state->withdrawn)
        return TZ_RESULT_DONE;
    if (strcmp(state->address->committee, l->at.committee) != 0) {
        tz_cli_error(
            b->cli,
            _("%s has the code %s now. Write that in the file: until then what the registry holds of it "
              "cannot be compared. Nothing was withdrawn."),
            l->at.committee, state->address->committee);
        return TZ_RESULT_REFUSED;
    }
    b->held++;
    snprintf(address, sizeof address, "%s%s", l->scope, state->address->key);
    int rc = tz_row_index_holds(b->survey->index, address, &holds);
    if (rc == TZ_OK && !holds) {
        if (b->count + l->count == 0)
            tz_cli_error(b->cli, "%s", _("In the registry, and not in the file:"));
        l->count++;
        print_one(l, address, state);
        rc = tz_row_index_beyond(b->survey->index, address, state->revision);
    }
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_survey_failed(b->survey, rc);
}

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct listing *l = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_LIST)
        return (enum tz_result)tz_cli_strange_answer(l->b->cli);
    for (size_t i = 0; i < m->list->n_records; i++) {
        int rc = take_record(l, m->list->records[i]);
        if (rc != TZ_RESULT_DONE)
            return (enum tz_result)rc;
    }
    if (m->final && !tz_cursor_keep(&l->cursor, &m->list->next_cursor))
        return (enum tz_result)tz_cli_strange_answer(l->b->cli);
    return TZ_RESULT_DONE;
}

static int list_scope(void *ctx, const char *scope, size_t addresses)
{
    struct tz_beyond *b = ctx;
    struct listing l = {.b = b, .scope = scope};
    char period[TZ_PERIOD_SIZE];
    int rc = TZ_RESULT_DONE;
    (void)addresses;
    if (!read_scope(scope, &l.at, period))
        return 0;
    tz_meaning_init(&l.meaning, tz_kind_info(l.at.kind), NULL, b->cli->zh);
    do {
        tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
        Taizhang__V1__ListRequest q = TAIZHANG__V1__LIST_REQUEST__INIT;
        q.committee = l.at.committee;
        q.kind = l.at.kind;
        q.period = period;
        q.cursor.data = l.cursor.bytes;
        q.cursor.len = l.cursor.len;
        request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_LIST;
        request.list = &q;
        rc = tz_cli_call(b->cli, &request, take_page, &l);
    } while (rc == TZ_RESULT_DONE && l.cursor.len > 0);
    tz_meaning_free(&l.meaning);
    found(b, scope, l.count);
    return rc;
}

int tz_beyond_find(struct tz_beyond *b)
{
    int rc = tz_row_index_scopes(b->survey->index, list_scope, b);
    return rc < 0 ? tz_survey_failed(b->survey, rc) : rc;
}

/* --- their number --- */

struct counting {
    struct tz_beyond *b;
    size_t asked;
    uint64_t own;
    bool answered;
};

/* Of a unit's children and itself: itself. */
static enum tz_result take_totals(void *ctx, const tz_answer *m)
{
    struct counting *c = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_TOTALS)
        return TZ_RESULT_INTERNAL;
    for (size_t i = 0; i < m->totals->n_rows; i++) {
        const Taizhang__V1__TotalsRow *row = m->totals->rows[i];
        if (!row->own || row->n_figures != 1 || !row->figures[0]->sum || row->figures[0]->sum->value < 0)
            continue;
        c->own = (uint64_t)row->figures[0]->sum->value;
        c->answered = true;
    }
    return TZ_RESULT_DONE;
}

static int count_scope(void *ctx, const char *scope, size_t addresses)
{
    struct counting *c = ctx;
    struct tz_address at;
    char period[TZ_PERIOD_SIZE];
    char records[] = "records";
    char *measures[] = {records};
    if (++c->asked > COUNTED_SCOPES_MAX || !read_scope(scope, &at, period))
        return 1;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__TotalsRequest q = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    q.committee = at.committee;
    q.kind = at.kind;
    q.period = period;
    q.measures = measures;
    q.n_measures = 1;
    q.children = true;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TOTALS;
    request.totals = &q;
    c->answered = false;
    if (tz_connection_call(&c->b->cli->connection, &request, take_totals, c) != TZ_RESULT_DONE ||
        !c->answered)
        return 1;
    found(c->b, scope, c->own > addresses ? (size_t)c->own - addresses : 0);
    return 0;
}

bool tz_beyond_count(struct tz_beyond *b)
{
    struct counting c = {.b = b};
    return tz_row_index_scopes(b->survey->index, count_scope, &c) == 0;
}
