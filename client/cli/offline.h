/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that read the local copy instead of asking the registry: what they say of its age, and of what is
 * not in it.
 */
#ifndef TZ_CLIENT_CLI_OFFLINE_H
#define TZ_CLIENT_CLI_OFFLINE_H

#include "client/cli/cli.h"
#include "client/cli/time_text.h"
#include "client/lib/copy.h"
#include "common/base/json.h"

struct tz_offline {
    struct tz_cli *cli;
    struct tz_copy_mark mark;
    uint64_t waiting; /* versions in the outbox that are not in the copy */
};

/* Opens the profile; mark.committee is "" where there is no copy. DONE, or told. */
int tz_offline_read(struct tz_offline *o, struct tz_cli *cli) TZ_MUSTCHECK;
/* The same; says on stderr how old the copy is and how much waits in the outbox. Without a copy it
 * says how to get one: USAGE. */
int tz_offline_open(struct tz_offline *o, struct tz_cli *cli) TZ_MUSTCHECK;
/* The committee to show: what was given, else the one that the copy is of. */
const char *tz_offline_committee(const struct tz_offline *o, const char *given);
/* A member of an open object: "copy":{"committee":..,"as_of":..,"position":..,"complete":..,"waiting":..}. */
void tz_offline_json(const struct tz_offline *o, struct tz_json *j);
/* Reading the copy failed: told. A rc > 0 is a visitor's, told by it, and returned. */
int tz_offline_failed(const struct tz_offline *o, int rc);

/* When the copy was current: 2018-03-26 14:05. */
void tz_offline_when(const struct tz_cli *cli, const struct tz_copy_mark *mark, char out[TZ_TIME_SIZE]);

/* After a command ended with `result`: where the registry could not be reached and there is a copy, says that
 * --offline reads it. Returns the result. */
int tz_offline_hint(struct tz_cli *cli, int result);

#endif
