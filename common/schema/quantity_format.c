/* SPDX-License-Identifier: Apache-2.0
 *
 * Quantities as people write them.
 */
#include <inttypes.h>

#include "common/schema/quantity.h"

enum { FEN_PER_YUAN = 100, FEN_PER_WAN = 1000000 };

static const char *before(tz_qualifier q)
{
    switch (q) {
    case TZ_QUALIFIER(NEARLY):
        return "近";
    case TZ_QUALIFIER(ABOUT):
        return "约";
    case TZ_QUALIFIER(AT_LEAST):
        return "至少";
    default:
        return "";
    }
}

void tz_quantity_format(struct tz_buf *out, bool stated, int64_t value, tz_qualifier q, enum tz_unit unit)
{
    if (!stated || q == TZ_QUALIFIER(SOME)) {
        tz_buf_puts(out, "若干");
        return;
    }
    const char *after = q == TZ_QUALIFIER(OVER) ? "余" : "";
    const char *sign = value < 0 ? "-" : "";
    uint64_t n = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    tz_buf_printf(out, "%s%s", before(q), sign);
    if (unit != TZ_UNIT_FEN)
        tz_buf_printf(out, "%" PRIu64 "%s%s", n, after, tz_unit_name(unit));
    else if (n % FEN_PER_WAN == 0)
        tz_buf_printf(out, "%" PRIu64 "%s万元", n / FEN_PER_WAN, after);
    else
        tz_buf_printf(out, "%" PRIu64 ".%02u%s元", n / FEN_PER_YUAN, (unsigned)(n % FEN_PER_YUAN), after);
}

const char *tz_qualifier_name(tz_qualifier q)
{
    static const char *const names[TZ_QUALIFIERS] = {"",      "exact",    "over", "nearly",
                                                     "about", "at_least", "some"};
    return (unsigned)q < TZ_QUALIFIERS ? names[q] : "";
}
