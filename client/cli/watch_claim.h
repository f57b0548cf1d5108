/* SPDX-License-Identifier: Apache-2.0
 *
 * Files in hand. A file that is taken moves from the watched folder to .taking/CLAIM/ on the same file
 * system, keeping its name (and the subfolder of its kind); what is made of it is written beside it there; at
 * the end all of it moves to done/ or failed/. A claim's name is unique for ever and grows with time. Every
 * move is one rename: the file is in exactly one place, whenever the process ends.
 *
 * Functions return as watch_files.h says.
 */
#ifndef TZ_CLIENT_CLI_WATCH_CLAIM_H
#define TZ_CLIENT_CLI_WATCH_CLAIM_H

#include "client/cli/watch_files.h"
#include "client/cli/watch_folder.h"
#include "client/lib/ledger.h"

#define TZ_CLAIM_FOLDER ".taking"
#define TZ_CLAIM_DONE   "done"
#define TZ_CLAIM_FAILED "failed"

struct tz_claim {
    char id[TZ_LEDGER_CLAIM_SIZE];
    char name[TZ_FOLDER_NAME_SIZE]; /* in the watched folder */
    char folder[TZ_PATH_SIZE];      /* of the claim */
    char path[TZ_PATH_SIZE];        /* of the file in it */
};

/* Takes the file `name` out of the folder. A very long name is cut, and "a.rejected.xlsx", which comes back
 * corrected, is a.xlsx from now on. TZ_ENOENT: it is gone. */
int tz_claim_take(const char *folder, const char *name, const struct tz_env *env,
                  struct tz_claim *out) TZ_MUSTCHECK;

/* Whether it was called a.rejected.xlsx: rows that came back, only a part of a file. */
bool tz_claim_is_part(const struct tz_claim *c);

/* The claims in the folder, oldest first, those without a file left out (and their empty folders removed).
 * *out is the caller's to free, NULL for none. */
int tz_claim_list(const char *folder, struct tz_claim **out, size_t *count) TZ_MUSTCHECK;

/* Back to the watched folder, under its name, or where that is taken under a new one; what was made beside it
 * is removed. */
int tz_claim_give_back(const char *folder, const struct tz_claim *c, const struct tz_env *env) TZ_MUSTCHECK;

/* A place for the file below `under` ("done"): "done/name", with the time in it when that or a name made of
 * it is taken there. */
int tz_claim_target(const char *folder, const struct tz_claim *c, const char *under, const struct tz_env *env,
                    char out[TZ_LEDGER_NAME_SIZE]) TZ_MUSTCHECK;
/* The path in the claim of "FILE<ending>": "a.outcomes.csv" beside "a.xlsx". */
int tz_claim_beside(const struct tz_claim *c, const char *ending, char out[TZ_PATH_SIZE]) TZ_MUSTCHECK;
/* Moves everything to the target: what lies beside the file, under the target's name with the same endings;
 * last the file itself. Broken off, it can be called again. TZ_ELOCKED: the target's name was taken by
 * something else; TZ_ENOENT: there is neither the file nor the target. */
int tz_claim_finish(const char *folder, const struct tz_claim *c, const char *target) TZ_MUSTCHECK;

#endif
