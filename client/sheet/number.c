/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/number.h"

#include <string.h>

#include "common/base/buf.h"
#include "common/base/text.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The trimmed cell of a field; len 0: blank, or no column. */
static struct tz_cell cell_of(const struct tz_headers *h, const struct tz_field *f,
                              const struct tz_cell *cells, size_t count)
{
    struct tz_cell cell = {.s = "", .len = 0};
    for (size_t i = 0; i < h->count && i < count; i++) {
        if (h->column[i].role != TZ_COLUMN_FIELD || h->column[i].field != f)
            continue;
        cell = cells[i];
        tz_text_trim(&cell.s, &cell.len);
        break;
    }
    return cell;
}

bool tz_number_missing(const struct tz_headers *h, const struct tz_cell *cells, size_t count)
{
    struct tz_cell cell = cell_of(h, tz_field_find(h->kind, "key", strlen("key")), cells, count);
    return !cell.merged && tz_cell_states_nothing(NULL, cell.s, cell.len);
}

int tz_number_hash(const struct tz_headers *h, const struct tz_cell *cells, size_t count,
                   uint8_t out[TZ_SHA256_SIZE])
{
    static const char domain[] = "taizhang row number 1\n";
    const struct tz_field *f;
    struct tz_buf text;
    tz_buf_init(&text, 2 * TZ_ROW_MAX);
    for (size_t i = 0; (f = tz_field_at(h->kind, i)); i++) {
        struct tz_cell cell = cell_of(h, f, cells, count);
        if (cell.len == 0 || f->place == TZ_IN_ADDRESS)
            continue;
        tz_buf_printf(&text, "%s %zu ", f->name, cell.len);
        tz_buf_add(&text, cell.s, cell.len);
    }
    bool ok = tz_buf_ok(&text);
    tz_sha256(out, domain, sizeof domain - 1, text.data, text.len);
    tz_buf_free(&text);
    return ok ? TZ_OK : TZ_ENOMEM;
}

void tz_number_key(const uint8_t hash[TZ_SHA256_SIZE], uint32_t ordinal, char out[TZ_GIVEN_KEY_SIZE])
{
    uint8_t mixed[TZ_SHA256_SIZE];
    const uint8_t number[4] = {(uint8_t)(ordinal >> 24), (uint8_t)(ordinal >> 16), (uint8_t)(ordinal >> 8),
                               (uint8_t)ordinal};
    uint64_t bits = 0;
    tz_sha256(mixed, hash, TZ_SHA256_SIZE, number, sizeof number);
    for (size_t i = 0; i < sizeof bits; i++)
        bits = bits << 8 | mixed[i];
    out[0] = 'T';
    for (size_t i = 1; i < TZ_GIVEN_KEY_LEN; i++, bits >>= 5)
        out[i] = alphabet[bits & 31];
    out[TZ_GIVEN_KEY_LEN] = '\0';
}

bool tz_number_given(const char *key)
{
    return strlen(key) == TZ_GIVEN_KEY_LEN && key[0] == 'T' &&
           strspn(key + 1, alphabet) == TZ_GIVEN_KEY_LEN - 1;
}
