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
 * (detail lists them); NO_KEY and KEY as taizhang.h says. tz_identity_close is needed in any case. */
enum tz_result tz_identity_open(struct tz_identity *i, const char *profile_path, const char *server,
                                struct tz_failure *failure) TZ_MUSTCHECK;
void tz_identity_close(struct tz_identity *i);

/* NULL where there is no key. */
const struct tz_credential *tz_identity_credential(const struct tz_identity *i);

/* The registry was reached: its time is noted where it matters (trust.h). That this cannot be stored is no
 * failure. */
void tz_identity_heard(struct tz_identity *i, int64_t registry_ms);

/* Fills in why the keys of a profile could not be read, from what tz_key_ring_open gave. */
enum tz_result tz_identity_ring_failed(const struct tz_key_ring *r, int rc, const char *server,
                                       struct tz_failure *failure);

#endif
