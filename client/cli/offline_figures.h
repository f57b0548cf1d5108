/* SPDX-License-Identifier: Apache-2.0
 *
 * totals and trace without a line: the local copy answers in the registry's place.
 */
#ifndef TZ_CLIENT_CLI_OFFLINE_FIGURES_H
#define TZ_CLIENT_CLI_OFFLINE_FIGURES_H

#include "client/cli/offline.h"
#include "client/lib/local_totals.h"

struct tz_offline_figures {
    struct tz_offline offline;
    struct tz_local *local;
    char today[TZ_DATE_SIZE]; /* the day of the copy */
};

/* As tz_offline_open. Where the copy is not complete, USAGE after its message: a figure would be wrong.
 * tz_offline_figures_close is needed in every case. */
int tz_offline_figures_open(struct tz_offline_figures *o, struct tz_cli *cli) TZ_MUSTCHECK;
/* As tz_cli_call, for a totals or a trace request. A cursor is good until the close. */
int tz_offline_figures_call(struct tz_offline_figures *o, tz_request *request, tz_answer_fn *each,
                            void *ctx) TZ_MUSTCHECK;
void tz_offline_figures_close(struct tz_offline_figures *o);

#endif
