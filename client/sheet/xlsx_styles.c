/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_styles.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct tz_xlsx_styles *styles;
    struct tz_xml *xml;
};

void tz_xlsx_styles_free(struct tz_xlsx_styles *s)
{
    free(s->style);
    free(s->format);
    memset(s, 0, sizeof *s);
}

static int add_format(struct tz_xlsx_styles *s, const char *id, const char *code)
{
    if (!id || !code)
        return TZ_OK;
    if (s->formats == TZ_FORMATS_MAX)
        return TZ_ELIMIT;
    if (!s->format && !(s->format = calloc(TZ_FORMATS_MAX, sizeof *s->format)))
        return TZ_ENOMEM;
    s->format[s->formats].id = (unsigned)strtoul(id, NULL, 10);
    s->format[s->formats++].style = tz_number_style_read(code);
    return TZ_OK;
}

/* A workbook may give a builtin number a code of its own. */
static struct tz_number_style find(const struct tz_xlsx_styles *s, unsigned id)
{
    for (size_t i = 0; i < s->formats; i++)
        if (s->format[i].id == id)
            return s->format[i].style;
    return tz_number_style_builtin(id);
}

static int add_style(struct tz_xlsx_styles *s, const char *id)
{
    if (s->count == TZ_STYLES_MAX)
        return TZ_ELIMIT;
    if (s->count == s->size) {
        size_t size = s->size ? s->size * 2 : 64;
        struct tz_number_style *style = realloc(s->style, size * sizeof *style);
        if (!style)
            return TZ_ENOMEM;
        s->style = style;
        s->size = size;
    }
    s->style[s->count++] = find(s, id ? (unsigned)strtoul(id, NULL, 10) : 0);
    return TZ_OK;
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
    struct reading *r = ctx;
    int rc = TZ_OK;
    if (strcmp(name, "numFmt") == 0)
        rc = add_format(r->styles, tz_xml_attribute(attributes, "numFmtId"),
                        tz_xml_attribute(attributes, "formatCode"));
    else if (strcmp(name, "cellXfs") == 0)
        r->styles->in_cell_formats = true;
    else if (strcmp(name, "xf") == 0 && r->styles->in_cell_formats)
        rc = add_style(r->styles, tz_xml_attribute(attributes, "numFmtId"));
    if (rc != TZ_OK)
        tz_xml_stop(r->xml, rc);
}

static void on_end(void *ctx, const char *name)
{
    struct reading *r = ctx;
    if (strcmp(name, "cellXfs") == 0)
        r->styles->in_cell_formats = false;
}

int tz_xlsx_styles_read(struct tz_xlsx_styles *s, struct tz_xml_input bytes)
{
    static const struct tz_xml_handler handler = {.start = on_start, .end = on_end};
    struct reading r = {.styles = s};
    r.xml = tz_xml_new(bytes, &handler, &r);
    if (!r.xml)
        return TZ_ENOMEM;
    int rc = tz_xml_run(r.xml);
    tz_xml_free(r.xml);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

struct tz_number_style tz_xlsx_style(const struct tz_xlsx_styles *s, size_t number)
{
    struct tz_number_style general = {0};
    return number < s->count ? s->style[number] : general;
}
