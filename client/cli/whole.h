/* SPDX-License-Identifier: Apache-2.0
 *
 * What the registry holds beyond a file: records of exactly the units and periods that stand in the file, of
 * its kind, that are not in it. With --whole they are withdrawn, once somebody has seen them and said so;
 * otherwise they are counted in one line.
 */
#ifndef TZ_CLIENT_CLI_WHOLE_H
#define TZ_CLIENT_CLI_WHOLE_H

#include "client/cli/delivery.h"
#include "client/cli/submit_survey.h"

struct tz_whole {
    bool asked;                     /* --whole */
    bool part;                      /* the file is known to hold only rows that came back */
    bool yes;                       /* --yes: they need not be confirmed */
    struct tz_option_number number; /* --withdraw N: exactly so many, however large a part that is */
    const char *reason;             /* NULL: none yet */
};

/* After the file's rows were reported. survey: of the file; taken: every row of it is in the registry now;
 * source: its name. Withdrawals go through the delivery and into its report. DONE; USAGE when something
 * should be withdrawn and nobody confirmed it; REFUSED when it cannot be known what is beyond the file; or
 * told. */
int tz_whole_run(const struct tz_whole *w, struct tz_survey *survey, struct tz_delivery *delivery, bool taken,
                 const char *source) TZ_MUSTCHECK;

/* What was given together. DONE, or USAGE, told. */
int tz_whole_check(struct tz_cli *cli, const struct tz_whole *w, size_t files, bool dry_run) TZ_MUSTCHECK;

#endif
