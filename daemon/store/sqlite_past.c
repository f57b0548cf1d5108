/* SPDX-License-Identifier: Apache-2.0
 *
 * Which entries a committee had before its current one stands in a table since version 2. A file that is
 * older gets it from the journal, once.
 */
#include "daemon/store/sqlite_internal.h"
#include "taizhang/v1/journal.pb-c.h"

static const char sql_entries[] = "SELECT position, header FROM entry ORDER BY position";
static const char sql_add[] = "INSERT INTO committee_past(number, revision, position) SELECT ?1, ?2, ?3"
                              " FROM committee WHERE number=?1 AND revision<>?2";

/* The entry, if it is a committee's and not its current one. Whether a header can be read is not judged here.
 */
static int add_entry(struct tz_sqlite *s, sqlite3_stmt *entry, sqlite3_stmt *add)
{
    struct tz_bytes header = tz_sqlite_column_bytes(entry, 1);
    Taizhang__V1__EntryHeader *h = taizhang__v1__entry_header__unpack(NULL, header.len, header.data);
    int rc = TZ_OK;
    if (h && h->type == TAIZHANG__V1__ENTRY_TYPE__ENTRY_COMMITTEE) {
        tz_sqlite_bind_uint(add, 1, h->committee);
        tz_sqlite_bind_uint(add, 2, h->revision);
        sqlite3_bind_int64(add, 3, sqlite3_column_int64(entry, 0));
        rc = tz_sqlite_map(s->db, s->log, "fill_committee_past", sqlite3_step(add));
        tz_sqlite_done(add);
    }
    taizhang__v1__entry_header__free_unpacked(h, NULL);
    return rc;
}

int tz_sqlite_fill_committee_past(struct tz_sqlite *s)
{
    sqlite3_stmt *entry = NULL, *add = NULL;
    int step = sqlite3_prepare_v2(s->db, sql_entries, -1, &entry, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_prepare_v2(s->db, sql_add, -1, &add, NULL);
    int rc = tz_sqlite_map(s->db, s->log, "fill_committee_past", step);
    while (!rc && (step = sqlite3_step(entry)) == SQLITE_ROW)
        rc = add_entry(s, entry, add);
    if (!rc)
        rc = tz_sqlite_map(s->db, s->log, "fill_committee_past", step);
    sqlite3_finalize(entry);
    sqlite3_finalize(add);
    return rc;
}
