/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/csv.h"

#include <errno.h>
#include <string.h>

#include "common/base/text.h"

enum { NOTHING_AHEAD = -2 };

void tz_csv_init(struct tz_csv *c, FILE *file, char separator)
{
    memset(c, 0, sizeof *c);
    c->file = file;
    c->separator = separator;
    c->ahead = NOTHING_AHEAD;
    tz_buf_init(&c->text, TZ_ROW_MAX);
}

void tz_csv_free(struct tz_csv *c)
{
    tz_buf_free(&c->text);
}

static int read_char(struct tz_csv *c)
{
    int ch = c->ahead;
    if (ch != NOTHING_AHEAD)
        c->ahead = NOTHING_AHEAD;
    else
        ch = getc(c->file);
    return ch;
}

static bool starts_with(const struct tz_csv *c, const char *bytes, size_t len)
{
    return c->text.len >= len && memcmp(c->text.data, bytes, len) == 0;
}

/* Ends the reading. */
static int fail(struct tz_csv *c, enum tz_csv_problem problem)
{
    c->problem = problem;
    c->problem_column = c->count;
    c->at_end = true;
    return TZ_EINVAL;
}

/* The file's own failure, or bytes that its decoder cannot take. */
static int fail_read(struct tz_csv *c)
{
    c->errno_ = errno;
    return fail(c, errno == EILSEQ ? TZ_CSV_NOT_UTF8 : TZ_CSV_READ);
}

/* Why a cell's bytes are not text, or FINE. */
static enum tz_csv_problem check_text(const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n = tz_utf8_decode(s + i, len - i, &cp);
        if (n == 0)
            return TZ_CSV_NOT_UTF8;
        if (cp == 0)
            return TZ_CSV_NUL;
        i += n;
    }
    return TZ_CSV_FINE;
}

/* Ends the cell that began at start[count]. */
static int end_cell(struct tz_csv *c)
{
    size_t start = c->start[c->count];
    if (c->row == 1 && c->count == 0 && starts_with(c, "\xef\xbb\xbf", 3))
        start = c->start[0] = 3;
    enum tz_csv_problem problem = check_text(c->text.data ? c->text.data + start : "", c->text.len - start);
    if (problem != TZ_CSV_FINE)
        return fail(c, problem);
    c->cell[c->count].len = c->text.len - start;
    tz_buf_putc(&c->text, '\0');
    if (!tz_buf_ok(&c->text))
        return fail(c, TZ_CSV_ROW_LARGE);
    c->count++;
    return TZ_OK;
}

static int begin_cell(struct tz_csv *c)
{
    if (c->count == TZ_COLUMNS_MAX)
        return fail(c, TZ_CSV_COLUMNS);
    c->start[c->count] = c->text.len;
    return TZ_OK;
}

static int add_char(struct tz_csv *c, int ch)
{
    tz_buf_putc(&c->text, (char)ch);
    if (!tz_buf_ok(&c->text))
        return fail(c, TZ_CSV_ROW_LARGE);
    if (c->text.len - c->start[c->count] > TZ_CELL_MAX)
        return fail(c, TZ_CSV_CELL_LARGE);
    return TZ_OK;
}

/* What follows the opening quote, to the closing one. */
static int read_quoted(struct tz_csv *c)
{
    for (;;) {
        int ch = read_char(c);
        if (ch == EOF)
            return ferror(c->file) ? fail_read(c) : fail(c, TZ_CSV_QUOTE);
        if (ch == '"') {
            ch = read_char(c);
            if (ch != '"') {
                c->ahead = ch;
                return TZ_OK;
            }
        } else if (ch == '\r') {
            int next = read_char(c);
            c->ahead = next;
            if (next == '\n')
                continue;
        }
        int rc = add_char(c, ch);
        if (rc != TZ_OK)
            return rc;
    }
}

/* Only the mark at the beginning of the file may stand before the first cell's quote. */
static bool cell_is_empty(const struct tz_csv *c)
{
    size_t len = c->text.len - c->start[c->count];
    return len == 0 || (len == 3 && c->row == 1 && c->count == 0 && starts_with(c, "\xef\xbb\xbf", 3));
}

/* Reads one cell. *ended: the row is over. */
static int read_cell(struct tz_csv *c, bool *ended)
{
    bool closed = false; /* a quoted cell is complete: only an end may follow */
    int rc = begin_cell(c);
    while (rc == TZ_OK) {
        int ch = read_char(c);
        if (ch == EOF && ferror(c->file))
            return fail_read(c);
        if (ch == '\r') {
            ch = read_char(c);
            if (ch != '\n') {
                c->ahead = ch;
                ch = '\n';
            }
        }
        if (ch == c->separator || ch == '\n' || ch == EOF) {
            *ended = ch != c->separator;
            c->at_end = ch == EOF;
            return end_cell(c);
        }
        if (closed)
            return fail(c, TZ_CSV_QUOTE);
        if (ch == '"' && cell_is_empty(c)) {
            rc = read_quoted(c);
            closed = true;
        } else {
            rc = add_char(c, ch);
        }
    }
    return rc;
}

int tz_csv_next(struct tz_csv *c)
{
    if (c->problem != TZ_CSV_FINE)
        return TZ_EINVAL;
    if (c->at_end)
        return TZ_ENOENT;
    int ch = read_char(c);
    if (ch == EOF && !ferror(c->file)) {
        c->at_end = true;
        return TZ_ENOENT;
    }
    c->ahead = ch;
    c->row++;
    c->count = 0;
    tz_buf_clear(&c->text);
    for (bool ended = false; !ended;) {
        int rc = read_cell(c, &ended);
        if (rc != TZ_OK)
            return rc;
    }
    for (size_t i = 0; i < c->count; i++)
        c->cell[i].s = c->text.data + c->start[i];
    return TZ_OK;
}

char tz_csv_separator(FILE *file)
{
    enum { ROWS = 20 };
    static const char separators[] = {',', '\t', ';'};
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    size_t count[sizeof separators] = {0};
    bool quoted = false, fresh = true; /* fresh: a quote here would open a quoted cell */
    for (size_t row = 0, bytes = 0; row < ROWS && bytes < TZ_ROW_MAX; bytes++) {
        int ch = getc(file);
        const char *found = ch > 0 ? memchr(separators, ch, sizeof separators) : NULL;
        if (ch == EOF)
            break;
        if (quoted || (ch == '"' && fresh)) {
            quoted ^= ch == '"';
            fresh = !quoted; /* a doubled quote goes on */
        } else if (found) {
            count[found - separators]++;
            fresh = true;
        } else if (ch == '\n' || ch == '\r') {
            if (count[0] + count[1] + count[2] > 0)
                break;
            row++;
            fresh = true;
        } else {
            fresh &= bytes < sizeof mark && ch == mark[bytes];
        }
    }
    size_t best = 0;
    for (size_t i = 1; i < sizeof separators; i++)
        best = count[i] > count[best] ? i : best;
    return separators[best];
}

static void put(struct tz_buf *out, const char *s, size_t len, const char *special)
{
    bool quote = len > 0 && (s[0] == ' ' || s[len - 1] == ' ');
    for (size_t i = 0; i < len && !quote; i++)
        quote = s[i] && strchr(special, s[i]);
    if (!quote) {
        tz_buf_add(out, s, len);
        return;
    }
    tz_buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"')
            tz_buf_putc(out, '"');
        tz_buf_putc(out, s[i]);
    }
    tz_buf_putc(out, '"');
}

void tz_csv_put(struct tz_buf *out, const char *s, size_t len)
{
    put(out, s, len, "\",\r\n");
}

void tz_csv_put_any(struct tz_buf *out, const char *s, size_t len)
{
    put(out, s, len, "\",;\t\r\n");
}
