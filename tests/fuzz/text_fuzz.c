/* SPDX-License-Identifier: Apache-2.0
 *
 * Everything that looks at a piece of text: UTF-8, dates, periods, codes, identity numbers, quotes for logs,
 * JSON.
 */
#include <string.h>

#include "common/base/buf.h"
#include "common/base/date.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/codes/identity.h"
#include "tests/fuzz/fuzz.h"

static void read_dates(const char *s, size_t len)
{
    char date[11];
    struct tz_period p, again;
    int64_t first, last;
    if (tz_date_read(s, len, date)) {
        MUST(tz_date_valid(date, strlen(date)));
        tz_date_span(date, strlen(date), &first, &last);
        MUST(first <= last);
    }
    if (tz_period_parse(s, len, &p)) {
        MUST(tz_period_read(s, len, &again));
        MUST(tz_period_equal(p, again));
    }
    if (tz_period_read(s, len, &p)) {
        char text[TZ_PERIOD_SIZE];
        tz_period_format(p, text);
        MUST(tz_period_parse(text, strlen(text), &again) && tz_period_equal(p, again));
        MUST(tz_period_from_order(tz_period_order(p), &again) && tz_period_equal(p, again));
    }
}

static void show(const char *s, size_t len)
{
    char copy[200], quoted[200];
    struct tz_buf out;
    struct tz_json j;
    tz_text_copy(copy, sizeof copy, s, len, 64);
    MUST(tz_text_valid(copy, strlen(copy), NULL));
    tz_log_quote(quoted, sizeof quoted, s, len);
    MUST(tz_text_valid(quoted, strlen(quoted), NULL) && !strchr(quoted, '\n'));
    tz_buf_init(&out, 8 * len + 16);
    tz_json_init(&j, &out);
    tz_json_string(&j, s, len);
    MUST(tz_buf_ok(&out) && tz_text_valid(out.data, out.len, NULL));
    tz_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const char *s = (const char *)bytes, *trimmed = s;
    size_t trimmed_len = len;
    char *folded = malloc(len + 1);
    MUST(folded);
    size_t folded_len = tz_text_fold(folded, s, len);
    MUST(folded_len <= len && folded[folded_len] == '\0');
    free(folded);
    tz_text_trim(&trimmed, &trimmed_len);
    MUST(trimmed >= s && trimmed + trimmed_len <= s + len);
    tz_text_width(s, len);
    MUST(!tz_code_valid(s, len) || (len >= 6 && len <= 13));
    MUST(!tz_uscc_valid(s, len) || len == 18);
    tz_text_has_resident_id(s, len);
    tz_text_has_mobile(s, len);
    read_dates(s, len);
    show(s, len);
    return 0;
}
