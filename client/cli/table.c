/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "client/sheet/csv.h"
#include "common/base/json.h"
#include "common/base/text.h"

enum { TABLE_BYTES_MAX = 1 << 30, GAP = 2 };

void tz_table_init(struct tz_table *t)
{
    memset(t, 0, sizeof *t);
    tz_buf_init(&t->text, TABLE_BYTES_MAX);
    tz_buf_init(&t->at, TABLE_BYTES_MAX);
}

void tz_table_free(struct tz_table *t)
{
    tz_buf_free(&t->text);
    tz_buf_free(&t->at);
}

void tz_table_column(struct tz_table *t, struct tz_table_column column)
{
    if (t->columns < TZ_TABLE_COLUMNS_MAX)
        t->column[t->columns++] = column;
}

void tz_table_cell_n(struct tz_table *t, const char *s, size_t len)
{
    size_t at = t->text.len;
    tz_buf_add(&t->at, &at, sizeof at);
    tz_buf_add(&t->text, s, len);
    tz_buf_putc(&t->text, '\0');
}

void tz_table_cell(struct tz_table *t, const char *s)
{
    tz_table_cell_n(t, s, strlen(s));
}

void tz_table_number(struct tz_table *t, int64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)n);
    tz_table_cell(t, text);
}

size_t tz_table_rows(const struct tz_table *t)
{
    return t->columns ? t->at.len / sizeof(size_t) / t->columns : 0;
}

const char *tz_table_text(const struct tz_table *t, size_t row, size_t column)
{
    size_t at;
    memcpy(&at, t->at.data + (row * t->columns + column) * sizeof at, sizeof at);
    return t->text.data + at;
}

void tz_table_clean(struct tz_buf *out, const char *s, size_t len, size_t columns)
{
    size_t width = 0;
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = tz_utf8_decode(s + i, len - i, &cp);
        const char *put = s + i;
        size_t put_len = n;
        if (n > 0 && (cp == '\n' || cp == '\t')) {
            put = " ";
        } else if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
            put = "\xef\xbf\xbd";
            put_len = 3;
        }
        size_t w = tz_text_width(put, put_len);
        /* The last column is kept for the ellipsis unless the text ends in it. */
        if (columns && width + w > columns - (i + (n ? n : 1) < len ? 1 : 0)) {
            tz_buf_puts(out, "…");
            return;
        }
        tz_buf_add(out, put, put_len);
        width += w;
        i += n ? n : 1;
    }
}

static void pad(FILE *out, size_t n)
{
    while (n-- > 0)
        putc(' ', out);
}

/* --- for people --- */

struct layout {
    size_t width[TZ_TABLE_COLUMNS_MAX];
    bool shown[TZ_TABLE_COLUMNS_MAX];
    size_t last;
};

static void lay_out(const struct tz_table *t, struct tz_buf *scratch, struct layout *l)
{
    size_t rows = tz_table_rows(t);
    memset(l, 0, sizeof *l);
    for (size_t c = 0; c < t->columns; c++) {
        const char *title = t->column[c].title;
        l->width[c] = title ? tz_text_width(title, strlen(title)) : 0;
        l->shown[c] = !t->column[c].optional;
        for (size_t r = 0; r < rows; r++) {
            const char *s = tz_table_text(t, r, c);
            tz_buf_clear(scratch);
            tz_table_clean(scratch, s, strlen(s), t->column[c].width_max);
            size_t w = scratch->len ? tz_text_width(scratch->data, scratch->len) : 0;
            if (w > l->width[c])
                l->width[c] = w;
            l->shown[c] |= *s != '\0';
        }
        if (l->shown[c])
            l->last = c;
    }
}

static void print_cell(const struct tz_table *t, const struct layout *l, size_t c, const char *s,
                       struct tz_buf *scratch, FILE *out)
{
    tz_buf_clear(scratch);
    tz_table_clean(scratch, s, strlen(s), t->column[c].width_max);
    size_t w = scratch->len ? tz_text_width(scratch->data, scratch->len) : 0;
    size_t fill = l->width[c] > w ? l->width[c] - w : 0;
    if (t->column[c].number)
        pad(out, fill);
    if (scratch->len)
        fwrite(scratch->data, 1, scratch->len, out);
    if (c == l->last)
        return;
    pad(out, (t->column[c].number ? 0 : fill) + GAP);
}

static int print_people(const struct tz_table *t, FILE *out)
{
    struct tz_buf scratch;
    struct layout l;
    tz_buf_init(&scratch, TABLE_BYTES_MAX);
    lay_out(t, &scratch, &l);
    for (size_t r = 0; r <= tz_table_rows(t); r++) {
        for (size_t c = 0; c < t->columns; c++)
            if (l.shown[c])
                print_cell(t, &l, c, r == 0 ? t->column[c].title : tz_table_text(t, r - 1, c), &scratch, out);
        putc('\n', out);
    }
    bool ok = tz_buf_ok(&scratch);
    tz_buf_free(&scratch);
    return ok ? TZ_OK : TZ_ENOMEM;
}

/* --- for programs --- */

static void csv_line(const struct tz_table *t, size_t row, struct tz_buf *line)
{
    for (size_t c = 0; c < t->columns; c++) {
        const struct tz_table_column *column = &t->column[c];
        const char *s = row > 0 ? tz_table_text(t, row - 1, c) : column->title ? column->title : column->key;
        if (c > 0)
            tz_buf_putc(line, ',');
        tz_csv_put(line, s, strlen(s));
    }
    tz_buf_puts(line, "\r\n");
}

static bool is_number(const char *s)
{
    size_t n = strspn(s + (*s == '-'), "0123456789");
    return n > 0 && n < 19 && s[n + (*s == '-')] == '\0';
}

static void json_line(const struct tz_table *t, size_t row, struct tz_buf *line)
{
    struct tz_json j;
    tz_json_init(&j, line);
    tz_json_object(&j);
    for (size_t c = 0; c < t->columns; c++) {
        const char *s = tz_table_text(t, row, c);
        tz_json_key(&j, t->column[c].key);
        if (t->column[c].number && is_number(s))
            tz_json_int(&j, atoll(s));
        else if (*s == '\0' && t->column[c].number)
            tz_json_null(&j);
        else
            tz_json_text(&j, s);
    }
    tz_json_end_object(&j);
    tz_buf_putc(line, '\n');
}

static int print_lines(const struct tz_table *t, FILE *out, bool csv)
{
    struct tz_buf line;
    tz_buf_init(&line, TABLE_BYTES_MAX);
    for (size_t r = 0; r < tz_table_rows(t) + (csv ? 1 : 0); r++) {
        tz_buf_clear(&line);
        if (csv)
            csv_line(t, r, &line);
        else
            json_line(t, r, &line);
        if (!tz_buf_ok(&line))
            break;
        fwrite(line.data, 1, line.len, out);
    }
    bool ok = tz_buf_ok(&line);
    tz_buf_free(&line);
    return ok ? TZ_OK : TZ_ENOMEM;
}

int tz_table_print(const struct tz_table *t, FILE *out, enum tz_format format)
{
    if (!tz_buf_ok(&t->text) || !tz_buf_ok(&t->at))
        return TZ_ENOMEM;
    int rc = format == TZ_FORMAT_TABLE  ? print_people(t, out)
             : format == TZ_FORMAT_XLSX ? tz_table_book(t, out)
                                        : print_lines(t, out, format == TZ_FORMAT_CSV);
    if (rc == TZ_OK && (fflush(out) != 0 || ferror(out)))
        rc = TZ_EIO;
    return rc;
}
