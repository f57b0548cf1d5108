/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "client/cli/committee.h"

struct completion {
    struct tz_cli *cli;
    struct tz_committee_row **by_code;
    size_t count;
    const size_t *place;
    struct tz_arena *arena;
};

static const char *code_of(const struct tz_committee_row *row)
{
    return row->item->body->code;
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(code_of(*(struct tz_committee_row *const *)a),
                  code_of(*(struct tz_committee_row *const *)b));
}

static int compare_code(const void *code, const void *row)
{
    return strcmp(code, code_of(*(struct tz_committee_row *const *)row));
}

static enum tz_result take_unit(void *ctx, const Taizhang__V1__Committee *unit)
{
    struct completion *c = ctx;
    struct tz_committee_row **row =
        bsearch(unit->body->code, c->by_code, c->count, sizeof(struct tz_committee_row *), compare_code);
    if (row && tz_committee_row_complete(*row, c->place, unit, c->arena) != TZ_OK)
        return (enum tz_result)tz_cli_no_memory(c->cli);
    return TZ_RESULT_DONE;
}

int tz_committee_complete(struct tz_cli *cli, struct tz_committee_row *rows, size_t count,
                          const size_t place[TZ_SHEET_COLUMNS], struct tz_arena *arena)
{
    Taizhang__V1__CommitteeListRequest q = TAIZHANG__V1__COMMITTEE_LIST_REQUEST__INIT;
    struct completion c = {.cli = cli, .count = count, .place = place, .arena = arena};
    if (count == 0)
        return TZ_RESULT_DONE;
    c.by_code = calloc(count, sizeof(struct tz_committee_row *));
    if (!c.by_code)
        return tz_cli_no_memory(cli);
    for (size_t i = 0; i < count; i++)
        c.by_code[i] = &rows[i];
    qsort(c.by_code, count, sizeof(struct tz_committee_row *), compare_rows);
    q.subtree = true;
    int rc = tz_committee_each(cli, &q, take_unit, &c);
    for (size_t i = 0; i < count && rc == TZ_RESULT_DONE; i++)
        if (!rows[i].known)
            tz_committee_row_require(&rows[i], place);
    free(c.by_code);
    return rc;
}
