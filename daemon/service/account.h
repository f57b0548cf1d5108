/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a request goes into the access log: decided here, for every request alike, once its answer is made
 * and before it leaves. A request may have been refused, as a whole or for some of its items; it may have
 * changed something; it may carry private fields out; it may have opened a session. What it was about is
 * named, never what was in it.
 */
#ifndef TZ_DAEMON_SERVICE_ACCOUNT_H
#define TZ_DAEMON_SERVICE_ACCOUNT_H

#include "daemon/service/request.h"

/* The request is answered, and so far its own thread's. */
void tz_account(struct tz_request *r);
/* Whether a status means that somebody asked for what it may not have. */
bool tz_account_is_refusal(tz_code code);
/* Changes are turned away while the access log cannot be written: READ_ONLY. */
bool tz_account_blocked(const struct tz_service *s);

#endif
