/* SPDX-License-Identifier: Apache-2.0
 *
 * Fetching what changed since the local copy's position (ChangesRequest), page by page, each stored before
 * the next is asked for: broken off anywhere, it goes on from there.
 */
#ifndef TZ_CLIENT_LIB_PULL_H
#define TZ_CLIENT_LIB_PULL_H

#include "client/lib/connection.h"
#include "client/lib/copy.h"

struct tz_pull {
    struct tz_profile *profile;
    struct tz_connection *connection; /* open */
    uint64_t records;                 /* results: states received, */
    uint64_t committees;
    bool anew; /* and whether it began from the beginning */
};

/* DONE: the copy is complete and current. Otherwise as tz_sync_send. */
enum tz_result tz_pull_run(struct tz_pull *pull) TZ_MUSTCHECK;

#endif
