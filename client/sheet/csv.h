/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading CSV (RFC 4180) as offices make it: quotes, doubled quotes, newlines inside quotes, CRLF or LF,
 * separated by commas, tabs or semicolons, UTF-8 with or without a byte order mark (other encodings are
 * decoded before, see encoding.h). Streaming: memory holds one row. What is not UTF-8, and NUL, is refused,
 * never guessed at.
 */
#ifndef TZ_CLIENT_SHEET_CSV_H
#define TZ_CLIENT_SHEET_CSV_H

#include <stdio.h>

#include "client/sheet/cell.h"
#include "common/base/buf.h"

enum tz_csv_problem {
    TZ_CSV_FINE,
    TZ_CSV_NOT_UTF8,
    TZ_CSV_NUL,
    TZ_CSV_QUOTE, /* text after a closing quote, or a quote that is never closed */
    TZ_CSV_CELL_LARGE,
    TZ_CSV_ROW_LARGE,
    TZ_CSV_COLUMNS,
    TZ_CSV_READ, /* the file cannot be read; errno_ says why */
    TZ_CSV_MEMORY,
};

struct tz_csv {
    FILE *file;
    char separator;
    struct tz_buf text; /* of the row, cell after cell, each with its NUL */
    struct tz_cell cell[TZ_COLUMNS_MAX];
    size_t start[TZ_COLUMNS_MAX];
    size_t count;
    size_t row; /* of the row read last, from 1: as a spreadsheet numbers it */
    int ahead;  /* one character read ahead, or -2 */
    bool at_end;
    enum tz_csv_problem problem;
    size_t problem_column; /* from 0 */
    int errno_;
};

/* The file stays the caller's. */
void tz_csv_init(struct tz_csv *c, FILE *file, char separator);
void tz_csv_free(struct tz_csv *c);

/* The next row, empty lines included (one empty cell); the cells are valid until the next call. TZ_OK;
 * TZ_ENOENT at the end; TZ_EINVAL with c->problem, and c->row the row it is in: nothing more can be read. */
int tz_csv_next(struct tz_csv *c) TZ_MUSTCHECK;

/* The separator of a text, read from its current place: of the first row that has any outside of quotes
 * (among the first 20), the most frequent of comma, tab and semicolon; a comma if there is none. */
char tz_csv_separator(FILE *file);

/* A cell as CSV, quoted where it must be. */
void tz_csv_put(struct tz_buf *out, const char *s, size_t len);
/* The same, such that it is one cell whichever of comma, tab and semicolon separates. */
void tz_csv_put_any(struct tz_buf *out, const char *s, size_t len);

#endif
