/* SPDX-License-Identifier: Apache-2.0
 *
 * A stored entry as RecordState, the form in which records leave the registry.
 */
#ifndef TZ_DAEMON_SERVICE_STATE_H
#define TZ_DAEMON_SERVICE_STATE_H

#include "daemon/service/lookup.h"

/* Everything is copied into the arena but the committee's name, which is lent. with_private: the private
 * bytes too. Of a write from above the writer's code is looked up, under the read lock. 0, TZ_ECORRUPT or
 * TZ_ENOMEM. */
int tz_state_make(struct tz_views *views, const struct tz_entry *e, const struct tz_committee_ref *committee,
                  bool with_private, struct tz_arena *arena, Taizhang__V1__RecordState **out) TZ_MUSTCHECK;
/* Drops what is for the committee's own line alone: who wrote, from where, for whom, and why. By the id of a
 * key anybody could be told whose that is. */
void tz_state_publish(Taizhang__V1__RecordState *s);

#endif
