/* SPDX-License-Identifier: Apache-2.0
 *
 * The records behind a figure. One scan gives both the figure and the rows of a page. The cursor carries the
 * last address of the page, the position, and the figure: while the position stands, a later page begins
 * where the last one ended and costs its size; when it has moved, the figure is computed again.
 *
 * Cursor: version (1 byte), position (8, big-endian), committee (4), period (4), length of the key (1), key,
 * figure.
 */
#include <string.h>

#include "common/totals/scan.h"
#include "common/wire/frame.h"

enum { CURSOR_FIELDS_MAX = 128 }; /* of its figure: more than any has */
enum { CURSOR_VERSION = 1, CURSOR_HEAD = 18, PAGE_MAX = 1000, FILTERS_MAX = 8, PAGE_BYTES = 512 * 1024 };

enum { MEASURE_RECORDS = -1, MEASURE_COMMITTEES = -2 };

struct cursor {
    uint64_t position;
    struct tz_record_key at; /* committee 0: from the beginning */
    Taizhang__V1__Figure *figure;
};

struct trace {
    const struct tz_tree *tree;
    const struct tz_record_source *source;
    const struct totals_query *q;
    int measure; /* or one of the above */
    bool built_up;
    const char *measure_name;
    struct tz_slice where[FILTERS_MAX];
    size_t filters;
    struct cursor from;
    bool figure_known;
    bool reached; /* the committee of the cursor */
    size_t limit;
    size_t bytes;
    struct totals_figure figure;
    struct tz_counts counts;
    uint32_t last_committee;
    bool full;
    struct tz_record_key last; /* on the page */
    struct tz_arena *arena;
    Taizhang__V1__TraceReply *out;
};

/* --- the request --- */

static int refuse(struct tz_error *e, tz_code code, const char *field, const char *value)
{
    tz_error_set(e, code, field, value);
    return TZ_EINVAL;
}

static int read_measure(struct trace *t, const char *name, struct tz_error *e)
{
    t->measure_name = name;
    for (size_t m = 0; m < t->q->measures; m++) {
        if (strcmp(t->q->measure[m]->name, name) == 0) {
            t->measure = (int)m;
            return TZ_OK;
        }
    }
    if (strcmp(name, "records") != 0 && strcmp(name, "committees") != 0)
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "measure", name);
    if (t->built_up) /* nothing replaces a record in the counts */
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "built_up", name);
    t->measure = *name == 'r' ? MEASURE_RECORDS : MEASURE_COMMITTEES;
    return TZ_OK;
}

static int read_filter(struct trace *t, const Taizhang__V1__ByFilter *f, struct tz_error *e)
{
    int b = tz_totals_breakdown(t->q, f->field);
    if (b < 0 || t->filters == FILTERS_MAX)
        return refuse(e, TZ_CODE(BAD_ARGUMENT), "where", f->field);
    struct tz_slice *s = &t->where[t->filters++];
    *s = (struct tz_slice){b, f->number};
    if (f->unstated) {
        s->value = 0;
    } else if (t->q->breakdown[b].code) {
        const struct tz_unit_node *u = tz_tree_find(t->tree, f->code, strlen(f->code));
        if (!u)
            return refuse(e, TZ_CODE(BAD_ARGUMENT), "where", f->code);
        s->value = u->number;
    }
    return TZ_OK;
}

static uint64_t read_number(const uint8_t *p, size_t len)
{
    uint64_t n = 0;
    for (size_t i = 0; i < len; i++)
        n = n << 8 | p[i];
    return n;
}

static int read_cursor(struct trace *t, const ProtobufCBinaryData *c, struct tz_error *e)
{
    const uint8_t *p = c->data;
    if (!c->len)
        return TZ_OK;
    if (c->len < CURSOR_HEAD || p[0] != CURSOR_VERSION || c->len - CURSOR_HEAD < p[CURSOR_HEAD - 1])
        return refuse(e, TZ_CODE(BAD_CURSOR), NULL, NULL);
    t->from.position = read_number(p + 1, 8);
    t->from.at.committee = (uint32_t)read_number(p + 9, 4);
    t->from.at.period = (uint32_t)read_number(p + 13, 4);
    t->from.at.key = (const char *)p + CURSOR_HEAD;
    t->from.at.key_len = p[CURSOR_HEAD - 1];
    size_t head = CURSOR_HEAD + t->from.at.key_len;
    if (tz_wire_prescan(&taizhang__v1__figure__descriptor, p + head, c->len - head, CURSOR_FIELDS_MAX) !=
        TZ_OK)
        return refuse(e, TZ_CODE(BAD_CURSOR), NULL, NULL);
    t->from.figure = taizhang__v1__figure__unpack(&t->arena->protobuf, c->len - head, p + head);
    if (!t->from.figure || !t->from.figure->sum || strcmp(t->from.figure->measure, t->measure_name) != 0 ||
        !tz_tree_above(t->tree, t->q->node, t->from.at.committee))
        return refuse(e, TZ_CODE(BAD_CURSOR), NULL, NULL);
    return TZ_OK;
}

/* --- what the scan finds --- */

static bool matches(const struct trace *t, const struct tz_facts *f)
{
    for (size_t i = 0; i < t->filters; i++) {
        bool found = false;
        for (size_t j = 0; j < f->slices && !found; j++)
            found = f->slice[j].breakdown == t->where[i].breakdown && f->slice[j].value == t->where[i].value;
        if (!found)
            return false;
    }
    return true;
}

/* Adds the record to the figure; true if it is one of those behind it. */
static bool add_to_figure(struct trace *t, const struct tz_scan_record *r)
{
    if (t->measure < 0) {
        t->counts.records++;
        if (t->last_committee != r->key->committee) {
            t->counts.committees++;
            t->counts.level[tz_tree_at(t->tree, r->key->committee)->level]++;
        }
        t->last_committee = r->key->committee;
        return true;
    }
    unsigned m = (unsigned)t->measure;
    bool reports = r->top.reports >> m & 1, reported = r->top.reported >> m & 1,
         built = r->top.built >> m & 1;
    struct totals_figure *f = &t->figure;
    if (!tz_totals_takes(t->q, m, r->key->period))
        return false;
    if (t->built_up) {
        if (!built || reported)
            return false;
        tz_sum_piece(&f->value, r->facts->value[m], r->facts->qualifier[m], 1);
        return true;
    }
    f->reports = f->reports || reports;
    if (built) {
        tz_sum_piece(&f->built, r->facts->value[m], r->facts->qualifier[m], 1);
        if (reported || !reports)
            tz_sum_piece(&f->some_own, r->facts->value[m], r->facts->qualifier[m], 1);
    }
    if (!(reports ? reported : built))
        return false;
    tz_sum_piece(&f->value, r->facts->value[m], r->facts->qualifier[m], 1);
    return true;
}

/* Does the record stand behind the cursor? */
static bool after_cursor(struct trace *t, const struct tz_record_key *k)
{
    const struct tz_record_key *at = &t->from.at;
    if (!at->committee)
        return true;
    if (k->committee != at->committee)
        return t->reached;
    if (k->period != at->period)
        return k->period > at->period;
    size_t len = k->key_len < at->key_len ? k->key_len : at->key_len;
    int order = memcmp(k->key, at->key, len);
    return order ? order > 0 : k->key_len > at->key_len;
}

static ProtobufCBinaryData bytes_copy(struct tz_arena *arena, const void *p, size_t len)
{
    ProtobufCBinaryData d = {len, NULL};
    if (len)
        d.data = tz_arena_dup(arena, p, len);
    return d;
}

static int fill_address(struct trace *t, const struct tz_record_key *k, Taizhang__V1__RecordState *s)
{
    const struct tz_unit_node *u = tz_tree_at(t->tree, k->committee);
    struct tz_period p;
    char *period = tz_arena_alloc(t->arena, TZ_PERIOD_SIZE);
    s->address = tz_arena_alloc(t->arena, sizeof(*s->address));
    if (!s->address || !period || !tz_period_from_order(k->period, &p))
        return TZ_ELIMIT;
    tz_period_format(p, period);
    taizhang__v1__address__init(s->address);
    s->address->committee = tz_arena_strndup(t->arena, u->code, strlen(u->code));
    s->address->kind = k->kind;
    s->address->period = period;
    s->address->key = tz_arena_strndup(t->arena, k->key, k->key_len);
    s->committee_name = tz_arena_strndup(t->arena, u->body->name, strlen(u->body->name));
    return s->address->committee && s->address->key && s->committee_name ? TZ_OK : TZ_ELIMIT;
}

static int fill_state(struct trace *t, const struct tz_scan_record *r, Taizhang__V1__RecordState *s)
{
    const struct tz_bytes body = r->stored->body;
    int rc = t->source->state(t->source->ctx, r->stored, t->arena, s);
    if (rc != TZ_OK)
        return rc;
    s->body = bytes_copy(t->arena, body.data, body.len);
    if (s->body.len && !s->body.data)
        return TZ_ELIMIT;
    rc = fill_address(t, r->key, s);
    if (rc == TZ_OK)
        t->bytes += taizhang__v1__record_state__get_packed_size(s);
    return rc;
}

/* What the record adds to the figure, in the words of the record. */
static int fill_quantity(struct trace *t, const struct tz_scan_record *r, Taizhang__V1__Quantity **out)
{
    Taizhang__V1__Quantity *q = tz_arena_alloc(t->arena, sizeof *q);
    if (!q)
        return TZ_ELIMIT;
    taizhang__v1__quantity__init(q);
    *out = q;
    if (t->measure == MEASURE_RECORDS) {
        q->value = 1;
        q->qualifier = TZ_QUALIFIER(EXACT);
        return TZ_OK;
    }
    const struct tz_field *f = t->q->measure[t->measure];
    const char *at = (const char *)r->record->body + f->offset;
    const Taizhang__V1__Quantity *stored = *(Taizhang__V1__Quantity *const *)(const void *)at;
    q->value = r->facts->value[t->measure];
    q->qualifier = r->facts->qualifier[t->measure];
    q->written = tz_arena_strndup(t->arena, stored->written, strlen(stored->written));
    return q->written ? TZ_OK : TZ_ELIMIT;
}

static int add_row(struct trace *t, const struct tz_scan_record *r)
{
    Taizhang__V1__TraceRow *row = tz_arena_alloc(t->arena, sizeof *row);
    if (!row)
        return TZ_ELIMIT;
    taizhang__v1__trace_row__init(row);
    row->record = tz_arena_alloc(t->arena, sizeof(*row->record));
    if (!row->record)
        return TZ_ELIMIT;
    taizhang__v1__record_state__init(row->record);
    int rc = fill_state(t, r, row->record);
    if (rc == TZ_OK && t->measure != MEASURE_COMMITTEES)
        rc = fill_quantity(t, r, &row->quantity);
    if (rc != TZ_OK)
        return rc;
    t->out->rows[t->out->n_rows++] = row;
    t->last = *r->key;
    t->last.key = row->record->address->key;
    return TZ_OK;
}

enum { STOP = 1 };

static int visit_record(void *ctx, const struct tz_scan_record *r)
{
    struct trace *t = ctx;
    if (!matches(t, r->facts) || !add_to_figure(t, r) || !after_cursor(t, r->key))
        return 0;
    if (t->out->n_rows < t->limit && t->bytes < PAGE_BYTES)
        return add_row(t, r);
    t->full = true;
    return t->figure_known ? STOP : 0;
}

static bool visit_skip(void *ctx, uint32_t committee)
{
    struct trace *t = ctx;
    bool before = t->from.at.committee && !t->reached && committee != t->from.at.committee;
    if (committee == t->from.at.committee)
        t->reached = true;
    return before && t->figure_known && !tz_tree_above(t->tree, committee, t->from.at.committee);
}

static void visit_overlap(void *ctx, const struct tz_scan_overlap *o)
{
    struct trace *t = ctx;
    if (t->measure != (int)o->measure || !tz_totals_takes(t->q, o->measure, o->period) ||
        !matches(t, o->part) || !matches(t, o->whole))
        return;
    t->figure.overlap.value += o->value;
    t->figure.overlap.records++;
}

/* --- the reply --- */

static int write_figure(struct trace *t, struct tz_error *e)
{
    struct totals_rows rows = {.arena = t->arena, .e = e};
    Taizhang__V1__TotalsRow row = TAIZHANG__V1__TOTALS_ROW__INIT;
    int rc;
    if (t->figure_known) {
        t->out->figure = t->from.figure;
        return TZ_OK;
    }
    if (t->measure >= 0) {
        rc = tz_totals_row_figure(&rows, &row, t->measure_name, &t->figure);
    } else {
        struct totals_query only = {.want_records = t->measure == MEASURE_RECORDS,
                                    .want_committees = t->measure == MEASURE_COMMITTEES};
        rc = tz_totals_row_counts(&rows, &row, &only, &t->counts);
    }
    if (rc != TZ_OK || row.n_figures) {
        t->out->figure = rc == TZ_OK ? row.figures[0] : NULL;
        return rc;
    }
    /* Nothing was stated: the figure says so. */
    t->out->figure = tz_arena_alloc(t->arena, sizeof(*t->out->figure));
    Taizhang__V1__Sum *sum = tz_arena_alloc(t->arena, sizeof *sum);
    if (!t->out->figure || !sum)
        return TZ_ELIMIT;
    taizhang__v1__figure__init(t->out->figure);
    taizhang__v1__sum__init(sum);
    t->out->figure->measure = tz_arena_strndup(t->arena, t->measure_name, strlen(t->measure_name));
    t->out->figure->sum = sum;
    return t->out->figure->measure ? TZ_OK : TZ_ELIMIT;
}

static void write_number(uint8_t *p, uint64_t n, size_t len)
{
    for (size_t i = 0; i < len; i++)
        p[i] = (uint8_t)(n >> 8 * (len - 1 - i));
}

static int write_cursor(struct trace *t)
{
    if (!t->full)
        return TZ_OK;
    size_t head = CURSOR_HEAD + t->last.key_len;
    size_t len = head + taizhang__v1__figure__get_packed_size(t->out->figure);
    uint8_t *p = tz_arena_alloc(t->arena, len);
    if (!p)
        return TZ_ELIMIT;
    p[0] = CURSOR_VERSION;
    write_number(p + 1, t->out->position, 8);
    write_number(p + 9, t->last.committee, 4);
    write_number(p + 13, t->last.period, 4);
    p[CURSOR_HEAD - 1] = (uint8_t)t->last.key_len;
    memcpy(p + CURSOR_HEAD, t->last.key, t->last.key_len);
    taizhang__v1__figure__pack(t->out->figure, p + head);
    t->out->next_cursor = (ProtobufCBinaryData){len, p};
    return TZ_OK;
}

static int run(struct trace *t, const Taizhang__V1__TraceRequest *q, struct tz_error *e)
{
    struct tz_scan scan = {.tree = t->tree, .source = t->source, .q = t->q, .ctx = t};
    t->built_up = q->built_up;
    int rc = read_measure(t, q->measure, e);
    for (size_t i = 0; i < q->n_where && rc == TZ_OK; i++)
        rc = read_filter(t, q->where[i], e);
    if (rc == TZ_OK)
        rc = read_cursor(t, &q->cursor, e);
    if (rc != TZ_OK)
        return rc;
    t->figure_known = t->from.at.committee && t->from.position == t->out->position;
    t->limit = q->limit && q->limit < PAGE_MAX ? q->limit : PAGE_MAX;
    t->out->rows = tz_arena_alloc(t->arena, t->limit * sizeof(*t->out->rows));
    if (!t->out->rows)
        return TZ_ELIMIT;
    scan.skip = visit_skip;
    scan.record = visit_record;
    scan.overlap = t->figure_known || t->measure < 0 || t->built_up ? NULL : visit_overlap;
    rc = tz_scan_run(&scan);
    if (rc == TZ_OK || rc == STOP)
        rc = write_figure(t, e);
    return rc == TZ_OK ? write_cursor(t) : rc;
}

int tz_trace_answer(const struct tz_totals_from *from, const Taizhang__V1__TraceRequest *q, uint32_t node,
                    struct tz_arena *arena, Taizhang__V1__TraceReply *out, struct tz_error *e)
{
    struct totals_query query;
    taizhang__v1__trace_reply__init(out);
    out->position = from->position;
    int rc = tz_totals_read_subject(q->kind, q->period, q->period_to, q->basis, &query, e);
    if (rc != TZ_OK)
        return rc;
    query.node = node;
    struct trace t = {.tree = from->tree, .source = from->source, .q = &query, .arena = arena, .out = out};
    rc = run(&t, q, e);
    if (rc == TZ_OK) {
        out->tree = tz_arena_strndup(arena, from->today, strlen(from->today));
        rc = out->tree ? TZ_OK : TZ_ELIMIT;
    }
    return rc;
}
