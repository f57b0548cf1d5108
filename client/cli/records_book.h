/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of one kind as a workbook that can be submitted again and then is UNCHANGED: the columns of the
 * import and 版本. Amounts that are exact are numbers, under a header with the unit with which most offices
 * write them; every other amount stands as it was written.
 */
#ifndef TZ_CLIENT_CLI_RECORDS_BOOK_H
#define TZ_CLIENT_CLI_RECORDS_BOOK_H

#include "client/cli/kept_records.h"
#include "client/cli/record_view.h"

enum { TZ_BOOK_COLUMNS = 128 };

struct tz_records_book {
    const struct tz_kind_info *kind;
    bool with_private;
    bool zh;
    struct tz_kept_records kept; /* until it is known which units the headers name */
    struct tz_buf text;
    /* of the columns' amounts */
    const char *unit[TZ_BOOK_COLUMNS]; /* that an exact one was written with first; NULL: none yet */
    bool bare[TZ_BOOK_COLUMNS];        /* one names no unit, and would get the header's */
};

void tz_records_book_init(struct tz_records_book *b, const struct tz_kind_info *kind, bool with_private,
                          bool zh);
void tz_records_book_free(struct tz_records_book *b);
/* A record of the kind, which the view was read from. TZ_OK, TZ_ENOMEM or TZ_EIO. */
int tz_records_book_add(struct tz_records_book *b, const struct tz_view *v) TZ_MUSTCHECK;
/* Writes all. TZ_OK, TZ_ENOMEM, TZ_EIO with errno, or TZ_ELIMIT: more than a sheet holds. */
int tz_records_book_write(struct tz_records_book *b, FILE *out) TZ_MUSTCHECK;

#endif
