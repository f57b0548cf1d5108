/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/option_row.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/i18n.h"
#include "common/base/text.h"

enum { SHOWN_CHARACTERS = 64, SHOWN_SIZE = 4 * SHOWN_CHARACTERS + 1 };

const struct tz_option *tz_option_find(const struct tz_option_set *set, const char *name, size_t len)
{
    for (size_t i = 0; i < set->count; i++)
        if (strlen(set->rows[i].name) == len && memcmp(set->rows[i].name, name, len) == 0)
            return &set->rows[i];
    return NULL;
}

bool tz_option_is_command(const struct tz_option *row)
{
    return row->flags & (TZ_OPTION_COMMAND | TZ_OPTION_CONFIG_FILE);
}

int tz_option_fail(struct tz_option_error *error, int rc, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(error->text, sizeof error->text, fmt, ap);
    va_end(ap);
    return rc;
}

static void *target(const struct tz_option *row, void *config)
{
    return (char *)config + row->offset;
}

static const void *const_target(const struct tz_option *row, const void *config)
{
    return (const char *)config + row->offset;
}

static bool read_bool(const char *s, bool *out)
{
    static const char *const words[2][4] = {{"no", "false", "off", "0"}, {"yes", "true", "on", "1"}};
    for (int value = 0; value < 2; value++)
        for (int i = 0; i < 4; i++)
            if (strcasecmp(s, words[value][i]) == 0) {
                *out = value;
                return true;
            }
    return false;
}

/* A whole decimal number; *end gets what follows. */
static bool read_number(const char *s, int64_t *out, const char **end)
{
    bool negative = *s == '-';
    int64_t value = 0;
    s += negative;
    if (*s < '0' || *s > '9')
        return false;
    for (; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? '0' - *s : *s - '0', &value))
            return false;
    *out = value;
    *end = s;
    return true;
}

static bool read_size(const char *s, int64_t *out)
{
    static const char units[] = "KMG";
    const char *end, *unit;
    if (!read_number(s, out, &end))
        return false;
    if (!*end)
        return true;
    unit = strchr(units, *end);
    return unit && !end[1] && !__builtin_mul_overflow(*out, INT64_C(1) << 10 * (unit - units + 1), out);
}

/* A value that stands on one line of the file and comes back unchanged: inih takes outer blanks off, and what
 * follows a blank and a semicolon for a comment. */
static const char *string_fault(const char *s)
{
    size_t len = strlen(s);
    const char *rest = s;
    size_t rest_len = len;
    tz_text_trim(&rest, &rest_len);
    if (len > TZ_OPTION_VALUE_MAX)
        return N_("is too long");
    if (rest_len != len)
        return N_("begins or ends with a blank");
    if (*s == ';' || strstr(s, " ;"))
        return N_("holds a semicolon after a blank, which begins a comment");
    if (!tz_text_valid(s, len, NULL) || strchr(s, '\n'))
        return N_("holds control characters, or is not UTF-8");
    return NULL;
}

static const char *set_choice(const struct tz_option *row, int *out, const char *value)
{
    for (int i = 0; row->choices[i]; i++)
        if (strcmp(row->choices[i], value) == 0) {
            *out = i;
            return NULL;
        }
    return N_("is not one of the choices");
}

static const char *set_number(const struct tz_option *row, int64_t *out, const char *value)
{
    int64_t number = 0;
    const char *end = "";
    bool good = row->type == TZ_OPTION_SIZE ? read_size(value, &number) : read_number(value, &number, &end);
    if (!good || *end)
        return row->type == TZ_OPTION_SIZE ? N_("is not a size") : N_("is not a whole number");
    if (number < row->min || number > row->max)
        return N_("is outside the limits");
    *out = number;
    return NULL;
}

/* NULL: done; else why not. *rc is changed to TZ_ENOMEM when that is the reason. */
static const char *set_value(const struct tz_option *row, void *out, const char *value, int *rc)
{
    switch (row->type) {
    case TZ_OPTION_BOOL:
        return read_bool(value, out) ? NULL : N_("is neither yes nor no");
    case TZ_OPTION_INT:
    case TZ_OPTION_SIZE:
        return set_number(row, out, value);
    case TZ_OPTION_CHOICE:
        return set_choice(row, out, value);
    case TZ_OPTION_STRING:
        break;
    }
    const char *fault = string_fault(value);
    if (fault)
        return fault;
    char *copy = strdup(value);
    if (!copy) {
        *rc = TZ_ENOMEM;
        return N_("does not fit into memory");
    }
    free(*(char **)out);
    *(char **)out = copy;
    return NULL;
}

int tz_option_read(const struct tz_option *row, void *config, const char *value, const char *where,
                   struct tz_option_error *error)
{
    int rc = TZ_EINVAL;
    const char *fault = set_value(row, target(row, config), value, &rc);
    if (!fault)
        return TZ_OK;
    char shown[SHOWN_SIZE];
    struct tz_buf limits;
    tz_text_copy(shown, sizeof shown, value, strlen(value), SHOWN_CHARACTERS);
    tz_buf_init(&limits, sizeof error->text);
    tz_option_limits(row, &limits);
    tz_option_fail(error, rc, _("%s: %s: \"%s\" %s; allowed: %s"), where, row->name, shown, _(fault),
                   limits.data ? limits.data : "");
    tz_buf_free(&limits);
    return rc;
}

/* In the largest unit that divides it. */
static void put_size(int64_t bytes, struct tz_buf *out)
{
    static const char *const units[] = {"", "K", "M", "G"};
    size_t unit = 0;
    for (; unit < 3 && bytes && bytes % 1024 == 0; unit++)
        bytes /= 1024;
    tz_buf_printf(out, "%" PRId64 "%s", bytes, units[unit]);
}

void tz_option_limits(const struct tz_option *row, struct tz_buf *out)
{
    switch (row->type) {
    case TZ_OPTION_BOOL:
        tz_buf_puts(out, "yes, no");
        return;
    case TZ_OPTION_INT:
        tz_buf_printf(out, _("%lld to %lld"), (long long)row->min, (long long)row->max);
        if (row->unit)
            tz_buf_printf(out, " %s", _(row->unit));
        return;
    case TZ_OPTION_SIZE: {
        struct tz_buf min, max;
        tz_buf_init(&min, 64);
        tz_buf_init(&max, 64);
        put_size(row->min, &min);
        put_size(row->max, &max);
        if (tz_buf_ok(&min) && tz_buf_ok(&max))
            tz_buf_printf(out, _("%s to %s bytes"), min.data, max.data);
        tz_buf_free(&min);
        tz_buf_free(&max);
        return;
    }
    case TZ_OPTION_CHOICE:
        for (int i = 0; row->choices[i]; i++)
            tz_buf_printf(out, "%s%s", i ? ", " : "", row->choices[i]);
        return;
    case TZ_OPTION_STRING:
        tz_buf_puts(out, _("text of one line"));
        return;
    }
}

void tz_option_value(const struct tz_option *row, const void *config, struct tz_buf *out)
{
    const void *value = const_target(row, config);
    switch (row->type) {
    case TZ_OPTION_BOOL:
        tz_buf_puts(out, *(const bool *)value ? "yes" : "no");
        return;
    case TZ_OPTION_INT:
        tz_buf_printf(out, "%" PRId64, *(const int64_t *)value);
        return;
    case TZ_OPTION_SIZE:
        put_size(*(const int64_t *)value, out);
        return;
    case TZ_OPTION_CHOICE:
        tz_buf_puts(out, row->choices[*(const int *)value]);
        return;
    case TZ_OPTION_STRING:
        tz_buf_puts(out, *(char *const *)value);
        return;
    }
}

static bool same(const struct tz_option *row, const void *a, const void *b)
{
    const void *x = const_target(row, a), *y = const_target(row, b);
    switch (row->type) {
    case TZ_OPTION_BOOL:
        return *(const bool *)x == *(const bool *)y;
    case TZ_OPTION_INT:
    case TZ_OPTION_SIZE:
        return *(const int64_t *)x == *(const int64_t *)y;
    case TZ_OPTION_CHOICE:
        return *(const int *)x == *(const int *)y;
    case TZ_OPTION_STRING:
        break;
    }
    return strcmp(*(char *const *)x, *(char *const *)y) == 0;
}

const struct tz_option *tz_options_difference(const struct tz_option_set *set, const void *a, const void *b,
                                              const struct tz_option *after)
{
    for (const struct tz_option *row = after ? after + 1 : set->rows; row < set->rows + set->count; row++)
        if (!same(row, a, b))
            return row;
    return NULL;
}

int tz_options_defaults(const struct tz_option_set *set, void *config)
{
    struct tz_option_error error;
    for (size_t i = 0; i < set->count; i++) {
        int rc = tz_option_read(&set->rows[i], config, set->rows[i].fallback, "default", &error);
        assert(rc != TZ_EINVAL);
        if (rc != TZ_OK)
            return rc;
    }
    return TZ_OK;
}

void tz_options_free(const struct tz_option_set *set, void *config)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].type == TZ_OPTION_STRING) {
            char **s = target(&set->rows[i], config);
            free(*s);
            *s = NULL;
        }
}
