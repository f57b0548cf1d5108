/* SPDX-License-Identifier: Apache-2.0
 *
 * From a cell to a field.
 */
#include <string.h>

#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/codes/identity.h"
#include "common/schema/label.h"
#include "common/schema/record_access.h"
#include "common/schema/record_input.h"

/* Codes, dates and the like are short; what is longer is none. */
enum { SHORT_CELL = 64 };

static bool is_dash(const char *s, size_t len, size_t *n)
{
    static const char *const dashes[] = {"-", "－", "—", "–", "―", "─", "﹣", "−"};
    for (size_t i = 0; i < sizeof dashes / sizeof dashes[0]; i++) {
        *n = strlen(dashes[i]);
        if (*n <= len && memcmp(s, dashes[i], *n) == 0)
            return true;
    }
    return false;
}

bool tz_cell_states_nothing(const struct tz_field *f, const char *cell, size_t len)
{
    tz_text_trim(&cell, &len);
    size_t i = 0, n;
    while (i < len && is_dash(cell + i, len - i, &n))
        i += n;
    if (i == len) /* blank too */
        return true;
    if ((len == 1 && *cell == '/') || (len == strlen("／") && memcmp(cell, "／", len) == 0))
        return true;
    uint32_t number;
    bool is_none = len == strlen("无") && memcmp(cell, "无", len) == 0;
    return is_none && !(f && f->list && tz_enum_read(f->list, cell, len, &number, 1));
}

/* The setters below take the address of the member that the row describes: what it points to is of the row's
 * type. */

static tz_code set_string(void *member, const char *s, size_t len, struct tz_arena *arena)
{
    char *copy = tz_arena_strndup(arena, s, len);
    if (!copy)
        return TZ_CODE(INTERNAL);
    *(char **)member = copy;
    return TZ_CODE(OK);
}

/* Lines end with \n, tabs are blanks: spreadsheets hold others. */
static tz_code set_text(void *member, const char *s, size_t len, struct tz_arena *arena)
{
    char *copy = tz_arena_alloc(arena, len + 1);
    if (!copy)
        return TZ_CODE(INTERNAL);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\r' && i + 1 < len && s[i + 1] == '\n')
            continue;
        copy[n++] = s[i] == '\r' ? '\n' : s[i] == '\t' ? ' ' : s[i];
    }
    copy[n] = '\0';
    if (memchr(copy, '\0', n) || !tz_text_valid(copy, n, NULL))
        return TZ_CODE(BAD_TEXT);
    *(char **)member = copy;
    return TZ_CODE(OK);
}

static tz_code set_number(void *member, const struct tz_field *f, const char *s, size_t len)
{
    uint32_t numbers[2];
    if (tz_enum_read(f->list, s, len, numbers, 2) != 1)
        return TZ_CODE(UNKNOWN_VALUE);
    *(uint32_t *)member = numbers[0];
    return TZ_CODE(OK);
}

static tz_code set_yesno(void *member, const char *s, size_t len)
{
    static const struct {
        const char *word;
        uint32_t number;
    } words[] = {{"是", TZ_YES}, {"yes", TZ_YES}, {"1", TZ_YES}, {"否", TZ_NO}, {"no", TZ_NO}, {"0", TZ_NO}};
    char folded[TZ_LABEL_SIZE];
    tz_label_fold(folded, s, len);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(folded, words[i].word) == 0) {
            *(uint32_t *)member = words[i].number;
            return TZ_CODE(OK);
        }
    }
    return TZ_CODE(BAD_YESNO);
}

static tz_code set_permille(void *member, const struct tz_field *f, const char *s, size_t len,
                            const char *header_unit, struct tz_arena *arena)
{
    uint32_t value;
    if (!tz_permille_read(s, len, f->flags & TZ_F_SCORE, header_unit, &value))
        return TZ_CODE(BAD_PERMILLE);
    Taizhang__V1__Permille *p = tz_arena_alloc(arena, sizeof *p);
    if (!p)
        return TZ_CODE(INTERNAL);
    taizhang__v1__permille__init(p);
    p->value = value;
    *(Taizhang__V1__Permille **)member = p;
    return TZ_CODE(OK);
}

/* Dates, codes and USCCs: full-width digits folded, letters of a USCC in capitals. */
static tz_code set_short(void *member, const struct tz_field *f, const char *s, size_t len,
                         struct tz_arena *arena)
{
    char text[SHORT_CELL + 1], date[11];
    bool fits = len <= SHORT_CELL;
    size_t n = fits ? tz_text_fold(text, s, len) : 0;
    switch (f->type) {
    case TZ_TYPE_DATE:
        if (!fits || !tz_date_read(text, n, date))
            return TZ_CODE(BAD_DATE);
        return set_string(member, date, strlen(date), arena);
    case TZ_TYPE_CODE:
        if (!fits || n >= TZ_CODE_SIZE || !tz_code_valid(text, n))
            return TZ_CODE(BAD_CODE);
        break;
    default:
        for (size_t i = 0; i < n; i++)
            if (text[i] >= 'a' && text[i] <= 'z')
                text[i] = (char)(text[i] - 'a' + 'A');
        if (!fits || !tz_uscc_valid(text, n))
            return TZ_CODE(BAD_USCC);
    }
    return set_string(member, text, n, arena);
}

static tz_code set_ref(void *member, const char *s, size_t len, struct tz_arena *arena)
{
    struct tz_address a;
    struct tz_error e;
    char text[TZ_ADDRESS_SIZE];
    if (tz_address_read(s, len, &a, &e) != TZ_OK)
        return e.code == TZ_CODE(RESIDENT_ID) ? e.code : TZ_CODE(BAD_REF);
    tz_address_format(&a, text);
    return set_string(member, text, strlen(text), arena);
}

static int set_quantity(void *member, const struct tz_field *f, const char *s, size_t len,
                        const char *header_unit, struct tz_arena *arena, struct tz_error *e)
{
    struct tz_quantity read;
    if (tz_quantity_read(s, len, f->unit, header_unit, &read, e) != TZ_OK) {
        tz_text_copy(e->field, sizeof e->field, f->name, strlen(f->name), sizeof e->field);
        return TZ_EINVAL;
    }
    Taizhang__V1__Quantity *q = tz_arena_alloc(arena, sizeof *q);
    char *written = tz_arena_strndup(arena, read.written, strlen(read.written));
    if (!q || !written) {
        tz_error_setn(e, TZ_CODE(INTERNAL), f->name, s, len);
        return TZ_EINVAL;
    }
    taizhang__v1__quantity__init(q);
    q->value = read.value;
    q->qualifier = read.qualifier;
    q->written = written;
    *(Taizhang__V1__Quantity **)member = q;
    return TZ_OK;
}

int tz_record_set(struct tz_record *r, const struct tz_field *f, const char *cell, size_t len,
                  const char *header_unit, struct tz_arena *arena, struct tz_error *e)
{
    char bad[TZ_BAD_SIZE] = "";
    tz_code code = TZ_CODE(UNKNOWN_FIELD);
    void *member = tz_record_member(r, f);
    if (!member) {
        tz_error_setn(e, code, f->name, cell, len);
        return TZ_EINVAL;
    }
    switch (f->type) {
    case TZ_TYPE_QUANTITY:
        return set_quantity(member, f, cell, len, header_unit, arena, e);
    case TZ_TYPE_TEXT:
        code = set_text(member, cell, len, arena);
        break;
    case TZ_TYPE_TEXTS:
    case TZ_TYPE_ENUMS:
    case TZ_TYPE_REFS:
        code = tz_list_read(f, cell, len, arena, member, bad);
        break;
    case TZ_TYPE_ENUM:
        code = set_number(member, f, cell, len);
        break;
    case TZ_TYPE_YESNO:
        code = set_yesno(member, cell, len);
        break;
    case TZ_TYPE_PERMILLE:
        code = set_permille(member, f, cell, len, header_unit, arena);
        break;
    case TZ_TYPE_DATE:
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
        code = set_short(member, f, cell, len, arena);
        break;
    case TZ_TYPE_REF:
        code = set_ref(member, cell, len, arena);
        break;
    case TZ_TYPE_ATTACHMENTS:
    case TZ_TYPE_EXTRA:
    case TZ_TYPE_KEY:
    case TZ_TYPE_PERIOD:
        break; /* not made from a cell */
    }
    if (code == TZ_CODE(OK))
        return TZ_OK;
    tz_error_setn(e, code, f->name, *bad ? bad : cell, *bad ? strlen(bad) : len);
    return TZ_EINVAL;
}
