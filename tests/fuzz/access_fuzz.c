/* SPDX-License-Identifier: Apache-2.0
 *
 * A line of the access log: what is read as an event gives the same bytes when it is written again.
 */
#include <string.h>

#include "daemon/audit/event.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct tz_arena arena;
    struct tz_buf again;
    struct tz_access_event e;
    tz_arena_init(&arena, 64 * TZ_ACCESS_LINE_MAX);
    if (tz_access_parse((const char *)bytes, len, &arena, &e) == TZ_OK) {
        tz_buf_init(&again, TZ_ACCESS_LINE_MAX);
        tz_access_format(&e, &again);
        MUST(again.len == len && memcmp(again.data, bytes, len) == 0);
        tz_buf_free(&again);
    }
    tz_arena_free(&arena);
    return 0;
}
