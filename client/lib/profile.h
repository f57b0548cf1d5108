/* SPDX-License-Identifier: Apache-2.0
 *
 * What a user's machine remembers of a registry: the revision that it last saw of every address, settings,
 * and what other modules keep there (outbox.h, copy.h). An SQLite file; several processes may use it at once.
 *
 * A revision counts as seen when the profile's own submission or withdrawal ended there. Lists and totals
 * never count: an edit must not overwrite what its author has not seen.
 *
 * Functions return TZ_OK or a negative enum tz_rc; tz_profile_error has SQLite's words for the last failure.
 * A handle belongs to one thread.
 */
#ifndef TZ_CLIENT_LIB_PROFILE_H
#define TZ_CLIENT_LIB_PROFILE_H

#include "common/base/env.h"
#include "common/base/err.h"
#include "common/wire/frame.h"

struct tz_profile;

/* $XDG_STATE_HOME/taizhang/<name>.db, or ~/.local/state/taizhang/<name>.db. TZ_EINVAL: not a name (letters,
 * digits, `.`,
 * `_`, `-`; not beginning with a dot), or neither variable is set. */
int tz_profile_path(const char *name, char *out, size_t size) TZ_MUSTCHECK;

/* The same for what a program may name: a profile's name, or with a slash in it the path of its file. */
int tz_profile_find(const char *profile, char *out, size_t size) TZ_MUSTCHECK;

/* Opens or creates the file (mode 0600) and its folders (0700); path "": one without a name, which is gone
 * when it is closed or the process ends. On failure *out is NULL and why (may be NULL) has the reason.
 * TZ_EFOREIGN: a file of something else, or of a newer version. env gives randomness for tickets. */
int tz_profile_open(struct tz_profile **out, const char *path, const struct tz_env *env, char *why,
                    size_t why_size) TZ_MUSTCHECK;
void tz_profile_close(struct tz_profile *p);
const char *tz_profile_error(const struct tz_profile *p);

/* The registry that everything below is about. Where it cannot be noted, everything below fails. */
void tz_profile_use(struct tz_profile *p, const uint8_t registry_id[16]);
/* Without a line: the registry that answered last at this server's address (as given with --server); one that
 * never answered yet has a place of its own, which becomes the registry's when it does. */
int tz_profile_use_server(struct tz_profile *p, const char *server) TZ_MUSTCHECK;
/* The server answered: from now on everything is about its registry, with what was stored for the address
 * before it was known. */
int tz_profile_answered(struct tz_profile *p, const char *server, const uint8_t registry_id[16]) TZ_MUSTCHECK;

/* One by its number in this profile, for looking at what is kept for it; returns the one in use before. */
int64_t tz_profile_use_number(struct tz_profile *p, int64_t number);

/* A setting of the profile for this registry; *out gets a copy, "" if there is none. NULL value: none. */
int tz_profile_setting(struct tz_profile *p, const char *name, char *out, size_t size) TZ_MUSTCHECK;
int tz_profile_set_setting(struct tz_profile *p, const char *name, const char *value) TZ_MUSTCHECK;

/* One durable step around many of the calls below. */
int tz_profile_begin(struct tz_profile *p) TZ_MUSTCHECK;
int tz_profile_commit(struct tz_profile *p) TZ_MUSTCHECK;
void tz_profile_rollback(struct tz_profile *p);

/* The revision seen of an address, 0 if there is none. */
int tz_profile_seen(struct tz_profile *p, const char *address, uint64_t *revision) TZ_MUSTCHECK;
/* A submission of our own ended at this revision. A lower one than before is taken too: the registry may have
 * been restored from a backup. */
int tz_profile_saw(struct tz_profile *p, const char *address, uint64_t revision) TZ_MUSTCHECK;

/* One process sends with a profile at a time: a lock on a file beside it, which the kernel releases when its
 * holder ends. TZ_ELOCKED: another process holds it (without wait); TZ_EAGAIN: a signal came while waiting;
 * TZ_EIO (errno). */
int tz_profile_lock(struct tz_profile *p, bool wait) TZ_MUSTCHECK;
void tz_profile_unlock(struct tz_profile *p);

#endif
