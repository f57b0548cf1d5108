/* SPDX-License-Identifier: Apache-2.0
 *
 * After an unclean stop: the store's own quick check of its file, on a reader and a thread of its own while
 * the registry serves. What it finds is logged; `taizhangd check` does it in full, with everything that is
 * derived.
 */
#ifndef TZ_DAEMON_SERVICE_RECHECK_H
#define TZ_DAEMON_SERVICE_RECHECK_H

#include "daemon/store/store.h"

struct tz_recheck;

int tz_recheck_start(struct tz_recheck **out, struct tz_store *store, struct tz_log *log) TZ_MUSTCHECK;
/* Interrupts it if it still runs. NULL: nothing. */
void tz_recheck_stop(struct tz_recheck *c);

#endif
