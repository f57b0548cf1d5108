/* SPDX-License-Identifier: Apache-2.0
 *
 * Carrying the outbox: what waits goes into a bundle (bundle.h), a machine with a line takes it into an
 * outbox that lives as long as the program and sends it, and the outcomes are taken in where it was packed.
 *
 * A packed version stays QUEUED and may be sent from here too: its ticket makes one of both a repeat. It is
 * marked, because it may be accepted any day: an edit of it waits behind it instead of taking its place, and
 * it is not dropped without force. The mark goes when it is decided. A bundle is known again by its id.
 */
#ifndef TZ_CLIENT_LIB_CARRY_H
#define TZ_CLIENT_LIB_CARRY_H

#include "client/lib/bundle.h"
#include "client/lib/outbox.h"

enum tz_carry_result {
    TZ_CARRY_DONE,
    TZ_CARRY_PROFILE,  /* tz_profile_error */
    TZ_CARRY_DISK,     /* the file cannot be written, or read: errno */
    TZ_CARRY_PLACE,    /* something else than such a bundle stands at its place */
    TZ_CARRY_LIMIT,    /* more versions than a bundle may have, or one that is too large */
    TZ_CARRY_DAMAGED,  /* fault says what is wrong with the file */
    TZ_CARRY_CONTENT,  /* versions where outcomes are wanted, or the other way round */
    TZ_CARRY_STRANGE,  /* outcomes of a bundle that this profile did not pack */
    TZ_CARRY_REGISTRY, /* outcomes of another registry */
    TZ_CARRY_MEMORY,
};

/* What is known of a bundle: of one that was read its header, of one that was packed what stands in the
 * profile. */
struct tz_carry_info {
    uint8_t bundle_id[TZ_BUNDLE_ID_SIZE];
    bool has_registry;
    uint8_t registry_id[16];
    uint64_t epoch;
    char server[300];
    char profile[80]; /* name of the one that packed it */
    int64_t time_ms;
};

struct tz_carry {
    struct tz_profile *profile;
    const struct tz_env *env;
    /* results */
    uint64_t count;   /* versions or outcomes in the file */
    uint64_t decided; /* unpacking: versions decided by it; the others are decided already, or gone */
    enum tz_bundle_fault fault;
    struct tz_carry_info info;
};

/* Packs everything that waits for the registry in use. server: its address; name: the profile's. With a count
 * of 0 no file is made. On a failure nothing is marked (unless the process is killed, which is harmless). */
enum tz_carry_result tz_carry_pack(struct tz_carry *c, const char *path, const char *server,
                                   const char *name) TZ_MUSTCHECK;

/* A version that waits was packed last when, and into which file? TZ_ENOENT: it was not. */
int tz_carry_packed(struct tz_profile *p, int64_t id, int64_t *packed_ms, char *path,
                    size_t size) TZ_MUSTCHECK;

/* Takes a bundle's versions into the outbox of a profile that is used for nothing else, all or none of them,
 * with their tickets and bases. */
enum tz_carry_result tz_carry_load(struct tz_carry *c, FILE *file) TZ_MUSTCHECK;

/* Begins the file of outcomes for the bundle of `to`, as from this registry. Failures as of tz_bundle_create.
 */
int tz_carry_answer(struct tz_bundle_writer **out, const char *path, const struct tz_carry_info *to,
                    const uint8_t registry_id[16], uint64_t epoch, const struct tz_env *env) TZ_MUSTCHECK;
/* Adds the outcome of one version. */
int tz_carry_answer_add(struct tz_bundle_writer *w, const struct tz_outbox_entry *entry,
                        const Taizhang__V1__Outcome *outcome) TZ_MUSTCHECK;

/* A version is decided by what is unpacked; stored when the call returns DONE. */
typedef void tz_carry_decided(void *ctx, const char *address, const Taizhang__V1__Outcome *outcome);
/* Takes outcomes in, whatever registry of the profile they are about, all or none. each may be NULL, and is
 * called only for a file that is whole: it is read twice, from its position 0. */
enum tz_carry_result tz_carry_unpack(struct tz_carry *c, FILE *file, tz_carry_decided *each,
                                     void *ctx) TZ_MUSTCHECK;

#endif
