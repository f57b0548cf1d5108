/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/header.h"

#include <string.h>

#include "common/base/text.h"
#include "common/schema/label.h"

static bool field_is(const struct tz_field *f, const char *folded)
{
    return tz_label_is(f->zh, folded) || tz_label_is(f->name, folded) || tz_label_is(f->en, folded) ||
           tz_label_in(f->aliases, folded);
}

/* Labels before aliases: a kind's alias never hides another field's own label. */
static const struct tz_field *find(const struct tz_kind_info *kind, const char *folded)
{
    const struct tz_field *f;
    for (size_t i = 0; (f = tz_field_at(kind, i)); i++)
        if (tz_label_is(f->zh, folded) || tz_label_is(f->name, folded))
            return f;
    for (size_t i = 0; (f = tz_field_at(kind, i)); i++)
        if (field_is(f, folded))
            return f;
    return NULL;
}

static bool take_end(const char *s, size_t *len, const char *word)
{
    size_t n = strlen(word);
    if (*len < n || memcmp(s + *len - n, word, n) != 0)
        return false;
    *len -= n;
    return true;
}

/* The last place of the word in s, or NULL. */
static char *find_last(char *s, const char *word)
{
    char *last = NULL;
    for (char *at = strstr(s, word); at; at = strstr(at + 1, word))
        last = at;
    return last;
}

bool tz_header_split_unit(char *folded, char **unit)
{
    static const char *const brackets[][2] = {{"(", ")"}, {"[", "]"}, {"【", "】"}};
    size_t len = strlen(folded);
    for (size_t i = 0; i < sizeof brackets / sizeof brackets[0]; i++) {
        char *open = find_last(folded, brackets[i][0]);
        if (!open || open == folded || !take_end(folded, &len, brackets[i][1]))
            continue;
        folded[len] = '\0';
        *open = '\0';
        *unit = open + strlen(brackets[i][0]);
        return true;
    }
    char *slash = strrchr(folded, '/');
    if (!slash || slash == folded)
        return false;
    *slash = '\0';
    *unit = slash + 1;
    return true;
}

/* Words in brackets that are no unit: what templates say about a column. */
static bool is_remark(const char *s)
{
    static const char *const remarks[] = {"必填", "选填", "可选", "可不填", "required", "optional"};
    for (size_t i = 0; i < sizeof remarks / sizeof remarks[0]; i++)
        if (strcmp(s, remarks[i]) == 0)
            return true;
    return false;
}

static bool takes_unit(const struct tz_field *f)
{
    return f->type == TZ_TYPE_QUANTITY || f->type == TZ_TYPE_PERMILLE;
}

bool tz_header_unit(const struct tz_field *field, const char *found, char unit[TZ_HEADER_UNIT_SIZE])
{
    static const char *const leads[] = {"单位:", "单位"};
    unit[0] = '\0';
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
        if (strncmp(found, leads[i], strlen(leads[i])) == 0)
            found += strlen(leads[i]);
    if (!takes_unit(field) || is_remark(found))
        return true;
    if (strlen(found) >= TZ_HEADER_UNIT_SIZE)
        return false;
    memcpy(unit, found, strlen(found) + 1);
    return true;
}

bool tz_header_match(const struct tz_kind_info *kind, const char *text, size_t len,
                     const struct tz_field **field, char unit[TZ_HEADER_UNIT_SIZE])
{
    char folded[TZ_LABEL_SIZE], *found;
    unit[0] = '\0';
    if (!tz_label_fold(folded, text, len))
        return false;
    *field = find(kind, folded);
    if (*field)
        return true;
    if (!tz_header_split_unit(folded, &found))
        return false;
    *field = find(kind, folded);
    return *field && tz_header_unit(*field, found, unit);
}

enum { POINTS = 48 };

/* Code points of a folded label; what is longer is cut. */
static size_t points(const char *folded, uint32_t out[POINTS])
{
    size_t n = 0, len = strlen(folded);
    for (size_t i = 0; i < len && n < POINTS; n++) {
        size_t step = tz_utf8_decode(folded + i, len - i, &out[n]);
        i += step ? step : 1;
    }
    return n;
}

/* Levenshtein's distance, one row at a time. */
static size_t distance(const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    size_t row[POINTS + 1];
    for (size_t j = 0; j <= bn; j++)
        row[j] = j;
    for (size_t i = 1; i <= an; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= bn; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = change < least ? change : least;
        }
    }
    return row[bn];
}

/* Changes per 1,000 characters of the longer text; 1,000: nothing in common. */
static size_t difference(const uint32_t *a, size_t an, const char *label, size_t label_len)
{
    char folded[TZ_LABEL_SIZE];
    uint32_t b[POINTS];
    size_t bn = tz_label_fold(folded, label, label_len) ? points(folded, b) : 0;
    size_t longer = an > bn ? an : bn;
    return longer ? 1000 * distance(a, an, b, bn) / longer : 1000;
}

size_t tz_header_difference(const char *a, size_t alen, const char *b, size_t blen)
{
    char folded[TZ_LABEL_SIZE];
    uint32_t p[POINTS];
    size_t n = tz_label_fold(folded, a, alen) ? points(folded, p) : 0;
    return difference(p, n, b, blen);
}

static size_t field_difference(const struct tz_field *f, const uint32_t *a, size_t an)
{
    size_t least = difference(a, an, f->zh, strlen(f->zh));
    size_t other = difference(a, an, f->name, strlen(f->name));
    const char *aliases = f->aliases, *alias;
    size_t len;
    least = other < least ? other : least;
    while (tz_alias_next(&aliases, &alias, &len)) {
        other = difference(a, an, alias, len);
        least = other < least ? other : least;
    }
    return least;
}

size_t tz_header_nearest(const struct tz_kind_info *kind, const char *text, size_t len,
                         const struct tz_field *out[TZ_HEADER_NEAREST])
{
    enum { FAR = 700 };
    char folded[TZ_LABEL_SIZE];
    uint32_t a[POINTS];
    size_t found = 0, differences[TZ_HEADER_NEAREST];
    size_t an = tz_label_fold(folded, text, len) ? points(folded, a) : 0;
    const struct tz_field *f;
    for (size_t i = 0; an && (f = tz_field_at(kind, i)); i++) {
        size_t d = field_difference(f, a, an), at = found;
        if (d > FAR)
            continue;
        while (at && differences[at - 1] > d)
            at--;
        if (at == TZ_HEADER_NEAREST)
            continue;
        if (found < TZ_HEADER_NEAREST)
            found++;
        for (size_t j = found - 1; j > at; j--) {
            out[j] = out[j - 1];
            differences[j] = differences[j - 1];
        }
        out[at] = f;
        differences[at] = d;
    }
    return found;
}
