/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of committees: what units shall be from a day on. All items of a request are accepted or none is: a
 * merge closes the old units, begins the new one, and moves what was below.
 *
 * Every item is put into a copy of the tree first, new units before those that name them; then that tree is
 * looked at on each day that the change touches: the day itself, today, and each later day on which something
 * that was entered before takes effect, be it past.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/date.h"
#include "daemon/journal/decide_unit.h"

/* Days on which the tree is looked at: more than anybody plans for, and those of some years that are past. */
enum { DAYS_MAX = 512 };

struct change {
    struct tz_unit_op o;
    struct tz_unit_work *unit; /* by item */
    size_t count;
    struct tz_unit_work **by_code;   /* sorted */
    struct tz_unit_work **by_number; /* those that change */
    uint32_t known;                  /* units before the change */
    uint32_t next;                   /* number that the next new unit gets */
};

static const char *code_of(const struct tz_unit_work *u)
{
    return u->item->body->code;
}

/* The code by which the registry knows the unit so far. */
static const char *known_as(const struct tz_unit_work *u)
{
    return u->item->known_as[0] ? u->item->known_as : code_of(u);
}

static bool any_errors(const struct change *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->unit[i].errors.count)
            return true;
    return false;
}

/* --- items --- */

static void begin_unit(struct change *c, size_t i)
{
    struct tz_unit_work *u = &c->unit[i];
    const struct tz_change_ask *ask = &c->o.op->ask[i];
    u->item = ask->committee;
    u->done = &c->o.op->done[i];
    u->change.type = TZ_CHANGE_UNIT;
    tz_ask_errors(ask, &u->errors);
    if (ask->refused || !u->item || !u->item->body) {
        if (!u->errors.count)
            tz_errors_add(&u->errors, TZ_CODE(REQUIRED), "body", NULL);
        return;
    }
    const struct tz_unit_node *known = tz_tree_find(c->o.tree, known_as(u), strlen(known_as(u)));
    if (known) {
        u->is_known = true;
        u->known = *known;
        u->old = tz_tree_state_on(c->o.tree, known->number, ask->on[0] ? ask->on : c->o.today);
    } else if (u->item->known_as[0]) {
        tz_errors_add(&u->errors, TZ_CODE(UNKNOWN_COMMITTEE), "known_as", u->item->known_as);
    }
}

static int by_code(const void *a, const void *b)
{
    const struct tz_unit_work *const *x = a, *const *y = b;
    int order = strcmp(code_of(*x), code_of(*y));
    return order ? order : (*x > *y) - (*x < *y);
}

static void blame_repeat(const struct change *c, struct tz_unit_work *u, const struct tz_unit_work *first)
{
    tz_error_number(tz_errors_add(&u->errors, TZ_CODE(REPEATED_ADDRESS), "code", code_of(u)), "first",
                    (int64_t)(first - c->unit));
}

/* One item a code, and one a unit. */
static void check_repeats(struct change *c)
{
    for (size_t i = 0; i < c->count; i++)
        c->by_code[i] = &c->unit[i];
    qsort(c->by_code, c->count, sizeof(struct tz_unit_work *), by_code);
    for (size_t i = 1; i < c->count; i++)
        if (strcmp(code_of(c->by_code[i - 1]), code_of(c->by_code[i])) == 0)
            blame_repeat(c, c->by_code[i], c->by_code[i - 1]);
    for (size_t i = 0; i < c->count; i++) {
        struct tz_unit_work *u = &c->unit[i];
        struct tz_unit_work **slot = u->is_known ? &c->by_number[u->known.number] : NULL;
        if (slot && *slot && !u->errors.count)
            blame_repeat(c, u, *slot);
        else if (slot)
            *slot = u;
    }
    memset(c->by_number, 0, (c->known + 1) * sizeof(struct tz_unit_work *));
}

static struct tz_unit_work *item_of(const struct change *c, const char *code)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(code_of(c->by_code[middle]), code);
        if (order == 0)
            return c->by_code[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The number of a unit by a code that it has, or will have; 0: unknown. */
static uint32_t number_of(struct change *c, const char *code)
{
    const struct tz_unit_node *known = tz_tree_find(c->o.tree, code, strlen(code));
    const struct tz_unit_work *u = known ? NULL : item_of(c, code);
    if (known)
        return known->number;
    if (!u)
        return 0;
    return u->is_known ? u->known.number : u->change.unit.number;
}

/* New units get their numbers so that a parent comes before what is below it. */
static void number_new_units(struct change *c)
{
    bool more = true;
    while (more) {
        more = false;
        for (size_t i = 0; i < c->count; i++) {
            struct tz_unit_work *u = &c->unit[i];
            if (u->errors.count || u->is_known || u->change.unit.number ||
                !number_of(c, u->item->body->parent_code))
                continue;
            u->change.unit.number = c->next++;
            more = true;
        }
    }
}

static void check_parent(struct change *c, struct tz_unit_work *u)
{
    const char *code = u->item->body->parent_code;
    bool root = u->is_known && u->known.number == tz_tree_root(c->o.tree);
    if (!code[0]) {
        if (!root)
            tz_errors_add(&u->errors, TZ_CODE(SECOND_ROOT), "parent", NULL);
        return;
    }
    u->parent = number_of(c, code);
    if (root)
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LOOP), "parent", code);
    else if (u->parent && u->parent == (u->is_known ? u->known.number : u->change.unit.number))
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LOOP), "parent", code);
    else if (!u->parent)
        tz_errors_add(&u->errors, item_of(c, code) ? TZ_CODE(PARENT_LOOP) : TZ_CODE(UNKNOWN_PARENT), "parent",
                      code);
}

static void check_successors(struct change *c, struct tz_unit_work *u)
{
    const Taizhang__V1__CommitteeBody *body = u->item->body;
    uint32_t own = u->is_known ? u->known.number : u->change.unit.number;
    for (size_t i = 0; i < body->n_successors; i++) {
        uint32_t heir = number_of(c, body->successors[i]);
        if (!heir)
            tz_errors_add(&u->errors, TZ_CODE(UNKNOWN_COMMITTEE), "successors", body->successors[i]);
        else if (heir == own)
            tz_errors_add(&u->errors, TZ_CODE(BAD_SUCCESSOR), "successors", body->successors[i]);
    }
    if (body->n_successors && !body->valid_to[0])
        tz_errors_add(&u->errors, TZ_CODE(BAD_SUCCESSOR), "successors", body->successors[0]);
    if (body->valid_to[0] && u->is_known && u->known.number == tz_tree_root(c->o.tree))
        tz_errors_add(&u->errors, TZ_CODE(BAD_ARGUMENT), "valid_to", body->valid_to);
}

/* Nothing is said of days on which there was no such unit. */
static void check_beginning(const struct change *c, struct tz_unit_work *u, const char *on)
{
    const Taizhang__V1__CommitteeBody *body = u->item->body;
    const Taizhang__V1__CommitteeBody *first = u->is_known && !tz_tree_never_began(c->o.tree, u->known.number)
                                                   ? tz_tree_state(c->o.tree, u->known.number, 0)
                                                   : NULL;
    const char *beginning = first ? first->effective_on : body->valid_from;
    if (strcmp(on, beginning) < 0)
        tz_error_text(tz_errors_add(&u->errors, TZ_CODE(BEFORE_BEGINNING), "on", on), "beginning", beginning);
    if (body->valid_to[0] && strcmp(body->valid_to, body->valid_from) < 0)
        tz_error_text(tz_errors_add(&u->errors, TZ_CODE(BEFORE_BEGINNING), "valid_to", body->valid_to),
                      "beginning", body->valid_from);
}

/* The short name and contacts alone, of no day: they correct the state that holds. */
static bool corrects(const struct tz_unit_work *u, const struct tz_change_ask *ask)
{
    if (ask->on[0] || !u->old)
        return false;
    Taizhang__V1__CommitteeBody asked = *u->item->body;
    asked.parent = u->parent;
    asked.short_name = u->old->short_name;
    return tz_tree_same_state(u->old, &asked);
}

static int examine_unit(struct change *c, size_t i, bool *same)
{
    const struct tz_change_ask *ask = &c->o.op->ask[i];
    struct tz_unit_work *u = &c->unit[i];
    *same = false;
    int rc = tz_unit_check(&c->o, u);
    if (rc)
        return rc;
    check_parent(c, u);
    check_successors(c, u);
    const char *on = corrects(u, ask) ? u->old->effective_on : ask->on[0] ? ask->on : c->o.today;
    check_beginning(c, u, on);
    if (u->errors.count)
        return TZ_OK;
    Taizhang__V1__CommitteeBody body = *u->item->body;
    body.parent = u->parent;
    body.effective_on = (char *)(uintptr_t)on;
    rc = tz_unit_pack(&c->o, u, &body, same);
    if (rc || *same)
        return rc;
    rc = tz_unit_make_change(&c->o, u, u->change.unit.number);
    if (!rc)
        c->by_number[u->change.unit.number] = u;
    return rc;
}

/* Access is asked for in the tree as the items before have left it: a new unit's parent may be new too. */
static int put_unit(struct change *c, struct tz_unit_work *u)
{
    int rc = tz_decide_unit_access(c->o.b, c->o.op, c->o.tree, u->is_known ? &u->known : NULL,
                                   u->change.unit.body, &u->errors);
    if (rc)
        return rc;
    tz_unit_check_pending(&c->o, u);
    if (u->errors.count)
        return TZ_OK;
    rc = tz_tree_put_loosely(c->o.tree, u->change.unit.number, u->change.unit.revision, c->o.b->position + 1,
                             u->change.unit.body, u->change.unit.private_);
    if (rc == TZ_EINVAL) /* parents and numbers are right */
        tz_errors_add(&u->errors, TZ_CODE(BAD_CODE), "code", code_of(u));
    else if (rc == TZ_ELIMIT)
        tz_error_number(tz_errors_add(&u->errors, TZ_CODE(TOO_MANY), "code", code_of(u)), "limit",
                        TZ_STATES_MAX);
    return rc == TZ_EINVAL || rc == TZ_ELIMIT ? TZ_OK : rc;
}

/* --- days --- */

static bool changes(const struct tz_unit_work *u)
{
    return u->change.unit.body != NULL;
}

/* The item that is told of what is wrong with the whole. */
static struct tz_unit_work *first_change(struct change *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (changes(&c->unit[i]))
            return &c->unit[i];
    return &c->unit[0];
}

static void check_shape(struct change *c, const struct tz_tree *then)
{
    struct tz_unit_work *u = first_change(c);
    if (tz_tree_shape(then) == TZ_SHAPE_LOOP)
        tz_errors_add(&u->errors, TZ_CODE(PARENT_LOOP), "parent", u->item->body->parent_code);
    else if (tz_tree_shape(then) == TZ_SHAPE_DEPTH)
        tz_error_number(tz_errors_add(&u->errors, TZ_CODE(TREE_DEPTH), "parent", u->item->body->parent_code),
                        "limit", TZ_TREE_DEPTH);
}

/* An open unit stands below an open one, of a level that is not below its own. */
static void check_below(struct change *c, const struct tz_tree *then, const struct tz_unit_node *n)
{
    const struct tz_unit_node *parent = tz_tree_at(then, (uint32_t)n->body->parent);
    struct tz_unit_work *own = c->by_number[n->number], *above = parent ? c->by_number[parent->number] : NULL;
    if (n->standing != TZ_OPEN || !parent || (!own && !above))
        return;
    if (parent->standing == TZ_CLOSED && above)
        tz_error_text(tz_errors_add(&above->errors, TZ_CODE(HAS_CHILDREN), "valid_to", parent->code), "unit",
                      n->code);
    else if (parent->standing == TZ_CLOSED)
        tz_errors_retired(then, parent, "parent", &own->errors);
    else if (parent->standing == TZ_NOT_YET && own)
        tz_error_text(tz_errors_add(&own->errors, TZ_CODE(BEFORE_BEGINNING), "parent", parent->code),
                      "beginning", parent->body->effective_on);
    if (n->level < parent->level)
        tz_errors_add(own ? &own->errors : &above->errors, TZ_CODE(PARENT_LEVEL), "level", n->code);
}

static int check_day(struct change *c, struct tz_tree *then, const char *date)
{
    int rc = tz_tree_day(then, date);
    if (rc)
        return rc;
    check_shape(c, then);
    for (uint32_t n = 1; n <= tz_tree_count(then); n++)
        check_below(c, then, tz_tree_at(then, n));
    return TZ_OK;
}

/* The earliest day that an item names; today, where none is before it. */
static const char *first_day(const struct change *c)
{
    const char *first = c->o.today;
    for (size_t i = 0; i < c->count; i++)
        if (changes(&c->unit[i]) && c->o.op->ask[i].on[0] && strcmp(c->o.op->ask[i].on, first) < 0)
            first = c->o.op->ask[i].on;
    return first;
}

/* The next day to look at; false: none. Today is one of them, as what ends with a month or a year has no day.
 */
static bool next_day(const struct change *c, const char *date, char out[TZ_DATE_SIZE])
{
    bool any = tz_later_day_after(c->o.tree, date, out);
    if (strcmp(date, c->o.today) >= 0 || (any && strcmp(out, c->o.today) <= 0))
        return any;
    memcpy(out, c->o.today, TZ_DATE_SIZE);
    return true;
}

static int check_days(struct change *c)
{
    char day[TZ_DATE_SIZE];
    struct tz_tree *then;
    int rc = tz_tree_copy(&then, c->o.tree);
    memcpy(day, first_day(c), sizeof day);
    for (size_t n = 0; n < DAYS_MAX && !rc && !any_errors(c); n++) {
        rc = check_day(c, then, day);
        if (!next_day(c, tz_tree_date(then), day))
            break;
    }
    tz_tree_free(then);
    return rc;
}

/* --- the whole --- */

static int examine(struct change *c)
{
    int rc = TZ_OK;
    bool same;
    for (size_t i = 0; i < c->count; i++)
        begin_unit(c, i);
    if (any_errors(c))
        return TZ_OK;
    check_repeats(c);
    number_new_units(c);
    for (size_t i = 0; i < c->count && !rc; i++)
        if (!c->unit[i].errors.count)
            rc = examine_unit(c, i, &same);
    if (rc || any_errors(c))
        return rc;
    for (uint32_t n = c->known + 1; n < c->next && !rc; n++) {
        rc = put_unit(c, c->by_number[n]);
        if (c->by_number[n]->errors.count) /* the numbers behind it do not follow */
            return rc;
    }
    for (size_t i = 0; i < c->count && !rc; i++)
        if (c->unit[i].is_known && changes(&c->unit[i]))
            rc = put_unit(c, &c->unit[i]);
    return rc || any_errors(c) ? rc : check_days(c);
}

/* New ones first, by number. */
static int write_units(struct change *c)
{
    int rc = TZ_OK;
    for (uint32_t n = c->known + 1; n < c->next && !rc; n++)
        rc = tz_unit_write(&c->o, c->by_number[n]);
    for (size_t i = 0; i < c->count && !rc; i++) {
        if (!changes(&c->unit[i]))
            tz_unit_unchanged(&c->unit[i]);
        else if (c->unit[i].is_known)
            rc = tz_unit_write(&c->o, &c->unit[i]);
    }
    return rc;
}

static void reject_all(struct change *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct tz_unit_work *u = &c->unit[i];
        if (!u->errors.count)
            tz_errors_add(&u->errors, TZ_CODE(TOGETHER), NULL, NULL);
        tz_reject(c->o.op, u->done, &u->errors);
    }
}

static int decide(struct change *c)
{
    c->known = tz_tree_count(c->o.tree);
    c->next = c->known + 1;
    c->unit = calloc(c->count, sizeof *c->unit);
    c->by_code = calloc(c->count, sizeof(struct tz_unit_work *));
    c->by_number = calloc(c->known + c->count + 1, sizeof(struct tz_unit_work *));
    if (!c->unit || !c->by_code || !c->by_number)
        return TZ_ENOMEM;
    int rc = examine(c);
    if (rc)
        return rc;
    if (!any_errors(c))
        return write_units(c);
    reject_all(c);
    return TZ_OK;
}

int tz_decide_committee_change(struct tz_batch *b, struct tz_op *op)
{
    struct change c = {.o = {.b = b, .op = op, .today = tz_tree_date(b->tree)}, .count = op->count};
    tz_arena_reset(&b->scratch);
    if (!op->count)
        return TZ_EINVAL;
    c.o.reason = op->ask[0].reason;
    int rc = tz_tree_copy(&c.o.tree, b->tree);
    if (!rc)
        rc = decide(&c);
    tz_tree_free(c.o.tree);
    free(c.unit);
    free(c.by_code);
    free(c.by_number);
    return rc;
}
