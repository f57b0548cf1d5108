/* SPDX-License-Identifier: Apache-2.0
 *
 * Who one is to the registry that is connected.
 */
#ifndef TZ_CLIENT_CLI_WHO_H
#define TZ_CLIENT_CLI_WHO_H

#include "client/cli/cli.h"
#include "common/base/json.h"
#include "common/codes/role.h"

/* The roles that the registry's hello named; the names belong to *w. */
struct tz_who_roles {
    char text[200];
    size_t count;
    char *name[TZ_ROLES];
};
void tz_who_roles(const struct tz_connection *c, struct tz_who_roles *w);

/* The committee's code, or that there is none: the key is of the registry as a whole. */
const char *tz_who_place(const struct tz_connection *c);

/* The roles for people, in their language. */
void tz_who_put_roles(struct tz_buf *out, const struct tz_cli *cli);
/* Members principal, committee, roles and, where one acts for somebody, person. */
void tz_who_json(struct tz_json *j, const struct tz_cli *cli);

#endif
