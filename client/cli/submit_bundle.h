/* SPDX-License-Identifier: Apache-2.0
 *
 * Submitting a carry bundle on a machine with a line: exactly the versions that are in it, with the tickets
 * of the machine that packed them, so that twice is harmless. The outcomes go into a file to be carried back.
 * The profile of this machine has nothing to do with it.
 */
#ifndef TZ_CLIENT_CLI_SUBMIT_BUNDLE_H
#define TZ_CLIENT_CLI_SUBMIT_BUNDLE_H

#include "client/cli/report.h"

struct tz_submit_bundle {
    const char *path;
    const char *output; /* of the outcomes; NULL: path.outcomes */
    bool dry_run;       /* read it and say what is in it */
    int64_t wait_ms;    /* how long a line that fails is tried again */
};

/* Whether the file is a bundle, by its first bytes; false also for what cannot be opened. */
bool tz_submit_is_bundle(const char *path);

/* DONE: everything in it was decided, and the outcomes are written. UNREACHABLE: not everything, which was
 * told; what was decided is written. Else told. */
int tz_submit_bundle(struct tz_cli *cli, const struct tz_submit_bundle *what,
                     struct tz_report *report) TZ_MUSTCHECK;

#endif
