/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_read.h"

#include <string.h>

#include "common/base/text.h"

static int read_styles(struct tz_xlsx *x, struct tz_sheet_fault *fault)
{
    struct tz_part *part = NULL;
    const char *name = x->workbook.styles;
    int rc = name ? tz_part_open(x->package, name, &part) : TZ_ENOENT;
    if (rc == TZ_ENOENT)
        return TZ_OK; /* all is General */
    if (rc == TZ_OK)
        rc = tz_xlsx_styles_read(&x->styles, tz_part_bytes(part));
    if (rc != TZ_OK)
        rc = tz_workbook_fail(fault, rc, part, name, 0);
    tz_part_close(part);
    return rc;
}

static int read_strings(struct tz_xlsx *x, struct tz_sheet_fault *fault)
{
    struct tz_part *part = NULL;
    const char *name = x->workbook.strings;
    x->strings_read = true;
    int rc = name ? tz_part_open(x->package, name, &part) : TZ_ENOENT;
    if (rc == TZ_ENOENT)
        return TZ_OK; /* a cell that names one is damage */
    if (rc == TZ_OK)
        rc = tz_xlsx_strings_read(&x->strings, tz_part_bytes(part));
    if (rc != TZ_OK)
        rc = tz_workbook_fail(fault, rc, part, name, 0);
    tz_part_close(part);
    return rc;
}

int tz_xlsx_open(struct tz_xlsx *x, FILE *file, struct tz_sheet_fault *fault)
{
    memset(x, 0, sizeof *x);
    tz_xlsx_strings_init(&x->strings);
    int rc = tz_package_open(&x->package, file);
    if (rc != TZ_OK)
        return tz_workbook_fail(fault, rc, NULL, "", 0);
    rc = tz_workbook_read(&x->workbook, x->package, fault);
    return rc == TZ_OK ? read_styles(x, fault) : rc;
}

static void end_sheet(struct tz_xlsx *x)
{
    tz_xlsx_rows_free(x->rows);
    tz_part_close(x->part);
    x->rows = NULL;
    x->part = NULL;
}

void tz_xlsx_free(struct tz_xlsx *x)
{
    end_sheet(x);
    tz_xlsx_styles_free(&x->styles);
    tz_xlsx_strings_free(&x->strings);
    tz_workbook_free(&x->workbook);
    tz_package_free(x->package);
}

int tz_xlsx_start(struct tz_xlsx *x, size_t sheet, struct tz_sheet_fault *fault)
{
    const char *name = x->workbook.sheet[sheet].part;
    end_sheet(x);
    x->sheet = sheet;
    int rc = x->strings_read ? TZ_OK : read_strings(x, fault);
    if (rc != TZ_OK)
        return rc;
    rc = tz_part_open(x->package, name, &x->part);
    if (rc != TZ_OK)
        return tz_workbook_fail(fault, rc, NULL, name, 0);
    x->rows = tz_xlsx_rows_new(tz_part_bytes(x->part), &x->strings, &x->styles, x->workbook.date1904);
    if (!x->rows)
        return tz_workbook_fail(fault, TZ_ENOMEM, NULL, name, 0);
    x->rows->ranges = x->ranges;
    return TZ_OK;
}

int tz_xlsx_next(struct tz_xlsx *x, struct tz_sheet_fault *fault)
{
    int rc = tz_xlsx_rows_next(x->rows);
    if (rc == TZ_OK || rc == TZ_ENOENT)
        return rc;
    const char *name = x->workbook.sheet[x->sheet].part;
    *fault = x->rows->fault;
    if (fault->problem == TZ_FAULT_FINE)
        return tz_workbook_fail(fault, rc, x->part, name, 0);
    tz_text_copy(fault->part, sizeof fault->part, name, strlen(name), sizeof fault->part);
    return TZ_EINVAL;
}

void tz_xlsx_position(const struct tz_xlsx *x, uint64_t *done, uint64_t *total)
{
    *done = *total = 0;
    if (x->part)
        tz_part_position(x->part, done, total);
}
