/* SPDX-License-Identifier: Apache-2.0
 *
 * The encoding of a text file, decided on all of its bytes: UTF-8, UTF-16 or GB18030 (of which GBK and GB
 * 2312 are parts). A file that is valid UTF-8 is UTF-8; nothing is guessed at that one damaged byte could
 * turn into another text.
 */
#ifndef TZ_CLIENT_SHEET_ENCODING_H
#define TZ_CLIENT_SHEET_ENCODING_H

#include <stdio.h>

#include "common/base/err.h"

enum tz_encoding {
    TZ_ENCODING_UNKNOWN, /* none of these as a whole: damaged, or another one */
    TZ_ENCODING_UTF8,
    TZ_ENCODING_UTF8_MARK, /* with a byte order mark */
    TZ_ENCODING_UTF16LE,
    TZ_ENCODING_UTF16BE,
    TZ_ENCODING_GB18030,
};

/* "UTF-8", "UTF-8 with BOM", "UTF-16LE", "UTF-16BE", "GB18030/GBK", "?" */
const char *tz_encoding_name(enum tz_encoding e);

/* Reads a seekable file from its beginning to its end, twice where it is not UTF-8, and goes back to its
 * beginning. TZ_OK, TZ_EIO (errno), or TZ_ENOMEM. */
int tz_encoding_decide(FILE *file, enum tz_encoding *out) TZ_MUSTCHECK;

/* The file's text in UTF-8, from the file's current place, as a stream to read from; a byte order mark
 * becomes U+FEFF. Close it before the file, which stays the caller's. Bytes that cannot be decoded end it
 * with an error, EILSEQ. NULL with errno. */
FILE *tz_encoding_open(FILE *file, enum tz_encoding encoding) TZ_MUSTCHECK;

#endif
