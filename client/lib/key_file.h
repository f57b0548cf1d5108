/* SPDX-License-Identifier: Apache-2.0
 *
 * A device key on this machine's disk: its seed, and what was agreed with the registry about it. One file a
 * key, of mode 0600, in a folder beside the profile (default.keys beside default.db); a file appears whole or
 * not at all. What others can read is not used: whoever has read it can act as this machine.
 *
 * The file is text, a word and its value a line. Words that are not known are of a later version.
 */
#ifndef TZ_CLIENT_LIB_KEY_FILE_H
#define TZ_CLIENT_LIB_KEY_FILE_H

#include <limits.h>

#include "client/lib/connection.h"
#include "client/lib/invite_line.h"

enum tz_key_state {
    TZ_KEY_JOINING = 1, /* made for an invitation; the registry has not said yet that it knows it */
    TZ_KEY_VALID = 2,
    TZ_KEY_ROTATING = 3, /* made to replace another one; not in use yet */
};

struct tz_device_key {
    enum tz_key_state state;
    char id[TZ_KEY_ID_SIZE];
    uint8_t public_key[TZ_KEY_PUBLIC_SIZE];
    uint8_t *seed; /* TZ_KEY_SEED_SIZE, in memory of its own that is wiped */
    char server[TZ_SERVER_SIZE];
    struct tz_trust trust;
    bool invited;
    uint8_t invitation[TZ_INVITATION_SIZE]; /* the code that it came by */
    char replaces[TZ_KEY_ID_SIZE];          /* the key before it; empty: none */
    bool known;                             /* the registry has answered: its id, and */
    uint8_t registry_id[16];
    char committee[32]; /* whose key it is; empty: the registry's as a whole */
    char name[256];     /* what the device is called */
    int64_t made_ms;
};

/* The folder of a profile's keys. TZ_EINVAL: the path is too long. */
int tz_key_folder(const char *profile_path, char out[PATH_MAX]) TZ_MUSTCHECK;
/* Makes it, and the folders above it, for this user alone. TZ_EIO with errno, TZ_EINVAL. */
int tz_key_folder_make(const char *folder) TZ_MUSTCHECK;
/* The file of a key in it. */
int tz_key_path(const char *folder, const char *id, char out[PATH_MAX]) TZ_MUSTCHECK;

/* A key without anything but a seed, and its id. TZ_ENOMEM. */
int tz_key_new(struct tz_device_key **out, const struct tz_env *env) TZ_MUSTCHECK;
void tz_key_free(struct tz_device_key *k);

/* Writes its file, in place of the one that it had; the folder is made. On the disk when it returns. TZ_EIO
 * with errno, TZ_EINVAL. */
int tz_key_store(const struct tz_device_key *k, const char *folder) TZ_MUSTCHECK;
/* Removes it; one that is not there is no error. */
int tz_key_remove(const char *id, const char *folder) TZ_MUSTCHECK;
/* TZ_OK; TZ_EFOREIGN: others than its owner can read the file, or it is somebody else's; TZ_ECORRUPT: it is
 * not whole, or of a newer version; TZ_EIO with errno; TZ_ENOMEM. */
int tz_key_load(struct tz_device_key **out, const char *path) TZ_MUSTCHECK;

/* The same from a file's text, which is taken apart in place. */
int tz_key_parse(struct tz_device_key **out, char *text) TZ_MUSTCHECK;

/* What a connection is opened with; valid as long as the key. */
void tz_key_credential(const struct tz_device_key *k, struct tz_credential *out);

#endif
