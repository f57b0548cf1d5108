/* SPDX-License-Identifier: Apache-2.0
 *
 * How the rows of the field table are written. Only the fields_*.c files and kinds.c include this.
 */
#ifndef TZ_COMMON_SCHEMA_TABLE_H
#define TZ_COMMON_SCHEMA_TABLE_H

#include <stddef.h>

#include "common/schema/enums.h"
#include "common/wire/frame.h"
#include "taizhang/v1/record.pb-c.h"

/* Where a field stands: its name is the member's name in the generated struct. */
#define TZ_AT(place_, message, member, zh_, en_)                                                             \
    .name = #member, .zh = zh_, .en = en_, .place = place_,                                                  \
    .offset = offsetof(Taizhang__V1__##message, member)

#define TZ_TEXT       .type = TZ_TYPE_TEXT, .max_characters = TZ_TEXT_CHARACTERS
#define TZ_LONG_TEXT  .type = TZ_TYPE_TEXT, .max_characters = 20000
#define TZ_TEXTS      .type = TZ_TYPE_TEXTS, .max_characters = TZ_TEXT_CHARACTERS
#define TZ_ENUM(l)    .type = TZ_TYPE_ENUM, .list = &tz_##l
#define TZ_ENUMS(l)   .type = TZ_TYPE_ENUMS, .list = &tz_##l
#define TZ_QTY(u)     .type = TZ_TYPE_QUANTITY, .unit = TZ_UNIT_##u
#define TZ_MONEY      .type = TZ_TYPE_QUANTITY, .unit = TZ_UNIT_FEN
#define TZ_DATE       .type = TZ_TYPE_DATE
#define TZ_YES_OR_NO  .type = TZ_TYPE_YESNO, .list = &tz_yesno
#define TZ_PERMILLE   .type = TZ_TYPE_PERMILLE
#define TZ_COMMITTEE  .type = TZ_TYPE_CODE
#define TZ_SOCIAL     .type = TZ_TYPE_USCC, .flags = TZ_F_CODE_LIKE
#define TZ_REF(kind)  .type = TZ_TYPE_REF, .ref_kind = TZ_KIND_##kind
#define TZ_REFS(kind) .type = TZ_TYPE_REFS, .ref_kind = TZ_KIND_##kind

/* One enumeration, of the array <id>_members. */
#define TZ_LIST(id, label)                                                                                   \
    const struct tz_enum id = {label, id##_members, sizeof id##_members / sizeof id##_members[0]}

/* The kind's entry, of the array <name>_fields; it stands behind that array. */
#define TZ_KIND(id, name_, zh_, en_, private_descriptor)                                                     \
    const struct tz_kind_info tz_kind_##name_ = {TZ_KIND_##id,                                               \
                                                 #name_,                                                     \
                                                 zh_,                                                        \
                                                 en_,                                                        \
                                                 &taizhang__v1__##name_##__descriptor,                       \
                                                 private_descriptor,                                         \
                                                 name_##_fields,                                             \
                                                 sizeof name_##_fields / sizeof name_##_fields[0]}

extern const struct tz_kind_info tz_kind_project, tz_kind_funding, tz_kind_post, tz_kind_worker,
    tz_kind_coverage, tz_kind_output, tz_kind_organisation, tz_kind_platform, tz_kind_need, tz_kind_catalogue,
    tz_kind_policy, tz_kind_liaison, tz_kind_evaluation, tz_kind_practice, tz_kind_issue;

#endif
