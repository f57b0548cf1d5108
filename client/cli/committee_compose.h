/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of committees from a day on, for the commands that make them: what the registry holds of the units,
 * what they shall be, and what became of it.
 */
#ifndef TZ_CLIENT_CLI_COMMITTEE_COMPOSE_H
#define TZ_CLIENT_CLI_COMMITTEE_COMPOSE_H

#include "client/cli/committee.h"
#include "common/base/arena.h"

/* One request. */
struct tz_compose {
    struct tz_cli *cli;
    struct tz_arena arena;
    char today[TZ_DATE_SIZE]; /* the registry's */
    const char *on;           /* the day; today where none was given */
    bool dated;               /* false: it is of no day (contacts) */
    bool cancels;             /* it takes back what was to be on that day */
    const char *reason;
    Taizhang__V1__CommitteeItem **item;
    const Taizhang__V1__CommitteeBody **was; /* by item; NULL: it is new */
    size_t count;
    size_t room;
};

/* Connects. on and reason: as the options say, NULL where they were not given. Failures are told. */
int tz_compose_begin(struct tz_compose *c, struct tz_cli *cli, const char *on,
                     const char *reason) TZ_MUSTCHECK;
void tz_compose_free(struct tz_compose *c);

/* The unit that the registry holds, in the arena; "": the credential's own. Another failure than that there
 * is none is told; then *out is NULL. */
int tz_compose_find(struct tz_compose *c, const char *code, const Taizhang__V1__Committee **out) TZ_MUSTCHECK;
/* The same, and that there is none is told too. */
int tz_compose_unit(struct tz_compose *c, const char *code, const Taizhang__V1__Committee **out) TZ_MUSTCHECK;
/* Each open unit directly below. */
int tz_compose_children(struct tz_compose *c, const Taizhang__V1__Committee *unit, tz_committee_fn *each,
                        void *ctx) TZ_MUSTCHECK;

/* What the unit is on the day, as an item of the request that the caller changes; unit NULL: an empty item.
 * NULL: no memory, told. */
Taizhang__V1__CommitteeItem *tz_compose_item(struct tz_compose *c, const Taizhang__V1__Committee *unit);
/* The unit closes on the day; successors are the caller's strings. false: no memory, told. */
bool tz_compose_close(struct tz_compose *c, const Taizhang__V1__Committee *unit, const char *const *successor,
                      size_t count);

/* Says what will change, asks for it, and says what became of it: an exit code. */
int tz_compose_send(struct tz_compose *c);

#endif
