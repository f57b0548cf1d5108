/* SPDX-License-Identifier: Apache-2.0
 *
 * Column headers of spreadsheets: which field one means, which unit it names, and what an unknown one may
 * have meant.
 */
#ifndef TZ_COMMON_SCHEMA_HEADER_H
#define TZ_COMMON_SCHEMA_HEADER_H

#include "common/schema/schema.h"

enum { TZ_HEADER_UNIT_SIZE = 32, TZ_HEADER_NEAREST = 3 };

/* Chinese label, English name or label, or alias; full-width ASCII folded, blanks, underscores, asterisks and
 * case ignored; a unit may follow: 金额（万元）, 金额(万元), 服务人数/人, 满意度（单位：%）. *field gets the
 * field; unit the text of the unit as it stands, "" if there is none (it is read with the cells). false: no
 * such field. */
bool tz_header_match(const struct tz_kind_info *kind, const char *text, size_t len,
                     const struct tz_field **field, char unit[TZ_HEADER_UNIT_SIZE]);

/* Cuts a unit off a folded header (label.h), in place: what stands in the last brackets, or behind the last
 * slash. false: it has none. */
bool tz_header_split_unit(char *folded, char **unit);
/* The unit that such a text is for a field, "" for a field without units and for remarks like 必填. false: it
 * is too long for one. */
bool tz_header_unit(const struct tz_field *field, const char *found, char unit[TZ_HEADER_UNIT_SIZE]);

/* How far two headers are from one another: changes of a character per 1,000 characters of the longer one. */
size_t tz_header_difference(const char *a, size_t alen, const char *b, size_t blen);

/* The fields whose label, name or alias needs the fewest changes of a character, nearest first; only those
 * that share something with the text. Returns how many. */
size_t tz_header_nearest(const struct tz_kind_info *kind, const char *text, size_t len,
                         const struct tz_field *out[TZ_HEADER_NEAREST]);

#endif
