/* SPDX-License-Identifier: Apache-2.0
 *
 * What the decisions about keys and invitations share: the current state of both as this transaction has it
 * (what the same batch changed before is in it), their next entry, and who asks. Internal to the journal.
 */
#ifndef TZ_DAEMON_JOURNAL_DECIDE_PRINCIPAL_H
#define TZ_DAEMON_JOURNAL_DECIDE_PRINCIPAL_H

#include "daemon/journal/decide.h"

/* In the scratch arena. revision 0: unknown, and the body is NULL. */
struct tz_key_state {
    uint64_t revision;
    uint64_t position;
    int64_t changed_ms;
    unsigned roles;
    struct tz_bytes bytes; /* the body's */
    Taizhang__V1__KeyBody *body;
};
int tz_key_read(struct tz_batch *b, const char *id, struct tz_key_state *out) TZ_MUSTCHECK;
bool tz_key_state_valid(const struct tz_batch *b, const struct tz_key_state *k);

/* All keys that came in this one's place, and in theirs, ended or not, made in this transaction too; in the
 * scratch arena, some perhaps twice. */
int tz_key_heirs(struct tz_batch *b, const Taizhang__V1__KeyBody *of, const char ***id,
                 size_t *count) TZ_MUSTCHECK;

struct tz_invitation_state {
    uint64_t revision;
    uint64_t position;
    const char *by; /* the key that made this revision: a gateway's, where it was made for a person */
    Taizhang__V1__InvitationBody *body;
};
int tz_invitation_read(struct tz_batch *b, const uint8_t code_sha256[TZ_SHA256_SIZE],
                       struct tz_invitation_state *out) TZ_MUSTCHECK;
/* "open", "used", "cancelled", "expired"; "unknown" */
const char *tz_invitation_state_name(const struct tz_batch *b, const struct tz_invitation_state *i);
/* Takes back those that are open, and that who made them could not make any more; asked of inviters and
 * gateways of this committee. The outcome of the op is then that of an invitation. */
int tz_invitations_end(struct tz_batch *b, struct tz_op *op, uint32_t committee,
                       const char *reason) TZ_MUSTCHECK;

/* Appends the next revision, if it is another than the current one, and settles the outcome with it: CREATED,
 * UPDATED or UNCHANGED. */
int tz_key_put(struct tz_batch *b, struct tz_op *op, const struct tz_key_state *before,
               const Taizhang__V1__KeyBody *body, const char *reason) TZ_MUSTCHECK;
/* The same, always. */
int tz_invitation_put(struct tz_batch *b, struct tz_op *op, const struct tz_invitation_state *before,
                      const Taizhang__V1__InvitationBody *body, const char *reason) TZ_MUSTCHECK;
/* UNCHANGED, as it stands. */
void tz_settle_unchanged(struct tz_op *op, uint64_t revision, uint64_t position);

/* Whether who asked may still ask, now that it comes to it; else op->failed is KEY_REVOKED, or BAD_PERSON
 * where its gateway still may. */
int tz_op_admit(struct tz_batch *b, struct tz_op *op, bool *yes) TZ_MUSTCHECK;
/* Who asks, with the roles that it has in this transaction. false: no longer valid, and the op is refused. */
int tz_giver_read(struct tz_batch *b, struct tz_op *op, struct tz_grant *out, bool *valid) TZ_MUSTCHECK;
/* The id of the one who is decided on. */
const char *tz_giver_id(const struct tz_grant *g);
/* Whether the giver may look after this committee's keys and give these roles there; else the op is refused.
 */
bool tz_giver_may(struct tz_batch *b, struct tz_op *op, const struct tz_grant *g, uint32_t committee,
                  unsigned give);
/* Whether one principal may hold these roles; else the op is refused with the two that exclude each other. */
bool tz_roles_fit(struct tz_op *op, unsigned roles);
/* Named by the request; the order does not matter. */
unsigned tz_roles_asked(char *const *names, size_t count);

/* REJECTED with one error that has a text beside it. */
void tz_reject_text(struct tz_op *op, tz_code code, const char *field, const char *value, const char *name,
                    const char *text);
/* KEY_REVOKED, with the day since when. */
void tz_reject_invalid(struct tz_batch *b, struct tz_op *op, const struct tz_key_state *k);

#endif
