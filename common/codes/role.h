/* SPDX-License-Identifier: Apache-2.0
 *
 * The roles of principals: names on the wire, labels for people, and which of them exclude one another. What
 * a role may do is decided in daemon/service/access.c.
 */
#ifndef TZ_COMMON_CODES_ROLE_H
#define TZ_COMMON_CODES_ROLE_H

#include <stdbool.h>
#include <stddef.h>

/* Bits. The first six are of a committee, the last three of the registry as a whole. */
enum tz_role {
    TZ_ROLE_SUBMIT = 1 << 0,      /* writes the committee's records; reads its subtree */
    TZ_ROLE_REVIEW = 1 << 1,      /* reads the subtree; accepts and returns */
    TZ_ROLE_QUERY = 1 << 2,       /* reads the subtree */
    TZ_ROLE_READ_TOTALS = 1 << 3, /* figures only */
    TZ_ROLE_MANAGE = 1 << 4,      /* keys and units of the subtree */
    TZ_ROLE_ACT_FOR = 1 << 5,     /* names the person in each request */
    TZ_ROLE_OPERATE = 1 << 6,     /* the system */
    TZ_ROLE_SECURE = 1 << 7,      /* keys, roles, settings */
    TZ_ROLE_AUDIT = 1 << 8,       /* reads every log, changes nothing */
};

enum {
    TZ_ROLES = 9,
    TZ_ROLES_REGISTRY = TZ_ROLE_OPERATE | TZ_ROLE_SECURE | TZ_ROLE_AUDIT,
    TZ_ROLES_COMMITTEE = (1 << TZ_ROLES) - 1 - TZ_ROLES_REGISTRY,
};

/* "submit"; i from 0, NULL past the last. Bit i is 1 << i. */
const char *tz_role_name(size_t i);
/* "填报", "submit" */
const char *tz_role_label(size_t i, bool zh);
/* By its name or Chinese label. 0: there is none. */
unsigned tz_role_find(const char *name);
/* By its name on the wire alone. */
unsigned tz_role_named(const char *name);
/* A list of such names, in the order of the table and without repeats. false: it is none. */
bool tz_roles_read(char *const *names, size_t count, unsigned *out);
/* The other way; returns how many. The names are static: protobuf-c's arrays are not const. */
size_t tz_roles_list(unsigned set, char *out[TZ_ROLES]);
/* The roles of one principal: one of the registry's three stands alone. *a, *b (may be NULL): the first two
 * that exclude one another. */
bool tz_roles_valid(unsigned roles, const char **a, const char **b);

#endif
