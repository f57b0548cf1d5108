/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/committees.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/date.h"
#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/schema/label.h"

enum { CODE_MAX = 32, SUCCESSORS_MAX = 32 };

static const struct {
    const char *name;
    const char *zh;
    const char *aliases;
} columns[TZ_SHEET_COLUMNS] = {
    [TZ_SHEET_CODE] = {"code", "代码", "编码|单位代码|行政区划代码|区划代码"},
    [TZ_SHEET_NAME] = {"name", "名称", "全称|单位名称"},
    [TZ_SHEET_LEVEL] = {"level", "层级", "级别"},
    [TZ_SHEET_PARENT] = {"parent", "上级", "上级代码|上级单位"},
    [TZ_SHEET_TYPE] = {"type", "类型", "单位类型"},
    [TZ_SHEET_SHORT_NAME] = {"short_name", "简称", NULL},
    [TZ_SHEET_VALID_FROM] = {"valid_from", "生效日期", "启用日期"},
    [TZ_SHEET_VALID_TO] = {"valid_to", "失效日期", "停用日期"},
    [TZ_SHEET_SUCCESSORS] = {"successors", "继任单位", "继任代码"},
    [TZ_SHEET_CONTACT] = {"contact", "联系人", NULL},
    [TZ_SHEET_PHONE] = {"phone", "电话", "联系电话|联系方式"},
};

const char *tz_committee_column_name(enum tz_committee_column column)
{
    return columns[column].name;
}

const char *tz_committee_column_zh(enum tz_committee_column column)
{
    return columns[column].zh;
}

bool tz_committee_column_find(const char *header, size_t len, enum tz_committee_column *out)
{
    char folded[TZ_LABEL_SIZE];
    if (tz_label_fold(folded, header, len) == 0)
        return false;
    for (size_t i = 0; i < TZ_SHEET_COLUMNS; i++) {
        if (!tz_label_is(columns[i].name, folded) && !tz_label_is(columns[i].zh, folded) &&
            !tz_label_in(columns[i].aliases, folded))
            continue;
        *out = (enum tz_committee_column)i;
        return true;
    }
    return false;
}

uint32_t tz_level_read(const char *s, size_t len)
{
    static const char *const words[] = {"0|nation|国家|全国|中央",   "1|province|省|省级",
                                        "2|prefecture|市|市级|地市", "3|county|县|县级|区县",
                                        "4|township|乡镇|街道|乡级", "system|系统"};
    char folded[TZ_LABEL_SIZE];
    if (tz_label_fold(folded, s, len) == 0)
        return 0;
    for (uint32_t i = 0; i < sizeof words / sizeof *words; i++)
        if (tz_label_in(words[i], folded))
            return i + 1;
    return 0;
}

static uint32_t read_type(const char *s, size_t len)
{
    char folded[TZ_LABEL_SIZE];
    if (len == 0)
        return 1;
    if (tz_label_fold(folded, s, len) == 0)
        return 0;
    return tz_label_in("committee|团委|团组织|委员会", folded) ? 1
           : tz_label_in("grouping|分组|汇总", folded)         ? 2
                                                               : 0;
}

static void add_error(struct tz_errors *errors, tz_code code, const char *field, const struct tz_cell *cell)
{
    struct tz_error *e = tz_errors_add(errors, code, field, NULL);
    if (e)
        tz_error_setn(e, code, field, cell->s, cell->len);
}

/* Each reader leaves its text in *out (the arena's) or adds an error. NULL in *out: memory is out. */
static void read_code(const struct tz_cell *cell, const char *field, struct tz_arena *arena,
                      struct tz_errors *errors, char **out)
{
    char folded[CODE_MAX];
    size_t len = cell->len < sizeof folded ? tz_text_fold(folded, cell->s, cell->len) : 0;
    if (len == 0 || !tz_code_valid(folded, len)) {
        add_error(errors, TZ_CODE(BAD_CODE), field, cell);
        return;
    }
    *out = tz_arena_strndup(arena, folded, len);
}

static void read_date(const struct tz_cell *cell, const char *field, struct tz_arena *arena,
                      struct tz_errors *errors, char **out)
{
    char date[11];
    if (cell->len == 0)
        return;
    if (!tz_date_read(cell->s, cell->len, date)) {
        add_error(errors, TZ_CODE(BAD_DATE), field, cell);
        return;
    }
    *out = tz_arena_strndup(arena, date, strlen(date));
}

/* Codes separated by ; ； , ， 、 or newlines. */
static int read_successors(struct tz_cell cell, struct tz_arena *arena, struct tz_errors *errors,
                           Taizhang__V1__CommitteeBody *body)
{
    static const char *const separators[] = {";", "；", ",", "，", "、", "\n"};
    body->successors = tz_arena_zalloc(arena, SUCCESSORS_MAX * sizeof *body->successors);
    if (!body->successors)
        return TZ_ENOMEM;
    while (cell.len > 0) {
        size_t len = 0;
        size_t skip = 0;
        for (; len < cell.len && skip == 0; len += skip ? 0 : 1)
            for (size_t i = 0; i < sizeof separators / sizeof *separators && skip == 0; i++) {
                size_t n = strlen(separators[i]);
                if (cell.len - len >= n && memcmp(cell.s + len, separators[i], n) == 0)
                    skip = n;
            }
        struct tz_cell one = {.s = cell.s, .len = len};
        cell.s += len + skip;
        cell.len -= len + skip;
        tz_text_trim(&one.s, &one.len);
        if (one.len == 0)
            continue;
        if (body->n_successors == SUCCESSORS_MAX) {
            tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_MANY_ITEMS), "successors", NULL), "limit",
                            SUCCESSORS_MAX);
            return TZ_OK;
        }
        char *code = (char *)protobuf_c_empty_string;
        read_code(&one, "successors", arena, errors, &code);
        if (!code)
            return TZ_ENOMEM;
        if (*code)
            body->successors[body->n_successors++] = code;
    }
    return TZ_OK;
}

static int read_contact(const struct tz_cell *name, const struct tz_cell *phone, struct tz_arena *arena,
                        Taizhang__V1__CommitteeItem *item)
{
    if (name->len == 0 && phone->len == 0)
        return TZ_OK;
    Taizhang__V1__Contact *c = tz_arena_alloc(arena, sizeof *c);
    item->contacts = tz_arena_alloc(arena, sizeof(Taizhang__V1__Contact *));
    if (!c || !item->contacts)
        return TZ_ENOMEM;
    taizhang__v1__contact__init(c);
    c->name = tz_arena_strndup(arena, name->s, name->len);
    c->phone = tz_arena_strndup(arena, phone->s, phone->len);
    item->contacts[0] = c;
    item->n_contacts = 1;
    return c->name && c->phone ? TZ_OK : TZ_ENOMEM;
}

int tz_committee_row_read(const struct tz_cell *cells, size_t count, const size_t place[TZ_SHEET_COLUMNS],
                          struct tz_arena *arena, struct tz_committee_row *out)
{
    struct tz_cell cell[TZ_SHEET_COLUMNS];
    Taizhang__V1__CommitteeItem *item = tz_arena_alloc(arena, sizeof *item);
    Taizhang__V1__CommitteeBody *body = tz_arena_alloc(arena, sizeof *body);
    if (!item || !body)
        return TZ_ENOMEM;
    taizhang__v1__committee_item__init(item);
    taizhang__v1__committee_body__init(body);
    item->body = body;
    out->item = item;
    for (size_t i = 0; i < TZ_SHEET_COLUMNS; i++)
        cell[i] = tz_cell_at(cells, count, place[i]);
    read_code(&cell[TZ_SHEET_CODE], "code", arena, &out->errors, &body->code);
    if (cell[TZ_SHEET_PARENT].len > 0)
        read_code(&cell[TZ_SHEET_PARENT], "parent", arena, &out->errors, &body->parent_code);
    body->name = tz_arena_strndup(arena, cell[TZ_SHEET_NAME].s, cell[TZ_SHEET_NAME].len);
    body->short_name = tz_arena_strndup(arena, cell[TZ_SHEET_SHORT_NAME].s, cell[TZ_SHEET_SHORT_NAME].len);
    body->level = tz_level_read(cell[TZ_SHEET_LEVEL].s, cell[TZ_SHEET_LEVEL].len);
    body->type = read_type(cell[TZ_SHEET_TYPE].s, cell[TZ_SHEET_TYPE].len);
    if (!body->level && place[TZ_SHEET_LEVEL] != SIZE_MAX)
        add_error(&out->errors, TZ_CODE(BAD_LEVEL), "level", &cell[TZ_SHEET_LEVEL]);
    if (!body->type)
        add_error(&out->errors, TZ_CODE(BAD_TYPE), "type", &cell[TZ_SHEET_TYPE]);
    read_date(&cell[TZ_SHEET_VALID_FROM], "valid_from", arena, &out->errors, &body->valid_from);
    read_date(&cell[TZ_SHEET_VALID_TO], "valid_to", arena, &out->errors, &body->valid_to);
    int rc = read_successors(cell[TZ_SHEET_SUCCESSORS], arena, &out->errors, body);
    if (rc == TZ_OK)
        rc = read_contact(&cell[TZ_SHEET_CONTACT], &cell[TZ_SHEET_PHONE], arena, item);
    bool complete = body->code && body->parent_code && body->name && body->short_name && body->valid_from &&
                    body->valid_to;
    return rc == TZ_OK && !complete ? TZ_ENOMEM : rc;
}

/* --- order --- */

struct by_code {
    const char *code;
    size_t index;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct by_code *)a)->code, ((const struct by_code *)b)->code);
}

int tz_committee_rows_order(const struct tz_committee_row *rows, size_t count, size_t *order)
{
    enum { FRESH, WAITING, PLACED };
    struct by_code *index = calloc(count + 1, sizeof *index);
    uint8_t *state = calloc(count + 1, 1);
    size_t *chain = calloc(count + 1, sizeof *chain);
    size_t placed = 0;
    for (size_t i = 0; index && i < count; i++)
        index[i] = (struct by_code){.code = rows[i].item->body->code, .index = i};
    if (index)
        qsort(index, count, sizeof *index, compare);
    for (size_t i = 0; index && state && chain && i < count; i++) {
        size_t depth = 0;
        /* Up along the parents that are not placed yet, then down again. */
        for (size_t at = i; state[at] == FRESH;) {
            struct by_code wanted = {.code = rows[at].item->body->parent_code};
            state[at] = WAITING;
            chain[depth++] = at;
            const struct by_code *parent = bsearch(&wanted, index, count, sizeof *index, compare);
            if (!*wanted.code || !parent)
                break;
            at = parent->index;
        }
        while (depth > 0) {
            order[placed++] = chain[--depth];
            state[chain[depth]] = PLACED;
        }
    }
    bool ok = index && state && chain;
    free(index);
    free(state);
    free(chain);
    return ok ? TZ_OK : TZ_ENOMEM;
}
