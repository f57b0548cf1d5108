/* SPDX-License-Identifier: Apache-2.0
 *
 * `taizhangd check`: replays the journal from its first entry, recomputes all that is derived from it, and
 * compares: current and past revisions, parts, committees, reporting sets, keys, invitations, what was
 * written from above, the totals cube cell by cell, and the cube's totals with a slow sum written plainly
 * over the records. Reads one snapshot, so it may run beside a daemon. Memory grows with the number of
 * addresses.
 */
#ifndef TZ_DAEMON_JOURNAL_CHECK_H
#define TZ_DAEMON_JOURNAL_CHECK_H

#include <stdio.h>

#include "common/base/log.h"

struct tz_check_result {
    uint64_t position;
    uint64_t records; /* live */
    uint64_t committees;
    uint64_t erased; /* entries whose private bytes were erased */
    uint64_t findings;
    bool unclean; /* a daemon runs, or did not end by itself */
    bool served;  /* a daemon has run on it: it has the position file, which a copy has not */
};

/* path: the database file. Findings go to out, one line each, then a summary line. 0 when clean, 1 when there
 * are findings, negative when the registry cannot be read (out has the reason). */
int tz_check_run(const char *path, const struct tz_env *env, struct tz_log *log, FILE *out,
                 struct tz_check_result *result) TZ_MUSTCHECK;

#endif
