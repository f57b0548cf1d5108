/* SPDX-License-Identifier: Apache-2.0
 *
 * A table of texts: aligned for people (East Asian characters take two columns), CSV, JSON
 * lines, or a workbook.
 */
#ifndef TZ_CLIENT_CLI_TABLE_H
#define TZ_CLIENT_CLI_TABLE_H

#include <stdio.h>

#include "common/base/buf.h"

enum tz_format { TZ_FORMAT_TABLE, TZ_FORMAT_CSV, TZ_FORMAT_JSON, TZ_FORMAT_XLSX };

/* One of those that people read, in their language; the others are for programs. */
static inline bool tz_format_is_for_people(enum tz_format format)
{
    return format == TZ_FORMAT_TABLE || format == TZ_FORMAT_XLSX;
}

/* One of those that can be filled in and submitted. */
static inline bool tz_format_is_sheet(enum tz_format format)
{
    return format == TZ_FORMAT_CSV || format == TZ_FORMAT_XLSX;
}

enum { TZ_TABLE_COLUMNS_MAX = 64 };

struct tz_table_column {
    const char *key;   /* of JSON; also the CSV header where title is NULL */
    const char *title; /* for people */
    bool number;       /* right-aligned; in JSON and in a workbook a number where the cell is one */
    bool optional;     /* left out for people and in a workbook when every cell is empty */
    size_t width_max;  /* for people; 0: as wide as it is */
};

struct tz_table {
    struct tz_table_column column[TZ_TABLE_COLUMNS_MAX];
    size_t columns;
    struct tz_buf text; /* cell after cell, each with its NUL */
    struct tz_buf at;   /* size_t offsets */
    const char *foot;   /* lines below the rows of a workbook; NULL for none, not copied */
};

void tz_table_init(struct tz_table *t);
void tz_table_free(struct tz_table *t);
/* Strings of the column are not copied. Columns come before cells. */
void tz_table_column(struct tz_table *t, struct tz_table_column column);
/* Cells fill the rows from left to right. */
void tz_table_cell(struct tz_table *t, const char *s);
void tz_table_cell_n(struct tz_table *t, const char *s, size_t len);
void tz_table_number(struct tz_table *t, int64_t n);
size_t tz_table_rows(const struct tz_table *t);
/* The text of a cell, rows from 0. */
const char *tz_table_text(const struct tz_table *t, size_t row, size_t column);
/* The table as a workbook (table_book.c). TZ_OK, TZ_ENOMEM, TZ_EIO with errno, or TZ_ELIMIT: more rows than a
 * sheet holds. */
int tz_table_book(const struct tz_table *t, FILE *out) TZ_MUSTCHECK;
/* Prints all; TZ_OK, TZ_ENOMEM (nothing is lost silently), TZ_EIO, or of a workbook
 * TZ_ELIMIT. */
int tz_table_print(const struct tz_table *t, FILE *out, enum tz_format format) TZ_MUSTCHECK;

/* One text made safe for a terminal: newlines and tabs become blanks, other control characters and broken
 * bytes U+FFFD; cut to `columns` (0: not at all) with an ellipsis. */
void tz_table_clean(struct tz_buf *out, const char *s, size_t len, size_t columns);

#endif
