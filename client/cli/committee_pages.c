/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/committee.h"

struct walk {
    struct tz_cli *cli;
    tz_committee_fn *each;
    void *ctx;
    char after[64];
};

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct walk *w = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_COMMITTEE_LIST)
        return (enum tz_result)tz_cli_strange_answer(w->cli);
    const Taizhang__V1__CommitteeListReply *r = m->committee_list;
    for (size_t i = 0; i < r->n_committees; i++) {
        enum tz_result rc = r->committees[i]->body ? w->each(w->ctx, r->committees[i]) : TZ_RESULT_DONE;
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
    if (m->final) {
        if (strlen(r->next_after) >= sizeof w->after ||
            (*r->next_after && strcmp(r->next_after, w->after) == 0))
            return (enum tz_result)tz_cli_strange_answer(w->cli);
        strcpy(w->after, r->next_after);
    }
    return TZ_RESULT_DONE;
}

/* The answer of a registry that has no units yet to the question for all of them. */
static bool is_empty_registry(const struct tz_cli *cli, const Taizhang__V1__CommitteeListRequest *q)
{
    const struct tz_failure *f = &cli->connection.failure;
    return !*q->under && f->reason == TZ_REASON_ANSWERED && f->code == (int)TZ_CODE(UNKNOWN_COMMITTEE);
}

int tz_committee_each(struct tz_cli *cli, Taizhang__V1__CommitteeListRequest *q, tz_committee_fn *each,
                      void *ctx)
{
    struct walk w = {.cli = cli, .each = each, .ctx = ctx};
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    char after[sizeof w.after];
    int rc = tz_cli_connect(cli);
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_COMMITTEE_LIST;
    request.committee_list = q;
    if (rc != TZ_RESULT_DONE)
        return rc;
    do {
        memcpy(after, w.after, sizeof after);
        q->after_code = after;
        rc = (int)tz_connection_call(&cli->connection, &request, take_page, &w);
    } while (rc == TZ_RESULT_DONE && *w.after);
    q->after_code = (char *)protobuf_c_empty_string;
    /* A result of each was told by each; the connection's own failures are told here. */
    if (rc == TZ_RESULT_DONE || (int)cli->connection.failure.result != rc)
        return rc;
    return is_empty_registry(cli, q) ? TZ_RESULT_DONE : tz_cli_failed(cli);
}
