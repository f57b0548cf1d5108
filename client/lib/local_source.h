/* SPDX-License-Identifier: Apache-2.0
 *
 * The local copy as the totals' source of records.
 */
#ifndef TZ_CLIENT_LIB_LOCAL_SOURCE_H
#define TZ_CLIENT_LIB_LOCAL_SOURCE_H

#include "client/lib/copy.h"
#include "common/totals/source.h"
#include "common/totals/tree.h"

/* Both are lent, and so is this to the source. */
struct tz_local_source {
    struct tz_profile *profile;
    const struct tz_tree *tree; /* of the copy's committees: local_tree.h */
};

struct tz_record_source tz_local_source(struct tz_local_source *from);

/* The live records of a kind in sub(committee), by the code of their committee. */
int tz_local_source_below(struct tz_local_source *from, uint32_t committee, uint32_t kind,
                          tz_visit_source visit, void *ctx) TZ_MUSTCHECK;

#endif
