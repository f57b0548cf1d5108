/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a committee's item can be checked without the tree.
 */
#ifndef TZ_DAEMON_SERVICE_COMMITTEE_ITEM_H
#define TZ_DAEMON_SERVICE_COMMITTEE_ITEM_H

#include "daemon/service/request.h"

/* Adds what is wrong with it. */
void tz_committee_item_check(const Taizhang__V1__CommitteeItem *item, struct tz_errors *errors);

/* r->op with an ask an item, checked, and room for what the writer makes of them. */
int tz_committee_items_prepare(struct tz_request *r, enum tz_op_type type,
                               Taizhang__V1__CommitteeItem *const *items, size_t count) TZ_MUSTCHECK;

#endif
