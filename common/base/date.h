/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates with their precision (2017, 2017-07, 2017-07-31) and periods (2017, 2017H1, 2017Q3, 2017-06), both
 * kept as canonical text. Years 1900 to 2999.
 */
#ifndef TZ_COMMON_BASE_DATE_H
#define TZ_COMMON_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Days since 1970-01-01 in the proleptic Gregorian calendar, both ways (H. Hinnant, days_from_civil). */
int64_t tz_date_days(int year, int month, int day);
void tz_date_from_days(int64_t days, int *year, int *month, int *day);

/* A canonical date? */
bool tz_date_valid(const char *s, size_t len);
/* First and last day that a canonical date covers, as days. */
void tz_date_span(const char *s, size_t len, int64_t *first, int64_t *last);
/* Reads what people write: 2017年7月31日, 2017.7.31, 2017/7/31, 2017-7, 20170731. false: not a date. */
bool tz_date_read(const char *s, size_t len, char out[11]);

enum tz_granularity { TZ_YEAR = 1, TZ_HALF, TZ_QUARTER, TZ_MONTH };

struct tz_period {
    uint16_t year;
    uint8_t granularity; /* enum tz_granularity */
    uint8_t index;       /* 1..2 halves, 1..4 quarters, 1..12 months, 1 for a year */
};

enum { TZ_PERIOD_SIZE = 8 };

/* Canonical text only; false: not a period. */
bool tz_period_parse(const char *s, size_t len, struct tz_period *out);
/* What people write: also 2017年, 2017年6月, 2017年上半年, 2017年第三季度, 2017-6, 2017h1. */
bool tz_period_read(const char *s, size_t len, struct tz_period *out);
void tz_period_format(struct tz_period p, char out[TZ_PERIOD_SIZE]);
/* Order by first day, then the longer first, as an integer that also serves as a key in the store and can be
 * turned back: year * 10000 + first month * 100 + granularity. */
uint32_t tz_period_order(struct tz_period p);
bool tz_period_from_order(uint32_t order, struct tz_period *out);
/* First and last day. */
void tz_period_span(struct tz_period p, int64_t *first, int64_t *last);
bool tz_period_equal(struct tz_period a, struct tz_period b);

#endif
