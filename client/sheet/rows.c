/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "client/sheet/damage.h"
#include "common/base/text.h"
#include "common/codes/division.h"

static void add_error(struct tz_errors *list, const struct tz_error *e)
{
    if (list->count == TZ_ERRORS_MAX)
        list->dropped++;
    else
        list->item[list->count++] = *e;
}

static bool has_error(const struct tz_errors *list, const char *field)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->item[i].field, field) == 0)
            return true;
    return false;
}

static struct tz_cell cell_of(const struct tz_rows *rows, const struct tz_cell *cells, size_t count,
                              const char *field)
{
    size_t column;
    if (tz_headers_column(rows->headers, field, &column))
        return tz_cell_at(cells, count, column);
    return (struct tz_cell){.s = "", .len = 0};
}

/* --- the address --- */

static bool read_committee(const struct tz_rows *rows, struct tz_cell cell, struct tz_row *out)
{
    char folded[64] = "";
    if (cell.len == 0)
        cell = (struct tz_cell){.s = rows->committee, .len = strlen(rows->committee)};
    if (cell.len == 0) {
        tz_errors_add(&out->errors, TZ_CODE(REQUIRED), "committee", NULL);
        return false;
    }
    size_t len = 0;
    if (cell.len < sizeof folded)
        len = tz_text_fold(folded, cell.s, cell.len);
    if (len == 0 || len >= sizeof out->address.committee || !tz_code_valid(folded, len)) {
        struct tz_error e;
        add_error(&out->errors, tz_error_setn(&e, TZ_CODE(BAD_CODE), "committee", cell.s, cell.len));
        return false;
    }
    memcpy(out->address.committee, folded, len + 1);
    return true;
}

static bool read_period(struct tz_cell cell, struct tz_row *out)
{
    struct tz_error e;
    if (cell.len == 0)
        tz_errors_add(&out->errors, TZ_CODE(REQUIRED), "period", NULL);
    else if (tz_period_read(cell.s, cell.len, &out->address.period))
        return true;
    else
        add_error(&out->errors, tz_error_setn(&e, TZ_CODE(BAD_PERIOD), "period", cell.s, cell.len));
    return false;
}

static bool read_key(const struct tz_rows *rows, struct tz_cell cell, struct tz_row *out)
{
    struct tz_error e;
    if (rows->key && tz_cell_states_nothing(NULL, cell.s, cell.len))
        cell = (struct tz_cell){.s = rows->key, .len = strlen(rows->key)};
    if (cell.len == 0) {
        tz_errors_add(&out->errors, TZ_CODE(REQUIRED), "key", NULL);
        return false;
    }
    if (tz_key_check(cell.s, cell.len, &e) != TZ_OK) {
        add_error(&out->errors, &e);
        return false;
    }
    memcpy(out->address.key, cell.s, cell.len);
    out->address.key[cell.len] = '\0';
    return true;
}

/* false: the cell cannot be read at all, which is told. */
static bool cell_is_sound(const struct tz_rows *rows, const struct tz_cell *cell, const char *field,
                          struct tz_row *out)
{
    struct tz_error e;
    const struct tz_field *f = tz_field_find(rows->headers->kind, field, strlen(field));
    if (!tz_cell_damaged(f, cell, rows->date1904, &e))
        return true;
    add_error(&out->errors, &e);
    return false;
}

static int read_address(const struct tz_rows *rows, const struct tz_cell *cells, size_t count,
                        struct tz_row *out)
{
    struct tz_cell committee_cell = cell_of(rows, cells, count, "committee");
    struct tz_cell period_cell = cell_of(rows, cells, count, "period");
    struct tz_cell key_cell = cell_of(rows, cells, count, "key");
    out->address.kind = rows->headers->kind->kind;
    bool committee =
        cell_is_sound(rows, &committee_cell, "committee", out) && read_committee(rows, committee_cell, out);
    bool period = cell_is_sound(rows, &period_cell, "period", out) && read_period(period_cell, out);
    bool key = cell_is_sound(rows, &key_cell, "key", out) && read_key(rows, key_cell, out);
    out->has_address = committee && period && key;
    if (!out->has_address)
        return TZ_OK;
    tz_address_format(&out->address, out->written);
    if (!rows->seen)
        return TZ_OK;
    int64_t earlier = tz_seen_addresses_add(rows->seen, out->written, out->number);
    if (earlier < 0)
        return (int)earlier;
    if (earlier > 0)
        tz_error_number(tz_errors_add(&out->errors, TZ_CODE(REPEATED_ADDRESS), "key", out->address.key),
                        "row", earlier);
    return TZ_OK;
}

/* --- the fields --- */

static void read_base(struct tz_cell cell, struct tz_row *out)
{
    if (!cell.merged && tz_cell_states_nothing(NULL, cell.s, cell.len))
        return;
    char folded[64];
    size_t len = cell.len < sizeof folded && !cell.merged ? tz_text_fold(folded, cell.s, cell.len) : 0;
    uint64_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (folded[i] < '0' || folded[i] > '9' || len > 18) {
            len = 0;
            break;
        }
        n = n * 10 + (uint64_t)(folded[i] - '0');
    }
    if (len == 0) {
        struct tz_error e;
        add_error(&out->errors, tz_error_setn(&e, TZ_CODE(BAD_ARGUMENT), "revision", cell.s, cell.len));
        return;
    }
    out->has_base = true;
    out->base = n;
}

/* What a workbook knows of a cell beside its text: TRUE is a yes, and a day's time of day is no part of it.
 */
static struct tz_cell as_field_takes_it(const struct tz_field *f, struct tz_cell cell)
{
    enum { DAY = 10 };
    if (f->type == TZ_TYPE_YESNO && cell.type == TZ_CELL_BOOLEAN) {
        cell.s = strcmp(cell.s, "TRUE") == 0 ? "1" : "0";
        cell.len = 1;
    } else if (f->type == TZ_TYPE_DATE && cell.type == TZ_CELL_DATE && cell.len > DAY) {
        cell.len = DAY;
    }
    return cell;
}

/* Sets every field of the row; fields whose cell says "nothing" are collected. */
static void read_fields(const struct tz_rows *rows, const struct tz_cell *cells, size_t count,
                        struct tz_record *record, const struct tz_field **nothing, struct tz_arena *arena,
                        struct tz_row *out)
{
    const struct tz_headers *h = rows->headers;
    size_t columns = count > h->count ? count : h->count;
    for (size_t i = 0; i < columns; i++) {
        struct tz_cell cell = tz_cell_at(cells, count, i);
        struct tz_error e;
        if (cell.len == 0 && !cell.merged)
            continue;
        if (i >= h->count || h->column[i].role == TZ_COLUMN_BLANK) {
            add_error(&out->errors, tz_error_setn(&e, TZ_CODE(UNKNOWN_FIELD), "", cell.s, cell.len));
            continue;
        }
        const struct tz_column *column = &h->column[i];
        if (column->role == TZ_COLUMN_REVISION)
            read_base(cell, out);
        if (column->role != TZ_COLUMN_FIELD || column->field->place == TZ_IN_ADDRESS)
            continue;
        if (!cell.merged && tz_cell_states_nothing(column->field, cell.s, cell.len)) {
            *nothing++ = column->field;
            continue;
        }
        cell = as_field_takes_it(column->field, cell);
        if (tz_cell_damaged(column->field, &cell, rows->date1904, &e) ||
            tz_record_set(record, column->field, cell.s, cell.len, *column->unit ? column->unit : NULL, arena,
                          &e) != TZ_OK)
            add_error(&out->errors, &e);
    }
    *nothing = NULL;
}

/* Adds what the rules say, except about fields that could not be read. */
static void add_rules(const struct tz_rows *rows, const struct tz_record *record, struct tz_row *out)
{
    struct tz_errors found = {0};
    (void)tz_record_validate(record, &out->address, rows->today, rows->confirmed, &found);
    size_t unreadable = out->errors.count;
    struct tz_errors before = out->errors;
    before.count = unreadable;
    for (size_t i = 0; i < found.count; i++)
        if (!has_error(&before, found.item[i].field))
            add_error(&out->errors, &found.item[i]);
    out->errors.dropped += found.dropped;
}

/* What a column may hold in a row that says nothing: the row counter, an old reason, and the unit and period
 * that a template has in all of its rows. */
static bool says_nothing(const struct tz_column *c)
{
    switch (c->role) {
    case TZ_COLUMN_IGNORED:
    case TZ_COLUMN_REASONS:
        return true;
    case TZ_COLUMN_FIELD:
        return c->field->type == TZ_TYPE_PERIOD ||
               (c->field->place == TZ_IN_ADDRESS && c->field->type == TZ_TYPE_CODE);
    default:
        return false;
    }
}

bool tz_row_is_blank(const struct tz_headers *h, const struct tz_cell *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tz_cell_at(cells, count, i).len > 0 && (i >= h->count || !says_nothing(&h->column[i])))
            return false;
    return true;
}

int tz_row_read(const struct tz_rows *rows, const struct tz_cell *cells, size_t count, size_t number,
                struct tz_arena *arena, struct tz_row *out)
{
    memset(out, 0, sizeof *out);
    out->number = number;
    out->blank = tz_row_is_blank(rows->headers, cells, count);
    if (out->blank)
        return TZ_OK;
    int rc = read_address(rows, cells, count, out);
    if (rc != TZ_OK)
        return rc;
    struct tz_record record;
    const struct tz_field **nothing = tz_arena_zalloc(arena, (rows->headers->count + 1) * sizeof *nothing);
    if (!nothing || tz_record_new(rows->headers->kind, arena, &record) != TZ_OK)
        return TZ_ENOMEM;
    read_fields(rows, cells, count, &record, nothing, arena, out);
    rc = tz_record_defaults(&record, nothing, arena);
    if (rc != TZ_OK)
        return rc;
    if (out->has_address && (rows->validate || out->errors.count > 0))
        add_rules(rows, &record, out);
    if (out->errors.count > 0)
        return TZ_OK;
    rc = tz_record_encode(&record, arena, &out->body, &out->private_bytes);
    if (rc != TZ_OK && rc != TZ_ELIMIT)
        return rc;
    if (rc == TZ_ELIMIT || out->body.len + out->private_bytes.len > TZ_BODY_MAX) {
        if (!rows->validate)
            add_rules(rows, &record, out); /* which cell it is */
        tz_error_number(tz_errors_add(&out->errors, TZ_CODE(TOO_LARGE_BODY), NULL, NULL), "limit",
                        TZ_BODY_MAX);
    }
    return TZ_OK;
}

/* --- the file's name --- */

/* Words around a kind in a name; what our own programs make of a file's name is among them. */
static const char *const decorations[] = {"年",   "度",   "第",     "（",       "）",      "　",
                                          "填报", "模板", "已编号", "rejected", "template"};

static bool is_mark(char c)
{
    return c && strchr("0123456789-_ .()+", c);
}

/* Length of the decoration with which s begins, or, with `end`, ends; 0: none. */
static size_t decoration(const char *s, size_t len, bool end)
{
    if (len > 0 && is_mark(end ? s[len - 1] : s[0]))
        return 1;
    for (size_t i = 0; i < sizeof decorations / sizeof *decorations; i++) {
        size_t n = strlen(decorations[i]);
        if (n <= len && strncasecmp(end ? s + len - n : s, decorations[i], n) == 0)
            return n;
    }
    return 0;
}

const struct tz_kind_info *tz_kind_of_file(const char *path)
{
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    size_t len = strlen(name);
    const char *dot = strrchr(name, '.');
    if (dot && dot > name)
        len = (size_t)(dot - name);
    for (size_t n; (n = decoration(name, len, false)) > 0; len -= n)
        name += n;
    for (size_t n; (n = decoration(name, len, true)) > 0;)
        len -= n;
    char lower[64];
    if (len == 0 || len >= sizeof lower)
        return NULL;
    for (size_t i = 0; i < len; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    return tz_kind_find(lower, len);
}
