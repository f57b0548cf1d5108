/* SPDX-License-Identifier: Apache-2.0
 *
 * What people write and read about keys: roles, times of life, ids.
 */
#ifndef TZ_CLIENT_CLI_KEY_WORDS_H
#define TZ_CLIENT_CLI_KEY_WORDS_H

#include "client/cli/cli.h"
#include "common/base/json.h"
#include "common/codes/role.h"

/* Names of roles on the wire, in the order of the table. */
struct tz_role_names {
    size_t count;
    char *name[TZ_ROLES];
    unsigned set;
};

/* Roles in either language with commas between them: "submit,query", "填报、查询". Told when one of them is
 * none, or when they exclude one another. */
int tz_key_roles(struct tz_cli *cli, const char *text, struct tz_role_names *out) TZ_MUSTCHECK;
/* The other way: roles from the wire, for people in their language. */
void tz_key_put_roles(struct tz_buf *out, char *const *names, size_t count, bool zh);
/* An array under this key. */
void tz_key_json_roles(struct tz_json *j, const char *key, char *const *names, size_t count);

/* "72h", "3d", "90m"; a number alone is hours. Told when it is none of them. */
int tz_key_seconds(struct tz_cli *cli, const char *text, int64_t *out) TZ_MUSTCHECK;

enum { TZ_KEY_NAME_SIZE = 80 };
/* An id as people write it: the 16 digits alone are a key's. Told when it cannot be one. */
int tz_key_read_id(struct tz_cli *cli, const char *text, char out[TZ_KEY_NAME_SIZE]) TZ_MUSTCHECK;

#endif
