/* SPDX-License-Identifier: Apache-2.0
 *
 * The local copy: what the registry holds of a committee's subtree, and what was published to it, as of a
 * position of the journal. Part of the profile; filled by pulling (pull.h), read by `--offline`.
 *
 * Functions return TZ_OK or a negative enum tz_rc; tz_profile_error has SQLite's words for the last failure.
 */
#ifndef TZ_CLIENT_LIB_COPY_H
#define TZ_CLIENT_LIB_COPY_H

#include "client/lib/profile.h"
#include "common/schema/address.h"

enum { TZ_COPY_SCOPE_MAX = 64 };

/* How far the copy goes. */
struct tz_copy_mark {
    char committee[TZ_CODE_SIZE]; /* whose subtree; "": there is no copy */
    uint64_t epoch;
    uint64_t position;   /* everything up to here is in; 0: nothing is yet */
    int64_t time_ms;     /* the registry's clock when that was so */
    bool complete;       /* false: a pull was broken off in the middle */
    uint64_t generation; /* of the pull that goes on; a pull from the beginning has the next one */
    size_t scope_len;
    uint8_t scope[TZ_COPY_SCOPE_MAX]; /* the registry's, to be sent back */
};

struct tz_copy_info {
    struct tz_copy_mark mark;
    uint64_t records; /* live */
    uint64_t committees;
};
int tz_copy_info(struct tz_profile *p, struct tz_copy_info *out) TZ_MUSTCHECK;
/* Without counting. */
int tz_copy_mark(struct tz_profile *p, struct tz_copy_mark *out) TZ_MUSTCHECK;

/* Which committee's subtree is kept from now on; another one than before empties the copy. "": none is. */
int tz_copy_of(struct tz_profile *p, const char *committee) TZ_MUSTCHECK;

/* Inside one tz_profile_begin and commit: a page of what changed, and how far it goes. generation: of the
 * pull; a pull from the beginning has a new one, and at its end (complete) what the registry did not send is
 * taken out. */
int tz_copy_put_record(struct tz_profile *p, const Taizhang__V1__RecordState *state,
                       uint64_t generation) TZ_MUSTCHECK;
int tz_copy_remove_record(struct tz_profile *p, const Taizhang__V1__Address *address) TZ_MUSTCHECK;
int tz_copy_put_committee(struct tz_profile *p, const Taizhang__V1__Committee *committee,
                          uint64_t generation) TZ_MUSTCHECK;
/* TZ_EAGAIN: the copy is of another committee by now, or further, by another process: roll back. `before`:
 * the mark that the page was asked with. */
int tz_copy_advance(struct tz_profile *p, const struct tz_copy_mark *before,
                    const struct tz_copy_mark *mark) TZ_MUSTCHECK;

/* Visitors' results other than 0 end the visit and are returned. Live and withdrawn records have their
 * states, without private bytes; body and texts are valid during the call. A visitor must not begin another
 * list of the copy, nor a transaction. */
typedef int tz_copy_record(void *ctx, const Taizhang__V1__RecordState *state);
typedef int tz_copy_committee(void *ctx, const Taizhang__V1__Committee *committee);
/* One record; also during a list. TZ_ENOENT. */
int tz_copy_get(struct tz_profile *p, const char *address, tz_copy_record *visit, void *ctx) TZ_MUSTCHECK;
/* Records of the committees at and below `committee` (subtree) or of it alone; kind 0 and period "": all; in
 * the order of committee code, kind, period, key. A committee from elsewhere has what it published. "": every
 * record of the copy. */
struct tz_copy_filter {
    const char *committee;
    bool subtree;
    uint32_t kind;
    const char *period;
    bool withdrawn; /* also those */
    bool published; /* only with committee "": those from outside the subtree */
};
int tz_copy_list(struct tz_profile *p, const struct tz_copy_filter *filter, tz_copy_record *visit,
                 void *ctx) TZ_MUSTCHECK;
/* Every committee that the copy knows, a parent before its children: the subtree, and the path above it. */
int tz_copy_committees(struct tz_profile *p, tz_copy_committee *visit, void *ctx) TZ_MUSTCHECK;

#endif
