/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/meaning.h"

#include <string.h>

#include "common/base/text.h"

enum { ARENA_MAX = 2 * 1024 * 1024, SIGN_MAX = 512 * 1024, NAME_CHARACTERS = 40 };

void tz_meaning_init(struct tz_meaning *m, const struct tz_kind_info *kind, const struct tz_headers *headers,
                     bool zh)
{
    size_t column;
    memset(m, 0, sizeof *m);
    m->kind = kind;
    m->zh = zh;
    m->title = tz_kind_naming(m->kind);
    if (m->title && m->title->place == TZ_IN_PRIVATE &&
        (!headers || !tz_headers_column(headers, m->title->name, &column)))
        m->title = NULL;
    tz_arena_init(&m->arena, ARENA_MAX);
    tz_buf_init(&m->sign, SIGN_MAX);
    tz_buf_init(&m->name, SIGN_MAX);
}

void tz_meaning_free(struct tz_meaning *m)
{
    tz_arena_free(&m->arena);
    tz_buf_free(&m->sign);
    tz_buf_free(&m->name);
}

/* Every field of its own that it states: in a fixed language to compare, without amounts; and for people. */
static void put_all(struct tz_meaning *m, const struct tz_record *record)
{
    for (size_t i = 0; i < m->kind->count; i++) {
        const struct tz_field *f = &m->kind->fields[i];
        size_t before = m->name.len;
        if (f->place == TZ_IN_PRIVATE)
            continue;
        if (before > 0)
            tz_buf_puts(&m->name, m->zh ? "，" : ", ");
        if (!tz_record_text(record, f, m->zh, &m->name)) {
            m->name.len = before;
            continue;
        }
        if (f->type == TZ_TYPE_QUANTITY)
            continue;
        tz_buf_printf(&m->sign, "%s\n", f->name);
        (void)tz_record_text(record, f, false, &m->sign);
        tz_buf_putc(&m->sign, '\n');
    }
}

static void shorten(struct tz_buf *name)
{
    char cut[4 * NAME_CHARACTERS + 8];
    tz_text_copy(cut, sizeof cut, name->data ? name->data : "", name->len, NAME_CHARACTERS);
    bool longer = strlen(cut) < name->len;
    tz_buf_clear(name);
    tz_buf_puts(name, cut);
    if (longer)
        tz_buf_puts(name, "…");
}

int tz_meaning_read(struct tz_meaning *m, const void *body, size_t body_len, const void *private_bytes,
                    size_t private_len, struct tz_row_meaning *out)
{
    struct tz_record record;
    struct tz_errors errors = {0};
    memset(out, 0, sizeof *out);
    tz_arena_reset(&m->arena);
    tz_buf_clear(&m->sign);
    tz_buf_clear(&m->name);
    if (body_len == 0)
        return TZ_OK;
    int rc =
        tz_record_decode(m->kind, body, body_len, private_bytes, private_len, &m->arena, &record, &errors);
    if (rc != TZ_OK)
        return rc == TZ_ENOMEM ? rc : TZ_OK;
    out->titled = m->title != NULL;
    if (!m->title) {
        put_all(m, &record);
    } else if (m->title->place != TZ_IN_PRIVATE || record.private_) {
        (void)tz_record_text(&record, m->title, false, &m->sign);
        tz_buf_add(&m->name, m->sign.data ? m->sign.data : "", m->sign.len);
    } else {
        return TZ_OK;
    }
    shorten(&m->name);
    if (!tz_buf_ok(&m->sign) || !tz_buf_ok(&m->name))
        return TZ_ENOMEM;
    out->name = m->name.data ? m->name.data : "";
    out->sign = m->sign.data ? m->sign.data : "";
    out->sign_len = m->sign.len;
    out->content = body;
    out->content_len = body_len;
    return TZ_OK;
}
