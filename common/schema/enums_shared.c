/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/table.h"

static const struct tz_member tz_yesno_members[] = {
    {TZ_YES, "yes", "是", 0, NULL},
    {TZ_NO, "no", "否", 0, NULL},
};
TZ_LIST(tz_yesno, "yesno");

static const struct tz_member tz_scope_members[] = {
    {TZ_SCOPE_OWN, "own", "本级", 0, NULL},
    {TZ_SCOPE_SUBTREE, "subtree", "含下级", 0, NULL},
};
TZ_LIST(tz_scope, "scope");

static const struct tz_member tz_visibility_members[] = {
    {TZ_VISIBILITY_LINE, "line", "本线", 0, NULL},
    {TZ_VISIBILITY_DOWN, "down", "下发", 0, NULL},
    {TZ_VISIBILITY_ALL, "all", "全系统", 0, NULL},
};
TZ_LIST(tz_visibility, "visibility");

/* 乡镇街道 is no member: it means both. */
static const struct tz_member tz_levels_members[] = {
    {1, "nation", "国家", 0, "国家级|全国"},
    {2, "province", "省", 0, "省级"},
    {3, "prefecture", "市", 0, "市级|地市|地市级"},
    {4, "county", "县", 0, "县级|区县|县区"},
    {5, "township", "乡镇", 0, "乡镇级|乡镇街道|街道乡镇|街镇"},
    {6, "street", "街道", 0, "街道级|乡镇街道|街道乡镇|街镇"},
    {7, "community", "社区", 0, "社区级"},
};
TZ_LIST(tz_levels, "levels");

static const struct tz_member tz_purchase_mode_members[] = {
    {TZ_PURCHASE_GOVERNMENT, "government_purchase", "政府购买服务", 0, "政府购买"},
    {2, "direct_allocation", "财政直接划拨", 0, "直接划拨"},
    {3, "packaged_recommendation", "项目打包推荐", 0, "打包推荐"},
    {4, "tender", "招投标", 0, NULL},
    {5, "commission", "委托", 0, NULL},
    {6, "other", "其他", 0, NULL},
};
TZ_LIST(tz_purchase_mode, "purchase_mode");

/* Numbers are the codes of the catalogue, two digits a level: 0503 is 503. */
static const struct tz_member tz_service_fields_members[] = {
    {1, "ideological_guidance", "思想引导", 0, NULL},
    {102, "culture", "文化", 1, NULL},
    {2, "health", "身心健康促进", 0, NULL},
    {201, "counselling", "心理疏导", 2, NULL},
    {3, "marriage_and_friendship", "婚恋交友支持", 0, "婚恋交友"},
    {4, "employment", "就业创业支持", 0, "就业创业"},
    {5, "social_integration", "社会融入与参与支持", 0, "社会融入"},
    {503, "ecology", "生态环保", 5, NULL},
    {504, "relocation", "易地扶贫搬迁", 5, NULL},
    {505, "community_activities", "社区活动", 5, NULL},
    {6, "social_security", "社会保障支持", 0, "社会保障"},
    {601, "poverty_relief", "扶贫帮困", 6, NULL},
    {602, "left_behind_children", "留守儿童关爱", 6, NULL},
    {7, "legal_rights", "合法权益维护", 0, NULL},
    {8, "crime_prevention", "违法犯罪预防", 0, NULL},
    {801, "behaviour_correction", "行为矫治", 8, NULL},
    {802, "judicial_correction", "司法矫正", 8, NULL},
    {803, "public_order", "治安综合防控", 8, NULL},
    {99, "other", "其他", 0, NULL},
};
TZ_LIST(tz_service_fields, "service_fields");

static const struct tz_member tz_target_groups_members[] = {
    {1, "general", "一般", 0, NULL},
    {2, "poor_families", "贫困家庭", 0, NULL},
    {3, "rural_left_behind", "农村留守", 0, NULL},
    {4, "idle", "闲散", 0, NULL},
    {5, "misconduct", "不良行为", 0, NULL},
    {6, "vagrant", "流浪乞讨", 0, NULL},
    {7, "children_of_inmates", "服刑在教人员未成年子女", 0, NULL},
    {8, "community_correction", "社区矫正", 0, NULL},
    {9, "disabled", "残疾", 0, NULL},
    {10, "ethnic_minority", "少数民族", 0, NULL},
    {11, "migrant_workers", "进城务工", 0, NULL},
    {12, "other", "其他", 0, NULL},
};
TZ_LIST(tz_target_groups, "target_groups");

static const struct tz_member tz_functions_members[] = {
    {1, "grassroots_governance", "基层社会治理", 0, NULL},
    {2, "civil_affairs", "民政事务", 0, NULL},
    {3, "judicial_correction", "司法矫正", 0, NULL},
    {4, "other", "其他", 0, NULL},
};
TZ_LIST(tz_functions, "functions");

static const struct tz_member tz_org_kinds_members[] = {
    {1, "social_organisation", "社会组织（未细分）", 0, "社会组织"},
    {2, "association", "社会团体", 0, NULL},
    {3, "social_service_agency", "社会服务机构", 0, "民办非企业单位"},
    {4, "foundation", "基金会", 0, NULL},
    {5, "youth_social_work_agency", "青少年事务社工机构", 0, NULL},
    {6, "cultural_institution", "公共文化机构", 0, NULL},
    {7, "class_two_institution", "公益二类事业单位", 0, NULL},
    {8, "enterprise", "企业", 0, NULL},
    {9, "unregistered_youth_group", "未登记青年自组织", 0, NULL},
    {10, "mass_organisation_centre", "群团举办的管理服务中心", 0, NULL},
};
TZ_LIST(tz_org_kinds, "org_kinds");

static const struct tz_member tz_shortages_members[] = {
    {1, "funds", "缺经费", 0, NULL},
    {2, "staff", "缺人员", 0, NULL},
    {3, "premises", "缺场所", 0, NULL},
    {4, "establishment", "缺编制", 0, NULL},
};
TZ_LIST(tz_shortages, "shortages");
