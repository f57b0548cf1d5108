/* SPDX-License-Identifier: Apache-2.0
 *
 * What names a person must not stand in a record: no resident-ID number anywhere, mobile numbers where they
 * belong.
 */
#include <string.h>

#include "common/codes/identity.h"
#include "common/schema/record_rules.h"

enum { MOBILE_DIGITS = 11 };

/* Enough digits, full-width ones (EF BC 90 to 99) included: most texts end here. */
static bool has_digits(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == 0xef && len - i > 2 && (unsigned char)s[i + 1] == 0xbc)
            c = (unsigned char)(s[i + 2] - 0x60);
        n += c >= '0' && c <= '9';
    }
    return n >= MOBILE_DIGITS;
}

void tz_check_privacy(const struct tz_check *c, const struct tz_field *f, const char *text)
{
    size_t len = strlen(text);
    if (len < MOBILE_DIGITS || (f->flags & TZ_F_CODE_LIKE) || !has_digits(text, len))
        return;
    if (tz_text_has_resident_id(text, len))
        tz_errors_add(c->errors, TZ_CODE(RESIDENT_ID), f->name, text);
    else if (!(f->flags & TZ_F_CONTACT) && !c->confirmed && tz_text_has_mobile(text, len))
        tz_errors_add(c->errors, TZ_CODE(CONFIRM_MOBILE), f->name, text);
}
