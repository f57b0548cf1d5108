/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of `taizhangd check` that looks at the access log: every line of every file follows from the one
 * before, and the last ones reach as far as the journal.
 */
#ifndef TZ_DAEMON_AUDIT_ACCESS_CHECK_H
#define TZ_DAEMON_AUDIT_ACCESS_CHECK_H

#include <stdio.h>

#include "common/base/err.h"

/* What the journal says about it. */
struct tz_access_journal {
    uint64_t position; /* where it stood before the log is read */
    bool unclean;      /* a daemon runs, or crashed: the next start marks entries that have no line */
    bool served;       /* a daemon has run on this folder: it is no copy of the database alone */
};

/* Findings go to out, one line each, then a summary line. 0 when clean, 1 when there are findings, negative
 * when the log cannot be read. */
int tz_access_check_run(const char *dir, const struct tz_access_journal *journal, FILE *out) TZ_MUSTCHECK;

#endif
