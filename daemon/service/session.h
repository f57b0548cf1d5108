/* SPDX-License-Identifier: Apache-2.0
 *
 * What a connection has with the service: how far its handshake is, and then who it is and what that one may
 * do today.
 *
 *      HELLO ------------------------------------> OPEN      the socket's owner
 *        | Hello with a key                          ^
 *        v                  Proof                    |
 *      PROOF ----------------------------------------+
 *        | Proof with an invitation that is open     |
 *        v                  the writer               |
 *      ENROL ----------------------------------------+
 *
 * Whatever is refused on the way closes the connection. Until a Proof is right, nothing is looked up: a
 * stranger costs the same as anybody, and learns the same.
 */
#ifndef TZ_DAEMON_SERVICE_SESSION_H
#define TZ_DAEMON_SERVICE_SESSION_H

#include "daemon/service/request.h"

enum tz_stage { TZ_STAGE_HELLO, TZ_STAGE_PROOF, TZ_STAGE_ENROL, TZ_STAGE_OPEN };

/* Of a handshake with a key; gone when it is over. */
struct tz_handshake {
    uint32_t minor;
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    uint8_t nonce[TZ_NONCE_SIZE];
    char client[256]; /* quoted, for the log */
};

struct tz_session {
    struct tz_service *service;
    enum tz_stage stage;
    struct tz_handshake *handshake; /* PROOF, ENROL; else NULL */
    struct tz_grant grant;          /* nothing until OPEN */
    uint64_t generation;            /* of the principals when the grant was made */
    int64_t until_ms;               /* 0: no end */
    bool counted;                   /* among its principal's connections */
    int64_t patience_us;            /* when it may be told RATE_LIMITED as if it had never been */
};

/* Who the session is from now on: the socket's owner, or the key's holder. 0, or TZ_EINVAL with KEY_UNKNOWN
 * or KEY_REVOKED in *e. */
void tz_session_of_socket(struct tz_session *s);
int tz_session_of_key(struct tz_session *s, const uint8_t public_key[TZ_KEY_PUBLIC_SIZE],
                      struct tz_error *e) TZ_MUSTCHECK;
/* At each request: the grant as it is now. Costs nothing while no principal has changed. 0, or TZ_EINVAL with
 * KEY_REVOKED in *e. */
int tz_session_refresh(struct tz_session *s, struct tz_error *e) TZ_MUSTCHECK;

/* The handshake is over: the connection is open, if it still can be and its principal has not too many, and
 * HelloReply is r's answer. client: quoted. */
void tz_session_open(struct tz_request *r, struct tz_conn *c, uint32_t minor, const char *client);
/* The handshake ends here. Every refusal of a Proof or an invitation comes by here: what a peer guesses is
 * counted, and one that guesses too often is told to wait, and nothing else. reason: as for tz_conn_close. */
void tz_session_refuse(struct tz_request *r, struct tz_conn *c, const struct tz_error *e, const char *reason);

/* The connection is gone. */
void tz_session_close(struct tz_session *s);

/* KEY_REVOKED, with the day since when. */
void tz_session_revoked(const struct tz_env *env, const struct tz_principal *p, struct tz_error *e);

#endif
