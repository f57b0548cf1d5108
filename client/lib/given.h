/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers that rows of a file were given, by the file: the one that was submitted, not the one that came back
 * with them. When that file is submitted again without a number that it should be giving anew, its row was
 * edited. Part of the profile.
 *
 * Functions return TZ_OK or a negative enum tz_rc; tz_profile_error has SQLite's words for the last failure.
 */
#ifndef TZ_CLIENT_LIB_GIVEN_H
#define TZ_CLIENT_LIB_GIVEN_H

#include "client/lib/profile.h"

/* Inside one tz_profile_begin and commit. path: absolute. The same again changes nothing. */
int tz_given_put(struct tz_profile *p, const char *path, const char *address) TZ_MUSTCHECK;
/* By address; a visitor's result other than 0 ends the visit and is returned. */
typedef int tz_given_visit(void *ctx, const char *address);
int tz_given_list(struct tz_profile *p, const char *path, tz_given_visit *visit, void *ctx) TZ_MUSTCHECK;

#endif
