/* SPDX-License-Identifier: Apache-2.0
 *
 * What became of every row of a submission, and the counts, each row written out as soon as it is known. For
 * people a refused row has every reason, and one that replaces others says what; rows that nothing is to be
 * said of are left out of long lists (`brief`), and when quiet.
 */
#ifndef TZ_CLIENT_CLI_REPORT_H
#define TZ_CLIENT_CLI_REPORT_H

#include "client/cli/cli.h"
#include "client/sheet/headers.h"

struct tz_report {
    struct tz_cli *cli;
    const struct tz_kind_info *kind;
    const struct tz_headers *headers; /* NULL: no cells to point at */
    const char *file;                 /* shown with every row; NULL: there is only one */
    bool dry_run;
    bool brief;   /* for people: only rows that something is to be said of */
    bool started; /* the CSV header is written */
    size_t created, updated, unchanged, conflicts, behind, rejected, withdrawn, valid, queued, replaced;
    size_t not_allowed; /* of the rejected: for this reason alone */
};

/* What becomes of a row beside the registry's outcomes. */
enum {
    TZ_REPORT_QUEUED = 1000, /* it waits in the outbox */
    TZ_REPORT_REPLACED,      /* another taizhang put a later version of the record in its place */
};

struct tz_report_row {
    size_t row; /* 0: none (an address of the command line) */
    const char *address;
    int outcome; /* Taizhang__V1__OutcomeCode or one of the above; NONE: a dry run found nothing wrong */
    uint64_t revision;
    const struct tz_errors *errors;           /* may be NULL */
    const Taizhang__V1__Outcome *of_registry; /* may be NULL */
};

void tz_report_row(struct tz_report *r, const struct tz_report_row *row);
/* An answer's outcome; its errors are read from it. */
void tz_report_outcome(struct tz_report *r, size_t row, const char *address,
                       const Taizhang__V1__Outcome *outcome);

/* One line of counts: on stdout for people, else on stderr; not when quiet. */
void tz_report_summary(struct tz_report *r);
/* 0, 1 when rows were refused, 4 when all of them because something is not allowed, 5 for conflicts only. */
int tz_report_result(const struct tz_report *r);

#endif
