/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/retired.h"

#include <string.h>

#include "client/lib/copy.h"
#include "client/lib/local_tree.h"

enum { HEIRS = 8 };

/* A copy that cannot be read keeps nobody from submitting. */
static void look(struct tz_retired *r)
{
    struct tz_copy_mark mark;
    char today[TZ_DATE_SIZE];
    r->looked = true;
    if (!r->cli->profile || tz_copy_mark(r->cli->profile, &mark) != TZ_OK || !mark.committee[0] ||
        !mark.complete || tz_local_tree(r->cli->profile, &r->tree) != TZ_OK)
        return;
    tz_env_date(r->cli->env, r->cli->env->wall_ms(r->cli->env->ctx), today);
    if (tz_tree_day(r->tree, today) == TZ_OK)
        return;
    tz_tree_free(r->tree);
    r->tree = NULL;
}

static void tell(struct tz_retired *r, size_t row, const struct tz_unit_node *u)
{
    uint32_t heir[HEIRS];
    struct tz_buf names;
    size_t n = tz_tree_successors(r->tree, u->number, heir, HEIRS);
    tz_buf_init(&names, 4096);
    for (size_t i = 0; i < n && i < HEIRS; i++) {
        const struct tz_unit_node *h = tz_tree_at(r->tree, heir[i]);
        tz_buf_printf(&names, "%s%s (%s)", i ? "; " : "", h->code, h->body->name);
    }
    for (size_t i = 0; n == 0 && i < u->body->n_successors; i++) /* the copy does not have them */
        tz_buf_printf(&names, "%s%s", i ? "; " : "", u->body->successors[i]);
    tz_cli_note(r->cli,
                _("Row %zu: %s %s is closed since %s; its successors: %s. A new record needs the code of the "
                  "one that is right."),
                row, u->code, u->body->name, u->body->valid_to, names.len ? names.data : _("none"));
    tz_buf_free(&names);
}

void tz_retired_note(struct tz_retired *r, size_t row, const char *code)
{
    if (!r->looked)
        look(r);
    const struct tz_unit_node *u = r->tree ? tz_tree_find(r->tree, code, strlen(code)) : NULL;
    if (!u || u->standing != TZ_CLOSED || r->count == sizeof r->told / sizeof *r->told)
        return;
    for (size_t i = 0; i < r->count; i++)
        if (r->told[i] == u->number)
            return;
    r->told[r->count++] = u->number;
    tell(r, row, u);
}

void tz_retired_free(struct tz_retired *r)
{
    tz_tree_free(r->tree);
    r->tree = NULL;
}
