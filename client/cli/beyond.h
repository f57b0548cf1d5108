/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding what the registry holds beyond a file.
 */
#ifndef TZ_CLIENT_CLI_BEYOND_H
#define TZ_CLIENT_CLI_BEYOND_H

#include "client/cli/submit_survey.h"

struct tz_beyond {
    struct tz_cli *cli; /* connected */
    struct tz_survey *survey;
    bool list; /* print each of them, and keep them in the survey's index */
    /* results */
    size_t count;                /* of records beyond the file, */
    size_t held;                 /* among so many that the registry holds of the same units and periods */
    size_t scopes;               /* units and periods with any; */
    char scope[TZ_ADDRESS_SIZE]; /* the first of them: committee/kind/period */
};

/* Reads the records of every unit and period of the file page by page. DONE, or told: REFUSED when a unit has
 * another code now than the file gives, so that its records cannot be compared. */
int tz_beyond_find(struct tz_beyond *b) TZ_MUSTCHECK;

/* Only how many: one question for each unit and period, up to a thousand of them. Every address of the file
 * must be held. false: it cannot be known now. Nothing is told. */
bool tz_beyond_count(struct tz_beyond *b);

#endif
