/* SPDX-License-Identifier: Apache-2.0
 *
 * tz-bench-tls-alone: what OpenSSL alone does. A server that makes the registry's handshake (TLS 1.3, no
 * tickets), reads to the end, answers with its own end, and does nothing else; one after another.
 *
 *     tz-bench-tls-alone CERT KEY      prints the port on 127.0.0.1; ends when it is killed
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 512 };

static SSL_CTX *make_context(char **files)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_num_tickets(ctx, 0) != 1 || SSL_CTX_use_certificate_chain_file(ctx, files[0]) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, files[1], SSL_FILETYPE_PEM) != 1) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    SSL_CTX_set_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    return ctx;
}

static int listen_anywhere(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, BACKLOG) ||
        getsockname(fd, (struct sockaddr *)&at, &len))
        return -1;
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static void serve(SSL_CTX *ctx, int fd)
{
    char bytes[256];
    SSL *ssl = SSL_new(ctx);
    if (ssl && SSL_set_fd(ssl, fd) == 1 && SSL_accept(ssl) == 1) {
        while (SSL_read(ssl, bytes, sizeof bytes) > 0)
            ;
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    close(fd);
}

int main(int argc, char **argv)
{
    SSL_CTX *ctx = argc == 3 ? make_context(argv + 1) : NULL;
    int fd = ctx ? listen_anywhere() : -1;
    if (fd < 0) {
        fputs("usage: tz-bench-tls-alone CERT KEY\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    while (true) {
        int peer = accept(fd, NULL, NULL);
        if (peer < 0)
            return 1;
        serve(ctx, peer);
    }
}
