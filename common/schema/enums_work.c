/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/table.h"

static const struct tz_member tz_project_stage_members[] = {
    {1, "application", "申报", 0, NULL},    {2, "approval", "立项", 0, NULL},
    {3, "procurement", "采购", 0, NULL},    {4, "contract", "签约", 0, NULL},
    {5, "implementation", "实施", 0, NULL}, {6, "midterm", "中期", 0, NULL},
    {7, "acceptance", "验收", 0, NULL},     {8, "closing", "结项", 0, NULL},
    {9, "terminated", "终止", 0, NULL},
};
TZ_LIST(tz_project_stage, "project_stage");

static const struct tz_member tz_procurement_members[] = {
    {1, "open_tender", "公开招标", 0, NULL},
    {2, "invited_tender", "邀请招标", 0, NULL},
    {3, "competitive_negotiation", "竞争性谈判", 0, NULL},
    {4, "competitive_consultation", "竞争性磋商", 0, NULL},
    {5, "single_source", "单一来源", 0, "单一来源采购"},
    {6, "inquiry", "询价", 0, NULL},
    {7, "framework_agreement", "框架协议", 0, NULL},
    {8, "other", "其他", 0, NULL},
};
TZ_LIST(tz_procurement, "procurement");

static const struct tz_member tz_funding_source_members[] = {
    {1, "fiscal_budget", "财政预算", 0, NULL},
    {2, "fiscal_allocation", "财政直接划拨", 0, NULL},
    {3, "service_purchase_fund", "政府购买服务专项资金", 0, NULL},
    {4, "social_construction_fund", "社会建设专项资金", 0, NULL},
    {5, "other_special_fund", "其他专项", 0, NULL},
    {6, "welfare_lottery", "福彩", 0, "福彩资金|福利彩票"},
    {7, "sports_lottery", "体彩", 0, "体彩资金|体育彩票"},
    {8, "donation", "捐赠/基金会", 0, "捐赠|基金会"},
    {9, "own_funds", "自有/团费", 0, "自有|团费"},
    {10, "not_specified", "未说明", 0, NULL},
};
TZ_LIST(tz_funding_source, "funding_source");

static const struct tz_member tz_funding_kind_members[] = {
    {1, "project", "项目经费", 0, NULL},
    {2, "post", "岗位经费", 0, NULL},
    {3, "award", "项目奖励经费", 0, NULL},
    {4, "operation", "运行", 0, "运行经费"},
};
TZ_LIST(tz_funding_kind, "funding_kind");

static const struct tz_member tz_acquisition_members[] = {
    {1, "special_fund", "争取专项", 0, NULL},
    {2, "packaged_recommendation", "打包推荐", 0, NULL},
    {3, "direct_allocation", "直接划拨", 0, NULL},
    {4, "budget", "预算列支", 0, NULL},
};
TZ_LIST(tz_acquisition, "acquisition");

static const struct tz_member tz_budget_items_members[] = {
    {1, "post", "岗位经费", 0, NULL},
    {2, "project", "项目经费", 0, NULL},
};
TZ_LIST(tz_budget_items, "budget_items");

static const struct tz_member tz_host_kind_members[] = {
    {1, "youth_hub", "社区青年汇", 0, "青年汇"},
    {2, "township_league", "街镇团组织", 0, NULL},
    {3, "school", "学校", 0, NULL},
    {4, "justice_office", "司法所", 0, NULL},
    {5, "other", "其他", 0, NULL},
};
TZ_LIST(tz_host_kind, "host_kind");

static const struct tz_member tz_legal_form_members[] = {
    {TZ_LEGAL_SERVICE_CONTRACT, "service_contract", "服务合同", 0, NULL},
    {2, "employment", "聘用", 0, NULL},
    {3, "labour_dispatch", "劳务派遣", 0, NULL},
    {4, "public_welfare_post", "公益性岗位", 0, NULL},
};
TZ_LIST(tz_legal_form, "legal_form");

static const struct tz_member tz_cert_level_members[] = {
    {1, "none", "无", 0, NULL},
    {2, "assistant", "助理社会工作师", 0, "初级"},
    {3, "social_worker", "社会工作师", 0, "中级"},
    {4, "senior", "高级社会工作师", 0, "高级"},
};
TZ_LIST(tz_cert_level, "cert_level");

static const struct tz_member tz_team_role_members[] = {
    {1, "league_cadre", "团干部", 0, NULL},
    {2, "social_worker", "社工", 0, NULL},
    {3, "youth_volunteer", "青年志愿者", 0, NULL},
};
TZ_LIST(tz_team_role, "team_role");

static const struct tz_member tz_recruitment_members[] = {
    {1, "open", "公开招录", 0, NULL},
    {2, "agency", "机构聘用", 0, NULL},
    {3, "seconded", "选派", 0, NULL},
};
TZ_LIST(tz_recruitment, "recruitment");

static const struct tz_member tz_employment_members[] = {
    {1, "full_time", "专职", 0, NULL},
    {2, "part_time", "兼职", 0, NULL},
};
TZ_LIST(tz_employment, "employment");

static const struct tz_member tz_professional_basis_members[] = {
    {1, "examination", "通过考试", 0, NULL},
    {2, "degree", "社工专业大专以上", 0, NULL},
    {3, "experience", "从业一年且受训", 0, NULL},
};
TZ_LIST(tz_professional_basis, "professional_basis");

static const struct tz_member tz_management_basis_members[] = {
    {1, "league_post", "团属岗位", 0, NULL},
    {2, "league_agency", "团培育机构", 0, NULL},
    {3, "purchased_team", "购买服务承接队伍", 0, NULL},
    {4, "other_department_post", "其他部门岗位", 0, NULL},
};
TZ_LIST(tz_management_basis, "management_basis");

static const struct tz_member tz_unit_kind_members[] = {
    {1, "county", "区县", 0, "县区|县"},
    {2, "township", "乡镇", 0, NULL},
    {3, "street", "街道", 0, NULL},
    {4, "township_street", "乡镇街道", 0, "街道乡镇|街镇"},
    {5, "community", "社区/青年汇", 0, "社区|青年汇|社区青年汇"},
};
TZ_LIST(tz_unit_kind, "unit_kind");

static const struct tz_member tz_target_status_members[] = {
    {1, "not_started", "未开始", 0, NULL},
    {2, "in_progress", "阶段性进展", 0, NULL},
    {3, "done", "完成", 0, NULL},
};
TZ_LIST(tz_target_status, "target_status");

static const struct tz_member tz_denominator_members[] = {
    {1, "reported", "本级填报", 0, NULL},
    {2, "divisions", "区划表", 0, NULL},
};
TZ_LIST(tz_denominator, "denominator");
