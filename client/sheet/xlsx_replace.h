/* SPDX-License-Identifier: Apache-2.0
 *
 * Replacing one part of a workbook that is ours to change; all others stay as they are packed.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_REPLACE_H
#define TZ_CLIENT_SHEET_XLSX_REPLACE_H

#include <stdio.h>

#include "common/base/err.h"

/* content: a stream with a descriptor, read from its beginning; it stays the caller's. The part keeps its
 * date, so that the same content gives the same file; the file at `path`, which becomes another one of that
 * name, is on the disk when this returns. TZ_OK; TZ_EIO (errno); TZ_EINVAL: not a sound archive, or without
 * that part; TZ_ENOMEM. */
int tz_xlsx_replace(const char *path, const char *part, FILE *content) TZ_MUSTCHECK;

#endif
