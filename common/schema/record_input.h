/* SPDX-License-Identifier: Apache-2.0
 *
 * Cells of the types that need more than a look: lists (record_list.c) and shares (permille.c).
 */
#ifndef TZ_COMMON_SCHEMA_RECORD_INPUT_H
#define TZ_COMMON_SCHEMA_RECORD_INPUT_H

#include "common/schema/record.h"

/* Each reads a cell into a new submessage at *out, in the arena. OK, INTERNAL when memory is out, or what is
 * wrong; bad (of at least TZ_BAD_SIZE bytes) then holds the item concerned. */
enum { TZ_BAD_SIZE = 200 };
tz_code tz_list_read(const struct tz_field *f, const char *cell, size_t len, struct tz_arena *arena,
                     void **out, char bad[TZ_BAD_SIZE]);

/* 85%, 85.5%, 850‰; with score also 92 and 92.5分. header_unit (may be NULL): what the header names, when the
 * cell has no sign of its own. Thousandths at *out; false: not a share. */
bool tz_permille_read(const char *cell, size_t len, bool score, const char *header_unit, uint32_t *out);

#endif
