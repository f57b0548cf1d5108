/* SPDX-License-Identifier: Apache-2.0
 *
 * Audit: pages of the access log, for those with the role audit. Read from its files, so that nobody who
 * writes waits.
 */
#include <string.h>

#include "daemon/audit/access_log.h"
#include "daemon/audit/query.h"
#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"

/* What one page looks through, about. */
#define LOOK_BYTES (UINT64_C(32) * 1024 * 1024)

struct page {
    struct tz_request *r;
    struct tz_arena *arena;
    Taizhang__V1__AccessEvent **row;
    size_t count;
    size_t limit;
    size_t bytes;
};

static bool copy_text(struct tz_arena *arena, const char *s, char **out)
{
    if (s[0])
        *out = tz_arena_strndup(arena, s, strlen(s));
    return *out != NULL;
}

static int add_row(void *ctx, const struct tz_access_event *e, const uint8_t sha256[TZ_SHA256_SIZE])
{
    struct page *p = ctx;
    if (p->count == p->limit || p->bytes >= TZ_PAGE_BYTES)
        return 1;
    Taizhang__V1__AccessEvent *row = tz_arena_alloc(p->arena, sizeof *row);
    if (!row)
        return TZ_ENOMEM;
    taizhang__v1__access_event__init(row);
    row->number = e->number;
    row->time_ms = e->time_ms;
    row->event = (char *)(uintptr_t)tz_access_type_name(e->type);
    row->code = e->code;
    row->count = e->count;
    row->position = e->position;
    row->sha256 = (ProtobufCBinaryData){TZ_SHA256_SIZE, tz_arena_dup(p->arena, sha256, TZ_SHA256_SIZE)};
    if (!row->sha256.data || !copy_text(p->arena, e->principal, &row->principal) ||
        !copy_text(p->arena, e->person, &row->person) ||
        !copy_text(p->arena, e->committee, &row->committee) || !copy_text(p->arena, e->peer, &row->peer) ||
        !copy_text(p->arena, e->request, &row->request) || !copy_text(p->arena, e->object, &row->object) ||
        !copy_text(p->arena, e->reason, &row->reason))
        return TZ_ENOMEM;
    p->bytes += protobuf_c_message_get_packed_size(&row->base);
    p->row[p->count++] = row;
    return 0;
}

static void answer_rows(struct page *p, const struct tz_access_page *page)
{
    size_t from = 0;
    do {
        size_t n = tz_answer_fit((ProtobufCMessage *const *)p->row, p->count, from);
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__AuditReply reply = TAIZHANG__V1__AUDIT_REPLY__INIT;
        bool final = from + n == p->count;
        reply.n_events = n;
        reply.events = p->row + from;
        reply.broken = page->broken;
        if (final)
            reply.next_after = page->next_after;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_AUDIT;
        m.audit = &reply;
        tz_answer(p->r, &m, final);
        from += n;
    } while (from < p->count);
}

/* An event that there is not would find nothing, and look like peace. */
static int check(const struct tz_request *r, struct tz_error *e)
{
    const Taizhang__V1__AuditRequest *q = r->msg->audit;
    for (int i = 0; i < TZ_ACCESS_TYPES; i++)
        if (strcmp(q->event, tz_access_type_name((enum tz_access_type)i)) == 0)
            return TZ_OK;
    if (!q->event[0])
        return TZ_OK;
    tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "event", q->event);
    return TZ_EINVAL;
}

static void read_audit(struct tz_request *r, const struct tz_reading *with)
{
    const Taizhang__V1__AuditRequest *q = r->msg->audit;
    const struct tz_access_filter filter = {.from_ms = q->from_ms,
                                            .to_ms = q->to_ms,
                                            .event = q->event,
                                            .principal = q->principal,
                                            .committee = q->committee,
                                            .object = q->object,
                                            .after = q->after};
    struct page p = {.r = r, .arena = with->arena, .limit = tz_lookup_page(q->limit)};
    struct tz_access_page page;
    p.row = tz_arena_alloc(with->arena, p.limit * sizeof(Taizhang__V1__AccessEvent *));
    int rc = p.row ? TZ_OK : TZ_ENOMEM;
    if (rc == TZ_OK)
        rc = tz_access_query(tz_access_log_dir(r->service->access_log),
                             tz_access_log_marks(r->service->access_log), &filter, LOOK_BYTES, add_row, &p,
                             &page);
    if (rc == TZ_OK)
        answer_rows(&p, &page);
    else
        tz_answer_rc(r, rc);
}

static enum tz_lane lane_of_audit(const struct tz_request *r)
{
    (void)r;
    return TZ_LANE_SLOW;
}

const struct tz_verb tz_verb_audit = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_AUDIT,
    .name = "audit",
    .where = TZ_READER,
    .action = TZ_ACT_AUDIT,
    .check = check,
    .lane = lane_of_audit,
    .read = read_audit,
};
