/* SPDX-License-Identifier: Apache-2.0
 *
 * The registry's own certificate: made once, whole, for its owner's eyes, and without an end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "tests/unit/daemon/net/tls_peer.h"

static int setup(void **state)
{
    static struct tls_files files;
    tls_files_make(&files);
    *state = &files;
    return 0;
}

static int teardown(void **state)
{
    tls_files_remove(*state);
    return 0;
}

static X509 *read_certificate(const struct tls_files *f)
{
    FILE *file = fopen(f->certificate, "r");
    assert_non_null(file);
    X509 *x = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(x);
    return x;
}

static void test_files(void **state)
{
    const struct tls_files *f = *state;
    struct stat st;
    assert_int_equal(stat(f->inner, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(f->key, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_certificate(void **state)
{
    const struct tls_files *f = *state;
    FILE *file = fopen(f->key, "r");
    assert_non_null(file);
    EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    X509 *x = read_certificate(f);
    assert_int_equal(X509_check_private_key(x, key), 1);
    assert_int_equal(X509_verify(x, key), 1);
    assert_int_equal(X509_check_host(x, "taizhangd", 0, 0, NULL), 1);
    time_t far = 253402300798; /* a second before the end of the year 9999 */
    assert_int_equal(X509_cmp_time(X509_get0_notAfter(x), &far), 1);
    time_t early = 946684801; /* 2000 */
    assert_int_equal(X509_cmp_time(X509_get0_notBefore(x), &early), -1);
    X509_free(x);
    EVP_PKEY_free(key);
}

static void test_made_once(void **state)
{
    const struct tls_files *f = *state;
    bool made = true;
    char why[TZ_WHY_SIZE];
    X509 *before = read_certificate(f);
    assert_int_equal(tz_self_signed_ensure(f->inner, &made, why), TZ_OK);
    assert_false(made);
    X509 *after = read_certificate(f);
    assert_int_equal(X509_cmp(before, after), 0);
    X509_free(before);
    X509_free(after);

    /* Half of it is not ours to repair: whose half would it be? */
    unlink(f->certificate);
    assert_int_equal(tz_self_signed_ensure(f->inner, &made, why), TZ_OK);
    assert_false(made);
    assert_int_equal(access(f->certificate, F_OK), -1);
}

/* What a start that was killed left is done again; an empty folder is as good as none. */
static void test_after_a_crash(void **state)
{
    const struct tls_files *f = *state;
    char scratch[96];
    char half[112];
    char why[TZ_WHY_SIZE];
    bool made;
    unlink(f->certificate);
    unlink(f->key);
    snprintf(scratch, sizeof scratch, "%s.new", f->inner);
    snprintf(half, sizeof half, "%s/key.pem", scratch);
    assert_int_equal(mkdir(scratch, 0700), 0);
    fclose(fopen(half, "w"));
    assert_int_equal(tz_self_signed_ensure(f->inner, &made, why), TZ_OK);
    assert_true(made);
    assert_int_equal(access(scratch, F_OK), -1);
    X509_free(read_certificate(f));
}

static void test_where_nothing_can_be_made(void **state)
{
    (void)state;
    bool made;
    char why[TZ_WHY_SIZE] = "";
    assert_int_equal(tz_self_signed_ensure("/nonexistent/tls", &made, why), TZ_EIO);
    assert_false(made);
    assert_non_null(strstr(why, "/nonexistent/tls.new"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_files),
        T(test_certificate),
        T(test_made_once),
        T(test_after_a_crash),
        T(test_where_nothing_can_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
