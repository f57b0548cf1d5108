/* SPDX-License-Identifier: Apache-2.0
 *
 * A part of a workbook out of memory, in pieces of any size.
 */
#ifndef TZ_TESTS_UNIT_CLIENT_SHEET_BYTES_H
#define TZ_TESTS_UNIT_CLIENT_SHEET_BYTES_H

#include <string.h>

#include "client/sheet/xml.h"

struct memory_bytes {
    const char *at;
    size_t left;
    size_t piece; /* 0: as much as is asked for */
    bool fails;   /* at the end */
};

static inline ssize_t read_memory(void *ctx, void *out, size_t size)
{
    struct memory_bytes *m = ctx;
    if (m->left == 0 && m->fails)
        return -1;
    size = m->piece && m->piece < size ? m->piece : size;
    size = m->left < size ? m->left : size;
    memcpy(out, m->at, size);
    m->at += size;
    m->left -= size;
    return (ssize_t)size;
}

static inline struct tz_xml_input memory_part(struct memory_bytes *m, const char *text)
{
    m->at = text;
    m->left = strlen(text);
    return (struct tz_xml_input){.read = read_memory, .ctx = m};
}

#endif
