/* SPDX-License-Identifier: Apache-2.0
 *
 * `taizhang outbox --pack FILE` and `--unpack FILE.outcomes`.
 */
#ifndef TZ_CLIENT_CLI_OUTBOX_PACK_H
#define TZ_CLIENT_CLI_OUTBOX_PACK_H

#include "client/cli/cli.h"

/* Packs what waits into a bundle (DONE also when nothing waits), or takes the outcomes of one in and reports
 * every version that was decided by them: the result is that of tz_report_result. argv: all arguments of the
 * command.
 */
int tz_outbox_run_pack(struct tz_cli *cli, size_t argc, char **argv) TZ_MUSTCHECK;

#endif
