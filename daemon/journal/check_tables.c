/* SPDX-License-Identifier: Apache-2.0
 *
 * The derived tables against what the journal, replayed, gives: every row is right, and none is missing.
 */
#include <inttypes.h>
#include <string.h>

#include "daemon/journal/check_internal.h"

struct count {
    struct tz_check *c;
    uint64_t rows;
};

static void wrong(struct tz_check *c, const char *table, const struct tz_record_key *k, const char *what)
{
    char name[TZ_CHECK_NAME_SIZE];
    tz_check_finding(c, _("table %s, %s: %s"), table, tz_check_address_name(c, k, name), what);
}

static const struct tz_check_address *known(const struct tz_check *c, const struct tz_record_key *k)
{
    int64_t n = tz_check_find(c, k);
    return n == TZ_CHECK_NONE || !c->address[n].head.revision ? NULL : &c->address[n];
}

/* The header of the row's entry, in the scratch arena; NULL: there is none, or not a whole one. */
static int header_at(struct tz_check *c, const struct tz_table_row *row, Taizhang__V1__EntryHeader **out)
{
    struct tz_entry e;
    *out = NULL;
    tz_arena_reset(&c->scratch);
    int rc = tz_reader_entry(c->reader, row->head.position, &c->scratch, &e);
    if (!rc && tz_entry_header(&e, &c->scratch, out))
        *out = NULL;
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

static int check_head(void *ctx, const struct tz_table_row *row)
{
    struct count *n = ctx;
    const struct tz_check_address *a = known(n->c, &row->key);
    n->rows++;
    if (!a)
        wrong(n->c, "head", &row->key, _("not in the journal"));
    else if (a->head.revision != row->head.revision || a->head.position != row->head.position ||
             a->head.live != row->head.live || memcmp(a->head.ticket, row->head.ticket, 16) != 0)
        wrong(n->c, "head", &row->key, _("not what the journal says"));
    return 0;
}

static int check_past(void *ctx, const struct tz_table_row *row)
{
    struct count *n = ctx;
    struct tz_period period;
    Taizhang__V1__EntryHeader *h;
    const struct tz_check_address *a = known(n->c, &row->key);
    n->rows++;
    int rc = header_at(n->c, row, &h);
    if (rc)
        return rc;
    bool right =
        a && h && row->head.revision && row->head.revision < a->head.revision &&
        h->revision == row->head.revision && h->committee == row->key.committee && h->kind == row->key.kind &&
        strlen(h->key) == row->key.key_len && memcmp(h->key, row->key.key, row->key.key_len) == 0 &&
        tz_period_parse(h->period, strlen(h->period), &period) && tz_period_order(period) == row->key.period;
    if (!right)
        wrong(n->c, "past", &row->key, _("not what the journal says"));
    return 0;
}

static int check_part(void *ctx, const struct tz_table_row *row)
{
    struct count *n = ctx;
    const struct tz_check_address *a = known(n->c, &row->key);
    n->rows++;
    if (!a || !a->head.live || a->whole == TZ_CHECK_NONE || tz_check_find(n->c, &row->whole) != a->whole)
        wrong(n->c, "part", &row->key, _("not what the journal says"));
    return 0;
}

static int check_committee(void *ctx, const struct tz_table_row *row)
{
    struct count *n = ctx;
    uint32_t number = row->key.committee;
    n->rows++;
    if (!number || number > tz_tree_count(n->c->tree) ||
        n->c->unit[number - 1].revision != row->head.revision ||
        n->c->unit[number - 1].position != row->head.position)
        tz_check_finding(n->c, _("table committee, number %" PRIu32 ": not what the journal says"), number);
    return 0;
}

static int check_committee_past(void *ctx, const struct tz_table_row *row)
{
    struct count *n = ctx;
    Taizhang__V1__EntryHeader *h;
    uint32_t number = row->key.committee;
    n->rows++;
    int rc = header_at(n->c, row, &h);
    if (rc)
        return rc;
    if (!h || h->type != TAIZHANG__V1__ENTRY_TYPE__ENTRY_COMMITTEE || h->committee != number ||
        h->revision != row->head.revision || !number || number > tz_tree_count(n->c->tree) ||
        h->revision >= n->c->unit[number - 1].revision)
        tz_check_finding(n->c, _("table committee_past, number %" PRIu32 ": not what the journal says"),
                         number);
    return 0;
}

static void check_named(struct count *n, const struct tz_table_row *row, enum tz_named what,
                        const char *table)
{
    const struct tz_check_named *named = &n->c->named[what];
    int64_t i = tz_check_index_find(&named->names, row->key.key, row->key.key_len);
    n->rows++;
    if (i == TZ_CHECK_NONE || named->current[i].revision != row->head.revision ||
        named->current[i].position != row->head.position)
        tz_check_finding(n->c, _("table %s, %.*s: not what the journal says"), table, (int)row->key.key_len,
                         row->key.key ? row->key.key : "");
}

static int check_set(void *ctx, const struct tz_table_row *row)
{
    check_named(ctx, row, TZ_NAMED_SET, "reporting_set");
    return 0;
}

static int check_key(void *ctx, const struct tz_table_row *row)
{
    check_named(ctx, row, TZ_NAMED_KEY, "key");
    return 0;
}

static int check_invitation(void *ctx, const struct tz_table_row *row)
{
    check_named(ctx, row, TZ_NAMED_INVITATION, "invitation");
    return 0;
}

static int check_from_above(void *ctx, const struct tz_table_row *row)
{
    struct count *n = ctx;
    Taizhang__V1__EntryHeader *h;
    n->rows++;
    int rc = header_at(n->c, row, &h);
    if (rc)
        return rc;
    if (!h || !h->from || h->committee != row->key.committee)
        tz_check_finding(n->c, _("table from_above, entry %" PRIu64 ": not what the journal says"),
                         row->head.position);
    return 0;
}

/* One table: its rows, then their number. */
static int check_table(struct tz_check *c, enum tz_table table, const char *name, tz_visit_row visit,
                       uint64_t expected)
{
    struct count n = {.c = c};
    int rc = tz_reader_rows(c->reader, table, visit, &n);
    if (!rc && n.rows != expected)
        tz_check_finding(c, _("table %s: %" PRIu64 " rows, the journal gives %" PRIu64), name, n.rows,
                         expected);
    return rc;
}

int tz_check_tables(struct tz_check *c)
{
    uint64_t heads = 0, past = 0, parts = 0, committees_past = 0;
    for (uint32_t i = 0; i < tz_tree_count(c->tree); i++)
        committees_past += c->unit[i].revision - 1;
    for (size_t i = 0; i < c->addresses.count; i++) {
        const struct tz_check_address *a = &c->address[i];
        if (!a->head.revision)
            continue;
        heads++;
        past += a->head.revision - 1;
        parts += a->head.live && a->whole != TZ_CHECK_NONE;
        c->result->records += a->head.live;
    }
    int rc = check_table(c, TZ_TABLE_HEADS, "head", check_head, heads);
    if (!rc)
        rc = check_table(c, TZ_TABLE_PAST, "past", check_past, past);
    if (!rc)
        rc = check_table(c, TZ_TABLE_PARTS, "part", check_part, parts);
    if (!rc)
        rc = check_table(c, TZ_TABLE_COMMITTEES, "committee", check_committee, tz_tree_count(c->tree));
    if (!rc)
        rc = check_table(c, TZ_TABLE_COMMITTEE_PAST, "committee_past", check_committee_past, committees_past);
    if (!rc)
        rc = check_table(c, TZ_TABLE_SETS, "reporting_set", check_set, c->named[TZ_NAMED_SET].names.count);
    if (!rc)
        rc = check_table(c, TZ_TABLE_KEYS, "key", check_key, c->named[TZ_NAMED_KEY].names.count);
    if (!rc)
        rc = check_table(c, TZ_TABLE_INVITATIONS, "invitation", check_invitation,
                         c->named[TZ_NAMED_INVITATION].names.count);
    if (!rc)
        rc = check_table(c, TZ_TABLE_FROM_ABOVE, "from_above", check_from_above, c->from_above);
    return rc;
}
