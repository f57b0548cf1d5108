/* SPDX-License-Identifier: Apache-2.0
 *
 * Notes of a real journal, and what is kept of them.
 */
#include "tests/unit/daemon/journal/fixture.h"

#include "daemon/views/feed.h"

struct reading {
    struct tz_reader *reader;
    struct tz_feed *feed;
    uint64_t head;
    uint64_t reads;
};

static void open_reading(struct fixture *f, size_t bytes, struct reading *r)
{
    memset(r, 0, sizeof *r);
    assert_int_equal(tz_reader_open(&r->reader, f->store), TZ_OK);
    assert_int_equal(tz_reader_begin(r->reader, &r->head), TZ_OK);
    assert_int_equal(tz_feed_new(&r->feed, bytes), TZ_OK);
}

static void close_reading(struct reading *r)
{
    tz_feed_free(r->feed);
    tz_reader_end(r->reader);
    tz_reader_close(r->reader);
}

static size_t read_notes(struct reading *r, uint64_t from, uint64_t to, struct tz_feed_note *note)
{
    size_t count = 0;
    r->reads = 0;
    assert_int_equal(tz_feed_read(r->feed, r->reader, from, to, note, &count, &r->reads), TZ_OK);
    return count;
}

static void assert_note(const struct tz_feed_note *n, uint32_t committee, enum tz_feed_what what,
                        enum tz_shown shown, enum tz_shown before)
{
    assert_int_equal(n->committee, committee);
    assert_int_equal(n->what, what);
    assert_int_equal(n->shown, shown);
    assert_int_equal(n->before, before);
}

static void says_what_an_entry_is_about(void **state)
{
    struct fixture *f = *state;
    struct tz_feed_note note[TZ_FEED_CHUNK];
    struct reading r;
    const char *a = "110000/project/2017/A";
    SUBMIT(f, a, 0, 1, "title", "t", "visibility", "全系统");
    SUBMIT(f, a, 1, 2, "title", "t", "visibility", "下发");
    SUBMIT(f, a, 2, 3, "title", "t");
    SUBMIT(f, a, 3, 4, "title", "t", "visibility", "下发");
    withdraw(f, a, 4, 5);
    SUBMIT(f, a, 5, 6, "title", "t");
    SUBMIT(f, "310000/project/2017/A", 0, 7, "title", "t");
    open_reading(f, 1 << 20, &r);
    assert_int_equal(read_notes(&r, 1, r.head, note), 12);
    for (uint32_t n = 1; n <= 5; n++)
        assert_note(&note[n - 1], n, TZ_FEED_COMMITTEE, TZ_SHOWN_NOBODY, TZ_SHOWN_NOBODY);
    assert_note(&note[5], 2, TZ_FEED_RECORD, TZ_SHOWN_ALL, TZ_SHOWN_NOBODY);
    assert_note(&note[6], 2, TZ_FEED_RECORD, TZ_SHOWN_BELOW, TZ_SHOWN_ALL);
    assert_note(&note[7], 2, TZ_FEED_RECORD, TZ_SHOWN_LINE, TZ_SHOWN_BELOW);
    assert_note(&note[8], 2, TZ_FEED_RECORD, TZ_SHOWN_BELOW, TZ_SHOWN_LINE);
    assert_note(&note[9], 2, TZ_FEED_RECORD, TZ_SHOWN_NOBODY, TZ_SHOWN_BELOW);
    assert_note(&note[10], 2, TZ_FEED_RECORD, TZ_SHOWN_LINE, TZ_SHOWN_NOBODY);
    assert_note(&note[11], 5, TZ_FEED_RECORD, TZ_SHOWN_LINE, TZ_SHOWN_NOBODY);
    assert_int_equal(read_notes(&r, 7, 9, note), 3);
    assert_note(&note[0], 2, TZ_FEED_RECORD, TZ_SHOWN_BELOW, TZ_SHOWN_ALL);
    close_reading(&r);
}

/* The journal up to a position, of records nobody else sees. */
static void grow(struct fixture *f, uint64_t to)
{
    while (position(f) < to) {
        uint64_t missing = to - position(f);
        struct tz_op *op = op_new(f, TZ_OP_SUBMIT, missing < 500 ? (size_t)missing : 500);
        for (size_t i = 0; i < op->count; i++) {
            char address[64];
            snprintf(address, sizeof address, "%s/project/2017/K%llu", i % 2 ? "110000" : "310000",
                     (unsigned long long)(position(f) + i));
            op_record(op, i, address, 0, 9, "title", "t", NULL);
        }
        op_run(f, op);
        op_free(op);
    }
}

static void reads_a_whole_chunk_once(void **state)
{
    struct fixture *f = *state;
    struct tz_feed_note note[TZ_FEED_CHUNK];
    struct tz_feed_note again[TZ_FEED_CHUNK];
    struct reading r;
    grow(f, 2 * TZ_FEED_CHUNK + 10);
    open_reading(f, 1 << 20, &r);
    assert_int_equal(read_notes(&r, 1000, r.head, note), 25); /* to the end of its chunk */
    assert_int_equal(r.reads, TZ_FEED_CHUNK);
    assert_int_equal(read_notes(&r, 1, r.head, note), TZ_FEED_CHUNK);
    assert_int_equal(r.reads, 0);
    assert_int_equal(read_notes(&r, 1, 3, again), 3);
    assert_memory_equal(note, again, 3 * sizeof *note);
    assert_int_equal(r.reads, 0);
    /* The last chunk is not whole yet: what is asked for is read, each time. */
    assert_int_equal(read_notes(&r, 2 * TZ_FEED_CHUNK + 4, r.head, note), 7);
    assert_int_equal(r.reads, 7);
    assert_int_equal(read_notes(&r, 2 * TZ_FEED_CHUNK + 4, r.head, note), 7);
    assert_int_equal(r.reads, 7);
    /* Every note is the same, whether it was kept or read. */
    struct reading fresh;
    open_reading(f, 0, &fresh);
    for (uint64_t at = 1; at <= r.head;) {
        size_t count = read_notes(&r, at, r.head, note);
        assert_int_equal(read_notes(&fresh, at, r.head, again), count);
        assert_memory_equal(note, again, count * sizeof *note);
        at += count;
    }
    assert_int_not_equal(fresh.reads, 0);
    close_reading(&fresh);
    close_reading(&r);
}

static void keeps_the_newest_within_its_limit(void **state)
{
    struct fixture *f = *state;
    struct tz_feed_note note[TZ_FEED_CHUNK];
    struct reading r;
    grow(f, 4 * TZ_FEED_CHUNK);
    open_reading(f, (size_t)2 * 4 * TZ_FEED_CHUNK, &r); /* two chunks */
    for (int chunk = 0; chunk < 4; chunk++)
        read_notes(&r, 1 + (uint64_t)chunk * TZ_FEED_CHUNK, r.head, note);
    read_notes(&r, 1 + 3 * TZ_FEED_CHUNK, r.head, note);
    assert_int_equal(r.reads, 0);
    read_notes(&r, 1 + 2 * TZ_FEED_CHUNK, r.head, note);
    assert_int_equal(r.reads, 0);
    read_notes(&r, 1, r.head, note); /* read, and not kept instead of a newer one */
    assert_int_equal(r.reads, TZ_FEED_CHUNK);
    read_notes(&r, 1, r.head, note);
    assert_int_equal(r.reads, TZ_FEED_CHUNK);
    read_notes(&r, 1 + 3 * TZ_FEED_CHUNK, r.head, note);
    assert_int_equal(r.reads, 0);
    close_reading(&r);
}

static void wrong_ranges_are_refused(void **state)
{
    struct fixture *f = *state;
    struct tz_feed_note note[TZ_FEED_CHUNK];
    struct reading r;
    size_t count;
    open_reading(f, 1 << 20, &r);
    assert_int_equal(tz_feed_read(r.feed, r.reader, 0, r.head, note, &count, &r.reads), TZ_EINVAL);
    assert_int_equal(tz_feed_read(r.feed, r.reader, 4, 3, note, &count, &r.reads), TZ_EINVAL);
    /* Beyond the journal: a gap is damage, never an empty answer. */
    assert_int_equal(tz_feed_read(r.feed, r.reader, r.head, r.head + 5, note, &count, &r.reads), TZ_ECORRUPT);
    close_reading(&r);
}

/* --- the beginning of a body --- */

static enum tz_shown shown(const char *bytes, size_t len)
{
    return tz_feed_shown((struct tz_bytes){(const uint8_t *)bytes, len});
}

static void finds_the_visibility(void **state)
{
    (void)state;
    struct tz_arena arena;
    struct tz_record record;
    ProtobufCBinaryData body, private_;
    tz_arena_init(&arena, 1 << 20);
    for (uint32_t kind = 1; kind <= 15; kind++) {
        for (uint32_t visibility = 1; visibility <= 3; visibility++) {
            assert_int_equal(tz_record_new(tz_kind_info(kind), &arena, &record), TZ_OK);
            record.envelope->as_of = (char *)"2017-12-31";
            record.envelope->scope = 1;
            record.envelope->part_of = (char *)"110000/practice/2017/a-key-that-is-longer-than-others-are";
            record.envelope->visibility = visibility;
            record.envelope->note = (char *)"note";
            assert_int_equal(tz_record_encode(&record, &arena, &body, &private_), TZ_OK);
            assert_int_equal(shown((const char *)body.data, body.len), visibility);
        }
    }
    tz_arena_free(&arena);
}

static void damaged_beginnings_are_shown_to_the_line(void **state)
{
    (void)state;
    static const char body[] = "\x0a\x09\x0a\x02zz\x10\x01\x20\x03";
    assert_int_equal(shown("", 0), TZ_SHOWN_LINE);
    assert_int_equal(shown(body, 10), TZ_SHOWN_ALL);
    for (size_t len = 0; len < 10; len++) {
        char *exact = malloc(len + 1); /* so that a read beyond it is seen */
        assert_non_null(exact);
        memcpy(exact, body, len);
        assert_int_equal(shown(exact, len), TZ_SHOWN_LINE);
        free(exact);
    }
    assert_int_equal(shown("\x0a\x04\x0a\xff\xff\x7f", 6), TZ_SHOWN_LINE); /* a text beyond the end */
    assert_int_equal(shown("\x0a\x02\x20\x09", 4), TZ_SHOWN_LINE);         /* no such visibility */
    assert_int_equal(shown("\x0a\x0b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 13), TZ_SHOWN_LINE);
    assert_int_equal(shown("\x0a\x05\x0d\x00\x00\x00\x00", 7), TZ_SHOWN_LINE); /* fixed32 */
    assert_int_equal(shown("\x12\x02\x20\x03", 4), TZ_SHOWN_LINE);             /* no envelope */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        T(says_what_an_entry_is_about),         T(reads_a_whole_chunk_once),
        T(keeps_the_newest_within_its_limit),   T(wrong_ranges_are_refused),
        cmocka_unit_test(finds_the_visibility), cmocka_unit_test(damaged_beginnings_are_shown_to_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
