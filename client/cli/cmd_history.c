/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/commands.h"
#include "client/cli/operand.h"
#include "client/cli/pages.h"

struct history {
    struct tz_cli *cli;
    struct tz_record_list list;
    uint64_t last;
    bool more;
};

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct history *h = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_HISTORY)
        return (enum tz_result)tz_cli_strange_answer(h->cli);
    for (size_t i = 0; i < m->history->n_records; i++) {
        int rc = tz_record_list_add(&h->list, m->history->records[i], NULL);
        if (rc != TZ_RESULT_DONE)
            return (enum tz_result)rc;
        h->last = m->history->records[i]->revision;
    }
    h->more = m->final && m->history->more;
    return TZ_RESULT_DONE;
}

static int run_history(struct tz_cli *cli, size_t argc, char **argv)
{
    const struct tz_option options[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    struct tz_operand at;
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_history, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    rc = tz_operand_read_one(cli, operands, argv, &at);
    if (rc != TZ_RESULT_DONE)
        return rc;
    struct history h = {.cli = cli};
    tz_record_list_init(&h.list, cli, tz_kind_info(at.address.kind), true, false);
    do {
        tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
        Taizhang__V1__HistoryRequest q = TAIZHANG__V1__HISTORY_REQUEST__INIT;
        uint64_t before = h.last;
        q.address = &at.wire;
        q.after_revision = h.last;
        request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_HISTORY;
        request.history = &q;
        rc = tz_cli_call(cli, &request, take_page, &h);
        if (rc == TZ_RESULT_DONE && h.more && h.last <= before) {
            (void)tz_cli_strange_answer(cli); /* more, but nothing came: it would never end */
            rc = tz_cli_failed(cli);
        }
    } while (rc == TZ_RESULT_DONE && h.more);
    if (rc == TZ_RESULT_DONE)
        rc = tz_record_list_end(&h.list);
    tz_record_list_free(&h.list);
    return rc;
}

const struct tz_command tz_command_history = {
    .name = "history",
    .help = N_("all revisions of a record, the oldest first"),
    .usage = "ADDRESS",
    .details = N_("  ADDRESS  committee/kind/period/key, such as 110000/project/2017/X01"),
    .run = run_history,
    .workbook = true,
};
