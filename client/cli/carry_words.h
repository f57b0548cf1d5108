/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a bundle, or a file of outcomes, cannot be used.
 */
#ifndef TZ_CLIENT_CLI_CARRY_WORDS_H
#define TZ_CLIENT_CLI_CARRY_WORDS_H

#include "client/cli/cli.h"
#include "client/lib/carry.h"

/* Tells why the file at path cannot be used; errno is that of the failure. Returns the result to end with.
 * Not for DONE. */
int tz_carry_failed(struct tz_cli *cli, const struct tz_carry *c, enum tz_carry_result result,
                    const char *path);
/* The same for a result of tz_bundle_create and its kin. */
int tz_carry_not_written(struct tz_cli *cli, int rc, const char *path);

#endif
