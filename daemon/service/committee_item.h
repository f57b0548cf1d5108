/* SPDX-License-Identifier: Apache-2.0
 *
 * Committees on their way to the writer: what can be checked without the tree.
 */
#ifndef TZ_DAEMON_SERVICE_COMMITTEE_ITEM_H
#define TZ_DAEMON_SERVICE_COMMITTEE_ITEM_H

#include "daemon/service/request.h"

/* r->op with an ask an item, checked, and room for what the writer makes of them. */
int tz_committee_items_prepare(struct tz_request *r, enum tz_op_type type,
                               Taizhang__V1__CommitteeItem *const *items, size_t count) TZ_MUSTCHECK;

/* r->op with an ask an item, checked, and room for what the writer makes of them. */
int tz_committee_items_prepare(struct tz_request *r, enum tz_op_type type,
                               Taizhang__V1__CommitteeItem *const *items, size_t count) TZ_MUSTCHECK;

#endif
