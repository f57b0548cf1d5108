/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole text file: its encoding is decided, its separator found, its cells are read.
 */
#include <string.h>

#include "client/sheet/sheet.h"
#include "common/base/text.h"
#include "tests/fuzz/fuzz.h"

static size_t read_rows(struct tz_sheet *s)
{
    size_t rows = 0;
    int rc;
    while ((rc = tz_sheet_next(s)) == TZ_OK) {
        MUST(s->count > 0 && s->count <= TZ_COLUMNS_MAX && s->row == ++rows);
        for (size_t i = 0; i < s->count; i++) {
            uint32_t cp;
            MUST(strlen(s->cell[i].s) == s->cell[i].len && s->cell[i].type == TZ_CELL_TEXT);
            for (size_t at = 0, n; at < s->cell[i].len; at += n)
                MUST((n = tz_utf8_decode(s->cell[i].s + at, s->cell[i].len - at, &cp)) > 0);
        }
    }
    MUST(rc == TZ_ENOENT); /* it was read to its end when it was opened */
    return rows;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct tz_sheet s;
    /* Workbooks have a harness of their own. */
    if (len == 0 || (len >= 2 && memcmp(bytes, "PK", 2) == 0))
        return 0;
    FILE *f = fmemopen((void *)(uintptr_t)bytes, len, "rb");
    MUST(f);
    if (tz_sheet_open(&s, f) == TZ_OK && tz_sheet_choose(&s, 0) == TZ_OK) {
        size_t rows = read_rows(&s);
        MUST(tz_sheet_rewind(&s) == TZ_OK && read_rows(&s) == rows);
    } else {
        MUST(s.fault.problem != TZ_FAULT_FINE);
    }
    tz_sheet_free(&s);
    fclose(f);
    return 0;
}
