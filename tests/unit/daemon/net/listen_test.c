/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the daemon listens, and what it knows of who comes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/net/listen.h"

struct fixture {
    struct event_base *base;
    char folder[64];
    char path[96];
    size_t accepted;
    struct tz_peer peer;
};

static void on_accepted(void *ctx, int fd, const struct tz_peer *peer)
{
    struct fixture *f = ctx;
    f->accepted++;
    f->peer = *peer;
    close(fd);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->base = event_base_new();
    strcpy(f->folder, "/tmp/tz-listen-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/s.sock", f->folder);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    rmdir(f->folder);
    event_base_free(f->base);
    free(f);
    return 0;
}

static struct tz_listener_options options(struct fixture *f)
{
    return (struct tz_listener_options){.base = f->base, .accepted = on_accepted, .ctx = f};
}

static int connect_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    if (connect(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void test_unix(void **state)
{
    struct fixture *f = *state;
    struct tz_listener_options o = options(f);
    struct tz_listener *l;
    struct tz_listener *second;
    struct stat st;
    char why[TZ_WHY_SIZE];
    assert_int_equal(tz_listen_unix(&l, &o, f->path, why), TZ_OK);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    int fd = connect_unix(f->path);
    assert_true(fd >= 0);
    event_base_loop(f->base, EVLOOP_ONCE);
    assert_int_equal(f->accepted, 1);
    assert_true(f->peer.local);
    assert_int_equal(f->peer.uid, geteuid());
    close(fd);
    assert_int_equal(tz_listen_unix(&second, &o, f->path, why), TZ_ELOCKED);
    assert_non_null(strstr(why, "another program answers"));
    tz_listener_free(l);
    assert_int_equal(stat(f->path, &st), -1);
}

static void test_stale_socket_is_replaced_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct tz_listener_options o = options(f);
    struct tz_listener *l;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char why[TZ_WHY_SIZE];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", f->path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
    close(fd);
    assert_int_equal(tz_listen_unix(&l, &o, f->path, why), TZ_OK);
    tz_listener_free(l);

    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(tz_listen_unix(&l, &o, f->path, why), TZ_EINVAL);
    assert_non_null(strstr(why, "not a socket"));
    assert_int_equal(access(f->path, F_OK), 0);
}

static void test_path_too_long(void **state)
{
    struct fixture *f = *state;
    struct tz_listener_options o = options(f);
    struct tz_listener *l;
    char why[TZ_WHY_SIZE];
    char path[300];
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(tz_listen_unix(&l, &o, path, why), TZ_EINVAL);
}

static void test_tcp_addresses(void **state)
{
    struct fixture *f = *state;
    struct tz_listener_options o = options(f);
    static const char *const bad[] = {
        "",       "127.0.0.1", "127.0.0.1:",   ":7117", "127.0.0.1:7117x", "127.0.0.1:65536",
        "[::1:0", "[]:0",      "127.0.0.1:-1",
    };
    char why[TZ_WHY_SIZE];
    struct tz_listener *l;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        why[0] = '\0';
        assert_int_not_equal(tz_listen_tcp(&l, &o, bad[i], why), TZ_OK);
        assert_int_not_equal(why[0], '\0');
    }
    assert_int_equal(tz_listen_tcp(&l, &o, "127.0.0.1:0", why), TZ_OK);
    assert_int_equal(strncmp(tz_listener_name(l), "tcp 127.0.0.1:", 14), 0);
    assert_string_not_equal(tz_listener_name(l), "tcp 127.0.0.1:0");
    assert_false(tz_listener_anywhere(l));
    tz_listener_free(l);
    assert_int_equal(tz_listen_tcp(&l, &o, "0.0.0.0:0", why), TZ_OK);
    assert_true(tz_listener_anywhere(l));
    tz_listener_free(l);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_unix),
        T(test_stale_socket_is_replaced_and_nothing_else),
        T(test_path_too_long),
        T(test_tcp_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
