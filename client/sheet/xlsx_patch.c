/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_patch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/sheet/headers.h"
#include "client/sheet/xlsx_rows.h"
#include "common/base/buf.h"
#include "common/base/text.h"

enum { NO_STYLE = -1, PREFIX_SIZE = 64, WINDOW_MAX = 4 * TZ_XML_TAG_MAX };

struct patch {
    struct tz_xlsx_patch *p;
    struct tz_xml_input in;
    FILE *out;
    struct tz_xml *xml;
    /* what was read and not yet copied */
    struct tz_buf window;
    size_t done;   /* of the window */
    uint64_t base; /* the place of what follows */
    bool dropping; /* what lies before the next place is left out */
    bool wide;     /* UTF-16: a letter is not the byte that we look for and write */
    /* where the reader stands */
    bool in_data, in_row, in_cell, in_dimension;
    unsigned inside; /* depth below the cell */
    size_t row;
    size_t column; /* where a cell without a reference stands */
    size_t at;     /* of the cell at hand */
    /* the cell to be written in this row */
    const char *text; /* NULL: none, or done */
    char prefix[PREFIX_SIZE];
    long column_style;
    long row_style;
    long neighbour_style;
    long own_style;
};

static void stop(struct patch *x, int rc)
{
    tz_xml_stop(x->xml, rc);
}

/* --- bytes --- */

static void write_out(struct patch *x, const void *bytes, size_t len)
{
    if (len == 0 || fwrite(bytes, 1, len, x->out) == len)
        return;
    x->p->errno_ = errno;
    stop(x, TZ_EIO);
}

static void write_text(struct patch *x, const char *s)
{
    write_out(x, s, strlen(s));
}

/* Everything before a place is copied, or left out. */
static void pass(struct patch *x, uint64_t place)
{
    if (place <= x->base)
        return;
    size_t left = x->window.len - x->done;
    size_t n = place - x->base < left ? (size_t)(place - x->base) : left;
    if (!x->dropping)
        write_out(x, x->window.data + x->done, n);
    x->done += n;
    x->base += n;
}

static bool is_wide(const struct patch *x)
{
    const unsigned char *s = (const unsigned char *)x->window.data;
    return x->base == 0 && x->window.len >= 2 && (s[0] == 0 || s[1] == 0 || (s[0] >= 0xfe && s[1] >= 0xfe));
}

static ssize_t read_and_keep(void *ctx, void *out, size_t size)
{
    struct patch *x = ctx;
    pass(x, tz_xml_offset(x->xml));
    x->window.len -= x->done;
    if (x->window.len > 0)
        memmove(x->window.data, x->window.data + x->done, x->window.len);
    x->done = 0;
    ssize_t n = x->in.read(x->in.ctx, out, size);
    if (n > 0)
        tz_buf_add(&x->window, out, (size_t)n);
    x->wide = is_wide(x);
    return tz_buf_ok(&x->window) && !x->wide ? n : -1;
}

/* The tag at hand as it stands. */
static const char *tag(const struct patch *x, size_t *len)
{
    uint64_t at = x->done + (tz_xml_offset(x->xml) - x->base);
    *len = tz_xml_size(x->xml);
    return at + *len <= x->window.len ? x->window.data + at : NULL;
}

/* The namespace's prefix of the tag at hand, with its colon. */
static bool read_prefix(struct patch *x)
{
    size_t len;
    const char *s = tag(x, &len);
    size_t n = s ? strcspn(s + 1, ":/> \t\r\n") : 0;
    if (!s || n + 2 > sizeof x->prefix)
        return false;
    memcpy(x->prefix, s + 1, n + 1);
    x->prefix[s[1 + n] == ':' ? n + 1 : 0] = '\0';
    return true;
}

/* --- the new cell --- */

/* In ASCII, whatever the part's encoding. */
static void write_escaped(struct patch *x, const char *s)
{
    char escaped[16];
    uint32_t cp;
    for (size_t left = strlen(s), n; left > 0; s += n, left -= n) {
        n = tz_utf8_decode(s, left, &cp);
        if (n == 0)
            break;
        if (n == 1 && !strchr("&<>\"", *s))
            snprintf(escaped, sizeof escaped, "%c", *s);
        else
            snprintf(escaped, sizeof escaped, "&#x%X;", (unsigned)cp);
        write_text(x, escaped);
    }
}

static void write_cell(struct patch *x, long style)
{
    char name[TZ_COLUMN_NAME_SIZE], head[4 * PREFIX_SIZE];
    tz_column_name(x->p->column, name);
    snprintf(head, sizeof head, "<%sc r=\"%s%zu\"", x->prefix, name, x->row);
    write_text(x, head);
    if (style != NO_STYLE) {
        snprintf(head, sizeof head, " s=\"%ld\"", style);
        write_text(x, head);
    }
    snprintf(head, sizeof head, " t=\"inlineStr\"><%sis><%st>", x->prefix, x->prefix);
    write_text(x, head);
    write_escaped(x, x->text);
    snprintf(head, sizeof head, "</%st></%sis></%sc>", x->prefix, x->prefix, x->prefix);
    write_text(x, head);
    x->text = NULL;
    x->p->put++;
}

/* --- rows --- */

static long style_of(const char *s)
{
    return s && *s && strlen(s) <= 9 && strspn(s, "0123456789") == strlen(s) ? strtol(s, NULL, 10) : NO_STYLE;
}

/* The attribute spans names the columns of a row for those who read fast; it need not be there. */
static void leave_out_spans(struct patch *x)
{
    size_t len;
    const char *s = tag(x, &len);
    uint64_t begin = tz_xml_offset(x->xml);
    for (size_t i = 0; s && i + 8 < len; i++) {
        if (memcmp(s + i, " spans=", 7) != 0)
            continue;
        const char *end = memchr(s + i + 8, s[i + 7], len - i - 8);
        if (!end)
            break;
        uint64_t after = begin + (uint64_t)(end - s) + 1;
        pass(x, begin + i);
        x->dropping = true;
        pass(x, after);
        x->dropping = false;
        break;
    }
}

static bool read_row_number(const char *r, size_t *row)
{
    if (!r)
        return true;
    long n = style_of(r);
    *row = n > 0 ? (size_t)n : 0;
    return n > 0;
}

static void start_row(struct patch *x, const char **attributes)
{
    const char *spans = tz_xml_attribute(attributes, "spans");
    const char *custom = tz_xml_attribute(attributes, "customFormat");
    size_t row = x->row + 1;
    if (!read_row_number(tz_xml_attribute(attributes, "r"), &row) || row <= x->row || !read_prefix(x)) {
        stop(x, TZ_EINVAL);
        return;
    }
    x->row = row;
    x->in_row = true;
    x->column = 0;
    x->neighbour_style = NO_STYLE;
    x->row_style = custom && (strcmp(custom, "1") == 0 || strcmp(custom, "true") == 0)
                       ? style_of(tz_xml_attribute(attributes, "s"))
                       : NO_STYLE;
    x->text = x->p->text(x->p->ctx, row);
    const char *colon = spans ? strrchr(spans, ':') : NULL;
    if (x->text && colon && strtoul(colon + 1, NULL, 10) <= x->p->column)
        leave_out_spans(x);
}

/* last: nothing stands right of the new cell. */
static void insert(struct patch *x, bool last)
{
    long style = x->row_style != NO_STYLE ? x->row_style : x->column_style;
    if (style == NO_STYLE && last)
        style = x->neighbour_style;
    pass(x, tz_xml_offset(x->xml));
    write_cell(x, style);
}

static void end_row(struct patch *x)
{
    x->in_row = false;
    if (!x->text)
        return;
    if (tz_xml_size(x->xml) == 0)
        stop(x, TZ_EINVAL); /* <row/>: no cell in it can be a reason for a number */
    else
        insert(x, true);
}

/* --- cells --- */

static void start_cell(struct patch *x, const char **attributes)
{
    const char *r = tz_xml_attribute(attributes, "r");
    size_t row = x->row;
    size_t column = x->column;
    if ((r && !tz_cell_reference(r, strlen(r), &row, &column)) || row != x->row || column < x->column) {
        stop(x, TZ_EINVAL);
        return;
    }
    x->in_cell = true;
    x->inside = 0;
    x->at = column;
    x->column = column + 1;
    x->own_style = style_of(tz_xml_attribute(attributes, "s"));
    if (column < x->p->column)
        x->neighbour_style = x->own_style;
    if (x->text && column > x->p->column)
        insert(x, false);
    if (x->text && column == x->p->column) {
        pass(x, tz_xml_offset(x->xml));
        x->dropping = true;
    }
}

static void end_cell(struct patch *x)
{
    x->in_cell = false;
    if (!x->dropping)
        return;
    pass(x, tz_xml_offset(x->xml) + tz_xml_size(x->xml));
    x->dropping = false;
    write_cell(x, x->own_style);
}

/* A number in place of a formula would leave the workbook's list of formulas (calcChain) wrong. */
static void start_in_cell(struct patch *x, const char *name)
{
    x->inside++;
    if (!x->dropping || strcmp(name, "f") != 0)
        return;
    x->p->row = x->row;
    stop(x, TZ_EFOREIGN);
}

/* --- what stands above the rows --- */

static void read_column_style(struct patch *x, const char **attributes)
{
    const char *min = tz_xml_attribute(attributes, "min");
    const char *max = tz_xml_attribute(attributes, "max");
    size_t column = x->p->column + 1;
    if (min && max && strtoul(min, NULL, 10) <= column && strtoul(max, NULL, 10) >= column)
        x->column_style = style_of(tz_xml_attribute(attributes, "style"));
}

/* The sheet's extent grows by a new column. */
static void widen(struct patch *x, const char **attributes)
{
    const char *ref = tz_xml_attribute(attributes, "ref");
    const char *colon = ref ? strchr(ref, ':') : NULL;
    const char *last = colon ? colon + 1 : ref;
    char name[TZ_COLUMN_NAME_SIZE], made[128];
    size_t row, column;
    if (!ref || !tz_cell_reference(last, strlen(last), &row, &column) || column >= x->p->column ||
        !read_prefix(x))
        return;
    tz_column_name(x->p->column, name);
    snprintf(made, sizeof made, "<%sdimension ref=\"%.*s:%s%zu\"/>", x->prefix,
             (int)(colon ? colon - ref : (ptrdiff_t)strlen(ref)), ref, name, row);
    pass(x, tz_xml_offset(x->xml));
    write_text(x, made);
    x->in_dimension = true;
    x->dropping = true;
}

/* --- the part --- */

static void on_start(void *ctx, const char *name, const char **attributes)
{
    struct patch *x = ctx;
    if (x->in_cell)
        start_in_cell(x, name);
    else if (x->in_row && strcmp(name, "c") == 0)
        start_cell(x, attributes);
    else if (x->in_data && !x->in_row && strcmp(name, "row") == 0)
        start_row(x, attributes);
    else if (strcmp(name, "sheetData") == 0)
        x->in_data = true;
    else if (!x->in_data && strcmp(name, "col") == 0)
        read_column_style(x, attributes);
    else if (!x->in_data && strcmp(name, "dimension") == 0)
        widen(x, attributes);
}

static void on_end(void *ctx, const char *name)
{
    struct patch *x = ctx;
    if (x->in_cell && x->inside > 0) {
        x->inside--;
    } else if (x->in_cell) {
        end_cell(x);
    } else if (x->in_row) {
        if (strcmp(name, "row") == 0)
            end_row(x);
    } else if (strcmp(name, "sheetData") == 0) {
        x->in_data = false;
    } else if (x->in_dimension) {
        pass(x, tz_xml_offset(x->xml) + tz_xml_size(x->xml));
        x->in_dimension = x->dropping = false;
    }
}

int tz_xlsx_patch(struct tz_xlsx_patch *p, struct tz_xml_input in, FILE *out)
{
    static const struct tz_xml_handler handler = {.start = on_start, .end = on_end};
    struct patch x = {.p = p, .in = in, .out = out, .column_style = NO_STYLE};
    p->put = 0;
    p->row = 0;
    p->errno_ = 0;
    tz_buf_init(&x.window, WINDOW_MAX);
    x.xml = tz_xml_new((struct tz_xml_input){.read = read_and_keep, .ctx = &x}, &handler, &x);
    int rc = x.xml ? tz_xml_run(x.xml) : TZ_ENOMEM;
    if (rc == TZ_ENOENT) {
        pass(&x, UINT64_MAX);
        rc = p->errno_ ? TZ_EIO : TZ_OK;
    } else if (x.wide) {
        rc = TZ_EFOREIGN;
    }
    tz_xml_free(x.xml);
    tz_buf_free(&x.window);
    return rc;
}
