/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that belong to someone else.
 */
#ifndef TZ_COMMON_BASE_BYTES_H
#define TZ_COMMON_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct tz_bytes {
    const uint8_t *data;
    size_t len;
};

#endif
