/* SPDX-License-Identifier: Apache-2.0
 *
 * A workbook that goes to a stream: made in a temporary file, since its parts are not written in order.
 */
#ifndef TZ_CLIENT_CLI_BOOK_H
#define TZ_CLIENT_CLI_BOOK_H

#include "client/lib/new_file.h"
#include "client/sheet/xlsx_write.h"

struct tz_book {
    struct tz_new_file file;
    struct tz_xlsx_writer *writer;
};

/* TZ_OK, TZ_ENOMEM, or TZ_EIO with errno; nothing is to be ended then. */
int tz_book_begin(struct tz_book *b) TZ_MUSTCHECK;
/* Writes it to `out`. TZ_OK, TZ_ENOMEM, TZ_ELIMIT: more rows than a sheet holds, or TZ_EIO with errno. */
int tz_book_end(struct tz_book *b, FILE *out) TZ_MUSTCHECK;
void tz_book_give_up(struct tz_book *b);

#endif
