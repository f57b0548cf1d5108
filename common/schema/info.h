/* SPDX-License-Identifier: Apache-2.0
 *
 * The field table as the schema reply carries it.
 */
#ifndef TZ_COMMON_SCHEMA_INFO_H
#define TZ_COMMON_SCHEMA_INFO_H

#include "common/base/arena.h"
#include "common/schema/schema.h"

/* One kind, or all for 0. *out lives in the arena (its texts partly in the table: never free it).
 * TZ_ENOENT: no such kind; TZ_ENOMEM. */
int tz_schema_reply(uint32_t kind, struct tz_arena *arena, Taizhang__V1__SchemaReply **out) TZ_MUSTCHECK;
/* flow, stock, heads, or "". */
const char *tz_measure_name(enum tz_measure_class measure);

#endif
