/* SPDX-License-Identifier: Apache-2.0
 *
 * UTF-8 text: checking, measuring, folding. Lengths are bytes unless said. Nothing here allocates or repairs.
 */
#ifndef TZ_COMMON_BASE_TEXT_H
#define TZ_COMMON_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at s (len > 0). Returns its length in bytes, 0 if it is not valid UTF-8 (overlong,
 * surrogate, above U+10FFFF, truncated). *out gets the code point. */
size_t tz_utf8_decode(const char *s, size_t len, uint32_t *out);
/* Encodes cp at out (at least 4 bytes); returns the length. */
size_t tz_utf8_encode(uint32_t cp, char *out);

/* Valid UTF-8 without control characters (C0, DEL, C1) but newline. *characters (may be NULL) gets the count
 * of code points. */
bool tz_text_valid(const char *s, size_t len, size_t *characters);

/* Copies at most `characters` characters and what fits in size bytes with the final NUL; broken bytes and
 * control characters become U+FFFD. For messages and logs, never for stored data. */
void tz_text_copy(char *out, size_t size, const char *s, size_t len, size_t characters);

/* Columns on a terminal: East Asian wide and full-width characters take 2, combining ones 0. */
size_t tz_text_width(const char *s, size_t len);

/* Trims ASCII white space, U+3000 and U+00A0 at both ends: moves *s and *len. */
void tz_text_trim(const char **s, size_t *len);

/* Folds full-width ASCII (U+FF01..U+FF5E, U+3000 to a blank) to ASCII. out holds at least len + 1 bytes and
 * is NUL-terminated. Returns the new length. */
size_t tz_text_fold(char *out, const char *s, size_t len);

#endif
