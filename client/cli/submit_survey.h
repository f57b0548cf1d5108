/* SPDX-License-Identifier: Apache-2.0
 *
 * A pass over the rows of a sheet before anything of it is stored: rows without a number get one, and the
 * file comes back with them; total rows are compared with their rows; and what only the file as a whole shows
 * is asked about: rows that were shifted against their numbers, and a state of the file from before it was
 * numbered.
 */
#ifndef TZ_CLIENT_CLI_SUBMIT_SURVEY_H
#define TZ_CLIENT_CLI_SUBMIT_SURVEY_H

#include <limits.h>

#include "client/cli/cli.h"
#include "client/sheet/header_rows.h"
#include "client/sheet/row_index.h"
#include "client/sheet/rows.h"

struct tz_survey {
    /* set before */
    struct tz_cli *cli; /* with its profile open; without one only the file itself is looked at */
    struct tz_sheet *sheet;
    const struct tz_rows *rows; /* as the rows will be read; what it has seen is not used */
    struct tz_header_place place;
    const char *path; /* of the file; NULL: standard input, which cannot come back */
    bool dry_run;     /* nothing is written */
    bool new_rows;    /* the user says that rows without a number are as they should be, */
    bool not_shifted; /* and that rows stand where they should */

    /* results */
    size_t records;             /* rows that are records, */
    size_t given;               /* of them: that got a number */
    char numbered[PATH_MAX];    /* the file with the numbers; "" for none */
    struct tz_row_index *index; /* of all rows */
};

/* The sheet stands below its header, and does so again afterwards. DONE, or told: REFUSED when the sheet
 * cannot be read or the numbers cannot be written; USAGE when the user has to decide. Free it in either case.
 */
int tz_survey_run(struct tz_survey *s) TZ_MUSTCHECK;
void tz_survey_free(struct tz_survey *s);

/* The number given to a row, "" for none; rows in ascending order. DONE, or told. */
int tz_survey_key(struct tz_survey *s, size_t row, char out[TZ_GIVEN_KEY_SIZE]) TZ_MUSTCHECK;

#endif
