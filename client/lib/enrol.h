/* SPDX-License-Identifier: Apache-2.0
 *
 * Joining a registry by an invitation. The key is made here, and on the disk before anything leaves; then it
 * is enrolled, then its file says so. Killed anywhere in between, the same line again goes on with the same
 * key: the registry admits the key that used the code before.
 */
#ifndef TZ_CLIENT_LIB_ENROL_H
#define TZ_CLIENT_LIB_ENROL_H

#include "client/lib/key_ring.h"

struct tz_enrolment {
    const char *profile_path;
    const struct tz_invite_line *line;
    const char *name;                     /* of the device; NULL: as the invitation says */
    const char *client;                   /* name and version of the program */
    struct tz_connection_options options; /* tz_connection_defaults(), or a test's */

    /* what came of it */
    struct tz_connection connection; /* open as the new key after DONE; to be closed always */
    bool again;                      /* the line had been used by this profile before */
    bool other;                      /* STATE: this profile has a valid key for this registry, as */
    char id[TZ_KEY_ID_SIZE];         /* the key's id, and with `other` that one's */
    char path[PATH_MAX];             /* its file */
};

/* DONE, or why not in connection.failure. TZ_REASON_STATE (`other`): one key a registry; another profile can
 * have another. INVITATION and KEY_REVOKED from the registry are for ever, and the key that was made is
 * forgotten; after anything else the same call may be repeated. */
enum tz_result tz_enrol(struct tz_enrolment *e) TZ_MUSTCHECK;
void tz_enrol_close(struct tz_enrolment *e);

#endif
