/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/wire/frame.h"
#include "taizhang/v1/bundle.pb-c.h"
#include "taizhang/v1/journal.pb-c.h"
#include "taizhang/v1/registry.pb-c.h"

enum { DEEPEST = 8 };

/* The length of the longest chain of messages from desc; fails when a message stands in its own chain. */
static unsigned depth_of(const ProtobufCMessageDescriptor *desc,
                         const ProtobufCMessageDescriptor *const *chain, unsigned length)
{
    const ProtobufCMessageDescriptor *path[32];
    unsigned deepest = length + 1;
    assert_true(length < 31);
    for (unsigned i = 0; i < length; i++)
        if (chain[i] == desc)
            fail_msg("%s is recursive", desc->name);
    for (unsigned i = 0; i < length; i++)
        path[i] = chain[i];
    path[length] = desc;
    for (unsigned i = 0; i < desc->n_fields; i++)
        if (desc->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
            unsigned d = depth_of(desc->fields[i].descriptor, path, length + 1);
            deepest = d > deepest ? d : deepest;
        }
    return deepest;
}

/* Everything that is unpacked on its own; all other messages are parts of these. */
static const ProtobufCMessageDescriptor *const roots[] = {
    &taizhang__v1__client_message__descriptor,
    &taizhang__v1__server_message__descriptor,
    &taizhang__v1__bundle_frame__descriptor,
    &taizhang__v1__entry_header__descriptor,
    &taizhang__v1__withdrawal__descriptor,
    &taizhang__v1__erasure_body__descriptor,
    &taizhang__v1__committee_body__descriptor,
    &taizhang__v1__committee_private__descriptor,
    &taizhang__v1__reporting_set_body__descriptor,
    &taizhang__v1__project__descriptor,
    &taizhang__v1__funding__descriptor,
    &taizhang__v1__post__descriptor,
    &taizhang__v1__worker__descriptor,
    &taizhang__v1__worker_private__descriptor,
    &taizhang__v1__coverage__descriptor,
    &taizhang__v1__output__descriptor,
    &taizhang__v1__organisation__descriptor,
    &taizhang__v1__platform__descriptor,
    &taizhang__v1__need__descriptor,
    &taizhang__v1__catalogue__descriptor,
    &taizhang__v1__policy__descriptor,
    &taizhang__v1__liaison__descriptor,
    &taizhang__v1__evaluation__descriptor,
    &taizhang__v1__practice__descriptor,
    &taizhang__v1__issue__descriptor,
};

static void no_message_is_recursive(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        assert_true(depth_of(roots[i], NULL, 0) <= DEEPEST);
}

static bool reaches(const ProtobufCMessageDescriptor *desc, const char *name)
{
    if (strcmp(desc->short_name, name) == 0)
        return true;
    for (unsigned i = 0; i < desc->n_fields; i++)
        if (desc->fields[i].type == PROTOBUF_C_TYPE_MESSAGE && reaches(desc->fields[i].descriptor, name))
            return true;
    return false;
}

/* So that a message declared later cannot miss the test above. */
static void every_declared_message_is_reached(void **state)
{
    static const char *const files[] = {"record", "registry", "journal", "bundle"};
    char path[4096], line[512], name[128];
    size_t declared = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/proto/taizhang/v1/%s.proto", TZ_SOURCE_DIR, files[i]);
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        while (fgets(line, sizeof line, f)) {
            bool found = false;
            if (sscanf(line, "message %127[A-Za-z0-9_]", name) != 1)
                continue;
            declared++;
            for (size_t r = 0; r < sizeof roots / sizeof *roots && !found; r++)
                found = reaches(roots[r], name);
            if (!found)
                fail_msg("%s is not among the messages that this test looks at", name);
        }
        fclose(f);
    }
    assert_true(declared > 50);
}

static int scan(const void *bytes, size_t len, size_t max_fields)
{
    return tz_wire_prescan(&taizhang__v1__client_message__descriptor, bytes, len, max_fields);
}

#define SCAN(bytes) scan(bytes, sizeof bytes - 1, 100)

static void takes_well_formed_bytes(void **state)
{
    (void)state;
    assert_int_equal(scan(NULL, 0, 0), TZ_OK);
    assert_int_equal(SCAN("\x08\x01"), TZ_OK);
    assert_int_equal(SCAN("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), TZ_OK);
    assert_int_equal(SCAN("\x08\x01\x5a\x00"), TZ_OK);
    assert_int_equal(SCAN("\xb9\x3e"
                          "12345678\xbd\x3e"
                          "1234\xba\x3e\x03"
                          "abc\xb8\x3e\x01"),
                     TZ_OK);                                   /* unknown */
    assert_int_equal(SCAN("\xf8\xff\xff\xff\x0f\x01"), TZ_OK); /* the largest field number */
}

static void refuses_malformed_bytes(void **state)
{
    (void)state;
    assert_int_equal(SCAN("\x08"), TZ_EINVAL);
    assert_int_equal(SCAN("\x80"), TZ_EINVAL);
    assert_int_equal(SCAN("\x08\x80"), TZ_EINVAL);
    assert_int_equal(SCAN("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), TZ_EINVAL); /* 11 bytes */
    assert_int_equal(SCAN("\x00\x01"), TZ_EINVAL);                                         /* field 0 */
    assert_int_equal(SCAN("\xf8\xff\xff\xff\x1f\x01"), TZ_EINVAL);     /* a number beyond 2^29 - 1 */
    assert_int_equal(SCAN("\x88\x80\x80\x80\x80\x00\x01"), TZ_EINVAL); /* a tag of six bytes */
    assert_int_equal(SCAN("\x0b\x0c"), TZ_EINVAL);                     /* a group */
    assert_int_equal(SCAN("\x0e"), TZ_EINVAL);
    assert_int_equal(SCAN("\x0f"), TZ_EINVAL);
    assert_int_equal(SCAN("\xb9\x3e"
                          "1234567"),
                     TZ_EINVAL);
    assert_int_equal(SCAN("\xbd\x3e"
                          "123"),
                     TZ_EINVAL);
    assert_int_equal(SCAN("\xba\x3e\x04"
                          "abc"),
                     TZ_EINVAL);
    assert_int_equal(SCAN("\xba\x3e\xff\xff\xff\xff\x0f"), TZ_EINVAL); /* 4 GiB of nothing */
    assert_int_equal(SCAN("\xba\x3e\xff\xff\xff\xff\x7f"), TZ_EINVAL);
    assert_int_equal(SCAN("\x52\x03\x1a\x05"
                          "abc"),
                     TZ_EINVAL); /* longer than its parent */
}

static void strings_are_utf8_without_nul(void **state)
{
    (void)state;
    assert_int_equal(SCAN("\x52\x05\x1a\x03"
                          "abc"),
                     TZ_OK); /* hello.client */
    assert_int_equal(SCAN("\x52\x05\x1a\x03"
                          "a\0c"),
                     TZ_EINVAL);
    assert_int_equal(SCAN("\x52\x05\x1a\x03"
                          "\xe5\x8f\xb0"),
                     TZ_OK);
    assert_int_equal(SCAN("\x52\x05\x1a\x03"
                          "a\xe5\x8f"),
                     TZ_EINVAL);
    assert_int_equal(SCAN("\x52\x05\x1a\x03"
                          "\xed\xa0\x80"),
                     TZ_EINVAL);
    assert_int_equal(SCAN("\x52\x05\x22\x03"
                          "\xff\0\xfe"),
                     TZ_OK); /* hello.key_id is bytes */
}

static void bounds_the_number_of_fields(void **state)
{
    uint8_t bytes[200];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i += 2)
        memcpy(bytes + i, "\x08\x01", 2);
    assert_int_equal(scan(bytes, sizeof bytes, 100), TZ_OK);
    assert_int_equal(scan(bytes, sizeof bytes, 99), TZ_ELIMIT);
    /* Fields of submessages count as well: records inside a submission. */
    uint8_t nested[3 + 100] = {0xf2, 0x01, 100};
    for (size_t i = 3; i < sizeof nested; i += 2)
        memcpy(nested + i, "\x0a\x00", 2);
    assert_int_equal(scan(nested, sizeof nested, 51), TZ_OK);
    assert_int_equal(scan(nested, sizeof nested, 50), TZ_ELIMIT);
}

static void bytes_that_look_nested_are_not_followed(void **state)
{
    /* Field 999 is unknown: what it holds is opaque, however deep it claims to be. */
    uint8_t bytes[3 + 100];
    (void)state;
    memcpy(bytes, "\xba\x3e\x64", 3);
    memset(bytes + 3, 0x0b, 100);
    assert_int_equal(scan(bytes, sizeof bytes, 1), TZ_OK);
}

/* A message that contains itself, which none of ours does: the scan must end by itself. */
static void nesting_is_bounded_even_for_a_recursive_message(void **state)
{
    static ProtobufCMessageDescriptor recursive;
    static const ProtobufCFieldDescriptor field = {
        .name = "self", .id = 1, .type = PROTOBUF_C_TYPE_MESSAGE, .descriptor = &recursive};
    static const ProtobufCIntRange ranges[] = {{1, 0}, {0, 1}};
    uint8_t bytes[2 * 60];
    (void)state;
    recursive = (ProtobufCMessageDescriptor){.magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
                                             .n_fields = 1,
                                             .fields = &field,
                                             .n_field_ranges = 1,
                                             .field_ranges = ranges};
    for (size_t i = 0; i < sizeof bytes; i += 2) {
        bytes[i] = 0x0a;
        bytes[i + 1] = (uint8_t)(sizeof bytes - i - 2);
    }
    assert_int_equal(tz_wire_prescan(&recursive, bytes, sizeof bytes, 1000), TZ_ELIMIT);
    assert_int_equal(tz_wire_prescan(&recursive, bytes + sizeof bytes - 10, 10, 1000), TZ_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_message_is_recursive),
        cmocka_unit_test(every_declared_message_is_reached),
        cmocka_unit_test(takes_well_formed_bytes),
        cmocka_unit_test(refuses_malformed_bytes),
        cmocka_unit_test(strings_are_utf8_without_nul),
        cmocka_unit_test(bounds_the_number_of_fields),
        cmocka_unit_test(bytes_that_look_nested_are_not_followed),
        cmocka_unit_test(nesting_is_bounded_even_for_a_recursive_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
