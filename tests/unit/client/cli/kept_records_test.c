/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/kept_records.h"

/* More than stays in memory, read in any order and twice. */
static void records_come_back_as_they_were(void **state)
{
    (void)state;
    enum { COUNT = 3000, BODY = 4000 };
    struct tz_kept_records k;
    struct tz_arena arena;
    uint8_t *body = malloc(BODY);
    tz_kept_records_init(&k);
    tz_arena_init(&arena, 1 << 20);
    for (unsigned i = 0; i < COUNT; i++) {
        Taizhang__V1__RecordState s = TAIZHANG__V1__RECORD_STATE__INIT;
        memset(body, (int)(i % 251), BODY);
        s.revision = i + 1;
        s.body = (ProtobufCBinaryData){.data = body, .len = i % BODY};
        assert_int_equal(tz_kept_records_add(&k, &s), TZ_OK);
    }
    assert_int_equal(tz_kept_records_count(&k), COUNT);
    for (size_t turn = 0; turn < 2 * COUNT; turn++) {
        size_t i = turn * 7919 % COUNT;
        Taizhang__V1__RecordState *s;
        tz_arena_reset(&arena);
        assert_int_equal(tz_kept_records_get(&k, i, &arena, &s), TZ_OK);
        assert_int_equal(s->revision, i + 1);
        assert_int_equal(s->body.len, i % BODY);
        if (s->body.len > 0)
            assert_int_equal(s->body.data[s->body.len - 1], i % 251);
    }
    tz_kept_records_free(&k);
    tz_arena_free(&arena);
    free(body);
}

static void none_at_all(void **state)
{
    (void)state;
    struct tz_kept_records k;
    tz_kept_records_init(&k);
    assert_int_equal(tz_kept_records_count(&k), 0);
    tz_kept_records_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back_as_they_were),
        cmocka_unit_test(none_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
