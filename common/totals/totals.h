/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers to totals and trace requests, the same wherever they are computed. From the cube where it holds
 * them; a breakdown by two fields, and the records behind a figure, from a scan of the records of that (kind,
 * period): the same rules, written as the slow sum.
 */
#ifndef TZ_COMMON_TOTALS_TOTALS_H
#define TZ_COMMON_TOTALS_TOTALS_H

#include "common/totals/cube.h"
#include "common/totals/source.h"

/* What an answer is made from, all as of one position. */
struct tz_totals_from {
    const struct tz_tree *tree;
    const struct tz_cube *cube;            /* may be NULL where a scan answers */
    const struct tz_record_source *source; /* may be NULL where the cube does */
    uint64_t position;
    const char *today; /* date of the tree: "2026-11-23" */
};

/* Whether the answer is made by a scan: the cube does not hold it. */
bool tz_totals_scans(const Taizhang__V1__TotalsRequest *q);

/* Fills the whole reply (rows too) in the arena. node: the request's committee. 0, or TZ_EINVAL with the
 * status code in *e (BAD_KIND, BAD_PERIOD, UNSUPPORTED, BAD_ARGUMENT; POSITION_AHEAD is the caller's),
 * TZ_ENOMEM, TZ_ELIMIT, and what the source returns. */
int tz_totals_answer(const struct tz_totals_from *from, const Taizhang__V1__TotalsRequest *q, uint32_t node,
                     struct tz_arena *arena, Taizhang__V1__TotalsReply *out, struct tz_error *e) TZ_MUSTCHECK;

/* The records behind a figure, one page, by a scan, with the figure computed from the same records. Private
 * bytes are not included. With built_up: the records that the node's subtree records replace, or would
 * replace, and what they add up to. */
int tz_trace_answer(const struct tz_totals_from *from, const Taizhang__V1__TraceRequest *q, uint32_t node,
                    struct tz_arena *arena, Taizhang__V1__TraceReply *out, struct tz_error *e) TZ_MUSTCHECK;

/* A sum for the wire. false: it is beyond int64, and *out holds no value. */
bool tz_totals_sum(const struct tz_sum *s, Taizhang__V1__Sum *out) TZ_MUSTCHECK;

#endif
