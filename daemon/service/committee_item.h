/* SPDX-License-Identifier: Apache-2.0
 *
 * What of a committee's item can be checked without the tree.
 */
#ifndef TZ_DAEMON_SERVICE_COMMITTEE_ITEM_H
#define TZ_DAEMON_SERVICE_COMMITTEE_ITEM_H

#include "common/base/err.h"

/* Adds what is wrong with it. */
void tz_committee_item_check(const Taizhang__V1__CommitteeItem *item, struct tz_errors *errors);

#endif
