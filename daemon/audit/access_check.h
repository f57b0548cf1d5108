/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of `taizhangd check` that looks at the access log: every line of every file follows from the one
 * before, and the last ones reach as far as the journal.
 */
#ifndef TZ_DAEMON_AUDIT_ACCESS_CHECK_H
#define TZ_DAEMON_AUDIT_ACCESS_CHECK_H

#include <stdio.h>

#include "common/base/err.h"

/* Findings go to out, one line each, then a summary line. position: where the journal stood before this;
 * entries that have no line after a crash (unclean) are told, and no finding: the next start marks them. 0
 * when clean, 1 when there are findings, negative when the log cannot be read. */
int tz_access_check_run(const char *dir, uint64_t position, bool unclean, FILE *out) TZ_MUSTCHECK;

#endif
