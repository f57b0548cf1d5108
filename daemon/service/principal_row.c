/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/principal_row.h"

#include <string.h>

#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/codes/identity.h"
#include "daemon/service/key_access.h"
#include "daemon/service/lookup.h"

enum { NAME_CHARACTERS = 200 };

static char *unit_name(const struct tz_views *v, uint64_t committee)
{
    const struct tz_unit_node *u = committee ? tz_tree_at(v->tree, (uint32_t)committee) : NULL;
    return u && u->body ? u->body->name : (char *)(uintptr_t)protobuf_c_empty_string;
}

void tz_principal_row(const struct tz_views *v, const struct tz_principal *p, Taizhang__V1__Principal *out)
{
    taizhang__v1__principal__init(out);
    out->body = (Taizhang__V1__KeyBody *)(uintptr_t)p->body;
    out->revision = p->revision;
    out->enrolled_ms = p->enrolled_ms;
    out->committee_name = unit_name(v, p->committee);
    out->by = (char *)(uintptr_t)p->by;
    out->changed_ms = p->changed_ms;
}

const char *tz_invitation_row_state(const struct tz_views *v, const struct tz_invitation *i, int64_t now_ms)
{
    const char *state = tz_invitation_state(i, now_ms);
    const struct tz_unit_node *u =
        i->body->committee ? tz_tree_at(v->tree, (uint32_t)i->body->committee) : NULL;
    return strcmp(state, "open") == 0 && u && u->standing == TZ_CLOSED ? "closed" : state;
}

void tz_invitation_row(const struct tz_views *v, const struct tz_invitation *i, int64_t now_ms,
                       Taizhang__V1__Invitation *out)
{
    taizhang__v1__invitation__init(out);
    out->body = (Taizhang__V1__InvitationBody *)(uintptr_t)i->body;
    out->revision = i->revision;
    out->created_ms = i->created_ms;
    out->by = (char *)(uintptr_t)i->by;
    out->state = (char *)(uintptr_t)tz_invitation_row_state(v, i, now_ms);
    out->committee_name = unit_name(v, i->body->committee);
}

int tz_key_list_scope(const struct tz_request *r, const char *committee, uint32_t *top, bool *registry,
                      struct tz_error *e)
{
    struct tz_realm realm = tz_lookup_realm(r->service);
    struct tz_error none;
    const struct tz_unit_node *u = NULL;
    *top = tz_access_home(&r->grant, realm.tree);
    *registry = !committee[0] && tz_key_access(&realm, &r->grant, 0, NULL, &none) == TZ_OK;
    if (committee[0]) {
        u = tz_tree_find(realm.tree, committee, strlen(committee));
        if (!u) {
            tz_error_set(e, TZ_CODE(UNKNOWN_COMMITTEE), "committee", committee);
            return TZ_EINVAL;
        }
        *top = u->number;
    }
    if (!*top && *registry)
        return TZ_OK; /* there is no tree yet */
    return tz_key_access(&realm, &r->grant, *top, NULL, e);
}

int tz_key_check_committee(const char *code, struct tz_error *e)
{
    if (!code[0] || tz_code_valid(code, strlen(code)))
        return TZ_OK;
    tz_error_set(e, TZ_CODE(BAD_CODE), "committee", code);
    return TZ_EINVAL;
}

static int check_roles(char *const *names, size_t count, struct tz_error *e)
{
    for (size_t i = 0; i < count; i++) {
        if (!tz_role_named(names[i])) {
            tz_error_set(e, TZ_CODE(BAD_ROLE), "roles", names[i]);
            return TZ_EINVAL;
        }
    }
    return TZ_OK;
}

static int check_name(const char *name, struct tz_error *e)
{
    size_t len = strlen(name);
    size_t characters;
    if (!tz_text_valid(name, len, &characters) || characters > NAME_CHARACTERS || strchr(name, '\n'))
        tz_error_set(e, TZ_CODE(BAD_ARGUMENT), "name", name);
    else if (tz_text_has_resident_id(name, len)) /* it would stand in the journal for ever */
        tz_error_set(e, TZ_CODE(RESIDENT_ID), "name", NULL);
    else
        return TZ_OK;
    return TZ_EINVAL;
}

int tz_principal_check(const char *name, const char *committee, char *const *roles, size_t count,
                       struct tz_error *e)
{
    int rc = check_name(name, e);
    if (rc == TZ_OK)
        rc = tz_key_check_committee(committee, e);
    return rc == TZ_OK ? check_roles(roles, count, e) : rc;
}

bool tz_key_outcome(struct tz_request *r, Taizhang__V1__Outcome *out)
{
    const struct tz_change_done *d = &r->op.done[0];
    if (d->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED) {
        if (d->errors && d->errors->count)
            tz_answer_error(r, &d->errors->item[0]);
        else
            tz_answer_code(r, TZ_CODE(BUSY));
        return false;
    }
    taizhang__v1__outcome__init(out);
    out->outcome = d->outcome;
    out->revision = d->revision;
    out->position = d->position;
    return true;
}
