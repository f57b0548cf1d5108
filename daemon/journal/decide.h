/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of each change of an operation, decided from what the store holds in this transaction. All
 * checks of a change come before its first write; a change that is refused leaves its neighbours alone. The
 * outcomes are in op->done; only a failing store or memory is an error, and then the whole batch is rolled
 * back.
 *
 * The order for a record, with cur the current revision (0: there never was one; a withdrawal is a revision):
 *   1. the entry at base+1 has this ticket: UNCHANGED with that revision, whatever came since;
 *   2. live, and the same bytes: UNCHANGED, before validation, so that a stricter rule never turns a repeat
 * into an error;
 *   3. base = cur: validated, then CREATED or UPDATED as cur+1;
 *   4. base > cur: BEHIND (the registry was restored from a backup);
 *   5. else CONFLICT.
 * For a withdrawal 2 is: withdrawn already. Before all of them stands whether the principal may write there
 * at all.
 *
 * All else (committees, reporting sets, keys, invitations) is put as a target state: asking for what is there
 * already is UNCHANGED.
 */
#ifndef TZ_DAEMON_JOURNAL_DECIDE_H
#define TZ_DAEMON_JOURNAL_DECIDE_H

#include "daemon/journal/batch.h"

int tz_decide(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;

/* --- shared by the decide_*.c files --- */

/* An address on its way to a decision. */
struct tz_subject {
    struct tz_op *op;
    const struct tz_change_ask *ask;
    struct tz_change_done *done;
    const struct tz_unit_node *unit; /* NULL: unknown committee; then head is empty */
    struct tz_decision access;       /* of writing there */
    struct tz_record_key key;
    struct tz_head head;
    bool has_entry; /* the current entry was read */
    struct tz_entry entry;
};

int tz_decide_records(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_withdrawals(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_committees(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_committee_change(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_reporting_set(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_key_put(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_key_rotate(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_invite(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_erasures(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;
int tz_decide_enrol(struct tz_batch *b, struct tz_op *op) TZ_MUSTCHECK;

/* --- who may (decide_access.c) --- */

/* Whether the op may write, or erase, records of the committee. */
struct tz_decision tz_decide_access(struct tz_batch *b, const struct tz_op *op, uint32_t committee);
/* True: it may not, and is refused. Asked before anything else: who has no reach learns nothing of what is
 * there. */
bool tz_subject_denied(struct tz_batch *b, struct tz_subject *s);
/* A write from above says why; asked when it comes to validation, so that a repeat needs no reason. */
void tz_subject_check_reason(const struct tz_subject *s, struct tz_errors *errors);
/* A unit that is new (known NULL) or changes: NOT_ALLOWED is added. tree: staged; body: with its
 * parent's number. */
int tz_decide_unit_access(struct tz_batch *b, const struct tz_op *op, const struct tz_tree *tree,
                          const struct tz_unit_node *known, const Taizhang__V1__CommitteeBody *body,
                          struct tz_errors *errors) TZ_MUSTCHECK;
/* Whether it may see who the unit's contact persons are. */
bool tz_decide_sees_contacts(struct tz_batch *b, const struct tz_op *op, const struct tz_tree *tree,
                             uint32_t number);
/* Whether the op may change what the unit is and where it stands. */
bool tz_decide_may_change_unit(struct tz_batch *b, const struct tz_op *op, const struct tz_tree *tree,
                               const struct tz_unit_node *known);
/* The members of a reporting set: 0, or TZ_EINVAL and NOT_ALLOWED is added. */
int tz_decide_member_access(struct tz_batch *b, const struct tz_op *op, char *const *member, size_t count,
                            struct tz_errors *errors) TZ_MUSTCHECK;

/* --- an address --- */

/* Resolves the committee. Empties the scratch arena. */
void tz_subject_init(struct tz_batch *b, struct tz_op *op, size_t i, struct tz_subject *s);
/* The same, and reads the head. */
int tz_subject_read(struct tz_batch *b, struct tz_op *op, size_t i, struct tz_subject *s) TZ_MUSTCHECK;
/* The current entry, in the scratch arena; read once. There must be one. */
int tz_subject_entry(struct tz_batch *b, struct tz_subject *s) TZ_MUSTCHECK;
/* Rule 1: whether the entry at base+1 has the ticket; *position is then its own. */
int tz_subject_has_ticket(struct tz_batch *b, struct tz_subject *s, bool *yes,
                          uint64_t *position) TZ_MUSTCHECK;
/* Fills done: the outcome and where the address stands. */
void tz_subject_settle(struct tz_subject *s, Taizhang__V1__OutcomeCode outcome, uint64_t revision,
                       uint64_t position);
/* Rules 4 and 5. */
int tz_subject_stale(struct tz_batch *b, struct tz_subject *s) TZ_MUSTCHECK;
/* An entry about the address, but for its revision and what is in it; period is lent to it. */
struct tz_entry_ask tz_subject_says(const struct tz_subject *s, Taizhang__V1__EntryType type,
                                    char period[TZ_PERIOD_SIZE]);
/* Appends it, with the mark of a write from above. */
int tz_subject_add(struct tz_batch *b, const struct tz_entry_ask *e) TZ_MUSTCHECK;
/* A new revision: its entry and its head, and the mark of a write from above. What the ask keeps of private
 * bytes is taken from the live entry, which then has been read. */
int tz_subject_append(struct tz_batch *b, struct tz_subject *s, Taizhang__V1__EntryType type,
                      struct tz_bytes body) TZ_MUSTCHECK;

/* Decides each address that is not refused as it came, and where the op may write at all. */
typedef int tz_decide_fn(struct tz_batch *b, struct tz_subject *s);
int tz_decide_each(struct tz_batch *b, struct tz_op *op, tz_decide_fn *decide) TZ_MUSTCHECK;

/* What the service found, as a list to add to. */
void tz_ask_errors(const struct tz_change_ask *ask, struct tz_errors *out);
/* REJECTED with what the service found. */
void tz_refuse(struct tz_op *op, struct tz_change_done *done, const struct tz_change_ask *ask);
/* REJECTED with these errors, copied into the op's arena. */
void tz_reject(struct tz_op *op, struct tz_change_done *done, const struct tz_errors *errors);
void tz_reject_one(struct tz_op *op, struct tz_change_done *done, tz_code code, const char *field,
                   const char *value);

#define TZ_OUTCOME(name) TAIZHANG__V1__OUTCOME_CODE__OUTCOME_##name
#define TZ_HELD(name)    TAIZHANG__V1__HELD_CODE__HELD_##name
#define TZ_ENTRY(name)   TAIZHANG__V1__ENTRY_TYPE__ENTRY_##name

#endif
