/* SPDX-License-Identifier: Apache-2.0
 *
 * The documents say what the table says: the table itself in both, and each request's action in PROTOCOL.md.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/buf.h"
#include "daemon/service/verbs.h"

static char *read_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", TZ_SOURCE_DIR, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s cannot be read", path);
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, f), size);
    text[size] = '\0';
    fclose(f);
    return text;
}

static void put_cell(struct tz_buf *out, unsigned cell)
{
    if (!cell)
        tz_buf_puts(out, "nobody");
    if (cell & TZ_CELL_ANYONE)
        tz_buf_puts(out, "everybody");
    if (cell & TZ_CELL_PUBLISHED)
        tz_buf_puts(out, "*published*: ");
    bool first = true;
    for (size_t i = 0; i < TZ_ROLES; i++) {
        if (!(cell & 1u << i))
            continue;
        tz_buf_printf(out, "%s%s", first ? "" : ", ", tz_role_name(i));
        first = false;
    }
    if (cell & TZ_CELL_REASON)
        tz_buf_puts(out, " *with a reason*");
}

static void put_table(struct tz_buf *out)
{
    tz_buf_puts(out, "| action |");
    for (size_t r = 0; r < TZ_RELATIONS; r++)
        tz_buf_printf(out, " %s |", tz_relation_name(r));
    tz_buf_puts(out, "\n|---|---|---|---|---|---|\n");
    for (unsigned a = 0; a < TZ_ACTIONS; a++) {
        tz_buf_printf(out, "| %s |", tz_action_name(a));
        for (unsigned r = 0; r < TZ_RELATIONS; r++) {
            tz_buf_puts(out, " ");
            put_cell(out, tz_access_cell(a, r));
            tz_buf_puts(out, " |");
        }
        tz_buf_puts(out, "\n");
    }
}

static void test_tables(void **state)
{
    (void)state;
    static const char *const names[] = {"daemon/README.md", "proto/PROTOCOL.md"};
    static const char begin[] = "<!-- access: the table of daemon/service/access.c -->\n";
    struct tz_buf table;
    tz_buf_init(&table, 1 << 16);
    put_table(&table);
    for (size_t i = 0; i < 2; i++) {
        char *text = read_file(names[i]);
        char *at = strstr(text, begin);
        char *end = at ? strstr(at, "<!-- end of access -->\n") : NULL;
        if (!end)
            fail_msg("%s has no table of access", names[i]);
        at += sizeof begin - 1;
        *end = '\0';
        if (strcmp(at, table.data) != 0) {
            fputs(table.data, stdout);
            fail_msg("%s should have this table", names[i]);
        }
        free(text);
    }
    tz_buf_free(&table);
}

static void test_requests(void **state)
{
    (void)state;
    char *text = read_file("proto/PROTOCOL.md");
    char *requests = strstr(text, "\n| request | action |");
    char *end = requests ? strstr(requests, "\n\n") : NULL;
    const struct tz_verb *v;
    assert_non_null(end);
    *end = '\0';
    for (size_t i = 0; (v = tz_verb_at(i)); i++) {
        char row[128];
        snprintf(row, sizeof row, "\n| %s | %s |", v->name, tz_action_name(v->action));
        if (!strstr(requests, row))
            fail_msg("PROTOCOL.md, section 8, has no row that begins with%s", row);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
