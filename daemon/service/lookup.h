/* SPDX-License-Identifier: Apache-2.0
 *
 * What the arguments of a query stand for: committees by code, addresses, positions. Errors are for the
 * request's status.
 */
#ifndef TZ_DAEMON_SERVICE_LOOKUP_H
#define TZ_DAEMON_SERVICE_LOOKUP_H

#include "daemon/service/service.h"

/* A committee as it was found; a copy, valid without the views' lock. */
struct tz_committee_ref {
    uint32_t number;
    char code[TZ_CODE_SIZE]; /* the present one */
    const char *name;        /* in the arena */
};

/* By code, current or old; "" is the root. Takes the read lock. 0; TZ_EINVAL with BAD_CODE or
 * UNKNOWN_COMMITTEE in *e; TZ_ENOMEM. */
int tz_lookup_committee(struct tz_service *s, const char *field, const char *code, struct tz_arena *arena,
                        struct tz_committee_ref *out, struct tz_error *e) TZ_MUSTCHECK;
/* An address from the wire as the store's key. key->key points into *address. Errors: the first one. */
int tz_lookup_address(struct tz_service *s, const Taizhang__V1__Address *w, struct tz_arena *arena,
                      struct tz_address *address, struct tz_committee_ref *committee,
                      struct tz_record_key *key, struct tz_error *e) TZ_MUSTCHECK;
/* 0, or TZ_EINVAL with POSITION_AHEAD. */
int tz_lookup_position(uint64_t min_position, uint64_t position, struct tz_error *e) TZ_MUSTCHECK;
/* A page's length: 0 is the limit, more is the limit. */
size_t tz_lookup_page(uint32_t limit);
/* The views' position (takes the read lock). */
uint64_t tz_lookup_views_position(struct tz_service *s);
/* What access is decided in, now; under the views' lock. */
struct tz_realm tz_lookup_realm(const struct tz_service *s);
/* Today in the registry's time zone. */
void tz_lookup_today(const struct tz_service *s, char out[TZ_DATE_SIZE]);

#endif
