/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/lookup.h"

#include <stdio.h>
#include <string.h>

#include "common/codes/division.h"
#include "common/wire/frame.h"
#include "daemon/service/verbs.h"

static int copy_unit(const struct tz_unit_node *u, struct tz_arena *arena, struct tz_committee_ref *out)
{
    const char *name = u->body ? u->body->name : "";
    out->number = u->number;
    memcpy(out->code, u->code, sizeof out->code);
    out->name = tz_arena_strndup(arena, name, strlen(name));
    return out->name ? TZ_OK : TZ_ENOMEM;
}

int tz_lookup_committee(const struct tz_request *r, const char *field, const char *code,
                        struct tz_arena *arena, struct tz_committee_ref *out, struct tz_decision *access,
                        struct tz_error *e)
{
    struct tz_views *v = r->service->views;
    size_t len = strlen(code);
    if (len > 0 && !tz_code_valid(code, len)) {
        tz_error_set(e, TZ_CODE(BAD_CODE), field, code);
        return TZ_EINVAL;
    }
    tz_views_read_lock(v);
    struct tz_realm realm = tz_lookup_realm(r->service);
    const struct tz_tree *t = v->tree;
    const struct tz_unit_node *u =
        len ? tz_tree_find(t, code, len) : tz_tree_at(t, tz_access_home(&r->grant, t));
    int rc = TZ_EINVAL;
    if (!u)
        tz_error_set(e, TZ_CODE(UNKNOWN_COMMITTEE), field, code);
    else
        rc = tz_access_check(&realm, &r->grant, r->verb->action, u->number, access, e);
    if (rc == TZ_OK)
        rc = copy_unit(u, arena, out);
    tz_views_unlock(v);
    return rc;
}

int tz_lookup_address(const struct tz_request *r, const Taizhang__V1__Address *w, struct tz_arena *arena,
                      struct tz_address *address, struct tz_committee_ref *committee,
                      struct tz_record_key *key, struct tz_decision *access, struct tz_error *e)
{
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    if (!w) {
        tz_error_set(e, TZ_CODE(REQUIRED), "address", NULL);
        return TZ_EINVAL;
    }
    if (tz_address_from_wire(w, address, &errors) != TZ_OK) {
        if (errors.count > 0)
            *e = errors.item[0];
        else
            tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "address", NULL);
        return TZ_EINVAL;
    }
    int rc = tz_lookup_committee(r, "committee", address->committee, arena, committee, access, e);
    if (rc != TZ_OK)
        return rc;
    *key = (struct tz_record_key){.committee = committee->number,
                                  .kind = address->kind,
                                  .period = tz_period_order(address->period),
                                  .key = address->key,
                                  .key_len = strlen(address->key)};
    return TZ_OK;
}

int tz_lookup_position(uint64_t min_position, uint64_t position, struct tz_error *e)
{
    if (min_position <= position)
        return TZ_OK;
    tz_error_number(tz_error_set(e, TZ_CODE(POSITION_AHEAD), "min_position", NULL), "position",
                    (int64_t)position);
    return TZ_EINVAL;
}

size_t tz_lookup_page(uint32_t limit)
{
    return limit == 0 || limit > TZ_PAGE_MAX ? TZ_PAGE_MAX : limit;
}

uint64_t tz_lookup_views_position(struct tz_service *s)
{
    tz_views_read_lock(s->views);
    uint64_t position = s->views->position;
    tz_views_unlock(s->views);
    return position;
}

struct tz_realm tz_lookup_realm(const struct tz_service *s)
{
    return (struct tz_realm){
        .tree = s->views->tree, .principals = s->views->principals, .now_ms = s->env->wall_ms(s->env->ctx)};
}

void tz_lookup_tree_date(const struct tz_service *s, char out[TZ_DATE_SIZE])
{
    tz_views_read_lock(s->views);
    snprintf(out, TZ_DATE_SIZE, "%s", tz_tree_date(s->views->tree));
    tz_views_unlock(s->views);
}

void tz_lookup_today(const struct tz_service *s, char out[TZ_DATE_SIZE])
{
    tz_env_date(s->env, s->env->wall_ms(s->env->ctx), out);
}
