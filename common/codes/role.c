/* SPDX-License-Identifier: Apache-2.0 */
#include "common/codes/role.h"

#include <stdint.h>
#include <string.h>

/* In the order of the bits; only grows at the end. */
static const struct {
    const char *name;
    const char *zh;
} roles[TZ_ROLES] = {
    {"submit", "填报"},        {"review", "审核"},     {"query", "查询"},
    {"read_totals", "看汇总"}, {"manage", "管理"},     {"act_for", "代办"},
    {"operate", "系统运维"},   {"secure", "安全管理"}, {"audit", "安全审计"},
};

const char *tz_role_name(size_t i)
{
    return i < TZ_ROLES ? roles[i].name : NULL;
}

const char *tz_role_label(size_t i, bool zh)
{
    return i >= TZ_ROLES ? NULL : zh ? roles[i].zh : roles[i].name;
}

unsigned tz_role_find(const char *name)
{
    for (unsigned i = 0; i < TZ_ROLES; i++)
        if (strcmp(roles[i].name, name) == 0 || strcmp(roles[i].zh, name) == 0)
            return 1u << i;
    return 0;
}

unsigned tz_role_named(const char *name)
{
    for (unsigned i = 0; i < TZ_ROLES; i++)
        if (strcmp(roles[i].name, name) == 0)
            return 1u << i;
    return 0;
}

bool tz_roles_read(char *const *names, size_t count, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned role = tz_role_named(names[i]);
        if (role <= *out)
            return false;
        *out |= role;
    }
    return true;
}

size_t tz_roles_list(unsigned set, char *out[TZ_ROLES])
{
    size_t n = 0;
    for (unsigned i = 0; i < TZ_ROLES; i++)
        if (set & 1u << i)
            out[n++] = (char *)(uintptr_t)roles[i].name;
    return n;
}

bool tz_roles_valid(unsigned set, const char **a, const char **b)
{
    if (!(set & TZ_ROLES_REGISTRY) || (set & (set - 1)) == 0)
        return true;
    unsigned first = 0;
    while (!((set & TZ_ROLES_REGISTRY) & 1u << first))
        first++;
    unsigned second = 0;
    while (second == first || !(set & 1u << second))
        second++;
    if (a)
        *a = roles[first].name;
    if (b)
        *b = roles[second].name;
    return false;
}
