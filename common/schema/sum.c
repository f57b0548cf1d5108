/* SPDX-License-Identifier: Apache-2.0
 *
 * Sums that keep their qualifiers.
 */
#include "common/schema/quantity.h"

void tz_sum_add(struct tz_sum *s, const struct tz_sum *other, int sign)
{
    s->value += sign * other->value;
    for (size_t i = 0; i < TZ_QUALIFIERS; i++)
        s->n[i] += sign * other->n[i];
}

void tz_sum_piece(struct tz_sum *s, int64_t value, tz_qualifier q, int sign)
{
    if (q == TZ_QUALIFIER(NONE) || (unsigned)q >= TZ_QUALIFIERS)
        return;
    s->n[q] += sign;
    if (q != TZ_QUALIFIER(SOME))
        s->value += (__int128)sign * value;
}

int64_t tz_sum_records(const struct tz_sum *s)
{
    int64_t n = 0;
    for (size_t i = 1; i < TZ_QUALIFIERS; i++)
        n += s->n[i];
    return n;
}

bool tz_sum_stated(const struct tz_sum *s)
{
    return tz_sum_records(s) > s->n[TZ_QUALIFIER(SOME)];
}

tz_qualifier tz_sum_qualifier(const struct tz_sum *s)
{
    if (!tz_sum_stated(s))
        return s->n[TZ_QUALIFIER(SOME)] > 0 ? TZ_QUALIFIER(SOME) : TZ_QUALIFIER(NONE);
    bool over = s->n[TZ_QUALIFIER(OVER)] > 0, nearly = s->n[TZ_QUALIFIER(NEARLY)] > 0;
    bool at_least = s->n[TZ_QUALIFIER(AT_LEAST)] > 0;
    if (s->n[TZ_QUALIFIER(ABOUT)] > 0 || (nearly && (over || at_least)))
        return TZ_QUALIFIER(ABOUT);
    if (nearly)
        return TZ_QUALIFIER(NEARLY);
    if (over)
        return TZ_QUALIFIER(OVER);
    return at_least ? TZ_QUALIFIER(AT_LEAST) : TZ_QUALIFIER(EXACT);
}

tz_qualifier tz_difference_qualifier(tz_qualifier a, tz_qualifier b)
{
    if (b == TZ_QUALIFIER(OVER) || b == TZ_QUALIFIER(AT_LEAST))
        b = TZ_QUALIFIER(NEARLY);
    else if (b == TZ_QUALIFIER(NEARLY))
        b = TZ_QUALIFIER(OVER);
    struct tz_sum s = {0};
    tz_sum_piece(&s, 0, a, 1);
    tz_sum_piece(&s, 0, b, 1);
    return tz_sum_qualifier(&s);
}

bool tz_sum_value(const struct tz_sum *s, int64_t *out)
{
    if (s->value > INT64_MAX || s->value < INT64_MIN)
        return false;
    *out = (int64_t)s->value;
    return true;
}
