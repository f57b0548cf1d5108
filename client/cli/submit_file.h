/* SPDX-License-Identifier: Apache-2.0
 *
 * Submitting one sheet: rows become batches, batches go out while earlier ones are being committed, and the
 * profile learns what was decided.
 */
#ifndef TZ_CLIENT_CLI_SUBMIT_FILE_H
#define TZ_CLIENT_CLI_SUBMIT_FILE_H

#include "client/cli/report.h"
#include "client/sheet/rows.h"

struct tz_submit_options {
    const char *committee; /* where the file names none; "" for none */
    const char *sheet;     /* of a workbook, by name; NULL: the first usable one */
    bool confirmed;
    bool dry_run; /* no connection and no profile are used */
};

/* Submits the sheet. DONE when every row was decided, whatever the decision (it stands in the report);
 * REFUSED when the file itself cannot be taken; else the failure, which was told. USAGE when it has no such
 * sheet. Nothing is sent of a file that is damaged somewhere. */
int tz_submit_file(struct tz_cli *cli, FILE *file, const struct tz_kind_info *kind,
                   const struct tz_submit_options *options, struct tz_report *report) TZ_MUSTCHECK;

/* Settles the versions that an earlier run sent without learning their fate: what the registry holds counts
 * as seen. */
int tz_submit_settle(struct tz_cli *cli) TZ_MUSTCHECK;

#endif
