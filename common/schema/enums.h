/* SPDX-License-Identifier: Apache-2.0
 *
 * The enumerations of the field table. Lists only grow at the end; English names are frozen (a golden test
 * holds every number, name and label).
 */
#ifndef TZ_COMMON_SCHEMA_ENUMS_H
#define TZ_COMMON_SCHEMA_ENUMS_H

#include "common/schema/schema.h"

/* Shared by kinds (enums_shared.c). */
extern const struct tz_enum tz_yesno, tz_scope, tz_visibility, tz_levels, tz_purchase_mode, tz_service_fields,
    tz_target_groups, tz_functions, tz_org_kinds, tz_shortages;

/* Of the kinds around a project: projects, money, people, results (enums_work.c). */
extern const struct tz_enum tz_project_stage, tz_procurement, tz_funding_source, tz_funding_kind,
    tz_acquisition, tz_budget_items, tz_host_kind, tz_legal_form, tz_cert_level, tz_team_role, tz_recruitment,
    tz_employment, tz_professional_basis, tz_management_basis, tz_unit_kind, tz_target_status, tz_denominator;

/* Of the kinds that say how the work is organised (enums_frame.c). */
extern const struct tz_enum tz_support, tz_platform_kind, tz_need_basis, tz_priority, tz_catalogue_kind,
    tz_catalogue_entry, tz_catalogue_method, tz_policy_status, tz_assessment, tz_liaison_kind, tz_departments,
    tz_subject, tz_evaluation_kinds, tz_evaluators, tz_evaluation_mode, tz_grade, tz_org_grade,
    tz_consequence, tz_section, tz_levers, tz_problems, tz_causes, tz_issue_state, tz_detected_by;

/* Members that rules refer to. */
enum { TZ_PURCHASE_GOVERNMENT = 1, TZ_LEGAL_SERVICE_CONTRACT = 1, TZ_SUBJECT_MECHANISM = 3 };

/* Reads one item of a list or a choice: Chinese label, English name, alias or number (and number and label
 * together, where they agree). Writes the numbers of up to max members (乡镇街道 means two); returns how
 * many, 0 for none. */
size_t tz_enum_read(const struct tz_enum *e, const char *s, size_t len, uint32_t *out, size_t max);

#endif
