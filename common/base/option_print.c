/* SPDX-License-Identifier: Apache-2.0 */
#include <ini.h>
#include <string.h>

#include "common/base/i18n.h"
#include "common/base/option_row.h"

static void put_limits_and_default(const struct tz_option *row, struct tz_buf *out)
{
    tz_buf_puts(out, _("allowed: "));
    tz_option_limits(row, out);
    tz_buf_printf(out, _("; default: %s"), *row->fallback ? row->fallback : _("none"));
}

static void put_row(const struct tz_option *row, const void *config, struct tz_buf *out)
{
    struct tz_buf value;
    tz_buf_init(&value, TZ_OPTION_VALUE_MAX);
    tz_option_value(row, config, &value);
    const char *text = value.data ? value.data : "";
    tz_buf_printf(out, "\n# %s\n# ", _(row->help));
    put_limits_and_default(row, out);
    tz_buf_printf(out, "; %s\n",
                  row->flags & TZ_OPTION_RELOAD ? _("changed by a reload") : _("changed by a restart"));
    if (strlen(row->name) + strlen(" = ") + value.len + strlen("\n") >= INI_MAX_LINE)
        tz_buf_printf(out, _("# Too long for a line of this file, give it as --%s: %s\n"), row->name, text);
    else
        tz_buf_printf(out, "%s =%s%s\n", row->name, *text ? " " : "", text);
    tz_buf_free(&value);
}

void tz_options_print(const struct tz_option_set *set, const void *config, struct tz_buf *out)
{
    tz_buf_printf(out, "[%s]\n", set->section);
    for (size_t i = 0; i < set->count; i++)
        if (!tz_option_is_command(&set->rows[i]))
            put_row(&set->rows[i], config, out);
}

static void put_argument(const struct tz_option *row, struct tz_buf *out)
{
    if (row->argument) {
        tz_buf_printf(out, " %s", row->argument);
    } else if (row->type == TZ_OPTION_CHOICE) {
        for (int i = 0; row->choices[i]; i++)
            tz_buf_printf(out, "%c%s", i ? '|' : ' ', row->choices[i]);
    } else if (row->type != TZ_OPTION_BOOL) {
        tz_buf_puts(out, row->type == TZ_OPTION_INT ? " N" : row->type == TZ_OPTION_SIZE ? " SIZE" : " TEXT");
    }
}

void tz_options_help(const struct tz_option_set *set, struct tz_buf *out)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct tz_option *row = &set->rows[i];
        tz_buf_printf(out, "  --%s", row->name);
        put_argument(row, out);
        tz_buf_printf(out, "\n        %s\n", _(row->help));
        if (row->type != TZ_OPTION_BOOL && !tz_option_is_command(row)) {
            tz_buf_puts(out, "        ");
            put_limits_and_default(row, out);
            tz_buf_putc(out, '\n');
        }
    }
}
