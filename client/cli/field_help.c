/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/field_help.h"

#include <string.h>

#include "common/base/i18n.h"

bool tz_field_is_asked_for(const struct tz_field *f)
{
    bool given =
        f->type == TZ_TYPE_KEY || strcmp(f->name, "scope") == 0 || strcmp(f->name, "visibility") == 0;
    return (f->flags & TZ_F_REQUIRED) && !given;
}

static bool is_money(const struct tz_field *f)
{
    return f->type == TZ_TYPE_QUANTITY && f->unit == TZ_UNIT_FEN;
}

const char *tz_field_header_unit(const struct tz_field *f)
{
    if (is_money(f))
        return "万元";
    if (f->type == TZ_TYPE_QUANTITY)
        return tz_unit_name(f->unit);
    return f->type == TZ_TYPE_PERMILLE ? f->flags & TZ_F_SCORE ? "分" : "%" : "";
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

bool tz_field_is_for_digits(const struct tz_field *f)
{
    switch (f->type) {
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
    case TZ_TYPE_REF:
    case TZ_TYPE_REFS:
    case TZ_TYPE_KEY:
    case TZ_TYPE_PERIOD:
        return true;
    case TZ_TYPE_TEXT:
        return (f->flags & (TZ_F_CODE_LIKE | TZ_F_CONTACT)) || ends_with(f->name, "_no") ||
               ends_with(f->name, "_code");
    default:
        return false;
    }
}

/* --- help --- */

static const struct {
    const char *name;
    const char *text;
} specials[] = {
    {"key",
     N_("The number by which your office knows the record; it stays the same from one submission to the "
        "next. A row counter is none. Left empty: one is given.")},
    {"scope",
     N_("本级: a figure of your own unit. 含下级: of your unit and everything below it. Empty means 本级.")},
    {"part_of", N_("The record of which this one is a part, so that nothing is counted twice.")},
    {"visibility",
     N_("Who may read it: 本线 your unit and those above, 下发 those below too, 全系统 everyone. "
        "Empty means 本线.")},
    {"continues", N_("The earlier record that this one carries on.")},
    {"as_of", N_("The day that the figures are of.")},
    {"place", N_("Where it is done, if not in the whole of your area.")},
    {"evidence", N_("What it rests on: number of a document, or a link.")},
    {"written", N_("The words of the report from which the figures are.")},
    {"delegated", N_("Who filled this in and why, if it was not the unit itself.")},
};

static const char *measure_sentence(const struct tz_field *f)
{
    switch (f->measure) {
    case TZ_FLOW:
        return N_("What came about in this period; periods are added up.");
    case TZ_STOCK:
        return N_("How many there are at the end of the period.");
    case TZ_HEADS:
        return N_("How many different people or households in this period.");
    default:
        return NULL;
    }
}

static void put_line(struct tz_buf *out, const char *text)
{
    if (out->len > 0)
        tz_buf_putc(out, '\n');
    tz_buf_puts(out, text);
}

static void put_members(struct tz_buf *out, const struct tz_enum *e, bool zh)
{
    for (size_t i = 0; i < e->count; i++) {
        if (i > 0)
            tz_buf_puts(out, zh ? "、" : ", ");
        tz_buf_puts(out, zh ? e->members[i].zh : e->members[i].name);
    }
}

static void put_ref(struct tz_buf *out, const struct tz_field *f, bool zh)
{
    const struct tz_kind_info *kind = tz_kind_info(f->ref_kind);
    put_line(out, "");
    if (kind)
        tz_buf_printf(out, _("The address of a record (%s): committee/kind/period/number."),
                      zh ? kind->zh : kind->en);
    else
        tz_buf_puts(out, _("The address of a record: committee/kind/period/number."));
    if (f->type == TZ_TYPE_REFS)
        tz_buf_puts(out, _(" Several are separated by ；."));
}

static void put_quantity(struct tz_buf *out, const struct tz_field *f)
{
    if (is_money(f)) {
        put_line(out, _("A bare number is in 万元; 元, 万元 or 亿元 written in the cell count. Also "
                        "200余万元, 近300万元, "
                        "若干."));
        return;
    }
    put_line(out, "");
    tz_buf_printf(out, _("A number in %s. As far as it is known: 200余, 近200, 约200, 至少200, 若干."),
                  tz_unit_name(f->unit));
}

static void put_how(struct tz_buf *out, const struct tz_field *f, bool zh)
{
    switch (f->type) {
    case TZ_TYPE_TEXT:
        put_line(out, "");
        tz_buf_printf(out, _("Text of at most %u characters."), f->max_characters);
        break;
    case TZ_TYPE_TEXTS:
        put_line(out, _("Text; several are separated by ；."));
        break;
    case TZ_TYPE_ENUM:
        put_line(out, _("One of: "));
        put_members(out, f->list, zh);
        break;
    case TZ_TYPE_ENUMS:
        put_line(out, _("One or several, separated by ；, of: "));
        put_members(out, f->list, zh);
        break;
    case TZ_TYPE_QUANTITY:
        put_quantity(out, f);
        break;
    case TZ_TYPE_DATE:
        put_line(out, _("A date: 2017, 2017-07 or 2017-07-31."));
        break;
    case TZ_TYPE_YESNO:
        put_line(out, _("是 or 否."));
        break;
    case TZ_TYPE_PERMILLE:
        put_line(out, f->flags & TZ_F_SCORE ? _("Points of 100: 92 or 92.5.")
                                            : _("A share: 85%, 85.5% or 850‰; a bare number is in %."));
        break;
    case TZ_TYPE_CODE:
        put_line(out, _("A unit's code of 6 or 9 digits."));
        break;
    case TZ_TYPE_USCC:
        put_line(out, _("The unified social credit code of 18 characters."));
        break;
    case TZ_TYPE_REF:
    case TZ_TYPE_REFS:
        put_ref(out, f, zh);
        break;
    case TZ_TYPE_PERIOD:
        put_line(out, _("A period: 2017, 2017H1, 2017Q3 or 2017-06."));
        break;
    case TZ_TYPE_KEY:
    case TZ_TYPE_ATTACHMENTS:
    case TZ_TYPE_EXTRA:
        break;
    }
}

void tz_field_help(struct tz_buf *out, const struct tz_field *f, bool zh)
{
    const char *measure = measure_sentence(f);
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (strcmp(f->name, specials[i].name) == 0)
            put_line(out, _(specials[i].text));
    if (measure)
        put_line(out, _(measure));
    if (f->flags & TZ_F_ONE_IF_BLANK)
        put_line(out, _("Empty counts as one, unless the row is 含下级."));
    put_how(out, f, zh);
}

/* --- examples --- */

static void put_example_ref(struct tz_buf *out, const struct tz_kind_info *kind, const struct tz_field *f,
                            const char *committee, const char *period)
{
    const struct tz_kind_info *of = f->flags & TZ_F_SAME_KIND ? kind : tz_kind_info(f->ref_kind);
    tz_buf_printf(out, "%s/%s/%s/A01", committee, of ? of->name : kind->name, period);
}

void tz_field_example(struct tz_buf *out, const struct tz_kind_info *kind, const struct tz_field *f,
                      const char *committee, const char *period, bool zh)
{
    const struct tz_member *m = f->list ? f->list->members : NULL;
    switch (f->type) {
    case TZ_TYPE_TEXT:
        if (f->flags & TZ_F_REQUIRED)
            tz_buf_puts(out, _("care for children left behind"));
        break;
    case TZ_TYPE_ENUM:
    case TZ_TYPE_YESNO:
        tz_buf_puts(out, zh ? m->zh : m->name);
        break;
    case TZ_TYPE_ENUMS:
        tz_buf_printf(out, "%s；%s", zh ? m[0].zh : m[0].name, zh ? m[1].zh : m[1].name);
        break;
    case TZ_TYPE_QUANTITY:
        tz_buf_puts(out, is_money(f) ? "300" : "200");
        break;
    case TZ_TYPE_DATE:
        tz_buf_puts(out, "2017-07-31");
        break;
    case TZ_TYPE_PERMILLE:
        tz_buf_puts(out, f->flags & TZ_F_SCORE ? "92" : "85%");
        break;
    case TZ_TYPE_CODE:
        tz_buf_puts(out, committee);
        break;
    case TZ_TYPE_USCC:
        tz_buf_puts(out, "91350100M000100Y43");
        break;
    case TZ_TYPE_REF:
    case TZ_TYPE_REFS:
        put_example_ref(out, kind, f, committee, period);
        break;
    case TZ_TYPE_KEY:
        tz_buf_puts(out, "X01");
        break;
    case TZ_TYPE_PERIOD:
        tz_buf_puts(out, period);
        break;
    case TZ_TYPE_TEXTS:
    case TZ_TYPE_ATTACHMENTS:
    case TZ_TYPE_EXTRA:
        break;
    }
}
