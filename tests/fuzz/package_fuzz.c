/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole workbook file, or what claims to be one: the archive, its parts, the header of each sheet, merged
 * cells spread over its rows, and its totals.
 */
#include <string.h>
#include <unistd.h>

#include "client/sheet/header_rows.h"
#include "client/sheet/total_check.h"
#include "client/sheet/unnamed.h"
#include "tests/fuzz/fuzz.h"

static void tell_nothing(void *ctx, const struct tz_total_difference *d)
{
    (void)ctx;
    MUST(d->field);
}

static void read_rows(struct tz_sheet *s, const struct tz_headers *headers, size_t last_row)
{
    MUST(tz_sheet_spread(s, headers, last_row) == TZ_OK);
    struct tz_total_check *check = tz_total_check_new(headers, tell_nothing, NULL);
    MUST(check);
    while (tz_sheet_next(s) == TZ_OK) {
        MUST(s->count <= TZ_COLUMNS_MAX);
        for (size_t i = 0; i < s->count; i++)
            MUST(strlen(s->cell[i].s) <= s->cell[i].len);
        if (s->row > last_row)
            tz_total_check_row(check, tz_row_role(headers, s->cell, s->count), s->cell, s->count, s->row);
    }
    tz_total_check_end(check);
    tz_total_check_free(check);
}

static void read_sheets(struct tz_sheet *s, struct tz_headers *headers)
{
    struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    struct tz_header_place place;
    for (size_t i = 0; i < s->sheets && i < 4; i++) {
        MUST(tz_sheet_name(s, i));
        if (tz_sheet_choose(s, i) != TZ_OK ||
            tz_header_find(s, tz_kind_info(TZ_KIND_PROJECT), false, headers, errors, &place) != TZ_OK) {
            MUST(s->fault.problem != TZ_FAULT_FINE);
            return;
        }
        MUST(place.last_row >= place.row && headers->count <= TZ_COLUMNS_MAX);
        if (place.row > 0)
            read_rows(s, headers, place.last_row);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct tz_sheet s;
    static struct tz_headers headers; /* too large for a stack under a sanitizer */
    if (len < 4 || memcmp(bytes, "PK", 2) != 0)
        return 0;
    int fd = tz_unnamed_open();
    FILE *f = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    MUST(f && fwrite(bytes, 1, len, f) == len && fflush(f) == 0);
    rewind(f);
    if (tz_sheet_open(&s, f) == TZ_OK)
        read_sheets(&s, &headers);
    else
        MUST(s.fault.problem != TZ_FAULT_FINE);
    tz_sheet_free(&s);
    fclose(f);
    return 0;
}
