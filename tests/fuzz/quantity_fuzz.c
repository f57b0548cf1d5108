/* SPDX-License-Identifier: Apache-2.0
 *
 * A cell read as an amount: the first byte chooses the unit, the second the unit that the column's header
 * names.
 */
#include <string.h>

#include "common/base/text.h"
#include "common/schema/quantity.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct tz_quantity *q, enum tz_unit unit)
{
    struct tz_buf out;
    bool stated = q->qualifier != TZ_QUALIFIER(SOME);
    MUST(q->qualifier > TZ_QUALIFIER(NONE) && q->qualifier <= TZ_QUALIFIER(SOME));
    MUST(q->value >= 0 && q->value <= TZ_QUANTITY_MAX && (stated || !q->value));
    MUST(tz_text_valid(q->written, strlen(q->written), NULL));
    tz_buf_init(&out, 1000);
    tz_quantity_format(&out, stated, q->value, q->qualifier, unit);
    MUST(tz_buf_ok(&out) && out.len);
    tz_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const headers[] = {NULL, "元", "万元", "亿元", "个", "人次", "", "？"};
    struct tz_quantity q;
    struct tz_error e = {0};
    if (len < 3)
        return 0;
    enum tz_unit unit = bytes[0] % TZ_UNITS;
    const char *header = headers[bytes[1] % (sizeof headers / sizeof *headers)];
    if (tz_quantity_read((const char *)bytes + 2, len - 2, unit, header, &q, &e) == TZ_OK)
        check(&q, unit);
    else
        MUST(e.code != TZ_CODE(OK));
    return 0;
}
