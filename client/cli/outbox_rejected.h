/* SPDX-License-Identifier: Apache-2.0
 *
 * The refused rows of the outbox as a sheet: what the registry refused only when it was sent later comes back
 * in no file of its submission.
 */
#ifndef TZ_CLIENT_CLI_OUTBOX_REJECTED_H
#define TZ_CLIENT_CLI_OUTBOX_REJECTED_H

#include "client/cli/cli.h"

/* `taizhang outbox --rejected FILE [--kind KIND]`. */
int tz_outbox_run_rejected(struct tz_cli *cli, size_t argc, char **argv);

#endif
