/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "common/base/buf.h"
#include "common/wire/frame.h"
#include "taizhang/v1/registry.pb-c.h"

#define CLIENT_MESSAGE &taizhang__v1__client_message__descriptor
#define PROJECT        &taizhang__v1__project__descriptor

static void lengths_are_big_endian(void **state)
{
    uint8_t bytes[4];
    (void)state;
    tz_frame_put_length(bytes, 0x01020304);
    assert_memory_equal(bytes, "\x01\x02\x03\x04", 4);
    assert_int_equal(tz_frame_length(bytes), 0x01020304);
    tz_frame_put_length(bytes, UINT32_MAX);
    assert_int_equal(tz_frame_length(bytes), UINT32_MAX);
}

/* A submission of one record, as a client would make it. */
static Taizhang__V1__ClientMessage *submission(void)
{
    static uint8_t ticket[TZ_TICKET_SIZE] = {1, 2, 3}, body[] = {0x82, 0x01, 0x01, 'x'};
    static Taizhang__V1__Address address = TAIZHANG__V1__ADDRESS__INIT;
    static Taizhang__V1__Record record = TAIZHANG__V1__RECORD__INIT, *records[] = {&record};
    static Taizhang__V1__SubmitRequest submit = TAIZHANG__V1__SUBMIT_REQUEST__INIT;
    static Taizhang__V1__ClientMessage message = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    address.committee = (char *)"520000";
    address.kind = 1;
    address.period = (char *)"2017";
    address.key = (char *)"台账-1";
    record.address = &address;
    record.ticket = (ProtobufCBinaryData){sizeof ticket, ticket};
    record.body = (ProtobufCBinaryData){sizeof body, body};
    submit.n_records = 1;
    submit.records = records;
    message.id = 7;
    message.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT;
    message.submit = &submit;
    return &message;
}

static int unpack(const ProtobufCMessageDescriptor *desc, const void *bytes, size_t len)
{
    struct tz_arena arena;
    ProtobufCMessage *out;
    tz_arena_init(&arena, tz_wire_arena_max(len));
    int rc = tz_wire_unpack(desc, bytes, len, &arena, &out);
    tz_arena_free(&arena);
    return rc;
}

static void a_frame_comes_back(void **state)
{
    struct tz_buf b;
    struct tz_arena arena;
    ProtobufCMessage *out;
    (void)state;
    tz_buf_init(&b, 1000);
    tz_buf_puts(&b, "before");
    assert_int_equal(tz_frame_append(&b, &submission()->base), TZ_OK);
    const uint8_t *frame = (const uint8_t *)b.data + strlen("before");
    size_t len = tz_frame_length(frame);
    assert_int_equal(b.len, strlen("before") + TZ_FRAME_HEADER + len);
    tz_arena_init(&arena, tz_wire_arena_max(len));
    assert_int_equal(tz_wire_unpack(CLIENT_MESSAGE, frame + TZ_FRAME_HEADER, len, &arena, &out), TZ_OK);
    const Taizhang__V1__ClientMessage *m = (const void *)out;
    assert_int_equal(m->id, 7);
    assert_int_equal(m->body_case, TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT);
    assert_string_equal(m->submit->records[0]->address->key, "台账-1");
    assert_true(tz_wire_canonical(out, frame + TZ_FRAME_HEADER, len, &arena));
    tz_arena_free(&arena);
    tz_buf_free(&b);
}

static void a_frame_without_room_leaves_the_buffer_usable(void **state)
{
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 10);
    assert_int_equal(tz_frame_append(&b, &submission()->base), TZ_EFULL);
    assert_true(tz_buf_ok(&b));
    assert_int_equal(b.len, 0);
    tz_buf_free(&b);
}

static void a_message_longer_than_a_frame_is_refused(void **state)
{
    static uint8_t huge[TZ_FRAME_MAX];
    Taizhang__V1__ClientMessage *m = submission();
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 4 * TZ_FRAME_MAX);
    m->submit->records[0]->body = (ProtobufCBinaryData){sizeof huge, huge};
    assert_int_equal(tz_frame_append(&b, &m->base), TZ_ELIMIT);
    assert_int_equal(b.len, 0);
    tz_buf_free(&b);
}

static void every_truncation_is_refused_or_whole(void **state)
{
    struct tz_buf b;
    (void)state;
    tz_buf_init(&b, 1000);
    assert_int_equal(tz_frame_append(&b, &submission()->base), TZ_OK);
    size_t whole = b.len - TZ_FRAME_HEADER;
    for (size_t len = 0; len < whole; len++) {
        /* Memory of just this length, so that a sanitizer sees a read behind it. */
        uint8_t *copy = test_malloc(len + !len);
        memcpy(copy, b.data + TZ_FRAME_HEADER, len);
        /* The id alone, and nothing at all, are messages of their own. */
        assert_int_equal(unpack(CLIENT_MESSAGE, copy, len), len == 0 || len == 2 ? TZ_OK : TZ_EINVAL);
        test_free(copy);
    }
    tz_buf_free(&b);
}

static bool canonical(const ProtobufCMessageDescriptor *desc, const void *bytes, size_t len)
{
    struct tz_arena arena;
    ProtobufCMessage *out;
    tz_arena_init(&arena, tz_wire_arena_max(len));
    assert_int_equal(tz_wire_unpack(desc, bytes, len, &arena, &out), TZ_OK);
    bool result = tz_wire_canonical(out, bytes, len, &arena);
    tz_arena_free(&arena);
    return result;
}

#define CANONICAL(bytes) canonical(PROJECT, bytes, sizeof bytes - 1)

static void only_canonical_bytes_are_canonical(void **state)
{
    (void)state;
    assert_true(CANONICAL(""));
    assert_true(CANONICAL("\x82\x01\x01x\x90\x01\x01"));             /* title, stage */
    assert_true(CANONICAL("\x0a\x00"));                              /* an empty envelope is stated */
    assert_true(CANONICAL("\xba\x01\x04\x0a\x02\x01\x02"));          /* a packed list */
    assert_false(CANONICAL("\x90\x01\x01\x82\x01\x01x"));            /* not by number */
    assert_false(CANONICAL("\x82\x01\x01x\x82\x01\x01y"));           /* twice */
    assert_false(CANONICAL("\x82\x01\x00"));                         /* a default */
    assert_false(CANONICAL("\x90\x01\x00"));                         /* a default */
    assert_false(CANONICAL("\x90\x01\x81\x00"));                     /* a long varint */
    assert_false(CANONICAL("\x90\x81\x00\x01"));                     /* a long tag */
    assert_false(CANONICAL("\xba\x01\x04\x08\x01\x08\x02"));         /* a list not packed */
    assert_false(CANONICAL("\xba\x01\x06\x0a\x01\x01\x0a\x01\x02")); /* a list in two parts */
    assert_false(CANONICAL("\x90\x01\x81\x80\x80\x80\x10"));         /* more than 32 bits */
}

static void unknown_fields_are_seen_at_every_depth(void **state)
{
    (void)state;
    assert_false(CANONICAL("\x82\x01\x01x\xb8\x3e\x01"));        /* field 999 of the body */
    assert_false(CANONICAL("\x0a\x03\xb8\x3e\x01"));             /* of the envelope */
    assert_false(CANONICAL("\x0a\x06\x82\x01\x03\xb8\x3e\x01")); /* of a repeated submessage */
    assert_false(CANONICAL("\x0a\x0d\xa2\x01\x0a\x0a\x01"
                           "a\x1a\x05\x08\x01\x98\x3e\x01")); /* in a oneof */
    assert_true(CANONICAL("\x0a\x0a\xa2\x01\x07\x0a\x01"
                          "a\x1a\x02\x08\x01"));
}

static void canonical_without_memory_is_not_canonical(void **state)
{
    static const uint8_t bytes[] = "\x82\x01\x01x";
    struct tz_arena arena, none;
    ProtobufCMessage *out;
    (void)state;
    tz_arena_init(&arena, 10000);
    tz_arena_init(&none, 0);
    assert_int_equal(tz_wire_unpack(PROJECT, bytes, sizeof bytes - 1, &arena, &out), TZ_OK);
    assert_false(tz_wire_canonical(out, bytes, sizeof bytes - 1, &none));
    tz_arena_free(&arena);
}

static void a_known_field_of_the_wrong_type_is_refused(void **state)
{
    (void)state;
    assert_int_equal(unpack(PROJECT, "\x80\x01\x01", 3), TZ_EINVAL);             /* title as a varint */
    assert_int_equal(unpack(PROJECT, "\x92\x01\x01\x01", 4), TZ_EINVAL);         /* stage as bytes */
    assert_int_equal(unpack(PROJECT, "\x8d\x01\x01\x01\x01\x01", 6), TZ_EINVAL); /* quantity as fixed32 */
}

/* PITFALLS of protobuf-c: a small message that would unpack to seventy times its size. */
static void a_mebibyte_of_empty_submessages_costs_no_more_than_the_arena(void **state)
{
    static uint8_t body[TZ_FRAME_MAX], message[TZ_FRAME_MAX + 16];
    struct tz_arena arena;
    ProtobufCMessage *out;
    (void)state;
    for (size_t i = 0; i < sizeof body; i += 2) {
        body[i] = 0x0a; /* records, empty */
        body[i + 1] = 0;
    }
    size_t len = sizeof body - 8;
    memcpy(message, "\xf2\x01", 2); /* submit */
    message[2] = (uint8_t)(len & 0x7f) | 0x80;
    message[3] = (uint8_t)(len >> 7 & 0x7f) | 0x80;
    message[4] = (uint8_t)(len >> 14);
    memcpy(message + 5, body, len);
    tz_arena_init(&arena, tz_wire_arena_max(len + 5));
    assert_int_equal(tz_wire_unpack(CLIENT_MESSAGE, message, len + 5, &arena, &out), TZ_ELIMIT);
    assert_true(arena.total <= tz_wire_arena_max(len + 5));
    tz_arena_free(&arena);
}

static void a_full_submission_fits_its_arena(void **state)
{
    static Taizhang__V1__Record *records[TZ_RECORDS_PER_SUBMIT];
    Taizhang__V1__ClientMessage *m = submission();
    struct tz_buf b;
    (void)state;
    for (size_t i = 0; i < TZ_RECORDS_PER_SUBMIT; i++)
        records[i] = m->submit->records[0];
    records[0]->body = (ProtobufCBinaryData){3, (uint8_t *)(uintptr_t) "\x90\x01\x01"};
    m->submit->records = records;
    m->submit->n_records = TZ_RECORDS_PER_SUBMIT;
    tz_buf_init(&b, TZ_FRAME_MAX + TZ_FRAME_HEADER);
    assert_int_equal(tz_frame_append(&b, &m->base), TZ_OK);
    assert_int_equal(unpack(CLIENT_MESSAGE, b.data + TZ_FRAME_HEADER, b.len - TZ_FRAME_HEADER), TZ_OK);
    tz_buf_free(&b);
}

static void a_copy_shares_nothing_with_its_original(void **state)
{
    struct tz_arena arena, none;
    char key[] = "台账-1";
    Taizhang__V1__ClientMessage *m = submission();
    (void)state;
    m->submit->records[0]->address->key = key;
    tz_arena_init(&arena, 10000);
    tz_arena_init(&none, 0);
    Taizhang__V1__ClientMessage *kept = (void *)tz_wire_copy(&m->base, NULL);
    const Taizhang__V1__ClientMessage *lent = (const void *)tz_wire_copy(&m->base, &arena.protobuf);
    assert_null(tz_wire_copy(&m->base, &none.protobuf));
    memset(key, 'x', strlen(key));
    assert_string_equal(kept->submit->records[0]->address->key, "台账-1");
    assert_string_equal(lent->submit->records[0]->address->key, "台账-1");
    taizhang__v1__client_message__free_unpacked(kept, NULL);
    tz_arena_free(&arena);
    tz_arena_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_big_endian),
        cmocka_unit_test(a_frame_comes_back),
        cmocka_unit_test(a_frame_without_room_leaves_the_buffer_usable),
        cmocka_unit_test(a_message_longer_than_a_frame_is_refused),
        cmocka_unit_test(every_truncation_is_refused_or_whole),
        cmocka_unit_test(only_canonical_bytes_are_canonical),
        cmocka_unit_test(unknown_fields_are_seen_at_every_depth),
        cmocka_unit_test(canonical_without_memory_is_not_canonical),
        cmocka_unit_test(a_known_field_of_the_wrong_type_is_refused),
        cmocka_unit_test(a_mebibyte_of_empty_submessages_costs_no_more_than_the_arena),
        cmocka_unit_test(a_full_submission_fits_its_arena),
        cmocka_unit_test(a_copy_shares_nothing_with_its_original),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
