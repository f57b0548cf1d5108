/* SPDX-License-Identifier: Apache-2.0
 *
 * Projects, the money around them, and what came of them.
 */
#include "common/schema/table.h"

#define PROJECT(member, zh, en) TZ_AT(TZ_IN_BODY, Project, member, zh, en)
#define FUNDING(member, zh, en) TZ_AT(TZ_IN_BODY, Funding, member, zh, en)
#define OUTPUT(member, zh, en)  TZ_AT(TZ_IN_BODY, Output, member, zh, en)

static const struct tz_field project_fields[] = {
    {PROJECT(title, "名称", "Title"), TZ_TEXT, .flags = TZ_F_REQUIRED, .aliases = "项目名称"},
    {PROJECT(quantity, "项目数", "Projects"), TZ_QTY(PROJECT), .measure = TZ_FLOW, .flags = TZ_F_ONE_IF_BLANK,
     .aliases = "项目数量"},
    {PROJECT(stage, "阶段", "Stage"), TZ_ENUM(project_stage), .flags = TZ_F_BREAKDOWN, .aliases = "项目阶段"},
    {PROJECT(procurement, "采购方式", "Procurement"), TZ_ENUM(procurement), .flags = TZ_F_BREAKDOWN},
    {PROJECT(purchaser, "购买主体", "Purchaser"), TZ_TEXT},
    {PROJECT(supplier_name, "承接主体", "Supplier"), TZ_TEXT, .aliases = "承接主体名称"},
    {PROJECT(supplier_uscc, "承接主体代码", "Supplier's USCC"), TZ_SOCIAL,
     .aliases = "承接主体统一社会信用代码"},
    {PROJECT(supplier_kinds, "承接主体类型", "Kinds of supplier"), TZ_ENUMS(org_kinds),
     .flags = TZ_F_BREAKDOWN},
    {PROJECT(tender_no, "采购编号", "Tender number"), TZ_TEXT},
    {PROJECT(lot_no, "包号", "Lot number"), TZ_TEXT, .flags = TZ_F_CODE_LIKE},
    {PROJECT(contract_no, "合同编号", "Contract number"), TZ_TEXT},
    {PROJECT(signed_on, "签订日期", "Signed on"), TZ_DATE},
    {PROJECT(contract_value, "合同金额", "Contract value"), TZ_MONEY, .measure = TZ_FLOW},
    {PROJECT(start_on, "开始日期", "Starts on"), TZ_DATE},
    {PROJECT(end_on, "结束日期", "Ends on"), TZ_DATE},
    {PROJECT(need, "对应需求", "Need"), TZ_REF(NEED)},
    {PROJECT(catalogue, "对应目录", "Catalogue entry"), TZ_REF(CATALOGUE)},
    {PROJECT(platform, "依托平台", "Platform"), TZ_REF(PLATFORM)},
};
TZ_KIND(PROJECT, project, "项目", "Project", NULL);

static const struct tz_field funding_fields[] = {
    {FUNDING(amount, "金额", "Amount"), TZ_MONEY, .measure = TZ_FLOW, .aliases = "经费金额|资金金额"},
    {FUNDING(budgeted, "预算金额", "Budgeted"), TZ_MONEY, .measure = TZ_FLOW},
    {FUNDING(contracted, "合同金额", "Contracted"), TZ_MONEY, .measure = TZ_FLOW},
    {FUNDING(paid, "支付金额", "Paid"), TZ_MONEY, .measure = TZ_FLOW},
    {FUNDING(source, "来源", "Source"), TZ_ENUM(funding_source), .flags = TZ_F_BREAKDOWN,
     .aliases = "资金来源|经费来源"},
    {FUNDING(funding_kind, "经费类型", "Kind of funding"), TZ_ENUM(funding_kind), .flags = TZ_F_BREAKDOWN},
    {FUNDING(funder, "出资方", "Funder"), TZ_TEXT},
    {FUNDING(funder_level, "出资层级", "Funder's level"), TZ_ENUM(levels), .flags = TZ_F_BREAKDOWN},
    {FUNDING(projects, "对应项目", "Projects"), TZ_REFS(PROJECT)},
    {FUNDING(recipient_uscc, "受款单位代码", "Recipient's USCC"), TZ_SOCIAL},
    {FUNDING(acquisition, "争取方式", "Acquisition"), TZ_ENUM(acquisition), .flags = TZ_F_BREAKDOWN},
    {FUNDING(earmark, "定向用途", "Earmark"), TZ_TEXT},
    {FUNDING(budget_inclusion, "列入预算", "Included in budgets"), TZ_ENUMS(budget_items),
     .flags = TZ_F_BREAKDOWN},
    {FUNDING(budget_levels, "列入层级", "Levels of the budgets"), TZ_ENUMS(levels), .flags = TZ_F_BREAKDOWN},
    {FUNDING(award_basis, "奖励依据", "Basis of the award"), TZ_TEXT},
};
TZ_KIND(FUNDING, funding, "经费", "Funding", NULL);

static const struct tz_field output_fields[] = {
    {OUTPUT(persons, "服务人数", "Persons served"), TZ_QTY(PERSON), .measure = TZ_HEADS},
    {OUTPUT(person_times, "服务人次", "Person-times"), TZ_QTY(PERSON_TIME), .measure = TZ_FLOW},
    {OUTPUT(households, "受益家庭", "Households"), TZ_QTY(HOUSEHOLD), .measure = TZ_HEADS,
     .aliases = "受益家庭数"},
    {OUTPUT(cases, "个案", "Cases"), TZ_QTY(CASE), .measure = TZ_FLOW, .aliases = "个案数"},
    {OUTPUT(groups, "小组", "Groups"), TZ_QTY(GROUP), .measure = TZ_FLOW, .aliases = "小组数"},
    {OUTPUT(activities, "活动", "Activities"), TZ_QTY(SESSION), .measure = TZ_FLOW, .aliases = "活动场次"},
    {OUTPUT(works, "作品", "Works"), TZ_QTY(WORK), .measure = TZ_FLOW, .aliases = "作品数"},
    {OUTPUT(hours, "工时", "Hours"), TZ_QTY(HOUR), .measure = TZ_FLOW, .aliases = "服务工时"},
    {OUTPUT(regular, "常态化", "Regular"), TZ_YES_OR_NO},
    {OUTPUT(project, "对应项目", "Project"), TZ_REF(PROJECT)},
};
TZ_KIND(OUTPUT, output, "服务成效", "Output", NULL);
