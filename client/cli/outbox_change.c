/* SPDX-License-Identifier: Apache-2.0
 *
 * Sending again and forgetting.
 */
#include "client/cli/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/outbox_words.h"

struct change {
    struct tz_cli *cli;
    bool drop;
    bool force;
    struct tz_buf ids; /* int64_t */
};

static int not_possible(const struct change *c, const char *operand)
{
    if (!c->drop)
        tz_cli_error(c->cli,
                     _("%s was neither refused nor is it in conflict: there is nothing to try again."),
                     operand);
    else
        tz_cli_error(
            c->cli,
            _("%s is stored, or was sent and may be stored: it cannot be dropped. What was sent, --force "
              "drops all the same; what is stored, `taizhang withdraw` takes back."),
            operand);
    return TZ_RESULT_REFUSED;
}

static int change_one(const struct change *c, int64_t id, const char *operand)
{
    struct tz_profile *p = c->cli->profile;
    int rc = c->drop ? tz_outbox_drop(p, id, c->force) : tz_outbox_retry(p, id);
    if (rc == TZ_EINVAL)
        return not_possible(c, operand);
    return rc == TZ_OK || rc == TZ_ENOENT ? TZ_RESULT_DONE : tz_cli_profile_failed(c->cli);
}

/* One that is kept for a registry without an address can be named by its number only. */
static int use_its_registry(const struct change *c, const char *operand, int64_t *before)
{
    int64_t number;
    bool by_number = strspn(operand, "0123456789") == strlen(operand);
    int rc = c->drop && by_number ? tz_outbox_stranded(c->cli->profile, strtoll(operand, NULL, 10), &number)
                                  : TZ_ENOENT;
    if (rc == TZ_OK)
        *before = tz_profile_use_number(c->cli->profile, number);
    return rc == TZ_OK || rc == TZ_ENOENT ? TZ_RESULT_DONE : tz_cli_profile_failed(c->cli);
}

/* All or nothing: a mistyped number changes nothing. */
static int change_named(const struct change *c, size_t count, char **operands)
{
    int rc = TZ_RESULT_DONE;
    for (size_t i = 0; i < count && rc == TZ_RESULT_DONE; i++) {
        int64_t id = 0;
        int64_t before = 0;
        rc = use_its_registry(c, operands[i], &before);
        if (rc == TZ_RESULT_DONE)
            rc = tz_outbox_pick(c->cli, operands[i], &id);
        if (rc == TZ_RESULT_DONE)
            rc = change_one(c, id, operands[i]);
        if (before)
            (void)tz_profile_use_number(c->cli->profile, before);
    }
    return rc;
}

static int collect(void *ctx, const struct tz_outbox_entry *e)
{
    struct change *c = ctx;
    tz_buf_add(&c->ids, &e->id, sizeof e->id);
    return tz_buf_ok(&c->ids) ? TZ_OK : TZ_ENOMEM;
}

static int change_all(struct change *c, size_t *count)
{
    int64_t id;
    int rc = TZ_RESULT_DONE;
    tz_buf_init(&c->ids, SIZE_MAX);
    int listed = tz_outbox_list(c->cli->profile, 1U << TZ_OUTBOX_REFUSED, 0, collect, c);
    if (listed != TZ_OK)
        rc = listed == TZ_ENOMEM ? tz_cli_no_memory(c->cli) : tz_cli_profile_failed(c->cli);
    *count = c->ids.len / sizeof id;
    for (size_t i = 0; i < *count && rc == TZ_RESULT_DONE; i++) {
        memcpy(&id, c->ids.data + i * sizeof id, sizeof id);
        rc = change_one(c, id, "");
    }
    tz_buf_free(&c->ids);
    return rc;
}

static int change(struct change *c, bool all, size_t count, char **operands)
{
    struct tz_cli *cli = c->cli;
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (tz_profile_begin(cli->profile) != TZ_OK)
        return tz_cli_profile_failed(cli);
    rc = all ? change_all(c, &count) : change_named(c, count, operands);
    if (rc != TZ_RESULT_DONE) {
        tz_profile_rollback(cli->profile);
        return rc;
    }
    if (tz_profile_commit(cli->profile) != TZ_OK)
        return tz_cli_profile_failed(cli);
    if (c->drop)
        tz_cli_note(cli, P_("%zu version dropped.", "%zu versions dropped.", count), count);
    else
        tz_cli_note(cli,
                    P_("%zu version waits to be sent again. `taizhang sync` sends it.",
                       "%zu versions wait to be sent again. `taizhang sync` sends them.", count),
                    count);
    return TZ_RESULT_DONE;
}

static int run(struct tz_cli *cli, size_t argc, char **argv, const struct tz_option *options, bool *all,
               struct change *c)
{
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_outbox, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (*all ? operands > 0 : operands == 0)
        return tz_cli_usage(cli, "%s",
                            c->drop
                                ? _("Name the numbers or addresses to drop; `taizhang outbox` lists them.")
                                : _("Name the numbers or addresses to try again, or give --all alone."));
    return change(c, *all, operands, argv);
}

int tz_outbox_run_retry(struct tz_cli *cli, size_t argc, char **argv)
{
    bool all = false;
    struct change c = {.cli = cli};
    const struct tz_option options[] = {{"all", TZ_OPTION_FLAG, &all}, {NULL, TZ_OPTION_FLAG, NULL}};
    return run(cli, argc, argv, options, &all, &c);
}

int tz_outbox_run_drop(struct tz_cli *cli, size_t argc, char **argv)
{
    bool all = false;
    struct change c = {.cli = cli, .drop = true};
    const struct tz_option options[] = {{"force", TZ_OPTION_FLAG, &c.force}, {NULL, TZ_OPTION_FLAG, NULL}};
    return run(cli, argc, argv, options, &all, &c);
}
