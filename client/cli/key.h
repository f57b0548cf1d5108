/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the command key; each reads its own arguments. And what they share: principals, one by one and
 * for people.
 */
#ifndef TZ_CLIENT_CLI_KEY_H
#define TZ_CLIENT_CLI_KEY_H

#include "client/cli/cli.h"

int tz_key_run_list(struct tz_cli *cli, size_t argc, char **argv);
int tz_key_run_show(struct tz_cli *cli, size_t argc, char **argv);
int tz_key_run_rename(struct tz_cli *cli, size_t argc, char **argv);
int tz_key_run_roles(struct tz_cli *cli, size_t argc, char **argv);
int tz_key_run_revoke(struct tz_cli *cli, size_t argc, char **argv);
int tz_key_run_person(struct tz_cli *cli, size_t argc, char **argv);
int tz_key_run_rotate(struct tz_cli *cli, size_t argc, char **argv);

/* A principal, with its body; valid during the call. */
typedef void tz_principal_fn(void *ctx, const Taizhang__V1__Principal *p);
/* Asks for all pages of a list, whose cursor is filled in. Failures are told. */
int tz_key_each(struct tz_cli *cli, Taizhang__V1__KeyListRequest *q, tz_principal_fn *each,
                void *ctx) TZ_MUSTCHECK;

/* Prints principals as a table. */
struct tz_key_table {
    struct tz_cli *cli;
    struct tz_table table;
};
void tz_key_table_begin(struct tz_key_table *t, struct tz_cli *cli);
void tz_key_table_add(void *key_table, const Taizhang__V1__Principal *p);
int tz_key_table_end(struct tz_key_table *t) TZ_MUSTCHECK;

#endif
