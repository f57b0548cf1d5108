/* SPDX-License-Identifier: Apache-2.0 */
#include "common/codes/division.h"

static bool all_digits(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

bool tz_code_valid(const char *s, size_t len)
{
    enum { SUFFIX = 4 }; /* -S01 */
    if (len > SUFFIX && s[len - SUFFIX] == '-') {
        if (s[len - SUFFIX + 1] != 'S' || !all_digits(s + len - 2, 2))
            return false;
        len -= SUFFIX;
    }
    return (len == 6 || len == 9) && all_digits(s, len);
}
