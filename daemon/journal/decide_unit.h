/* SPDX-License-Identifier: Apache-2.0
 *
 * What imports and changes of committees have in common: a unit on its way from an item to its entry.
 * Internal to decide_committee.c and decide_change.c.
 */
#ifndef TZ_DAEMON_JOURNAL_DECIDE_UNIT_H
#define TZ_DAEMON_JOURNAL_DECIDE_UNIT_H

#include "daemon/journal/decide.h"
#include "daemon/journal/later_days.h"

/* One operation: units are decided on a copy of the tree, which those before have changed already. */
struct tz_unit_op {
    struct tz_batch *b;
    struct tz_op *op;
    struct tz_tree *tree; /* staged */
    const char *today;    /* the tree's date */
    const char *reason;
    struct tz_later_days later; /* of an import */
};

/* `known` is a copy: the staged tree may move its nodes. What it lends is the views', and stays. */
struct tz_unit_work {
    const Taizhang__V1__CommitteeItem *item;
    struct tz_change_done *done;
    bool is_known;
    struct tz_unit_node known;
    const Taizhang__V1__CommitteeBody *old; /* the state that it has on the day of the change; NULL: none */
    uint32_t parent;                        /* 0: none, or unknown */
    struct tz_bytes body;
    struct tz_bytes private_;
    struct tz_change change; /* for the views: its messages are read back from the bytes */
    struct tz_errors errors;
};

bool tz_unit_blamed(const struct tz_unit_work *u, const char *field);
/* Level and type, and what becomes a grouping node. */
int tz_unit_check(struct tz_unit_op *o, struct tz_unit_work *u) TZ_MUSTCHECK;
/* Packs the body (without what is unknown in it) and the contacts: those that are there where the item names
 * none. *same: nothing differs from `old` and the contacts. */
int tz_unit_pack(struct tz_unit_op *o, struct tz_unit_work *u, const Taizhang__V1__CommitteeBody *body,
                 bool *same) TZ_MUSTCHECK;
/* A change that waits for its day must not be overtaken: CHANGE_PENDING, but for taking it back on that day,
 * and for what has no days. */
void tz_unit_check_pending(struct tz_unit_op *o, struct tz_unit_work *u);
/* Fills u->change. number: of a new unit. */
int tz_unit_make_change(struct tz_unit_op *o, struct tz_unit_work *u, uint32_t number) TZ_MUSTCHECK;
/* The entry, the table, the views' change, and the outcome. */
int tz_unit_write(struct tz_unit_op *o, struct tz_unit_work *u) TZ_MUSTCHECK;
void tz_unit_unchanged(struct tz_unit_work *u);

/* RETIRED: of a unit that is closed. */
void tz_errors_retired(const struct tz_tree *t, const struct tz_unit_node *unit, const char *field,
                       struct tz_errors *errors);

#endif
