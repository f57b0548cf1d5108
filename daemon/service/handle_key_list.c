/* SPDX-License-Identifier: Apache-2.0
 *
 * Key list: the keys and persons of a committee, or of its subtree in the order of the tree; those of the
 * registry as a whole first. A page goes on after the key that it names, wherever that one's committee stands
 * now.
 */
#include "daemon/service/lookup.h"
#include "daemon/service/principal_row.h"
#include "daemon/service/verbs.h"

static int check(const struct tz_request *r, struct tz_error *e)
{
    return tz_key_check_committee(r->msg->key_list->committee, e);
}

struct page {
    struct tz_request *r;
    const Taizhang__V1__KeyListRequest *q;
    const struct tz_views *views;
    int64_t now_ms;
    uint32_t top;
    bool registry;
    Taizhang__V1__Principal *row;
    size_t count;
    size_t limit;
    bool more;
};

/* Where the list begins: a committee, and the id after which. */
static int begin(struct page *p, uint32_t *committee, const char **after, struct tz_error *e)
{
    int rc = tz_key_list_scope(p->r, p->q->committee, &p->top, &p->registry, e);
    *committee = p->registry ? 0 : p->top;
    *after = "";
    if (rc != TZ_OK || !p->q->after[0])
        return rc;
    const struct tz_principal *last = tz_principal_find(p->views->principals, p->q->after);
    bool inside =
        last && (last->committee ? tz_tree_above(p->views->tree, p->top, last->committee) : p->registry);
    if (!inside) {
        tz_error_set(e, TZ_CODE(BAD_CURSOR), "after", p->q->after);
        return TZ_EINVAL;
    }
    *committee = last->committee;
    *after = last->id;
    return TZ_OK;
}

/* The committee after this one; 0: there are no more. */
static uint32_t next_committee(const struct page *p, uint32_t committee)
{
    if (!committee)
        return p->top;
    return p->q->subtree ? tz_tree_next(p->views->tree, p->top, committee) : 0;
}

static void fill(struct page *p, uint32_t committee, const char *after)
{
    do {
        const struct tz_principal *one;
        while ((one = tz_principal_next(p->views->principals, committee, after))) {
            after = one->id;
            if (!p->q->revoked && !tz_principal_valid(one, p->now_ms))
                continue;
            if (p->count == p->limit) {
                p->more = true;
                return;
            }
            tz_principal_row(p->views, one, &p->row[p->count++]);
        }
        after = "";
        committee = next_committee(p, committee);
    } while (committee);
}

static void answer(const struct page *p, Taizhang__V1__Principal **list)
{
    size_t from = 0;
    for (size_t i = 0; i < p->count; i++)
        list[i] = &p->row[i];
    do {
        Taizhang__V1__ServerMessage m = TAIZHANG__V1__SERVER_MESSAGE__INIT;
        Taizhang__V1__KeyListReply reply = TAIZHANG__V1__KEY_LIST_REPLY__INIT;
        size_t n = tz_answer_fit((ProtobufCMessage *const *)list, p->count, from);
        bool final = from + n == p->count;
        reply.n_keys = n;
        reply.keys = list + from;
        reply.position = p->views->position;
        if (final && p->more)
            reply.next_after = list[p->count - 1]->body->id;
        m.body_case = TAIZHANG__V1__SERVER_MESSAGE__BODY_KEY_LIST;
        m.key_list = &reply;
        tz_answer(p->r, &m, final);
        from += n;
    } while (from < p->count);
}

static void read_keys(struct tz_request *r, const struct tz_reading *with)
{
    struct tz_views *v = r->service->views;
    const struct tz_env *env = r->service->env;
    struct page p = {.r = r,
                     .q = r->msg->key_list,
                     .views = v,
                     .now_ms = env->wall_ms(env->ctx),
                     .limit = tz_lookup_page(r->msg->key_list->limit)};
    uint32_t committee;
    const char *after;
    struct tz_error e;
    p.row = tz_arena_alloc(with->arena, sizeof *p.row * p.limit);
    Taizhang__V1__Principal **list = tz_arena_alloc(with->arena, sizeof(Taizhang__V1__Principal *) * p.limit);
    if (!p.row || !list) {
        tz_answer_rc(r, TZ_ENOMEM);
        return;
    }
    tz_views_read_lock(v);
    int rc = begin(&p, &committee, &after, &e);
    if (rc == TZ_OK) {
        fill(&p, committee, after);
        answer(&p, list);
    }
    tz_views_unlock(v);
    if (rc != TZ_OK)
        tz_answer_error(r, &e);
}

const struct tz_verb tz_verb_key_list = {
    .body = TAIZHANG__V1__CLIENT_MESSAGE__BODY_KEY_LIST,
    .name = "key_list",
    .where = TZ_READER,
    .action = TZ_ACT_KEYS,
    .check = check,
    .read = read_keys,
};
