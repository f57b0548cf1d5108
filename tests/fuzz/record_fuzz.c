/* SPDX-License-Identifier: Apache-2.0
 *
 * A record as it comes from the wire: a byte for the kind, two for the length of the private bytes, these,
 * the body. One that decodes is validated, measured, shown, and packed again to the same bytes.
 */
#include <string.h>

#include "common/base/json.h"
#include "common/schema/record.h"
#include "common/wire/frame.h"
#include "tests/fuzz/fuzz.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

static void show(const struct tz_record *r)
{
    struct tz_buf out;
    struct tz_json j;
    const struct tz_field *f;
    tz_buf_init(&out, OUTPUT_MAX);
    for (size_t i = 0; (f = tz_field_at(r->kind, i)); i++) {
        tz_record_text(r, f, true, &out);
        tz_record_text(r, f, false, &out);
    }
    MUST(tz_buf_ok(&out));
    tz_buf_clear(&out);
    tz_json_init(&j, &out);
    tz_record_json(r, &j);
    MUST(tz_buf_ok(&out) && j.depth == 0);
    tz_buf_free(&out);
}

static void use(const struct tz_record *r, const uint8_t *body, size_t body_len, const uint8_t *hidden,
                size_t hidden_len)
{
    struct tz_address address = {"520000", r->kind->kind, {2017, TZ_YEAR, 1}, "1"};
    struct tz_errors errors = {0};
    struct tz_arena arena;
    struct tz_facts facts;
    ProtobufCBinaryData again, hidden_again;
    tz_arena_init(&arena, OUTPUT_MAX);
    size_t added = tz_record_validate(r, &address, tz_date_days(2018, 3, 26), false, &errors);
    MUST(added == errors.count + errors.dropped);
    tz_record_validate_change(r, r, false, &errors);
    MUST(tz_record_facts(r, &arena, &facts) == TZ_OK);
    MUST(facts.measures <= TZ_MEASURES_MAX);
    MUST(tz_record_encode(r, &arena, &again, &hidden_again) == TZ_OK);
    MUST(again.len == body_len && (!body_len || memcmp(again.data, body, body_len) == 0));
    MUST(hidden_again.len == hidden_len &&
         (!hidden_len || memcmp(hidden_again.data, hidden, hidden_len) == 0));
    show(r);
    tz_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct tz_arena arena;
    struct tz_record r;
    struct tz_errors errors = {0};
    if (len < 3)
        return 0;
    const struct tz_kind_info *kind = tz_kind_info(bytes[0]);
    size_t hidden_len = (size_t)bytes[1] << 8 | bytes[2];
    bytes += 3;
    len -= 3;
    if (!kind || hidden_len > len || len - hidden_len > TZ_BODY_MAX)
        return 0;
    const uint8_t *body = bytes + hidden_len;
    size_t body_len = len - hidden_len;
    tz_arena_init(&arena, tz_wire_arena_max(len));
    int rc = tz_record_decode(kind, body, body_len, bytes, hidden_len, &arena, &r, &errors);
    MUST(rc == TZ_OK || rc == TZ_EINVAL || rc == TZ_ELIMIT || rc == TZ_ENOMEM);
    MUST((rc == TZ_EINVAL) == (errors.count > 0));
    if (rc == TZ_OK)
        use(&r, body, body_len, bytes, hidden_len);
    tz_arena_free(&arena);
    return 0;
}
