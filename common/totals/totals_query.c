/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a totals request: every word against the field table.
 */
#include <stdio.h>
#include <string.h>

#include "common/totals/totals_internal.h"

static int refuse(struct tz_error *e, tz_code code, const char *field, const char *value)
{
    tz_error_set(e, code, field, value);
    return TZ_EINVAL;
}

static int read_periods(const char *period, const char *period_to, struct totals_query *q, struct tz_error *e)
{
    if (!tz_period_parse(period, strlen(period), &q->from))
        return refuse(e, TZ_CODE(BAD_PERIOD), "period", period);
    q->to = q->from;
    if (*period_to && !tz_period_parse(period_to, strlen(period_to), &q->to))
        return refuse(e, TZ_CODE(BAD_PERIOD), "period_to", period_to);
    q->last = tz_period_order(q->to);
    if (q->to.granularity != q->from.granularity || q->last < tz_period_order(q->from))
        return refuse(e, TZ_CODE(BAD_PERIOD), "period_to", period_to);
    return TZ_OK;
}

int tz_totals_read_subject(uint32_t kind, const char *period, const char *period_to,
                           Taizhang__V1__Basis basis, struct totals_query *out, struct tz_error *e)
{
    char text[16];
    memset(out, 0, sizeof *out);
    out->kind = tz_kind_info(kind);
    if (!out->kind) {
        snprintf(text, sizeof text, "%u", kind);
        return refuse(e, TZ_CODE(BAD_KIND), "kind", text);
    }
    if (basis == TAIZHANG__V1__BASIS__BASIS_ACCEPTED) {
        tz_error_text(tz_error_set(e, TZ_CODE(UNSUPPORTED), "basis", "accepted"), "what", "basis accepted");
        return TZ_EINVAL;
    }
    if (basis != TAIZHANG__V1__BASIS__BASIS_UNSPECIFIED && basis != TAIZHANG__V1__BASIS__BASIS_SUBMITTED) {
        snprintf(text, sizeof text, "%d", (int)basis);
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "basis", text);
    }
    out->measures = tz_kind_measures(out->kind, out->measure);
    out->breakdowns = tz_kind_breakdowns(out->kind, out->breakdown);
    return read_periods(period, period_to, out, e);
}

static int read_measure(struct totals_query *q, const char *name, struct tz_error *e)
{
    if (strcmp(name, "records") == 0) {
        q->want_records = true;
        return TZ_OK;
    }
    if (strcmp(name, "committees") == 0) {
        q->want_committees = true;
        return TZ_OK;
    }
    for (size_t m = 0; m < q->measures; m++) {
        if (strcmp(q->measure[m]->name, name) == 0) {
            q->want[m] = true;
            return TZ_OK;
        }
    }
    return refuse(e, TZ_CODE(BAD_ARGUMENT), "measures", name);
}

static int read_measures(const Taizhang__V1__TotalsRequest *r, struct totals_query *q, struct tz_error *e)
{
    int rc = TZ_OK;
    for (size_t i = 0; i < r->n_measures && rc == TZ_OK; i++)
        rc = read_measure(q, r->measures[i], e);
    if (!r->n_measures) {
        memset(q->want, true, sizeof q->want);
        q->want_records = q->want_committees = true;
    }
    return rc;
}

int tz_totals_breakdown(const struct totals_query *q, const char *name)
{
    for (size_t b = 0; b < q->breakdowns; b++)
        if (strcmp(q->breakdown[b].name, name) == 0)
            return (int)b;
    return -1;
}

int tz_totals_read(const Taizhang__V1__TotalsRequest *r, uint32_t node, struct totals_query *out,
                   struct tz_error *e)
{
    int rc = tz_totals_read_subject(r->kind, r->period, r->period_to, r->basis, out, e);
    if (rc == TZ_OK)
        rc = read_measures(r, out, e);
    if (rc != TZ_OK)
        return rc;
    out->node = node;
    out->children = r->children;
    for (size_t i = 0; i < r->n_by; i++) {
        int b = tz_totals_breakdown(out, r->by[i]);
        if (i >= 2 || b < 0 || (i == 1 && b == out->by[0]))
            return refuse(e, TZ_CODE(BAD_ARGUMENT), "by", r->by[i]);
        out->by[out->by_count++] = b;
    }
    return TZ_OK;
}

bool tz_totals_covers(const struct totals_query *q, uint32_t period)
{
    struct tz_period p;
    return tz_period_from_order(period, &p) && p.granularity == q->from.granularity &&
           period >= tz_period_order(q->from) && period <= q->last;
}

bool tz_totals_beside(const struct totals_query *q, uint32_t period)
{
    struct tz_period p;
    int64_t first, last, from, to, unused;
    if (!tz_period_from_order(period, &p) || p.granularity == q->from.granularity)
        return false;
    tz_period_span(p, &first, &last);
    tz_period_span(q->from, &from, &unused);
    tz_period_span(q->to, &unused, &to);
    return first >= from && last <= to;
}

bool tz_totals_takes(const struct totals_query *q, size_t measure, uint32_t period)
{
    return q->measure[measure]->measure == TZ_FLOW || period == q->last;
}
