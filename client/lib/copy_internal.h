/* SPDX-License-Identifier: Apache-2.0
 *
 * What copy.c and copy_read.c share.
 */
#ifndef TZ_CLIENT_LIB_COPY_INTERNAL_H
#define TZ_CLIENT_LIB_COPY_INTERNAL_H

#include "client/lib/copy.h"
#include "client/lib/profile_internal.h"

/* The statement, prepared once, with the registry bound to ?1. NULL: the failure is the database's. */
sqlite3_stmt *tz_copy_use(struct tz_profile *p, enum tz_copy_statement which);

#endif
