/* SPDX-License-Identifier: Apache-2.0
 *
 * Which registry a profile is about, by its id or by the address at which it answers, and settings.
 */
#include <stdio.h>
#include <string.h>

#include "client/lib/profile_internal.h"

static const char sql_by_id[] = "SELECT number FROM registry WHERE id = ?2 AND ?1 NOTNULL";
static const char sql_add[] = "INSERT INTO registry (id) SELECT ?2 WHERE ?1 NOTNULL";
static const char sql_by_server[] = "SELECT registry FROM server WHERE address = ?2 AND ?1 NOTNULL";
static const char sql_put_server[] =
    "INSERT INTO server (address, registry) VALUES (?2, ?1) "
    "ON CONFLICT DO UPDATE SET registry = excluded.registry WHERE registry <> excluded.registry";
static const char sql_is_known[] = "SELECT 1 FROM registry WHERE number = ?1 AND id NOTNULL";
static const char sql_set_id[] = "UPDATE registry SET id = ?2 WHERE number = ?1";
static const char sql_forget[] = "DELETE FROM registry WHERE number = ?1";
static const char sql_tables[] = "SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c"
                                 " WHERE m.type = 'table' AND c.name = 'registry'";
static const char sql_setting[] = "SELECT value FROM setting WHERE registry = ?1 AND name = ?2";
static const char sql_put_setting[] = "INSERT INTO setting (registry, name, value) VALUES (?1, ?2, ?3) "
                                      "ON CONFLICT DO UPDATE SET value = excluded.value";
static const char sql_drop_setting[] = "DELETE FROM setting WHERE registry = ?1 AND name = ?2";

/* Of two versions of an address, stored before and after the registry was known, the later one stays, unless
 * the earlier one may have left this machine. ?2: the number that goes away. */
static const char sql_earlier[] =
    "DELETE FROM outbox WHERE registry = ?2 AND tries = 0" TZ_NOT_CARRIED
    " AND EXISTS (SELECT 1 FROM outbox o"
    " WHERE o.registry = ?1 AND o.address = outbox.address AND o.id > outbox.id)";
static const char sql_replaced[] =
    "DELETE FROM outbox WHERE registry = ?1 AND (state IN (4, 5) OR (state = 1 AND tries = 0" TZ_NOT_CARRIED
    "))"
    " AND EXISTS (SELECT 1 FROM outbox o"
    " WHERE o.registry = ?2 AND o.address = outbox.address AND o.id > outbox.id)";
static const char sql_rebase[] =
    "UPDATE outbox SET base = coalesce((SELECT revision FROM seen s WHERE s.registry = ?1"
    " AND s.address = outbox.address), 0) WHERE registry = ?2 AND has_base = 0 AND tries = 0" TZ_NOT_CARRIED;

/* A watched file in hand that was taken again while the registry was not known: its rows are in what was
 * stored then. */
static const char sql_taken_again[] = "DELETE FROM watch_file WHERE registry = ?1 AND claim IN (SELECT claim "
                                      "FROM watch_file WHERE registry = ?2)";
static const char sql_rows_of_none[] =
    "DELETE FROM watch_row WHERE ?1 NOTNULL AND file NOT IN (SELECT id FROM watch_file)";

static int find(struct tz_profile *p, const uint8_t id[16], int64_t *number)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_by_id);
    tz_profile_bytes(s, 2, id, 16);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *number = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

/* id NULL: one that is not known yet. */
static int add(struct tz_profile *p, const uint8_t *id, int64_t *number)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_add);
    if (id)
        tz_profile_bytes(s, 2, id, 16);
    int rc = tz_profile_run(p, s);
    *number = sqlite3_last_insert_rowid(p->db);
    return rc;
}

static int find_server(struct tz_profile *p, const char *server, int64_t *number)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_by_server);
    tz_profile_text(s, 2, server);
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc;
    *number = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return TZ_OK;
}

static int put_server(struct tz_profile *p, const char *server)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_put_server);
    tz_profile_text(s, 2, server);
    return tz_profile_run(p, s);
}

static int end(struct tz_profile *p, int rc, int64_t before)
{
    if (rc == TZ_OK)
        rc = tz_profile_commit(p);
    else
        tz_profile_rollback(p);
    if (rc != TZ_OK)
        p->registry = before;
    return rc;
}

void tz_profile_use(struct tz_profile *p, const uint8_t registry_id[16])
{
    p->registry = 0;
    int64_t number = 0;
    int rc = find(p, registry_id, &number);
    if (rc == TZ_ENOENT) {
        rc = tz_profile_begin(p);
        if (rc != TZ_OK)
            return;
        rc = find(p, registry_id, &number);
        if (rc == TZ_ENOENT)
            rc = add(p, registry_id, &number);
        rc = end(p, rc, 0);
    }
    p->registry = rc == TZ_OK ? number : 0;
}

int tz_profile_use_server(struct tz_profile *p, const char *server)
{
    int64_t number = 0;
    int64_t before = p->registry;
    int rc = find_server(p, server, &number);
    if (rc == TZ_OK)
        p->registry = number;
    if (rc != TZ_ENOENT)
        return rc;
    rc = tz_profile_begin(p);
    if (rc != TZ_OK)
        return rc;
    rc = find_server(p, server, &number);
    if (rc == TZ_ENOENT) {
        rc = add(p, NULL, &number);
        p->registry = number;
        if (rc == TZ_OK)
            rc = put_server(p, server);
    }
    p->registry = number;
    return end(p, rc, before);
}

/* Moves every row of a table to the registry in use; where that has one already, its own stays. */
static int move_table(struct tz_profile *p, const char *table, int64_t from)
{
    char *text = sqlite3_mprintf("UPDATE OR IGNORE \"%w\" SET registry = %lld WHERE registry = %lld;"
                                 "DELETE FROM \"%w\" WHERE registry = %lld;",
                                 table, (long long)p->registry, (long long)from, table, (long long)from);
    int rc = text ? tz_profile_execute(p, text) : TZ_ENOMEM;
    sqlite3_free(text);
    return rc;
}

static int with_from(struct tz_profile *p, const char *sql, int64_t from)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql);
    tz_profile_number(s, 2, (uint64_t)from);
    return tz_profile_run(p, s);
}

/* What was stored before the registry was known joins what is known of it. */
static int merge(struct tz_profile *p, int64_t from)
{
    char name[32][64];
    size_t count = 0;
    int rc = with_from(p, sql_earlier, from);
    if (rc == TZ_OK)
        rc = with_from(p, sql_replaced, from);
    if (rc == TZ_OK)
        rc = with_from(p, sql_rebase, from);
    if (rc == TZ_OK)
        rc = with_from(p, sql_taken_again, from);
    if (rc == TZ_OK)
        rc = tz_profile_run(p, tz_profile_statement(p, sql_rows_of_none));
    if (rc != TZ_OK)
        return rc;
    sqlite3_stmt *s = tz_profile_statement(p, sql_tables);
    while ((rc = tz_profile_step(p, s)) == TZ_OK && count < sizeof name / sizeof *name)
        snprintf(name[count++], sizeof *name, "%s", (const char *)sqlite3_column_text(s, 0));
    rc = rc == TZ_ENOENT ? TZ_OK : rc == TZ_OK ? TZ_ELIMIT : rc;
    for (size_t i = 0; i < count && rc == TZ_OK; i++)
        rc = move_table(p, name[i], from);
    int64_t into = p->registry;
    p->registry = from;
    if (rc == TZ_OK)
        rc = tz_profile_run(p, tz_profile_statement(p, sql_forget));
    p->registry = into;
    return rc;
}

static int is_known(struct tz_profile *p, int64_t number, bool *yes)
{
    int64_t in_use = p->registry;
    p->registry = number;
    sqlite3_stmt *s = tz_profile_statement(p, sql_is_known);
    int rc = tz_profile_step(p, s);
    p->registry = in_use;
    *yes = rc == TZ_OK;
    if (rc == TZ_OK)
        sqlite3_reset(s);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

/* The place of an address becomes that of the registry that answered there. */
static int adopt(struct tz_profile *p, int64_t place, const uint8_t id[16])
{
    p->registry = place;
    sqlite3_stmt *s = tz_profile_statement(p, sql_set_id);
    tz_profile_bytes(s, 2, id, 16);
    return tz_profile_run(p, s);
}

static int answered(struct tz_profile *p, const char *server, const uint8_t id[16])
{
    int64_t place = 0;
    int64_t number = 0;
    bool known = true;
    int rc = find_server(p, server, &place);
    bool has_place = rc == TZ_OK;
    if (has_place)
        rc = is_known(p, place, &known);
    if (rc != TZ_OK && rc != TZ_ENOENT)
        return rc;
    rc = find(p, id, &number);
    if (rc == TZ_ENOENT && has_place && !known)
        return adopt(p, place, id);
    if (rc == TZ_ENOENT)
        rc = add(p, id, &number);
    if (rc != TZ_OK)
        return rc;
    p->registry = number;
    if (has_place && !known)
        rc = merge(p, place);
    return rc == TZ_OK ? put_server(p, server) : rc;
}

int tz_profile_answered(struct tz_profile *p, const char *server, const uint8_t registry_id[16])
{
    int64_t before = p->registry;
    int64_t place = 0;
    int64_t number = 0;
    /* Nearly always nothing is new, and nothing need be written. */
    int rc = find_server(p, server, &place);
    if (rc == TZ_OK)
        rc = find(p, registry_id, &number);
    if (rc == TZ_OK && place == number) {
        p->registry = number;
        return TZ_OK;
    }
    if (rc != TZ_OK && rc != TZ_ENOENT)
        return rc;
    rc = tz_profile_begin(p);
    return rc == TZ_OK ? end(p, answered(p, server, registry_id), before) : rc;
}

int64_t tz_profile_use_number(struct tz_profile *p, int64_t number)
{
    int64_t before = p->registry;
    p->registry = number;
    return before;
}

int tz_profile_setting(struct tz_profile *p, const char *name, char *out, size_t size)
{
    sqlite3_stmt *s = tz_profile_statement(p, sql_setting);
    tz_profile_text(s, 2, name);
    *out = '\0';
    int rc = tz_profile_step(p, s);
    if (rc != TZ_OK)
        return rc == TZ_ENOENT ? TZ_OK : rc;
    int n = snprintf(out, size, "%s", (const char *)sqlite3_column_text(s, 0));
    sqlite3_reset(s);
    if (n >= 0 && (size_t)n < size)
        return TZ_OK;
    *out = '\0';
    return TZ_ELIMIT;
}

int tz_profile_set_setting(struct tz_profile *p, const char *name, const char *value)
{
    sqlite3_stmt *s = tz_profile_statement(p, value ? sql_put_setting : sql_drop_setting);
    tz_profile_text(s, 2, name);
    if (value)
        tz_profile_text(s, 3, value);
    return tz_profile_run(p, s);
}
