/* SPDX-License-Identifier: Apache-2.0
 *
 * The zip archive that a workbook is. What comes out of it is bounded, whatever the archive claims: the
 * number of entries, the size of a part, and how far it may expand.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_PACKAGE_H
#define TZ_CLIENT_SHEET_XLSX_PACKAGE_H

#include <stdio.h>

#include "client/sheet/xml.h"

enum {
    TZ_PACKAGE_ENTRIES_MAX = 8192,
    TZ_PACKAGE_PART_MAX = 1 << 30, /* bytes of one part */
    TZ_PACKAGE_RATIO_MAX = 300,    /* a larger part than the next may not expand further */
    TZ_PACKAGE_RATIO_FROM = 16 << 20,
};

struct tz_package;
struct tz_part;

/* Opens the archive; the file stays the caller's and must not be read meanwhile. TZ_OK; TZ_EINVAL: not a
 * sound archive; TZ_ELIMIT: too many entries; TZ_EIO (errno); TZ_ENOMEM. */
int tz_package_open(struct tz_package **out, FILE *file) TZ_MUSTCHECK;
void tz_package_free(struct tz_package *p);

bool tz_package_has(struct tz_package *p, const char *name);
/* Opens a part. TZ_ENOENT: there is none; TZ_ELIMIT: it is a bomb; TZ_EFOREIGN: encrypted, or packed in a way
 * that is not known; TZ_EINVAL, TZ_ENOMEM. */
int tz_part_open(struct tz_package *p, const char *name, struct tz_part **out) TZ_MUSTCHECK;
/* NULL is fine. */
void tz_part_close(struct tz_part *part);
/* Its bytes. After a failed read tz_part_problem says why: TZ_ELIMIT or TZ_EINVAL. */
struct tz_xml_input tz_part_bytes(struct tz_part *part);
int tz_part_problem(const struct tz_part *part);
/* Bytes that were read, and that there are. */
void tz_part_position(const struct tz_part *part, uint64_t *done, uint64_t *total);

#endif
