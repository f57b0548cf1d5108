/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading XML that nobody can be trusted to have made: in pieces, with a pause wherever the reader wants one,
 * without document types and so without entities of the file's own, with bounds on depth and on the size of a
 * tag. Names come without their namespace.
 */
#ifndef TZ_CLIENT_SHEET_XML_H
#define TZ_CLIENT_SHEET_XML_H

#include <sys/types.h>

#include "common/base/err.h"

enum { TZ_XML_DEPTH_MAX = 64, TZ_XML_TAG_MAX = 1024 * 1024 };

/* Where the bytes come from: up to size of them, 0 at the end, -1 when they cannot be read. */
struct tz_xml_input {
    ssize_t (*read)(void *ctx, void *out, size_t size);
    void *ctx;
};

/* Each may be NULL. attributes: names and values in turn, ended by NULL. */
struct tz_xml_handler {
    void (*start)(void *ctx, const char *name, const char **attributes);
    void (*end)(void *ctx, const char *name);
    void (*text)(void *ctx, const char *s, size_t len);
};

struct tz_xml;

/* NULL: memory is out. handler and what bytes read from must live as long. */
struct tz_xml *tz_xml_new(struct tz_xml_input bytes, const struct tz_xml_handler *handler, void *ctx);
void tz_xml_free(struct tz_xml *x);

/* Goes on: TZ_OK after a pause; TZ_ENOENT at the end of a whole document; TZ_EINVAL when it is not well
 * formed or not allowed (document type, depth); TZ_ELIMIT for a tag that is too large; TZ_EIO when bytes
 * cannot be read; TZ_ENOMEM; or what a handler gave to tz_xml_stop. */
int tz_xml_run(struct tz_xml *x) TZ_MUSTCHECK;
/* From a handler: tz_xml_run returns once the handler is through. */
void tz_xml_pause(struct tz_xml *x);
/* From a handler: the reading ends with this result, an enum tz_rc below 0. */
void tz_xml_stop(struct tz_xml *x, int rc);

/* The line that the reader is in, from 1. */
size_t tz_xml_line(const struct tz_xml *x);

/* From a handler: where the tag begins among all bytes, and how many it has. The end of an element that is
 * one tag (<c/>) stands behind that tag and has none. Between two runs: what lies before this place is done
 * with.
 */
uint64_t tz_xml_offset(const struct tz_xml *x);
size_t tz_xml_size(const struct tz_xml *x);

/* NULL: there is no such attribute. */
const char *tz_xml_attribute(const char **attributes, const char *name);

#endif
