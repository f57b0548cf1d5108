/* SPDX-License-Identifier: Apache-2.0
 *
 * A file in hand through the same path as the command submit takes: its rows into the outbox and, in the same
 * transactions, into the ledger; and the rest of it when the rows are decided. What is told meanwhile goes to
 * stderr and is added to `told`: it may be why the file is refused.
 */
#ifndef TZ_CLIENT_CLI_WATCH_SUBMIT_H
#define TZ_CLIENT_CLI_WATCH_SUBMIT_H

#include "client/cli/watch.h"

/* Beside the results of submit_file.h: a signal came, and what is stored is. */
enum { TZ_WATCH_STOPPED_RESULT = 100 };

/* Puts the rows of the copy. Results as of tz_submit_file, DONE when every row is stored. */
int tz_watch_submit(struct tz_watch *w, const struct tz_claim *claim, const struct tz_ledger_file *file,
                    FILE *copy, struct tz_buf *told) TZ_MUSTCHECK;
/* Of a file whose rows are decided: writes its rejected rows beside it, or (whole) puts the withdrawal of
 * what is beyond it; for that the line must be up. Results as of tz_submit_rest. */
int tz_watch_rest(struct tz_watch *w, const struct tz_claim *claim, const struct tz_ledger_file *file,
                  bool whole, struct tz_buf *told) TZ_MUSTCHECK;

#endif
