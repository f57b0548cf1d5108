/* SPDX-License-Identifier: Apache-2.0
 *
 * Rates: how much a principal, and an address, may ask for. A bucket a name and a measure, filled at the
 * rate and holding what some seconds allow; whoever has taken more than there was waits until it is paid
 * back, so that a single large request is never impossible. An address may hold many offices, and a gateway
 * many persons: both may take 16 times what a principal may.
 *
 * An address is what net/inet.h counts as one place: an IPv6 network of 64 bits is one. Failed proofs and
 * invitation codes are counted by address, too; they never stand in the way of whoever proves a key that is
 * enrolled.
 *
 * Bounded: what has been idle longest makes room. Any thread; a lock for a part of the table each.
 */
#ifndef TZ_DAEMON_SERVICE_LIMITS_H
#define TZ_DAEMON_SERVICE_LIMITS_H

#include "common/base/env.h"
#include "daemon/net/conn.h"

enum tz_rate { TZ_RATE_REQUESTS, TZ_RATE_RECORDS, TZ_RATE_BYTES, TZ_RATES };

/* "requests": for the error. */
const char *tz_rate_name(enum tz_rate rate);

/* 0 a second: not limited. */
struct tz_rate_options {
    int64_t a_second[TZ_RATES];
    int64_t burst_s;
    int64_t failures;    /* a minute */
    int64_t connections; /* of a principal; 0: not limited */
};

struct tz_limits;

int tz_limits_new(struct tz_limits **out, const struct tz_rate_options *options,
                  const struct tz_env *env) TZ_MUSTCHECK;
void tz_limits_free(struct tz_limits *l);
void tz_limits_set(struct tz_limits *l, const struct tz_rate_options *options);

/* A request, before anything of it is done. person: whom a gateway acts for; "". 0, and it is counted; or
 * TZ_EINVAL with RATE_LIMITED (what, wait_ms) in *e, and nothing is. */
int tz_limits_take(struct tz_limits *l, const struct tz_peer *peer, const char *principal, const char *person,
                   const int64_t amount[TZ_RATES], struct tz_error *e) TZ_MUSTCHECK;

/* How long an error of this file tells to wait. */
int64_t tz_limits_wait_ms(const struct tz_error *e);

/* A session of this principal. 0: counted until tz_limits_leave; TZ_EINVAL with TOO_MANY_CONNECTIONS in *e.
 */
int tz_limits_enter(struct tz_limits *l, const char *principal, struct tz_error *e) TZ_MUSTCHECK;
void tz_limits_leave(struct tz_limits *l, const char *principal);

/* May this address try another code, or have another proof explained? 0, or TZ_EINVAL with SLOW_DOWN (what,
 * wait_ms) in *e. */
int tz_limits_may_try(struct tz_limits *l, const struct tz_peer *peer, struct tz_error *e) TZ_MUSTCHECK;
/* A proof or a code failed. */
void tz_limits_failed(struct tz_limits *l, const struct tz_peer *peer);

#endif
