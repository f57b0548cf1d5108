/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the file as a whole does not fit what is known: what was found, and the user's decision.
 */
#include <stdlib.h>
#include <string.h>

#include "client/cli/ask.h"
#include "client/cli/survey_internal.h"
#include "client/lib/given.h"

enum { SHOWN = 5 };

/* --- a state from before --- */

struct renumbered {
    struct tz_survey *s;
    char scope[TZ_ADDRESS_SIZE]; /* the first one in question; "" for none */
    size_t unknown, gone, back;
};

static void take_renumbering(void *ctx, const struct tz_row_renumbering *r)
{
    struct renumbered *found = ctx;
    bool edited = r->unknown > 0 && r->gone > 0;
    if (!edited && r->back == 0)
        return;
    if (!*found->scope)
        snprintf(found->scope, sizeof found->scope, "%s", r->scope);
    if (edited) {
        found->unknown += r->unknown;
        found->gone += r->gone;
    }
    found->back += r->back;
}

static int tell_how_to_go_on(struct tz_survey *s, const char *before)
{
    struct tz_cli *cli = s->cli;
    if (*before)
        tz_cli_error(cli, _("Make the changes in the file with the numbers and submit that: %s"), before);
    else
        tz_cli_error(
            cli, "%s",
            _("Make the changes in the file that came back with the numbers (…_已编号) and submit that."));
    return tz_cli_usage(
        cli, "%s",
        _("If the rows without a number are right as they stand, new records for one: --new-rows. "
          "Nothing of this file was stored or sent."));
}

static int tell_renumbering(struct tz_survey *s, const struct renumbered *found)
{
    char before[PATH_MAX];
    struct tz_cli *cli = s->cli;
    int rc = tz_survey_numbered_before(s, found->scope, before);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_cli_error(cli,
                 _("%s: rows of this unit, kind and period (%s) were given numbers before, and this file has "
                   "none of them."),
                 s->path, found->scope);
    if (found->unknown > 0)
        tz_cli_error(
            cli,
            P_("%zu of its rows is not known as it is, and %zu numbered ones are not in it: a row that "
               "was changed here would be stored a second time.",
               "%zu of its rows are not known as they are, and %zu numbered ones are not in it: rows "
               "that were changed here would be stored a second time.",
               found->unknown),
            found->unknown, found->gone);
    if (found->back > 0)
        tz_cli_error(
            cli,
            P_("%zu row was changed or withdrawn since, under its number: this file would set it back.",
               "%zu rows were changed or withdrawn since, under their numbers: this file would set them "
               "back.",
               found->back),
            found->back);
    return tell_how_to_go_on(s, before);
}

/* --- the same file as before, without the numbers that its rows were given then --- */

struct unnumbered {
    struct tz_survey *s;
    char first[TZ_ADDRESS_SIZE];
    size_t gone, unknown;
    int rc;
};

static int take_given(void *ctx, const char *address)
{
    struct unnumbered *u = ctx;
    bool holds = true, knew = false;
    u->rc = tz_row_index_holds(u->s->index, address, &holds);
    if (u->rc == TZ_OK && !holds)
        u->rc = tz_row_index_knew(u->s->index, address, &knew);
    if (knew && u->gone++ == 0)
        snprintf(u->first, sizeof u->first, "%s", address);
    return u->rc == TZ_OK ? 0 : 1;
}

static int take_unknown(void *ctx, const char *scope, const char *key)
{
    struct unnumbered *u = ctx;
    (void)scope;
    (void)key;
    u->unknown++;
    return TZ_OK;
}

static int tell_unnumbered(struct tz_survey *s, const struct unnumbered *u)
{
    char before[PATH_MAX], scope[TZ_ADDRESS_SIZE];
    const char *slash = strrchr(u->first, '/');
    snprintf(scope, sizeof scope, "%.*s", slash ? (int)(slash - u->first) + 1 : 0, u->first);
    int rc = tz_survey_numbered_before(s, scope, before);
    if (rc != TZ_RESULT_DONE)
        return rc;
    tz_cli_error(
        s->cli,
        _("%s: when this file was submitted before, rows of it were given numbers (编号) that it does not "
          "have (%s for one). A row that was changed here would be stored a second time."),
        s->path, u->first);
    return tell_how_to_go_on(s, before);
}

static int check_same_file(struct tz_survey *s)
{
    char full[PATH_MAX];
    struct unnumbered u = {.s = s};
    if (!s->cli->profile || !s->path || s->given == 0 || !realpath(s->path, full))
        return TZ_RESULT_DONE;
    int rc = tz_given_list(s->cli->profile, full, take_given, &u);
    if (u.rc != TZ_OK)
        return tz_survey_failed(s, u.rc);
    if (rc != TZ_OK)
        return tz_cli_profile_failed(s->cli);
    if (u.gone == 0)
        return TZ_RESULT_DONE;
    rc = tz_row_index_unknown(s->index, take_unknown, &u);
    if (rc != TZ_OK)
        return tz_survey_failed(s, rc);
    return u.unknown > 0 ? tell_unnumbered(s, &u) : TZ_RESULT_DONE;
}

int tz_survey_check_renumbering(struct tz_survey *s)
{
    struct renumbered found = {.s = s};
    if (s->new_rows)
        return TZ_RESULT_DONE;
    int rc = tz_row_index_renumberings(s->index, take_renumbering, &found);
    if (rc != TZ_OK)
        return tz_survey_failed(s, rc);
    return *found.scope ? tell_renumbering(s, &found) : check_same_file(s);
}

/* --- shifted rows --- */

/* A record that is recognised in another row says more than rows that were merely changed; without titles one
 * of them may still be chance. */
static bool look_shifted(const struct tz_survey *s, const struct tz_row_shifts *found)
{
    enum { CHANGED_MIN = 3, PART = 5 };
    size_t enough = tz_kind_naming(s->rows->headers->kind) ? 1 : 2;
    size_t others = found->changed - found->corrected;
    return found->moved >= enough || (others >= CHANGED_MIN && others * PART >= found->known);
}

static void show_shift(void *ctx, const struct tz_row_shift *shift)
{
    struct tz_survey *s = ctx;
    tz_cli_error(s->cli, _("  row %zu, %s: before \"%s\", now \"%s\""), shift->number, shift->key,
                 shift->before, shift->now);
}

static void show_nothing(void *ctx, const struct tz_row_shift *shift)
{
    (void)ctx;
    (void)shift;
}

int tz_survey_check_shifts(struct tz_survey *s)
{
    struct tz_row_shifts found;
    if (s->not_shifted)
        return TZ_RESULT_DONE;
    int rc = tz_row_index_shifts(s->index, &found, 0, show_nothing, NULL);
    if (rc != TZ_OK)
        return tz_survey_failed(s, rc);
    if (!look_shifted(s, &found))
        return TZ_RESULT_DONE;
    tz_cli_error(
        s->cli,
        _("Were rows shifted against their numbers (编号)? Numbers that are known: %zu; of them with "
          "another content than before: %zu; records that stand in the row of another number: %zu."),
        found.known, found.changed, found.moved);
    rc = tz_row_index_shifts(s->index, &found, SHOWN, show_shift, s);
    if (rc != TZ_OK)
        return tz_survey_failed(s, rc);
    if (tz_cli_can_ask(s->cli)) {
        if (tz_cli_confirm(s->cli, _("Are the rows right as they stand?")))
            return TZ_RESULT_DONE;
        tz_cli_error(s->cli, "%s", _("Nothing of this file was stored or sent."));
        return TZ_RESULT_USAGE;
    }
    return tz_cli_usage(
        s->cli, "%s",
        _("A number stays with its row when rows are inserted, moved or deleted; a new row has "
          "none. If the rows are right as they stand: --not-shifted. Nothing of this file was "
          "stored or sent."));
}
