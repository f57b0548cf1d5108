/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/lib/bundle.h"
#include "client/lib/submit.h"
#include "common/schema/address.h"
#include "common/wire/frame.h"

bool tz_bundle_is(FILE *file)
{
    uint8_t begin[TZ_BUNDLE_MAGIC_SIZE];
    off_t at = ftello(file);
    if (at < 0)
        return false;
    bool is = fread(begin, 1, sizeof begin, file) == sizeof begin &&
              memcmp(begin, tz_bundle_magic, sizeof begin) == 0;
    clearerr(file);
    return fseeko(file, at, SEEK_SET) == 0 && is;
}

/* --- bytes --- */

static enum tz_bundle_fault take(struct tz_bundle_reader *r, void *out, size_t len)
{
    if (fread(out, 1, len, r->file) == len)
        return TZ_BUNDLE_FINE;
    return ferror(r->file) ? TZ_BUNDLE_DISK : TZ_BUNDLE_CUT;
}

static enum tz_bundle_fault fault_of(int rc)
{
    return rc == TZ_OK ? TZ_BUNDLE_FINE : rc == TZ_ENOMEM ? TZ_BUNDLE_MEMORY : TZ_BUNDLE_ALTERED;
}

/* A frame's bytes into r->bytes, its message into the arena. */
static enum tz_bundle_fault take_frame(struct tz_bundle_reader *r, uint8_t length[TZ_FRAME_HEADER],
                                       size_t *len, Taizhang__V1__BundleFrame **out)
{
    enum tz_bundle_fault fault = take(r, length, TZ_FRAME_HEADER);
    if (fault != TZ_BUNDLE_FINE)
        return fault;
    *len = tz_frame_length(length);
    if (*len == 0 || *len > TZ_FRAME_MAX)
        return TZ_BUNDLE_ALTERED;
    if (*len > r->room) {
        uint8_t *grown = realloc(r->bytes, *len);
        if (!grown)
            return TZ_BUNDLE_MEMORY;
        r->bytes = grown;
        r->room = *len;
    }
    fault = take(r, r->bytes, *len);
    if (fault != TZ_BUNDLE_FINE)
        return fault;
    tz_arena_free(&r->arena);
    tz_arena_init(&r->arena, tz_wire_arena_max(*len));
    return fault_of(tz_wire_unpack(&taizhang__v1__bundle_frame__descriptor, r->bytes, *len, &r->arena,
                                   (ProtobufCMessage **)out));
}

static void hash_frame(struct tz_bundle_reader *r, const uint8_t length[TZ_FRAME_HEADER], size_t len)
{
    crypto_hash_sha256_update(r->hash, length, TZ_FRAME_HEADER);
    crypto_hash_sha256_update(r->hash, r->bytes, len);
}

/* --- header --- */

static bool header_whole(const Taizhang__V1__BundleHeader *h)
{
    return (h->content == TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_VERSIONS ||
            h->content == TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_OUTCOMES) &&
           h->bundle_id.len == TZ_BUNDLE_ID_SIZE &&
           (h->registry_id.len == TZ_BUNDLE_ID_SIZE ||
            (h->registry_id.len == 0 && h->content == TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_VERSIONS));
}

static enum tz_bundle_fault take_header(struct tz_bundle_reader *r)
{
    uint8_t length[TZ_FRAME_HEADER];
    size_t len;
    Taizhang__V1__BundleFrame *frame;
    enum tz_bundle_fault fault = take_frame(r, length, &len, &frame);
    if (fault != TZ_BUNDLE_FINE)
        return fault;
    if (frame->body_case != TAIZHANG__V1__BUNDLE_FRAME__BODY_HEADER)
        return TZ_BUNDLE_ALTERED;
    if (frame->header->format != TZ_BUNDLE_FORMAT)
        return frame->header->format > TZ_BUNDLE_FORMAT ? TZ_BUNDLE_NEWER : TZ_BUNDLE_ALTERED;
    if (!header_whole(frame->header))
        return TZ_BUNDLE_ALTERED;
    hash_frame(r, length, len);
    tz_arena_init(&r->header_arena, tz_wire_arena_max(len));
    ProtobufCMessage *again; /* one that lives as long as the reader */
    int rc = tz_wire_unpack(&taizhang__v1__bundle_frame__descriptor, r->bytes, len, &r->header_arena, &again);
    if (rc == TZ_OK)
        r->header = ((Taizhang__V1__BundleFrame *)again)->header;
    return fault_of(rc);
}

enum tz_bundle_fault tz_bundle_begin(struct tz_bundle_reader *r, FILE *file)
{
    uint8_t magic[TZ_BUNDLE_MAGIC_SIZE];
    *r = (struct tz_bundle_reader){.file = file};
    tz_arena_init(&r->arena, 0);
    tz_arena_init(&r->header_arena, 0);
    r->hash = malloc(sizeof(crypto_hash_sha256_state));
    if (!r->hash)
        return TZ_BUNDLE_MEMORY;
    crypto_hash_sha256_init(r->hash);
    enum tz_bundle_fault fault = take(r, magic, sizeof magic);
    if (fault == TZ_BUNDLE_CUT ||
        (fault == TZ_BUNDLE_FINE && memcmp(magic, tz_bundle_magic, sizeof magic) != 0))
        return TZ_BUNDLE_NOT;
    if (fault != TZ_BUNDLE_FINE)
        return fault;
    crypto_hash_sha256_update(r->hash, magic, sizeof magic);
    return take_header(r);
}

/* --- what follows --- */

const Taizhang__V1__Address *tz_bundle_address(const Taizhang__V1__BundleFrame *frame)
{
    if (frame->body_case == TAIZHANG__V1__BUNDLE_FRAME__BODY_OUTCOME)
        return frame->outcome->address;
    const Taizhang__V1__BundleVersion *v = frame->version;
    return v->operation_case == TAIZHANG__V1__BUNDLE_VERSION__OPERATION_RECORD ? v->record->address
                                                                               : v->withdraw->address;
}

static ProtobufCBinaryData ticket_of(const Taizhang__V1__BundleFrame *frame)
{
    if (frame->body_case == TAIZHANG__V1__BUNDLE_FRAME__BODY_OUTCOME)
        return frame->outcome->ticket;
    const Taizhang__V1__BundleVersion *v = frame->version;
    return v->operation_case == TAIZHANG__V1__BUNDLE_VERSION__OPERATION_RECORD ? v->record->ticket
                                                                               : v->withdraw->ticket;
}

const uint8_t *tz_bundle_ticket(const Taizhang__V1__BundleFrame *frame)
{
    return ticket_of(frame).data;
}

static bool as_announced(const struct tz_bundle_reader *r, const Taizhang__V1__BundleFrame *frame)
{
    if (r->header->content == TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_OUTCOMES)
        return frame->body_case == TAIZHANG__V1__BUNDLE_FRAME__BODY_OUTCOME && frame->outcome->outcome;
    return frame->body_case == TAIZHANG__V1__BUNDLE_FRAME__BODY_VERSION &&
           frame->version->operation_case != TAIZHANG__V1__BUNDLE_VERSION__OPERATION__NOT_SET;
}

static bool can_be_sent(const Taizhang__V1__BundleFrame *frame)
{
    if (frame->body_case != TAIZHANG__V1__BUNDLE_FRAME__BODY_VERSION)
        return true;
    const Taizhang__V1__BundleVersion *v = frame->version;
    return v->operation_case == TAIZHANG__V1__BUNDLE_VERSION__OPERATION_WITHDRAW ||
           v->record->body.len + v->record->private_.len <= TZ_SUBMIT_BYTES;
}

static bool usable(const struct tz_bundle_reader *r, const Taizhang__V1__BundleFrame *frame)
{
    struct tz_errors errors = {0};
    struct tz_address address;
    if (!as_announced(r, frame) || !can_be_sent(frame))
        return false;
    const Taizhang__V1__Address *a = tz_bundle_address(frame);
    return a && ticket_of(frame).len == TZ_TICKET_SIZE && tz_address_from_wire(a, &address, &errors) == TZ_OK;
}

static enum tz_bundle_fault check_trailer(struct tz_bundle_reader *r,
                                          const Taizhang__V1__BundleTrailer *trailer)
{
    uint8_t sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(r->hash, sum);
    if (trailer->count != r->count || trailer->sha256.len != sizeof sum ||
        memcmp(trailer->sha256.data, sum, sizeof sum) != 0)
        return TZ_BUNDLE_ALTERED;
    if (getc(r->file) != EOF)
        return TZ_BUNDLE_ALTERED;
    return ferror(r->file) ? TZ_BUNDLE_DISK : TZ_BUNDLE_FINE;
}

enum tz_bundle_fault tz_bundle_next(struct tz_bundle_reader *r, const Taizhang__V1__BundleFrame **out)
{
    uint8_t length[TZ_FRAME_HEADER];
    size_t len;
    Taizhang__V1__BundleFrame *frame;
    *out = NULL;
    enum tz_bundle_fault fault = take_frame(r, length, &len, &frame);
    if (fault != TZ_BUNDLE_FINE)
        return fault;
    if (frame->body_case == TAIZHANG__V1__BUNDLE_FRAME__BODY_TRAILER)
        return check_trailer(r, frame->trailer);
    if (r->count == TZ_BUNDLE_FRAMES_MAX || !usable(r, frame))
        return TZ_BUNDLE_ALTERED;
    hash_frame(r, length, len);
    r->count++;
    *out = frame;
    return TZ_BUNDLE_FINE;
}

void tz_bundle_end(struct tz_bundle_reader *r)
{
    tz_arena_free(&r->arena);
    tz_arena_free(&r->header_arena);
    free(r->bytes);
    free(r->hash);
}
