/* SPDX-License-Identifier: Apache-2.0
 *
 * The sample data: every header and every cell of every file is taken, every record is valid, and the plain
 * sums of what was read are the bulletin's figures.
 */
#include "testing.h"

#include "common/base/date.h"
#include "common/schema/header.h"

enum { COLUMNS = 32 };

struct file {
    const struct tz_kind_info *kind;
    size_t columns, records;
    const struct tz_field *field[COLUMNS];
    char unit[COLUMNS][TZ_HEADER_UNIT_SIZE];
    struct tz_sum sum[TZ_MEASURES_MAX];
};

static void read_headers(struct file *file, char **cells, size_t n)
{
    file->columns = n;
    for (size_t i = 0; i < n; i++)
        if (!tz_header_match(file->kind, cells[i], strlen(cells[i]), &file->field[i], file->unit[i]))
            fail_msg("%s: no field for %s", file->kind->name, cells[i]);
}

/* Packs, reads back, validates, and adds to the sums. */
static void take_record(struct file *file, const struct tz_record *r, const char *where,
                        struct tz_arena *arena)
{
    struct tz_address a = address(where);
    struct tz_errors errors = {0};
    struct tz_record again;
    struct tz_facts facts;
    ProtobufCBinaryData body, private_bytes;
    assert_int_equal(tz_record_encode(r, arena, &body, &private_bytes), TZ_OK);
    assert_int_equal(tz_record_decode(r->kind, body.data, body.len, private_bytes.data, private_bytes.len,
                                      arena, &again, &errors),
                     TZ_OK);
    if (tz_record_validate(&again, &a, tz_date_days(2018, 3, 26), false, &errors))
        fail_msg("%s: %s of %s", where, tz_code_name(errors.item[0].code), errors.item[0].field);
    assert_int_equal(tz_record_facts(&again, arena, &facts), TZ_OK);
    for (size_t i = 0; i < facts.measures; i++)
        tz_sum_piece(&file->sum[i], facts.value[i], facts.qualifier[i], 1);
    file->records++;
}

static void read_row(struct file *file, char **cells, size_t n)
{
    struct tz_arena arena;
    const char *part[3] = {"", "", ""}; /* committee, key, period */
    char where[TZ_ADDRESS_SIZE];
    tz_arena_init(&arena, TEST_ARENA);
    struct tz_record r = new_record(file->kind->kind, &arena);
    assert_int_equal(n, file->columns);
    for (size_t i = 0; i < n; i++) {
        const struct tz_field *f = file->field[i];
        struct tz_error e;
        if (f->place == TZ_IN_ADDRESS)
            part[f->type == TZ_TYPE_CODE ? 0 : f->type == TZ_TYPE_KEY ? 1 : 2] = cells[i];
        else if (!tz_cell_states_nothing(f, cells[i], strlen(cells[i])) &&
                 tz_record_set(&r, f, cells[i], strlen(cells[i]), file->unit[i], &arena, &e) != TZ_OK)
            fail_msg("%s.%s refuses %s: %s", file->kind->name, f->name, cells[i], tz_code_name(e.code));
    }
    assert_int_equal(tz_record_defaults(&r, NULL, &arena), TZ_OK);
    snprintf(where, sizeof where, "%s/%s/%s/%s", part[0], file->kind->name, part[2], part[1]);
    take_record(file, &r, where, &arena);
    tz_arena_free(&arena);
}

static void read_kind(uint32_t kind, struct file *file)
{
    char path[512], *cells[COLUMNS];
    memset(file, 0, sizeof *file);
    file->kind = tz_kind_info(kind);
    snprintf(path, sizeof path, "%s/daemon/share/bulletin/%s.csv", TZ_SOURCE_DIR, file->kind->name);
    char *text = read_file(path, NULL), *at = text;
    read_headers(file, cells, csv_next(&at, cells, COLUMNS));
    for (size_t n; (n = csv_next(&at, cells, COLUMNS));)
        read_row(file, cells, n);
    free(text);
}

static void test_every_file(void **state)
{
    (void)state;
    size_t records = 0;
    for (uint32_t kind = 1; kind < TZ_KINDS; kind++) {
        struct file file;
        read_kind(kind, &file);
        assert_true(file.records > 0);
        records += file.records;
    }
    assert_int_equal(records, 162);
}

static void check_sum(const struct file *file, const char *measure, int64_t value, const char *qualifier,
                      int64_t unquantified)
{
    const struct tz_field *measures[TZ_MEASURES_MAX];
    size_t n = tz_kind_measures(file->kind, measures);
    for (size_t i = 0; i < n; i++) {
        int64_t sum;
        if (strcmp(measures[i]->name, measure) != 0)
            continue;
        assert_true(tz_sum_value(&file->sum[i], &sum));
        assert_int_equal(sum, value);
        assert_string_equal(tz_qualifier_name(tz_sum_qualifier(&file->sum[i])), qualifier);
        assert_int_equal(file->sum[i].n[TZ_QUALIFIER(SOME)], unquantified);
        return;
    }
    fail_msg("no measure %s", measure);
}

static void test_figures(void **state)
{
    (void)state;
    struct file file;
    read_kind(TZ_KIND_FUNDING, &file);
    check_sum(&file, "amount", 12294000000, "over", 1);
    read_kind(TZ_KIND_PROJECT, &file);
    check_sum(&file, "quantity", 754, "over", 5);
    read_kind(TZ_KIND_OUTPUT, &file);
    check_sum(&file, "person_times", 21200, "over", 0);
    check_sum(&file, "persons", 300000, "nearly", 0);
    check_sum(&file, "households", 4000, "over", 0);
    check_sum(&file, "cases", 200, "nearly", 0);
    check_sum(&file, "activities", 300, "over", 1);
    check_sum(&file, "works", 0, "some", 1);
    read_kind(TZ_KIND_POST, &file);
    check_sum(&file, "quantity", 780, "exact", 1);
    read_kind(TZ_KIND_WORKER, &file);
    check_sum(&file, "quantity", 170, "exact", 2);
    read_kind(TZ_KIND_COVERAGE, &file);
    check_sum(&file, "units_total", 218, "exact", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file),
        cmocka_unit_test(test_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
