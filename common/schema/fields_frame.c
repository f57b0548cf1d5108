/* SPDX-License-Identifier: Apache-2.0
 *
 * Policy, liaison and evaluation, and what is reported in words: practices and issues.
 */
#include "common/schema/table.h"

#define POLICY(member, zh, en)     TZ_AT(TZ_IN_BODY, Policy, member, zh, en)
#define LIAISON(member, zh, en)    TZ_AT(TZ_IN_BODY, Liaison, member, zh, en)
#define EVALUATION(member, zh, en) TZ_AT(TZ_IN_BODY, Evaluation, member, zh, en)
#define PRACTICE(member, zh, en)   TZ_AT(TZ_IN_BODY, Practice, member, zh, en)
#define ISSUE(member, zh, en)      TZ_AT(TZ_IN_BODY, Issue, member, zh, en)

static const struct tz_field policy_fields[] = {
    {POLICY(title, "名称", "Title"), TZ_TEXT, .flags = TZ_F_REQUIRED, .aliases = "文件名称"},
    {POLICY(status, "状态", "Status"), TZ_ENUM(policy_status), .flags = TZ_F_REQUIRED | TZ_F_BREAKDOWN},
    {POLICY(issued_on, "下发日期", "Issued on"), TZ_DATE},
    {POLICY(doc_no, "文号", "Document number"), TZ_TEXT, .flags = TZ_F_CODE_LIKE},
    {POLICY(issuers, "发文单位", "Issuers"), TZ_TEXTS},
    {POLICY(implements, "落实文件", "Implements"), TZ_REF(POLICY)},
    {POLICY(embedded_in, "写入", "Written into"), TZ_TEXTS},
    {POLICY(embedded_count, "写入单位数", "Units that wrote it in"), TZ_QTY(COVERAGE), .measure = TZ_STOCK},
    {POLICY(basis, "制定依据", "Basis"), TZ_TEXTS},
    {POLICY(requirement, "要求", "Requirements"), TZ_TEXTS},
    {POLICY(assessment, "成效评价", "Assessment"), TZ_ENUM(assessment), .flags = TZ_F_BREAKDOWN},
};
TZ_KIND(POLICY, policy, "政策文件", "Policy", NULL);

static const struct tz_field liaison_fields[] = {
    {LIAISON(liaison_kind, "类型", "Kind of liaison"), TZ_ENUM(liaison_kind),
     .flags = TZ_F_REQUIRED | TZ_F_BREAKDOWN},
    {LIAISON(departments, "对接部门", "Departments"), TZ_ENUMS(departments), .flags = TZ_F_BREAKDOWN},
    {LIAISON(held_on, "日期", "Held on"), TZ_DATE},
};
TZ_KIND(LIAISON, liaison, "沟通对接", "Liaison", NULL);

static const struct tz_field evaluation_fields[] = {
    {EVALUATION(subject, "评估对象", "Subject"), TZ_ENUM(subject), .flags = TZ_F_REQUIRED | TZ_F_BREAKDOWN},
    {EVALUATION(project, "对应项目", "Project"), TZ_REF(PROJECT)},
    {EVALUATION(org_name, "评估组织", "Organisation evaluated"), TZ_TEXT},
    {EVALUATION(org_uscc, "评估组织代码", "Organisation's USCC"), TZ_SOCIAL},
    {EVALUATION(evaluation_kinds, "评估类型", "Kinds of evaluation"), TZ_ENUMS(evaluation_kinds),
     .flags = TZ_F_BREAKDOWN},
    {EVALUATION(evaluators, "评估主体", "Evaluators"), TZ_ENUMS(evaluators), .flags = TZ_F_BREAKDOWN},
    {EVALUATION(mode, "评估方式", "Mode"), TZ_ENUM(evaluation_mode), .flags = TZ_F_BREAKDOWN},
    {EVALUATION(lead_body, "主导单位", "Lead body"), TZ_TEXT},
    {EVALUATION(main_indicator, "主要指标", "Main indicator"), TZ_TEXT},
    {EVALUATION(indicator_weight, "指标权重", "Weight of the indicator"), TZ_PERMILLE},
    {EVALUATION(satisfaction, "满意度", "Satisfaction"), TZ_PERMILLE},
    {EVALUATION(sample_size, "样本数", "Sample size"), TZ_QTY(PERSON), .measure = TZ_HEADS},
    {EVALUATION(score, "得分", "Score"), TZ_PERMILLE, .flags = TZ_F_SCORE},
    {EVALUATION(grade, "评定结果", "Grade"), TZ_ENUM(grade), .flags = TZ_F_BREAKDOWN},
    {EVALUATION(org_grade, "组织等级", "Organisation's grade"), TZ_ENUM(org_grade), .flags = TZ_F_BREAKDOWN},
    {EVALUATION(linked_to_purchase, "与购买挂钩", "Linked to purchase"), TZ_YES_OR_NO,
     .flags = TZ_F_BREAKDOWN},
    {EVALUATION(consequence, "结果运用", "Consequence"), TZ_ENUM(consequence), .flags = TZ_F_BREAKDOWN},
    {EVALUATION(valid_to, "有效期至", "Valid to"), TZ_DATE},
};
TZ_KIND(EVALUATION, evaluation, "评估", "Evaluation", NULL);

static const struct tz_field practice_fields[] = {
    {PRACTICE(title, "名称", "Title"), TZ_TEXT, .flags = TZ_F_REQUIRED, .aliases = "标题"},
    {PRACTICE(section, "栏目", "Section"), TZ_ENUM(section), .flags = TZ_F_BREAKDOWN},
    {PRACTICE(body, "正文", "Body"), TZ_LONG_TEXT, .flags = TZ_F_REQUIRED},
    {PRACTICE(mechanism, "机制", "Mechanism"), TZ_TEXT},
    {PRACTICE(lever_for, "针对问题", "Lever for"), TZ_ENUMS(levers), .flags = TZ_F_BREAKDOWN},
};
TZ_KIND(PRACTICE, practice, "经验做法", "Practice", NULL);

static const struct tz_field issue_fields[] = {
    {ISSUE(problems, "存在问题", "Problems"), TZ_ENUMS(problems), .flags = TZ_F_BREAKDOWN},
    {ISSUE(causes, "原因", "Causes"), TZ_ENUMS(causes), .flags = TZ_F_BREAKDOWN},
    {ISSUE(about, "涉及单位", "About"), TZ_COMMITTEE, .aliases = "涉及单位代码"},
    {ISSUE(state, "办理状态", "State"), TZ_ENUM(issue_state), .flags = TZ_F_BREAKDOWN},
    {ISSUE(detected_by, "发现方式", "Detected by"), TZ_ENUM(detected_by)},
    {ISSUE(next_step, "下一步", "Next step"), TZ_TEXT},
    {ISSUE(goal, "目标", "Goal"), TZ_TEXT},
    {ISSUE(due_on, "办理期限", "Due on"), TZ_DATE},
    {ISSUE(reply, "反馈说明", "Reply"), TZ_TEXT},
};
TZ_KIND(ISSUE, issue, "问题督促", "Issue", NULL);
