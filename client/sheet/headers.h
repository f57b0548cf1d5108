/* SPDX-License-Identifier: Apache-2.0
 *
 * The first row of a sheet: which column holds which field. Labels, aliases and English names are the field
 * table's.
 */
#ifndef TZ_CLIENT_SHEET_HEADERS_H
#define TZ_CLIENT_SHEET_HEADERS_H

#include "client/sheet/csv.h"
#include "common/schema/record.h"

enum tz_column_role {
    TZ_COLUMN_BLANK,   /* no header: its cells must be blank */
    TZ_COLUMN_IGNORED, /* 序号: a row counter is never a key */
    TZ_COLUMN_FIELD,
    TZ_COLUMN_REVISION, /* 版本: the row's base */
    TZ_COLUMN_REASONS,  /* 退回原因: what was wrong when the row came back; left aside */
};

struct tz_mapping;
struct tz_mapped;

struct tz_column {
    enum tz_column_role role;
    const struct tz_field *field;
    char unit[32];                  /* that the header names, or a row above the header does, or "" */
    const struct tz_mapped *mapped; /* NULL: the header means that by itself */
};

struct tz_headers {
    /* set it before: what the user said of columns (mapping.h), NULL: nothing; it must live as long */
    const struct tz_mapping *mapping;
    const struct tz_kind_info *kind;
    size_t count;
    size_t ignored; /* columns with the role IGNORED by themselves */
    struct tz_column column[TZ_COLUMNS_MAX];
};

/* What is wrong with a header row. */
enum tz_header_problem {
    TZ_HEADER_UNKNOWN,
    TZ_HEADER_TWICE,
    TZ_HEADER_MISSING,
    TZ_HEADER_NOT_THERE, /* a column that the user gave a meaning to */
};

struct tz_header_error {
    enum tz_header_problem problem;
    size_t column;                  /* from 0; unused when MISSING and NOT_THERE */
    size_t other;                   /* TWICE: the earlier column */
    char header[200];               /* as it stands; of MISSING the field's name, of NOT_THERE as given */
    char like[200];                 /* NOT_THERE: the nearest header of the sheet, "" for none */
    const struct tz_field *near[3]; /* UNKNOWN: fields with the nearest labels; NULL ends */
    const struct tz_field *field;   /* TWICE (NULL: the revision) and MISSING */
};

enum { TZ_HEADER_ERRORS_MAX = 32 };

/* Maps the cells. committee_given: a committee comes from outside, so that its column may be missing. Returns
 * the number of errors, of which at most TZ_HEADER_ERRORS_MAX are in errors. */
size_t tz_headers_read(struct tz_headers *h, const struct tz_kind_info *kind, const struct tz_cell *cells,
                       size_t count, bool committee_given,
                       struct tz_header_error errors[TZ_HEADER_ERRORS_MAX]);

/* What a header means to the user, or by itself. *field gets NULL for a column that is no field, unit as
 * tz_header_match. false: nothing. */
bool tz_headers_match(const struct tz_headers *h, const struct tz_kind_info *kind, const char *text,
                      size_t len, const struct tz_field **field, char unit[32]);
/* A folded label (label.h) is that of the column 版本. */
bool tz_headers_is_revision(const char *folded);

/* The column of a field; false: it has none. */
bool tz_headers_column(const struct tz_headers *h, const char *field, size_t *column);

/* Whether a private field has a column: a sheet without any says nothing of the private fields. */
bool tz_headers_private(const struct tz_headers *h);

/* Appends a header for a field, with its unit unless that is "", such that it is read as both. */
void tz_headers_label(struct tz_buf *out, const struct tz_field *f, const char *unit, bool zh);
/* The header of the column REASONS. */
const char *tz_headers_reasons(bool zh);

/* Whether the sheet holds rows that came back (it has the column 退回原因): it is then only a part of a file.
 */
bool tz_headers_came_back(const struct tz_headers *h);

/* "A" of 0, "AA" of 26; as spreadsheets name columns. */
enum { TZ_COLUMN_NAME_SIZE = 8 };
void tz_column_name(size_t column, char out[TZ_COLUMN_NAME_SIZE]);

#endif
