/* SPDX-License-Identifier: Apache-2.0
 *
 * Several committees become one, or one becomes several: the old ones close, the new ones begin, and what was
 * below an old one goes below a new one.
 */
#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/committee_compose.h"
#include "common/codes/division.h"

enum { OLD_MAX = 256 };

struct reform {
    struct tz_compose c;
    const Taizhang__V1__Committee *old[OLD_MAX];
    size_t olds;
    const char *heir[TZ_OPTION_LIST_MAX * 4]; /* codes */
    const char *name[TZ_OPTION_LIST_MAX * 4]; /* NULL: not given */
    size_t heirs;
    const char *level;
    const char *parent;
    struct tz_option_list moves; /* CHILD=HEIR */
    const char *to;              /* of the children at hand */
};

static char *text_of(struct reform *r, const char *s, size_t len)
{
    return tz_arena_strndup(&r->c.arena, s, len);
}

static int read_old(struct reform *r, size_t count, char **codes)
{
    int rc = TZ_RESULT_DONE;
    if (count > OLD_MAX)
        return tz_cli_usage(r->c.cli, _("%zu committees at once are too many; %d at most."), count, OLD_MAX);
    for (size_t i = 0; i < count && rc == TZ_RESULT_DONE; i++) {
        if (r->heirs == 1 && strcmp(codes[i], r->heir[0]) == 0)
            continue; /* it stays, and takes the others in */
        rc = tz_compose_unit(&r->c, codes[i], &r->old[r->olds]);
        r->olds += rc == TZ_RESULT_DONE;
    }
    return rc;
}

/* --- the new ones --- */

/* Level, parent and type of the old ones, which must agree where nothing else was said. */
static int inherit(struct reform *r, Taizhang__V1__CommitteeBody *body)
{
    const Taizhang__V1__CommitteeBody *first = r->old[0]->body;
    for (size_t i = 1; i < r->olds; i++) {
        const Taizhang__V1__CommitteeBody *b = r->old[i]->body;
        if (!r->parent && b->parent != first->parent)
            return tz_cli_usage(r->c.cli,
                                _("%s and %s are not below the same committee. Say below which %s "
                                  "shall be: --parent CODE."),
                                first->code, b->code, body->code);
        if (!r->level && b->level != first->level)
            return tz_cli_usage(
                r->c.cli, _("%s and %s are not of the same level. Say of which %s shall be: --level L."),
                first->code, b->code, body->code);
    }
    body->type = first->type;
    body->level = r->level ? tz_level_read(r->level, strlen(r->level)) : first->level;
    body->parent_code = r->parent ? (char *)(uintptr_t)r->parent : first->parent_code;
    return TZ_RESULT_DONE;
}

static int add_heir(struct reform *r, size_t i)
{
    const Taizhang__V1__Committee *unit;
    const char *code = r->heir[i], *name = r->name[i];
    int rc = tz_compose_find(&r->c, code, &unit);
    if (rc != TZ_RESULT_DONE || (unit && !name))
        return rc;
    if (!unit && !name)
        return tz_cli_usage(r->c.cli, _("The registry does not know %s yet. Say what it is called."), code);
    Taizhang__V1__CommitteeItem *item = tz_compose_item(&r->c, unit);
    if (!item)
        return TZ_RESULT_INTERNAL;
    item->body->name = (char *)(uintptr_t)name;
    if (unit)
        return TZ_RESULT_DONE;
    item->body->code = (char *)(uintptr_t)code;
    return inherit(r, item->body);
}

/* --- what is below --- */

/* Where a child was said to go. */
static const char *said_for(struct reform *r, const char *child)
{
    size_t len = strlen(child);
    for (size_t i = 0; i < r->moves.count; i++)
        if (strncmp(r->moves.item[i], child, len) == 0 && r->moves.item[i][len] == '=')
            return r->moves.item[i] + len + 1;
    return r->to;
}

static enum tz_result move_child(void *ctx, const Taizhang__V1__Committee *unit)
{
    struct reform *r = ctx;
    const char *to = said_for(r, unit->body->code);
    for (size_t i = 0; i < r->olds; i++)
        if (r->old[i]->number == unit->number) /* it closes itself */
            return TZ_RESULT_DONE;
    if (!to)
        return (enum tz_result)tz_cli_usage(r->c.cli,
                                            _("%s %s is below it. Say where it shall go: --move %s=CODE."),
                                            unit->body->code, unit->body->name, unit->body->code);
    Taizhang__V1__CommitteeItem *item = tz_compose_item(&r->c, unit);
    if (!item)
        return TZ_RESULT_INTERNAL;
    item->body->parent_code = (char *)(uintptr_t)to;
    return TZ_RESULT_DONE;
}

static int reform(struct reform *r)
{
    int rc = TZ_RESULT_DONE;
    r->to = r->heirs == 1 ? r->heir[0] : NULL;
    for (size_t i = 0; i < r->heirs && rc == TZ_RESULT_DONE; i++)
        rc = add_heir(r, i);
    for (size_t i = 0; i < r->olds && rc == TZ_RESULT_DONE; i++) {
        if (!tz_compose_close(&r->c, r->old[i], r->heir, r->heirs))
            return TZ_RESULT_INTERNAL;
        rc = tz_compose_children(&r->c, r->old[i], move_child, r);
    }
    return rc == TZ_RESULT_DONE ? tz_compose_send(&r->c) : rc;
}

/* --- merge --- */

static int check_level(struct tz_cli *cli, const char *level)
{
    if (!level || tz_level_read(level, strlen(level)))
        return TZ_RESULT_DONE;
    return tz_cli_usage(
        cli,
        _("%s is not a level. Write 0 nation, 1 province, 2 prefecture, 3 county, 4 township, or "
          "system."),
        level);
}

static int check_code(struct tz_cli *cli, const char *code)
{
    return tz_code_valid(code, strlen(code)) ? TZ_RESULT_DONE
                                             : tz_cli_usage(cli, _("%s is not a committee's code."), code);
}

int tz_committee_merge(struct tz_cli *cli, size_t argc, char **argv)
{
    struct reform *r = calloc(1, sizeof *r);
    const char *on = NULL, *reason = NULL, *into = NULL, *name = NULL;
    if (!r)
        return tz_cli_no_memory(cli);
    const struct tz_option options[] = {
        {"into", TZ_OPTION_TEXT, &into},      {"name", TZ_OPTION_TEXT, &name},
        {"level", TZ_OPTION_TEXT, &r->level}, {"parent", TZ_OPTION_TEXT, &r->parent},
        {"move", TZ_OPTION_LIST, &r->moves},  {"on", TZ_OPTION_TEXT, &on},
        {"reason", TZ_OPTION_TEXT, &reason},  {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    if (rc == TZ_RESULT_DONE && !helped && (operands == 0 || !into))
        rc = tz_cli_usage(cli, "%s",
                          _("Name the committees that close, and with --into the one they become."));
    if (rc == TZ_RESULT_DONE && !helped)
        rc = check_code(cli, into);
    if (rc == TZ_RESULT_DONE && !helped)
        rc = check_level(cli, r->level);
    if (rc == TZ_RESULT_DONE && !helped) {
        r->heir[0] = into;
        r->name[0] = name;
        r->heirs = 1;
        rc = tz_compose_begin(&r->c, cli, on, reason);
        if (rc == TZ_RESULT_DONE)
            rc = read_old(r, operands, argv);
        if (rc == TZ_RESULT_DONE && r->olds == 0)
            rc = tz_cli_usage(cli, _("Nothing becomes part of %s."), into);
        if (rc == TZ_RESULT_DONE)
            rc = reform(r);
    }
    tz_compose_free(&r->c);
    free(r);
    return rc;
}

/* --- split --- */

/* CODE=NAME,CODE,... */
static int read_heirs(struct reform *r, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        size_t code = strcspn(list, "=,");
        if (r->heirs == sizeof r->heir / sizeof *r->heir)
            return tz_cli_usage(r->c.cli, "%s", _("--into names too many committees."));
        char *text = text_of(r, list, code);
        char *name = code < len ? text_of(r, list + code + 1, len - code - 1) : NULL;
        if (!text || (code < len && !name))
            return tz_cli_no_memory(r->c.cli);
        int rc = check_code(r->c.cli, text);
        if (rc != TZ_RESULT_DONE)
            return rc;
        r->heir[r->heirs] = text;
        r->name[r->heirs++] = name;
        list += len + (list[len] == ',');
    }
    return TZ_RESULT_DONE;
}

static int split(struct reform *r, const struct tz_option_list *into, char **argv)
{
    int rc = TZ_RESULT_DONE;
    for (size_t i = 0; i < into->count && rc == TZ_RESULT_DONE; i++)
        rc = read_heirs(r, into->item[i]);
    if (rc == TZ_RESULT_DONE)
        rc = read_old(r, 1, argv);
    return rc == TZ_RESULT_DONE ? reform(r) : rc;
}

int tz_committee_split(struct tz_cli *cli, size_t argc, char **argv)
{
    struct reform *r = calloc(1, sizeof *r);
    struct tz_option_list into = {0};
    const char *on = NULL, *reason = NULL;
    if (!r)
        return tz_cli_no_memory(cli);
    const struct tz_option options[] = {
        {"into", TZ_OPTION_LIST, &into},
        {"level", TZ_OPTION_TEXT, &r->level},
        {"parent", TZ_OPTION_TEXT, &r->parent},
        {"move", TZ_OPTION_LIST, &r->moves},
        {"on", TZ_OPTION_TEXT, &on},
        {"reason", TZ_OPTION_TEXT, &reason},
        {NULL, TZ_OPTION_FLAG, NULL},
    };
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_committee, argc, argv, options, &operands, &helped);
    if (rc == TZ_RESULT_DONE && !helped && (operands != 1 || into.count == 0))
        rc = tz_cli_usage(cli, "%s",
                          _("Name the committee that closes, and with --into CODE=NAME,CODE=NAME what it "
                            "becomes."));
    if (rc == TZ_RESULT_DONE && !helped)
        rc = check_level(cli, r->level);
    if (rc == TZ_RESULT_DONE && !helped) {
        rc = tz_compose_begin(&r->c, cli, on, reason);
        if (rc == TZ_RESULT_DONE)
            rc = split(r, &into, argv);
    }
    tz_compose_free(&r->c);
    free(r);
    return rc;
}
