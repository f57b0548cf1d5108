/* SPDX-License-Identifier: Apache-2.0
 *
 * Keys and invitations as replies have them. Rows lend the views' memory: they are made, and packed, under
 * the lock. Also what requests about them say in common.
 */
#ifndef TZ_DAEMON_SERVICE_PRINCIPAL_ROW_H
#define TZ_DAEMON_SERVICE_PRINCIPAL_ROW_H

#include "daemon/service/request.h"

void tz_principal_row(const struct tz_views *v, const struct tz_principal *p, Taizhang__V1__Principal *out);
/* That of the invitation, or "closed": open, but its committee is none any more. */
const char *tz_invitation_row_state(const struct tz_views *v, const struct tz_invitation *i, int64_t now_ms);
void tz_invitation_row(const struct tz_views *v, const struct tz_invitation *i, int64_t now_ms,
                       Taizhang__V1__Invitation *out);

/* Whose keys a list is of, and whether the requester may look after them. Under the lock. *top: the
 * committee; *registry: also those of the registry as a whole, which stand before all others. 0, or
 * TZ_EINVAL. */
int tz_key_list_scope(const struct tz_request *r, const char *committee, uint32_t *top, bool *registry,
                      struct tz_error *e) TZ_MUSTCHECK;

/* A committee's code, or none: 0, or TZ_EINVAL with BAD_CODE. */
int tz_key_check_committee(const char *code, struct tz_error *e) TZ_MUSTCHECK;
/* What a key or an invitation shall be: the same, BAD_ROLE, or BAD_ARGUMENT, which a name of more than 200
 * characters or of several lines is. */
int tz_principal_check(const char *name, const char *committee, char *const *roles, size_t count,
                       struct tz_error *e) TZ_MUSTCHECK;

/* The outcome of an operation with one change, in *out; lends the op's memory. A refusal is the answer of the
 * whole request: false, and it was given. */
bool tz_key_outcome(struct tz_request *r, Taizhang__V1__Outcome *out);

#endif
