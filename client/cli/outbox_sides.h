/* SPDX-License-Identifier: Apache-2.0
 *
 * The sides of a version in conflict: mine, theirs, and the base that mine was made from; read from the
 * registry when there is a line, else from what was kept.
 */
#ifndef TZ_CLIENT_CLI_OUTBOX_SIDES_H
#define TZ_CLIENT_CLI_OUTBOX_SIDES_H

#include "client/cli/outbox_words.h"
#include "common/schema/record.h"

/* A record that can be compared field by field. */
struct tz_side {
    bool there;     /* there is such a revision */
    bool readable;  /* its fields can be read: not a withdrawal, nor of a later version */
    bool withdrawn; /* */
    const Taizhang__V1__RecordState *state; /* of the registry's; NULL: of mine */
    struct tz_record record;
};

struct tz_sides {
    const struct tz_kind_info *kind;
    struct tz_address address;
    struct tz_side mine;
    struct tz_side theirs;
    struct tz_side base;
    bool fetched; /* theirs is what the registry has now, or was kept from when it did; false: not known */
};

/* Reads mine only. */
void tz_sides_mine(const struct tz_outbox_entry *entry, struct tz_arena *arena, struct tz_sides *out);
/* Reads all sides of a conflict; tries the registry once where `ask`. What it says is kept. DONE, or told. */
int tz_sides_read(struct tz_cli *cli, const struct tz_outbox_entry *entry, bool ask, struct tz_arena *arena,
                  struct tz_sides *out) TZ_MUSTCHECK;

#endif
