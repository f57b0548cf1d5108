/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_rows.h"

#include <stdlib.h>
#include <string.h>

enum { FORMULA_MAX = 200 };

/* The type of a value, as the attribute t says. */
enum value_type { NUMBER, SHARED, INLINE, STRING, BOOLEAN, ERROR_VALUE, ISO_DATE };

struct rows {
    struct tz_xlsx_rows r; /* first: this is what callers see */
    struct tz_xml *xml;
    struct tz_xlsx_strings *strings;
    const struct tz_xlsx_styles *styles;
    bool date1904;
    bool in_data;
    bool in_row;
    /* the row at hand */
    struct tz_buf text; /* of all cells, each with its NUL */
    size_t start[TZ_COLUMNS_MAX];
    size_t row;
    size_t column; /* where a cell without a reference stands */
    bool has_value;
    /* the cell at hand */
    bool in_cell, in_value, in_formula, in_inline, has_formula;
    size_t at;
    enum value_type type;
    size_t style;
    struct tz_buf value;
    struct tz_buf formula;
    struct tz_xlsx_text inline_text;
};

static void fail(struct rows *x, enum tz_sheet_problem problem, int rc)
{
    x->r.fault.problem = problem;
    x->r.fault.row = x->row;
    x->r.fault.column = x->at;
    tz_xml_stop(x->xml, rc);
}

static void fail_damaged(struct rows *x)
{
    fail(x, TZ_FAULT_DAMAGED, TZ_EINVAL);
}

/* --- references --- */

bool tz_cell_reference(const char *s, size_t len, size_t *row, size_t *column)
{
    size_t i = 0, letters = 0, number = 0;
    for (; i < len && i < 4 && s[i] >= 'A' && s[i] <= 'Z'; i++)
        letters = letters * 26 + (size_t)(s[i] - 'A') + 1;
    size_t digits = i;
    for (; i < len && i - digits < 8 && s[i] >= '0' && s[i] <= '9'; i++)
        number = number * 10 + (size_t)(s[i] - '0');
    if (i != len || letters == 0 || letters > TZ_XLSX_COLUMNS || number == 0 || number > TZ_XLSX_ROWS)
        return false;
    *row = number;
    *column = letters - 1;
    return true;
}

/* Digits only, at most 9 of them. */
static bool read_index(const char *s, size_t *out)
{
    size_t n = strspn(s, "0123456789");
    if (n == 0 || n > 9 || s[n])
        return false;
    *out = (size_t)strtoul(s, NULL, 10);
    return true;
}

/* --- rows --- */

static void start_row(struct rows *x, const char **attributes)
{
    const char *r = tz_xml_attribute(attributes, "r");
    size_t row = x->row + 1;
    x->at = 0;
    if (x->in_row || (r && !read_index(r, &row)) || row <= x->row || row > TZ_XLSX_ROWS) {
        fail_damaged(x);
        return;
    }
    x->in_row = true;
    x->row = row;
    x->column = 0;
    x->has_value = false;
    x->r.count = 0;
    tz_buf_clear(&x->text);
}

static void end_row(struct rows *x)
{
    x->in_row = false;
    if (!x->has_value)
        return;
    for (size_t i = 0; i < x->r.count; i++)
        x->r.cell[i].s = x->text.data + x->start[i];
    x->r.row = x->row;
    tz_xml_pause(x->xml);
}

/* --- cells --- */

static bool read_type(const char *t, enum value_type *out)
{
    static const char *const names[] = {"n", "s", "inlineStr", "str", "b", "e", "d"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(t, names[i]) == 0) {
            *out = (enum value_type)i;
            return true;
        }
    }
    return false;
}

static void start_cell(struct rows *x, const char **attributes)
{
    const char *r = tz_xml_attribute(attributes, "r");
    const char *t = tz_xml_attribute(attributes, "t");
    const char *s = tz_xml_attribute(attributes, "s");
    size_t row = x->row;
    size_t column = x->column;
    x->type = NUMBER;
    x->style = 0;
    x->at = column;
    if (x->in_cell || (r && !tz_cell_reference(r, strlen(r), &row, &column)) || row != x->row ||
        column < x->column || column >= TZ_XLSX_COLUMNS || (t && !read_type(t, &x->type)) ||
        (s && !read_index(s, &x->style))) {
        fail_damaged(x);
        return;
    }
    x->in_cell = true;
    x->has_formula = false;
    x->at = column;
    x->column = column + 1;
    tz_buf_clear(&x->value);
    tz_buf_clear(&x->formula);
    tz_buf_clear(&x->inline_text.text);
    x->inline_text.phonetic = 0;
}

/* The text as it stands; what stands in the buffer afterwards is the cell's. */
static int put_text(struct rows *x, struct tz_buf *from)
{
    if (!tz_buf_ok(from) || from->len > TZ_CELL_MAX)
        return TZ_ELIMIT;
    tz_xlsx_text_unescape(from);
    tz_buf_add(&x->text, from->data ? from->data : "", from->len);
    return TZ_OK;
}

static int put_number(struct rows *x, enum tz_cell_type *type)
{
    char out[TZ_NUMBER_TEXT_SIZE];
    struct tz_number_style style = tz_xlsx_style(x->styles, x->style);
    if (x->value.len == 0)
        return TZ_OK;
    if (!tz_number_text(x->value.data, style, x->date1904, out, type)) {
        *type = TZ_CELL_ERROR;
        return put_text(x, &x->value);
    }
    tz_buf_puts(&x->text, out);
    return TZ_OK;
}

/* 2017-07-31T00:00:00 is the day alone. */
static int put_iso_date(struct rows *x, enum tz_cell_type *type)
{
    *type = TZ_CELL_DATE;
    if (x->value.len > 10 && x->value.data[10] == 'T') {
        x->value.data[10] = ' ';
        if (strncmp(x->value.data + 11, "00:00:00", 8) == 0)
            x->value.len = 10;
    }
    return put_text(x, &x->value);
}

static int put_value(struct rows *x, enum tz_cell_type *type)
{
    size_t number;
    switch (x->type) {
    case NUMBER:
        *type = TZ_CELL_NUMBER;
        return put_number(x, type);
    case SHARED:
        if (x->value.len == 0)
            return TZ_OK;
        return read_index(x->value.data, &number) ? tz_xlsx_string(x->strings, number, &x->text) : TZ_EINVAL;
    case INLINE:
        return put_text(x, &x->inline_text.text);
    case STRING:
        return put_text(x, &x->value);
    case BOOLEAN:
        *type = TZ_CELL_BOOLEAN;
        if (x->value.len == 1 && strchr("01", *x->value.data)) {
            tz_buf_puts(&x->text, *x->value.data == '1' ? "TRUE" : "FALSE");
            return TZ_OK;
        }
        return put_text(x, &x->value);
    case ERROR_VALUE:
        *type = TZ_CELL_ERROR;
        return put_text(x, &x->value);
    case ISO_DATE:
        return put_iso_date(x, type);
    }
    return TZ_EINVAL;
}

/* Cells that the file leaves out are blank. */
static bool fill_gap(struct rows *x)
{
    for (; x->r.count < x->at; x->r.count++) {
        x->start[x->r.count] = x->text.len;
        x->r.cell[x->r.count] = (struct tz_cell){.len = 0};
        tz_buf_putc(&x->text, '\0');
    }
    return tz_buf_ok(&x->text);
}

static void fail_cell(struct rows *x, int rc)
{
    if (rc == TZ_ELIMIT)
        fail(x, tz_buf_ok(&x->text) ? TZ_FAULT_CELL_LARGE : TZ_FAULT_ROW_LARGE, TZ_EINVAL);
    else if (rc == TZ_EINVAL)
        fail_damaged(x);
    else
        tz_xml_stop(x->xml, rc);
}

static void end_cell(struct rows *x)
{
    enum tz_cell_type type = TZ_CELL_TEXT;
    x->in_cell = false;
    bool blank = x->value.len == 0 && x->inline_text.text.len == 0 && tz_buf_ok(&x->value) &&
                 tz_buf_ok(&x->inline_text.text);
    bool uncomputed = blank && x->has_formula && x->type != STRING;
    if (blank && !uncomputed)
        return;
    if (x->at >= TZ_COLUMNS_MAX) {
        fail(x, TZ_FAULT_COLUMNS, TZ_EINVAL);
        return;
    }
    int rc = fill_gap(x) ? TZ_OK : TZ_ELIMIT;
    size_t start = x->text.len;
    if (rc == TZ_OK && uncomputed) {
        type = TZ_CELL_NO_VALUE;
        tz_buf_putc(&x->text, '=');
        tz_buf_add(&x->text, x->formula.data ? x->formula.data : "", x->formula.len);
    } else if (rc == TZ_OK) {
        rc = put_value(x, &type);
    }
    size_t len = x->text.len - start;
    tz_buf_putc(&x->text, '\0');
    if (rc == TZ_OK && !tz_buf_ok(&x->text))
        rc = TZ_ELIMIT;
    if (rc != TZ_OK) {
        fail_cell(x, rc);
        return;
    }
    x->start[x->at] = start;
    x->r.cell[x->at] = (struct tz_cell){.len = len, .type = type};
    x->r.count = x->at + 1;
    x->has_value |= len > 0;
}

/* --- merged cells --- */

static void add_merge(struct rows *x, const char *ref)
{
    struct tz_merge m;
    const char *colon = ref ? strchr(ref, ':') : NULL;
    if (!colon)
        return;
    if (!tz_cell_reference(ref, (size_t)(colon - ref), &m.row, &m.column) ||
        !tz_cell_reference(colon + 1, strlen(colon + 1), &m.last_row, &m.last_column) || m.row > m.last_row ||
        m.column > m.last_column) {
        x->at = 0;
        fail_damaged(x);
        return;
    }
    if (x->r.ranges && m.last_row > m.row) {
        int rc = tz_merges_count(x->r.ranges) < TZ_RANGES_MAX ? tz_merges_add(x->r.ranges, &m) : TZ_ELIMIT;
        if (rc != TZ_OK) {
            tz_xml_stop(x->xml, rc);
            return;
        }
    }
    if (m.row > TZ_MERGES_ROW_MAX || x->r.merges == TZ_MERGES_MAX)
        return;
    if (!x->r.merge && !(x->r.merge = calloc(TZ_MERGES_MAX, sizeof *x->r.merge)))
        tz_xml_stop(x->xml, TZ_ENOMEM);
    else
        x->r.merge[x->r.merges++] = m;
}

/* --- the part --- */

static void on_start(void *ctx, const char *name, const char **attributes)
{
    struct rows *x = ctx;
    if (x->in_inline) {
        tz_xlsx_text_start(&x->inline_text, name);
    } else if (x->in_cell) {
        x->in_value = strcmp(name, "v") == 0;
        x->in_formula = strcmp(name, "f") == 0;
        x->has_formula |= x->in_formula;
        x->in_inline = strcmp(name, "is") == 0;
    } else if (x->in_row) {
        if (strcmp(name, "c") == 0)
            start_cell(x, attributes);
    } else if (x->in_data) {
        if (strcmp(name, "row") == 0)
            start_row(x, attributes);
    } else if (strcmp(name, "sheetData") == 0) {
        x->in_data = true;
    } else if (strcmp(name, "mergeCell") == 0) {
        add_merge(x, tz_xml_attribute(attributes, "ref"));
    }
}

static void on_end(void *ctx, const char *name)
{
    struct rows *x = ctx;
    if (x->in_inline) {
        tz_xlsx_text_end(&x->inline_text, name);
        x->in_inline = strcmp(name, "is") != 0;
    } else if (x->in_value || x->in_formula) {
        x->in_value = x->in_formula = false;
    } else if (x->in_cell) {
        if (strcmp(name, "c") == 0)
            end_cell(x);
    } else if (x->in_row) {
        if (strcmp(name, "row") == 0)
            end_row(x);
    } else if (x->in_data && strcmp(name, "sheetData") == 0) {
        x->in_data = false;
    }
}

static void on_text(void *ctx, const char *s, size_t len)
{
    struct rows *x = ctx;
    if (x->in_inline)
        tz_xlsx_text_add(&x->inline_text, s, len);
    else if (x->in_value)
        tz_buf_add(&x->value, s, len);
    else if (x->in_formula && x->formula.len + len <= FORMULA_MAX)
        tz_buf_add(&x->formula, s, len);
}

struct tz_xlsx_rows *tz_xlsx_rows_new(struct tz_xml_input bytes, struct tz_xlsx_strings *strings,
                                      const struct tz_xlsx_styles *styles, bool date1904)
{
    static const struct tz_xml_handler handler = {.start = on_start, .end = on_end, .text = on_text};
    struct rows *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    tz_buf_init(&x->text, TZ_ROW_MAX);
    tz_buf_init(&x->value, TZ_CELL_MAX + 1);
    tz_buf_init(&x->formula, FORMULA_MAX);
    tz_buf_init(&x->inline_text.text, TZ_CELL_MAX + 1);
    x->strings = strings;
    x->styles = styles;
    x->date1904 = date1904;
    x->xml = tz_xml_new(bytes, &handler, x);
    if (!x->xml) {
        tz_xlsx_rows_free(&x->r);
        return NULL;
    }
    return &x->r;
}

void tz_xlsx_rows_free(struct tz_xlsx_rows *r)
{
    struct rows *x = (struct rows *)r;
    if (!x)
        return;
    tz_xml_free(x->xml);
    tz_buf_free(&x->text);
    tz_buf_free(&x->value);
    tz_buf_free(&x->formula);
    tz_buf_free(&x->inline_text.text);
    free(x->r.merge);
    free(x);
}

int tz_xlsx_rows_next(struct tz_xlsx_rows *r)
{
    struct rows *x = (struct rows *)r;
    int rc = tz_xml_run(x->xml);
    if (rc == TZ_ELIMIT && r->fault.problem == TZ_FAULT_FINE) {
        r->fault.problem = TZ_FAULT_BOMB;
        rc = TZ_EINVAL;
    } else if (rc == TZ_EINVAL && r->fault.problem == TZ_FAULT_FINE) {
        r->fault.problem = TZ_FAULT_DAMAGED;
        r->fault.line = tz_xml_line(x->xml);
    }
    return rc;
}
