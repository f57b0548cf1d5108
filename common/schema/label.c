/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/label.h"

#include <string.h>

#include "common/base/text.h"

size_t tz_label_fold(char out[TZ_LABEL_SIZE], const char *s, size_t len)
{
    char folded[2 * TZ_LABEL_SIZE];
    size_t used = 0;
    out[0] = '\0';
    if (len >= sizeof folded)
        return 0;
    size_t n = tz_text_fold(folded, s, len);
    for (size_t i = 0; i < n; i++) {
        char c = folded[i];
        if (c == ' ' || c == '_' || c == '*' || (c >= '\t' && c <= '\r'))
            continue;
        if (n - i > 1 && memcmp(folded + i, "\u00a0", 2) == 0) {
            i++;
            continue;
        }
        if (used + 1 == TZ_LABEL_SIZE) {
            out[0] = '\0';
            return 0;
        }
        out[used++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[used] = '\0';
    return used;
}

static bool folds_to(const char *s, size_t len, const char *folded)
{
    char form[TZ_LABEL_SIZE];
    return tz_label_fold(form, s, len) && strcmp(form, folded) == 0;
}

bool tz_label_is(const char *label, const char *folded)
{
    return folds_to(label, strlen(label), folded);
}

bool tz_alias_next(const char **at, const char **alias, size_t *len)
{
    if (!*at || !**at)
        return false;
    *alias = *at;
    *len = strcspn(*at, "|");
    *at += *len;
    if (**at)
        ++*at;
    return true;
}

bool tz_label_in(const char *aliases, const char *folded)
{
    const char *alias;
    size_t len;
    while (tz_alias_next(&aliases, &alias, &len))
        if (folds_to(alias, len, folded))
            return true;
    return false;
}
