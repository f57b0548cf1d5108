/* SPDX-License-Identifier: Apache-2.0
 *
 * Sheets of committees: the columns code, name, level, parent, type, short_name, and where wanted valid_from,
 * valid_to, successors (separated by ;), contact, phone; Chinese headers too. Only code must be there: a
 * column that the sheet does not have leaves what the registry holds of a unit, an empty cell takes it away.
 */
#ifndef TZ_CLIENT_SHEET_COMMITTEES_H
#define TZ_CLIENT_SHEET_COMMITTEES_H

#include "client/sheet/csv.h"
#include "common/base/arena.h"

enum tz_committee_column {
    TZ_SHEET_CODE,
    TZ_SHEET_NAME,
    TZ_SHEET_LEVEL,
    TZ_SHEET_PARENT,
    TZ_SHEET_TYPE,
    TZ_SHEET_SHORT_NAME,
    TZ_SHEET_VALID_FROM,
    TZ_SHEET_VALID_TO,
    TZ_SHEET_SUCCESSORS,
    TZ_SHEET_CONTACT,
    TZ_SHEET_PHONE,
    TZ_SHEET_COLUMNS,
};

/* English header and Chinese label. */
const char *tz_committee_column_name(enum tz_committee_column column);
const char *tz_committee_column_zh(enum tz_committee_column column);
/* The column of a header; false: there is no such. */
bool tz_committee_column_find(const char *header, size_t len, enum tz_committee_column *out);

/* A row of the sheet, in the arena. */
struct tz_committee_row {
    size_t row;
    Taizhang__V1__CommitteeItem *item;
    struct tz_errors errors; /* not empty: not to be sent */
    bool known;              /* the registry holds this unit; set by _complete */
};

/* Reads a row. place: the index of each column in cells, or SIZE_MAX. Fields of columns that are not there
 * are left empty (type: committee), without an error. 0, or TZ_ENOMEM. */
int tz_committee_row_read(const struct tz_cell *cells, size_t count, const size_t place[TZ_SHEET_COLUMNS],
                          struct tz_arena *arena, struct tz_committee_row *out) TZ_MUSTCHECK;

/* Takes the fields of columns that the sheet does not have from what the registry holds of this unit, and
 * sees to it that empty cells clear the contacts. TZ_OK or TZ_ENOMEM. */
int tz_committee_row_complete(struct tz_committee_row *row, const size_t place[TZ_SHEET_COLUMNS],
                              const Taizhang__V1__Committee *held, struct tz_arena *arena) TZ_MUSTCHECK;
/* For a unit that the registry does not hold: an error for each of name, level and parent whose column is
 * missing. */
void tz_committee_row_require(struct tz_committee_row *row, const size_t place[TZ_SHEET_COLUMNS]);

/* 0 nation .. 4 township, system, or the level's name in either language, as the wire's number; 0: none of
 * them. */
uint32_t tz_level_read(const char *s, size_t len);

/* Orders rows so that a parent that is among them stands before its children; otherwise as they were. order
 * gets indices. Rows in a loop keep their place: the registry refuses them with the reason. TZ_OK or
 * TZ_ENOMEM. */
int tz_committee_rows_order(const struct tz_committee_row *rows, size_t count, size_t *order) TZ_MUSTCHECK;

#endif
