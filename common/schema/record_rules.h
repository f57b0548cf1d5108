/* SPDX-License-Identifier: Apache-2.0
 *
 * The two halves of tz_record_validate that have files of their own, and what they share.
 */
#ifndef TZ_COMMON_SCHEMA_RECORD_RULES_H
#define TZ_COMMON_SCHEMA_RECORD_RULES_H

#include "common/schema/record.h"

/* A record under validation. */
struct tz_check {
    const struct tz_record *r;
    const struct tz_address *address;
    int64_t today; /* days */
    bool confirmed;
    struct tz_errors *errors;
};

/* Resident-ID and mobile numbers in one text of a field (record_privacy.c). */
void tz_check_privacy(const struct tz_check *c, const struct tz_field *f, const char *text);
/* Rules across fields (record_rules.c). */
void tz_check_rules(const struct tz_check *c);

#endif
