/* SPDX-License-Identifier: Apache-2.0 */
#include "common/codes/identity.h"

#include <string.h>

#include "common/base/date.h"
#include "common/base/text.h"

bool tz_uscc_valid(const char *s, size_t len)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    enum { LENGTH = 18, MODULUS = 31 };
    unsigned sum = 0, weight = 1, last = 0;
    if (len != LENGTH)
        return false;
    for (size_t i = 0; i < LENGTH; i++) {
        const char *at = s[i] ? strchr(alphabet, s[i]) : NULL;
        if (!at)
            return false;
        last = (unsigned)(at - alphabet);
        if (i < LENGTH - 1)
            sum += last * weight;
        weight = weight * 3 % MODULUS;
    }
    return last == (MODULUS - sum % MODULUS) % MODULUS;
}

/* The character at s[*i], full-width ASCII, blanks and dashes folded, '\0' for any other than ASCII; moves *i
 * behind it. */
static char next_ascii(const char *s, size_t len, size_t *i)
{
    uint32_t cp;
    size_t n = tz_utf8_decode(s + *i, len - *i, &cp);
    *i += n ? n : 1;
    if (n && cp >= 0xff01 && cp <= 0xff5e)
        cp = cp - 0xff01 + '!';
    else if (n && (cp == 0x3000 || cp == 0xa0))
        cp = ' ';
    else if (n && ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212))
        cp = '-';
    return n && cp < 0x80 ? (char)cp : '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum { RESIDENT_ID_LENGTH = 18 };

static bool resident_id_valid(const char id[RESIDENT_ID_LENGTH])
{
    static const unsigned weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    const char date[10] = {id[6], id[7], id[8], id[9], '-', id[10], id[11], '-', id[12], id[13]};
    unsigned sum = 0;
    for (size_t i = 0; i < 17; i++)
        sum += (unsigned)(id[i] - '0') * weights[i];
    return tz_date_valid(date, sizeof date) && id[17] == "10X98765432"[sum % 11];
}

static bool is_separator(char c)
{
    return c == ' ' || c == '-' || c == '\n' || c == '\t';
}

/* A group of digits begins at s[i]: do it and the ones after it, one blank or hyphen between them, make a
 * resident-ID number? */
static bool resident_id_at(const char *s, size_t len, size_t i)
{
    char id[RESIDENT_ID_LENGTH];
    size_t n = 0;
    bool behind_digit = false;
    while (i < len) {
        char c = next_ascii(s, len, &i);
        if (c == 'x')
            c = 'X';
        if (is_digit(c) || (c == 'X' && n == RESIDENT_ID_LENGTH - 1)) {
            if (n == RESIDENT_ID_LENGTH)
                return false; /* the group goes on */
            id[n++] = c;
            behind_digit = true;
        } else if (n < RESIDENT_ID_LENGTH && behind_digit && is_separator(c)) {
            behind_digit = false;
        } else {
            break;
        }
    }
    return n == RESIDENT_ID_LENGTH && resident_id_valid(id);
}

bool tz_text_has_resident_id(const char *s, size_t len)
{
    bool in_group = false;
    for (size_t i = 0; i < len;) {
        size_t start = i;
        char c = next_ascii(s, len, &i);
        if (is_digit(c) && !in_group && resident_id_at(s, len, start))
            return true;
        in_group = is_digit(c);
    }
    return false;
}

enum { MOBILE_LENGTH = 11 };

/* A group of digits begins at s[i]: do it and the ones after it, blanks and hyphens between them, make
 * exactly 11 digits that begin as mobile numbers do? */
static bool mobile_at(const char *s, size_t len, size_t i)
{
    char first = '\0', second = '\0';
    size_t digits = 0;
    while (i < len && digits <= MOBILE_LENGTH) {
        char c = next_ascii(s, len, &i);
        if (is_digit(c)) {
            if (digits == 0)
                first = c;
            else if (digits == 1)
                second = c;
            digits++;
        } else if (digits == MOBILE_LENGTH || (c != ' ' && c != '-')) {
            break;
        }
    }
    return digits == MOBILE_LENGTH && first == '1' && second >= '3';
}

bool tz_text_has_mobile(const char *s, size_t len)
{
    bool in_group = false;
    for (size_t i = 0; i < len;) {
        size_t start = i;
        char c = next_ascii(s, len, &i);
        if (c == '+' && len - i >= 2 && memcmp(s + i, "86", 2) == 0)
            i += 2; /* the country's prefix is no part of the number */
        if (is_digit(c) && !in_group && mobile_at(s, len, start))
            return true;
        in_group = is_digit(c);
    }
    return false;
}
