/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that are written once, in order, and then read at any place. What fits stays in memory; beyond that
 * all of it goes to an unnamed temporary file, and memory holds a fixed number of its pages.
 */
#ifndef TZ_CLIENT_SHEET_SPILL_H
#define TZ_CLIENT_SHEET_SPILL_H

#include "common/base/err.h"

enum { TZ_SPILL_PAGE = 16 * 1024, TZ_SPILL_PAGES = 32 };

struct tz_spill {
    char *data; /* all bytes, or those that are not in the file yet */
    size_t len;
    size_t cap;
    size_t memory_max;
    uint64_t flushed;                /* bytes in the file */
    int fd;                          /* -1: all is in memory */
    char *page;                      /* TZ_SPILL_PAGES of them */
    uint64_t number[TZ_SPILL_PAGES]; /* of the page in each place, from 1; 0: none */
};

/* memory_max: what may be kept in memory; at least one page. No memory is taken yet. */
void tz_spill_init(struct tz_spill *s, size_t memory_max);
void tz_spill_free(struct tz_spill *s);
uint64_t tz_spill_size(const struct tz_spill *s);
/* TZ_OK, TZ_ENOMEM or TZ_EIO (errno). */
int tz_spill_add(struct tz_spill *s, const void *bytes, size_t len) TZ_MUSTCHECK;
/* Copies len bytes from a place. TZ_EINVAL: they are not all there; else as above. Nothing may be added after
 * the first read. */
int tz_spill_read(struct tz_spill *s, uint64_t at, void *out, size_t len) TZ_MUSTCHECK;

#endif
