/* SPDX-License-Identifier: Apache-2.0
 *
 * Rules across the fields of a record, and the one against its last revision. What needs the registry (the
 * place lies inside the committee's subtree, the whole stands above) is the registry's.
 */
#include "common/schema/record_rules.h"

#include <string.h>

#include "common/schema/record_access.h"

#define MONEY_LEAST INT64_C(100000)       /* 1,000 yuan, in fen */
#define MONEY_MOST  INT64_C(100000000000) /* 1,000,000,000 yuan */
enum { MONEY_JUMP = 1000 };

static void add_order(const struct tz_check *c, const char *field, const char *value, const char *fields)
{
    tz_error_text(tz_errors_add(c->errors, TZ_CODE(ORDER), field, value), "fields", fields);
}

/* The first date must not be after the second: 2017-07-31 and 2017-07 are in order. */
static void check_dates(const struct tz_check *c, const char *from, const char *to, const char *field,
                        const char *fields)
{
    int64_t first, last, ignored;
    size_t from_len = strlen(from), to_len = strlen(to);
    if (!tz_date_valid(from, from_len) || !tz_date_valid(to, to_len))
        return;
    tz_date_span(from, from_len, &first, &ignored);
    tz_date_span(to, to_len, &ignored, &last);
    if (first > last)
        add_order(c, field, from, fields);
}

/* The smaller amount is certainly above the larger one: 210 of "200余" may be right, 3 of 2 is not. */
static void check_amounts(const struct tz_check *c, const Taizhang__V1__Quantity *smaller,
                          const Taizhang__V1__Quantity *larger, const char *field, const char *fields)
{
    if (!tz_record_amount(smaller) || !tz_record_amount(larger))
        return;
    bool at_least = smaller->qualifier == TZ_QUALIFIER(EXACT) || smaller->qualifier == TZ_QUALIFIER(OVER) ||
                    smaller->qualifier == TZ_QUALIFIER(AT_LEAST);
    bool at_most = larger->qualifier == TZ_QUALIFIER(EXACT) || larger->qualifier == TZ_QUALIFIER(NEARLY);
    if (at_least && at_most && smaller->value > larger->value)
        add_order(c, field, smaller->written, fields);
}

static void check_project(const struct tz_check *c, const Taizhang__V1__Project *p)
{
    check_dates(c, p->start_on, p->end_on, "start_on", "start_on, end_on");
}

static void check_worker(const struct tz_check *c, const Taizhang__V1__Worker *w)
{
    check_dates(c, w->on_from, w->on_to, "on_from", "on_from, on_to");
}

static void check_funding(const struct tz_check *c, const Taizhang__V1__Funding *f)
{
    if (!f->amount && !f->budgeted && !f->contracted && !f->paid && !f->budget_inclusion)
        tz_error_text(tz_errors_add(c->errors, TZ_CODE(ONE_OF), "amount", NULL), "fields",
                      "amount, budgeted, contracted, paid, budget_inclusion");
}

static void check_output(const struct tz_check *c, const Taizhang__V1__Output *o)
{
    if (!o->persons && !o->person_times && !o->households && !o->cases && !o->groups && !o->activities &&
        !o->works && !o->hours)
        tz_error_text(tz_errors_add(c->errors, TZ_CODE(ONE_OF), "persons", NULL), "fields",
                      "persons, person_times, households, cases, groups, activities, works, hours");
    const Taizhang__V1__Quantity *heads = o->persons, *times = o->person_times;
    if (heads && times && heads->qualifier == TZ_QUALIFIER(EXACT) &&
        times->qualifier == TZ_QUALIFIER(EXACT) && heads->value > times->value)
        add_order(c, "persons", heads->written, "persons, person_times");
}

static void check_post(const struct tz_check *c, const Taizhang__V1__Post *p)
{
    check_amounts(c, p->filled, p->quantity, "filled", "filled, quantity");
    /* Decree 102 of the Ministry of Finance, article 10: what the government purchases is a service. */
    int64_t first, last;
    tz_period_span(c->address->period, &first, &last);
    uint32_t mode = c->r->envelope ? c->r->envelope->purchase_mode : 0;
    if (mode != TZ_PURCHASE_GOVERNMENT || first < tz_date_days(2020, 3, 1) || !p->legal_form ||
        p->legal_form == TZ_LEGAL_SERVICE_CONTRACT)
        return;
    const struct tz_member *form = tz_member_find(&tz_legal_form, p->legal_form);
    tz_errors_add(c->errors, TZ_CODE(LEGAL_FORM), "legal_form", form ? form->name : NULL);
}

static void check_coverage(const struct tz_check *c, const Taizhang__V1__Coverage *v)
{
    check_amounts(c, v->units_covered, v->units_total, "units_covered", "units_covered, units_total");
}

static void check_evaluation(const struct tz_check *c, const Taizhang__V1__Evaluation *e)
{
    if (!e->evaluation_kinds && e->subject != TZ_SUBJECT_MECHANISM)
        tz_errors_add(c->errors, TZ_CODE(REQUIRED), "evaluation_kinds", NULL);
}

static void check_part_of(const struct tz_check *c, const Taizhang__V1__Envelope *e)
{
    if (!*e->part_of)
        return;
    if (e->scope == TZ_SCOPE_SUBTREE)
        tz_errors_add(c->errors, TZ_CODE(PART_OF_SUBTREE), "part_of", e->part_of);
    struct tz_address to;
    if (tz_address_parse(e->part_of, strlen(e->part_of), &to, NULL) == TZ_OK && to.kind == c->address->kind &&
        tz_period_equal(to.period, c->address->period) && strcmp(to.committee, c->address->committee) == 0 &&
        strcmp(to.key, c->address->key) == 0)
        tz_errors_add(c->errors, TZ_CODE(PART_OF_SELF), "part_of", e->part_of);
}

static void check_envelope(const struct tz_check *c, const Taizhang__V1__Envelope *e)
{
    check_part_of(c, e);
    size_t len = strlen(e->as_of);
    int64_t first, last;
    if (tz_date_valid(e->as_of, len)) {
        tz_date_span(e->as_of, len, &first, &last);
        if (first > c->today)
            tz_errors_add(c->errors, TZ_CODE(AFTER_TODAY), "as_of", e->as_of);
    }
}

static bool is_guarded_money(const struct tz_field *f)
{
    return f->type == TZ_TYPE_QUANTITY && f->unit == TZ_UNIT_FEN && !(f->flags & TZ_F_NO_MONEY_CHECK);
}

/* 万元 typed as 元, or the other way round, is the classic error. */
static void check_money(const struct tz_check *c)
{
    for (size_t i = 0; i < c->r->kind->count && !c->confirmed; i++) {
        const struct tz_field *f = &c->r->kind->fields[i];
        if (!is_guarded_money(f))
            continue;
        const Taizhang__V1__Quantity *q = tz_record_amount(tz_record_message(c->r, f));
        if (q && q->value > 0 && q->value <= TZ_QUANTITY_MAX &&
            (q->value < MONEY_LEAST || q->value > MONEY_MOST))
            tz_errors_add(c->errors, TZ_CODE(CONFIRM_MONEY_RANGE), f->name, q->written);
    }
}

void tz_check_rules(const struct tz_check *c)
{
    const void *body = c->r->body;
    if (c->r->envelope)
        check_envelope(c, c->r->envelope);
    check_money(c);
    switch (c->r->kind->kind) {
    case TZ_KIND_PROJECT:
        check_project(c, body);
        break;
    case TZ_KIND_FUNDING:
        check_funding(c, body);
        break;
    case TZ_KIND_POST:
        check_post(c, body);
        break;
    case TZ_KIND_WORKER:
        check_worker(c, body);
        break;
    case TZ_KIND_COVERAGE:
        check_coverage(c, body);
        break;
    case TZ_KIND_OUTPUT:
        check_output(c, body);
        break;
    case TZ_KIND_EVALUATION:
        check_evaluation(c, body);
        break;
    default:
        break;
    }
}

size_t tz_record_validate_change(const struct tz_record *r, const struct tz_record *before, bool confirmed,
                                 struct tz_errors *errors)
{
    size_t count = errors->count + errors->dropped;
    for (size_t i = 0; i < r->kind->count && !confirmed; i++) {
        const struct tz_field *f = &r->kind->fields[i];
        if (!is_guarded_money(f))
            continue;
        const Taizhang__V1__Quantity *now = tz_record_amount(tz_record_message(r, f));
        const Taizhang__V1__Quantity *then = tz_record_amount(tz_record_message(before, f));
        if (!now || !then || now->value <= 0 || then->value <= 0)
            continue;
        if (now->value / MONEY_JUMP >= then->value || then->value / MONEY_JUMP >= now->value)
            tz_errors_add(errors, TZ_CODE(CONFIRM_MONEY_JUMP), f->name, now->written);
    }
    return errors->count + errors->dropped - count;
}
