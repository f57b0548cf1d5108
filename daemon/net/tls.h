/* SPDX-License-Identifier: Apache-2.0
 *
 * The certificate that TCP peers are served, and what TLS they get: version 1.3 and no other, the protocol
 * taizhang/1, no session tickets, no client certificates (device keys are proved in Hello).
 *
 * A reload builds everything anew, checks it, and swaps it whole. Connections keep what they began with.
 */
#ifndef TZ_DAEMON_NET_TLS_H
#define TZ_DAEMON_NET_TLS_H

#include "common/base/log.h"
#include "common/wire/proof.h"
#include "daemon/net/listen.h"

struct ssl_st;
struct tz_tls;

/* As in RFC 7301: what a client offers. One that offers others only is refused. */
#define TZ_TLS_PROTOCOL "taizhang/1"

/* Where a certificate (PEM; a chain may follow) and its key are. */
struct tz_tls_files {
    const char *certificate;
    const char *key;
    bool own; /* the operator's: clients verify it against their system's store, and do not pin it */
};

/* Without a certificate yet. */
int tz_tls_new(struct tz_tls **out) TZ_MUSTCHECK;
/* No connection may have it any more. */
void tz_tls_free(struct tz_tls *t);

/* Main thread. New connections get this certificate from now on. On failure nothing has changed; why:
 * TZ_WHY_SIZE bytes. */
int tz_tls_load(struct tz_tls *t, const struct tz_tls_files *files, char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;
/* Main thread. Says in the log which certificate it is, and warns of a key that others can read. */
void tz_tls_tell(struct tz_tls *t, const struct tz_tls_files *files, struct tz_log *log);
/* Main thread. Warns of a certificate that is over, or will be in a month. */
void tz_tls_warn(struct tz_tls *t, int64_t now_ms, struct tz_log *log);

/* --- any thread --- */

/* A server's session with the certificate of now; NULL: memory is out. */
struct ssl_st *tz_tls_session(struct tz_tls *t) TZ_MUSTCHECK;
/* SHA-256 of the certificate of now, and whether it is the operator's own. */
void tz_tls_now(struct tz_tls *t, uint8_t certificate[TZ_CERTIFICATE_HASH_SIZE], bool *own);

#endif
