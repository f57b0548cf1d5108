/* SPDX-License-Identifier: Apache-2.0
 *
 * A private database for what one pass over a file has to remember: in memory while it is small, in an
 * unnamed temporary file beyond that. It is gone with the process, however it ends.
 */
#ifndef TZ_CLIENT_SHEET_SCRATCH_H
#define TZ_CLIENT_SHEET_SCRATCH_H

#include <sqlite3.h>

#include "common/base/err.h"

/* Memory that one takes at most, whatever it holds. */
enum { TZ_SCRATCH_MEMORY = 4 * 1024 * 1024 };

/* Opens one with its tables (SQL), inside a transaction that nobody ends. NULL: memory is out. */
sqlite3 *tz_scratch_open(const char *tables);
/* NULL is fine. Statements must be finalized before. */
void tz_scratch_close(sqlite3 *db);

/* What a failed step means: TZ_ENOMEM, or TZ_EIO: no room in the folder for temporary files (errno). */
int tz_scratch_failure(sqlite3 *db);

#endif
