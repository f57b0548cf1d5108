/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/i18n.h"
#include "common/base/option_row.h"
#include "common/base/text.h"

enum { SHOWN = 128 };

/* One option at argv[*i]; moves *i to its last argument. */
static int read_argument(const struct tz_option_set *set, void *config, int argc, char *const *argv, int *i,
                         uint64_t *given, struct tz_option_error *error)
{
    char shown[SHOWN];
    const char *name = argv[*i] + 2, *value = strchr(name, '=');
    size_t len = value ? (size_t)(value - name) : strlen(name);
    const struct tz_option *row = tz_option_find(set, name, len);
    if (!row) {
        tz_text_copy(shown, sizeof shown, argv[*i], len + 2, SHOWN);
        return tz_option_fail(error, TZ_EINVAL, _("%s: there is no such option; --help lists them"), shown);
    }
    uint64_t bit = UINT64_C(1) << (row - set->rows);
    if (*given & bit)
        return tz_option_fail(error, TZ_EINVAL, _("--%s is given twice"), row->name);
    *given |= bit;
    if (value) {
        value++;
    } else if (row->type == TZ_OPTION_BOOL) {
        value = "yes";
    } else if (*i + 1 < argc) {
        value = argv[++*i];
    } else {
        struct tz_buf limits;
        tz_buf_init(&limits, sizeof error->text);
        tz_option_limits(row, &limits);
        tz_option_fail(error, TZ_EINVAL, _("--%s needs a value; allowed: %s"), row->name,
                       limits.data ? limits.data : "");
        tz_buf_free(&limits);
        return TZ_EINVAL;
    }
    return tz_option_read(row, config, value, _("command line"), error);
}

int tz_options_args(const struct tz_option_set *set, void *config, int argc, char *const *argv,
                    struct tz_option_error *error)
{
    uint64_t given = 0;
    for (int i = 1; i < argc; i++) {
        char shown[SHOWN];
        if (strncmp(argv[i], "--", 2) != 0 || !argv[i][2]) {
            tz_text_copy(shown, sizeof shown, argv[i], strlen(argv[i]), SHOWN);
            return tz_option_fail(error, TZ_EINVAL, _("\"%s\" is not an option; options begin with --"),
                                  shown);
        }
        int rc = read_argument(set, config, argc, argv, &i, &given, error);
        if (rc != TZ_OK)
            return rc;
    }
    return TZ_OK;
}

static const char *config_path(const struct tz_option_set *set, const void *config)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->rows[i].flags & TZ_OPTION_CONFIG_FILE)
            return *(char *const *)(const void *)((const char *)config + set->rows[i].offset);
    return "";
}

int tz_options_load(const struct tz_option_set *set, void *config, int argc, char *const *argv,
                    struct tz_option_error *error)
{
    int rc = tz_options_defaults(set, config);
    if (rc != TZ_OK)
        return tz_option_fail(error, rc, "%s", tz_rc_string(rc));
    /* The command line is read twice: to find the file, and to stand above it. */
    rc = tz_options_args(set, config, argc, argv, error);
    if (rc != TZ_OK || !*config_path(set, config))
        return rc;
    rc = tz_options_file(set, config, config_path(set, config), error);
    return rc == TZ_OK ? tz_options_args(set, config, argc, argv, error) : rc;
}
