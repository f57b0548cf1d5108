/* SPDX-License-Identifier: Apache-2.0
 *
 * What the arguments of a query stand for: committees by code, addresses, positions. Errors are for the
 * request's status.
 */
#ifndef TZ_DAEMON_SERVICE_LOOKUP_H
#define TZ_DAEMON_SERVICE_LOOKUP_H

#include "daemon/service/request.h"

/* A committee as it was found; a copy, valid without the views' lock. */
struct tz_committee_ref {
    uint32_t number;
    char code[TZ_CODE_SIZE]; /* the present one */
    const char *name;        /* in the arena */
};

/* The committee that a request is about, and whether it may be: by code, current or old; "" is the
 * credential's own. Takes the read lock. access (may be NULL): what the verb's action comes to there. 0;
 * TZ_EINVAL with BAD_CODE, UNKNOWN_COMMITTEE or NOT_ALLOWED in *e; TZ_ENOMEM. */
int tz_lookup_committee(const struct tz_request *r, const char *field, const char *code,
                        struct tz_arena *arena, struct tz_committee_ref *out, struct tz_decision *access,
                        struct tz_error *e) TZ_MUSTCHECK;
/* An address from the wire as the store's key. key->key points into *address. Errors: the first one, and
 * NOT_ALLOWED as above. */
int tz_lookup_address(const struct tz_request *r, const Taizhang__V1__Address *w, struct tz_arena *arena,
                      struct tz_address *address, struct tz_committee_ref *committee,
                      struct tz_record_key *key, struct tz_decision *access, struct tz_error *e) TZ_MUSTCHECK;
/* 0, or TZ_EINVAL with POSITION_AHEAD. */
int tz_lookup_position(uint64_t min_position, uint64_t position, struct tz_error *e) TZ_MUSTCHECK;
/* A page's length: 0 is the limit, more is the limit. */
size_t tz_lookup_page(uint32_t limit);
/* The views' position (takes the read lock). */
uint64_t tz_lookup_views_position(struct tz_service *s);
/* What access is decided in, now; under the views' lock. */
struct tz_realm tz_lookup_realm(const struct tz_service *s);
/* The day whose tree the views have (takes the read lock). */
void tz_lookup_tree_date(const struct tz_service *s, char out[TZ_DATE_SIZE]);
/* Today in the registry's time zone. */
void tz_lookup_today(const struct tz_service *s, char out[TZ_DATE_SIZE]);

#endif
