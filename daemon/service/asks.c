/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/asks.h"

#include <string.h>

#include "common/base/text.h"
#include "common/codes/identity.h"
#include "common/wire/frame.h"

int tz_asks_check_count(const char *field, size_t count, struct tz_error *e)
{
    if (count == 0) {
        tz_error_set(e, TZ_CODE(REQUIRED), field, NULL);
        return TZ_EINVAL;
    }
    if (count > TZ_RECORDS_PER_SUBMIT) {
        tz_error_number(tz_error_set(e, TZ_CODE(TOO_MANY), field, NULL), "limit", TZ_RECORDS_PER_SUBMIT);
        return TZ_EINVAL;
    }
    return TZ_OK;
}

int tz_asks_new(struct tz_request *r, enum tz_op_type type, size_t count, size_t room)
{
    struct tz_op *op = &r->op;
    size_t own = count * (sizeof *op->ask + sizeof *op->done);
    op->arena.max = op->arena.total + own + count * room + 64 * 1024;
    op->type = type;
    op->count = count;
    op->position = 0;
    op->ask = tz_arena_zalloc(&op->arena, sizeof *op->ask * count);
    op->done = tz_arena_zalloc(&op->arena, sizeof *op->done * count);
    return op->ask && op->done ? TZ_OK : TZ_ENOMEM;
}

void tz_asks_room(struct tz_request *r, size_t item_bytes)
{
    /* 8 times the bytes as for a frame, and what the smallest record of the widest kind takes when decoded.
     */
    size_t need = r->op.arena.total + 8 * item_bytes + 8 * 1024;
    if (need > r->op.arena.max)
        r->op.arena.max = need;
}

int tz_asks_errors(struct tz_request *r, size_t i, const struct tz_errors *errors, bool refused)
{
    struct tz_change_ask *ask = &r->op.ask[i];
    if (errors->count == 0)
        return TZ_OK;
    /* Whole, since the writer may add to it. */
    r->op.arena.max += sizeof *ask->errors;
    if (!ask->errors)
        ask->errors = tz_arena_zalloc(&r->op.arena, sizeof *ask->errors);
    if (!ask->errors)
        return TZ_ENOMEM;
    ask->errors->count = errors->count;
    ask->errors->dropped = errors->dropped;
    memcpy(ask->errors->item, errors->item, errors->count * sizeof *errors->item);
    ask->refused = ask->refused || refused;
    return TZ_OK;
}

void tz_asks_address(struct tz_change_ask *ask, const Taizhang__V1__Address *address,
                     const ProtobufCBinaryData *ticket, struct tz_errors *errors)
{
    if (!address)
        tz_errors_add(errors, TZ_CODE(REQUIRED), "address", NULL);
    else if (tz_address_from_wire(address, &ask->address, errors) != TZ_OK && errors->count == 0)
        tz_errors_add(errors, TZ_CODE(BAD_ARGUMENT), "address", NULL);
    if (ticket->len != TZ_TICKET_SIZE)
        tz_errors_add(errors, TZ_CODE(BAD_TICKET), "ticket", NULL);
    else
        memcpy(ask->ticket, ticket->data, TZ_TICKET_SIZE);
}

void tz_asks_check_reason(const char *reason, size_t limit, struct tz_errors *errors)
{
    size_t len = strlen(reason);
    size_t characters;
    if (!tz_text_valid(reason, len, &characters))
        tz_errors_add(errors, TZ_CODE(BAD_TEXT), "reason", reason);
    else if (characters > limit)
        tz_error_number(tz_errors_add(errors, TZ_CODE(TOO_LONG), "reason", reason), "limit", (int64_t)limit);
    else if (tz_text_has_resident_id(reason, len))
        tz_errors_add(errors, TZ_CODE(RESIDENT_ID), "reason", NULL);
}

int tz_asks_check_whole_reason(const char *reason, struct tz_error *e)
{
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    tz_asks_check_reason(reason, TZ_REASON_CHARACTERS, &errors);
    if (errors.count == 0)
        return TZ_OK;
    *e = errors.item[0];
    return TZ_EINVAL;
}

/* --- repeats --- */

static uint64_t hash_bytes(uint64_t h, const void *p, size_t len)
{
    const uint8_t *b = p;
    for (size_t i = 0; i < len; i++)
        h = (h ^ b[i]) * UINT64_C(1099511628211); /* FNV-1a */
    return h;
}

static uint64_t hash_address(const struct tz_address *a)
{
    uint32_t period = tz_period_order(a->period);
    uint64_t h = hash_bytes(UINT64_C(14695981039346656037), a->committee, strlen(a->committee));
    h = hash_bytes(h, &a->kind, sizeof a->kind);
    h = hash_bytes(h, &period, sizeof period);
    return hash_bytes(h, a->key, strlen(a->key));
}

static bool same_address(const struct tz_address *a, const struct tz_address *b)
{
    return a->kind == b->kind && tz_period_equal(a->period, b->period) && strcmp(a->key, b->key) == 0 &&
           strcmp(a->committee, b->committee) == 0;
}

static int refuse_repeat(struct tz_request *r, size_t i, size_t first)
{
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    struct tz_error *e = tz_errors_add(&errors, TZ_CODE(REPEATED_ADDRESS), "key", r->op.ask[i].address.key);
    tz_error_number(e, "first", (int64_t)first);
    return tz_asks_errors(r, i, &errors, true);
}

/* The bytes are the peer's: a chosen set of equal hashes must not cost the square of their number. */
enum { PROBES_MAX = 64 };

int tz_asks_refuse_repeats(struct tz_request *r)
{
    const struct tz_op *op = &r->op;
    uint32_t slot[4096]; /* index + 1; more than four times TZ_RECORDS_PER_SUBMIT */
    if (op->count < 2)
        return TZ_OK;
    memset(slot, 0, sizeof slot);
    for (size_t i = 0; i < op->count; i++) {
        const struct tz_change_ask *ask = &op->ask[i];
        if (ask->refused)
            continue;
        uint64_t h = hash_address(&ask->address);
        int rc = TZ_OK;
        for (size_t probe = 0; probe < PROBES_MAX; probe++) {
            uint32_t *s = &slot[((h ^ h >> 32) + probe) % (sizeof slot / sizeof *slot)];
            if (*s == 0) {
                *s = (uint32_t)i + 1;
                break;
            }
            if (same_address(&op->ask[*s - 1].address, &ask->address)) {
                rc = refuse_repeat(r, i, *s - 1);
                break;
            }
        }
        if (rc != TZ_OK)
            return rc;
    }
    return TZ_OK;
}
