/* SPDX-License-Identifier: Apache-2.0
 *
 * Proofs to the letter: the vectors that libsodium's Python and hashlib made from the document
 * (proto/vectors/proofs.txt).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/wire/proof.h"

enum { CELLS = 9, CELL_SIZE = 80 };
enum cell { WHAT, VERDICT, SEED, PUBLIC, ID, FIRST, SECOND, THIRD, SIGNATURE };

struct vector {
    char word[CELLS][2 * CELL_SIZE];
    uint8_t cell[CELLS][CELL_SIZE];
    size_t len[CELLS];
};

static void parse(char *line, struct vector *v)
{
    char *save;
    size_t n = 0;
    memset(v, 0, sizeof *v);
    for (char *word = strtok_r(line, " \n", &save); word; word = strtok_r(NULL, " \n", &save), n++) {
        assert_true(n < CELLS && strlen(word) < sizeof v->word[n]);
        memcpy(v->word[n], word, strlen(word) + 1);
        if (n >= SEED && n != ID && strcmp(word, "-") != 0)
            assert_int_equal(
                sodium_hex2bin(v->cell[n], CELL_SIZE, word, strlen(word), NULL, &v->len[n], NULL), 0);
    }
    assert_int_equal(n, CELLS);
}

/* The key is what the seed makes of it. */
static void key(const struct vector *v, uint8_t secret[TZ_KEY_SECRET_SIZE])
{
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    char id[TZ_KEY_ID_SIZE];
    tz_key_make(v->cell[SEED], public_key, secret);
    assert_int_equal(v->len[PUBLIC], TZ_KEY_PUBLIC_SIZE);
    assert_memory_equal(public_key, v->cell[PUBLIC], TZ_KEY_PUBLIC_SIZE);
    tz_key_id(public_key, id);
    assert_string_equal(id, v->word[ID]);
}

static void hello(const struct vector *v)
{
    const struct tz_proof p = {v->cell[FIRST], v->cell[SECOND], v->cell[PUBLIC],
                               v->len[THIRD] ? v->cell[THIRD] : NULL, v->len[THIRD]};
    bool good = strcmp(v->word[VERDICT], "good") == 0;
    uint8_t secret[TZ_KEY_SECRET_SIZE], signature[TZ_SIGNATURE_SIZE];
    key(v, secret);
    if (tz_proof_verify(&p, v->cell[SIGNATURE], v->len[SIGNATURE]) != good)
        fail_msg("hello %s", v->word[VERDICT]);
    if (good) {
        tz_proof_sign(&p, secret, signature);
        assert_memory_equal(signature, v->cell[SIGNATURE], sizeof signature);
    }
}

static void rotation(const struct vector *v)
{
    bool good = strcmp(v->word[VERDICT], "good") == 0;
    uint8_t secret[TZ_KEY_SECRET_SIZE], signature[TZ_SIGNATURE_SIZE];
    key(v, secret);
    if (tz_rotation_verify(v->cell[FIRST], v->cell[PUBLIC], v->cell[SIGNATURE], v->len[SIGNATURE]) != good)
        fail_msg("rotate %s", v->word[VERDICT]);
    if (good) {
        tz_rotation_sign(v->cell[FIRST], v->cell[PUBLIC], secret, signature);
        assert_memory_equal(signature, v->cell[SIGNATURE], sizeof signature);
    }
}

static void proofs_are_as_the_vectors_say(void **state)
{
    char line[2048];
    size_t hellos = 0, rotations = 0;
    FILE *file = fopen(TZ_SOURCE_DIR "/proto/vectors/proofs.txt", "r");
    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct vector v;
        if (*line == '#')
            continue;
        parse(line, &v);
        if (strcmp(v.word[WHAT], "hello") == 0) {
            hello(&v);
            hellos++;
        } else {
            assert_string_equal(v.word[WHAT], "rotate");
            rotation(&v);
            rotations++;
        }
    }
    fclose(file);
    assert_true(hellos >= 19 && rotations >= 5);
}

/* Any bit of anything that is signed. */
static void no_bit_may_change(void **state)
{
    uint8_t seed[TZ_KEY_SEED_SIZE] = {1}, secret[TZ_KEY_SECRET_SIZE], signature[TZ_SIGNATURE_SIZE];
    struct {
        uint8_t nonce[TZ_NONCE_SIZE], certificate[TZ_CERTIFICATE_HASH_SIZE], key[TZ_KEY_PUBLIC_SIZE];
        uint8_t invitation[TZ_INVITATION_SIZE];
    } b = {.nonce = {2}, .certificate = {3}, .invitation = {4}};
    const struct tz_proof p = {b.nonce, b.certificate, b.key, b.invitation, sizeof b.invitation};
    uint8_t *bytes = (uint8_t *)&b;
    (void)state;
    tz_key_make(seed, b.key, secret);
    tz_proof_sign(&p, secret, signature);
    assert_true(tz_proof_verify(&p, signature, sizeof signature));
    for (size_t bit = 0; bit < 8 * sizeof b; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(tz_proof_verify(&p, signature, sizeof signature));
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(tz_proof_verify(&p, signature, sizeof signature));
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(tz_proof_verify(&p, signature, sizeof signature));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proofs_are_as_the_vectors_say),
        cmocka_unit_test(no_bit_may_change),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
