/* SPDX-License-Identifier: Apache-2.0
 *
 * Device keys (suite 1: Ed25519 and SHA-256) and what they sign. PROTOCOL.md, section 4, is the format.
 *
 * A key proves itself over the registry's nonce and the certificate that the client sees: a signature can be
 * neither replayed on another connection nor relayed by somebody in between, who would have another
 * certificate.
 */
#ifndef TZ_COMMON_WIRE_PROOF_H
#define TZ_COMMON_WIRE_PROOF_H

#include "common/base/env.h"
#include "common/base/err.h"

enum {
    TZ_KEY_PUBLIC_SIZE = 32,
    TZ_KEY_SECRET_SIZE = 64,
    TZ_KEY_SEED_SIZE = 32,
    TZ_KEY_ID_SIZE = 21, /* "key:", 16 hex digits, NUL */
    TZ_SIGNATURE_SIZE = 64,
    TZ_NONCE_SIZE = 32,
    TZ_CERTIFICATE_HASH_SIZE = 32,
    TZ_INVITATION_SIZE = 16, /* of the one-time code */
    TZ_SUITE = 1,
};

/* The id of a key in lists and in the journal: "key:" and the first 16 hex digits of its SHA-256. */
void tz_key_id(const uint8_t public_key[TZ_KEY_PUBLIC_SIZE], char out[TZ_KEY_ID_SIZE]);
/* Both halves of a key from its seed, which is 32 random bytes and all that is kept. The secret half is the
 * caller's to wipe. */
void tz_key_make(const uint8_t seed[TZ_KEY_SEED_SIZE], uint8_t public_key[TZ_KEY_PUBLIC_SIZE],
                 uint8_t secret[TZ_KEY_SECRET_SIZE]);

/* What a Proof signs. certificate: SHA-256 of the registry's certificate (DER) as this end has it; on a Unix
 * socket, where there is none, 32 zero bytes. invitation: the code, or NULL with length 0. */
struct tz_proof {
    const uint8_t *nonce;       /* TZ_NONCE_SIZE */
    const uint8_t *certificate; /* TZ_CERTIFICATE_HASH_SIZE */
    const uint8_t *public_key;  /* TZ_KEY_PUBLIC_SIZE */
    const uint8_t *invitation;
    size_t invitation_len;
};
void tz_proof_sign(const struct tz_proof *p, const uint8_t secret[TZ_KEY_SECRET_SIZE],
                   uint8_t signature[TZ_SIGNATURE_SIZE]);
bool tz_proof_verify(const struct tz_proof *p, const uint8_t *signature, size_t len) TZ_MUSTCHECK;

/* What a KeyRotate signs with the new key: that whoever asks holds it. */
void tz_rotation_sign(const uint8_t old_key[TZ_KEY_PUBLIC_SIZE], const uint8_t new_key[TZ_KEY_PUBLIC_SIZE],
                      const uint8_t secret[TZ_KEY_SECRET_SIZE], uint8_t signature[TZ_SIGNATURE_SIZE]);
bool tz_rotation_verify(const uint8_t old_key[TZ_KEY_PUBLIC_SIZE], const uint8_t new_key[TZ_KEY_PUBLIC_SIZE],
                        const uint8_t *signature, size_t len) TZ_MUSTCHECK;

#endif
