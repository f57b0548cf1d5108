/* SPDX-License-Identifier: Apache-2.0
 *
 * From a row of cells to a record with its address: values as people write them, every error of the row at
 * once. What the registry alone can know (the committee exists, the base is current) is left to it.
 */
#ifndef TZ_CLIENT_SHEET_ROWS_H
#define TZ_CLIENT_SHEET_ROWS_H

#include "client/sheet/headers.h"
#include "common/base/arena.h"

struct tz_rows {
    const struct tz_headers *headers;
    const char *committee; /* where the row names none; "" for none */
    const char *key;       /* the number given to a row that has none; NULL: such a row is refused */
    bool confirmed;
    bool validate; /* apply every rule here too: for a dry run, and always for rows that cannot be sent */
    bool date1904; /* the workbook's days count from 1904 */
    int64_t today; /* as days, see date.h */
    struct tz_seen_addresses *seen;
};

/* Addresses of a file with the row that had each first. NULL when memory is out. */
struct tz_seen_addresses *tz_seen_addresses_new(void);
void tz_seen_addresses_free(struct tz_seen_addresses *s);
/* The earlier row with this address, 0 if there is none (it is then kept with this row), TZ_ENOMEM, or TZ_EIO
 * (errno): many addresses are kept in a temporary file. */
int64_t tz_seen_addresses_add(struct tz_seen_addresses *s, const char *address, size_t row);

struct tz_row {
    size_t number; /* of the file, the header being 1 */
    bool blank;    /* nothing in it: to be passed over */
    bool has_address;
    struct tz_address address;
    char written[TZ_ADDRESS_SIZE]; /* of the address; as far as it was readable, "" if not at all */
    bool has_base;
    uint64_t base;            /* of the column 版本 */
    ProtobufCBinaryData body; /* in the arena; only without errors */
    ProtobufCBinaryData private_bytes;
    struct tz_errors errors;
};

/* Whether a row says nothing and is to be passed over: nothing in it but a row counter, an old reason, and
 * the unit and period with which templates are filled. */
bool tz_row_is_blank(const struct tz_headers *h, const struct tz_cell *cells, size_t count);

/* Reads one row. 0 (with or without errors in out->errors), TZ_ENOMEM, or TZ_EIO (errno). */
int tz_row_read(const struct tz_rows *rows, const struct tz_cell *cells, size_t count, size_t number,
                struct tz_arena *arena, struct tz_row *out) TZ_MUSTCHECK;

/* The kind that a file's name tells: funding.csv, 经费.csv, 2017经费.csv, dir/2017年经费-2.csv,
 * 项目.rejected.xlsx, 项目模板.xlsx. NULL: none. */
const struct tz_kind_info *tz_kind_of_file(const char *path);

#endif
