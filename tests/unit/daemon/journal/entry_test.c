/* SPDX-License-Identifier: Apache-2.0
 *
 * Entries to the letter: the vectors that python3-protobuf and hashlib made (proto/vectors/entries.txt). What
 * a header says is given to the batch, and what it stores must be the same bytes.
 */
#include "fixture.h"

enum { CELLS = 7, SALT = 32 };

struct vector {
    uint8_t *cell[CELLS - 1]; /* header, body, private, salt, hash, commitment */
    size_t len[CELLS - 1];
};

struct clock {
    int64_t wall_ms;
    const struct vector *v;
};

static int64_t vector_wall(void *ctx)
{
    return ((struct clock *)ctx)->wall_ms;
}

static void vector_salt(void *ctx, void *out, size_t len)
{
    const struct vector *v = ((struct clock *)ctx)->v;
    if (!v) { /* the registry's id */
        memset(out, 7, len);
        return;
    }
    assert_int_equal(len, SALT);
    assert_int_equal(v->len[3], SALT);
    memcpy(out, v->cell[3], len);
}

static void from_hex(const char *hex, struct vector *v, size_t i)
{
    size_t n = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;
    v->cell[i] = malloc(n ? n : 1);
    assert_non_null(v->cell[i]);
    v->len[i] = n;
    for (size_t at = 0; at < n; at++)
        assert_int_equal(sscanf(hex + 2 * at, "%2hhx", &v->cell[i][at]), 1);
}

static void parse(char *line, struct vector *v)
{
    char *save = NULL;
    for (size_t i = 0; i < CELLS - 1; i++) {
        const char *cell = strtok_r(i ? NULL : line, "\t", &save);
        assert_non_null(cell);
        from_hex(cell, v, i);
    }
}

static struct tz_bytes bytes(const struct vector *v, size_t i)
{
    return (struct tz_bytes){v->cell[i], v->len[i]};
}

static void append(struct tz_batch *b, struct clock *clock, const struct vector *v)
{
    Taizhang__V1__EntryHeader *h = taizhang__v1__entry_header__unpack(NULL, v->len[0], v->cell[0]);
    assert_non_null(h);
    assert_int_equal(h->base.n_unknown_fields, 0);
    clock->wall_ms = h->time_ms;
    clock->v = v;
    struct tz_views none = {0};
    tz_batch_start(b, &none, h->epoch, h->position - 1, h->time_ms - 5);
    struct tz_entry_ask ask = {
        .type = h->type,
        .principal = h->principal,
        .person = h->person,
        .reason = h->reason,
        .committee = (uint32_t)h->committee,
        .code = h->code,
        .kind = h->kind,
        .period = h->period,
        .key = h->key,
        .revision = h->revision,
        .base = h->base_revision,
        .ticket = h->ticket.len ? h->ticket.data : NULL,
        .body = bytes(v, 1),
        .private_ = bytes(v, 2),
    };
    assert_int_equal(tz_batch_append(b, &ask), TZ_OK);
    assert_int_equal(b->position, h->position);
    taizhang__v1__entry_header__free_unpacked(h, NULL);
}

static void same(struct tz_bytes stored, struct tz_bytes expected)
{
    assert_int_equal(stored.len, expected.len);
    if (stored.len)
        assert_memory_equal(stored.data, expected.data, stored.len);
}

static void compare(struct tz_store *store, uint64_t position, const struct vector *v)
{
    struct tz_arena arena;
    struct tz_entry e;
    Taizhang__V1__EntryHeader *h;
    tz_arena_init(&arena, 1 << 20);
    assert_int_equal(tz_store_entry(store, position, &arena, &e), TZ_OK);
    same(e.header, bytes(v, 0));
    same(e.body, bytes(v, 1));
    same(e.private_, bytes(v, 2));
    same(e.salt, bytes(v, 3));
    assert_int_equal(tz_entry_header(&e, &arena, &h), TZ_OK);
    same((struct tz_bytes){h->body_sha256.data, h->body_sha256.len}, bytes(v, 4));
    same((struct tz_bytes){h->private_commitment.data, h->private_commitment.len}, bytes(v, 5));
    tz_arena_free(&arena);
}

static void entries_are_as_the_vectors_say(void **state)
{
    (void)state;
    char why[256], line[8192];
    struct clock clock = {0};
    struct tz_env env = {vector_wall, vector_wall, vector_salt, 480, &clock};
    struct tz_store_options o = {.path = ":memory:", .env = &env};
    struct tz_store *store;
    struct tz_batch batch;
    uint64_t position = 0, ignored;
    size_t private_ones = 0;
    FILE *file = fopen(TZ_SOURCE_DIR "/proto/vectors/entries.txt", "r");
    assert_non_null(file);
    assert_int_equal(tz_store_open(&store, &o, why, sizeof why), TZ_OK);
    tz_batch_init(&batch, store, &env);
    assert_int_equal(tz_store_begin(store, &ignored), TZ_OK);
    while (fgets(line, sizeof line, file)) {
        struct vector v;
        if (*line == '#')
            continue;
        parse(line, &v);
        append(&batch, &clock, &v);
        compare(store, ++position, &v);
        private_ones += v.len[5] != 0;
        for (size_t i = 0; i < CELLS - 1; i++)
            free(v.cell[i]);
    }
    assert_true(position >= 9);
    assert_int_equal(private_ones, 3);
    tz_store_rollback(store);
    tz_batch_free(&batch);
    tz_store_close(store);
    fclose(file);
}

/* A batch has one time, and it is never before the last entry's, whatever the clock says. */
static void the_time_never_goes_back(void **state)
{
    (void)state;
    struct fixture *f = fixture_new(true);
    static const int64_t step[] = {5000, -86400000, 0, 86400000, -1};
    int64_t last = 0;
    fixture_open(f);
    fixture_tree(f);
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) {
        char address[TZ_ADDRESS_SIZE];
        struct tz_arena arena;
        struct tz_entry e;
        Taizhang__V1__EntryHeader *h;
        f->wall_ms += step[i];
        snprintf(address, sizeof address, "110101/project/2017/n%zu", i);
        assert_int_equal(SUBMIT(f, address, 0, 1, "title", "a"), TZ_OUTCOME(CREATED));
        tz_arena_init(&arena, 1 << 20);
        assert_int_equal(tz_store_entry(f->store, 6 + i, &arena, &e), TZ_OK);
        assert_int_equal(tz_entry_header(&e, &arena, &h), TZ_OK);
        int64_t expected = f->wall_ms > last ? f->wall_ms : last;
        assert_int_equal(h->time_ms, expected);
        last = h->time_ms;
        tz_arena_free(&arena);
        fixture_close(f); /* a restart remembers it too */
        fixture_open(f);
    }
    fixture_close(f);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_as_the_vectors_say),
        cmocka_unit_test(the_time_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
