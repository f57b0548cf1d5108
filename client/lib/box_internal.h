/* SPDX-License-Identifier: Apache-2.0
 *
 * The public outbox's handle, shared by its files.
 */
#ifndef TZ_CLIENT_LIB_BOX_INTERNAL_H
#define TZ_CLIENT_LIB_BOX_INTERNAL_H

#include "client/include/taizhang/taizhang.h"
#include "client/lib/profile.h"

struct tz_box {
    struct tz_profile *profile;
    const struct tz_env *env;
    char server[300];
    char path[4096]; /* of the profile's file */
    char name[80];   /* of the profile, for people */
    struct tz_failure failure;
};

/* Forgets the last failure; returns DONE. */
enum tz_result tz_box_begin(struct tz_box *box);
/* Fills box->failure from the reason; returns its result. detail may be NULL. */
enum tz_result tz_box_fail(struct tz_box *box, enum tz_reason reason, const char *detail);
/* The result of a call on the profile, as its caller is told. */
enum tz_result tz_box_profile(struct tz_box *box, int rc);

#endif
