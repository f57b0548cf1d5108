/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of `taizhang outbox`, each in the file of its name.
 */
#ifndef TZ_CLIENT_CLI_OUTBOX_H
#define TZ_CLIENT_CLI_OUTBOX_H

#include "client/cli/cli.h"

/* argv: what stands beside the name of the part. */
int tz_outbox_run_list(struct tz_cli *cli, size_t argc, char **argv);
int tz_outbox_run_show(struct tz_cli *cli, size_t argc, char **argv);
int tz_outbox_run_retry(struct tz_cli *cli, size_t argc, char **argv);
int tz_outbox_run_drop(struct tz_cli *cli, size_t argc, char **argv);
int tz_outbox_run_resolve(struct tz_cli *cli, size_t argc, char **argv);

#endif
