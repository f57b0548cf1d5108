/* SPDX-License-Identifier: Apache-2.0
 *
 * The pulling half of `taizhang sync`: the local copy brought up to date.
 */
#ifndef TZ_CLIENT_CLI_FETCH_H
#define TZ_CLIENT_CLI_FETCH_H

#include "client/cli/cli.h"

/* Connected, with the profile open. committee: whose copy is kept from now on; NULL: the one kept so far,
 * else the credential's. An administrator's credential is of the whole registry, which nobody wants unasked:
 * then, and without one, nothing is fetched and how to get a copy is said. wait_ms: how long a line that
 * fails is tried again. DONE; else told. */
int tz_fetch(struct tz_cli *cli, const char *committee, int64_t wait_ms) TZ_MUSTCHECK;

#endif
