/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

enum { CHUNK = 64 * 1024 };

const char *tz_encoding_name(enum tz_encoding e)
{
    switch (e) {
    case TZ_ENCODING_UTF8:
        return "UTF-8";
    case TZ_ENCODING_UTF8_MARK:
        return "UTF-8 with BOM";
    case TZ_ENCODING_UTF16LE:
        return "UTF-16LE";
    case TZ_ENCODING_UTF16BE:
        return "UTF-16BE";
    case TZ_ENCODING_GB18030:
        return "GB18030/GBK";
    case TZ_ENCODING_UNKNOWN:
        break;
    }
    return "?";
}

/* --- what the bytes look like --- */

struct scan {
    uint64_t size;
    unsigned char first[4];
    /* as UTF-8 */
    unsigned char held[4];
    size_t n_held;
    uint64_t characters; /* of several bytes, valid */
    uint64_t broken;
    /* as UTF-16 */
    unsigned char before; /* the byte before this one */
    uint64_t zeros;
    uint64_t little, big; /* separators and line ends as UTF-16 of either order has them */
    /* as GB18030 */
    unsigned gb_state; /* bytes of the character so far */
    unsigned char gb_lead;
    bool gb_broken;
    uint64_t pairs;  /* characters of two bytes */
    uint64_t common; /* of them in the parts of GB 2312 that practically all of a Chinese text is made of */
};

static size_t utf8_length(unsigned char lead)
{
    return lead < 0x80                   ? 1
           : lead >= 0xc2 && lead < 0xe0 ? 2
           : lead >= 0xe0 && lead < 0xf0 ? 3
           : lead >= 0xf0 && lead < 0xf5 ? 4
                                         : 0;
}

static void scan_utf8(struct scan *s, unsigned char b)
{
    uint32_t cp;
    if (s->n_held > 0 && (b & 0xc0) != 0x80) {
        s->broken++;
        s->n_held = 0;
    }
    s->held[s->n_held++] = b;
    size_t need = utf8_length(s->held[0]);
    if (need > s->n_held)
        return;
    if (need == 0 || tz_utf8_decode((const char *)s->held, s->n_held, &cp) != need)
        s->broken++;
    else if (need > 1)
        s->characters++;
    s->n_held = 0;
}

static bool is_separator(unsigned char b)
{
    return b == ',' || b == ';' || b == '\t' || b == '\r' || b == '\n';
}

static void scan_utf16(struct scan *s, unsigned char b)
{
    s->zeros += b == 0;
    if (s->size % 2 == 1) {
        s->little += b == 0 && is_separator(s->before);
        s->big += s->before == 0 && is_separator(b);
    }
    s->before = b;
}

/* Punctuation and full-width letters, and the characters of GB 2312. */
static bool is_common_lead(unsigned char b)
{
    return (b >= 0xa1 && b <= 0xa3) || (b >= 0xb0 && b <= 0xf7);
}

/* One byte; two of 81..FE and 40..7E, 80..FE; four of 81..FE and 30..39, twice. */
static void scan_gb(struct scan *s, unsigned char b)
{
    bool lead = b >= 0x81 && b <= 0xfe;
    bool digit = b >= 0x30 && b <= 0x39;
    switch (s->gb_state) {
    case 0:
        s->gb_broken |= b >= 0x80 && !lead;
        s->gb_state = lead;
        s->gb_lead = b;
        break;
    case 1:
        s->gb_state = digit ? 2 : 0;
        if (digit)
            break;
        s->gb_broken |= b < 0x40 || b == 0x7f || b == 0xff;
        s->pairs++;
        s->common += b >= 0xa1 && is_common_lead(s->gb_lead);
        break;
    case 2:
        s->gb_broken |= !lead;
        s->gb_state = 3;
        break;
    default:
        s->gb_broken |= !digit;
        s->gb_state = 0;
    }
}

static int scan_file(FILE *file, struct scan *s)
{
    unsigned char *chunk = malloc(CHUNK);
    if (!chunk)
        return TZ_ENOMEM;
    rewind(file);
    for (size_t n; (n = fread(chunk, 1, CHUNK, file)) > 0;) {
        for (size_t i = 0; i < n; i++, s->size++) {
            if (s->size < sizeof s->first)
                s->first[s->size] = chunk[i];
            scan_utf16(s, chunk[i]);
            scan_utf8(s, chunk[i]);
            scan_gb(s, chunk[i]);
        }
    }
    free(chunk);
    s->broken += s->n_held > 0;
    s->gb_broken |= s->gb_state != 0;
    return ferror(file) ? TZ_EIO : TZ_OK;
}

/* --- deciding --- */

static bool begins_with(const struct scan *s, const char *bytes, size_t len)
{
    return s->size >= len && memcmp(s->first, bytes, len) == 0;
}

/* What it would be; whether all of it can be decoded is still to be seen. */
static enum tz_encoding guess(const struct scan *s)
{
    bool even = s->size % 2 == 0;
    if (begins_with(s, "\xff\xfe", 2))
        return even ? TZ_ENCODING_UTF16LE : TZ_ENCODING_UNKNOWN;
    if (begins_with(s, "\xfe\xff", 2))
        return even ? TZ_ENCODING_UTF16BE : TZ_ENCODING_UNKNOWN;
    /* No text of one byte a character has zeros. Other characters may have a zero on either side (一 is
     * 4E00). */
    if (s->zeros > 0) {
        if (even && s->little + s->big > 0)
            return s->little > s->big ? TZ_ENCODING_UTF16LE : TZ_ENCODING_UTF16BE;
        return TZ_ENCODING_UNKNOWN;
    }
    if (s->broken == 0)
        return begins_with(s, "\xef\xbb\xbf", 3) ? TZ_ENCODING_UTF8_MARK : TZ_ENCODING_UTF8;
    /* Mostly UTF-8 with a damaged place: as GB18030 all of it would turn into other characters. */
    if (s->characters > s->broken)
        return TZ_ENCODING_UNKNOWN;
    /* Other encodings of two bytes (Big5, Shift JIS) are seldom in the range of GB 2312. */
    bool gb = !s->gb_broken && s->pairs > 0 && s->common * 10 >= s->pairs * 6;
    return gb ? TZ_ENCODING_GB18030 : TZ_ENCODING_UNKNOWN;
}

/* Whether all of it can be decoded, without NUL. */
static int try_encoding(FILE *file, enum tz_encoding encoding, bool *fits)
{
    rewind(file);
    FILE *text = tz_encoding_open(file, encoding);
    char *chunk = malloc(CHUNK);
    if (!text || !chunk) {
        if (text)
            fclose(text);
        free(chunk);
        return errno == EINVAL ? TZ_EIO : TZ_ENOMEM;
    }
    *fits = true;
    for (size_t n; (n = fread(chunk, 1, CHUNK, text)) > 0;)
        *fits &= !memchr(chunk, '\0', n);
    *fits &= !ferror(text);
    free(chunk);
    fclose(text);
    return ferror(file) ? TZ_EIO : TZ_OK;
}

int tz_encoding_decide(FILE *file, enum tz_encoding *out)
{
    struct scan s = {0};
    int rc = scan_file(file, &s);
    *out = TZ_ENCODING_UNKNOWN;
    if (rc != TZ_OK)
        return rc;
    enum tz_encoding e = guess(&s);
    bool fits = true;
    if (e > TZ_ENCODING_UTF8_MARK)
        rc = try_encoding(file, e, &fits);
    if (rc == TZ_OK && fits)
        *out = e;
    rewind(file);
    return rc;
}

/* --- decoding --- */

struct decoder {
    FILE *file;
    iconv_t iconv;
    char raw[4096];
    size_t len; /* bytes in raw that are not decoded yet */
    bool ended;
};

static ssize_t decode(void *cookie, char *out, size_t size)
{
    struct decoder *d = cookie;
    char *to = out;
    size_t room = size;
    while (to == out && !(d->ended && d->len == 0)) {
        if (!d->ended && d->len < sizeof d->raw) {
            size_t n = fread(d->raw + d->len, 1, sizeof d->raw - d->len, d->file);
            d->len += n;
            d->ended = n == 0;
            if (ferror(d->file))
                return -1;
        }
        char *from = d->raw;
        size_t left = d->len;
        size_t rc = iconv(d->iconv, &from, &left, &to, &room);
        memmove(d->raw, from, left);
        d->len = left;
        if (rc != (size_t)-1 || (errno == E2BIG && to > out))
            continue;
        /* A character may be cut by the end of raw, not by the end of the file. */
        if (errno == EINVAL && !d->ended)
            continue;
        if (to == out) {
            errno = EILSEQ;
            return -1;
        }
    }
    return to - out;
}

static int close_decoder(void *cookie)
{
    struct decoder *d = cookie;
    iconv_close(d->iconv);
    free(d);
    return 0;
}

FILE *tz_encoding_open(FILE *file, enum tz_encoding encoding)
{
    static const char *const names[] = {"UTF-8", "UTF-8", "UTF-8", "UTF-16LE", "UTF-16BE", "GB18030"};
    struct decoder *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->file = file;
    d->iconv = iconv_open("UTF-8", names[encoding]);
    if (d->iconv == (iconv_t)-1) {
        free(d);
        return NULL;
    }
    cookie_io_functions_t io = {.read = decode, .close = close_decoder};
    FILE *text = fopencookie(d, "r", io);
    if (!text)
        close_decoder(d);
    return text;
}
