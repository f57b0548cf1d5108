/* SPDX-License-Identifier: Apache-2.0
 *
 * Carry bundles as files: frames written one by one and read one by one, a trailer with their number and a
 * SHA-256 over everything before it. What they mean stands in carry.h; the layout in PROTOCOL.md, section 11.
 *
 * A file appears whole or not at all: it is written beside its place with mode 0600, synced, and renamed.
 * Memory is bounded by one frame whatever the file's size.
 */
#ifndef TZ_CLIENT_LIB_BUNDLE_H
#define TZ_CLIENT_LIB_BUNDLE_H

#include <stdio.h>

#include "common/base/arena.h"
#include "taizhang/v1/bundle.pb-c.h"

enum {
    TZ_BUNDLE_MAGIC_SIZE = 8,
    TZ_BUNDLE_FORMAT = 1,
    TZ_BUNDLE_ID_SIZE = 16,
    TZ_BUNDLE_FRAMES_MAX = 1000000
};

/* Ends of lines and the end of a DOS text are in it, so that a transfer "as text" is found out. */
extern const uint8_t tz_bundle_magic[TZ_BUNDLE_MAGIC_SIZE];

/* Whether this file begins like a bundle, of whatever format; its position stays. false: also what cannot be
 * sought in (a pipe). */
bool tz_bundle_is(FILE *file);

/* --- writing --- */

struct tz_bundle_writer;

/* Begins a file that will stand at path. TZ_EFOREIGN: what stands there now is not a bundle of this content,
 * and is left alone. Other failures: TZ_EIO and TZ_EFULL (errno), TZ_ENOMEM. On failure *out is NULL. */
int tz_bundle_create(struct tz_bundle_writer **out, const char *path,
                     const Taizhang__V1__BundleHeader *header) TZ_MUSTCHECK;
/* As above; TZ_ELIMIT: the frame is larger than TZ_FRAME_MAX, or there are TZ_BUNDLE_FRAMES_MAX already. */
int tz_bundle_add(struct tz_bundle_writer *w, const Taizhang__V1__BundleFrame *frame) TZ_MUSTCHECK;
/* Writes the trailer and brings everything to the disk, still beside its place. */
int tz_bundle_seal(struct tz_bundle_writer *w) TZ_MUSTCHECK;
/* Puts a sealed file in its place. */
int tz_bundle_publish(struct tz_bundle_writer *w) TZ_MUSTCHECK;
uint64_t tz_bundle_written(const struct tz_bundle_writer *w);
/* Frees; what was not published is removed. NULL is allowed. */
void tz_bundle_discard(struct tz_bundle_writer *w);

/* --- reading --- */

/* What is wrong with a file that cannot be read to its end. */
enum tz_bundle_fault {
    TZ_BUNDLE_FINE,
    TZ_BUNDLE_NOT,     /* no bundle */
    TZ_BUNDLE_NEWER,   /* of a format that this version does not know */
    TZ_BUNDLE_CUT,     /* it ends too early */
    TZ_BUNDLE_ALTERED, /* it is not what was written */
    TZ_BUNDLE_DISK,    /* it cannot be read: errno */
    TZ_BUNDLE_MEMORY,
};

struct tz_bundle_reader {
    FILE *file;
    struct tz_arena arena; /* of the frame read last */
    uint8_t *bytes;        /* of the frame read last */
    size_t room;
    void *hash;
    uint64_t count;
    Taizhang__V1__BundleHeader *header;
    struct tz_arena header_arena;
};

/* Reads magic and header from the file's position. The file stays the caller's; the struct must not move.
 * tz_bundle_end is needed also after a failure. */
enum tz_bundle_fault tz_bundle_begin(struct tz_bundle_reader *r, FILE *file) TZ_MUSTCHECK;
/* The next version or outcome, valid until the next call: as its content says, with an address that can be
 * read and a ticket of 16 bytes, versions not larger than can be sent. *out NULL: that was all, and the
 * trailer says that all of it is as it was written. Until then nothing that was read may count. */
enum tz_bundle_fault tz_bundle_next(struct tz_bundle_reader *r,
                                    const Taizhang__V1__BundleFrame **out) TZ_MUSTCHECK;
void tz_bundle_end(struct tz_bundle_reader *r);

/* Address and ticket of a version or an outcome. */
const Taizhang__V1__Address *tz_bundle_address(const Taizhang__V1__BundleFrame *frame);
const uint8_t *tz_bundle_ticket(const Taizhang__V1__BundleFrame *frame);

#endif
