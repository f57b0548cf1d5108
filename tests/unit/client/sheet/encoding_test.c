/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "client/sheet/encoding.h"

static const char SHEET[] = "报送单位,编号,报告期,名称\n370000,X01,2017,关爱贫困青少年项目\n";

static FILE *file_of(const void *bytes, size_t len)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    rewind(f);
    return f;
}

static enum tz_encoding decide(const void *bytes, size_t len)
{
    enum tz_encoding e;
    FILE *f = file_of(bytes, len);
    assert_int_equal(tz_encoding_decide(f, &e), TZ_OK);
    assert_int_equal(ftell(f), 0);
    fclose(f);
    return e;
}

/* The text in another encoding. */
static size_t encode(const char *to, const char *text, char *out, size_t size)
{
    char *from = (char *)(uintptr_t)text;
    size_t left = strlen(text), room = size;
    iconv_t cd = iconv_open(to, "UTF-8");
    assert_true(cd != (iconv_t)-1);
    assert_int_equal(iconv(cd, &from, &left, &out, &room), 0);
    iconv_close(cd);
    return size - room;
}

static void decides_on_the_whole_file(void **state)
{
    (void)state;
    char out[4096];
    assert_int_equal(decide("", 0), TZ_ENCODING_UTF8);
    assert_int_equal(decide("a,b\n", 4), TZ_ENCODING_UTF8);
    assert_int_equal(decide(SHEET, strlen(SHEET)), TZ_ENCODING_UTF8);
    memcpy(out, "\xef\xbb\xbf", 3);
    memcpy(out + 3, SHEET, sizeof SHEET);
    assert_int_equal(decide(out, 3 + strlen(SHEET)), TZ_ENCODING_UTF8_MARK);
    assert_int_equal(decide(out, encode("GB18030", SHEET, out, sizeof out)), TZ_ENCODING_GB18030);
    assert_int_equal(decide(out, encode("GBK", "名称\n镕喆\n关爱贫困青少年\n", out, sizeof out)),
                     TZ_ENCODING_GB18030);
    /* four bytes a character: 㐂 and an emoji */
    assert_int_equal(decide(out, encode("GB18030", "名称,说明\n关爱项目㐂😀\n", out, sizeof out)),
                     TZ_ENCODING_GB18030);
    assert_int_equal(decide(out, encode("UTF-16LE", SHEET, out, sizeof out)), TZ_ENCODING_UTF16LE);
    assert_int_equal(decide(out, encode("UTF-16BE", SHEET, out, sizeof out)), TZ_ENCODING_UTF16BE);
    assert_int_equal(decide(out, encode("UTF-16LE", "\xef\xbb\xbf名称", out, sizeof out)),
                     TZ_ENCODING_UTF16LE);
    assert_int_equal(decide(out, encode("UTF-16BE", "\xef\xbb\xbf名称😀", out, sizeof out)),
                     TZ_ENCODING_UTF16BE);
}

static void refuses_to_guess(void **state)
{
    (void)state;
    char out[4096];
    /* UTF-8 with one broken byte is damaged, and not Chinese of another sort. */
    memcpy(out, SHEET, sizeof SHEET);
    out[strlen(SHEET) - 2] = 'A';
    assert_int_equal(decide(out, strlen(SHEET)), TZ_ENCODING_UNKNOWN);
    assert_int_equal(decide(SHEET, strlen(SHEET) - 3), TZ_ENCODING_UNKNOWN); /* cut in a character */
    assert_int_equal(decide(out, encode("BIG5", "名稱,單位\n關愛青少年項目\n", out, sizeof out)),
                     TZ_ENCODING_UNKNOWN);
    assert_int_equal(decide(out, encode("SHIFT_JIS", "なまえ,ところ\nあいうえお\n", out, sizeof out)),
                     TZ_ENCODING_UNKNOWN);
    size_t n = encode("GB18030", SHEET, out, sizeof out);
    assert_int_equal(decide(out, n - 2), TZ_ENCODING_UNKNOWN); /* ends in half a character */
    out[n - 3] = '\xff';
    assert_int_equal(decide(out, n), TZ_ENCODING_UNKNOWN);
    assert_int_equal(decide("\xff\xfe\x00\x01\x02", 5), TZ_ENCODING_UNKNOWN);     /* odd */
    assert_int_equal(decide("\xff\xfe\x00\xd8\x41\x00", 6), TZ_ENCODING_UNKNOWN); /* half a surrogate pair */
    assert_int_equal(decide("\xff\xfe\x00\x00\x41\x00\x00\x00", 8), TZ_ENCODING_UNKNOWN); /* UTF-32 */
    memset(out, 0, 100);
    assert_int_equal(decide(out, 100), TZ_ENCODING_UNKNOWN);
    assert_int_equal(decide("a\0b,c\n", 6), TZ_ENCODING_UNKNOWN);
    assert_int_equal(decide("\x80\x80\x80", 3), TZ_ENCODING_UNKNOWN);
}

static void decodes_across_every_boundary(void **state)
{
    (void)state;
    enum { REPEATS = 3000 };
    static const struct {
        const char *name;
        enum tz_encoding encoding;
    } all[] = {{"GB18030", TZ_ENCODING_GB18030},
               {"UTF-16LE", TZ_ENCODING_UTF16LE},
               {"UTF-16BE", TZ_ENCODING_UTF16BE}};
    static const char unit[] = "a关😀,㐂\n";
    size_t len = strlen(unit) * REPEATS;
    char *text = malloc(len + 1), *raw = malloc(len * 3), *back = malloc(len + 16);
    assert_true(text && raw && back);
    for (size_t i = 0; i < REPEATS; i++)
        memcpy(text + i * strlen(unit), unit, sizeof unit);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        size_t n = encode(all[k].name, text, raw, len * 3);
        FILE *f = file_of(raw, n);
        enum tz_encoding e;
        assert_int_equal(tz_encoding_decide(f, &e), TZ_OK);
        assert_int_equal(e, all[k].encoding);
        FILE *decoded = tz_encoding_open(f, e);
        assert_non_null(decoded);
        assert_int_equal(fread(back, 1, len + 16, decoded), len);
        assert_false(ferror(decoded));
        assert_memory_equal(back, text, len);
        fclose(decoded);
        fclose(f);
    }
    free(text);
    free(raw);
    free(back);
}

static void ends_with_an_error_where_it_cannot_go_on(void **state)
{
    (void)state;
    char out[64];
    FILE *f = file_of("\xb1\xa8\xff\xff", 4);
    FILE *decoded = tz_encoding_open(f, TZ_ENCODING_GB18030);
    assert_non_null(decoded);
    errno = 0;
    assert_int_equal(fread(out, 1, sizeof out, decoded), 3);
    assert_true(ferror(decoded));
    assert_int_equal(errno, EILSEQ);
    fclose(decoded);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_on_the_whole_file),
        cmocka_unit_test(refuses_to_guess),
        cmocka_unit_test(decodes_across_every_boundary),
        cmocka_unit_test(ends_with_an_error_where_it_cannot_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
