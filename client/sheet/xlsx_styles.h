/* SPDX-License-Identifier: Apache-2.0
 *
 * The part styles.xml: which number format a cell's style number means.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_STYLES_H
#define TZ_CLIENT_SHEET_XLSX_STYLES_H

#include "client/sheet/xlsx_value.h"
#include "client/sheet/xml.h"

/* Excel itself allows 64,000. */
enum { TZ_STYLES_MAX = 65536, TZ_FORMATS_MAX = 4096 };

struct tz_xlsx_styles {
    struct tz_number_style *style; /* by the number that a cell names */
    size_t count;
    size_t size;
    struct tz_xlsx_format {
        unsigned id;
        struct tz_number_style style;
    } * format;
    size_t formats;
    bool in_cell_formats;
};

void tz_xlsx_styles_free(struct tz_xlsx_styles *s);
/* Reads the part into a zeroed struct. TZ_OK, or as tz_xml_run: TZ_ELIMIT also for too many. */
int tz_xlsx_styles_read(struct tz_xlsx_styles *s, struct tz_xml_input bytes) TZ_MUSTCHECK;
/* A style that is not there is General. */
struct tz_number_style tz_xlsx_style(const struct tz_xlsx_styles *s, size_t number);

#endif
