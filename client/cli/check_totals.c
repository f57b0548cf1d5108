/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/check_totals.h"

#include <stdlib.h>

enum { SHOWN = 20, TEXT_MAX = 256 };

struct tz_cli_totals {
    struct tz_cli *cli;
    struct tz_total_check *check;
    size_t told;
};

static void put_quantity(struct tz_buf *out, int64_t value, tz_qualifier q, enum tz_unit unit)
{
    tz_buf_init(out, TEXT_MAX);
    tz_quantity_format(out, true, value, q, unit);
}

/* Amounts on one line with the cell that states the total. */
static void tell(void *ctx, const struct tz_total_difference *d)
{
    struct tz_cli_totals *t = ctx;
    struct tz_buf stated, computed, difference;
    char column[TZ_COLUMN_NAME_SIZE];
    if (++t->told > SHOWN)
        return;
    tz_column_name(d->column, column);
    put_quantity(&stated, d->stated, d->stated_qualifier, d->field->unit);
    put_quantity(&computed, d->computed, d->computed_qualifier, d->field->unit);
    put_quantity(&difference, d->stated - d->computed, TZ_QUALIFIER(EXACT), d->field->unit);
    tz_cli_error(t->cli,
                 _("Warning: cell %s%zu %s: the total says %s, its rows add up to %s; difference %s."),
                 column, d->row, t->cli->zh ? d->field->zh : d->field->en, stated.data ? stated.data : "",
                 computed.data ? computed.data : "", difference.data ? difference.data : "");
    tz_buf_free(&stated);
    tz_buf_free(&computed);
    tz_buf_free(&difference);
}

struct tz_cli_totals *tz_cli_totals_new(struct tz_cli *cli, const struct tz_headers *headers)
{
    struct tz_cli_totals *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->cli = cli;
    t->check = tz_total_check_new(headers, tell, t);
    if (t->check)
        return t;
    free(t);
    return NULL;
}

void tz_cli_totals_free(struct tz_cli_totals *t)
{
    if (!t)
        return;
    tz_total_check_free(t->check);
    free(t);
}

void tz_cli_totals_row(struct tz_cli_totals *t, enum tz_row_role role, const struct tz_cell *cells,
                       size_t count, size_t row)
{
    tz_total_check_row(t->check, role, cells, count, row);
}

void tz_cli_totals_end(struct tz_cli_totals *t)
{
    size_t rows;
    tz_total_check_end(t->check);
    size_t agreed = tz_total_check_agreed(t->check, &rows);
    if (t->told > SHOWN)
        tz_cli_error(
            t->cli,
            P_("Warning: %zu more total differs.", "Warning: %zu more totals differ.", t->told - SHOWN),
            t->told - SHOWN);
    if (t->told > 0)
        tz_cli_note(
            t->cli, "%s",
            _("A total that differs holds nothing back: see whether a row is missing, or an amount or "
              "a unit is wrong."));
    if (agreed > 0)
        tz_cli_note(t->cli,
                    P_("Checked against the rows: %zu figure of total rows agrees.",
                       "Checked against the rows: %zu figures of total rows agree.", agreed),
                    agreed);
}
