/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/table.h"

static const struct tz_member tz_support_members[] = {
    {1, "help_applying", "帮助申请", 0, NULL},
    {2, "help_undertaking", "帮助承接", 0, NULL},
    {3, "attract_undertaking", "吸引承接", 0, NULL},
    {4, "incubation", "培育孵化", 0, NULL},
    {5, "award", "项目奖励", 0, NULL},
    {6, "training", "培训", 0, NULL},
};
TZ_LIST(tz_support, "support");

static const struct tz_member tz_platform_kind_members[] = {
    {1, "youth_hub", "社区青年汇", 0, NULL}, {2, "grid", "网格平台", 0, NULL},
    {3, "service", "服务平台", 0, NULL},     {4, "tendering_agency", "项目招投标机构", 0, NULL},
    {5, "incubator", "孵化基地", 0, NULL},   {6, "volunteer_centre", "志愿服务工作中心", 0, NULL},
    {7, "youth_home", "青年之家", 0, NULL},  {8, "hotline_12355", "12355", 0, NULL},
};
TZ_LIST(tz_platform_kind, "platform_kind");

static const struct tz_member tz_need_basis_members[] = {
    {1, "survey", "调研", 0, NULL},
    {2, "organisations", "社会组织反映", 0, NULL},
    {3, "ordered_by_people", "群众点单", 0, NULL},
    {4, "known_to_league", "团组织掌握", 0, NULL},
};
TZ_LIST(tz_need_basis, "need_basis");

static const struct tz_member tz_priority_members[] = {
    {1, "high", "高", 0, NULL},
    {2, "medium", "中", 0, NULL},
    {3, "low", "低", 0, NULL},
};
TZ_LIST(tz_priority, "priority");

static const struct tz_member tz_catalogue_kind_members[] = {
    {1, "guiding_catalogue", "指导性目录", 0, NULL},
    {2, "service_list", "服务清单", 0, NULL},
    {3, "public_service_menu", "公益服务菜单", 0, NULL},
};
TZ_LIST(tz_catalogue_kind, "catalogue_kind");

static const struct tz_member tz_catalogue_entry_members[] = {
    {1, "list", "目录", 0, NULL},
    {2, "item", "条目", 0, NULL},
};
TZ_LIST(tz_catalogue_entry, "catalogue_entry");

static const struct tz_member tz_catalogue_method_members[] = {
    {1, "bottom_up", "自下而上以需定供", 0, NULL},
    {2, "top_down", "自上而下", 0, NULL},
    {3, "joint", "联合编制", 0, NULL},
};
TZ_LIST(tz_catalogue_method, "catalogue_method");

static const struct tz_member tz_policy_status_members[] = {
    {1, "not_started", "未启动", 0, NULL}, {2, "research", "研究", 0, NULL},
    {3, "drafting", "起草", 0, NULL},      {4, "countersigning", "会签", 0, NULL},
    {5, "issued", "下发", 0, NULL},        {6, "revised", "修订", 0, NULL},
    {7, "repealed", "失效", 0, NULL},
};
TZ_LIST(tz_policy_status, "policy_status");

static const struct tz_member tz_assessment_members[] = {
    {1, "none_yet", "未见成效", 0, NULL},
    {2, "initial", "初步成效", 0, NULL},
    {3, "marked", "明显成效", 0, NULL},
};
TZ_LIST(tz_assessment, "assessment");

static const struct tz_member tz_liaison_kind_members[] = {
    {1, "contact", "沟通对接", 0, NULL},
    {2, "meeting", "专题会议", 0, NULL},
    {3, "joint_document", "联合发文", 0, NULL},
    {4, "budget_coordination", "协调预算", 0, NULL},
};
TZ_LIST(tz_liaison_kind, "liaison_kind");

static const struct tz_member tz_departments_members[] = {
    {1, "civil_affairs", "民政", 0, NULL},   {2, "finance", "财政", 0, NULL},
    {3, "human_resources", "人社", 0, NULL}, {4, "justice", "司法", 0, NULL},
    {5, "political_legal", "政法", 0, NULL}, {6, "education", "教育", 0, NULL},
    {7, "organisation", "组织", 0, NULL},    {8, "social_work", "社会工作部", 0, NULL},
    {9, "other", "其他", 0, NULL},
};
TZ_LIST(tz_departments, "departments");

static const struct tz_member tz_subject_members[] = {
    {1, "project", "项目", 0, NULL},
    {2, "organisation", "社会组织", 0, NULL},
    {TZ_SUBJECT_MECHANISM, "mechanism", "机制", 0, NULL},
};
TZ_LIST(tz_subject, "subject");

static const struct tz_member tz_evaluation_kinds_members[] = {
    {1, "midterm", "中期", 0, NULL},           {2, "final", "末期", 0, NULL},
    {3, "performance", "绩效评审", 0, NULL},   {4, "acceptance", "验收", 0, NULL},
    {5, "supervision", "监管检查", 0, NULL},   {6, "evaluation", "评估", 0, NULL},
    {7, "grading", "等级评估", 0, NULL},       {8, "qualification", "资质评定", 0, NULL},
    {9, "credibility", "公信力评估", 0, NULL},
};
TZ_LIST(tz_evaluation_kinds, "evaluation_kinds");

static const struct tz_member tz_evaluators_members[] = {
    {1, "purchaser", "购买主体", 0, NULL},     {2, "competent_authority", "主管部门", 0, NULL},
    {3, "industry_body", "行业组织", 0, NULL}, {4, "third_party", "第三方机构", 0, "第三方"},
    {5, "league_cadres", "团干部", 0, NULL},   {6, "service_users", "服务对象", 0, NULL},
};
TZ_LIST(tz_evaluators, "evaluators");

static const struct tz_member tz_evaluation_mode_members[] = {
    {1, "open", "开放性", 0, NULL},
    {2, "joint", "多方共同", 0, NULL},
    {3, "single", "单一", 0, NULL},
};
TZ_LIST(tz_evaluation_mode, "evaluation_mode");

static const struct tz_member tz_grade_members[] = {
    {1, "excellent", "优秀", 0, NULL},
    {2, "good", "良好", 0, NULL},
    {3, "pass", "合格", 0, NULL},
    {4, "fail", "不合格", 0, NULL},
};
TZ_LIST(tz_grade, "grade");

static const struct tz_member tz_org_grade_members[] = {
    {1, "grade_1a", "1A", 0, NULL}, {2, "grade_2a", "2A", 0, NULL}, {3, "grade_3a", "3A", 0, NULL},
    {4, "grade_4a", "4A", 0, NULL}, {5, "grade_5a", "5A", 0, NULL},
};
TZ_LIST(tz_org_grade, "org_grade");

static const struct tz_member tz_consequence_members[] = {
    {1, "preferred", "优先购买", 0, NULL},
    {2, "restricted", "限制购买", 0, NULL},
    {3, "disqualified", "取消资格", 0, NULL},
    {4, "none", "无", 0, NULL},
};
TZ_LIST(tz_consequence, "consequence");

static const struct tz_member tz_section_members[] = {
    {1, "party_and_government", "服务党政中心工作", 0, NULL},
    {2, "youth_needs", "对接青少年需求", 0, NULL},
    {3, "project_funds", "项目经费", 0, NULL},
    {4, "posts", "社工岗位", 0, NULL},
    {5, "institutions", "制度体系", 0, NULL},
    {6, "organisations", "社会组织", 0, NULL},
    {7, "other", "其他", 0, NULL},
};
TZ_LIST(tz_section, "section");

static const struct tz_member tz_levers_members[] = {
    {1, "funds", "缺经费", 0, NULL},       {2, "staff", "缺人员", 0, NULL},
    {3, "premises", "缺场所", 0, NULL},    {4, "establishment", "缺编制", 0, NULL},
    {5, "officialism", "机关化", 0, NULL}, {6, "bureaucratisation", "行政化", 0, NULL},
    {7, "elitism", "贵族化", 0, NULL},     {8, "entertainment", "娱乐化", 0, NULL},
};
TZ_LIST(tz_levers, "levers");

static const struct tz_member tz_problems_members[] = {
    {1, "slow_progress", "进展缓慢", 0, NULL},
    {2, "weak_integration", "整合资源不够", 0, NULL},
    {3, "few_measures", "措施不多", 0, NULL},
    {4, "insufficient_publicity", "汇报宣传不充分", 0, NULL},
    {5, "paper_for_paper", "以文件落实文件", 0, NULL},
    {6, "other", "其他", 0, NULL},
};
TZ_LIST(tz_problems, "problems");

static const struct tz_member tz_causes_members[] = {
    {1, "weak_foundation", "基础薄弱", 0, NULL},
    {2, "insufficient_awareness", "认识不到位", 0, NULL},
    {3, "other", "其他", 0, NULL},
};
TZ_LIST(tz_causes, "causes");

static const struct tz_member tz_issue_state_members[] = {
    {1, "assigned", "交办", 0, NULL},
    {2, "answered", "反馈", 0, NULL},
    {3, "verified", "核实", 0, NULL},
    {4, "closed", "销号", 0, NULL},
};
TZ_LIST(tz_issue_state, "issue_state");

static const struct tz_member tz_detected_by_members[] = {
    {1, "rule", "规则", 0, NULL},
    {2, "person", "人工", 0, NULL},
};
TZ_LIST(tz_detected_by, "detected_by");
