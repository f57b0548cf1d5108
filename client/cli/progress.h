/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a pass over a sheet has come, in one line on a terminal that is written over: rows, the part of the
 * file, rows a second, and the time that is left. Elsewhere, and when quiet, nothing.
 */
#ifndef TZ_CLIENT_CLI_PROGRESS_H
#define TZ_CLIENT_CLI_PROGRESS_H

#include "client/cli/cli.h"
#include "client/sheet/sheet.h"

struct tz_progress {
    struct tz_cli *cli;
    const char *what; /* the pass, in the user's language */
    bool on;
    bool drawn;
    size_t rows;
    int64_t started_us;
    int64_t drawn_us;
};

/* what: must live as long. */
void tz_progress_start(struct tz_progress *p, struct tz_cli *cli, const char *what);
/* One row more was read. */
void tz_progress_row(struct tz_progress *p, const struct tz_sheet *sheet);
/* Takes the line away: before anything else is written, and at the end. */
void tz_progress_clear(struct tz_progress *p);

/* The line; done and total in bytes, total 0: not known. Appends to out. */
void tz_progress_line(struct tz_buf *out, const char *what, size_t rows, uint64_t done, uint64_t total,
                      int64_t elapsed_us);

#endif
