/* SPDX-License-Identifier: Apache-2.0
 *
 * Versions of the outbox in words, and named on the command line.
 */
#ifndef TZ_CLIENT_CLI_OUTBOX_WORDS_H
#define TZ_CLIENT_CLI_OUTBOX_WORDS_H

#include "client/cli/cli.h"
#include "client/lib/outbox.h"

/* The kind of a written address; NULL: it has none that this program knows. */
const struct tz_kind_info *tz_outbox_kind(const char *address);

/* For people (refused, 未接收) and for programs (REFUSED). */
const char *tz_outbox_state_word(enum tz_outbox_state state);
const char *tz_outbox_state_name(enum tz_outbox_state state);

/* Why a version is where it is, in one line. */
void tz_outbox_why(struct tz_cli *cli, const struct tz_outbox_entry *entry, struct tz_buf *out);
/* Its errors for programs: REQUIRED:title;BAD_QUANTITY:amount. */
void tz_outbox_codes(const struct tz_outbox_entry *entry, struct tz_buf *out);
/* Its outcome, in the arena; NULL: there is none, or it cannot be read. */
const Taizhang__V1__Outcome *tz_outbox_outcome(const struct tz_outbox_entry *entry, struct tz_arena *arena);

/* Finds the version that an operand names by number or address. DONE; told: USAGE for neither, REFUSED where
 * there is none. */
int tz_outbox_pick(struct tz_cli *cli, const char *operand, int64_t *id) TZ_MUSTCHECK;
/* A version copied into the arena. DONE, or told. */
int tz_outbox_load(struct tz_cli *cli, int64_t id, struct tz_arena *arena,
                   struct tz_outbox_entry *out) TZ_MUSTCHECK;

#endif
