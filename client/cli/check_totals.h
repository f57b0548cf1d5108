/* SPDX-License-Identifier: Apache-2.0
 *
 * Telling how the total rows of a sheet compare with its records (total_check.h): a difference is a warning,
 * and holds nothing back.
 */
#ifndef TZ_CLIENT_CLI_CHECK_TOTALS_H
#define TZ_CLIENT_CLI_CHECK_TOTALS_H

#include "client/cli/cli.h"
#include "client/sheet/total_check.h"

struct tz_cli_totals;

/* headers must live as long. NULL: memory is out. */
struct tz_cli_totals *tz_cli_totals_new(struct tz_cli *cli, const struct tz_headers *headers);
void tz_cli_totals_free(struct tz_cli_totals *t);
/* The next row below the header, with its role; a difference is told at once. */
void tz_cli_totals_row(struct tz_cli_totals *t, enum tz_row_role role, const struct tz_cell *cells,
                       size_t count, size_t row);
/* After the last row: tells what is left, and that the others agree. */
void tz_cli_totals_end(struct tz_cli_totals *t);

#endif
