/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/mapping.h"

#include <string.h>

#include "common/base/text.h"

void tz_mapping_init(struct tz_mapping *m, const struct tz_kind_info *kind)
{
    memset(m, 0, sizeof *m);
    m->kind = kind;
}

static int fail(struct tz_mapping_error *e, enum tz_mapping_problem problem, const char *s, size_t len)
{
    memset(e, 0, sizeof *e);
    e->problem = problem;
    tz_text_copy(e->text, sizeof e->text, s, len, 60);
    return TZ_EINVAL;
}

static const char *last_equals(const char *s, size_t len)
{
    while (len > 0)
        if (s[--len] == '=')
            return s + len;
    return NULL;
}

/* What the column is read as; false: there is no such field. */
static bool read_target(const struct tz_mapping *m, const char *s, size_t len, struct tz_mapped *out)
{
    char folded[TZ_LABEL_SIZE];
    out->role = TZ_COLUMN_IGNORED;
    if (len == 0 || (len == 1 && *s == '-'))
        return true;
    out->role = TZ_COLUMN_REVISION;
    if (tz_label_fold(folded, s, len) > 0 && tz_headers_is_revision(folded))
        return true;
    out->role = TZ_COLUMN_FIELD;
    return tz_header_match(m->kind, s, len, &out->field, out->unit);
}

static bool same_target(const struct tz_mapped *a, const struct tz_mapped *b)
{
    return a->role == b->role && a->field == b->field && strcmp(a->unit, b->unit) == 0;
}

static struct tz_mapped *find(struct tz_mapping *m, const char *folded)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->item[i].folded, folded) == 0)
            return &m->item[i];
    return NULL;
}

/* A header may have several lines. */
static void copy_line(char out[TZ_MAPPING_HEADER_SIZE], const char *s, size_t len)
{
    char line[TZ_MAPPING_HEADER_SIZE];
    for (size_t i = 0; i < len; i++)
        line[i] = s[i] == '\n' || s[i] == '\r' || s[i] == '\t' ? ' ' : s[i];
    tz_text_copy(out, TZ_MAPPING_HEADER_SIZE, line, len, len);
}

int tz_mapping_add(struct tz_mapping *m, const char *text, size_t len, bool saved, struct tz_mapping_error *e)
{
    struct tz_mapped item = {.saved = saved};
    const char *equals = last_equals(text, len);
    if (!equals)
        return fail(e, TZ_MAPPING_FORM, text, len);
    const char *header = text, *target = equals + 1;
    size_t header_len = (size_t)(equals - text), target_len = len - header_len - 1;
    tz_text_trim(&header, &header_len);
    tz_text_trim(&target, &target_len);
    if (header_len == 0)
        return fail(e, TZ_MAPPING_FORM, text, len);
    if (header_len >= sizeof item.header || tz_label_fold(item.folded, header, header_len) == 0)
        return fail(e, TZ_MAPPING_TOO_MANY, header, header_len);
    copy_line(item.header, header, header_len);
    if (!read_target(m, target, target_len, &item)) {
        fail(e, TZ_MAPPING_FIELD, target, target_len);
        (void)tz_header_nearest(m->kind, target, target_len, e->near);
        return TZ_EINVAL;
    }
    struct tz_mapped *before = find(m, item.folded);
    if (before && !before->saved && !same_target(before, &item))
        return fail(e, TZ_MAPPING_AGAIN, header, header_len);
    if (!before && m->count == TZ_MAPPING_MAX)
        return fail(e, TZ_MAPPING_TOO_MANY, header, header_len);
    *(before ? before : &m->item[m->count++]) = item;
    return TZ_OK;
}

const struct tz_mapped *tz_mapping_find(const struct tz_mapping *m, const char *header, size_t len,
                                        char unit[TZ_HEADER_UNIT_SIZE])
{
    char folded[TZ_LABEL_SIZE], *own;
    unit[0] = '\0';
    if (tz_label_fold(folded, header, len) == 0)
        return NULL;
    const struct tz_mapped *item = find((struct tz_mapping *)(uintptr_t)m, folded);
    bool split = tz_header_split_unit(folded, &own);
    if (!item && split)
        item = find((struct tz_mapping *)(uintptr_t)m, folded);
    if (!item || item->role != TZ_COLUMN_FIELD)
        return item;
    if (*item->unit)
        memcpy(unit, item->unit, sizeof item->unit);
    else if (split)
        (void)tz_header_unit(item->field, own, unit);
    return item;
}

void tz_mapping_write(const struct tz_mapping *m, struct tz_buf *out)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct tz_mapped *item = &m->item[i];
        const char *target = item->role == TZ_COLUMN_FIELD      ? item->field->name
                             : item->role == TZ_COLUMN_REVISION ? "revision"
                                                                : "";
        tz_buf_printf(out, "%s=%s", item->header, target);
        if (*item->unit)
            tz_buf_printf(out, "(%s)", item->unit);
        tz_buf_putc(out, '\n');
    }
}

void tz_mapping_read(struct tz_mapping *m, const char *text)
{
    struct tz_mapping_error e;
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        if (tz_mapping_add(m, text, n, true, &e) != TZ_OK)
            continue; /* of another version: the column is then told as any unknown one */
    }
}
