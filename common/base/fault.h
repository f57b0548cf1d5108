/* SPDX-License-Identifier: Apache-2.0
 *
 * Fault points: named places at which a test makes the process die, so that "killed between this step and the
 * next" is a case and not a matter of luck. They are in builds with the CMake option TZ_FAULTS (presets
 * debug, asan, tsan, fuzz); in others tz_fault_point is nothing, and nothing of them is in the programs.
 *
 *     TAIZHANG_FAULT=NAME[:N][=kill|exit|stall]
 *
 * At the N-th passage of the point (from 1, the default; counted from the process's start) the process is
 * killed as by kill -9 (the default), ends at once with TZ_FAULT_EXIT and without cleaning up, or is stopped
 * until it gets SIGCONT. With TAIZHANG_FAULT=tell it says every point that it passes on standard error, and
 * lives: what there is to be killed at. A value that cannot be read, or a name that is not in the table,
 * aborts the process at the first point that it passes: a test must not pass because it misspelled its fault.
 *
 * With TAIZHANG_FAULT_CLOCK=SECONDS the process's wall clock stands that much later, or earlier with a minus:
 * a day that has to come, comes.
 *
 * A new point: write tz_fault_point("area.place") as a statement where it is, and a row in the table below.
 * The test check-faults fails when the two differ; tests/support/faults.py reads the table.
 */
#ifndef TZ_COMMON_BASE_FAULT_H
#define TZ_COMMON_BASE_FAULT_H

/* clang-format off */
#define TZ_FAULT_POINTS(X) \
    X("client.profile") /* a new profile's file is made, and empty */ \
    X("client.file") /* a new file, numbered rows or rejects, is written, and not at its place */ \
    X("client.numbered") /* the numbered file is at its place; nothing is stored */ \
    X("client.put") /* what a version displaces is gone from the outbox; it is not yet in */ \
    X("client.commit") /* any transaction of the profile is whole, and not committed */ \
    X("client.write") /* any request is about to leave */ \
    X("client.told") /* decisions were told */ \
    X("client.restore") /* what a restored registry lost is known, and not queued again */ \
    X("client.epoch") /* all of it is queued; that the new epoch was looked at is not noted */ \
    X("client.page") /* a page of changes is in the copy, in one transaction with how far that goes */ \
    X("client.paged") /* it is stored */ \
    X("client.pack.marked") /* what goes into a bundle is marked; there is no file */ \
    X("client.pack.sealed") /* the bundle is on the disk, and not at its place */ \
    X("client.answer.sealed") /* so are the outcomes of a bundle that was submitted */ \
    X("client.unpack.taken") /* outcomes are taken in, and not committed */ \
    X("client.key.made") /* a key is on the disk; the registry does not know it */ \
    X("client.key.enrolled") /* it does; the key's file does not say so */ \
    X("client.key.known") /* it does; the key that it replaces is still there */ \
    X("client.key.revoked") /* that one is revoked; its file is still there */ \
    X("start.certificate") /* the first start's certificate is on the disk, and not at its place */ \
    X("daemon.append") /* an operation was decided; its entry is not yet written */ \
    X("daemon.commit") /* every entry of the batch is written, nothing is committed */ \
    X("daemon.committed") /* on disk; the views do not have it */ \
    X("day.begun")      /* a day has come; what was entered for it has not happened yet */ \
    X("daemon.complete") /* on disk and in the views; no answer is made */ \
    X("daemon.answered") /* a change's answer is made, and not yet handed to its connection */ \
    X("erase.committed") /* private bytes are erased, and still in the database's log */ \
    X("erase.wiped") /* they are nowhere; no answer is made */ \
    X("daemon.write") /* bytes are about to leave for a peer */ \
    X("client.store") /* a batch is in the outbox, and not committed */ \
    X("client.stored") /* it is committed */ \
    X("client.marked") /* a frame is marked as sent; nothing has left */ \
    X("client.sent") /* it was handed to the system */ \
    X("client.answered") /* its answer came; nothing of it is stored */ \
    X("client.decided") /* the decisions are committed, and not told */ \
    X("client.reconciled") /* what was in doubt was answered; nothing of it is stored */ \
    X("client.settled") /* it is committed, and not told */ \
    X("client.restored") /* one version lost by a restored registry is queued again */ \
    X("watch.claimed") /* a file was moved into the hand; the ledger does not know it */ \
    X("watch.taken") /* it does; no row is stored */ \
    X("watch.batch") /* a batch of rows is stored */ \
    X("watch.rows") /* all rows are; the ledger does not know that it is all */ \
    X("watch.stored") /* it does; nothing was sent */ \
    X("watch.sent") /* all that waited is decided */ \
    X("watch.beyond") /* withdrawals beyond a whole file are stored; the ledger does not know that it is all */ \
    X("watch.outcomes") /* the outcomes are written */ \
    X("watch.decided") /* the target is fixed */ \
    X("watch.beside") /* what lies beside the file is at its target */ \
    X("watch.moved") /* the file is too; the ledger does not know it */ \
    X("watch.finished") /* all is done; nothing was said */
/* clang-format on */

enum { TZ_FAULT_EXIT = 86 };

#ifdef TZ_FAULTS

#include <stddef.h>

/* name: in the table. Any thread. */
void tz_fault_point(const char *name);
/* Seconds. */
long long tz_fault_clock(void);

/* The table, ended by NULL. */
extern const char *const tz_fault_names[];

#else

#define tz_fault_point(name) ((void)0)
#define tz_fault_clock()     0

#endif

#endif
