/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/quantity.h"

/* The longest list of synonyms and the final NULL. */
enum { WORDS = 5 };

static const char *const units[TZ_UNITS][WORDS] = {
    [TZ_UNIT_NONE] = {""},
    [TZ_UNIT_PROJECT] = {"个", "项"},
    [TZ_UNIT_POST] = {"个岗位", "个"},
    [TZ_UNIT_HEAD] = {"名", "人", "个"},
    [TZ_UNIT_ORGANISATION] = {"家", "个"},
    [TZ_UNIT_PERSON] = {"人", "名"},
    [TZ_UNIT_PERSON_TIME] = {"人次"},
    [TZ_UNIT_HOUSEHOLD] = {"户", "个", "个家庭", "家庭"},
    [TZ_UNIT_CASE] = {"例", "个", "案"},
    [TZ_UNIT_GROUP] = {"组", "个"},
    [TZ_UNIT_SESSION] = {"场次", "场", "次", "期"},
    [TZ_UNIT_WORK] = {"件", "部", "个"},
    [TZ_UNIT_HOUR] = {"小时"},
    [TZ_UNIT_COVERAGE] = {"个"},
    [TZ_UNIT_FIELD] = {"个领域", "个"},
    [TZ_UNIT_FEN] = {"元"},
};

const char *tz_unit_name(enum tz_unit unit)
{
    return units[unit][0];
}

const char *const *tz_unit_synonyms(enum tz_unit unit)
{
    return units[unit];
}
