/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a file that were not taken, to be given back in a file of their own: which row, and every
 * reason. Kept outside of memory while the file goes through.
 */
#ifndef TZ_CLIENT_CLI_REJECTS_H
#define TZ_CLIENT_CLI_REJECTS_H

#include "client/cli/cli.h"
#include "client/sheet/headers.h"
#include "client/sheet/sheet.h"

struct tz_rejects;

/* NULL: memory is out. */
struct tz_rejects *tz_rejects_new(void);
void tz_rejects_free(struct tz_rejects *r);
/* One row with its errors; rows may come in any order. key: the number that the client gave it, or NULL.
 * TZ_OK, TZ_ENOMEM or TZ_EIO. */
int tz_rejects_add(struct tz_rejects *r, size_t row, const char *key,
                   const struct tz_errors *errors) TZ_MUSTCHECK;
size_t tz_rejects_count(const struct tz_rejects *r);
/* Reads the sheet again from its top and writes the rejected rows beside the file at `path`:
 * FILE.rejected.xlsx, or .csv for a text file. headers: of the sheet, header_row and last_row where they
 * stand. What was there under the new name is replaced only by a finished file. Without a rejected row an old
 * such file is left as it is. written (at least 4096 bytes) gets the name. DONE, or told. */
int tz_rejects_write(struct tz_cli *cli, struct tz_rejects *r, const char *path, struct tz_sheet *sheet,
                     const struct tz_headers *headers, size_t header_row, size_t last_row, char *written,
                     size_t size) TZ_MUSTCHECK;

#endif
