/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's options: what is accepted, what is refused, what a reload changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "common/base/i18n.h"
#include "daemon/service/config.h"

enum { ARGS_MAX = 8 };

static int load(struct tz_config *c, struct tz_option_error *e, const char *const *args)
{
    char *argv[ARGS_MAX + 1] = {(char *)(uintptr_t) "taizhangd"};
    int argc = 1;
    for (; args[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)args[argc - 1];
    memset(c, 0, sizeof *c);
    memset(e, 0, sizeof *e);
    return tz_config_load(c, argc, argv, e);
}

static void test_defaults(void **state)
{
    (void)state;
    struct tz_config c;
    struct tz_option_error e;
    const char *const none[] = {NULL};
    assert_int_equal(load(&c, &e, none), TZ_OK);
    struct tz_net_limits l = tz_config_limits(&c);
    assert_memory_equal(&l, &tz_net_default_limits, sizeof l);
    assert_int_equal(c.log_level, TZ_LOG_INFO);
    assert_string_equal(c.data, "");
    tz_config_free(&c);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const rows[][4] = {
        {"--threads", "0"},
        {"--threads", "two"},
        {"--readers", "65"},
        {"--log-level", "loud"},
        {"--frame-bytes", "1K"},
        {"--frame-bytes", "2M"},
        {"--max-connections", "-1"},
        {"--nonsense"},
        {"--data"},
        {"--listen", "127.0.0.1:65536"},
        {"--listen", "127.0.0.1"},
        {"--listen", ":7117"},
        {"--tls-cert", "/etc/cert.pem"},
        {"--tls-key", "/etc/key.pem"},
        {"--public-address", "registry.example"},
        {"--public-address", "registry.example:0"},
        {"--public-address", "registry example:7117"},
        {"--public-address", "registry.example/x:7117"},
        {"--max-pending", "0"},
        {"--max-connections-per-address", "0"},
        {"--lang", "klingon"},
        {"--config", "/nonexistent/taizhangd.conf"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tz_config c;
        struct tz_option_error e;
        assert_int_not_equal(load(&c, &e, rows[i]), TZ_OK);
        assert_int_not_equal(e.text[0], '\0');
        tz_config_free(&c);
    }
}

static void test_limits(void **state)
{
    (void)state;
    static const char *const args[] = {"--frame-bytes=512K", "--hello-seconds=3", "--unread-bytes=8K", NULL};
    struct tz_config c;
    struct tz_option_error e;
    assert_int_equal(load(&c, &e, args), TZ_OK);
    struct tz_net_limits l = tz_config_limits(&c);
    assert_int_equal(l.frame_bytes, 512 * 1024);
    assert_int_equal(l.hello_us, 3000000);
    assert_int_equal(l.out_high, 8192);
    tz_config_free(&c);
}

static void test_reload(void **state)
{
    (void)state;
    static const char *const before[] = {"--threads=2", "--log-level=info", NULL};
    static const char *const after[] = {"--threads=4",    "--log-level=debug", "--max-connections=7",
                                        "--tls-cert=new", "--tls-key=key",     NULL};
    struct tz_config c;
    struct tz_config fresh;
    struct tz_option_error e;
    struct tz_log log;
    char text[2048];
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    tz_log_init(&log, tz_env_system(), pipe_ends[1], TZ_LOG_INFO);
    assert_int_equal(load(&c, &e, before), TZ_OK);
    assert_int_equal(load(&fresh, &e, after), TZ_OK);
    tz_config_reload(&c, &fresh, &log);
    close(pipe_ends[1]);
    ssize_t n = read(pipe_ends[0], text, sizeof text - 1);
    close(pipe_ends[0]);
    assert_true(n > 0);
    text[n] = '\0';
    assert_int_equal(c.threads, 2);
    assert_int_equal(c.log_level, TZ_LOG_DEBUG);
    assert_int_equal(c.max_connections, 7);
    assert_string_equal(c.tls_cert, "new");
    assert_string_equal(c.tls_key, "key");
    assert_non_null(strstr(text, "option_needs_restart option=threads was=\"2\" is=\"4\""));
    assert_non_null(strstr(text, "option_reloaded option=log-level"));
    assert_non_null(strstr(text, "option_reloaded option=max-connections"));
    assert_non_null(strstr(text, "option_reloaded option=tls-cert"));
    tz_config_free(&c);
    tz_config_free(&fresh);
}

/* No option is without its Chinese text. Last: it sets the process's language. */
static void test_every_option_is_translated(void **state)
{
    (void)state;
    assert_int_equal(tz_i18n_start("taizhangd", "zh", TZ_BINARY_DIR "/../daemon/locale"), TZ_CHINESE);
    for (size_t i = 0; i < tz_config_options.count; i++) {
        const char *help = tz_config_options.rows[i].help;
        assert_string_not_equal(gettext(help), help);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_every_option_is_translated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
