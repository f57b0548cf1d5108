/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/operand.h"
#include "client/cli/pages.h"
#include "client/lib/outbox.h"

/* offline: where it was read from; NULL: the registry. */
static int show_record(struct tz_cli *cli, const Taizhang__V1__RecordState *record,
                       const struct tz_offline *offline)
{
    struct tz_arena arena;
    struct tz_view view;
    struct tz_record_list list;
    if (cli->format == TZ_FORMAT_TABLE) {
        int rc = TZ_RESULT_DONE;
        tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
        if (tz_view_read(record, &arena, &view))
            tz_view_people(cli, &view);
        else
            rc = tz_cli_strange_answer(cli);
        tz_arena_free(&arena);
        return rc;
    }
    const struct tz_kind_info *kind = record->address ? tz_kind_info(record->address->kind) : NULL;
    if (!kind)
        return tz_cli_strange_answer(cli);
    tz_record_list_init(&list, cli, kind, !offline, false);
    list.copy = offline;
    int rc = tz_record_list_add(&list, record, NULL);
    if (rc == TZ_RESULT_DONE)
        rc = tz_record_list_end(&list);
    tz_record_list_free(&list);
    return rc;
}

static enum tz_result take_record(void *ctx, const tz_answer *m)
{
    struct tz_cli *cli = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_GET || !m->get->record)
        return (enum tz_result)tz_cli_strange_answer(cli);
    return (enum tz_result)show_record(cli, m->get->record, NULL);
}

/* --- from the local copy --- */

struct offline_show {
    struct tz_offline offline;
    const char *address;
    bool changed; /* a version of it is in the outbox */
};

static int take_copied(void *ctx, const Taizhang__V1__RecordState *state)
{
    struct offline_show *s = ctx;
    return show_record(s->offline.cli, state, &s->offline);
}

static int look_in_outbox(void *ctx, const struct tz_outbox_entry *entry)
{
    struct offline_show *s = ctx;
    s->changed = s->changed || strcmp(entry->address, s->address) == 0;
    return 0;
}

static int show_copied(struct tz_cli *cli, const struct tz_operand *at)
{
    static const unsigned undecided =
        1u << TZ_OUTBOX_QUEUED | 1u << TZ_OUTBOX_SENT | 1u << TZ_OUTBOX_REFUSED | 1u << TZ_OUTBOX_CONFLICT;
    struct offline_show s = {.address = at->written};
    int rc = tz_offline_open(&s.offline, cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    rc = tz_copy_get(cli->profile, at->written, take_copied, &s);
    if (rc == TZ_ENOENT) {
        tz_cli_error(cli, _("The local copy has no record %s."), at->written);
        return TZ_RESULT_REFUSED;
    }
    if (rc != TZ_OK)
        return tz_offline_failed(&s.offline, rc);
    if (s.offline.waiting && tz_outbox_list(cli->profile, undecided, 0, look_in_outbox, &s) != TZ_OK)
        return tz_cli_profile_failed(cli);
    if (s.changed)
        tz_cli_note(cli, "%s", _("Your own later version of it is in the outbox: taizhang outbox lists it."));
    return TZ_RESULT_DONE;
}

static int run_show(struct tz_cli *cli, size_t argc, char **argv)
{
    struct tz_option_number revision = {0};
    bool offline = false;
    const struct tz_option options[] = {{"revision", TZ_OPTION_NUMBER, &revision},
                                        {"offline", TZ_OPTION_FLAG, &offline},
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
    if (offline && revision.given)
        return tz_cli_usage(cli, "%s", _("The local copy has current revisions only: leave out --revision."));
    if (offline)
        return show_copied(cli, &at);
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__GetRequest q = TAIZHANG__V1__GET_REQUEST__INIT;
    q.address = &at.wire;
    q.revision = revision.value;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET;
    request.get = &q;
    return tz_offline_hint(cli, tz_cli_call(cli, &request, take_record, cli));
}

const struct tz_command tz_command_show = {
    .name = "show",
    .help = N_("one record with all its fields"),
    .usage = "ADDRESS [--revision N] [--offline]",
    .details = N_("  ADDRESS       committee/kind/period/key, such as 110000/project/2017/X01\n"
                  "  --revision N  an earlier revision; else the current one\n"
                  "  --offline     from the local copy that taizhang sync keeps, without a line"),
    .run = run_show,
};
