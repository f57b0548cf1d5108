/* SPDX-License-Identifier: Apache-2.0
 *
 * A new key in an old one's place. The new one is made and on the disk before it is told to the registry; it
 * is tried before it is used; then the old one is revoked and its file removed. Killed anywhere, one of them
 * is valid and in use, and the next call goes on:
 *
 *     made --(KeyRotate by the old key)--> known --(tried)--> in use --(old one revoked, its file gone)-->
 * done
 */
#ifndef TZ_CLIENT_LIB_ROTATE_H
#define TZ_CLIENT_LIB_ROTATE_H

#include "client/lib/key_ring.h"

struct tz_rotation {
    const char *profile_path;
    const char *server; /* NULL: the profile's only one */
    const char *reason; /* for the registry's lists: why the old key is revoked */
    const char *client;
    struct tz_connection_options options;

    /* what came of it */
    struct tz_connection connection; /* to be closed always */
    bool went_on;                    /* a rotation that was begun before is finished */
    char old_id[TZ_KEY_ID_SIZE];
    char new_id[TZ_KEY_ID_SIZE];
    char path[PATH_MAX];  /* the new key's file */
    int64_t old_until_ms; /* the old key could not be revoked and ends by itself then; 0: it is revoked */
};

/* DONE, or why not in connection.failure; then the same call goes on later. TZ_REASON_NO_KEY: there is none
 * to replace. */
enum tz_result tz_rotate(struct tz_rotation *r) TZ_MUSTCHECK;
void tz_rotate_close(struct tz_rotation *r);

#endif
