/* SPDX-License-Identifier: Apache-2.0 */
#include "common/wire/proof.h"

#include <sodium.h>
#include <string.h>

static const char hello_prefix[] = "taizhang hello 1"; /* with its NUL */
static const char rotate_prefix[] = "taizhang rotate 1";

enum {
    HELLO_SIZE =
        sizeof hello_prefix + TZ_NONCE_SIZE + TZ_CERTIFICATE_HASH_SIZE + TZ_KEY_PUBLIC_SIZE + TZ_SHA256_SIZE,
    ROTATE_SIZE = sizeof rotate_prefix + 2 * TZ_KEY_PUBLIC_SIZE,
};

void tz_key_id(const uint8_t public_key[TZ_KEY_PUBLIC_SIZE], char out[TZ_KEY_ID_SIZE])
{
    uint8_t sum[TZ_SHA256_SIZE];
    tz_sha256(sum, public_key, TZ_KEY_PUBLIC_SIZE, NULL, 0);
    memcpy(out, "key:", 4);
    sodium_bin2hex(out + 4, TZ_KEY_ID_SIZE - 4, sum, 8);
}

void tz_key_make(const uint8_t seed[TZ_KEY_SEED_SIZE], uint8_t public_key[TZ_KEY_PUBLIC_SIZE],
                 uint8_t secret[TZ_KEY_SECRET_SIZE])
{
    crypto_sign_seed_keypair(public_key, secret, seed);
}

static uint8_t *put(uint8_t *to, const void *from, size_t len)
{
    memcpy(to, from, len);
    return to + len;
}

static void hello_bytes(const struct tz_proof *p, uint8_t out[HELLO_SIZE])
{
    uint8_t sum[TZ_SHA256_SIZE];
    tz_sha256(sum, p->invitation, p->invitation_len, NULL, 0);
    out = put(out, hello_prefix, sizeof hello_prefix);
    out = put(out, p->nonce, TZ_NONCE_SIZE);
    out = put(out, p->certificate, TZ_CERTIFICATE_HASH_SIZE);
    out = put(out, p->public_key, TZ_KEY_PUBLIC_SIZE);
    put(out, sum, sizeof sum);
}

void tz_proof_sign(const struct tz_proof *p, const uint8_t secret[TZ_KEY_SECRET_SIZE],
                   uint8_t signature[TZ_SIGNATURE_SIZE])
{
    uint8_t bytes[HELLO_SIZE];
    hello_bytes(p, bytes);
    crypto_sign_detached(signature, NULL, bytes, sizeof bytes, secret);
}

bool tz_proof_verify(const struct tz_proof *p, const uint8_t *signature, size_t len)
{
    uint8_t bytes[HELLO_SIZE];
    if (len != TZ_SIGNATURE_SIZE)
        return false;
    hello_bytes(p, bytes);
    return crypto_sign_verify_detached(signature, bytes, sizeof bytes, p->public_key) == 0;
}

static void rotate_bytes(const uint8_t *old_key, const uint8_t *new_key, uint8_t out[ROTATE_SIZE])
{
    out = put(out, rotate_prefix, sizeof rotate_prefix);
    out = put(out, old_key, TZ_KEY_PUBLIC_SIZE);
    put(out, new_key, TZ_KEY_PUBLIC_SIZE);
}

void tz_rotation_sign(const uint8_t old_key[TZ_KEY_PUBLIC_SIZE], const uint8_t new_key[TZ_KEY_PUBLIC_SIZE],
                      const uint8_t secret[TZ_KEY_SECRET_SIZE], uint8_t signature[TZ_SIGNATURE_SIZE])
{
    uint8_t bytes[ROTATE_SIZE];
    rotate_bytes(old_key, new_key, bytes);
    crypto_sign_detached(signature, NULL, bytes, sizeof bytes, secret);
}

bool tz_rotation_verify(const uint8_t old_key[TZ_KEY_PUBLIC_SIZE], const uint8_t new_key[TZ_KEY_PUBLIC_SIZE],
                        const uint8_t *signature, size_t len)
{
    uint8_t bytes[ROTATE_SIZE];
    if (len != TZ_SIGNATURE_SIZE)
        return false;
    rotate_bytes(old_key, new_key, bytes);
    return crypto_sign_verify_detached(signature, bytes, sizeof bytes, new_key) == 0;
}
