/* SPDX-License-Identifier: Apache-2.0
 *
 * The store as the totals' source of records.
 */
#ifndef TZ_DAEMON_VIEWS_STORED_H
#define TZ_DAEMON_VIEWS_STORED_H

#include "common/totals/source.h"
#include "daemon/store/store.h"

/* Lends the reader, which must be inside a snapshot whenever the source is asked. */
struct tz_record_source tz_stored_source(struct tz_reader *r);

#endif
