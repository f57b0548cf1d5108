/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers that name someone: the unified social credit code (GB 32100-2015), the resident-ID number (GB
 * 11643-1999, which we refuse wherever it stands) and mobile numbers.
 */
#ifndef TZ_COMMON_CODES_IDENTITY_H
#define TZ_COMMON_CODES_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

/* 18 characters of the alphabet with a right check digit. */
bool tz_uscc_valid(const char *s, size_t len);
/* Exactly 18 digits (the last may be X), full-width ones included, with a valid date and check digit stand
 * somewhere in the text, in one run or in groups with one blank or hyphen between them. */
bool tz_text_has_resident_id(const char *s, size_t len);
/* A run of exactly 11 digits that begins with 13 to 19, full-width ones included (blanks and hyphens inside
 * do not hide it, nor +86 before it). */
bool tz_text_has_mobile(const char *s, size_t len);

#endif
