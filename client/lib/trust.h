/* SPDX-License-Identifier: Apache-2.0
 *
 * By what a client knows that it speaks to its registry: by the hash of the certificate, which came with the
 * invitation, or by the system's store and the host's name. A pinned certificate is accepted whatever its
 * dates and names, so that a machine with a dead clock works. For the store a clock that is slow does no
 * harm: a certificate that seems to be of the future is accepted, and the registry's time that was last heard
 * takes the clock's place where it is later. For a clock that is ahead, a certificate that seems to be over
 * is accepted if it was good when the registry was last heard; before that there is nothing to go by, and it
 * is not.
 */
#ifndef TZ_CLIENT_LIB_TRUST_H
#define TZ_CLIENT_LIB_TRUST_H

#include "client/lib/failure.h"
#include "client/lib/socket.h"
#include "common/base/env.h"
#include "common/wire/proof.h"

enum { TZ_FINGERPRINT_SIZE = 44 }; /* a hash in base64url, with its NUL */

struct tz_trust {
    bool system; /* else pin */
    uint8_t pin[TZ_CERTIFICATE_HASH_SIZE];
    int64_t known_ms; /* the highest time of the registry that this machine was told; 0: none */
};

/* A certificate's hash as it stands in an invitation. */
void tz_fingerprint(const uint8_t hash[TZ_CERTIFICATE_HASH_SIZE], char out[TZ_FINGERPRINT_SIZE]);

struct ssl_st;

/* One decision, made during a handshake. It must live until that is over. */
struct tz_trial {
    const struct tz_trust *trust;
    int64_t now_ms;
    uint8_t seen[TZ_CERTIFICATE_HASH_SIZE];
    int error;                /* the library's, of the store; 0: none */
    char until[TZ_DATE_SIZE]; /* the last day of a certificate that is over */
};

/* Makes the client's end of a TLS connection (1.3 only) that lets the handshake fail when the certificate is
 * not to be trusted. NULL: out of memory, or the library cannot. */
struct ssl_st *tz_trust_start(struct tz_trial *t, const struct tz_trust *trust, const struct tz_endpoint *e,
                              const struct tz_env *env);
/* Whether it was the certificate by which the handshake failed; *failure then says so. */
bool tz_trust_refused(const struct tz_trial *t, const char *server, struct tz_failure *failure);

#endif
