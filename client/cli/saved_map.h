/* SPDX-License-Identifier: Apache-2.0
 *
 * --map, and the mapping that a profile keeps of a kind: what was given once is used for every later sheet of
 * that kind, until --forget-map.
 */
#ifndef TZ_CLIENT_CLI_SAVED_MAP_H
#define TZ_CLIENT_CLI_SAVED_MAP_H

#include "client/cli/cli.h"
#include "client/sheet/mapping.h"

/* What the profile keeps of the kind, if one is open, then what is given (`count` texts 列名=字段). DONE,
 * USAGE or INTERNAL, told. */
int tz_cli_map_read(struct tz_cli *cli, const struct tz_kind_info *kind, const char *const *given,
                    size_t count, struct tz_mapping *out) TZ_MUSTCHECK;
/* After a header was accepted: keeps what was given now, if a profile is open. DONE, or INTERNAL, told. */
int tz_cli_map_keep(struct tz_cli *cli, const struct tz_mapping *m) TZ_MUSTCHECK;
/* Forgets what is kept of the kind, and says so. DONE, or INTERNAL, told. */
int tz_cli_map_forget(struct tz_cli *cli, const struct tz_kind_info *kind) TZ_MUSTCHECK;

#endif
