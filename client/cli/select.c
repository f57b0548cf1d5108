/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tz_select_period(struct tz_cli *cli, const char *text, size_t len, char out[TZ_PERIOD_SIZE])
{
    struct tz_period p;
    if (!tz_period_read(text, len, &p)) {
        tz_cli_error(
            cli,
            _("\"%.*s\" is not a period. Write 2017, 2017H1, 2017Q3 or 2017-06, or two of them with .. "
              "between."),
            (int)len, text);
        return false;
    }
    tz_period_format(p, out);
    return true;
}

static int read_periods(struct tz_cli *cli, struct tz_select *s)
{
    if (!s->period_text)
        return tz_cli_usage(cli, "%s", _("A period is needed: --period 2017, or --period 2017Q1..2017Q3."));
    const char *dots = strstr(s->period_text, "..");
    size_t len = dots ? (size_t)(dots - s->period_text) : strlen(s->period_text);
    if (!tz_select_period(cli, s->period_text, len, s->period))
        return TZ_RESULT_USAGE;
    if (!dots)
        return TZ_RESULT_DONE;
    struct tz_period from;
    struct tz_period to;
    if (!tz_select_period(cli, dots + 2, strlen(dots + 2), s->period_to))
        return TZ_RESULT_USAGE;
    bool parsed = tz_period_parse(s->period, strlen(s->period), &from) &&
                  tz_period_parse(s->period_to, strlen(s->period_to), &to);
    if (!parsed || from.granularity != to.granularity || tz_period_order(from) > tz_period_order(to))
        return tz_cli_usage(
            cli,
            _("The range %s is not one: both ends are of one sort (years, halves, quarters or months), "
              "the earlier first."),
            s->period_text);
    return TZ_RESULT_DONE;
}

int tz_select_read(struct tz_cli *cli, struct tz_select *s)
{
    if (!s->kind_name)
        return tz_cli_usage(cli, "%s",
                            _("A kind is needed: --kind funding, for one. taizhang fields lists them."));
    s->kind = tz_cli_kind(cli, s->kind_name);
    if (!s->kind)
        return TZ_RESULT_USAGE;
    s->basis = TAIZHANG__V1__BASIS__BASIS_SUBMITTED;
    if (s->basis_name && strcmp(s->basis_name, "accepted") == 0)
        s->basis = TAIZHANG__V1__BASIS__BASIS_ACCEPTED;
    else if (s->basis_name && strcmp(s->basis_name, "submitted") != 0)
        return tz_cli_usage(cli, _("--basis is submitted or accepted, not %s."), s->basis_name);
    if (s->as_of_text && (!tz_date_read(s->as_of_text, strlen(s->as_of_text), s->as_of) ||
                          strlen(s->as_of) != TZ_DATE_SIZE - 1))
        return tz_cli_usage(cli, _("%s is not a day. Write it like 2026-01-31."), s->as_of_text);
    return read_periods(cli, s);
}

static bool equals(const char *a, const char *s, size_t len)
{
    return strlen(a) == len && memcmp(a, s, len) == 0;
}

const struct tz_breakdown *tz_select_breakdown(struct tz_cli *cli, const struct tz_kind_info *kind,
                                               const char *name, size_t len, struct tz_breakdown *storage)
{
    struct tz_breakdown list[TZ_BREAKDOWNS_MAX];
    size_t n = tz_kind_breakdowns(kind, list);
    for (size_t i = 0; i < n; i++) {
        if (!equals(list[i].name, name, len) &&
            (list[i].second_level || !equals(list[i].field->zh, name, len)))
            continue;
        *storage = list[i];
        return storage;
    }
    struct tz_buf names;
    tz_buf_init(&names, 4096);
    for (size_t i = 0; i < n; i++)
        tz_buf_printf(&names, "%s%s", i ? ", " : "", list[i].name);
    tz_cli_error(cli, _("%.*s is not a field by which this kind is broken down. These are: %s."), (int)len,
                 name, names.data ? names.data : "");
    tz_buf_free(&names);
    return NULL;
}

static const char *find_measure(struct tz_cli *cli, const struct tz_kind_info *kind, const char *name,
                                size_t len)
{
    static const char *const counts[] = {"records", "committees"};
    const struct tz_field *list[TZ_MEASURES_MAX];
    size_t n = tz_kind_measures(kind, list);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (equals(counts[i], name, len))
            return counts[i];
    for (size_t i = 0; i < n; i++)
        if (equals(list[i]->name, name, len) || equals(list[i]->zh, name, len))
            return list[i]->name;
    struct tz_buf names;
    tz_buf_init(&names, 4096);
    for (size_t i = 0; i < n; i++)
        tz_buf_printf(&names, "%s, ", list[i]->name);
    tz_cli_error(cli, _("\"%.*s\" is not a measure of this kind. These are: %srecords, committees."),
                 (int)len, name, names.data ? names.data : "");
    tz_buf_free(&names);
    return NULL;
}

const char *tz_select_measure(struct tz_cli *cli, const struct tz_kind_info *kind, const char *name)
{
    return find_measure(cli, kind, name, strlen(name));
}

int tz_select_measures(struct tz_cli *cli, const struct tz_kind_info *kind, const char *list,
                       struct tz_measures *out)
{
    for (;;) {
        size_t len = strcspn(list, ",");
        const char *name = find_measure(cli, kind, list, len);
        if (!name)
            return TZ_RESULT_USAGE;
        bool known = false;
        for (size_t i = 0; i < out->count && !known; i++)
            known = strcmp(out->name[i], name) == 0;
        if (!known)
            out->name[out->count++] = name;
        if (!list[len])
            return TZ_RESULT_DONE;
        list += len + 1;
    }
}

/* Whether the |-separated aliases hold the text. */
static bool in_aliases(const char *aliases, const char *text)
{
    for (; aliases && *aliases; aliases += strcspn(aliases, "|"), aliases += *aliases == '|')
        if (equals(text, aliases, strcspn(aliases, "|")))
            return true;
    return false;
}

static bool find_number(const struct tz_breakdown *b, const char *value, uint32_t *out)
{
    const struct tz_field *f = b->field;
    static const char *const yes_no[][3] = {{"yes", "是", "1"}, {"no", "否", "0"}};
    if (f->type == TZ_TYPE_YESNO) {
        for (uint32_t i = 0; i < 2; i++)
            for (size_t k = 0; k < 3; k++)
                if (strcmp(yes_no[i][k], value) == 0) {
                    *out = i + 1;
                    return true;
                }
        return false;
    }
    if (!f->list)
        return false;
    char *end;
    unsigned long number = strtoul(value, &end, 10);
    for (size_t i = 0; i < f->list->count; i++) {
        const struct tz_member *m = &f->list->members[i];
        if (m->parent && !b->second_level) /* has no row of its own there */
            continue;
        if (strcmp(m->name, value) == 0 || strcmp(m->zh, value) == 0 || in_aliases(m->aliases, value) ||
            (end != value && *end == '\0' && m->number == number)) {
            *out = m->number;
            return true;
        }
    }
    return false;
}

int tz_select_filter(struct tz_cli *cli, const struct tz_kind_info *kind, const char *text,
                     Taizhang__V1__ByFilter *out)
{
    struct tz_breakdown storage;
    const char *equal = strchr(text, '=');
    taizhang__v1__by_filter__init(out);
    if (!equal)
        return tz_cli_usage(cli, _("--where wants FIELD=VALUE, not %s."), text);
    const struct tz_breakdown *b = tz_select_breakdown(cli, kind, text, (size_t)(equal - text), &storage);
    if (!b)
        return TZ_RESULT_USAGE;
    const char *value = equal + 1;
    /* The wire's name of the second level is a constant of ours; the others are the table's. */
    out->field = (char *)(b->second_level ? "service_fields.2" : b->field->name);
    if (*value == '\0' || strcmp(value, "未填") == 0)
        out->unstated = true;
    else if (b->code)
        out->code = (char *)value;
    else if (!find_number(b, value, &out->number))
        return tz_cli_usage(cli, _("\"%s\" is not one of the values of %s. taizhang fields %s lists them."),
                            value, b->name, kind->name);
    return TZ_RESULT_DONE;
}
