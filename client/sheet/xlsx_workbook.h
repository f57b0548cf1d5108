/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of a workbook that say what is in it: its sheets with their names, and where sheets, strings and
 * styles are kept.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_WORKBOOK_H
#define TZ_CLIENT_SHEET_XLSX_WORKBOOK_H

#include "client/sheet/fault.h"
#include "client/sheet/xlsx_package.h"
#include "common/base/arena.h"

enum { TZ_WORKBOOK_SHEETS_MAX = 512, TZ_WORKBOOK_LINKS_MAX = 4096 };

struct tz_workbook_sheet {
    const char *name;
    bool hidden;
    const char *id; /* of its link */
    const char *part;
};

struct tz_workbook {
    struct tz_arena arena;
    struct tz_workbook_sheet *sheet; /* only sheets of cells, in the order of their tabs */
    size_t count;
    bool date1904;
    const char *strings; /* parts; NULL: there is none */
    const char *styles;
};

/* Reads a package. TZ_OK, or TZ_EINVAL with the fault. Free it in either case. */
int tz_workbook_read(struct tz_workbook *w, struct tz_package *package,
                     struct tz_sheet_fault *fault) TZ_MUSTCHECK;
void tz_workbook_free(struct tz_workbook *w);

/* The two parts alone, from bytes: the workbook's sheets, then what its links say of them. As tz_xml_run,
 * TZ_OK at the end. folder: where the workbook stands, "xl/". */
int tz_workbook_read_sheets(struct tz_workbook *w, struct tz_xml_input bytes) TZ_MUSTCHECK;
int tz_workbook_read_links(struct tz_workbook *w, struct tz_xml_input bytes, const char *folder) TZ_MUSTCHECK;

/* The fault of a result of reading a part (as tz_xml_run; TZ_EIO by what the part says). Returns TZ_EINVAL.
 */
int tz_workbook_fail(struct tz_sheet_fault *fault, int rc, const struct tz_part *part, const char *name,
                     size_t line);

#endif
