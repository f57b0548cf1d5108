/* SPDX-License-Identifier: Apache-2.0
 *
 * Giving the file back with its numbers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/survey_internal.h"
#include "client/lib/given.h"
#include "client/sheet/numbered.h"

enum { SETTING_SIZE = TZ_ADDRESS_SIZE + 16 };

static void setting_name(const char *scope, char out[SETTING_SIZE])
{
    snprintf(out, SETTING_SIZE, "numbered/%s", scope);
}

int tz_survey_numbered_before(struct tz_survey *s, const char *scope, char out[PATH_MAX])
{
    char name[SETTING_SIZE];
    *out = '\0';
    if (!s->cli->profile)
        return TZ_RESULT_DONE;
    setting_name(scope, name);
    if (tz_profile_setting(s->cli->profile, name, out, PATH_MAX) != TZ_OK)
        return tz_cli_profile_failed(s->cli);
    if (access(out, F_OK) != 0)
        *out = '\0';
    return TZ_RESULT_DONE;
}

/* --- what was written is remembered --- */

struct remembering {
    struct tz_survey *s;
    const char *path;
};

static int remember_scope(void *ctx, const char *scope, size_t addresses)
{
    struct remembering *r = ctx;
    char name[SETTING_SIZE];
    (void)addresses;
    setting_name(scope, name);
    return tz_profile_set_setting(r->s->cli->profile, name, r->path);
}

static int remember_number(void *ctx, const char *address)
{
    struct remembering *r = ctx;
    return tz_given_put(r->s->cli->profile, r->path, address);
}

/* A file that came back and got further rows: somebody may go on working in it rather than in the one that
 * comes back now. Of a file without any numbers the index tells that by itself. */
static int remember_numbers(struct tz_survey *s)
{
    char full[PATH_MAX];
    struct remembering r = {.s = s, .path = full};
    if (!tz_row_index_carries(s->index) || !realpath(s->path, full))
        return TZ_OK;
    return tz_row_index_visit_given(s->index, remember_number, &r);
}

static int remember(struct tz_survey *s)
{
    struct tz_profile *p = s->cli->profile;
    char full[PATH_MAX];
    struct remembering r = {.s = s, .path = realpath(s->numbered, full) ? full : s->numbered};
    int rc = tz_profile_begin(p);
    if (rc == TZ_OK)
        rc = tz_row_index_scopes(s->index, remember_scope, &r);
    if (rc == TZ_OK)
        rc = remember_numbers(s);
    if (rc == TZ_OK)
        rc = tz_profile_commit(p);
    if (rc == TZ_OK)
        return TZ_RESULT_DONE;
    tz_profile_rollback(p);
    return tz_cli_profile_failed(s->cli);
}

/* --- the file --- */

struct giving {
    struct tz_survey *s;
    char key[TZ_GIVEN_KEY_SIZE];
    int rc;
};

static const char *key_of_row(void *ctx, size_t row)
{
    struct giving *g = ctx;
    g->rc = tz_row_index_key(g->s->index, row, g->key);
    return g->rc == TZ_OK && *g->key ? g->key : NULL;
}

static int tell_failure(struct tz_survey *s, const struct tz_numbered *n, int rc)
{
    struct tz_cli *cli = s->cli;
    char column[TZ_COLUMN_NAME_SIZE], why[128];
    snprintf(why, sizeof why, "%s", strerror(errno));
    tz_column_name(n->column, column);
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(cli);
    if (rc == TZ_EIO)
        tz_cli_error(
            cli,
            _("%zu rows have no number (编号), and the file with their numbers cannot be written beside "
              "%s: %s. Copy the file to a folder in which you may write, and submit it there."),
            s->given, s->path, why);
    else if (rc == TZ_EFOREIGN && n->row > 0)
        tz_cli_error(
            cli,
            _("The cell %s%zu of the column 编号 holds a formula that gives nothing, so that no number can "
              "be put there. Empty the cell, or fill in a number of your own."),
            column, n->row);
    else if (rc == TZ_EFOREIGN)
        tz_cli_error(
            cli, "%s",
            _("The workbook is written in a form (UTF-16) in which no numbers can be put into it. Save it "
              "anew in Excel or WPS."));
    else if (rc == TZ_ELIMIT)
        tz_cli_error(cli, _("The column 编号 is missing, and the sheet of %s has no room for it."), s->path);
    else
        tz_cli_error(cli, _("The file %s changed while it was read. Submit it again."), s->path);
    tz_cli_error(cli, "%s", _("Nothing of this file was stored or sent."));
    return TZ_RESULT_REFUSED;
}

/* Whether the file that was written last for these rows is one that came from this one. */
static bool came_from_here(const struct tz_survey *s, const char *before)
{
    char full[PATH_MAX], name[PATH_MAX];
    if (!realpath(s->path, full) || !tz_numbered_name(full, s->sheet->format, 1, name))
        return false;
    const char *dot = strrchr(name, '.');
    return dot && strncmp(before, name, (size_t)(dot - name)) == 0;
}

struct first_scope {
    struct tz_survey *s;
    char before[PATH_MAX];
    int rc;
};

static int look_at_first(void *ctx, const char *scope, size_t addresses)
{
    struct first_scope *f = ctx;
    (void)addresses;
    f->rc = tz_survey_numbered_before(f->s, scope, f->before);
    return 1;
}

/* The rows have their numbers from an earlier time, and the file with them is there, perhaps with work in it
 * that was not submitted yet: another one would only be in the way. */
static int find_earlier(struct tz_survey *s, bool *found)
{
    struct first_scope f = {.s = s};
    bool all;
    *found = false;
    int rc = tz_row_index_all_known(s->index, &all);
    if (rc != TZ_OK)
        return tz_survey_failed(s, rc);
    if (!all || !s->cli->profile)
        return TZ_RESULT_DONE;
    rc = tz_row_index_scopes(s->index, look_at_first, &f);
    if (rc < 0)
        return tz_survey_failed(s, rc);
    if (f.rc != TZ_RESULT_DONE || !*f.before || !came_from_here(s, f.before))
        return f.rc;
    *found = true;
    snprintf(s->numbered, sizeof s->numbered, "%s", f.before);
    tz_cli_note(s->cli, _("The rows were given numbers (编号) before. Work on in the file that has them: %s"),
                s->numbered);
    return TZ_RESULT_DONE;
}

static void note_written(struct tz_survey *s)
{
    tz_cli_note(s->cli,
                P_("%zu row had no number (编号) and was given one. The file with the numbers: %s",
                   "%zu rows had no number (编号) and were given one. The file with the numbers: %s",
                   s->given),
                s->given, s->numbered);
    tz_cli_note(s->cli, "%s",
                _("Work on in that file: its rows may be sorted, inserted and deleted, and stay the same "
                  "records."));
}

int tz_survey_write_numbered(struct tz_survey *s, size_t used)
{
    struct giving g = {.s = s};
    if (s->dry_run) {
        tz_cli_note(
            s->cli,
            P_("%zu row has no number (编号): submitting gives it one and writes a file with it.",
               "%zu rows have no number (编号): submitting gives them one and writes a file with them.",
               s->given),
            s->given);
        return TZ_RESULT_DONE;
    }
    bool found;
    int rc = find_earlier(s, &found);
    if (rc != TZ_RESULT_DONE || found)
        return rc;
    struct tz_numbered *n = calloc(1, sizeof *n);
    if (!n)
        return tz_cli_no_memory(s->cli);
    *n = (struct tz_numbered){.path = s->path,
                              .sheet = s->sheet,
                              .headers = s->rows->headers,
                              .header_row = s->place.row,
                              .last_row = s->place.last_row,
                              .used = used,
                              .key = key_of_row,
                              .ctx = &g,
                              .count = s->given};
    rc = tz_numbered_write(n);
    if (g.rc != TZ_OK)
        rc = tz_survey_failed(s, g.rc);
    else if (rc != TZ_OK)
        rc = tell_failure(s, n, rc);
    else
        snprintf(s->numbered, sizeof s->numbered, "%s", n->written);
    free(n);
    if (!*s->numbered)
        return rc;
    note_written(s);
    return s->cli->profile ? remember(s) : TZ_RESULT_DONE;
}
