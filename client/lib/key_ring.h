/* SPDX-License-Identifier: Apache-2.0
 *
 * The keys of a profile, and which of them is used for a registry.
 */
#ifndef TZ_CLIENT_LIB_KEY_RING_H
#define TZ_CLIENT_LIB_KEY_RING_H

#include "client/lib/key_file.h"

enum { TZ_KEYS_MAX = 64 };

struct tz_key_ring {
    char folder[PATH_MAX];
    struct tz_device_key *key[TZ_KEYS_MAX]; /* by their ids */
    size_t count;
    char bad[PATH_MAX]; /* a file that cannot be used; empty: all can */
    int bad_rc;         /* why, as of tz_key_load, */
    int bad_errno;      /* and with TZ_EIO the system's reason */
    int lock;           /* descriptor, or -1 */
};

/* Reads the keys of a profile; a folder that is not there holds none. TZ_EIO with errno, TZ_ENOMEM,
 * TZ_EINVAL. lock: waits until no other process changes them, and keeps others waiting until the ring is
 * closed; the folder is made. */
int tz_key_ring_open(struct tz_key_ring *r, const char *profile_path, bool lock) TZ_MUSTCHECK;
void tz_key_ring_close(struct tz_key_ring *r);

/* Whether two addresses are written for the same place. */
bool tz_same_server(const char *a, const char *b);

/* The key in use for a server: valid, and not replaced by another valid one. NULL: there is none. */
struct tz_device_key *tz_key_ring_find(const struct tz_key_ring *r, const char *server);
struct tz_device_key *tz_key_ring_by_id(const struct tz_key_ring *r, const char *id);
/* One that was made for this server and is in this state. */
struct tz_device_key *tz_key_ring_in_state(const struct tz_key_ring *r, const char *server,
                                           enum tz_key_state state);
/* The servers of valid keys, each once, with ", " between them; returns how many. out may be NULL. */
size_t tz_key_ring_servers(const struct tz_key_ring *r, char *out, size_t size);

/* Stores a key and has it in the ring; k is the ring's afterwards, also on failure. */
int tz_key_ring_add(struct tz_key_ring *r, struct tz_device_key *k) TZ_MUSTCHECK;
/* Stores a key of the ring again. */
int tz_key_ring_put(const struct tz_key_ring *r, const struct tz_device_key *k) TZ_MUSTCHECK;
/* Removes a key, its file first. */
int tz_key_ring_drop(struct tz_key_ring *r, struct tz_device_key *k) TZ_MUSTCHECK;

#endif
