/* SPDX-License-Identifier: Apache-2.0
 *
 * The days after today on which something is to change, each with its tree: an import of today must leave a
 * tree on all of them. Where nothing is to change there are none, and this costs nothing.
 */
#ifndef TZ_DAEMON_JOURNAL_LATER_DAYS_H
#define TZ_DAEMON_JOURNAL_LATER_DAYS_H

#include "common/totals/tree.h"

/* As many as an import looks at; each takes the room of a tree for as long as the import lasts. */
enum { TZ_LATER_DAYS_MAX = 32 };

struct tz_later_days {
    bool found; /* those of the units that there are */
    size_t count;
    struct tz_later_day {
        char date[TZ_DATE_SIZE];
        struct tz_tree *tree;
    } day[TZ_LATER_DAYS_MAX];
};

/* A state of a unit that is put next, or was put. */
struct tz_later_put {
    uint32_t number;
    uint64_t revision;
    uint64_t position;
    const Taizhang__V1__CommitteeBody *body;
    const Taizhang__V1__CommitteePrivate *private_;
};

/* The first day after `date` on which any unit's state changes or ends; false: none. */
bool tz_later_day_after(const struct tz_tree *t, const char *date, char out[TZ_DATE_SIZE]);
/* What the trees of later days would be with it: the first that is none counts. t: today's tree, without it.
 * TZ_ELIMIT: more days than are looked at; TZ_EINVAL as of tz_tree_put. */
int tz_later_days_shape(struct tz_later_days *l, const struct tz_tree *t, const struct tz_later_put *put,
                        enum tz_shape *shape) TZ_MUSTCHECK;
/* After it came into today's tree. */
int tz_later_days_put(struct tz_later_days *l, const struct tz_later_put *put) TZ_MUSTCHECK;
void tz_later_days_free(struct tz_later_days *l);

#endif
