/* SPDX-License-Identifier: Apache-2.0
 *
 * The form of committee codes: 6 digits (GB/T 2260), 9 for townships and streets, 000000 for the centre,
 * <division>-S<nn> for system committees. Whether a code is known is the registry's to say.
 */
#ifndef TZ_COMMON_CODES_DIVISION_H
#define TZ_COMMON_CODES_DIVISION_H

#include <stdbool.h>
#include <stddef.h>

bool tz_code_valid(const char *s, size_t len);

#endif
