/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/committee.h"
#include "client/cli/totals_view.h"
#include "client/sheet/committees.h"
#include "common/base/date.h"

struct listing {
    struct tz_cli *cli;
    bool contacts;
    struct tz_table table;
};

/* The columns of the import, so that a list in CSV can be imported. */
static void add_columns(struct listing *l)
{
    for (size_t i = TZ_SHEET_CODE; i <= (l->contacts ? TZ_SHEET_PHONE : TZ_SHEET_SUCCESSORS); i++) {
        enum tz_committee_column c = (enum tz_committee_column)i;
        const char *title = l->cli->zh ? tz_committee_column_zh(c) : tz_committee_column_name(c);
        tz_table_column(&l->table,
                        (struct tz_table_column){.key = tz_committee_column_name(c),
                                                 .title = l->cli->format == TZ_FORMAT_TABLE ? title : NULL,
                                                 .optional = i >= TZ_SHEET_SHORT_NAME});
    }
}

static void add_level(struct listing *l, uint32_t level)
{
    char digit[2] = {(char)('0' + (level - 1) % 10), '\0'};
    if (l->cli->format == TZ_FORMAT_TABLE)
        tz_table_cell(&l->table, tz_level_label(level, l->cli->zh));
    else if (l->cli->format == TZ_FORMAT_JSON || level == 6)
        tz_table_cell(&l->table, tz_level_name(level));
    else
        tz_table_cell(&l->table, digit);
}

static void add_unit(struct listing *l, const Taizhang__V1__CommitteeBody *b)
{
    struct tz_buf successors;
    tz_buf_init(&successors, 4096);
    for (size_t i = 0; i < b->n_successors; i++)
        tz_buf_printf(&successors, "%s%s", i ? ";" : "", b->successors[i]);
    tz_table_cell(&l->table, b->code);
    tz_table_cell(&l->table, b->name);
    add_level(l, b->level);
    tz_table_cell(&l->table, b->parent_code);
    if (l->cli->format == TZ_FORMAT_TABLE)
        tz_table_cell(&l->table, b->type == 2 ? _("grouping") : _("committee"));
    else
        tz_table_cell(&l->table, b->type == 2 ? "grouping" : "committee");
    tz_table_cell(&l->table, b->short_name);
    tz_table_cell(&l->table, b->valid_from);
    tz_table_cell(&l->table, b->valid_to);
    tz_table_cell(&l->table, successors.data ? successors.data : "");
    tz_buf_free(&successors);
}

/* All of a unit's contact persons in one cell, their telephone numbers in another. */
static void add_contacts(struct listing *l, const Taizhang__V1__Committee *unit)
{
    struct tz_buf names, phones;
    tz_buf_init(&names, 16384);
    tz_buf_init(&phones, 16384);
    for (size_t i = 0; i < unit->n_contacts; i++) {
        tz_buf_printf(&names, "%s%s", i ? "; " : "", unit->contacts[i]->name);
        tz_buf_printf(&phones, "%s%s", i ? "; " : "", unit->contacts[i]->phone);
    }
    tz_table_cell(&l->table, names.data ? names.data : "");
    tz_table_cell(&l->table, phones.data ? phones.data : "");
    tz_buf_free(&names);
    tz_buf_free(&phones);
}

static enum tz_result take_unit(void *ctx, const Taizhang__V1__Committee *unit)
{
    struct listing *l = ctx;
    add_unit(l, unit->body);
    if (l->contacts)
        add_contacts(l, unit);
    return TZ_RESULT_DONE;
}

static int list(struct tz_cli *cli, Taizhang__V1__CommitteeListRequest *q, bool contacts)
{
    struct listing l = {.cli = cli, .contacts = contacts};
    tz_table_init(&l.table);
    add_columns(&l);
    int rc = tz_committee_each(cli, q, take_unit, &l);
    if (rc == TZ_RESULT_DONE) {
        rc = tz_cli_printed(cli, tz_table_print(&l.table, cli->out, cli->format));
        if (cli->format == TZ_FORMAT_TABLE)
            tz_cli_note(cli, P_("%zu unit", "%zu units", tz_table_rows(&l.table)), tz_table_rows(&l.table));
    }
    tz_table_free(&l.table);
    return rc;
}

int tz_committee_list(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *under = "";
    const char *level = NULL;
    const char *set = "";
    const char *find = "";
    const char *on = NULL;
    char day[TZ_DATE_SIZE] = "";
    bool contacts = false;
    const struct tz_option options[] = {
        {"under", TZ_OPTION_TEXT, &under},
        {"level", TZ_OPTION_TEXT, &level},
        {"set", TZ_OPTION_TEXT, &set},
        {"find", TZ_OPTION_TEXT, &find},
        {"contacts", TZ_OPTION_FLAG, &contacts},
        {"on", TZ_OPTION_TEXT, &on},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    if (on && (!tz_date_read(on, strlen(on), day) || strlen(day) != TZ_DATE_SIZE - 1))
        return tz_cli_usage(cli, _("%s is not a day. Write it like 2026-01-31."), on);
    Taizhang__V1__CommitteeListRequest q = TAIZHANG__V1__COMMITTEE_LIST_REQUEST__INIT;
    if (level && !(q.level = tz_level_read(level, strlen(level))))
        return tz_cli_usage(
            cli,
            _("%s is not a level. Write 0 nation, 1 province, 2 prefecture, 3 county, 4 township, or "
              "system."),
            level);
    q.under = (char *)under;
    q.reporting_set = (char *)set;
    q.find = (char *)find;
    /* Whoever filters wants what is anywhere below; whoever does not wants to look one level down. */
    q.subtree = level || *set || *find;
    q.on = day;
    return list(cli, &q, contacts);
}
