/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "client/cli/submit_file.h"
#include "common/wire/frame.h"

enum { PAGE = TZ_RECORDS_PER_SUBMIT };

struct settle {
    struct tz_cli *cli;
    const struct tz_pending *pending;
    size_t count;
};

/* What one version's answer means to the profile. */
static int learn_one(struct tz_profile *p, const struct tz_pending *v, Taizhang__V1__HeldCode held)
{
    int rc = TZ_OK;
    switch ((int)held) {
    case TAIZHANG__V1__HELD_CODE__HELD_HELD:
    case TAIZHANG__V1__HELD_CODE__HELD_SUPERSEDED:
    case TAIZHANG__V1__HELD_CODE__HELD_WITHDRAWN:
        rc = tz_profile_saw(p, v->address, v->base + 1);
        return rc == TZ_OK ? tz_profile_decided(p, v->address, v->ticket) : rc;
    case TAIZHANG__V1__HELD_CODE__HELD_OTHER:
        return tz_profile_decided(p, v->address, v->ticket);
    default: /* not there: should it be sent again, then with the same ticket */
        return TZ_OK;
    }
}

static enum tz_result take_answers(void *ctx, const tz_answer *m)
{
    struct settle *s = ctx;
    struct tz_profile *p = s->cli->profile;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_RECONCILE || m->reconcile->n_answers != s->count)
        return (enum tz_result)tz_cli_strange_answer(s->cli);
    int rc = tz_profile_begin(p);
    for (size_t i = 0; i < s->count && rc == TZ_OK; i++)
        rc = learn_one(p, &s->pending[i], m->reconcile->answers[i]->held);
    if (rc == TZ_OK)
        rc = tz_profile_commit(p);
    if (rc == TZ_OK)
        return TZ_RESULT_DONE;
    tz_profile_rollback(p);
    return (enum tz_result)tz_cli_profile_failed(s->cli);
}

struct page {
    struct tz_pending pending[PAGE];
    struct tz_address parsed[PAGE];
    char period[PAGE][TZ_PERIOD_SIZE];
    Taizhang__V1__Address address[PAGE];
    Taizhang__V1__Held held[PAGE];
    Taizhang__V1__Held *list[PAGE];
};

static int ask(struct tz_cli *cli, struct page *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct tz_pending *v = &p->pending[i];
        if (tz_address_parse(v->address, strlen(v->address), &p->parsed[i], NULL) != TZ_OK) {
            tz_cli_error(cli,
                         _("The profile holds an address that cannot be read: %s. Name another profile with "
                           "--profile."),
                         v->address);
            return TZ_RESULT_INTERNAL;
        }
        taizhang__v1__address__init(&p->address[i]);
        taizhang__v1__held__init(&p->held[i]);
        tz_period_format(p->parsed[i].period, p->period[i]);
        p->address[i].committee = p->parsed[i].committee;
        p->address[i].kind = p->parsed[i].kind;
        p->address[i].period = p->period[i];
        p->address[i].key = p->parsed[i].key;
        p->held[i].address = &p->address[i];
        p->held[i].base_revision = v->base;
        p->held[i].ticket.data = p->pending[i].ticket;
        p->held[i].ticket.len = TZ_TICKET_SIZE;
        p->list[i] = &p->held[i];
    }
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__ReconcileRequest reconcile = TAIZHANG__V1__RECONCILE_REQUEST__INIT;
    reconcile.items = p->list;
    reconcile.n_items = count;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_RECONCILE;
    request.reconcile = &reconcile;
    struct settle settle = {.cli = cli, .pending = p->pending, .count = count};
    return tz_cli_call(cli, &request, take_answers, &settle);
}

int tz_submit_settle(struct tz_cli *cli)
{
    struct page *p = calloc(1, sizeof *p);
    if (!p)
        return tz_cli_no_memory(cli);
    int64_t cursor = 0;
    int rc = TZ_RESULT_DONE;
    for (size_t count = PAGE; count == PAGE && rc == TZ_RESULT_DONE;) {
        if (tz_profile_pending(cli->profile, &cursor, p->pending, PAGE, &count) != TZ_OK)
            rc = tz_cli_profile_failed(cli);
        else if (count > 0)
            rc = ask(cli, p, count);
    }
    free(p);
    return rc;
}
