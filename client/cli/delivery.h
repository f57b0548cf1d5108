/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions on their way from a command to the registry: stored in the outbox in batches, sent while more are
 * stored, each reported in the order in which it was given as soon as it is decided. Without a line they are
 * stored to the last one, and reported as waiting.
 */
#ifndef TZ_CLIENT_CLI_DELIVERY_H
#define TZ_CLIENT_CLI_DELIVERY_H

#include "client/cli/awaited.h"
#include "client/cli/line.h"
#include "client/cli/progress.h"
#include "client/cli/report.h"

struct tz_delivery {
    struct tz_cli *cli;
    struct tz_report *report;
    /* A row that was refused, here or by the registry: after it was reported. May be NULL. A result other
     * than DONE, told, ends the delivery with it. */
    int (*rejected)(void *ctx, size_t row, const struct tz_errors *errors);
    void *ctx;
    struct tz_progress *progress; /* to be taken away before a row is reported; NULL: none is shown */

    /* inside */
    struct tz_line line;
    struct tz_awaited awaited;
    bool begun;      /* something was put since the opening or the last finish */
    bool storing;    /* a transaction is open */
    bool all_stored; /* nothing more is to come */
    size_t stored;   /* in the transaction */
    size_t bytes;
    size_t elsewhere; /* decisions that were not on the row awaited next */
    size_t not_taken; /* versions of other runs that were refused or are in conflict */
    size_t told;      /* rows of this one */
};

enum { TZ_WAIT_SUBMIT_MS = 3000, TZ_WAIT_SYNC_MS = 30000 };

/* Opens the profile and looks for a line. wait_ms: how long a line that fails is tried again. DONE also
 * without a line; else told. */
int tz_delivery_open(struct tz_delivery *d, struct tz_cli *cli, struct tz_report *report,
                     int64_t wait_ms) TZ_MUSTCHECK;
/* One version, to be reported as of `row`; entry as for tz_outbox_put. DONE, or told. */
int tz_delivery_put(struct tz_delivery *d, const struct tz_outbox_entry *entry, size_t row) TZ_MUSTCHECK;
/* A row that was refused here, in its place. */
int tz_delivery_refuse(struct tz_delivery *d, size_t row, const char *written,
                       const struct tz_errors *errors) TZ_MUSTCHECK;
/* Everything was put: sends the rest, and reports what was not reported yet. DONE: everything was decided.
 * UNREACHABLE: some of it waits; that and why was told. Else told. More may be put afterwards. */
int tz_delivery_finish(struct tz_delivery *d) TZ_MUSTCHECK;
void tz_delivery_close(struct tz_delivery *d);

#endif
