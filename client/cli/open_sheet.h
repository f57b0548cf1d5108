/* SPDX-License-Identifier: Apache-2.0
 *
 * From a file to the rows below a header: which sheet of it is taken, where its header stands, and what the
 * person should know about that.
 */
#ifndef TZ_CLIENT_CLI_OPEN_SHEET_H
#define TZ_CLIENT_CLI_OPEN_SHEET_H

#include "client/cli/cli.h"
#include "client/sheet/header_rows.h"

/* Tells why the sheet cannot be read; returns REFUSED. */
int tz_cli_refuse_sheet(struct tz_cli *cli, const struct tz_sheet *sheet);

/* Opens a file with records of a kind: chooses the sheet `wanted` (--sheet), or where that is NULL the first
 * visible one with a usable header, maps the header and reads up to it, so that tz_sheet_next gives the rows
 * of data. *place: where the header stands. DONE, or told: REFUSED; USAGE when there is no such sheet. Free
 * the sheet in either case. */
int tz_cli_open_records(struct tz_cli *cli, FILE *file, const char *wanted, const struct tz_kind_info *kind,
                        bool committee_given, struct tz_sheet *sheet, struct tz_headers *headers,
                        struct tz_header_place *place) TZ_MUSTCHECK;

/* Remarks on a chosen sheet: encoding and separator where they are not UTF-8 and commas, the sheet's name
 * where there are several, and the header's place below other rows. */
void tz_cli_note_sheet(struct tz_cli *cli, const struct tz_sheet *sheet, size_t header_row,
                       size_t last_header_row);

#endif
