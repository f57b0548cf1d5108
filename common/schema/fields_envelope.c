/* SPDX-License-Identifier: Apache-2.0
 *
 * The address and the envelope: the same for every kind.
 */
#include "common/schema/table.h"

#define AT(member, zh, en) TZ_AT(TZ_IN_ENVELOPE, Envelope, member, zh, en)

static const struct tz_field address_fields[] = {
    {.name = "committee",
     .zh = "报送单位",
     .en = "Committee",
     .aliases = "单位代码|填报单位|报送单位代码",
     .type = TZ_TYPE_CODE,
     .place = TZ_IN_ADDRESS,
     .flags = TZ_F_REQUIRED},
    {.name = "key",
     .zh = "编号",
     .en = "Number",
     .aliases = "记录编号",
     .type = TZ_TYPE_KEY,
     .place = TZ_IN_ADDRESS,
     .flags = TZ_F_REQUIRED},
    {.name = "period",
     .zh = "报告期",
     .en = "Period",
     .aliases = "报告期间|年度",
     .type = TZ_TYPE_PERIOD,
     .place = TZ_IN_ADDRESS,
     .flags = TZ_F_REQUIRED},
};
const struct tz_field *tz_address_fields(size_t *count)
{
    *count = sizeof address_fields / sizeof address_fields[0];
    return address_fields;
}

static const struct tz_field envelope_fields[] = {
    {AT(as_of, "统计时点", "As of"), TZ_DATE, .aliases = "截止时间|截至日期"},
    {AT(scope, "统计口径", "Scope"), TZ_ENUM(scope), .flags = TZ_F_REQUIRED, .aliases = "口径"},
    {AT(part_of, "所属记录", "Part of"), .type = TZ_TYPE_REF, .flags = TZ_F_SAME_KIND | TZ_F_SAME_PERIOD},
    {AT(visibility, "公开范围", "Visibility"), TZ_ENUM(visibility), .flags = TZ_F_REQUIRED},
    {AT(place, "实施地", "Place"), TZ_COMMITTEE, .flags = TZ_F_BREAKDOWN, .aliases = "实施地代码"},
    {AT(executing_level, "实施层级", "Executing level"), TZ_ENUMS(levels), .flags = TZ_F_BREAKDOWN},
    {AT(is_pilot, "试点", "Pilot"), TZ_YES_OR_NO, .flags = TZ_F_BREAKDOWN, .aliases = "是否试点"},
    {AT(purchase_mode, "购买方式", "Purchase mode"), TZ_ENUM(purchase_mode), .flags = TZ_F_BREAKDOWN},
    {AT(service_fields, "服务领域", "Service fields"), TZ_ENUMS(service_fields), .flags = TZ_F_BREAKDOWN},
    {AT(target_groups, "服务对象", "Target groups"), TZ_ENUMS(target_groups), .flags = TZ_F_BREAKDOWN},
    {AT(themes, "主题", "Themes"), TZ_TEXTS},
    {AT(functions, "结合职能", "Functions"), TZ_ENUMS(functions), .flags = TZ_F_BREAKDOWN},
    {AT(continues, "接续", "Continues"), .type = TZ_TYPE_REF, .flags = TZ_F_SAME_KIND},
    {AT(effect, "成效", "Effect"), TZ_TEXT},
    {AT(evidence, "依据", "Evidence"), TZ_TEXT},
    {AT(attachments, "附件", "Attachments"), .type = TZ_TYPE_ATTACHMENTS},
    {AT(written, "原文", "As written"), TZ_TEXT},
    {AT(note, "备注", "Note"), TZ_TEXT},
    {AT(delegated, "代报", "Delegated"), TZ_TEXT},
    {AT(extra, "扩展字段", "Extra"), .type = TZ_TYPE_EXTRA},
};
const struct tz_field *tz_envelope_fields(size_t *count)
{
    *count = sizeof envelope_fields / sizeof envelope_fields[0];
    return envelope_fields;
}
