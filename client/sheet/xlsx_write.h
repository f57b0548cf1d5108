/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing a new workbook over libxlsxwriter: sheet after sheet, row after row, in memory of one row and of
 * the comments. The same calls give the same bytes. Rows count from 1, columns from 0; within a sheet rows
 * only go down. Errors stick: after the first one nothing more is written, and tz_xlsx_writer_close says so.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_WRITE_H
#define TZ_CLIENT_SHEET_XLSX_WRITE_H

#include "client/sheet/cell.h"
#include "common/base/err.h"

struct tz_xlsx_writer;

/* What a cell is for; each has its colour. */
enum tz_xlsx_fill {
    TZ_FILL_NONE,
    TZ_FILL_HEADER,   /* bold */
    TZ_FILL_REQUIRED, /* the header of a column that must be filled in */
    TZ_FILL_BAD,      /* to be corrected */
    TZ_FILL_OPEN,     /* to be filled in */
    TZ_FILL_WRAPPED,  /* no colour; long text over several lines */
};

/* Characters of a cell and of a comment; what is longer is cut, with an ellipsis. Comments cost memory, and
 * spreadsheet programs stumble over very many: further ones are left out. */
enum { TZ_XLSX_TEXT_MAX = 32767, TZ_XLSX_COMMENT_MAX = 1000, TZ_XLSX_COMMENTS_MAX = 10000 };

/* path: an existing file that is written over when the writer is closed. author: of the comments. TZ_OK or
 * TZ_ENOMEM. */
int tz_xlsx_writer_new(struct tz_xlsx_writer **out, const char *path, const char *author) TZ_MUSTCHECK;
/* Writes the file. TZ_OK; TZ_EIO (errno, where the system gave one); TZ_ELIMIT: more than a sheet holds;
 * TZ_ENOMEM. */
int tz_xlsx_writer_close(struct tz_xlsx_writer *w) TZ_MUSTCHECK;
/* Writes nothing. */
void tz_xlsx_writer_free(struct tz_xlsx_writer *w);

/* A new sheet; what follows is about it. Its name is cut and cleaned to what a sheet's may be. */
void tz_xlsx_writer_sheet(struct tz_xlsx_writer *w, const char *name, bool hidden);
/* Width in characters; text: its empty cells take what is typed as text, digits included. Before the rows. */
void tz_xlsx_writer_column(struct tz_xlsx_writer *w, size_t column, double width, bool text);
/* The first rows and columns stay in sight. */
void tz_xlsx_writer_freeze(struct tz_xlsx_writer *w, size_t rows, size_t columns);
/* From a row on, the column's cells offer these texts; anything else is refused with `refusal`. false: they
 * are too many, or hold a comma: see below. */
bool tz_xlsx_writer_choice(struct tz_xlsx_writer *w, size_t column, size_t first_row,
                           const char *const *texts, size_t count, const char *refusal);
/* The same for lists of any length: the cells 1 to count of a column of a sheet of this workbook, which may
 * come later. */
void tz_xlsx_writer_choice_of(struct tz_xlsx_writer *w, size_t column, size_t first_row, const char *sheet,
                              size_t list_column, size_t count, const char *refusal);

/* A text cell, whatever it looks like; as_text: also of a column for digits, so that a correction stays text.
 */
void tz_xlsx_writer_text(struct tz_xlsx_writer *w, size_t row, size_t column, const char *s, size_t len,
                         enum tz_xlsx_fill fill, bool as_text);
/* A cell as it was read: our reader makes the same text and type of it, except that errors and formulas
 * without a value become text. as_text: numbers and dates too. Blank cells are written only with a colour. */
void tz_xlsx_writer_cell(struct tz_xlsx_writer *w, size_t row, size_t column, const struct tz_cell *cell,
                         enum tz_xlsx_fill fill, bool as_text);
/* The first TZ_XLSX_COMMENTS_MAX of a workbook; the others are left out. */
void tz_xlsx_writer_comment(struct tz_xlsx_writer *w, size_t row, size_t column, const char *text);

#endif
