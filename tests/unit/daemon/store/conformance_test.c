/* SPDX-License-Identifier: Apache-2.0
 *
 * What every store backend must do: one body of tests, run against each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/store.h"

enum { ARENA = 1 << 20 };

struct fixture {
    char dir[64];
    char path[96];
    struct tz_store *store;
    struct tz_reader *reader;
    struct tz_arena arena;
    uint64_t position;
};

static int open_store(struct fixture *f)
{
    char why[256];
    struct tz_store_options o = {.path = f->path, .env = tz_env_system()};
    int rc = tz_store_open(&f->store, &o, why, sizeof why);
    if (rc)
        print_error("%s\n", why);
    return rc;
}

static struct fixture *new_fixture(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    tz_arena_init(&f->arena, ARENA);
    return f;
}

static int setup_file(void **state)
{
    struct fixture *f = new_fixture();
    strcpy(f->dir, "/tmp/tz-store-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/registry.db", f->dir);
    *state = f;
    return open_store(f);
}

static int setup_memory(void **state)
{
    struct fixture *f = new_fixture();
    strcpy(f->path, ":memory:");
    *state = f;
    return open_store(f);
}

static int teardown(void **state)
{
    static const char *const suffix[] = {"", "-wal", "-shm", "-position"};
    struct fixture *f = *state;
    tz_reader_close(f->reader);
    tz_store_close(f->store);
    tz_arena_free(&f->arena);
    if (f->dir[0]) {
        for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++) {
            char path[128];
            snprintf(path, sizeof path, "%s%s", f->path, suffix[i]);
            unlink(path);
        }
        rmdir(f->dir);
    }
    free(f);
    return 0;
}

static struct tz_record_key key_of(uint32_t committee, uint32_t kind, uint32_t period, const char *key)
{
    struct tz_record_key k = {committee, kind, period, key, strlen(key)};
    return k;
}

static struct tz_bytes bytes_of(const char *s)
{
    struct tz_bytes b = {(const uint8_t *)s, strlen(s)};
    return b;
}

static void begin(struct fixture *f)
{
    assert_int_equal(tz_store_begin(f->store, &f->position), TZ_OK);
}

static void commit(struct fixture *f)
{
    assert_int_equal(tz_store_commit(f->store), TZ_OK);
}

static uint64_t append(struct fixture *f, const char *body, const char *private_)
{
    struct tz_entry e = {.position = f->position + 1, .header = bytes_of("header"), .body = bytes_of(body)};
    if (private_) {
        e.private_ = bytes_of(private_);
        e.salt = bytes_of("salt");
    }
    assert_int_equal(tz_store_append(f->store, &e), TZ_OK);
    return ++f->position;
}

/* A new revision of an address, with its entry. */
static void put(struct fixture *f, struct tz_record_key k, const char *body, bool live)
{
    struct tz_head before, head = {.live = live};
    assert_int_equal(tz_store_head(f->store, &k, &before), TZ_OK);
    head.revision = before.revision + 1;
    head.position = append(f, body, NULL);
    memset(head.ticket, (int)head.position, sizeof head.ticket);
    assert_int_equal(tz_store_set_head(f->store, &k, &before, &head), TZ_OK);
}

static uint64_t snapshot(struct fixture *f)
{
    uint64_t position = UINT64_MAX;
    if (!f->reader)
        assert_int_equal(tz_reader_open(&f->reader, f->store), TZ_OK);
    assert_int_equal(tz_reader_begin(f->reader, &position), TZ_OK);
    return position;
}

static void new_store_is_empty(void **state)
{
    struct fixture *f = *state;
    static const uint8_t zero[16];
    struct tz_store_info info = tz_store_info(f->store);
    assert_int_equal(info.position, 0);
    assert_int_equal(info.epoch, 1);
    assert_memory_not_equal(info.registry_id, zero, sizeof zero);
    struct tz_record_key k = key_of(1, 1, 20170101, "a");
    struct tz_head h;
    struct tz_entry e;
    uint64_t p, r;
    bool yes = true;
    assert_int_equal(tz_store_head(f->store, &k, &h), TZ_OK);
    assert_int_equal(h.revision, 0);
    assert_int_equal(tz_store_revision(f->store, &k, 1, &p), TZ_ENOENT);
    assert_int_equal(tz_store_entry(f->store, 1, &f->arena, &e), TZ_ENOENT);
    assert_int_equal(tz_store_has_part(f->store, &k, 1, &yes), TZ_OK);
    assert_false(yes);
    assert_int_equal(tz_store_committee(f->store, 1, &r, &p), TZ_OK);
    assert_int_equal(r, 0);
    assert_int_equal(tz_store_named(f->store, TZ_NAMED_SET, "provinces", &r, &p), TZ_OK);
    assert_int_equal(r, 0);
    assert_int_equal(snapshot(f), 0);
}

static void entries_come_back(void **state)
{
    struct fixture *f = *state;
    struct tz_entry e;
    begin(f);
    append(f, "body one", NULL);
    append(f, "", "private");
    commit(f);
    assert_int_equal(tz_store_info(f->store).position, 2);
    assert_int_equal(tz_store_entry(f->store, 1, &f->arena, &e), TZ_OK);
    assert_int_equal(e.position, 1);
    assert_int_equal(e.body.len, 8);
    assert_memory_equal(e.body.data, "body one", 8);
    assert_int_equal(e.private_.len, 0);
    assert_int_equal(e.salt.len, 0);
    assert_int_equal(snapshot(f), 2);
    assert_int_equal(tz_reader_entry(f->reader, 2, &f->arena, &e), TZ_OK);
    assert_int_equal(e.body.len, 0);
    assert_memory_equal(e.private_.data, "private", 7);
    assert_memory_equal(e.salt.data, "salt", 4);
    assert_int_equal(tz_reader_entry(f->reader, 3, &f->arena, &e), TZ_ENOENT);
}

static void erased_entries_keep_all_but_private_bytes(void **state)
{
    struct fixture *f = *state;
    struct tz_entry e;
    bool had = false;
    begin(f);
    append(f, "body one", "private");
    append(f, "body two", "stays");
    append(f, "body three", NULL);
    commit(f);
    begin(f);
    assert_int_equal(tz_store_erase(f->store, 1, &had), TZ_OK);
    assert_true(had);
    assert_int_equal(tz_store_erase(f->store, 1, &had), TZ_OK);
    assert_false(had);
    assert_int_equal(tz_store_erase(f->store, 3, &had), TZ_OK);
    assert_false(had);
    assert_int_equal(tz_store_erase(f->store, 4, &had), TZ_OK);
    assert_false(had);
    tz_store_rollback(f->store);
    assert_int_equal(tz_store_entry(f->store, 1, &f->arena, &e), TZ_OK);
    assert_int_equal(e.private_.len, 7);
    begin(f);
    assert_int_equal(tz_store_erase(f->store, 1, &had), TZ_OK);
    assert_true(had);
    commit(f);
    snapshot(f);
    assert_int_equal(tz_reader_entry(f->reader, 1, &f->arena, &e), TZ_OK);
    assert_int_equal(e.private_.len, 0);
    assert_int_equal(e.salt.len, 0);
    assert_memory_equal(e.header.data, "header", 6);
    assert_memory_equal(e.body.data, "body one", 8);
    assert_int_equal(tz_reader_entry(f->reader, 2, &f->arena, &e), TZ_OK);
    assert_memory_equal(e.private_.data, "stays", 5);
}

static void positions_leave_no_gap(void **state)
{
    struct fixture *f = *state;
    begin(f);
    struct tz_entry e = {.position = 2, .header = bytes_of("h"), .body = bytes_of("b")};
    assert_int_equal(tz_store_append(f->store, &e), TZ_EINVAL);
    e.position = 0;
    assert_int_equal(tz_store_append(f->store, &e), TZ_EINVAL);
    e.position = 1;
    assert_int_equal(tz_store_append(f->store, &e), TZ_OK);
    assert_int_equal(tz_store_append(f->store, &e), TZ_EINVAL);
    commit(f);
    begin(f);
    assert_int_equal(f->position, 1);
    e.position = 2;
    e.header.len = 0;
    assert_int_equal(tz_store_append(f->store, &e), TZ_EINVAL);
    tz_store_rollback(f->store);
}

static void rollback_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct tz_record_key k = key_of(3, 2, 20170101, "k");
    struct tz_head h;
    begin(f);
    put(f, k, "one", true);
    assert_int_equal(tz_store_set_committee(f->store, 1, 1, 1), TZ_OK);
    tz_store_rollback(f->store);
    begin(f);
    assert_int_equal(f->position, 0);
    assert_int_equal(tz_store_head(f->store, &k, &h), TZ_OK);
    assert_int_equal(h.revision, 0);
    put(f, k, "again", true);
    commit(f);
    assert_int_equal(tz_store_info(f->store).position, 1);
}

static void revisions_keep_their_positions(void **state)
{
    struct fixture *f = *state;
    struct tz_record_key k = key_of(3, 2, 20170101, "k"), other = key_of(3, 2, 20170101, "K");
    uint64_t p = 0;
    struct tz_head h;
    begin(f);
    put(f, k, "one", true);
    put(f, other, "other", true);
    put(f, k, "two", true);
    put(f, k, "gone", false);
    assert_int_equal(tz_store_revision(f->store, &k, 1, &p), TZ_OK);
    assert_int_equal(p, 1);
    assert_int_equal(tz_store_revision(f->store, &k, 2, &p), TZ_OK);
    assert_int_equal(p, 3);
    assert_int_equal(tz_store_revision(f->store, &k, 3, &p), TZ_OK);
    assert_int_equal(p, 4);
    assert_int_equal(tz_store_revision(f->store, &k, 4, &p), TZ_ENOENT);
    assert_int_equal(tz_store_revision(f->store, &k, 0, &p), TZ_ENOENT);
    assert_int_equal(tz_store_head(f->store, &k, &h), TZ_OK);
    assert_false(h.live);
    assert_int_equal(h.ticket[0], 4);
    commit(f);
    assert_int_equal(snapshot(f), 4);
    assert_int_equal(tz_reader_revision(f->reader, &k, 2, &p), TZ_OK);
    assert_int_equal(p, 3);
    assert_int_equal(tz_reader_revision(f->reader, &k, UINT64_MAX, &p), TZ_ENOENT);
    assert_int_equal(tz_reader_head(f->reader, &other, &h), TZ_OK);
    assert_int_equal(h.revision, 1);
    assert_true(h.live);
}

static void wrong_calls_are_refused(void **state)
{
    struct fixture *f = *state;
    struct tz_record_key k = key_of(3, 2, 20170101, "k"), none = key_of(3, 2, 20170101, "");
    struct tz_record_key elsewhere = key_of(3, 1, 20170101, "k");
    struct tz_head before = {0}, head = {.revision = 2, .position = 1};
    begin(f);
    append(f, "x", NULL);
    assert_int_equal(tz_store_set_head(f->store, &k, &before, &head), TZ_EINVAL);
    head.revision = 1;
    assert_int_equal(tz_store_set_head(f->store, &none, &before, &head), TZ_EINVAL);
    assert_int_equal(tz_store_set_part(f->store, &k, NULL, &elsewhere), TZ_EINVAL);
    assert_int_equal(tz_store_set_committee(f->store, 0, 1, 1), TZ_EINVAL);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_SET, "", 1, 1), TZ_EINVAL);
    tz_store_rollback(f->store);
}

static void parts_are_found_by_committee(void **state)
{
    struct fixture *f = *state;
    struct tz_record_key whole = key_of(3, 2, 20170101, "w"), other = key_of(3, 2, 20170101, "w2");
    struct tz_record_key part = key_of(4, 2, 20170101, "p"), second = key_of(4, 2, 20170101, "q");
    bool yes;
    begin(f);
    assert_int_equal(tz_store_set_part(f->store, &part, NULL, &whole), TZ_OK);
    assert_int_equal(tz_store_set_part(f->store, &second, NULL, &whole), TZ_OK);
    assert_int_equal(tz_store_has_part(f->store, &whole, 4, &yes), TZ_OK);
    assert_true(yes);
    assert_int_equal(tz_store_has_part(f->store, &whole, 3, &yes), TZ_OK);
    assert_false(yes);
    assert_int_equal(tz_store_set_part(f->store, &part, &whole, &other), TZ_OK);
    assert_int_equal(tz_store_has_part(f->store, &whole, 4, &yes), TZ_OK);
    assert_true(yes);
    assert_int_equal(tz_store_set_part(f->store, &second, &whole, NULL), TZ_OK);
    assert_int_equal(tz_store_has_part(f->store, &whole, 4, &yes), TZ_OK);
    assert_false(yes);
    assert_int_equal(tz_store_has_part(f->store, &other, 4, &yes), TZ_OK);
    assert_true(yes);
    commit(f);
}

static void committees_and_sets_have_current_entries(void **state)
{
    struct fixture *f = *state;
    uint64_t r, p;
    bool yes;
    begin(f);
    append(f, "c", NULL);
    append(f, "c2", NULL);
    append(f, "s", NULL);
    assert_int_equal(tz_store_set_committee(f->store, 1, 1, 1), TZ_OK);
    assert_int_equal(tz_store_set_committee(f->store, 1, 2, 2), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_SET, "provinces", 1, 3), TZ_OK);
    put(f, key_of(1, 1, 20170101, "gone"), "x", true);
    assert_int_equal(tz_store_has_records(f->store, 1, &yes), TZ_OK);
    assert_true(yes);
    put(f, key_of(1, 1, 20170101, "gone"), "", false);
    assert_int_equal(tz_store_has_records(f->store, 1, &yes), TZ_OK);
    assert_false(yes);
    /* The same name, of different things. */
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_KEY, "provinces", 1, 1), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_KEY, "provinces", 2, 2), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_INVITATION, "provinces", 4, 1), TZ_OK);
    commit(f);
    assert_int_equal(tz_store_named(f->store, TZ_NAMED_KEY, "provinces", &r, &p), TZ_OK);
    assert_int_equal(r, 2);
    assert_int_equal(p, 2);
    assert_int_equal(tz_store_named(f->store, TZ_NAMED_INVITATION, "provinces", &r, &p), TZ_OK);
    assert_int_equal(r, 4);
    assert_int_equal(tz_store_named(f->store, TZ_NAMED_INVITATION, "province", &r, &p), TZ_OK);
    assert_int_equal(r, 0);
    assert_int_equal(tz_store_committee(f->store, 1, &r, &p), TZ_OK);
    assert_int_equal(r, 2);
    assert_int_equal(p, 2);
    assert_int_equal(tz_store_named(f->store, TZ_NAMED_SET, "provinces", &r, &p), TZ_OK);
    assert_int_equal(r, 1);
    assert_int_equal(p, 3);
}

/* --- visits --- */

struct seen {
    char text[512];
    int stop_after;
    struct tz_reader *reader; /* looks up what it is shown */
    struct tz_arena *arena;
};

static int see_head(void *ctx, const struct tz_record_key *k, const struct tz_head *h,
                    const struct tz_entry *e)
{
    struct seen *s = ctx;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%u/%u/%u/%.*s%s ", k->committee, k->kind, k->period % 10000,
             (int)k->key_len, k->key, h->live ? "" : "!");
    if (e) {
        struct tz_entry again;
        assert_int_equal(e->position, h->position);
        assert_int_equal(tz_reader_entry(s->reader, h->position, s->arena, &again), TZ_OK);
        assert_int_equal(again.body.len, e->body.len);
        assert_memory_equal(again.body.data, e->body.data, e->body.len);
    }
    return s->stop_after && --s->stop_after == 0 ? 7 : 0;
}

static void some_heads(struct fixture *f)
{
    static const char *const keys[] = {"b", "a", "项目"};
    begin(f);
    for (uint32_t committee = 1; committee <= 2; committee++)
        for (uint32_t kind = 1; kind <= 2; kind++)
            for (size_t i = 0; i < 3; i++)
                put(f, key_of(committee, kind, i == 2 ? 20180101 : 20170102, keys[i]), keys[i], true);
    put(f, key_of(1, 2, 20170102, "b"), "", false);
    commit(f);
}

static void heads_are_visited_in_order(void **state)
{
    struct fixture *f = *state;
    some_heads(f);
    assert_int_equal(snapshot(f), 13);
    struct seen s = {.reader = f->reader, .arena = &f->arena};
    assert_int_equal(tz_reader_heads(f->reader, 1, 0, 0, NULL, true, true, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "1/1/102/a 1/1/102/b 1/1/101/项目 1/2/102/a 1/2/102/b! 1/2/101/项目 ");
    s.text[0] = '\0';
    assert_int_equal(tz_reader_heads(f->reader, 1, 2, 0, NULL, false, false, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "1/2/102/a 1/2/101/项目 ");
    s.text[0] = '\0';
    assert_int_equal(tz_reader_heads(f->reader, 2, 1, 20170102, NULL, false, false, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "2/1/102/a 2/1/102/b ");
    s.text[0] = '\0';
    assert_int_equal(tz_reader_heads(f->reader, 2, 0, 20180101, NULL, false, false, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "2/1/101/项目 2/2/101/项目 ");
    s.text[0] = '\0';
    assert_int_equal(tz_reader_heads(f->reader, 3, 0, 0, NULL, false, false, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "");
    assert_int_equal(tz_reader_all(f->reader, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "1/1/102/a 1/1/102/b 1/1/101/项目 1/2/102/a 1/2/101/项目 "
                                "2/1/102/a 2/1/102/b 2/1/101/项目 2/2/102/a 2/2/102/b 2/2/101/项目 ");
}

static void visits_stop_and_go_on(void **state)
{
    struct fixture *f = *state;
    some_heads(f);
    snapshot(f);
    struct seen s = {.stop_after = 2, .reader = f->reader, .arena = &f->arena};
    assert_int_equal(tz_reader_heads(f->reader, 1, 0, 0, NULL, false, false, see_head, &s), 7);
    struct tz_record_key after = key_of(1, 1, 20170102, "b");
    s.stop_after = 0;
    assert_int_equal(tz_reader_heads(f->reader, 1, 0, 0, &after, false, true, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "1/1/102/a 1/1/102/b 1/1/101/项目 1/2/102/a 1/2/101/项目 ");
    s.text[0] = '\0';
    assert_int_equal(tz_reader_heads(f->reader, 1, 1, 0, &after, false, false, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "1/1/101/项目 ");
    assert_int_equal(tz_reader_heads(f->reader, 2, 1, 0, &after, false, false, see_head, &s), TZ_EINVAL);
    s.text[0] = '\0';
    after = key_of(1, 1, 20160102, "before all that is wanted");
    assert_int_equal(tz_reader_heads(f->reader, 1, 2, 20180101, &after, false, false, see_head, &s), TZ_OK);
    assert_string_equal(s.text, "1/2/101/项目 ");
}

static int count_entry(void *ctx, const struct tz_entry *e)
{
    uint64_t *next = ctx;
    assert_int_equal(e->position, *next);
    assert_int_equal(e->header.len, 6);
    ++*next;
    return 0;
}

static int sum_positions(void *ctx, const struct tz_entry *e)
{
    uint64_t *sum = ctx;
    *sum = *sum * 10 + e->position;
    return 0;
}

static void journal_and_lists_are_visited(void **state)
{
    struct fixture *f = *state;
    some_heads(f);
    begin(f);
    assert_int_equal(tz_store_set_committee(f->store, 2, 1, 3), TZ_OK);
    assert_int_equal(tz_store_set_committee(f->store, 1, 1, 2), TZ_OK);
    assert_int_equal(tz_store_set_committee(f->store, 1, 2, 4), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_SET, "b", 1, 4), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_SET, "a", 1, 5), TZ_OK);
    commit(f);
    snapshot(f);
    uint64_t next = 5;
    assert_int_equal(tz_reader_journal(f->reader, 5, count_entry, &next), TZ_OK);
    assert_int_equal(next, 14);
    uint64_t sum = 0;
    assert_int_equal(tz_reader_committees(f->reader, sum_positions, &sum), TZ_OK);
    assert_int_equal(sum, 243); /* the past ones too */
    sum = 0;
    assert_int_equal(tz_reader_named(f->reader, TZ_NAMED_SET, sum_positions, &sum), TZ_OK);
    assert_int_equal(sum, 54);
}

static int two_positions(void *ctx, const struct tz_entry *e)
{
    sum_positions(ctx, e);
    return *(uint64_t *)ctx >= 10 ? 77 : 0;
}

static void what_came_from_above_is_visited_from_its_end(void **state)
{
    struct fixture *f = *state;
    begin(f);
    append(f, "a", NULL);
    append(f, "b", NULL);
    append(f, "c", NULL);
    append(f, "d", NULL);
    assert_int_equal(tz_store_add_from_above(f->store, 0, 1), TZ_EINVAL);
    assert_int_equal(tz_store_add_from_above(f->store, 7, 5), TZ_EINVAL);
    assert_int_equal(tz_store_add_from_above(f->store, 7, 1), TZ_OK);
    assert_int_equal(tz_store_add_from_above(f->store, 8, 2), TZ_OK);
    assert_int_equal(tz_store_add_from_above(f->store, 7, 3), TZ_OK);
    assert_int_equal(tz_store_add_from_above(f->store, 7, 4), TZ_OK);
    commit(f);
    snapshot(f);
    uint64_t sum = 0;
    assert_int_equal(tz_reader_from_above(f->reader, 7, sum_positions, &sum), TZ_OK);
    assert_int_equal(sum, 431);
    sum = 0;
    assert_int_equal(tz_reader_from_above(f->reader, 7, two_positions, &sum), 77);
    assert_int_equal(sum, 43);
    sum = 0;
    assert_int_equal(tz_reader_from_above(f->reader, 9, sum_positions, &sum), TZ_OK);
    assert_int_equal(sum, 0);
}

static int see_outline(void *ctx, const struct tz_entry *e)
{
    uint64_t *next = ctx;
    static const size_t length[] = {4, TZ_OUTLINE_BODY - 1, TZ_OUTLINE_BODY, TZ_OUTLINE_BODY,
                                    TZ_OUTLINE_BODY};
    assert_int_equal(e->position, (*next)++);
    assert_int_equal(e->header.len, 6);
    assert_int_equal(e->body.len, length[e->position - 1]);
    assert_memory_equal(e->body.data, "body", 4);
    assert_int_equal(e->private_.len, 0);
    assert_int_equal(e->salt.len, 0);
    return *next == 6 ? 77 : 0;
}

static void an_outline_has_the_beginnings_of_bodies(void **state)
{
    struct fixture *f = *state;
    static const size_t length[] = {4, TZ_OUTLINE_BODY - 1, TZ_OUTLINE_BODY, TZ_OUTLINE_BODY + 1, 60000, 4};
    static char body[60001];
    begin(f);
    for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
        memset(body, 'x', length[i]);
        memcpy(body, "body", 4);
        body[length[i]] = '\0';
        append(f, body, i % 2 ? "private" : NULL);
    }
    commit(f);
    snapshot(f);
    uint64_t next = 1;
    assert_int_equal(tz_reader_outline(f->reader, 1, see_outline, &next), 77);
    next = 3;
    assert_int_equal(tz_reader_outline(f->reader, 3, see_outline, &next), 77);
    assert_int_equal(tz_reader_outline(f->reader, 7, see_outline, &next), TZ_OK);
}

static int see_row(void *ctx, const struct tz_table_row *row)
{
    struct seen *s = ctx;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%u:%.*s>%u:%.*s@%llu=%llu ", row->key.committee,
             (int)row->key.key_len, row->key.key, row->whole.committee, (int)row->whole.key_len,
             row->whole.key ? row->whole.key : "", (unsigned long long)row->head.revision,
             (unsigned long long)row->head.position);
    return 0;
}

static int see_text(void *ctx, const char *text)
{
    (void)text;
    ++*(int *)ctx;
    return 0;
}

static void tables_are_shown_as_they_are(void **state)
{
    struct fixture *f = *state;
    struct tz_record_key k = key_of(1, 1, 20170101, "k"), w = key_of(2, 1, 20170101, "w");
    begin(f);
    put(f, k, "1", true);
    put(f, k, "2", false);
    assert_int_equal(tz_store_set_part(f->store, &k, NULL, &w), TZ_OK);
    assert_int_equal(tz_store_set_committee(f->store, 9, 1, 1), TZ_OK);
    assert_int_equal(tz_store_set_committee(f->store, 9, 2, 2), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_SET, "s", 1, 2), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_KEY, "x", 3, 1), TZ_OK);
    assert_int_equal(tz_store_set_named(f->store, TZ_NAMED_INVITATION, "i", 2, 1), TZ_OK);
    assert_int_equal(tz_store_add_from_above(f->store, 5, 2), TZ_OK);
    commit(f);
    snapshot(f);
    struct seen s = {0};
    for (int table = TZ_TABLE_HEADS; table <= TZ_TABLE_FROM_ABOVE; table++)
        assert_int_equal(tz_reader_rows(f->reader, (enum tz_table)table, see_row, &s), TZ_OK);
    assert_string_equal(s.text, "1:k>0:@2=2 1:k>0:@1=1 1:k>2:w@0=0 9:>0:@2=2 9:>0:@1=1 0:s>0:@1=2 0:x>0:@3=1 "
                                "0:i>0:@2=1 5:>0:@0=2 ");
    int findings = 0;
    assert_int_equal(tz_reader_integrity(f->reader, TZ_INTEGRITY_QUICK, see_text, &findings), TZ_OK);
    assert_int_equal(tz_reader_integrity(f->reader, TZ_INTEGRITY_FULL, see_text, &findings), TZ_OK);
    assert_int_equal(findings, 0);
}

static void reopening_keeps_what_was_committed(void **state)
{
    struct fixture *f = *state;
    struct tz_record_key k = key_of(1, 1, 20170101, "k");
    struct tz_head h;
    begin(f);
    put(f, k, "1", true);
    commit(f);
    struct tz_store_info before = tz_store_info(f->store);
    assert_int_equal(tz_store_reopen(f->store), TZ_OK);
    struct tz_store_info after = tz_store_info(f->store);
    assert_int_equal(after.position, 1);
    assert_memory_equal(after.registry_id, before.registry_id, sizeof after.registry_id);
    assert_int_equal(tz_store_head(f->store, &k, &h), TZ_OK);
    assert_int_equal(h.revision, 1);
    begin(f);
    put(f, k, "2", true);
    commit(f);
    tz_store_checkpoint(f->store, false);
    tz_store_checkpoint(f->store, true);
    assert_int_equal(snapshot(f), 2);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, SETUP, teardown)
#define ALL                                                                                                  \
    EACH(new_store_is_empty), EACH(entries_come_back), EACH(erased_entries_keep_all_but_private_bytes),      \
        EACH(positions_leave_no_gap), EACH(rollback_leaves_nothing), EACH(revisions_keep_their_positions),   \
        EACH(wrong_calls_are_refused), EACH(parts_are_found_by_committee),                                   \
        EACH(committees_and_sets_have_current_entries), EACH(heads_are_visited_in_order),                    \
        EACH(visits_stop_and_go_on), EACH(journal_and_lists_are_visited),                                    \
        EACH(what_came_from_above_is_visited_from_its_end), EACH(an_outline_has_the_beginnings_of_bodies),   \
        EACH(tables_are_shown_as_they_are), EACH(reopening_keeps_what_was_committed)

int main(void)
{
#define SETUP setup_file
    const struct CMUnitTest file[] = {ALL};
#undef SETUP
#define SETUP setup_memory
    const struct CMUnitTest memory[] = {ALL};
#undef SETUP
    int failed = cmocka_run_group_tests_name("sqlite file", file, NULL, NULL);
    failed += cmocka_run_group_tests_name("sqlite memory", memory, NULL, NULL);
    return failed;
}
