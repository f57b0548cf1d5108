/* SPDX-License-Identifier: Apache-2.0
 *
 * Ping and status.
 */
#include "daemon/service/from_above.h"
#include "daemon/service/account.h"
#include "daemon/service/lookup.h"
#include "daemon/service/verbs.h"

#include <assert.h>

static void answer_ping(struct tz_request *r, struct tz_conn *c)
{
    (void)c;
    struct tz_service *s = r->service;
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__PingReply ping = TAIZHANG__V1__PING_REPLY__INIT;
    ping.position = tz_lookup_views_position(s);
    ping.time_ms = s->env->wall_ms(s->env->ctx);
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_PING;
    m.ping = &ping;
    tz_answer(r, &m, true);
}

const struct tz_verb tz_verb_ping = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING,
    .name = "ping",
    .where = TZ_INLINE,
    .action = TZ_ACT_LOOK,
    .answer = answer_ping,
};

enum { COUNTERS = 12 };

struct counter_list {
    Taizhang__V1__Param param[COUNTERS];
    Taizhang__V1__Param *list[COUNTERS];
    size_t count;
};

static void add(struct counter_list *l, const char *name, uint64_t n)
{
    assert(l->count < COUNTERS);
    Taizhang__V1__Param *p = &l->param[l->count];
    taizhang__v1__param__init(p);
    p->name = (char *)(uintptr_t)name;
    p->number = (int64_t)n;
    l->list[l->count++] = p;
}

static void add_counters(struct counter_list *l, struct tz_service *s, const struct tz_writer_stats *w)
{
    const struct tz_net_counters *n = tz_net_counters(s->net);
    add(l, "requests", atomic_load(&s->counters.requests));
    add(l, "errors", atomic_load(&s->counters.errors));
    add(l, "bytes_in", atomic_load(&n->bytes_in));
    add(l, "bytes_out", atomic_load(&n->bytes_out));
    add(l, "accepted", atomic_load(&n->accepted));
    add(l, "refused", atomic_load(&n->refused));
    add(l, "stalls", atomic_load(&s->counters.stalls));
    add(l, "reads", atomic_load(&s->counters.reads));
    add(l, "guesses", atomic_load(&s->counters.guesses));
    add(l, "batches", w->batches);
    add(l, "operations", w->operations);
    add(l, "entries", w->entries);
}

static int keep_limits(struct tz_request *r, const struct tz_conn *c)
{
    r->kept = tz_arena_alloc(&r->op.arena, sizeof(Taizhang__V1__Limits));
    if (!r->kept)
        return TZ_ENOMEM;
    tz_limits_fill(r->kept, tz_conn_limits(c));
    return TZ_OK;
}

static void fill_service(struct tz_request *r, Taizhang__V1__StatusReply *reply)
{
    struct tz_service *s = r->service;
    reply->server = (char *)(uintptr_t)tz_service_name();
    reply->registry_id = (ProtobufCBinaryData){sizeof s->registry.registry_id, s->registry.registry_id};
    reply->epoch = s->registry.epoch;
    reply->time_ms = s->env->wall_ms(s->env->ctx);
    reply->started_ms = s->started_ms;
    tz_views_read_lock(s->views);
    reply->position = s->views->position;
    reply->committees = tz_tree_count(s->views->tree);
    reply->records = tz_cube_records(s->views->cube);
    tz_views_unlock(s->views);
    reply->connections = atomic_load(&tz_net_counters(s->net)->connections);
    reply->limits = r->kept;
}

static void read_status(struct tz_request *r, const struct tz_reading *with)
{
    struct tz_service *s = r->service;
    struct tz_writer_stats writer;
    struct counter_list counters = {.count = 0};
    char today[TZ_DATE_SIZE];
    Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
    Taizhang__V1__StatusReply reply = TAIZHANG__V1__STATUS_REPLY__INIT;

    tz_writer_stats(s->writer, &writer);
    add_counters(&counters, s, &writer);
    fill_service(r, &reply);
    tz_lookup_tree_date(s, today);
    reply.tree = today;
    reply.read_only = writer.read_only || tz_account_blocked(s);
    reply.n_counters = counters.count;
    reply.counters = counters.list;
    int rc = tz_from_above(r, with, &reply.from_above, &reply.n_from_above);
    if (rc != TZ_OK) {
        tz_answer_rc(r, rc);
        return;
    }
    m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_STATUS_REPORT;
    m.status_report = &reply;
    tz_answer(r, &m, true);
}

const struct tz_verb tz_verb_status = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_STATUS,
    .name = "status",
    .where = TZ_READER,
    .action = TZ_ACT_LOOK,
    .keep = keep_limits,
    .read = read_status,
};
