/* SPDX-License-Identifier: Apache-2.0
 *
 * Who a profile is to a registry: which registry is meant, and the key for it. Opened before every
 * connection, because another process may have put a new key in the old one's place.
 */
#ifndef TZ_CLIENT_LIB_IDENTITY_H
#define TZ_CLIENT_LIB_IDENTITY_H

#include "client/lib/key_ring.h"

struct tz_identity {
    struct tz_key_ring ring;
    struct tz_device_key *key; /* NULL: none is needed */
    struct tz_credential credential;
    char server[TZ_SERVER_SIZE];
};

/* server NULL: the one that the profile's keys are for. TZ_REASON_ARGUMENT: they are for none, or for several
 * (value lists them); NO_KEY and KEY as taizhang.h says. tz_identity_close is needed in any case. */
enum tz_result tz_identity_open(struct tz_identity *i, const char *profile_path, const char *server,
                                struct tz_failure *failure) TZ_MUSTCHECK;
void tz_identity_close(struct tz_identity *i);

/* NULL where there is no key. */
const struct tz_credential *tz_identity_credential(const struct tz_identity *i);

/* The registry was reached: its time is noted where it matters (trust.h). That this cannot be stored is no
 * failure. */
void tz_identity_heard(struct tz_identity *i, int64_t registry_ms);

/* Opens a connection as the profile: finds its key, connects, and notes the registry's time. profile_path
 * NULL: no profile, and so no keys. server NULL: the profile's only one. act_for: as in struct
 * tz_connection_options. As of tz_connection_open, tz_connection_close is needed also after a failure. */
enum tz_result tz_identity_connect(struct tz_connection *c, const char *profile_path, const char *server,
                                   const char *client, const char *act_for) TZ_MUSTCHECK;

/* Fills in why the keys of a profile could not be read, from what tz_key_ring_open gave. */
enum tz_result tz_identity_ring_failed(const struct tz_key_ring *r, int rc, const char *server,
                                       struct tz_failure *failure);

#endif
