/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/saved_map.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 64, TEXT_SIZE = TZ_MAPPING_MAX * 256 };

static const char *setting_name(const struct tz_kind_info *kind, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "map/%s", kind->name);
    return name;
}

static int read_saved(struct tz_cli *cli, struct tz_mapping *out)
{
    char name[NAME_SIZE];
    if (!cli->profile)
        return TZ_RESULT_DONE;
    char *text = malloc(TEXT_SIZE);
    if (!text)
        return tz_cli_no_memory(cli);
    int rc = tz_profile_setting(cli->profile, setting_name(out->kind, name), text, TEXT_SIZE);
    if (rc == TZ_OK)
        tz_mapping_read(out, text);
    free(text);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_profile_failed(cli);
}

static int tell(struct tz_cli *cli, const struct tz_kind_info *kind, const char *given,
                const struct tz_mapping_error *e)
{
    struct tz_buf near;
    int rc;
    switch (e->problem) {
    case TZ_MAPPING_FORM:
        return tz_cli_usage(cli,
                            _("--map %s: write --map COLUMN=FIELD, the column's header as it stands in the "
                              "sheet; COLUMN= leaves the column aside."),
                            given);
    case TZ_MAPPING_AGAIN:
        return tz_cli_usage(cli, _("--map gives the column \"%s\" two meanings. Keep one of them."), e->text);
    case TZ_MAPPING_TOO_MANY:
        return tz_cli_usage(cli, _("--map: too many columns, or too long a header: \"%s\"."), e->text);
    case TZ_MAPPING_FIELD:
        break;
    }
    tz_buf_init(&near, 1024);
    for (size_t i = 0; i < TZ_HEADER_NEAREST && e->near[i]; i++)
        tz_buf_printf(&near, "%s%s", i == 0 ? _(" Did you mean: ") : ", ",
                      cli->zh ? e->near[i]->zh : e->near[i]->en);
    if (e->near[0])
        tz_buf_putc(&near, '?');
    rc = tz_cli_usage(cli, _("--map %s: there is no field \"%s\" in %s.%s `taizhang fields %s` lists them."),
                      given, e->text, cli->zh ? kind->zh : kind->en, near.data ? near.data : "", kind->name);
    tz_buf_free(&near);
    return rc;
}

int tz_cli_map_read(struct tz_cli *cli, const struct tz_kind_info *kind, const char *const *given,
                    size_t count, struct tz_mapping *out)
{
    struct tz_mapping_error e;
    tz_mapping_init(out, kind);
    int rc = read_saved(cli, out);
    for (size_t i = 0; i < count && rc == TZ_RESULT_DONE; i++)
        if (tz_mapping_add(out, given[i], strlen(given[i]), false, &e) != TZ_OK)
            rc = tell(cli, kind, given[i], &e);
    return rc;
}

static int keep(struct tz_cli *cli, const struct tz_kind_info *kind, const char *text)
{
    char name[NAME_SIZE];
    int rc = tz_profile_set_setting(cli->profile, setting_name(kind, name), text);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_profile_failed(cli);
}

int tz_cli_map_keep(struct tz_cli *cli, const struct tz_mapping *m)
{
    struct tz_buf text;
    bool anything_new = false;
    for (size_t i = 0; i < m->count; i++)
        anything_new |= !m->item[i].saved;
    if (!anything_new || !cli->profile)
        return TZ_RESULT_DONE;
    tz_buf_init(&text, TEXT_SIZE);
    tz_mapping_write(m, &text);
    int rc = tz_buf_ok(&text) ? keep(cli, m->kind, text.data) : tz_cli_no_memory(cli);
    tz_buf_free(&text);
    if (rc == TZ_RESULT_DONE)
        tz_cli_note(cli, _("What --map says is kept for later sheets of %s; --forget-map ends that."),
                    cli->zh ? m->kind->zh : m->kind->en);
    return rc;
}

int tz_cli_map_forget(struct tz_cli *cli, const struct tz_kind_info *kind)
{
    if (!cli->profile)
        return TZ_RESULT_DONE;
    int rc = keep(cli, kind, NULL);
    if (rc == TZ_RESULT_DONE)
        tz_cli_note(cli, _("The saved mapping of columns of %s is forgotten."),
                    cli->zh ? kind->zh : kind->en);
    return rc;
}
