/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the command committee; each reads its own arguments.
 */
#ifndef TZ_CLIENT_CLI_COMMITTEE_H
#define TZ_CLIENT_CLI_COMMITTEE_H

#include "client/cli/cli.h"

int tz_committee_import(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_list(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_set(struct tz_cli *cli, size_t argc, char **argv);

#endif
