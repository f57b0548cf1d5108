/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_escape.h"

#include <ctype.h>
#include <string.h>

#include "common/base/text.h"

/* _xHHHH_ at s? */
static bool looks_escaped(const char *s, size_t len)
{
    if (len < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_')
        return false;
    for (size_t i = 2; i < 6; i++)
        if (!isxdigit((unsigned char)s[i]))
            return false;
    return true;
}

static bool must_escape(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || c == 0xfffe || c == 0xffff;
}

void tz_xlsx_escape(struct tz_buf *out, const char *s, size_t len, size_t max)
{
    enum { ESCAPED = 7 };
    size_t used = 0;
    size_t fits = out->len; /* up to here there is room for an ellipsis behind it */
    for (size_t i = 0; i < len;) {
        uint32_t c = 0xfffd;
        size_t n = tz_utf8_decode(s + i, len - i, &c);
        bool escaped = n == 0 || must_escape(c);
        bool doubled = looks_escaped(s + i, len - i);
        used += escaped ? ESCAPED : doubled ? ESCAPED : 1 + (c > 0xffff);
        if (used > max) {
            out->len = fits;
            tz_buf_puts(out, "…");
            return;
        }
        if (doubled)
            tz_buf_puts(out, "_x005F_");
        else if (escaped)
            tz_buf_printf(out, "_x%04X_", n ? (unsigned)c : 0xfffdu);
        else
            tz_buf_add(out, s + i, n);
        if (used < max)
            fits = out->len;
        i += n ? n : 1;
    }
}

void tz_xlsx_sheet_name(char out[TZ_SHEET_NAME_SIZE], const char *name)
{
    enum { UNITS = 31 };
    size_t len = strlen(name), at = 0, units = 0;
    for (size_t i = 0; i < len;) {
        uint32_t c;
        size_t n = tz_utf8_decode(name + i, len - i, &c);
        if (n == 0 || c < 0x20 || c == '\'' || (c < 0x80 && strchr("[]:*?/\\", (int)c))) {
            n = n ? n : 1;
            units++;
            if (units <= UNITS)
                out[at++] = '_';
        } else {
            units += 1 + (c > 0xffff);
            if (units <= UNITS) {
                memcpy(out + at, name + i, n);
                at += n;
            }
        }
        if (units >= UNITS)
            break;
        i += n;
    }
    if (at == 0)
        out[at++] = '_';
    out[at] = '\0';
}
