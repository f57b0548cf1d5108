/* SPDX-License-Identifier: Apache-2.0
 *
 * Quantity: a reported amount and how much it is worth (DESIGN 5). Reading what people write, writing it for
 * people, and the sum that keeps qualifiers and can be undone exactly.
 */
#ifndef TZ_COMMON_SCHEMA_QUANTITY_H
#define TZ_COMMON_SCHEMA_QUANTITY_H

#include "common/base/buf.h"
#include "common/base/err.h"

#define TZ_QUANTITY_MAX INT64_C(1000000000000000) /* 10^15, in the field's unit */

typedef Taizhang__V1__Qualifier tz_qualifier;
#define TZ_QUALIFIER(name) TAIZHANG__V1__QUALIFIER__QUALIFIER_##name
enum { TZ_QUALIFIERS = 7 }; /* 0 (none) to 6 (some) */

enum tz_unit {
    TZ_UNIT_NONE,
    TZ_UNIT_PROJECT,      /* 个=项 */
    TZ_UNIT_POST,         /* 个岗位=个 */
    TZ_UNIT_HEAD,         /* 名=人=个 */
    TZ_UNIT_ORGANISATION, /* 家=个 */
    TZ_UNIT_PERSON,       /* 人=名 */
    TZ_UNIT_PERSON_TIME,  /* 人次 */
    TZ_UNIT_HOUSEHOLD,    /* 户=个=个家庭=家庭 */
    TZ_UNIT_CASE,         /* 例=个=案 */
    TZ_UNIT_GROUP,        /* 组=个 */
    TZ_UNIT_SESSION,      /* 场次=场=次=期 */
    TZ_UNIT_WORK,         /* 件=部=个 */
    TZ_UNIT_HOUR,         /* 小时 */
    TZ_UNIT_COVERAGE,     /* 个 */
    TZ_UNIT_FIELD,        /* 个领域=个 */
    TZ_UNIT_FEN,          /* money: 元, 万元, 亿元 in; fen kept */
    TZ_UNITS
};

/* The unit's own name (个, 名, 元), and its synonyms ending with NULL, the own name first. */
const char *tz_unit_name(enum tz_unit unit);
const char *const *tz_unit_synonyms(enum tz_unit unit);

struct tz_quantity {
    int64_t value;
    tz_qualifier qualifier;
    char written[256]; /* as the wire carries it: outer spaces off, full-width ASCII folded, header unit added
                        */
};

/* Reads a cell. header_unit: what the column's header names (万元, 个), or NULL. Blank cells are the
 * caller's: they state nothing. 0, or TZ_EINVAL with *e filled (field left empty). Integer arithmetic only.
 */
int tz_quantity_read(const char *cell, size_t len, enum tz_unit unit, const char *header_unit,
                     struct tz_quantity *out, struct tz_error *e) TZ_MUSTCHECK;

/* A sum and a count per qualifier: removal is as exact as addition. Zeroed is empty. */
struct tz_sum {
    __int128 value;
    int64_t n[TZ_QUALIFIERS]; /* n[SOME] is `unquantified` */
};

void tz_sum_add(struct tz_sum *s, const struct tz_sum *other, int sign);
void tz_sum_piece(struct tz_sum *s, int64_t value, tz_qualifier q, int sign);
/* Records in the sum, `some` included. */
int64_t tz_sum_records(const struct tz_sum *s);
/* Something was stated with a number. */
bool tz_sum_stated(const struct tz_sum *s);
/* The qualifier of the sum by the sum rule; NONE if empty, SOME if only `some` was stated. */
tz_qualifier tz_sum_qualifier(const struct tz_sum *s);
/* Of a difference a - b: over/at_least and nearly change places in b. */
tz_qualifier tz_difference_qualifier(tz_qualifier a, tz_qualifier b);
/* The value as int64. false: it does not fit. */
bool tz_sum_value(const struct tz_sum *s, int64_t *out);

/* For people: 300万元, 12294余万元, 近30万人 -> value 300000 nearly 人 = 近300000人, 200余个, 若干. Money in
 * 万元 when whole, else 元 with two decimals; negative differences carry a minus. Appends to out. stated =
 * false: 若干. */
void tz_quantity_format(struct tz_buf *out, bool stated, int64_t value, tz_qualifier q, enum tz_unit unit);
/* exact over nearly about at_least some; "" for none. */
const char *tz_qualifier_name(tz_qualifier q);

#endif
