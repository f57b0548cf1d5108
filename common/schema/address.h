/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses: (committee, kind, period, key), written committee/kind/period/key.
 */
#ifndef TZ_COMMON_SCHEMA_ADDRESS_H
#define TZ_COMMON_SCHEMA_ADDRESS_H

#include "common/base/date.h"
#include "common/base/err.h"

enum { TZ_CODE_SIZE = 16, TZ_KEY_MAX = 128, TZ_KEY_SIZE = TZ_KEY_MAX + 1, TZ_ADDRESS_SIZE = 192 };

struct tz_address {
    char committee[TZ_CODE_SIZE]; /* a code, checked for form only */
    uint32_t kind;
    struct tz_period period;
    char key[TZ_KEY_SIZE];
};

/* An address with the committee by its number in a tree and the period as tz_period_order. */
struct tz_record_key {
    uint32_t committee;
    uint32_t kind;
    uint32_t period;
    const char *key; /* not NUL-terminated */
    size_t key_len;
};

/* Reads the written form (kind by English name, period canonical). *e may be NULL. */
int tz_address_parse(const char *s, size_t len, struct tz_address *out, struct tz_error *e) TZ_MUSTCHECK;
/* As people write it: the kind also by its Chinese label, the period also as 2017年. Otherwise as above. */
int tz_address_read(const char *s, size_t len, struct tz_address *out, struct tz_error *e) TZ_MUSTCHECK;
void tz_address_format(const struct tz_address *a, char out[TZ_ADDRESS_SIZE]);
/* From the wire; every error is added to *errors. 0 or TZ_EINVAL. */
int tz_address_from_wire(const Taizhang__V1__Address *w, struct tz_address *out,
                         struct tz_errors *errors) TZ_MUSTCHECK;
/* 1 to 128 bytes of UTF-8, no control characters, no `/`, no outer spaces, no look of a date or of 1.7E+3, no
 * resident-ID number. 0 or TZ_EINVAL with the code in *e. */
int tz_key_check(const char *s, size_t len, struct tz_error *e) TZ_MUSTCHECK;

#endif
