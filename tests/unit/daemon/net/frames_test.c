/* SPDX-License-Identifier: Apache-2.0
 *
 * The golden frames, made by another implementation (tests/support/make_frames.py): we read them, and pack
 * the same bytes again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "common/wire/frame.h"
#include "daemon/net/reply.h"

enum { LINE_SIZE = 8192 };

struct golden {
    char name[64];
    char direction[16];
    uint8_t bytes[LINE_SIZE / 2];
    size_t len;
};

static bool read_golden(FILE *f, struct golden *g)
{
    static char line[LINE_SIZE];
    static char hex[LINE_SIZE];
    if (!fgets(line, sizeof line, f))
        return false;
    assert_int_equal(sscanf(line, "%63s %15s %8191s", g->name, g->direction, hex), 3);
    g->len = strlen(hex) / 2;
    for (size_t i = 0; i < g->len; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        g->bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return true;
}

static const ProtobufCMessageDescriptor *descriptor(const struct golden *g)
{
    return strcmp(g->direction, "client") == 0 ? &taizhang__v1__client_message__descriptor
                                               : &taizhang__v1__server_message__descriptor;
}

/* The members of the two unions that the vectors have shown so far, by field number. */
enum { NUMBERS = 128 };
struct shown {
    bool client[NUMBERS];
    bool server[NUMBERS];
};

static void show(struct shown *s, const ProtobufCMessage *m)
{
    if (m->descriptor == &taizhang__v1__client_message__descriptor)
        s->client[((const Taizhang__V1__ClientMessage *)m)->body_case] = true;
    else
        s->server[((const Taizhang__V1__ServerMessage *)m)->body_case] = true;
}

/* A request or reply without a vector is one whose bytes only one implementation has made. */
static void expect_all_shown(const ProtobufCMessageDescriptor *d, const bool shown[NUMBERS])
{
    for (unsigned i = 0; i < d->n_fields; i++)
        if (d->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF && !shown[d->fields[i].id])
            fail_msg("no golden frame has %s of %s", d->fields[i].name, d->short_name);
}

static void check_frame(const struct golden *g, struct shown *shown)
{
    struct tz_arena arena;
    struct tz_buf out;
    ProtobufCMessage *m;
    size_t len = g->len - TZ_FRAME_HEADER;
    const uint8_t *body = g->bytes + TZ_FRAME_HEADER;
    print_message("%s\n", g->name);
    assert_int_equal(tz_frame_length(g->bytes), len);
    tz_arena_init(&arena, tz_wire_arena_max(g->len) * 2);
    assert_int_equal(tz_wire_unpack(descriptor(g), body, len, &arena, &m), TZ_OK);
    assert_true(tz_wire_canonical(m, body, len, &arena));
    show(shown, m);
    tz_buf_init(&out, TZ_FRAME_MAX);
    assert_int_equal(tz_frame_append(&out, m), TZ_OK);
    assert_int_equal(out.len, g->len);
    assert_memory_equal(out.data, g->bytes, g->len);
    tz_buf_free(&out);
    /* Cut anywhere, it is not that message any more: refused, or another one that is shorter. */
    for (size_t cut = 0; cut < len; cut++) {
        tz_arena_reset(&arena);
        if (tz_wire_unpack(descriptor(g), body, cut, &arena, &m) == TZ_OK)
            assert_int_not_equal(protobuf_c_message_get_packed_size(m), len);
    }
    tz_arena_free(&arena);
}

static void test_frames(void **state)
{
    (void)state;
    struct golden *g = malloc(sizeof *g);
    FILE *f = fopen(TZ_SOURCE_DIR "/proto/vectors/frames.txt", "r");
    struct shown shown = {{false}, {false}};
    assert_non_null(g);
    assert_non_null(f);
    while (read_golden(f, g))
        check_frame(g, &shown);
    fclose(f);
    free(g);
    expect_all_shown(&taizhang__v1__client_message__descriptor, shown.client);
    expect_all_shown(&taizhang__v1__server_message__descriptor, shown.server);
}

/* Our own farewell is the golden one to the byte. */
static void test_farewell(void **state)
{
    (void)state;
    struct golden *g = malloc(sizeof *g);
    FILE *f = fopen(TZ_SOURCE_DIR "/proto/vectors/frames.txt", "r");
    struct tz_buf out;
    struct tz_error e;
    bool found = false;
    assert_non_null(g);
    assert_non_null(f);
    tz_buf_init(&out, 4096);
    tz_error_number(tz_error_set(&e, TZ_CODE(FRAME_TOO_LARGE), NULL, NULL), "limit", 4096);
    assert_int_equal(tz_reply_error(&out, 0, &e), TZ_OK);
    while (!found && read_golden(f, g))
        found = strcmp(g->name, "close") == 0;
    assert_true(found);
    assert_int_equal(out.len, g->len);
    assert_memory_equal(out.data, g->bytes, g->len);
    tz_buf_free(&out);
    fclose(f);
    free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_farewell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
