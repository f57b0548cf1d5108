/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether a title is another one, or the same that was corrected.
 */
#ifndef TZ_CLIENT_SHEET_ALIKE_H
#define TZ_CLIENT_SHEET_ALIKE_H

#include <stdbool.h>

/* UTF-8. More than half of the longer one stands at the start and the end of both. Digits do not count:
 * titles of different records often differ in nothing else. */
bool tz_titles_alike(const char *a, const char *b);

#endif
