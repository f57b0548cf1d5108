/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/access.h"

#include <stdio.h>
#include <string.h>

#include "common/schema/schema.h"

/* --- the table --- */

#define READERS (TZ_ROLE_SUBMIT | TZ_ROLE_REVIEW | TZ_ROLE_QUERY)
#define FIGURES (READERS | TZ_ROLE_READ_TOTALS)
#define KNOWN   (READERS | TZ_ROLE_MANAGE)
#define SUBMIT  TZ_ROLE_SUBMIT
#define MANAGE  TZ_ROLE_MANAGE
#define SECURE  TZ_ROLE_SECURE
#define KEYS    (MANAGE | SECURE)
#define AUDIT   TZ_ROLE_AUDIT
#define ANYONE  TZ_CELL_ANYONE
#define REASON  TZ_CELL_REASON
#define PUB     TZ_CELL_PUBLISHED

/* least: the role to ask for where none of those that suffice is held. */
static const struct {
    const char *name;
    unsigned least;
    unsigned cell[TZ_RELATIONS];
} table[TZ_ACTIONS] = {
    /* clang-format off */
    /*                    name         least                own      below            parent         above          beside */
    [TZ_ACT_LOOK]      = {"look",      0,                   {ANYONE,  ANYONE,          ANYONE,        ANYONE,        ANYONE}},
    [TZ_ACT_READ]      = {"read",      TZ_ROLE_QUERY,       {READERS, READERS,         READERS | PUB, READERS | PUB, READERS | PUB}},
    [TZ_ACT_LIST]      = {"list",      TZ_ROLE_QUERY,       {READERS, READERS,         0,             0,             0}},
    [TZ_ACT_TOTALS]    = {"totals",    TZ_ROLE_READ_TOTALS, {FIGURES, FIGURES,         0,             0,             0}},
    [TZ_ACT_CONTACTS]  = {"contacts",  TZ_ROLE_QUERY,       {KNOWN,   KNOWN,           KNOWN,         0,             0}},
    [TZ_ACT_WRITE]     = {"write",     TZ_ROLE_SUBMIT,      {SUBMIT,  SUBMIT | REASON, 0,             0,             0}},
    [TZ_ACT_ERASE]     = {"erase",     TZ_ROLE_MANAGE,      {MANAGE,  MANAGE | REASON, 0,             0,             0}},
    [TZ_ACT_DIRECTORY] = {"directory", TZ_ROLE_MANAGE,      {MANAGE,  MANAGE,          0,             0,             0}},
    [TZ_ACT_UNITS]     = {"units",     TZ_ROLE_MANAGE,      {MANAGE,  MANAGE,          0,             0,             0}},
    [TZ_ACT_SETS]      = {"sets",      TZ_ROLE_MANAGE,      {MANAGE,  MANAGE,          0,             0,             0}},
    [TZ_ACT_KEYS]      = {"keys",      TZ_ROLE_MANAGE,      {KEYS,    KEYS,            SECURE,        SECURE,        SECURE}},
    [TZ_ACT_AUDIT]     = {"audit",     TZ_ROLE_AUDIT,       {AUDIT,   AUDIT,           AUDIT,         AUDIT,         AUDIT}},
    /* clang-format on */
};

static const char *const relations[TZ_RELATIONS] = {"own", "below", "parent", "above", "beside"};

unsigned tz_access_cell(enum tz_action action, enum tz_relation relation)
{
    return table[action].cell[relation];
}

const char *tz_action_name(size_t i)
{
    return i < TZ_ACTIONS ? table[i].name : NULL;
}

const char *tz_relation_name(size_t i)
{
    return i < TZ_RELATIONS ? relations[i] : NULL;
}

/* --- places --- */

/* Whether a unit is in a committee's subtree. One that is not yet hangs where its predecessors are, for the
 * sake of the totals; they do not get it by that: it is in reach of those above whom it will be. */
static bool holds(const struct tz_tree *tree, uint32_t committee, uint32_t number)
{
    const struct tz_unit_node *u = tz_tree_at(tree, number);
    for (unsigned i = 0; u && u->number != committee && u->standing == TZ_NOT_YET && i < TZ_TREE_DEPTH; i++)
        u = tz_tree_at(tree, (uint32_t)u->body->parent);
    return u && (u->number == committee || u->standing != TZ_NOT_YET) &&
           tz_tree_above(tree, committee, u->number);
}

/* --- grants --- */

void tz_access_of_principal(const struct tz_principal *p, struct tz_grant *out)
{
    *out = (struct tz_grant){.roles = p->roles, .committee = p->committee};
    snprintf(out->principal, sizeof out->principal, "%s", p->id);
}

void tz_access_of_socket(const struct tz_principals *p, struct tz_grant *out)
{
    *out = (struct tz_grant){.principal = "socket", .roles = TZ_ROLE_OPERATE, .socket = true};
    if (!p || !tz_principals_role_enrolled(p, TZ_ROLE_SECURE))
        out->roles |= TZ_ROLE_SECURE;
    if (!p || !tz_principals_role_enrolled(p, TZ_ROLE_AUDIT))
        out->roles |= TZ_ROLE_AUDIT;
}

bool tz_access_admits(const struct tz_access_rules *rules, bool local, uid_t uid)
{
    return local && uid == rules->owner;
}

int tz_access_act_for(const struct tz_realm *realm, const struct tz_grant *gateway, const char *name,
                      struct tz_grant *out, struct tz_error *e)
{
    const struct tz_principal *p = NULL;
    if (gateway->roles & TZ_ROLE_ACT_FOR && !gateway->socket && realm->principals)
        p = tz_principal_find(realm->principals, name);
    if (!p || !tz_principal_valid(p, realm->now_ms) || p->roles & TZ_ROLES_REGISTRY || !p->committee ||
        !gateway->committee || !holds(realm->tree, gateway->committee, p->committee)) {
        tz_error_set(e, TZ_CODE(BAD_PERSON), "act_for", name);
        return TZ_EINVAL;
    }
    struct tz_grant person;
    tz_access_of_principal(p, &person);
    memcpy(person.person, person.principal, sizeof person.person);
    memcpy(person.principal, gateway->principal, sizeof person.principal);
    *out = person;
    return TZ_OK;
}

uint32_t tz_access_home(const struct tz_grant *g, const struct tz_tree *tree)
{
    return g->committee ? g->committee : tz_tree_root(tree);
}

/* --- relations --- */

static bool ever_enrolled(const struct tz_principals *p, uint32_t committee)
{
    return p && committee && tz_principals_enrolled(p, committee);
}

/* As the committee itself, or as the nearest above it, if no key was ever enrolled for that one. Above the
 * root is what the root's own would be. */
static struct tz_reach reach_of_socket(const struct tz_grant *g, const struct tz_tree *tree,
                                       const struct tz_principals *p, uint32_t committee)
{
    struct tz_reach out = {.relation = TZ_REL_BESIDE, .roles = g->roles};
    uint32_t n = committee ? committee : tz_tree_root(tree);
    for (enum tz_relation relation = TZ_REL_OWN;; relation = TZ_REL_BELOW) {
        if (!ever_enrolled(p, n)) {
            out.relation = relation;
            out.acting = n;
            out.roles |= TZ_ROLES_COMMITTEE;
            break;
        }
        n = tz_tree_parent(tree, n);
        if (!n)
            break;
    }
    return out;
}

/* Grouping nodes are not offices: they do not part a committee from the next above. */
static uint32_t next_above(const struct tz_tree *tree, uint32_t n)
{
    do
        n = tz_tree_parent(tree, n);
    while (n && tz_tree_at(tree, n)->type == TZ_TYPE_GROUPING);
    return n;
}

struct tz_reach tz_access_relation(const struct tz_grant *g, const struct tz_tree *tree,
                                   const struct tz_principals *principals, uint32_t committee)
{
    struct tz_reach out = {.relation = TZ_REL_BESIDE, .acting = g->committee, .roles = g->roles};
    if (g->socket)
        return reach_of_socket(g, tree, principals, committee);
    if (!g->committee || !committee)
        return out;
    if (g->committee == committee)
        out.relation = TZ_REL_OWN;
    else if (holds(tree, g->committee, committee))
        out.relation = TZ_REL_BELOW;
    else if (next_above(tree, g->committee) == committee)
        out.relation = TZ_REL_PARENT;
    else if (tz_tree_above(tree, committee, g->committee))
        out.relation = TZ_REL_ABOVE;
    return out;
}

/* --- decisions --- */

struct tz_decision tz_access_decide(enum tz_action action, const struct tz_reach *reach)
{
    unsigned cell = table[action].cell[reach->relation];
    struct tz_decision d = {.relation = reach->relation};
    d.allowed = cell & (TZ_CELL_ANYONE | reach->roles);
    d.needs_reason = cell & TZ_CELL_REASON;
    d.published_only = cell & TZ_CELL_PUBLISHED;
    if (reach->relation == TZ_REL_BELOW)
        d.from = reach->acting;
    return d;
}

bool tz_access_published(const struct tz_decision *d, int visibility)
{
    bool to_below = d->relation == TZ_REL_PARENT || d->relation == TZ_REL_ABOVE;
    return visibility == TZ_VISIBILITY_ALL || (to_below && visibility == TZ_VISIBILITY_DOWN);
}

bool tz_access_possible(const struct tz_grant *g, enum tz_action action)
{
    unsigned roles = g->roles | (g->socket ? TZ_ROLES_COMMITTEE : 0) | TZ_CELL_ANYONE;
    for (size_t i = 0; i < TZ_RELATIONS; i++)
        if (table[action].cell[i] & roles)
            return true;
    return false;
}

static const char *role_name(unsigned role)
{
    size_t i = 0;
    while (i < TZ_ROLES && role != 1u << i)
        i++;
    return i < TZ_ROLES ? tz_role_name(i) : "";
}

/* Who manages keys nearest to the committee, or at it. */
static const char *giver(const struct tz_realm *realm, uint32_t committee, unsigned role)
{
    const struct tz_principals *p = realm->principals;
    uint32_t n = role & TZ_ROLES_REGISTRY ? 0 : committee;
    while (p && n && !tz_principals_managed(p, n))
        n = tz_tree_parent(realm->tree, n);
    if (p && n)
        return tz_tree_at(realm->tree, n)->code;
    return role_name(p && tz_principals_secured(p) ? TZ_ROLE_SECURE : TZ_ROLE_OPERATE);
}

void tz_access_deny(const struct tz_realm *realm, enum tz_action action, const struct tz_reach *reach,
                    uint32_t committee, struct tz_error *e)
{
    unsigned of_registry = table[action].cell[TZ_REL_BESIDE] & TZ_ROLES_REGISTRY;
    /* What is of the registry as a whole, no role of a committee helps to. */
    unsigned least = !committee && of_registry ? of_registry : table[action].least;
    bool anywhere = least & TZ_ROLES_REGISTRY;
    const struct tz_unit_node *object = committee && !anywhere ? tz_tree_at(realm->tree, committee) : NULL;
    /* Within the own subtree it is the own key that lacks the role; elsewhere it would have to be another's.
     */
    bool inside = reach->relation == TZ_REL_OWN || reach->relation == TZ_REL_BELOW;
    tz_error_set(e, TZ_CODE(NOT_ALLOWED), "committee", object ? object->code : NULL);
    tz_error_text(e, "right", role_name(least));
    tz_error_text(e, "giver", giver(realm, inside ? reach->acting : committee, least));
}

int tz_access_check(const struct tz_realm *realm, const struct tz_grant *g, enum tz_action action,
                    uint32_t committee, struct tz_decision *out, struct tz_error *e)
{
    struct tz_reach reach = tz_access_relation(g, realm->tree, realm->principals, committee);
    struct tz_decision d = tz_access_decide(action, &reach);
    if (out)
        *out = d;
    if (d.allowed)
        return TZ_OK;
    tz_access_deny(realm, action, &reach, committee, e);
    return TZ_EINVAL;
}
