/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the command committee; each reads its own arguments. And what they share: the units of the
 * registry, one by one.
 */
#ifndef TZ_CLIENT_CLI_COMMITTEE_H
#define TZ_CLIENT_CLI_COMMITTEE_H

#include "client/cli/cli.h"
#include "client/sheet/committees.h"

int tz_committee_import(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_list(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_set(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_add(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_rename(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_move(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_close(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_cancel(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_merge(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_split(struct tz_cli *cli, size_t argc, char **argv);
int tz_committee_contact(struct tz_cli *cli, size_t argc, char **argv);

/* A unit, with its body; valid during the call. Tells what goes wrong itself. */
typedef enum tz_result tz_committee_fn(void *ctx, const Taizhang__V1__Committee *unit);
/* Asks for all pages of a list, whose cursor is filled in, and hands out each unit. Asked for everything
 * (under is empty), a registry without units has none of them. Failures are told. */
int tz_committee_each(struct tz_cli *cli, Taizhang__V1__CommitteeListRequest *q, tz_committee_fn *each,
                      void *ctx) TZ_MUSTCHECK;

/* Completes the rows of a sheet, whose columns are at place, by what the registry holds of the units that it
 * knows; the rows of others get an error for each column that they cannot do without. Failures are told. */
int tz_committee_complete(struct tz_cli *cli, struct tz_committee_row *rows, size_t count,
                          const size_t place[TZ_SHEET_COLUMNS], struct tz_arena *arena) TZ_MUSTCHECK;

#endif
