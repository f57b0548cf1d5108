/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/rejects.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/rejects_kept.h"
#include "client/sheet/spill.h"

/* Kept bytes of a row: the key with its NUL, how many errors were dropped, and each error as its code, field,
 * value, and parameters, all texts with their NUL. Their order is this program's own. */
enum { KEPT_MEMORY_MAX = 1 << 20, ENTRY_MAX = 64 * 1024 };

struct entry {
    uint64_t at;
    uint32_t row;
    uint32_t len;
};

struct tz_rejects {
    struct tz_spill spill;
    struct tz_buf entries; /* struct entry */
    struct tz_buf packed;
    bool keys;
};

struct tz_rejects *tz_rejects_new(void)
{
    struct tz_rejects *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    tz_spill_init(&r->spill, KEPT_MEMORY_MAX);
    tz_buf_init(&r->entries, SIZE_MAX / 4);
    tz_buf_init(&r->packed, ENTRY_MAX);
    return r;
}

void tz_rejects_free(struct tz_rejects *r)
{
    if (!r)
        return;
    tz_spill_free(&r->spill);
    tz_buf_free(&r->entries);
    tz_buf_free(&r->packed);
    free(r);
}

size_t tz_rejects_count(const struct tz_rejects *r)
{
    return r->entries.len / sizeof(struct entry);
}

/* --- packing --- */

static void put_text(struct tz_buf *b, const char *s)
{
    tz_buf_add(b, s, strlen(s) + 1);
}

static void put_error(struct tz_buf *b, const struct tz_error *e)
{
    int32_t code = (int32_t)e->code;
    tz_buf_add(b, &code, sizeof code);
    put_text(b, e->field);
    put_text(b, e->value);
    for (size_t i = 0; i < TZ_ERROR_PARAMS; i++) {
        put_text(b, e->params[i].name);
        put_text(b, e->params[i].text);
        tz_buf_add(b, &e->params[i].number, sizeof e->params[i].number);
    }
}

int tz_rejects_add(struct tz_rejects *r, size_t row, const char *key, const struct tz_errors *errors)
{
    struct tz_buf *b = &r->packed;
    uint32_t dropped = (uint32_t)errors->dropped;
    tz_buf_clear(b);
    put_text(b, key ? key : "");
    tz_buf_add(b, &dropped, sizeof dropped);
    for (size_t i = 0; i < errors->count; i++)
        put_error(b, &errors->item[i]);
    struct entry e = {.at = tz_spill_size(&r->spill), .row = (uint32_t)row, .len = (uint32_t)b->len};
    if (!tz_buf_ok(b))
        return TZ_ENOMEM;
    int rc = tz_spill_add(&r->spill, b->data, b->len);
    if (rc != TZ_OK)
        return rc;
    r->keys |= key && *key;
    tz_buf_add(&r->entries, &e, sizeof e);
    return tz_buf_ok(&r->entries) ? TZ_OK : TZ_ENOMEM;
}

/* --- reading --- */

struct reading {
    const char *at;
};

static void get(struct reading *r, void *out, size_t len)
{
    memcpy(out, r->at, len);
    r->at += len;
}

/* What was packed fits again. */
static void get_text(struct reading *r, char *out, size_t size)
{
    size_t len = strlen(r->at);
    size_t n = len < size ? len : size - 1;
    memcpy(out, r->at, n);
    out[n] = '\0';
    r->at += len + 1;
}

static void get_error(struct reading *r, struct tz_error *e)
{
    int32_t code;
    get(r, &code, sizeof code);
    e->code = (tz_code)code;
    get_text(r, e->field, sizeof e->field);
    get_text(r, e->value, sizeof e->value);
    for (size_t i = 0; i < TZ_ERROR_PARAMS; i++) {
        get_text(r, e->params[i].name, sizeof e->params[i].name);
        get_text(r, e->params[i].text, sizeof e->params[i].text);
        get(r, &e->params[i].number, sizeof e->params[i].number);
    }
}

static void get_entry(const struct tz_buf *packed, struct tz_reject *out)
{
    struct reading r = {.at = packed->data};
    const char *end = packed->data + packed->len;
    uint32_t dropped;
    char key[TZ_KEY_SIZE];
    get_text(&r, key, sizeof key);
    if (*key)
        memcpy(out->key, key, sizeof key);
    get(&r, &dropped, sizeof dropped);
    out->errors.dropped += dropped;
    while (r.at < end) {
        struct tz_error e;
        get_error(&r, &e);
        if (out->errors.count < TZ_ERRORS_MAX)
            out->errors.item[out->errors.count++] = e;
        else
            out->errors.dropped++;
    }
}

static int by_row(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

void tz_rejects_sort(struct tz_rejects *r, bool *keys)
{
    if (r->entries.len > 0)
        qsort(r->entries.data, tz_rejects_count(r), sizeof(struct entry), by_row);
    *keys = r->keys;
}

static struct entry entry_at(const struct tz_rejects *r, size_t i)
{
    struct entry e;
    memcpy(&e, r->entries.data + i * sizeof e, sizeof e);
    return e;
}

int tz_rejects_read(struct tz_rejects *r, size_t *at, struct tz_reject *out)
{
    size_t count = tz_rejects_count(r);
    if (*at >= count)
        return TZ_ENOENT;
    memset(out, 0, sizeof *out);
    out->row = entry_at(r, *at).row;
    for (; *at < count && entry_at(r, *at).row == out->row; ++*at) {
        struct entry e = entry_at(r, *at);
        tz_buf_clear(&r->packed);
        char *room = tz_buf_extend(&r->packed, e.len);
        if (!room)
            return TZ_ENOMEM;
        int rc = tz_spill_read(&r->spill, e.at, room, e.len);
        if (rc != TZ_OK)
            return rc == TZ_ENOMEM ? rc : TZ_EIO;
        get_entry(&r->packed, out);
    }
    return TZ_OK;
}
