/* SPDX-License-Identifier: Apache-2.0
 *
 * tz-bench-tls-dial: full handshakes with whoever listens, from a few threads at once: connect, shake hands,
 * end in order, wait for the other end. Fails unless every one of them succeeds.
 *
 *     tz-bench-tls-dial PORT COUNT
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 4 };

struct run {
    SSL_CTX *ctx;
    uint16_t port;
    atomic_long left;
    atomic_long failed;
};

static bool dial(const struct run *r)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(r->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    char byte;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    SSL *ssl = SSL_new(r->ctx);
    bool ok = fd >= 0 && ssl && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
              connect(fd, (struct sockaddr *)&to, sizeof to) == 0 && SSL_set_fd(ssl, fd) == 1 &&
              SSL_connect(ssl) == 1 && SSL_shutdown(ssl) >= 0 && SSL_read(ssl, &byte, 1) <= 0 &&
              SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN;
    SSL_free(ssl);
    if (fd >= 0)
        close(fd);
    return ok;
}

static void *work(void *ctx)
{
    struct run *r = ctx;
    while (atomic_fetch_sub(&r->left, 1) > 0) {
        if (!dial(r))
            atomic_fetch_add(&r->failed, 1);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: tz-bench-tls-dial PORT COUNT\n", stderr);
        return 2;
    }
    struct run r = {.ctx = SSL_CTX_new(TLS_client_method()), .port = (uint16_t)atoi(argv[1])};
    pthread_t thread[THREADS];
    atomic_init(&r.left, atol(argv[2]));
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&thread[i], NULL, work, &r) != 0)
            return 1;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    SSL_CTX_free(r.ctx);
    if (atomic_load(&r.failed) > 0)
        fprintf(stderr, "%ld handshakes failed\n", atomic_load(&r.failed));
    return atomic_load(&r.failed) > 0;
}
