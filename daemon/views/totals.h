/* SPDX-License-Identifier: Apache-2.0
 *
 * Answers to totals requests. From the cube where it holds them; a breakdown by two fields, and the records
 * behind a figure, from a scan of the stored records of that (kind, period): the same rules, written as the
 * slow sum.
 */
#ifndef TZ_DAEMON_VIEWS_TOTALS_H
#define TZ_DAEMON_VIEWS_TOTALS_H

#include "daemon/views/views.h"

/* Fills the whole reply (rows too) in the arena. node: the request's committee. today: "2026-11-23". Takes
 * the read lock itself. r: a reader for what the cube does not hold; must not be inside a snapshot. 0, or
 * TZ_EINVAL with the status code in *e (BAD_KIND, BAD_PERIOD, UNSUPPORTED, BAD_ARGUMENT, POSITION_AHEAD is
 * the caller's), TZ_ENOMEM, TZ_ELIMIT, TZ_EIO. */
int tz_totals_answer(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TotalsRequest *q,
                     uint32_t node, const char *today, struct tz_arena *arena, Taizhang__V1__TotalsReply *out,
                     struct tz_error *e) TZ_MUSTCHECK;

/* A sum for the wire. false: it is beyond int64, and *out holds no value. */
bool tz_totals_sum(const struct tz_sum *s, Taizhang__V1__Sum *out) TZ_MUSTCHECK;

/* The records behind a figure, one page, with the figure computed from the same snapshot. Private bytes are
 * not included. With built_up: the records that the node's subtree records replace, or would replace, and
 * what they add up to. */
int tz_trace_answer(struct tz_views *v, struct tz_reader *r, const Taizhang__V1__TraceRequest *q,
                    uint32_t node, const char *today, struct tz_arena *arena, Taizhang__V1__TraceReply *out,
                    struct tz_error *e) TZ_MUSTCHECK;

#endif
