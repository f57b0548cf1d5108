/* SPDX-License-Identifier: Apache-2.0
 *
 * SQLite's own file system with a fault on demand: the n-th write to a write-ahead log fails with a given
 * result, once, or the n-th fsync of it does. Counts the fsyncs.
 */
#ifndef TZ_TESTS_UNIT_DAEMON_JOURNAL_FAULTY_VFS_H
#define TZ_TESTS_UNIT_DAEMON_JOURNAL_FAULTY_VFS_H

#include <assert.h>
#include <sqlite3.h>
#include <stdbool.h>

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    sqlite3_io_methods log_methods; /* of a log: the real ones but xWrite and xSync */
    const sqlite3_io_methods *real_methods;
    int countdown; /* of writes; 0: no fault */
    int result;
    int sync_countdown;
    unsigned syncs; /* done */
    bool written;   /* since the last of them */
} faulty;

static int faulty_write(sqlite3_file *file, const void *data, int amount, sqlite3_int64 offset)
{
    if (faulty.countdown && --faulty.countdown == 0)
        return faulty.result;
    faulty.written = true;
    return faulty.real_methods->xWrite(file, data, amount, offset);
}

static int faulty_sync(sqlite3_file *file, int flags)
{
    if (faulty.sync_countdown && --faulty.sync_countdown == 0)
        return SQLITE_IOERR_FSYNC;
    faulty.syncs++;
    faulty.written = false;
    return faulty.real_methods->xSync(file, flags);
}

static int faulty_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    int rc = faulty.real->xOpen(faulty.real, name, file, flags, out);
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) {
        faulty.real_methods = file->pMethods;
        faulty.log_methods = *file->pMethods;
        faulty.log_methods.xWrite = faulty_write;
        faulty.log_methods.xSync = faulty_sync;
        file->pMethods = &faulty.log_methods;
    }
    return rc;
}

static inline void faulty_install(void)
{
    faulty.real = sqlite3_vfs_find(NULL);
    faulty.vfs = *faulty.real;
    faulty.vfs.zName = "faulty";
    faulty.vfs.pNext = NULL;
    faulty.vfs.xOpen = faulty_open;
    int rc = sqlite3_vfs_register(&faulty.vfs, 1);
    assert(rc == SQLITE_OK);
}

static inline void faulty_arm(int countdown, int result)
{
    faulty.countdown = countdown;
    faulty.result = result;
}

#endif
