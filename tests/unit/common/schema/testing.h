/* SPDX-License-Identifier: Apache-2.0
 *
 * What the schema tests share: cmocka, an arena, files, and records built from cells.
 */
#ifndef TZ_TESTS_SCHEMA_TESTING_H
#define TZ_TESTS_SCHEMA_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/schema/record.h"

#define SCHEMA_DATA TZ_SOURCE_DIR "/tests/unit/common/schema/data/"

enum { TEST_ARENA = 16 * 1024 * 1024 };

/* The whole file, NUL-terminated; the caller frees. */
static inline char *read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long size = ftell(f);
    assert_true(size >= 0);
    rewind(f);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, f), (size_t)size);
    text[size] = '\0';
    fclose(f);
    if (len)
        *len = (size_t)size;
    return text;
}

/* Takes the next record of a CSV apart, in place: RFC 4180. Returns the number of cells, 0 at the end. */
static inline size_t csv_next(char **at, char **cells, size_t max)
{
    char *in = *at, *out = *at;
    size_t n = 0;
    if (!*in)
        return 0;
    for (bool more = true; more;) {
        bool quoted = *in == '"';
        assert_true(n < max);
        cells[n++] = out;
        in += quoted;
        while (*in && (quoted || (*in != ',' && *in != '\n' && *in != '\r'))) {
            if (quoted && *in == '"') {
                if (in[1] != '"') {
                    in++;
                    break;
                }
                in++;
            }
            *out++ = *in++;
        }
        more = *in == ',';
        if (*in == '\r')
            in++;
        if (*in)
            in++;
        *out++ = '\0';
    }
    *at = in;
    return n;
}

static inline const struct tz_field *field_of(const struct tz_record *r, const char *name)
{
    const struct tz_field *f = tz_field_find(r->kind, name, strlen(name));
    if (!f)
        fail_msg("no field %s", name);
    return f;
}

/* Sets a field that must take the cell. */
static inline void set(struct tz_record *r, struct tz_arena *arena, const char *name, const char *cell)
{
    struct tz_error e;
    if (tz_record_set(r, field_of(r, name), cell, strlen(cell), NULL, arena, &e) != TZ_OK)
        fail_msg("%s refuses %s: %s", name, cell, tz_code_name(e.code));
}

static inline struct tz_record new_record(uint32_t kind, struct tz_arena *arena)
{
    struct tz_record r;
    assert_int_equal(tz_record_new(tz_kind_info(kind), arena, &r), TZ_OK);
    return r;
}

static inline struct tz_address address(const char *text)
{
    struct tz_address a;
    struct tz_error e;
    if (tz_address_parse(text, strlen(text), &a, &e) != TZ_OK)
        fail_msg("bad address %s: %s", text, tz_code_name(e.code));
    return a;
}

#endif
