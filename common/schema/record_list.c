/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells that hold a list: separators, the trailing 等, and the three list messages.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "common/schema/enums.h"
#include "common/schema/record_input.h"

static const char *const text_separators[] = {";", "；", "\n", "\r", NULL};
static const char *const enum_separators[] = {";", "；", "\n", "\r", "、", ",", "，", NULL};

/* Length of the separator at s, 0 for none. */
static size_t separator(const char *const *separators, const char *s, size_t len)
{
    for (; *separators; separators++) {
        size_t n = strlen(*separators);
        if (n <= len && memcmp(s, *separators, n) == 0)
            return n;
    }
    return 0;
}

struct cursor {
    const char *at;
    const char *end;
    const char *const *separators;
};

/* The next item that is not blank, trimmed. */
static bool next_item(struct cursor *c, const char **item, size_t *len)
{
    while (c->at < c->end) {
        const char *s = c->at;
        size_t gap = 0;
        while (s < c->end && !(gap = separator(c->separators, s, (size_t)(c->end - s))))
            s++;
        *item = c->at;
        *len = (size_t)(s - c->at);
        c->at = s + gap;
        tz_text_trim(item, len);
        if (*len)
            return true;
    }
    return false;
}

static bool ends_with(const char *s, size_t len, const char *word)
{
    size_t n = strlen(word);
    return len >= n && memcmp(s + len - n, word, n) == 0;
}

/* Words of which 等 is a part. */
static bool ends_in_word(const char *s, size_t len)
{
    static const char *const words[] = {"平等", "同等", "均等", "对等", "相等",
                                        "高等", "中等", "初等", "优等", "上等"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (ends_with(s, len, words[i]))
            return true;
    return false;
}

/* Takes the trailing 等 off: 平等等 leaves 平等. */
static bool take_more(const char *s, size_t *len)
{
    bool more = false;
    while (ends_with(s, *len, "等") && !ends_in_word(s, *len)) {
        *len -= strlen("等");
        more = true;
    }
    return more;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void *new_list(const ProtobufCMessageDescriptor *desc, struct tz_arena *arena)
{
    ProtobufCMessage *msg = tz_arena_alloc(arena, desc->sizeof_message);
    if (msg)
        protobuf_c_message_init(desc, msg);
    return msg;
}

/* At most this many members of one list, whatever a cell names. */
enum { MEMBERS_MAX = 128 };

static tz_code read_enums(const struct tz_field *f, struct cursor *c, bool more, struct tz_arena *arena,
                          void **out, char bad[TZ_BAD_SIZE])
{
    uint32_t values[MEMBERS_MAX];
    size_t n = 0, len;
    const char *item;
    while (next_item(c, &item, &len)) {
        uint32_t numbers[4];
        size_t found = tz_enum_read(f->list, item, len, numbers, 4);
        if (!found) {
            tz_text_copy(bad, TZ_BAD_SIZE, item, len, TZ_BAD_SIZE);
            return TZ_CODE(UNKNOWN_VALUE);
        }
        for (size_t i = 0; i < found; i++) {
            bool seen = false;
            for (size_t j = 0; j < n; j++)
                seen |= values[j] == numbers[i];
            if (!seen && n < MEMBERS_MAX)
                values[n++] = numbers[i];
        }
    }
    if (!n)
        return TZ_CODE(EMPTY_LIST);
    qsort(values, n, sizeof values[0], by_number);
    Taizhang__V1__EnumList *list = new_list(&taizhang__v1__enum_list__descriptor, arena);
    if (!list || !(list->values = tz_arena_dup(arena, values, n * sizeof values[0])))
        return TZ_CODE(INTERNAL);
    list->n_values = n;
    list->more = more;
    *out = list;
    return TZ_CODE(OK);
}

/* One item of a text or reference list, as it is stored; NULL with the code. */
static char *read_item(const struct tz_field *f, const char *item, size_t len, struct tz_arena *arena,
                       tz_code *code)
{
    char address[TZ_ADDRESS_SIZE];
    *code = TZ_CODE(OK);
    if (f->type == TZ_TYPE_REFS) {
        struct tz_address a;
        struct tz_error e;
        if (tz_address_read(item, len, &a, &e) != TZ_OK) {
            *code = e.code == TZ_CODE(RESIDENT_ID) ? e.code : TZ_CODE(BAD_REF);
            return NULL;
        }
        tz_address_format(&a, address);
        item = address;
        len = strlen(address);
    } else if (!tz_text_valid(item, len, NULL)) {
        *code = TZ_CODE(BAD_TEXT);
        return NULL;
    }
    char *copy = tz_arena_strndup(arena, item, len);
    if (!copy)
        *code = TZ_CODE(INTERNAL);
    return copy;
}

/* TextList and RefList have the same members in the same places (checked below). */
static tz_code read_texts(const struct tz_field *f, struct cursor *c, bool more, struct tz_arena *arena,
                          void **out, char bad[TZ_BAD_SIZE])
{
    _Static_assert(offsetof(Taizhang__V1__TextList, values) == offsetof(Taizhang__V1__RefList, values) &&
                       offsetof(Taizhang__V1__TextList, n_values) ==
                           offsetof(Taizhang__V1__RefList, n_values) &&
                       offsetof(Taizhang__V1__TextList, more) == offsetof(Taizhang__V1__RefList, more),
                   "lists of strings are alike");
    const char *item;
    size_t len, n = 0;
    struct cursor again = *c;
    while (next_item(&again, &item, &len))
        n++;
    if (!n)
        return TZ_CODE(EMPTY_LIST);
    Taizhang__V1__TextList *list = new_list(f->type == TZ_TYPE_REFS ? &taizhang__v1__ref_list__descriptor
                                                                    : &taizhang__v1__text_list__descriptor,
                                            arena);
    if (!list || !(list->values = tz_arena_alloc(arena, n * sizeof *list->values)))
        return TZ_CODE(INTERNAL);
    for (size_t i = 0; i < n && next_item(c, &item, &len); i++) {
        tz_code code;
        if (!(list->values[i] = read_item(f, item, len, arena, &code))) {
            tz_text_copy(bad, TZ_BAD_SIZE, item, len, TZ_BAD_SIZE);
            return code;
        }
    }
    list->n_values = n;
    list->more = more;
    *out = list;
    return TZ_CODE(OK);
}

tz_code tz_list_read(const struct tz_field *f, const char *cell, size_t len, struct tz_arena *arena,
                     void **out, char bad[TZ_BAD_SIZE])
{
    bool enums = f->type == TZ_TYPE_ENUMS;
    tz_text_trim(&cell, &len);
    tz_text_copy(bad, TZ_BAD_SIZE, cell, len, TZ_BAD_SIZE);
    bool more = take_more(cell, &len);
    struct cursor c = {cell, cell + len, enums ? enum_separators : text_separators};
    return enums ? read_enums(f, &c, more, arena, out, bad) : read_texts(f, &c, more, arena, out, bad);
}
