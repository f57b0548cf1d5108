/* SPDX-License-Identifier: Apache-2.0
 *
 * A writer of JSON (RFC 8259) into a tz_buf. Commas come by themselves; strings are UTF-8 and are escaped,
 * broken bytes become U+FFFD. Depth is at most 32.
 */
#ifndef TZ_COMMON_BASE_JSON_H
#define TZ_COMMON_BASE_JSON_H

#include "common/base/buf.h"

struct tz_json {
    struct tz_buf *out;
    uint32_t started; /* bit per depth: a member was written */
    unsigned depth;
    bool after_key;
};

void tz_json_init(struct tz_json *j, struct tz_buf *out);
void tz_json_object(struct tz_json *j); /* { */
void tz_json_array(struct tz_json *j);  /* [ */
void tz_json_end_object(struct tz_json *j);
void tz_json_end_array(struct tz_json *j);
void tz_json_key(struct tz_json *j, const char *key);
void tz_json_string(struct tz_json *j, const char *s, size_t len);
void tz_json_text(struct tz_json *j, const char *s); /* NUL-terminated */
void tz_json_int(struct tz_json *j, int64_t n);
void tz_json_uint(struct tz_json *j, uint64_t n);
void tz_json_bool(struct tz_json *j, bool b);
void tz_json_null(struct tz_json *j);

#endif
