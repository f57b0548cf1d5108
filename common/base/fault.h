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
 * until it gets SIGCONT. A value that cannot be read, or a name that is not in the table, aborts the process
 * at the first point that it passes: a test must not pass because it misspelled its fault.
 *
 * A new point: write tz_fault_point("area.place") as a statement where it is, and a row in the table below.
 * The test check-faults fails when the two differ; tests/support/faults.py reads the table.
 */
#ifndef TZ_COMMON_BASE_FAULT_H
#define TZ_COMMON_BASE_FAULT_H

/* clang-format off */
#define TZ_FAULT_POINTS(X) \
    X("client.pack.marked") /* what goes into a bundle is marked; there is no file */ \
    X("client.pack.sealed") /* the bundle is on the disk, and not at its place */ \
    X("client.answer.sealed") /* so are the outcomes of a bundle that was submitted */ \
    X("client.unpack.taken") /* outcomes are taken in, and not committed */ \
    X("daemon.append") /* an operation was decided; its entry is not yet written */ \
    X("daemon.commit") /* every entry of the batch is written, nothing is committed */ \
    X("daemon.committed") /* on disk; the views do not have it */ \
    X("daemon.complete") /* on disk and in the views; no answer is made */ \
    X("daemon.answered") /* a change's answer is made, and not yet handed to its connection */ \
    X("daemon.write") /* bytes are about to leave for a peer */
/* clang-format on */

enum { TZ_FAULT_EXIT = 86 };

#ifdef TZ_FAULTS

#include <stddef.h>

/* name: in the table. Any thread. */
void tz_fault_point(const char *name);

/* The table, ended by NULL. */
extern const char *const tz_fault_names[];

#else

#define tz_fault_point(name) ((void)0)

#endif

#endif
