/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/sheet/spill.h"
#include "client/sheet/unnamed.h"

static unsigned char byte_at(uint64_t i)
{
    return (unsigned char)(i * 31 + i / 251);
}

static void write_and_read(size_t memory_max, size_t total, bool in_file)
{
    struct tz_spill s;
    unsigned char out[3000];
    tz_spill_init(&s, memory_max);
    for (size_t i = 0; i < total;) {
        size_t n = i % 997 + 1;
        n = n < total - i ? n : total - i;
        for (size_t k = 0; k < n; k++)
            out[k] = byte_at(i + k);
        assert_int_equal(tz_spill_add(&s, out, n), TZ_OK);
        i += n;
    }
    assert_int_equal(tz_spill_size(&s), total);
    assert_int_equal(s.fd >= 0, in_file);
    assert_true(s.cap <= (memory_max > TZ_SPILL_PAGE ? memory_max : TZ_SPILL_PAGE));
    uint64_t state = 1;
    for (size_t k = 0; k < 3000; k++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(state >> 33) % total;
        size_t n = (size_t)(state >> 20) % sizeof out;
        n = n < total - at ? n : total - at;
        assert_int_equal(tz_spill_read(&s, at, out, n), TZ_OK);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(out[i], byte_at(at + i));
    }
    assert_int_equal(tz_spill_read(&s, total, out, 0), TZ_OK);
    assert_int_equal(tz_spill_read(&s, total, out, 1), TZ_EINVAL);
    assert_int_equal(tz_spill_read(&s, total - 1, out, 2), TZ_EINVAL);
    assert_int_equal(tz_spill_read(&s, UINT64_MAX, out, 2), TZ_EINVAL);
    tz_spill_free(&s);
}

static void keeps_all_bytes(void **state)
{
    (void)state;
    write_and_read(1 << 20, 100, false);
    write_and_read(1 << 20, 1 << 20, false);
    write_and_read(1 << 20, (1 << 20) + 1, true);
    write_and_read(1, 5 * TZ_SPILL_PAGE + 7, true);
    /* more pages than are kept */
    write_and_read(TZ_SPILL_PAGE * 3, (size_t)3 * TZ_SPILL_PAGES * TZ_SPILL_PAGE, true);
}

static void says_when_there_is_no_place(void **state)
{
    (void)state;
    struct tz_spill s;
    char page[TZ_SPILL_PAGE + 1] = "";
    assert_int_equal(setenv("TMPDIR", "/dev/null/none", 1), 0);
    tz_spill_init(&s, 1);
    assert_int_equal(tz_spill_add(&s, page, TZ_SPILL_PAGE), TZ_OK);
    assert_int_equal(tz_spill_add(&s, page, 1), TZ_EIO);
    tz_spill_free(&s);
    assert_null(tz_unnamed_copy(stdin));
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

/* What comes through a pipe can be read twice afterwards. */
static void copies_a_pipe(void **state)
{
    (void)state;
    int ends[2];
    char back[16] = "";
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a,b\n", 4), 4);
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    FILE *copy = tz_unnamed_copy(in);
    assert_non_null(copy);
    for (int i = 0; i < 2; i++) {
        rewind(copy);
        assert_int_equal(fread(back, 1, sizeof back, copy), 4);
        assert_string_equal(back, "a,b\n");
    }
    fclose(copy);
    fclose(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_all_bytes),
        cmocka_unit_test(says_when_there_is_no_place),
        cmocka_unit_test(copies_a_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
