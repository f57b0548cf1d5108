/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/sheet/row_index.h"

#define A "110000/project/2017/"
#define B "110000/project/2018/"

static struct tz_row_meaning titled(const char *title, const char *content)
{
    return (struct tz_row_meaning){.name = title,
                                   .titled = true,
                                   .sign = title,
                                   .sign_len = strlen(title),
                                   .content = content,
                                   .content_len = strlen(content)};
}

static void hash_of(const char *text, uint8_t hash[TZ_SHA256_SIZE])
{
    tz_sha256(hash, text, strlen(text), NULL, 0);
}

/* A row; key NULL: its number follows from title and content. */
static void add(struct tz_row_index *x, size_t number, const char *scope, const char *key, const char *title,
                const char *content)
{
    uint8_t hash[TZ_SHA256_SIZE];
    char both[256];
    snprintf(both, sizeof both, "%s\n%s", title, content);
    hash_of(both, hash);
    assert_int_equal(tz_row_index_add(x, &(struct tz_indexed_row){.number = number,
                                                                  .scope = scope,
                                                                  .key = key,
                                                                  .hash = hash,
                                                                  .meaning = titled(title, content)}),
                     TZ_OK);
}

static void former(struct tz_row_index *x, const char *scope, const char *key, const char *title,
                   const char *content)
{
    struct tz_former f = {.scope = scope, .key = key, .meaning = titled(title, content)};
    assert_int_equal(tz_row_index_former(x, &f, false), TZ_OK);
}

static void later(struct tz_row_index *x, const char *scope, const char *key, const char *title,
                  const char *content)
{
    struct tz_former f = {.scope = scope, .key = key, .meaning = titled(title, content)};
    assert_int_equal(tz_row_index_former(x, &f, true), TZ_OK);
}

static const char *key_of(struct tz_row_index *x, size_t number)
{
    static char key[TZ_GIVEN_KEY_SIZE];
    assert_int_equal(tz_row_index_key(x, number, key), TZ_OK);
    return key;
}

static void made(const char *title, const char *content, uint32_t ordinal, char out[TZ_GIVEN_KEY_SIZE])
{
    uint8_t hash[TZ_SHA256_SIZE];
    char both[256];
    snprintf(both, sizeof both, "%s\n%s", title, content);
    hash_of(both, hash);
    tz_number_key(hash, ordinal, out);
}

#define HOLDS(x, address, wanted)                                                                            \
    do {                                                                                                     \
        bool is_held;                                                                                        \
        assert_int_equal(tz_row_index_holds(x, address, &is_held), TZ_OK);                                   \
        assert_int_equal(is_held, wanted);                                                                   \
    } while (0)

static void numbers_follow_from_the_rows(void **state)
{
    (void)state;
    char one[TZ_GIVEN_KEY_SIZE], two[TZ_GIVEN_KEY_SIZE], address[256];
    struct tz_row_index *x = tz_row_index_new();
    assert_non_null(x);
    made("甲", "1", 1, one);
    made("甲", "1", 2, two);
    add(x, 2, A, NULL, "甲", "1");
    add(x, 3, A, "X01", "丙", "3");
    add(x, 4, A, NULL, "乙", "2");
    add(x, 7, A, NULL, "甲", "1"); /* says the same as row 2 */
    add(x, 8, B, NULL, "甲", "1"); /* in another period it is the first */
    add(x, 9, "", NULL, "丁", "4");
    assert_int_equal(tz_row_index_number(x), TZ_OK);
    assert_int_equal(tz_row_index_given(x), 5);
    assert_string_equal(key_of(x, 1), "");
    assert_string_equal(key_of(x, 2), one);
    assert_string_equal(key_of(x, 3), "");
    assert_true(tz_number_given(key_of(x, 4)));
    assert_string_equal(key_of(x, 7), two);
    assert_string_equal(key_of(x, 8), one);
    assert_true(tz_number_given(key_of(x, 9)));
    assert_string_equal(key_of(x, 10), "");
    assert_string_equal(key_of(x, 2), one); /* from the top again */
    snprintf(address, sizeof address, "%s%s", A, one);
    HOLDS(x, address, true);
    HOLDS(x, A "X01", true);
    HOLDS(x, B "X01", false);
    tz_row_index_free(x);
}

/* A numbered row was copied and its number cleared: the copy is another record. */
static void a_number_in_use_is_not_given_again(void **state)
{
    (void)state;
    char one[TZ_GIVEN_KEY_SIZE], two[TZ_GIVEN_KEY_SIZE];
    struct tz_row_index *x = tz_row_index_new();
    made("甲", "1", 1, one);
    made("甲", "1", 2, two);
    add(x, 2, A, NULL, "甲", "1");
    add(x, 3, A, one, "甲", "1");
    assert_int_equal(tz_row_index_number(x), TZ_OK);
    assert_string_equal(key_of(x, 2), two);
    tz_row_index_free(x);
}

static int keep_scope(void *ctx, const char *scope, size_t addresses)
{
    char *out = ctx;
    sprintf(out + strlen(out), "%s:%zu|", scope, addresses);
    return TZ_OK;
}

static void counts_addresses_by_scope(void **state)
{
    (void)state;
    char out[256] = "";
    struct tz_row_index *x = tz_row_index_new();
    bool is_new;
    assert_int_equal(tz_row_index_scope(x, B, &is_new), TZ_OK);
    assert_true(is_new);
    add(x, 2, B, "X01", "甲", "1");
    assert_int_equal(tz_row_index_scope(x, B, &is_new), TZ_OK);
    assert_false(is_new);
    add(x, 3, A, "X01", "甲", "1");
    add(x, 4, A, "X01", "甲", "1"); /* repeated */
    add(x, 5, A, NULL, "乙", "1");
    add(x, 6, "", "X05", "乙", "1");
    assert_int_equal(tz_row_index_number(x), TZ_OK);
    assert_int_equal(tz_row_index_scopes(x, keep_scope, out), TZ_OK);
    assert_string_equal(out, A ":2|" B ":1|");
    tz_row_index_free(x);
}

/* --- shifted rows --- */

struct shown {
    char text[1024];
};

static void keep_shift(void *ctx, const struct tz_row_shift *s)
{
    struct shown *shown = ctx;
    size_t n = strlen(shown->text);
    snprintf(shown->text + n, sizeof shown->text - n, "%zu %s %s>%s|", s->number, s->key, s->before, s->now);
}

static struct tz_row_shifts shifts_of(struct tz_row_index *x, struct shown *shown)
{
    struct tz_row_shifts s;
    memset(shown, 0, sizeof *shown);
    assert_int_equal(tz_row_index_number(x), TZ_OK);
    assert_int_equal(tz_row_index_shifts(x, &s, 3, keep_shift, shown), TZ_OK);
    return s;
}

static void finds_shifted_rows(void **state)
{
    (void)state;
    struct shown shown;
    struct tz_row_index *x = tz_row_index_new();
    static const char *const names[] = {"甲", "乙", "丙", "丁", "戊"};
    char key[8];
    for (size_t i = 0; i < 5; i++) {
        snprintf(key, sizeof key, "X%zu", i);
        former(x, A, key, names[i], names[i]);
        /* a row was inserted at X1, and the keys were filled down again */
        add(x, i + 2, A, key, i == 0 ? "甲" : i == 1 ? "新" : names[i - 1], "-");
    }
    add(x, 7, A, "X5", "戊", "-");
    struct tz_row_shifts s = shifts_of(x, &shown);
    assert_int_equal(s.known, 5);
    assert_int_equal(s.changed, 4);
    assert_int_equal(s.moved, 4);
    assert_string_equal(shown.text, "3 X1 乙>新|4 X2 丙>乙|5 X3 丁>丙|");
    tz_row_index_free(x);
}

/* The later row is refused: the file may be submitted again without being asked about it. */
static void a_repeated_number_is_no_shift(void **state)
{
    (void)state;
    struct shown shown;
    struct tz_row_index *x = tz_row_index_new();
    former(x, A, "X1", "甲", "1");
    add(x, 2, A, "X1", "甲", "1");
    add(x, 3, A, "X1", "乙", "1");
    struct tz_row_shifts s = shifts_of(x, &shown);
    assert_int_equal(s.known, 1);
    assert_int_equal(s.changed, 0);
    assert_int_equal(s.moved, 0);
    tz_row_index_free(x);
}

static void an_edit_is_no_shift(void **state)
{
    (void)state;
    struct shown shown;
    struct tz_row_index *x = tz_row_index_new();
    former(x, A, "X1", "甲", "1");
    former(x, A, "X2", "乙", "2");
    former(x, A, "X3", "同名", "3");
    former(x, A, "X4", "同名", "4");
    former(x, A, "X5", "己", "4");
    former(x, B, "X1", "庚", "4");
    add(x, 2, A, "X1", "甲", "9");   /* content alone */
    add(x, 3, A, "X2", "乙改", "2"); /* title alone */
    add(x, 4, A, "X3", "改名", "3"); /* the other one of that title is where it was */
    add(x, 5, A, "X4", "同名", "4");
    add(x, 6, A, "X6", "己", "4"); /* gone from X5, which the file does not have */
    add(x, 7, B, "X1", "甲", "4"); /* another period */
    former(x, B, "X2", "志愿服务", "5");
    add(x, 8, B, "X2", "志愿服务项目", "5"); /* a word more */
    struct tz_row_shifts s = shifts_of(x, &shown);
    assert_int_equal(s.known, 6);
    assert_int_equal(s.changed, 4);
    assert_int_equal(s.corrected, 1);
    assert_int_equal(s.moved, 0);
    tz_row_index_free(x);
}

/* Records without a title: many say the same apart from amounts, so that only all of it tells where one went.
 */
static void records_without_a_title_are_told_by_all_they_say(void **state)
{
    (void)state;
    struct shown shown;
    struct tz_row_index *x = tz_row_index_new();
    struct tz_row_meaning fu = {
        .name = "福彩", .sign = "福彩", .sign_len = 6, .content = "1", .content_len = 1};
    struct tz_row_meaning ti = {
        .name = "体彩", .sign = "体彩", .sign_len = 6, .content = "2", .content_len = 1};
    assert_int_equal(
        tz_row_index_former(x, &(struct tz_former){.scope = A, .key = "X1", .meaning = fu}, false), TZ_OK);
    assert_int_equal(
        tz_row_index_former(x, &(struct tz_former){.scope = A, .key = "X2", .meaning = ti}, false), TZ_OK);
    struct tz_row_meaning other = ti;
    other.content = "9";
    assert_int_equal(
        tz_row_index_add(x, &(struct tz_indexed_row){.number = 2, .scope = A, .key = "X1", .meaning = other}),
        TZ_OK);
    assert_int_equal(
        tz_row_index_add(x, &(struct tz_indexed_row){.number = 3, .scope = A, .key = "X2", .meaning = ti}),
        TZ_OK);
    struct tz_row_shifts s = shifts_of(x, &shown);
    assert_int_equal(s.changed, 1);
    assert_int_equal(s.moved, 0);
    tz_row_index_free(x);
    x = tz_row_index_new();
    assert_int_equal(
        tz_row_index_former(x, &(struct tz_former){.scope = A, .key = "X1", .meaning = fu}, false), TZ_OK);
    assert_int_equal(
        tz_row_index_add(x, &(struct tz_indexed_row){.number = 2, .scope = A, .key = "X1", .meaning = ti}),
        TZ_OK);
    assert_int_equal(
        tz_row_index_add(x, &(struct tz_indexed_row){.number = 3, .scope = A, .key = "X2", .meaning = fu}),
        TZ_OK);
    s = shifts_of(x, &shown);
    assert_int_equal(s.moved, 1);
    tz_row_index_free(x);
}

/* --- a state from before --- */

static void keep_renumbering(void *ctx, const struct tz_row_renumbering *r)
{
    char *out = ctx;
    sprintf(out + strlen(out), "%s:%zu %zu %zu|", r->scope, r->unknown, r->gone, r->back);
}

static const char *renumberings_of(struct tz_row_index *x)
{
    static char out[256];
    *out = '\0';
    assert_int_equal(tz_row_index_number(x), TZ_OK);
    assert_int_equal(tz_row_index_renumberings(x, keep_renumbering, out), TZ_OK);
    return out;
}

/* The file was numbered, with the rows 甲 and 乙. */
static struct tz_row_index *numbered_before(char first[TZ_GIVEN_KEY_SIZE], char second[TZ_GIVEN_KEY_SIZE])
{
    struct tz_row_index *x = tz_row_index_new();
    made("甲", "1", 1, first);
    made("乙", "2", 1, second);
    former(x, A, first, "甲", "1");
    former(x, A, second, "乙", "2");
    return x;
}

#define EXPECT_ALL_KNOWN(x, wanted)                                                                          \
    do {                                                                                                     \
        bool all;                                                                                            \
        assert_int_equal(tz_row_index_all_known(x, &all), TZ_OK);                                            \
        assert_int_equal(all, wanted);                                                                       \
    } while (0)

static void knows_a_file_from_before_it_was_numbered(void **state)
{
    (void)state;
    char one[TZ_GIVEN_KEY_SIZE], two[TZ_GIVEN_KEY_SIZE];
    struct tz_row_index *x = numbered_before(one, two);
    add(x, 2, A, NULL, "甲", "1");
    add(x, 3, A, NULL, "乙改", "2");
    assert_string_equal(renumberings_of(x), A ":1 1 0|");
    tz_row_index_free(x);

    x = numbered_before(one, two); /* the same again, and a row behind: nothing is gone */
    add(x, 2, A, NULL, "甲", "1");
    add(x, 3, A, NULL, "乙", "2");
    add(x, 4, A, NULL, "丙", "3");
    assert_string_equal(renumberings_of(x), A ":1 0 0|");
    EXPECT_ALL_KNOWN(x, false);
    tz_row_index_free(x);

    x = numbered_before(one, two); /* the record was changed since, under its number */
    later(x, A, two, "乙", "21");
    later(x, A, two, "乙", "22");
    add(x, 2, A, NULL, "甲", "1");
    add(x, 3, A, NULL, "乙", "2");
    assert_string_equal(renumberings_of(x), A ":0 0 1|");
    EXPECT_ALL_KNOWN(x, true);
    tz_row_index_free(x);

    x = numbered_before(one, two); /* or withdrawn */
    struct tz_former gone = {.scope = A, .key = two, .withdrawn = true};
    assert_int_equal(tz_row_index_former(x, &gone, true), TZ_OK);
    add(x, 2, A, NULL, "甲", "1");
    add(x, 3, A, NULL, "乙", "2");
    assert_string_equal(renumberings_of(x), A ":0 0 1|");
    tz_row_index_free(x);
}

static int keep_unknown(void *ctx, const char *scope, const char *key)
{
    char *out = ctx;
    sprintf(out + strlen(out), "%s%s|", scope, key);
    return TZ_OK;
}

static void names_given_numbers_that_are_not_known(void **state)
{
    (void)state;
    char one[TZ_GIVEN_KEY_SIZE], two[TZ_GIVEN_KEY_SIZE], third[TZ_GIVEN_KEY_SIZE], out[256] = "", wanted[256];
    struct tz_row_index *x = numbered_before(one, two);
    made("丙", "3", 1, third);
    add(x, 2, A, NULL, "甲", "1");
    add(x, 3, A, NULL, "丙", "3");
    add(x, 4, B, NULL, "丙", "3"); /* nothing is known of that period */
    assert_int_equal(tz_row_index_number(x), TZ_OK);
    assert_int_equal(tz_row_index_unknown(x, keep_unknown, out), TZ_OK);
    snprintf(wanted, sizeof wanted, A "%s|", third);
    assert_string_equal(out, wanted);
    tz_row_index_free(x);
}

static int keep_beyond(void *ctx, const char *address, uint64_t revision)
{
    char *out = ctx;
    sprintf(out + strlen(out), "%s:%llu|", address, (unsigned long long)revision);
    return TZ_OK;
}

static void keeps_what_is_beyond(void **state)
{
    (void)state;
    char out[256] = "";
    struct tz_row_index *x = tz_row_index_new();
    assert_int_equal(tz_row_index_beyond(x, B "X2", 3), TZ_OK);
    assert_int_equal(tz_row_index_beyond(x, A "X1", 1), TZ_OK);
    assert_int_equal(tz_row_index_visit_all_beyond(x, keep_beyond, out), TZ_OK);
    assert_string_equal(out, B "X2:3|" A "X1:1|");
    tz_row_index_free(x);
}

static void knows_the_numbered_file_itself(void **state)
{
    (void)state;
    char one[TZ_GIVEN_KEY_SIZE], two[TZ_GIVEN_KEY_SIZE];
    struct tz_row_index *x = numbered_before(one, two); /* a row deleted, another one inserted */
    add(x, 2, A, one, "甲", "1");
    add(x, 3, A, NULL, "丙", "3");
    assert_string_equal(renumberings_of(x), "");
    tz_row_index_free(x);

    x = numbered_before(one, two); /* another period */
    add(x, 2, B, NULL, "丙", "3");
    assert_string_equal(renumberings_of(x), "");
    tz_row_index_free(x);

    x = numbered_before(one, two); /* keys of one's own */
    add(x, 2, A, "X01", "丙", "3");
    assert_string_equal(renumberings_of(x), "");
    tz_row_index_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_from_the_rows),
        cmocka_unit_test(a_number_in_use_is_not_given_again),
        cmocka_unit_test(counts_addresses_by_scope),
        cmocka_unit_test(finds_shifted_rows),
        cmocka_unit_test(a_repeated_number_is_no_shift),
        cmocka_unit_test(an_edit_is_no_shift),
        cmocka_unit_test(records_without_a_title_are_told_by_all_they_say),
        cmocka_unit_test(knows_a_file_from_before_it_was_numbered),
        cmocka_unit_test(knows_the_numbered_file_itself),
        cmocka_unit_test(names_given_numbers_that_are_not_known),
        cmocka_unit_test(keeps_what_is_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
