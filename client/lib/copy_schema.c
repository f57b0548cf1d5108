/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/profile_internal.h"

const char tz_copy_schema[] =
    "CREATE TABLE IF NOT EXISTS copy (registry INTEGER PRIMARY KEY, committee TEXT NOT NULL,"
    " epoch INTEGER NOT NULL, position INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
    " complete INTEGER NOT NULL, generation INTEGER NOT NULL, swept INTEGER NOT NULL,"
    " scope BLOB NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS copy_record (id INTEGER PRIMARY KEY, registry INTEGER NOT NULL,"
    " committee TEXT NOT NULL, kind INTEGER NOT NULL, period INTEGER NOT NULL, key TEXT NOT NULL,"
    " withdrawn INTEGER NOT NULL, generation INTEGER NOT NULL, state BLOB NOT NULL,"
    " UNIQUE (registry, committee, kind, period, key)) STRICT;"
    "CREATE INDEX IF NOT EXISTS copy_record_live ON copy_record (registry) WHERE withdrawn = 0;"
    "CREATE TABLE IF NOT EXISTS copy_committee (registry INTEGER NOT NULL, number INTEGER NOT NULL,"
    " code TEXT NOT NULL, name TEXT NOT NULL, parent INTEGER NOT NULL, generation INTEGER NOT NULL,"
    " state BLOB NOT NULL, PRIMARY KEY (registry, number)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS copy_committee_parent ON copy_committee (registry, parent);"
    "CREATE INDEX IF NOT EXISTS copy_committee_code ON copy_committee (registry, code);";
