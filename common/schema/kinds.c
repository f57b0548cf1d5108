/* SPDX-License-Identifier: Apache-2.0
 *
 * The record kinds by number.
 */
#include <string.h>

#include "common/schema/table.h"

static const struct tz_kind_info *const kinds[TZ_KINDS + 1] = {
    [TZ_KIND_PROJECT] = &tz_kind_project,
    [TZ_KIND_FUNDING] = &tz_kind_funding,
    [TZ_KIND_POST] = &tz_kind_post,
    [TZ_KIND_WORKER] = &tz_kind_worker,
    [TZ_KIND_COVERAGE] = &tz_kind_coverage,
    [TZ_KIND_OUTPUT] = &tz_kind_output,
    [TZ_KIND_ORGANISATION] = &tz_kind_organisation,
    [TZ_KIND_PLATFORM] = &tz_kind_platform,
    [TZ_KIND_NEED] = &tz_kind_need,
    [TZ_KIND_CATALOGUE] = &tz_kind_catalogue,
    [TZ_KIND_POLICY] = &tz_kind_policy,
    [TZ_KIND_LIAISON] = &tz_kind_liaison,
    [TZ_KIND_EVALUATION] = &tz_kind_evaluation,
    [TZ_KIND_PRACTICE] = &tz_kind_practice,
    [TZ_KIND_ISSUE] = &tz_kind_issue,
};

const struct tz_kind_info *tz_kind_info(uint32_t kind)
{
    return kind <= TZ_KINDS ? kinds[kind] : NULL;
}

static bool same(const char *a, const char *b, size_t len)
{
    return strlen(a) == len && memcmp(a, b, len) == 0;
}

const struct tz_kind_info *tz_kind_find(const char *name, size_t len)
{
    for (size_t i = 0; i <= TZ_KINDS; i++) {
        const struct tz_kind_info *k = kinds[i];
        if (k && (same(k->name, name, len) || same(k->zh, name, len)))
            return k;
    }
    return NULL;
}
