/* SPDX-License-Identifier: Apache-2.0
 *
 * Canonical bytes: the vectors that python3-protobuf made (proto/vectors/records.txt), and what a hostile
 * peer sends.
 */
#include "testing.h"

#include "common/base/env.h"

static uint8_t *from_hex(const char *hex, size_t *len)
{
    size_t n = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
    uint8_t *bytes = malloc(n ? n : 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        bytes[i] = (uint8_t)byte;
    }
    *len = n;
    return bytes;
}

struct vector {
    const char *verdict, *description;
    const struct tz_kind_info *kind;
    uint8_t *body, *private_bytes;
    size_t body_len, private_len;
};

static void check_accepted(const struct vector *v, const struct tz_record *r, struct tz_arena *arena)
{
    ProtobufCBinaryData body, private_bytes;
    assert_int_equal(tz_record_encode(r, arena, &body, &private_bytes), TZ_OK);
    assert_int_equal(body.len, v->body_len);
    assert_int_equal(private_bytes.len, v->private_len);
    assert_true(!body.len || memcmp(body.data, v->body, body.len) == 0);
    assert_true(!private_bytes.len || memcmp(private_bytes.data, v->private_bytes, private_bytes.len) == 0);
}

static void check_vector(const struct vector *v)
{
    struct tz_arena arena;
    struct tz_record r;
    struct tz_errors errors = {0};
    tz_arena_init(&arena, TEST_ARENA);
    int rc = tz_record_decode(v->kind, v->body, v->body_len, v->private_bytes, v->private_len, &arena, &r,
                              &errors);
    const char *verdict = rc == TZ_OK         ? "OK"
                          : errors.count == 1 ? tz_code_name(errors.item[0].code)
                                              : "several";
    if (strcmp(verdict, v->verdict) != 0)
        fail_msg("%s: %s, not %s", v->description, verdict, v->verdict);
    if (rc == TZ_OK)
        check_accepted(v, &r, &arena);
    tz_arena_free(&arena);
}

static size_t split(char *line, char **cells, size_t max)
{
    size_t n = 0;
    for (char *at = line; at && n < max; n++) {
        cells[n] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    return n;
}

static void test_vectors(void **state)
{
    (void)state;
    char *text = read_file(TZ_SOURCE_DIR "/proto/vectors/records.txt", NULL), *save = NULL;
    size_t accepted = 0, refused = 0;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *cells[6], sha256[2 * TZ_SHA256_SIZE + 1];
        uint8_t hash[TZ_SHA256_SIZE];
        if (*line == '#')
            continue;
        assert_int_equal(split(line, cells, 6), 6);
        struct vector v = {
            .verdict = cells[0], .description = cells[5], .kind = tz_kind_find(cells[1], strlen(cells[1]))};
        assert_non_null(v.kind);
        v.body = from_hex(cells[2], &v.body_len);
        v.private_bytes = from_hex(cells[3], &v.private_len);
        tz_sha256(hash, v.body, v.body_len, NULL, 0);
        for (size_t i = 0; i < TZ_SHA256_SIZE; i++)
            snprintf(sha256 + 2 * i, 3, "%02x", hash[i]);
        assert_string_equal(sha256, cells[4]);
        check_vector(&v);
        *(strcmp(cells[0], "OK") == 0 ? &accepted : &refused) += 1;
        free(v.body);
        free(v.private_bytes);
    }
    assert_true(accepted >= 60);
    assert_true(refused >= 40);
    free(text);
}

static int decode(uint32_t kind, const uint8_t *bytes, size_t len, size_t arena_max, struct tz_errors *errors)
{
    struct tz_arena arena;
    struct tz_record r;
    memset(errors, 0, sizeof *errors);
    tz_arena_init(&arena, arena_max);
    int rc = tz_record_decode(tz_kind_info(kind), bytes, len, NULL, 0, &arena, &r, errors);
    tz_arena_free(&arena);
    return rc;
}

static void test_limits(void **state)
{
    (void)state;
    enum { SIZE = TZ_BODY_MAX + 1 };
    struct tz_errors errors;
    uint8_t *bytes = calloc(1, SIZE);
    assert_non_null(bytes);
    assert_int_equal(decode(1, bytes, SIZE, TEST_ARENA, &errors), TZ_EINVAL);
    assert_int_equal(errors.item[0].code, TZ_CODE(TOO_LARGE_BODY));
    assert_int_equal(errors.item[0].params[0].number, TZ_BODY_MAX);
    assert_int_equal(decode(1, bytes, TZ_BODY_MAX, TEST_ARENA, &errors), TZ_EINVAL);
    assert_int_equal(errors.count, 1);

    /* An envelope full of empty attachments: two bytes of tag, one of length, each a message of its own. */
    size_t n = 0;
    enum { PARTS = 21000 };
    size_t inner = 3 * PARTS;
    bytes[n++] = 0x0a;
    bytes[n++] = (uint8_t)(inner & 0x7f) | 0x80;
    bytes[n++] = (uint8_t)(inner >> 7 & 0x7f) | 0x80;
    bytes[n++] = (uint8_t)(inner >> 14);
    for (size_t i = 0; i < PARTS; i++, n += 3) {
        bytes[n] = 0x82;
        bytes[n + 1] = 0x01;
        bytes[n + 2] = 0;
    }
    assert_true(n <= TZ_BODY_MAX);
    assert_int_equal(decode(1, bytes, n, 256 * 1024, &errors), TZ_ELIMIT);
    assert_int_equal(errors.count, 0);
    free(bytes);
}

/* An arena without room to look at the bytes again is no verdict on them. */
static void test_no_room(void **state)
{
    (void)state;
    uint8_t bytes[2000] = {0x82, 0x01, 0xcc, 0x0f}; /* title, 1,996 bytes */
    struct tz_errors errors;
    memset(bytes + 4, 'x', sizeof bytes - 4);
    for (size_t max = 0; max < 16384; max += 256) {
        int rc = decode(1, bytes, sizeof bytes, max, &errors);
        assert_true(rc == TZ_OK || ((rc == TZ_ELIMIT || rc == TZ_ENOMEM) && errors.count == 0));
        assert_true(rc == TZ_OK || max < 16000);
    }
}

/* Bytes of vectors with random damage: never a crash, and what is accepted packs to the same bytes. */
static void test_damaged(void **state)
{
    (void)state;
    struct tz_arena arena;
    tz_arena_init(&arena, TEST_ARENA);
    struct tz_record r = new_record(TZ_KIND_PROJECT, &arena);
    set(&r, &arena, "title", "关爱贫困青少年项目");
    set(&r, &arena, "quantity", "200余个");
    set(&r, &arena, "service_fields", "文化;扶贫帮困等");
    set(&r, &arena, "themes", "甲;乙");
    ProtobufCBinaryData body, none;
    assert_int_equal(tz_record_encode(&r, &arena, &body, &none), TZ_OK);
    uint8_t *bytes = malloc(body.len);
    assert_non_null(bytes);
    srand(11);
    for (int round = 0; round < 50000; round++) {
        struct tz_arena again;
        struct tz_errors errors = {0};
        memcpy(bytes, body.data, body.len);
        for (int i = rand() % 3; i >= 0; i--)
            bytes[(size_t)rand() % body.len] = (uint8_t)rand();
        size_t len = rand() % 4 ? body.len : (size_t)rand() % body.len;
        struct vector v = {.description = "damaged", .body = bytes, .body_len = len};
        tz_arena_init(&again, 256 * 1024);
        if (tz_record_decode(r.kind, bytes, len, NULL, 0, &again, &r, &errors) == TZ_OK)
            check_accepted(&v, &r, &again);
        else
            assert_int_equal(errors.count, 1);
        tz_arena_free(&again);
    }
    free(bytes);
    tz_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
