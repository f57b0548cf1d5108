/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/merges.h"

#include <stdlib.h>

#include "client/sheet/scratch.h"

struct tz_merges {
    size_t count;
    sqlite3 *db; /* NULL: there is no range */
    sqlite3_stmt *add;
    sqlite3_stmt *list;
    struct tz_merge at;
};

struct tz_merges *tz_merges_new(void)
{
    return calloc(1, sizeof(struct tz_merges));
}

void tz_merges_free(struct tz_merges *m)
{
    if (!m)
        return;
    sqlite3_finalize(m->add);
    sqlite3_finalize(m->list);
    tz_scratch_close(m->db);
    free(m);
}

size_t tz_merges_count(const struct tz_merges *m)
{
    return m->count;
}

static int open_db(struct tz_merges *m)
{
    m->db =
        tz_scratch_open("CREATE TABLE merge (row INTEGER, col INTEGER, last_row INTEGER, last_col INTEGER,"
                        " PRIMARY KEY (row, col)) STRICT, WITHOUT ROWID");
    if (!m->db ||
        sqlite3_prepare_v2(m->db, "INSERT OR IGNORE INTO merge VALUES (?1, ?2, ?3, ?4)", -1, &m->add, NULL) !=
            SQLITE_OK ||
        sqlite3_prepare_v2(m->db, "SELECT row, col, last_row, last_col FROM merge ORDER BY row, col", -1,
                           &m->list, NULL) != SQLITE_OK)
        return TZ_ENOMEM;
    return TZ_OK;
}

int tz_merges_add(struct tz_merges *m, const struct tz_merge *range)
{
    const size_t value[] = {range->row, range->column, range->last_row, range->last_column};
    if (!m->list) {
        int rc = open_db(m);
        if (rc != TZ_OK)
            return rc;
    }
    for (int i = 0; i < 4; i++)
        if (sqlite3_bind_int64(m->add, i + 1, (int64_t)value[i]) != SQLITE_OK)
            return TZ_ENOMEM;
    int rc = sqlite3_step(m->add);
    sqlite3_reset(m->add);
    if (rc != SQLITE_DONE)
        return tz_scratch_failure(m->db);
    m->count += (size_t)sqlite3_changes(m->db);
    return TZ_OK;
}

void tz_merges_start(struct tz_merges *m)
{
    if (m->list)
        sqlite3_reset(m->list);
}

int tz_merges_next(struct tz_merges *m, const struct tz_merge **out)
{
    *out = NULL;
    if (!m->list)
        return TZ_OK;
    int rc = sqlite3_step(m->list);
    if (rc == SQLITE_DONE)
        return TZ_OK;
    if (rc != SQLITE_ROW)
        return tz_scratch_failure(m->db);
    m->at = (struct tz_merge){.row = (size_t)sqlite3_column_int64(m->list, 0),
                              .column = (size_t)sqlite3_column_int64(m->list, 1),
                              .last_row = (size_t)sqlite3_column_int64(m->list, 2),
                              .last_column = (size_t)sqlite3_column_int64(m->list, 3)};
    *out = &m->at;
    return TZ_OK;
}
