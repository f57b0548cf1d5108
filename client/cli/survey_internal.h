/* SPDX-License-Identifier: Apache-2.0
 *
 * Inside of submit_survey.h.
 */
#ifndef TZ_CLIENT_CLI_SURVEY_INTERNAL_H
#define TZ_CLIENT_CLI_SURVEY_INTERNAL_H

#include "client/cli/meaning.h"
#include "client/cli/submit_survey.h"

/* A failure of the index or of memory is told; returns INTERNAL. */
int tz_survey_failed(struct tz_survey *s, int rc);

/* What the profile knows of the addresses of a scope; once for each. DONE, or told. */
int tz_survey_load(struct tz_survey *s, struct tz_meaning *m, const char *scope) TZ_MUSTCHECK;
/* What waits in the outbox, of any scope; before the first of them. */
int tz_survey_load_waiting(struct tz_survey *s, struct tz_meaning *m) TZ_MUSTCHECK;
/* Which of the numbers given now belong to records that were withdrawn. */
int tz_survey_load_withdrawn(struct tz_survey *s) TZ_MUSTCHECK;

/* Stops, or asks, where the rows do not fit what is known. DONE, USAGE when it is not to go on, or told. */
int tz_survey_check_renumbering(struct tz_survey *s) TZ_MUSTCHECK;
int tz_survey_check_shifts(struct tz_survey *s) TZ_MUSTCHECK;

/* Writes the file with the numbers, and remembers its name for the scopes of its rows. DONE, or told. */
int tz_survey_write_numbered(struct tz_survey *s, size_t used) TZ_MUSTCHECK;
/* The file that was written last for a scope; "" for none. */
int tz_survey_numbered_before(struct tz_survey *s, const char *scope, char out[PATH_MAX]) TZ_MUSTCHECK;

#endif
