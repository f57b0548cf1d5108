/* SPDX-License-Identifier: Apache-2.0
 *
 * Organisations and platforms that carry the work, the needs it answers, and the catalogues it is bought
 * from.
 */
#include "common/schema/table.h"

#define ORGANISATION(member, zh, en) TZ_AT(TZ_IN_BODY, Organisation, member, zh, en)
#define PLATFORM(member, zh, en)     TZ_AT(TZ_IN_BODY, Platform, member, zh, en)
#define NEED(member, zh, en)         TZ_AT(TZ_IN_BODY, Need, member, zh, en)
#define CATALOGUE(member, zh, en)    TZ_AT(TZ_IN_BODY, Catalogue, member, zh, en)

static const struct tz_field organisation_fields[] = {
    {ORGANISATION(name, "名称", "Name"), TZ_TEXT, .flags = TZ_F_REQUIRED, .aliases = "组织名称"},
    {ORGANISATION(quantity, "组织数", "Organisations"), TZ_QTY(ORGANISATION), .measure = TZ_STOCK,
     .flags = TZ_F_ONE_IF_BLANK, .aliases = "组织数量"},
    {ORGANISATION(uscc, "统一社会信用代码", "USCC"), TZ_SOCIAL, .aliases = "信用代码"},
    {ORGANISATION(org_kind, "组织类型", "Kind of organisation"), TZ_ENUM(org_kinds), .flags = TZ_F_BREAKDOWN},
    {ORGANISATION(league_affiliated, "团属", "Affiliated to the League"), TZ_YES_OR_NO,
     .flags = TZ_F_BREAKDOWN, .aliases = "是否团属"},
    {ORGANISATION(support, "扶持方式", "Support"), TZ_ENUMS(support), .flags = TZ_F_BREAKDOWN},
    {ORGANISATION(platform, "所属平台", "Platform"), TZ_REF(PLATFORM)},
};
TZ_KIND(ORGANISATION, organisation, "社会组织", "Organisation", NULL);

static const struct tz_field platform_fields[] = {
    {PLATFORM(name, "名称", "Name"), TZ_TEXT, .flags = TZ_F_REQUIRED, .aliases = "平台名称"},
    {PLATFORM(platform_kind, "平台类型", "Kind of platform"), TZ_ENUM(platform_kind),
     .flags = TZ_F_BREAKDOWN},
    {PLATFORM(host, "依托单位", "Host"), TZ_TEXT},
    {PLATFORM(venues, "阵地数", "Venues"), TZ_QTY(ORGANISATION), .measure = TZ_STOCK},
    {PLATFORM(members, "成员数", "Members"), TZ_QTY(ORGANISATION), .measure = TZ_STOCK},
    {PLATFORM(incubating, "在孵数", "Incubating"), TZ_QTY(ORGANISATION), .measure = TZ_STOCK},
    {PLATFORM(hub, "上级平台", "Hub"), TZ_REF(PLATFORM)},
};
TZ_KIND(PLATFORM, platform, "平台阵地", "Platform", NULL);

static const struct tz_field need_fields[] = {
    {NEED(title, "名称", "Title"), TZ_TEXT, .flags = TZ_F_REQUIRED, .aliases = "需求名称"},
    {NEED(basis, "需求来源", "Where it was learnt"), TZ_ENUM(need_basis), .flags = TZ_F_BREAKDOWN},
    {NEED(shortage, "四缺", "Shortages"), TZ_ENUMS(shortages), .flags = TZ_F_BREAKDOWN},
    {NEED(persons, "涉及人数", "Persons concerned"), TZ_QTY(PERSON), .measure = TZ_HEADS},
    {NEED(catalogue, "纳入目录", "Taken into catalogue"), TZ_REF(CATALOGUE)},
    {NEED(priority, "优先级", "Priority"), TZ_ENUM(priority), .flags = TZ_F_BREAKDOWN},
};
TZ_KIND(NEED, need, "需求", "Need", NULL);

static const struct tz_field catalogue_fields[] = {
    {CATALOGUE(title, "名称", "Title"), TZ_TEXT, .flags = TZ_F_REQUIRED, .aliases = "目录名称"},
    {CATALOGUE(catalogue_kind, "目录类型", "Kind of catalogue"), TZ_ENUM(catalogue_kind),
     .flags = TZ_F_BREAKDOWN},
    {CATALOGUE(entry, "条目性质", "List or item"), TZ_ENUM(catalogue_entry), .flags = TZ_F_BREAKDOWN},
    {CATALOGUE(list, "所属目录", "Item of"), TZ_REF(CATALOGUE)},
    {CATALOGUE(derived_from, "依据目录", "Derived from"), TZ_REF(CATALOGUE)},
    {CATALOGUE(method, "编制方式", "Method"), TZ_ENUM(catalogue_method), .flags = TZ_F_BREAKDOWN},
    {CATALOGUE(issuers, "发布单位", "Issuers"), TZ_TEXTS},
    {CATALOGUE(published_on, "发布日期", "Published on"), TZ_DATE},
    {CATALOGUE(fields_count, "领域数", "Fields"), TZ_QTY(FIELD), .measure = TZ_STOCK},
    {CATALOGUE(item_code, "条目代码", "Item code"), TZ_TEXT},
    {CATALOGUE(unit_price, "单价", "Unit price"), TZ_MONEY, .flags = TZ_F_NO_MONEY_CHECK},
    {CATALOGUE(orders, "点单数", "Orders"), TZ_QTY(COVERAGE), .measure = TZ_FLOW},
};
TZ_KIND(CATALOGUE, catalogue, "目录清单", "Catalogue", NULL);
