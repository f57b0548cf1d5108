/* SPDX-License-Identifier: Apache-2.0
 *
 * From a record to what totals need of it.
 */
#ifndef TZ_COMMON_TOTALS_VIEW_RECORD_H
#define TZ_COMMON_TOTALS_VIEW_RECORD_H

#include "common/totals/cube.h"
#include "common/totals/source.h"

/* Makes a view record of packed bytes (body decoded into the arena). The tree resolves codes of places and
 * wholes. TZ_ECORRUPT: not the bytes of such a record. */
int tz_view_record_make(const struct tz_tree *tree, const struct tz_record_key *key, struct tz_bytes body,
                        struct tz_arena *arena, struct tz_view_record *out) TZ_MUSTCHECK;
/* The same from a record already decoded. */
int tz_view_record_from(const struct tz_tree *tree, const struct tz_record_key *key,
                        const struct tz_record *record, struct tz_arena *arena,
                        struct tz_view_record *out) TZ_MUSTCHECK;
/* The state of a whole for tz_cube_apply, from its bytes (NULL bytes: not live). */
int tz_whole_state_make(const struct tz_tree *tree, const struct tz_record_key *key,
                        const struct tz_bytes *body, struct tz_arena *arena,
                        struct tz_whole_state *out) TZ_MUSTCHECK;
/* Puts a live record into a cube of that tree that is being filled; the source has its whole. The arena is
 * used for the one record: reset it before. */
int tz_view_record_load(const struct tz_tree *tree, struct tz_cube *cube,
                        const struct tz_record_source *source, const struct tz_record_key *key,
                        struct tz_bytes body, struct tz_arena *arena) TZ_MUSTCHECK;
/* A cube of one kind's records in sub(node), all that matters there, made from the source: for answers of
 * which no cube is kept. sliced: with the values of every breakdown, which a plain total does not need. */
int tz_view_cube(struct tz_cube **out, struct tz_tree *tree, const struct tz_record_source *source,
                 uint32_t node, uint32_t kind, bool sliced) TZ_MUSTCHECK;

#endif
