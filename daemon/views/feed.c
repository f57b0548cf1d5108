/* SPDX-License-Identifier: Apache-2.0
 *
 * A note is packed as what (2 bits), shown (2), before (2), committee (26). Chunks are found by their number
 * in a growing array; when they would take more than the limit, those furthest back go first.
 */
#include "daemon/views/feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/schema/address.h"
#include "common/wire/frame.h"

enum { COMMITTEE_BITS = 26, BODY_ENVELOPE = 1, ENVELOPE_VISIBILITY = 4, SCRATCH_MAX = 1 << 20 };

struct chunk {
    uint32_t note[TZ_FEED_CHUNK];
};

struct tz_feed {
    pthread_mutex_t lock;
    struct chunk **chunk; /* by (position - 1) / TZ_FEED_CHUNK; NULL: not read */
    size_t room;
    size_t count; /* not NULL */
    size_t max;
    size_t lowest; /* none below it */
};

int tz_feed_new(struct tz_feed **out, size_t max_bytes)
{
    struct tz_feed *f = calloc(1, sizeof *f);
    if (!f)
        return TZ_ENOMEM;
    pthread_mutex_init(&f->lock, NULL);
    f->max = max_bytes / sizeof(struct chunk);
    *out = f;
    return TZ_OK;
}

void tz_feed_free(struct tz_feed *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->room; i++)
        free(f->chunk[i]);
    free(f->chunk);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static uint32_t pack(const struct tz_feed_note *n)
{
    return (uint32_t)n->what << 30 | (uint32_t)n->shown << 28 | (uint32_t)n->before << 26 | n->committee;
}

static struct tz_feed_note unpack(uint32_t n)
{
    return (struct tz_feed_note){.committee = n & ((UINT32_C(1) << COMMITTEE_BITS) - 1),
                                 .what = n >> 30,
                                 .shown = n >> 28 & 3,
                                 .before = n >> 26 & 3};
}

/* --- what is kept --- */

static bool look_up(struct tz_feed *f, size_t number, struct chunk *out)
{
    pthread_mutex_lock(&f->lock);
    bool found = number < f->room && f->chunk[number];
    if (found)
        memcpy(out, f->chunk[number], sizeof *out);
    pthread_mutex_unlock(&f->lock);
    return found;
}

static bool make_room(struct tz_feed *f, size_t number)
{
    if (number >= f->room) {
        size_t room = number + number / 2 + 64;
        struct chunk **grown = realloc(f->chunk, room * sizeof *grown);
        if (!grown)
            return false;
        memset(grown + f->room, 0, (room - f->room) * sizeof *grown);
        f->chunk = grown;
        f->room = room;
    }
    if (f->count < f->max)
        return true;
    while (f->lowest < number && !f->chunk[f->lowest])
        f->lowest++;
    if (f->lowest >= number) /* what is kept is all newer */
        return false;
    free(f->chunk[f->lowest]);
    f->chunk[f->lowest++] = NULL;
    f->count--;
    return true;
}

/* Without memory for it, it will be read again. */
static void keep(struct tz_feed *f, size_t number, const struct chunk *c)
{
    struct chunk *copy = f->max ? malloc(sizeof *copy) : NULL;
    if (!copy)
        return;
    memcpy(copy, c, sizeof *copy);
    pthread_mutex_lock(&f->lock);
    bool kept = (number >= f->room || !f->chunk[number]) && make_room(f, number);
    if (kept) {
        f->chunk[number] = copy;
        f->count++;
        if (number < f->lowest)
            f->lowest = number;
    }
    pthread_mutex_unlock(&f->lock);
    if (!kept)
        free(copy);
}

/* --- reading the journal --- */

/* A varint at *at; false: the bytes end in it. */
static bool take_varint(struct tz_bytes b, size_t *at, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; *at < b.len && shift < 64; shift += 7) {
        uint8_t byte = b.data[(*at)++];
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* Fields stand in the order of their numbers, and before the visibility there are only numbers and texts. */
static uint64_t find_visibility(struct tz_bytes envelope)
{
    uint64_t tag, value;
    size_t at = 0;
    while (take_varint(envelope, &at, &tag) && tag >> 3 <= ENVELOPE_VISIBILITY &&
           take_varint(envelope, &at, &value)) {
        if (tag == ENVELOPE_VISIBILITY << 3)
            return value;
        if ((tag & 7) == 2) {
            if (value > envelope.len - at)
                break;
            at += value;
        } else if ((tag & 7) != 0) {
            break;
        }
    }
    return 0;
}

enum tz_shown tz_feed_shown(struct tz_bytes body)
{
    uint64_t tag, len;
    size_t at = 0;
    if (!take_varint(body, &at, &tag) || tag != (BODY_ENVELOPE << 3 | 2) || !take_varint(body, &at, &len))
        return TZ_SHOWN_LINE;
    struct tz_bytes envelope = {body.data + at, len < body.len - at ? len : body.len - at};
    uint64_t visibility = find_visibility(envelope);
    return visibility == TZ_SHOWN_BELOW || visibility == TZ_SHOWN_ALL ? (enum tz_shown)visibility
                                                                      : TZ_SHOWN_LINE;
}

struct filling {
    struct tz_reader *reader;
    uint32_t *note;
    size_t count;
    size_t max;
    uint64_t reads;
    struct tz_arena arena; /* of the entry at hand */
};

/* Whom the revision before this one was shown to. */
static int read_before(struct filling *fill, const Taizhang__V1__EntryHeader *h, enum tz_shown *out)
{
    struct tz_record_key key = {.committee = (uint32_t)h->committee, .kind = h->kind, .key = h->key};
    struct tz_period period;
    struct tz_entry e;
    uint64_t position;
    if (!tz_period_parse(h->period, strlen(h->period), &period))
        return TZ_ECORRUPT;
    key.period = tz_period_order(period);
    key.key_len = strlen(h->key);
    fill->reads += 2;
    int rc = tz_reader_revision(fill->reader, &key, h->revision - 1, &position);
    if (rc == TZ_OK)
        rc = tz_reader_entry(fill->reader, position, &fill->arena, &e);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
    Taizhang__V1__EntryHeader *before =
        taizhang__v1__entry_header__unpack(&fill->arena.protobuf, e.header.len, e.header.data);
    if (!before)
        return TZ_ECORRUPT;
    *out = before->type == TAIZHANG__V1__ENTRY_TYPE__ENTRY_RECORD ? tz_feed_shown(e.body) : TZ_SHOWN_NOBODY;
    return TZ_OK;
}

static int note_entry(struct filling *fill, const struct tz_entry *e, struct tz_feed_note *n)
{
    *n = (struct tz_feed_note){0};
    tz_arena_reset(&fill->arena);
    Taizhang__V1__EntryHeader *h =
        taizhang__v1__entry_header__unpack(&fill->arena.protobuf, e->header.len, e->header.data);
    if (!h || h->committee >= UINT64_C(1) << COMMITTEE_BITS)
        return TZ_ECORRUPT;
    n->committee = (uint32_t)h->committee;
    switch (h->type) {
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_RECORD:
        n->shown = tz_feed_shown(e->body);
        /* fall through */
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_WITHDRAWAL:
        n->what = TZ_FEED_RECORD;
        return n->shown != TZ_SHOWN_ALL && h->revision > 1 ? read_before(fill, h, &n->before) : TZ_OK;
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_COMMITTEE:
        n->what = TZ_FEED_COMMITTEE;
        return TZ_OK;
    default:
        return TZ_OK;
    }
}

/* Stops the visit with 1 after the last. */
static int take_entry(void *ctx, const struct tz_entry *e)
{
    struct filling *fill = ctx;
    struct tz_feed_note n;
    fill->reads++;
    int rc = note_entry(fill, e, &n);
    if (rc != TZ_OK)
        return rc;
    fill->note[fill->count++] = pack(&n);
    return fill->count == fill->max;
}

/* Notes of exactly count entries. */
static int read_journal(struct tz_reader *r, uint64_t from, size_t count, uint32_t *note, uint64_t *reads)
{
    struct filling fill = {.reader = r, .note = note, .max = count};
    tz_arena_init(&fill.arena, SCRATCH_MAX);
    int rc = tz_reader_outline(r, from, take_entry, &fill);
    tz_arena_free(&fill.arena);
    *reads += fill.reads;
    if (rc == TZ_OK)
        return TZ_ECORRUPT; /* the journal has no gaps */
    return rc == 1 ? TZ_OK : rc;
}

int tz_feed_read(struct tz_feed *f, struct tz_reader *r, uint64_t from, uint64_t to,
                 struct tz_feed_note note[TZ_FEED_CHUNK], size_t *count, uint64_t *reads)
{
    struct chunk c;
    size_t number = (size_t)((from - 1) / TZ_FEED_CHUNK);
    uint64_t first = (uint64_t)number * TZ_FEED_CHUNK + 1;
    bool whole = first + TZ_FEED_CHUNK - 1 <= to;
    int rc = TZ_OK;
    if (from == 0 || to < from)
        return TZ_EINVAL;
    if (!whole)
        first = from;
    *count = whole ? TZ_FEED_CHUNK - (size_t)(from - first) : (size_t)(to - from + 1);
    if (!look_up(f, number, &c)) {
        rc = read_journal(r, first, whole ? TZ_FEED_CHUNK : *count, c.note, reads);
        if (rc == TZ_OK && whole)
            keep(f, number, &c);
    } else {
        first = (uint64_t)number * TZ_FEED_CHUNK + 1;
    }
    for (size_t i = 0; rc == TZ_OK && i < *count; i++)
        note[i] = unpack(c.note[from - first + i]);
    return rc;
}
