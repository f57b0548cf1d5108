/* SPDX-License-Identifier: Apache-2.0
 *
 * The slow sum: which records of a kind count at a node, for each measure, by rules R1, R2, R3 and R7
 * as they read. It knows nothing of the cube. Committees are visited in the order of the tree, those above
 * before those below; memory is bounded by one record, a bit per measure and node, and the parts that
 * overlap.
 */
#ifndef TZ_COMMON_TOTALS_SCAN_H
#define TZ_COMMON_TOTALS_SCAN_H

#include "common/totals/totals_internal.h"
#include "common/totals/view_record.h"

/* How a record stands to a node that it is at or below: a bit per measure. */
struct tz_scan_at {
    uint16_t reports;  /* the node reports the measure in the record's period */
    uint16_t reported; /* the record is in what the node reports */
    uint16_t built;    /* the record is in what the node builds */
};

struct tz_scan_record {
    const struct tz_record_key *key;
    const struct tz_source_record *stored;
    const struct tz_record *record;
    const struct tz_facts *facts;
    struct tz_scan_at top; /* at the node that was asked for */
    uint32_t child;        /* the top's child that it is in, grouping nodes aside; 0: it is the top's own */
    struct tz_scan_at in_child;
};

/* A part that a reporting node left out, while its whole counts in the same sum at `node`. */
struct tz_scan_overlap {
    uint32_t node; /* the top, or one of its children; does not report */
    uint32_t period;
    unsigned measure;
    int64_t value; /* 0 when it states `some` */
    const struct tz_facts *part;
    const struct tz_facts *whole;
};

struct tz_scan {
    const struct tz_tree *tree;
    const struct tz_record_source *source; /* that does not change meanwhile */
    const struct totals_query *q;          /* kind, periods, node */
    bool with_children;                    /* overlaps at the children too */
    /* May be NULL. Asked of every committee in the order of the visit: true where nothing of it matters,
     * neither its records nor what it reports. */
    bool (*skip)(void *ctx, uint32_t committee);
    /* Other than 0 stops the scan and is returned. */
    int (*record)(void *ctx, const struct tz_scan_record *r);
    void (*beside)(void *ctx, uint32_t period, uint64_t records); /* may be NULL: records of other_periods */
    void (*overlap)(void *ctx, const struct tz_scan_overlap *o);  /* may be NULL; after the last record */
    void *ctx;
};

int tz_scan_run(const struct tz_scan *s) TZ_MUSTCHECK;

#endif
