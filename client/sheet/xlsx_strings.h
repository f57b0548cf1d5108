/* SPDX-License-Identifier: Apache-2.0
 *
 * The part sharedStrings.xml: texts by number, in bounded memory whatever their size. Also the text of one
 * string element, which cells hold too.
 */
#ifndef TZ_CLIENT_SHEET_XLSX_STRINGS_H
#define TZ_CLIENT_SHEET_XLSX_STRINGS_H

#include "client/sheet/spill.h"
#include "client/sheet/xml.h"
#include "common/base/buf.h"

enum { TZ_STRINGS_MAX = 1 << 24, TZ_STRINGS_MEMORY = 8 * 1024 * 1024 };

/* The text of <si> or <is>: all of its runs, without the reading aids of East Asian names. */
struct tz_xlsx_text {
    struct tz_buf text; /* made by the caller, its maximum is the string's */
    unsigned phonetic;  /* depth of elements whose text is left out */
    bool taking;        /* inside of <t> */
};
void tz_xlsx_text_start(struct tz_xlsx_text *t, const char *name);
void tz_xlsx_text_end(struct tz_xlsx_text *t, const char *name);
void tz_xlsx_text_add(struct tz_xlsx_text *t, const char *s, size_t len);
/* In place: _x000A_ becomes the character, line ends become \n. */
void tz_xlsx_text_unescape(struct tz_buf *b);

struct tz_xlsx_strings {
    struct tz_spill text;
    struct tz_spill place; /* where each one begins, 8 bytes; one more at the end */
    size_t count;
};

void tz_xlsx_strings_init(struct tz_xlsx_strings *s);
void tz_xlsx_strings_free(struct tz_xlsx_strings *s);
/* Reads the part. TZ_OK, or as tz_xml_run: TZ_ELIMIT also for a string or a number of strings that is too
 * large. */
int tz_xlsx_strings_read(struct tz_xlsx_strings *s, struct tz_xml_input bytes) TZ_MUSTCHECK;
/* Appends one to out. TZ_EINVAL: there is no such; TZ_ELIMIT: out is full; TZ_EIO, TZ_ENOMEM. */
int tz_xlsx_string(struct tz_xlsx_strings *s, size_t number, struct tz_buf *out) TZ_MUSTCHECK;

#endif
