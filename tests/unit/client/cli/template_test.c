/* SPDX-License-Identifier: Apache-2.0
 *
 * Templates: every column of every kind in both languages is read as what it is, and every example is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "client/cli/field_help.h"
#include "client/cli/template.h"
#include "client/sheet/headers.h"
#include "client/sheet/rows.h"
#include "common/base/arena.h"

static void every_header_is_read_as_its_field(void **state)
{
    (void)state;
    static struct tz_headers h;
    static struct tz_header_error errors[TZ_HEADER_ERRORS_MAX];
    struct tz_cell cells[TZ_TEMPLATE_COLUMNS];
    struct tz_buf labels[TZ_TEMPLATE_COLUMNS];
    for (uint32_t k = 1; k < TZ_KINDS; k++) {
        for (int zh = 0; zh < 2; zh++) {
            struct tz_template t = {.kind = tz_kind_info(k)};
            tz_template_columns(&t, NULL, true, true);
            for (size_t i = 0; i < t.columns; i++) {
                tz_buf_init(&labels[i], 1024);
                tz_buf_puts(&labels[i], tz_field_is_asked_for(t.field[i]) ? "*" : "");
                tz_headers_label(&labels[i], t.field[i], tz_field_header_unit(t.field[i]), zh);
                cells[i] = (struct tz_cell){.s = labels[i].data, .len = labels[i].len};
            }
            h.mapping = NULL;
            assert_int_equal(tz_headers_read(&h, t.kind, cells, t.columns, false, errors), 0);
            for (size_t i = 0; i < t.columns; i++) {
                assert_ptr_equal(h.column[i].field, t.field[i]);
                assert_string_equal(h.column[i].unit, tz_field_header_unit(t.field[i]));
                tz_buf_free(&labels[i]);
            }
        }
    }
}

static void every_example_is_right(void **state)
{
    (void)state;
    struct tz_arena arena;
    struct tz_buf text;
    tz_arena_init(&arena, 1 << 20);
    tz_buf_init(&text, 1 << 16);
    for (uint32_t k = 1; k < TZ_KINDS; k++) {
        for (int zh = 0; zh < 2; zh++) {
            struct tz_template t = {.kind = tz_kind_info(k)};
            tz_template_columns(&t, NULL, true, true);
            struct tz_record record;
            assert_int_equal(tz_record_new(t.kind, &arena, &record), TZ_OK);
            for (size_t i = 0; i < t.columns; i++) {
                const struct tz_field *f = t.field[i];
                struct tz_error e;
                tz_buf_clear(&text);
                tz_field_example(&text, t.kind, f, "110000", "2017", zh);
                if (f->place == TZ_IN_ADDRESS || text.len == 0) {
                    assert_false(tz_field_is_asked_for(f) && text.len == 0);
                    continue;
                }
                assert_int_equal(
                    tz_record_set(&record, f, text.data, text.len, tz_field_header_unit(f), &arena, &e),
                    TZ_OK);
            }
            tz_arena_reset(&arena);
        }
    }
    tz_buf_free(&text);
    tz_arena_free(&arena);
}

static void every_field_has_help(void **state)
{
    (void)state;
    const struct tz_field *f;
    struct tz_buf text;
    tz_buf_init(&text, 1 << 16);
    for (uint32_t k = 1; k < TZ_KINDS; k++) {
        const struct tz_kind_info *kind = tz_kind_info(k);
        for (size_t i = 0; (f = tz_field_at(kind, i)); i++) {
            if (f->type == TZ_TYPE_ATTACHMENTS || f->type == TZ_TYPE_EXTRA)
                continue;
            tz_buf_clear(&text);
            tz_field_help(&text, f, false);
            assert_true(text.len > 0);
            assert_int_not_equal(text.data[0], '\n');
            if (f->list)
                assert_non_null(
                    strstr(text.data, f->type == TZ_TYPE_YESNO ? "否" : f->list->members[0].name));
        }
    }
    tz_buf_free(&text);
}

static bool has_column(const struct tz_template *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++)
        if (strcmp(t->field[i]->name, name) == 0)
            return true;
    return false;
}

static void columns_are_those_that_make_sense(void **state)
{
    (void)state;
    struct tz_template t = {.kind = tz_kind_info(TZ_KIND_WORKER)};
    bool wanted[TZ_TEMPLATE_COLUMNS] = {false};
    const struct tz_field *f;
    tz_template_columns(&t, NULL, false, false);
    assert_string_equal(t.field[0]->name, "committee");
    assert_false(has_column(&t, "name"));
    assert_false(has_column(&t, "purchase_mode"));
    tz_template_columns(&t, NULL, false, true);
    assert_true(has_column(&t, "name"));
    for (size_t i = 0; (f = tz_field_at(t.kind, i)); i++)
        wanted[i] = strcmp(f->name, "purchase_mode") == 0;
    tz_template_columns(&t, wanted, false, false);
    assert_true(has_column(&t, "purchase_mode"));
    tz_template_columns(&t, NULL, true, true);
    assert_true(has_column(&t, "delegated"));
    assert_false(has_column(&t, "attachments"));
    /* a field that has to be filled in is never left out */
    for (uint32_t k = 1; k < TZ_KINDS; k++) {
        t.kind = tz_kind_info(k);
        tz_template_columns(&t, NULL, false, false);
        for (size_t i = 0; (f = tz_field_at(t.kind, i)); i++)
            assert_true(!(f->flags & TZ_F_REQUIRED) || has_column(&t, f->name));
    }
}

static void side_sheets_have_their_names(void **state)
{
    (void)state;
    assert_true(tz_template_side_sheet("填写说明"));
    assert_true(tz_template_side_sheet("Lists"));
    assert_false(tz_template_side_sheet("项目"));
    assert_false(tz_template_side_sheet(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_header_is_read_as_its_field),
        cmocka_unit_test(every_example_is_right),
        cmocka_unit_test(every_field_has_help),
        cmocka_unit_test(columns_are_those_that_make_sense),
        cmocka_unit_test(side_sheets_have_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
