/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/schema/enums.h"
#include "common/schema/label.h"

/* Members that the word names. */
static size_t read_word(const struct tz_enum *e, const char *folded, uint32_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < e->count; i++) {
        const struct tz_member *m = &e->members[i];
        if (max && (tz_label_is(m->zh, folded) || tz_label_is(m->name, folded))) {
            out[0] = m->number;
            return 1;
        }
    }
    for (size_t i = 0; i < e->count && n < max; i++)
        if (tz_label_in(e->members[i].aliases, folded))
            out[n++] = e->members[i].number;
    return n;
}

size_t tz_enum_read(const struct tz_enum *e, const char *s, size_t len, uint32_t *out, size_t max)
{
    char folded[TZ_LABEL_SIZE];
    if (!tz_label_fold(folded, s, len))
        return 0;
    size_t n = read_word(e, folded, out, max);
    size_t digits = strspn(folded, "0123456789");
    if (n || !max || !digits || digits > 9)
        return n;
    uint32_t number = 0;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (uint32_t)(folded[i] - '0');
    if (!tz_member_find(e, number))
        return 0;
    /* 0503 生态环保: the number, and the label for the eye */
    if (folded[digits] && (read_word(e, folded + digits, out, 1) != 1 || out[0] != number))
        return 0;
    out[0] = number;
    return 1;
}
