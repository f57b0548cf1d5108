/* SPDX-License-Identifier: Apache-2.0
 *
 * Temporary files without a name: nobody else can open them, and they are gone with the process, however it
 * ends. In TMPDIR, else in /tmp.
 */
#ifndef TZ_CLIENT_SHEET_UNNAMED_H
#define TZ_CLIENT_SHEET_UNNAMED_H

#include <stdio.h>

#include "common/base/err.h"

/* A new, empty one, for reading and writing. The descriptor, or -1 with errno. */
int tz_unnamed_open(void) TZ_MUSTCHECK;

/* Copies the rest of a stream, which need not be seekable, into a new one, at its beginning. NULL with errno
 * on failure; the stream stays the caller's. */
FILE *tz_unnamed_copy(FILE *from) TZ_MUSTCHECK;

#endif
