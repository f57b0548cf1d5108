/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/commands.h"
#include "client/cli/operand.h"
#include "client/cli/pages.h"

static enum tz_result take_record(void *ctx, const tz_answer *m)
{
    struct tz_cli *cli = ctx;
    struct tz_arena arena;
    struct tz_view view;
    struct tz_record_list list;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_GET || !m->get->record)
        return (enum tz_result)tz_cli_strange_answer(cli);
    if (cli->format == TZ_FORMAT_TABLE) {
        int rc = TZ_RESULT_DONE;
        tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
        if (tz_view_read(m->get->record, &arena, &view))
            tz_view_people(cli, &view);
        else
            rc = tz_cli_strange_answer(cli);
        tz_arena_free(&arena);
        return (enum tz_result)rc;
    }
    const struct tz_kind_info *kind =
        m->get->record->address ? tz_kind_info(m->get->record->address->kind) : NULL;
    if (!kind)
        return (enum tz_result)tz_cli_strange_answer(cli);
    tz_record_list_init(&list, cli, kind, true, false);
    int rc = tz_record_list_add(&list, m->get->record, NULL);
    if (rc == TZ_RESULT_DONE)
        rc = tz_record_list_end(&list);
    tz_record_list_free(&list);
    return (enum tz_result)rc;
}

static int run_show(struct tz_cli *cli, size_t argc, char **argv)
{
    struct tz_option_number revision = {0};
    const struct tz_option options[] = {{"revision", TZ_OPTION_NUMBER, &revision},
                                        {NULL, TZ_OPTION_FLAG, NULL}};
    struct tz_operand at;
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_show, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    rc = tz_operand_read_one(cli, operands, argv, &at);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__GetRequest q = TAIZHANG__V1__GET_REQUEST__INIT;
    q.address = &at.wire;
    q.revision = revision.value;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET;
    request.get = &q;
    return tz_cli_call(cli, &request, take_record, cli);
}

const struct tz_command tz_command_show = {
    .name = "show",
    .help = N_("one record with all its fields"),
    .usage = "ADDRESS [--revision N]",
    .details = N_("  ADDRESS       committee/kind/period/key, such as 110000/project/2017/X01\n"
                  "  --revision N  an earlier revision; else the current one"),
    .run = run_show,
};
