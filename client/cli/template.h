/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates: an empty sheet for a kind's records that goes in as it is once it is filled in. As a workbook it
 * has a sheet of instructions behind the one for the data, and a hidden one with the values of lists that are
 * too long for a cell.
 */
#ifndef TZ_CLIENT_CLI_TEMPLATE_H
#define TZ_CLIENT_CLI_TEMPLATE_H

#include "client/cli/cli.h"
#include "client/lib/new_file.h"
#include "common/schema/schema.h"

enum { TZ_TEMPLATE_COLUMNS = 128 };

struct tz_template {
    struct tz_cli *cli;
    const struct tz_kind_info *kind;
    bool xlsx;                                         /* else CSV, for Excel */
    const char *committee;                             /* "" for none */
    const char *period;                                /* canonical, "" for none */
    size_t columns;                                    /* set by tz_template_columns */
    const struct tz_field *field[TZ_TEMPLATE_COLUMNS]; /* in their order */
};

/* A cell of a row that is there already. */
struct tz_template_cell {
    const char *s;
    size_t len;
    const char *comment; /* NULL for none; the cell is then one to be filled in */
};

/* Gives the next row, one cell a column: TZ_OK, TZ_ENOENT behind the last, or a failure that it told. */
typedef int tz_template_row(void *ctx, struct tz_template_cell *cells);

/* Chooses the columns: those that make sense for the kind, and those in `wanted` (a bit a field, by
 * tz_field_at), or all. with_private: the private ones too. */
void tz_template_columns(struct tz_template *t, const bool *wanted, bool all, bool with_private);

/* Writes it to the file, which then is to be put in place. next (NULL: none) gives rows; without rows, a
 * committee or period is filled into the first rows. DONE, or told. */
int tz_template_write(const struct tz_template *t, struct tz_new_file *f, tz_template_row *next,
                      void *ctx) TZ_MUSTCHECK;

/* Whether a sheet of this name is one that templates have beside the data. */
bool tz_template_side_sheet(const char *name);

#endif
