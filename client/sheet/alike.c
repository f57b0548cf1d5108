/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/alike.h"

#include <stddef.h>
#include <string.h>

/* The first byte of a character that counts. */
static bool counts(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80 && (c < '0' || c > '9');
}

static size_t counted(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += counts(s[i]);
    return n;
}

static bool inside_character(const char *s, size_t at)
{
    return ((unsigned char)s[at] & 0xc0) == 0x80;
}

bool tz_titles_alike(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    size_t shorter = a_len < b_len ? a_len : b_len;
    size_t start = 0, end = 0;
    while (start < shorter && a[start] == b[start])
        start++;
    while (start > 0 && (inside_character(a, start) || inside_character(b, start)))
        start--;
    while (end < shorter - start && a[a_len - end - 1] == b[b_len - end - 1])
        end++;
    while (end > 0 && inside_character(a, a_len - end))
        end--;
    size_t same = counted(a, start) + counted(a + a_len - end, end);
    size_t a_all = counted(a, a_len), b_all = counted(b, b_len);
    return 2 * same > (a_all > b_all ? a_all : b_all);
}
