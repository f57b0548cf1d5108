/* SPDX-License-Identifier: Apache-2.0
 *
 * Posts, the workers who fill them, and what they cover.
 */
#include "common/schema/table.h"

#define POST(member, zh, en)     TZ_AT(TZ_IN_BODY, Post, member, zh, en)
#define WORKER(member, zh, en)   TZ_AT(TZ_IN_BODY, Worker, member, zh, en)
#define PERSONAL(member, zh, en) TZ_AT(TZ_IN_PRIVATE, WorkerPrivate, member, zh, en)
#define COVERAGE(member, zh, en) TZ_AT(TZ_IN_BODY, Coverage, member, zh, en)

static const struct tz_field post_fields[] = {
    {POST(quantity, "岗位数", "Posts"), TZ_QTY(POST), .measure = TZ_STOCK, .flags = TZ_F_REQUIRED,
     .aliases = "岗位数量"},
    {POST(filled, "已到岗", "Filled"), TZ_QTY(HEAD), .measure = TZ_STOCK, .aliases = "已到岗人数"},
    {POST(plan, "计划", "Plan"), TZ_TEXT},
    {POST(host_kind, "设岗单位", "Kind of host"), TZ_ENUM(host_kind), .flags = TZ_F_BREAKDOWN},
    {POST(legal_form, "用工法律形式", "Legal form"), TZ_ENUM(legal_form), .flags = TZ_F_BREAKDOWN},
    {POST(combined_with_project, "与项目结合", "Combined with a project"), TZ_YES_OR_NO,
     .flags = TZ_F_BREAKDOWN},
    {POST(platform, "依托平台", "Platform"), TZ_REF(PLATFORM)},
    {POST(projects, "对应项目", "Projects"), TZ_REFS(PROJECT)},
};
TZ_KIND(POST, post, "岗位", "Post", NULL);

static const struct tz_field worker_fields[] = {
    {WORKER(quantity, "人数", "Workers"), TZ_QTY(HEAD), .measure = TZ_STOCK, .flags = TZ_F_ONE_IF_BLANK},
    {PERSONAL(name, "姓名", "Name"), TZ_TEXT},
    {PERSONAL(cert_no, "证书编号", "Certificate number"), TZ_TEXT, .flags = TZ_F_CODE_LIKE},
    {PERSONAL(contact, "联系方式", "Contact"), TZ_TEXT, .flags = TZ_F_CONTACT, .aliases = "联系电话"},
    {WORKER(cert_level, "证书等级", "Certificate level"), TZ_ENUM(cert_level), .flags = TZ_F_BREAKDOWN},
    {WORKER(team_role, "队伍类别", "Role"), TZ_ENUM(team_role), .flags = TZ_F_BREAKDOWN},
    {WORKER(recruitment, "招录方式", "Recruitment"), TZ_ENUM(recruitment), .flags = TZ_F_BREAKDOWN},
    {WORKER(employment, "用工形式", "Employment"), TZ_ENUM(employment), .flags = TZ_F_BREAKDOWN},
    {WORKER(deployed_to, "派驻单位", "Deployed to"), TZ_COMMITTEE, .aliases = "派驻单位代码"},
    {WORKER(deployment_level, "派驻层级", "Level of deployment"), TZ_ENUMS(levels), .flags = TZ_F_BREAKDOWN},
    {WORKER(coordination_level, "统筹层级", "Level of coordination"), TZ_ENUMS(levels),
     .flags = TZ_F_BREAKDOWN},
    {WORKER(concurrent, "兼职人数", "With concurrent posts"), TZ_QTY(HEAD), .measure = TZ_STOCK},
    {WORKER(concurrent_posts, "兼任", "Concurrent posts"), TZ_TEXTS},
    {WORKER(employer_name, "用人单位", "Employer"), TZ_TEXT, .aliases = "用人单位名称"},
    {WORKER(employer_uscc, "用人单位代码", "Employer's USCC"), TZ_SOCIAL},
    {WORKER(professional_basis, "专业依据", "Professional basis"), TZ_ENUM(professional_basis),
     .flags = TZ_F_BREAKDOWN},
    {WORKER(management_basis, "管理依据", "Management basis"), TZ_ENUM(management_basis),
     .flags = TZ_F_BREAKDOWN},
    {WORKER(workload, "工作量占比", "Share of the workload"), TZ_PERMILLE},
    {WORKER(on_from, "到岗日期", "On duty from"), TZ_DATE},
    {WORKER(on_to, "离岗日期", "On duty to"), TZ_DATE},
};
TZ_KIND(WORKER, worker, "社工", "Worker", &taizhang__v1__worker_private__descriptor);

static const struct tz_field coverage_fields[] = {
    {COVERAGE(unit_kind, "单位类型", "Kind of unit"), TZ_ENUM(unit_kind),
     .flags = TZ_F_REQUIRED | TZ_F_BREAKDOWN},
    {COVERAGE(units_total, "应覆盖数", "Units in all"), TZ_QTY(COVERAGE), .measure = TZ_STOCK},
    {COVERAGE(units_covered, "已覆盖数", "Units covered"), TZ_QTY(COVERAGE), .measure = TZ_STOCK},
    {COVERAGE(all_covered, "全覆盖", "All covered"), TZ_YES_OR_NO, .flags = TZ_F_BREAKDOWN,
     .aliases = "是否全覆盖"},
    {COVERAGE(workers_per_unit, "每单位人数", "Workers per unit"), TZ_QTY(HEAD)},
    {COVERAGE(target_per_unit, "每单位目标", "Target per unit"), TZ_QTY(HEAD)},
    {COVERAGE(target_status, "目标进展", "Progress"), TZ_ENUM(target_status), .flags = TZ_F_BREAKDOWN},
    {COVERAGE(denominator, "基数来源", "Source of the base"), TZ_ENUM(denominator)},
};
TZ_KIND(COVERAGE, coverage, "覆盖", "Coverage", NULL);
