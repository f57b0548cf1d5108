/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_strings.h"

#include <string.h>

#include "client/sheet/cell.h"
#include "common/base/text.h"

/* --- one string --- */

static bool is_phonetic(const char *name)
{
    return strcmp(name, "rPh") == 0 || strcmp(name, "phoneticPr") == 0;
}

void tz_xlsx_text_start(struct tz_xlsx_text *t, const char *name)
{
    if (is_phonetic(name))
        t->phonetic++;
    t->taking = strcmp(name, "t") == 0 && t->phonetic == 0;
}

void tz_xlsx_text_end(struct tz_xlsx_text *t, const char *name)
{
    if (is_phonetic(name) && t->phonetic > 0)
        t->phonetic--;
    t->taking = false;
}

void tz_xlsx_text_add(struct tz_xlsx_text *t, const char *s, size_t len)
{
    if (t->taking)
        tz_buf_add(&t->text, s, len);
}

/* The code point of _xHHHH_, or 0 (also for half of a surrogate pair, which stays as it stands). */
static uint32_t escaped(const char *s, size_t len)
{
    uint32_t cp = 0;
    if (len < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_')
        return 0;
    for (size_t i = 2; i < 6; i++) {
        char c = s[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                : 16;
        if (digit > 15)
            return 0;
        cp = cp * 16 + digit;
    }
    return cp >= 0xd800 && cp < 0xe000 ? 0 : cp;
}

void tz_xlsx_text_unescape(struct tz_buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len;) {
        uint32_t cp = escaped(b->data + i, b->len - i);
        char c = cp < 0x80 ? (char)cp : '\0';
        size_t step = cp ? 7 : 1;
        if (!cp)
            c = b->data[i];
        if (c == '\r') {
            /* \r\n is one line end, whichever of the two is escaped */
            size_t next = i + step;
            bool pair =
                next < b->len && (b->data[next] == '\n' || escaped(b->data + next, b->len - next) == '\n');
            if (!pair)
                b->data[n++] = '\n';
        } else if (cp >= 0x80) {
            n += tz_utf8_encode(cp, b->data + n);
        } else {
            b->data[n++] = c;
        }
        i += step;
    }
    b->len = n;
    if (b->data)
        b->data[n] = '\0';
}

/* --- the part --- */

struct reading {
    struct tz_xlsx_strings *strings;
    struct tz_xlsx_text text;
    struct tz_xml *xml;
    bool inside;
};

void tz_xlsx_strings_init(struct tz_xlsx_strings *s)
{
    tz_spill_init(&s->text, TZ_STRINGS_MEMORY);
    tz_spill_init(&s->place, TZ_STRINGS_MEMORY / 4);
    s->count = 0;
}

void tz_xlsx_strings_free(struct tz_xlsx_strings *s)
{
    tz_spill_free(&s->text);
    tz_spill_free(&s->place);
}

static int put_place(struct tz_xlsx_strings *s)
{
    uint64_t at = tz_spill_size(&s->text);
    return tz_spill_add(&s->place, &at, sizeof at);
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
    (void)attributes;
    struct reading *r = ctx;
    if (strcmp(name, "si") == 0) {
        r->inside = true;
        tz_buf_clear(&r->text.text);
        r->text.phonetic = 0;
    }
    if (r->inside)
        tz_xlsx_text_start(&r->text, name);
}

static void on_text(void *ctx, const char *s, size_t len)
{
    struct reading *r = ctx;
    if (r->inside)
        tz_xlsx_text_add(&r->text, s, len);
}

static void on_end(void *ctx, const char *name)
{
    struct reading *r = ctx;
    tz_xlsx_text_end(&r->text, name);
    if (!r->inside || strcmp(name, "si") != 0)
        return;
    struct tz_buf *text = &r->text.text;
    int rc = tz_buf_ok(text) && r->strings->count < TZ_STRINGS_MAX ? TZ_OK : TZ_ELIMIT;
    r->inside = false;
    tz_xlsx_text_unescape(text);
    if (rc == TZ_OK)
        rc = put_place(r->strings);
    if (rc == TZ_OK)
        rc = tz_spill_add(&r->strings->text, text->data, text->len);
    r->strings->count++;
    if (rc != TZ_OK)
        tz_xml_stop(r->xml, rc);
}

int tz_xlsx_strings_read(struct tz_xlsx_strings *s, struct tz_xml_input bytes)
{
    static const struct tz_xml_handler handler = {.start = on_start, .end = on_end, .text = on_text};
    struct reading r = {.strings = s};
    tz_buf_init(&r.text.text, TZ_CELL_MAX + 1);
    r.xml = tz_xml_new(bytes, &handler, &r);
    int rc = r.xml ? tz_xml_run(r.xml) : TZ_ENOMEM;
    tz_xml_free(r.xml);
    tz_buf_free(&r.text.text);
    return rc == TZ_ENOENT ? put_place(s) : rc;
}

int tz_xlsx_string(struct tz_xlsx_strings *s, size_t number, struct tz_buf *out)
{
    uint64_t at[2];
    if (number >= s->count)
        return TZ_EINVAL;
    int rc = tz_spill_read(&s->place, (uint64_t)number * sizeof at[0], at, sizeof at);
    if (rc != TZ_OK)
        return rc;
    size_t len = (size_t)(at[1] - at[0]);
    char *room = tz_buf_extend(out, len);
    return room ? tz_spill_read(&s->text, at[0], room, len) : TZ_ELIMIT;
}
