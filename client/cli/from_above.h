/* SPDX-License-Identifier: Apache-2.0
 *
 * What committees above wrote into the own one, as `status` tells it.
 */
#ifndef TZ_CLIENT_CLI_FROM_ABOVE_H
#define TZ_CLIENT_CLI_FROM_ABOVE_H

#include "client/cli/cli.h"
#include "client/cli/table.h"
#include "common/base/json.h"

/* The member "from_above" of an object. */
void tz_from_above_json(struct tz_json *j, const struct tz_env *env, const Taizhang__V1__StatusReply *s);
/* Rows of a table of names and values, for CSV. */
void tz_from_above_rows(struct tz_table *t, const struct tz_env *env, const Taizhang__V1__StatusReply *s);
/* A table of its own, under a heading; nothing when there is none. 0, or as tz_table_print. */
int tz_from_above_print(struct tz_cli *cli, const Taizhang__V1__StatusReply *s);

#endif
