/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a file that were not taken, to be given back in a file of their own: which row, and every
 * reason. Kept outside of memory while the file goes through, but for 16 bytes a row.
 *
 * That file stands beside the one that was submitted: FILE.rejected.xlsx, or .csv for a text file (UTF-8 with
 * a byte order mark, separated by commas, or by semicolons where the file is, which Excel opens). It has the
 * same columns under headers that are read as before, one row of them; only the rejected rows; the wrong
 * cells in a colour and with their reasons as a comment; and a last column 退回原因 with every reason and the
 * cell's place in the original, which is left aside when the corrected file is submitted. Numbers and dates
 * stay numbers and dates.
 *
 * Nothing is ever written over: somebody may be at work in FILE.rejected.xlsx. If that is there and differs,
 * the new one is FILE.rejected-2.xlsx, and so on; of a file FILE.rejected-2.xlsx they are counted on, not
 * named after it. If one of them holds exactly these rows already it is left as it is, so that submitting the
 * same file every night makes no heap of files.
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
/* One row with its errors; rows may come in any order, and a row several times. key: the number that the
 * client gave it, or NULL. TZ_OK, TZ_ENOMEM or TZ_EIO. Not after tz_rejects_write. */
int tz_rejects_add(struct tz_rejects *r, size_t row, const char *key,
                   const struct tz_errors *errors) TZ_MUSTCHECK;
/* Calls of tz_rejects_add. */
size_t tz_rejects_count(const struct tz_rejects *r);
/* Reads the sheet again from its top and writes the rejected rows beside the file at `path` ("-": standard
 * input, whose rows come back in no file, which is said). headers: of the sheet, header_row and last_row
 * where they stand. Says where the rows are; without a rejected row nothing is written, and older files of
 * that name are said to be out of date. written (at least 4096 bytes) gets the name, "" for none. DONE, or
 * told; the rows' outcomes stand whatever this comes to. */
int tz_rejects_write(struct tz_cli *cli, struct tz_rejects *r, const char *path, struct tz_sheet *sheet,
                     const struct tz_headers *headers, size_t header_row, size_t last_row, char *written,
                     size_t size);

#endif
