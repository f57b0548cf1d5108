/* SPDX-License-Identifier: Apache-2.0
 *
 * What a user said of columns whose headers are not the registry's: 项目经费=金额 reads one as a field,
 * 内部编号= leaves one aside. Given on the command line, or kept from an earlier time.
 */
#ifndef TZ_CLIENT_SHEET_MAPPING_H
#define TZ_CLIENT_SHEET_MAPPING_H

#include "client/sheet/headers.h"
#include "common/schema/header.h"
#include "common/schema/label.h"

enum { TZ_MAPPING_MAX = 64, TZ_MAPPING_HEADER_SIZE = 128 };

struct tz_mapped {
    char header[TZ_MAPPING_HEADER_SIZE]; /* as the user wrote it, in one line */
    char folded[TZ_LABEL_SIZE];
    enum tz_column_role role;       /* FIELD, REVISION, or IGNORED: left aside */
    const struct tz_field *field;   /* of FIELD */
    char unit[TZ_HEADER_UNIT_SIZE]; /* given with the field, 金额（万元）; "": the header's own */
    bool saved;                     /* of an earlier time: a file need not have the column */
};

struct tz_mapping {
    const struct tz_kind_info *kind;
    size_t count;
    struct tz_mapped item[TZ_MAPPING_MAX];
};

enum tz_mapping_problem {
    TZ_MAPPING_FORM,    /* not 列名=字段 */
    TZ_MAPPING_FIELD,   /* there is no such field */
    TZ_MAPPING_AGAIN,   /* the column was given another meaning before */
    TZ_MAPPING_TOO_MANY /* or too long a header */
};

struct tz_mapping_error {
    enum tz_mapping_problem problem;
    char text[200];                                 /* what is wrong, of what was given */
    const struct tz_field *near[TZ_HEADER_NEAREST]; /* FIELD; NULL ends */
};

void tz_mapping_init(struct tz_mapping *m, const struct tz_kind_info *kind);
/* Adds 列名=字段 (English name or Chinese label), 列名= or 列名=- . What is given takes the place of what was
 * saved for the same column. TZ_OK, or TZ_EINVAL with *e. */
int tz_mapping_add(struct tz_mapping *m, const char *text, size_t len, bool saved,
                   struct tz_mapping_error *e) TZ_MUSTCHECK;

/* What was said of a header; it is compared as labels are, with its unit and without. NULL: nothing. unit
 * gets the unit that counts. */
const struct tz_mapped *tz_mapping_find(const struct tz_mapping *m, const char *header, size_t len,
                                        char unit[TZ_HEADER_UNIT_SIZE]);

/* As text to be kept, one line for each; tz_mapping_read adds them again as saved ones, without those whose
 * field is no more. */
void tz_mapping_write(const struct tz_mapping *m, struct tz_buf *out);
void tz_mapping_read(struct tz_mapping *m, const char *text);

#endif
