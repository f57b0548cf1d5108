/* SPDX-License-Identifier: Apache-2.0
 *
 * Fetching what changed since the local copy's position (ChangesRequest), page by page, each stored with its
 * position in one transaction while the next is under way: broken off anywhere, it goes on from there. What
 * is in memory is a page, whatever there is to fetch.
 */
#ifndef TZ_CLIENT_LIB_PULL_H
#define TZ_CLIENT_LIB_PULL_H

#include "client/lib/connection.h"
#include "client/lib/copy.h"

struct tz_pull {
    struct tz_profile *profile;
    struct tz_connection *connection; /* open, nothing outstanding */
    /* After each page that was stored; may be NULL. true: stop. */
    bool (*page)(void *ctx, const struct tz_pull *pull);
    void *ctx;
    uint64_t records; /* results: states received, withdrawn ones too, */
    uint64_t removed; /* addresses that are no longer published to us, */
    uint64_t committees;
    bool anew;    /* whether it began from the beginning, */
    bool stopped; /* and whether `page` ended it: the rest is to be fetched another time */
    int failed;   /* an enum tz_rc of the profile: tz_profile_error has the words */
};

/* Of the committee that tz_copy_of named; without one nothing is fetched. DONE: the copy is complete and
 * current, or `page` stopped it. Otherwise why is in the connection's failure, or `failed` is not TZ_OK and
 * the result INTERNAL. */
enum tz_result tz_pull_run(struct tz_pull *pull) TZ_MUSTCHECK;

#endif
