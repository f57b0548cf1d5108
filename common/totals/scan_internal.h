/* SPDX-License-Identifier: Apache-2.0
 *
 * Shared by scan.c and scan_overlap.c.
 */
#ifndef TZ_COMMON_TOTALS_SCAN_INTERNAL_H
#define TZ_COMMON_TOTALS_SCAN_INTERNAL_H

#include "common/totals/scan.h"

/* A period in which some node reports. */
struct scan_period {
    struct scan_period *next;
    uint32_t order;
    uint16_t reports[]; /* a bit per measure, by node number */
};

/* A whole as it stands in the snapshot. */
struct scan_whole {
    bool known;
    bool live;
    struct tz_record_key key;
    struct tz_view_record view; /* when live */
};

/* A part that a reporting node left out, and that the whole would leave out at `node`. */
struct scan_displaced {
    struct scan_displaced *next;
    uint32_t node;
    uint32_t period;
    uint16_t measures;
    struct tz_facts facts;
    struct tz_record_key whole;
};

struct scan_run {
    const struct tz_scan *scan;
    struct tz_arena arena;       /* one record */
    struct tz_arena whole_arena; /* one whole: the last one asked for */
    struct tz_arena kept;        /* displaced parts, until the end */
    struct scan_whole whole;
    struct scan_period *periods;
    struct scan_displaced *displaced;
};

uint16_t tz_scan_numbers(const struct tz_facts *f);
uint16_t tz_scan_stated(const struct tz_facts *f);
uint16_t tz_scan_reports(const struct scan_period *p, uint32_t node);
uint16_t tz_scan_cut(const struct scan_run *run, const struct scan_period *p, uint32_t x, uint32_t n);
/* *out is valid until the next call. */
int tz_scan_whole(struct scan_run *run, const struct tz_record_key *key,
                  const struct scan_whole **out) TZ_MUSTCHECK;
uint16_t tz_scan_left_out(struct scan_run *run, const struct tz_view_record *r, const struct scan_whole *w,
                          uint32_t n);
/* Keeps the part if it may overlap at n: whether the whole counts there is known when all is read. */
int tz_scan_note_overlap(struct scan_run *run, const struct scan_period *p, const struct tz_view_record *part,
                         const struct scan_whole *w, uint32_t n, uint32_t committee) TZ_MUSTCHECK;
int tz_scan_overlaps(struct scan_run *run) TZ_MUSTCHECK;

#endif
