/* SPDX-License-Identifier: Apache-2.0
 *
 * The outbox: every version of a record, and every withdrawal, is kept here before it is sent, and what the
 * registry decided is kept beside it. Part of the profile (profile.h); several processes may use it at once.
 *
 * One version of an address is under way at a time. States:
 *   QUEUED        stored here; never sent, or the registry is known not to hold it
 *   SENT          sent without an answer: reconciled before it is sent again
 *   ACKNOWLEDGED  the registry holds it: revision, position and epoch say where
 *   REFUSED       with its errors; waits for a corrected version, a retry or a drop
 *   CONFLICT      somebody else changed the record; waits for a resolution
 * Putting a version of an address whose earlier one never left this machine, is REFUSED or in CONFLICT takes
 * its place; behind one that is SENT (or was, for what is on its way may still arrive) it waits, and takes
 * the revision at which that one ends as its base unless it names its own. A version that was packed to be
 * carried away (carry.h) is QUEUED and counts as one that was sent.
 *
 * Functions return TZ_OK or a negative enum tz_rc; tz_profile_error has SQLite's words for the last failure.
 */
#ifndef TZ_CLIENT_LIB_OUTBOX_H
#define TZ_CLIENT_LIB_OUTBOX_H

#include "client/lib/profile.h"
#include "common/base/arena.h"
#include "common/schema/address.h"

enum tz_outbox_state {
    TZ_OUTBOX_QUEUED = 1,
    TZ_OUTBOX_SENT,
    TZ_OUTBOX_ACKNOWLEDGED,
    TZ_OUTBOX_REFUSED,
    TZ_OUTBOX_CONFLICT,
};

enum tz_outbox_operation { TZ_OUTBOX_SUBMIT = 1, TZ_OUTBOX_WITHDRAW };

struct tz_outbox_bytes {
    const uint8_t *data;
    size_t len;
};

/* One version. Of what is passed in nothing is kept; of what is handed out the bytes and texts are valid
 * until the callback returns. */
struct tz_outbox_entry {
    int64_t id; /* grows; 0 in what is passed to tz_outbox_put */
    enum tz_outbox_state state;
    enum tz_outbox_operation operation;
    const char *address; /* committee/kind/period/key */
    bool has_base;       /* in: base is the user's (版本); else it is the revision seen last */
    uint64_t base;
    uint8_t ticket[TZ_TICKET_SIZE]; /* made by tz_outbox_put */
    bool confirmed;
    bool keep_private;
    struct tz_outbox_bytes body; /* canonical */
    struct tz_outbox_bytes private_bytes;
    const char *reason; /* of a withdrawal, or of a write from above; else "" */
    const char *source; /* the file that it came from, "" for none */
    size_t row;         /* of that file; 0: none */
    int64_t queued_ms;
    int64_t tried_ms; /* the last time that it was sent; 0: never */
    uint32_t tries;
    /* what was decided */
    uint64_t revision; /* ACKNOWLEDGED: its own; CONFLICT: the registry's current one */
    uint64_t position;
    uint64_t epoch;
    int64_t decided_ms;             /* this machine's clock */
    bool was_shown;                 /* CONFLICT: its user was shown */
    uint64_t shown;                 /* this revision of the registry's; 0: that it has none */
    struct tz_outbox_bytes outcome; /* the packed taizhang.v1.Outcome, empty before there is one */
};

enum tz_outbox_put {
    TZ_OUTBOX_PUT_NEW = 1,   /* a version that is now queued */
    TZ_OUTBOX_PUT_WAITING,   /* the same version was there already and is not decided */
    TZ_OUTBOX_PUT_UNCHANGED, /* only with skip_unchanged: the last version of this address that was
                                acknowledged is the same; nothing was stored, *id is that version's */
};

/* Stores a version; call it inside tz_profile_begin and commit, which make it durable. skip_unchanged: a
 * version that equals the last one acknowledged is not stored again. */
int tz_outbox_put(struct tz_profile *p, const struct tz_outbox_entry *entry, bool skip_unchanged,
                  enum tz_outbox_put *what, int64_t *id) TZ_MUSTCHECK;

typedef int tz_outbox_visit(void *ctx, const struct tz_outbox_entry *entry);
/* One version. TZ_ENOENT. The visitor's result other than 0 is returned. */
int tz_outbox_get(struct tz_profile *p, int64_t id, tz_outbox_visit *visit, void *ctx) TZ_MUSTCHECK;
/* The newest version of an address that is not acknowledged, else the acknowledged one. TZ_ENOENT. */
int tz_outbox_find(struct tz_profile *p, const char *address, tz_outbox_visit *visit, void *ctx) TZ_MUSTCHECK;
/* Versions by id from the one after `after`; states: a set of 1 << state. The visitor may stop with a result
 * other than 0, which is returned; it must not change the outbox. */
int tz_outbox_list(struct tz_profile *p, unsigned states, int64_t after, tz_outbox_visit *visit,
                   void *ctx) TZ_MUSTCHECK;
/* The last version of an address that was acknowledged, whatever came since. TZ_ENOENT. For finding out what
 * a key of a sheet meant before. */
int tz_outbox_known(struct tz_profile *p, const char *address, tz_outbox_visit *visit,
                    void *ctx) TZ_MUSTCHECK;
/* The same for every address of a committee, kind and period, by key; withdrawn ones are left out. prefix:
 * "committee/kind/period/". */
int tz_outbox_known_under(struct tz_profile *p, const char *prefix, tz_outbox_visit *visit,
                          void *ctx) TZ_MUSTCHECK;
/* How many versions are in a state, and when the oldest was queued (0: none). */
int tz_outbox_count(struct tz_profile *p, enum tz_outbox_state state, uint64_t *count,
                    int64_t *oldest_ms) TZ_MUSTCHECK;

/* --- kept for other registries --- */

/* A registry other than the one in use, for which something is kept that is not acknowledged. */
struct tz_outbox_place {
    int64_t number; /* for tz_profile_use_number */
    bool has_id;    /* it answered once */
    uint8_t id[16];
    const char *server; /* where it answered last, or is expected; "": another registry answers there now, or
                           none was noted */
    uint64_t waiting;
    uint64_t refused;
    uint64_t conflicts;
    int64_t oldest_ms;
};
typedef int tz_outbox_place_fn(void *ctx, const struct tz_outbox_place *place);
/* A visitor's result other than 0 ends it and is returned. */
int tz_outbox_elsewhere(struct tz_profile *p, tz_outbox_place_fn *visit, void *ctx) TZ_MUSTCHECK;
/* The number of the registry for which this version is kept, if that is one with no address. TZ_ENOENT. */
int tz_outbox_stranded(struct tz_profile *p, int64_t id, int64_t *number) TZ_MUSTCHECK;

/* --- sending --- */

/* The state in which a version ends with the registry's decision. */
enum tz_outbox_state tz_outbox_state_of(Taizhang__V1__OutcomeCode outcome);

/* Up to max versions that may be sent now, by id after *cursor: QUEUED, no earlier version of their address
 * undecided. The entries' memory is the arena's; when that is full there are fewer of them, but one at least.
 */
int tz_outbox_sendable(struct tz_profile *p, int64_t *cursor, size_t max, struct tz_arena *arena,
                       struct tz_outbox_entry *out, size_t *count) TZ_MUSTCHECK;
/* QUEUED -> SENT, before the bytes leave: all that tz_outbox_sendable gave from the one after `after` to
 * `last`, in its transaction. count: how many these were; TZ_ECORRUPT when there are not as many. */
int tz_outbox_sent_all(struct tz_profile *p, int64_t after, int64_t last, size_t count) TZ_MUSTCHECK;
/* SENT -> QUEUED: the registry is known not to hold it. */
int tz_outbox_unsent(struct tz_profile *p, int64_t id) TZ_MUSTCHECK;
/* The registry's decision: state and revision follow from the outcome; a version that waits behind this one
 * gets its base. epoch: of the connection. The same decision again changes nothing. */
int tz_outbox_decided(struct tz_profile *p, int64_t id, const Taizhang__V1__Outcome *outcome,
                      uint64_t epoch) TZ_MUSTCHECK;
/* SENT versions like tz_outbox_sendable, without body, private bytes and outcome. */
int tz_outbox_doubtful(struct tz_profile *p, int64_t *cursor, size_t max, struct tz_arena *arena,
                       struct tz_outbox_entry *out, size_t *count) TZ_MUSTCHECK;
/* Decisions are numbered: the last one's number, and every version decided after one, by id. */
int tz_outbox_decisions(struct tz_profile *p, uint64_t *number) TZ_MUSTCHECK;
int tz_outbox_decided_since(struct tz_profile *p, uint64_t number, tz_outbox_visit *visit,
                            void *ctx) TZ_MUSTCHECK;

/* --- after a restore of the registry --- */

/* Up to which epoch everything acknowledged is known to be there. */
int tz_outbox_epoch(struct tz_profile *p, uint64_t *epoch) TZ_MUSTCHECK;
int tz_outbox_set_epoch(struct tz_profile *p, uint64_t epoch) TZ_MUSTCHECK;
/* Versions acknowledged in an earlier epoch, as tz_outbox_sendable. */
int tz_outbox_before(struct tz_profile *p, uint64_t epoch, int64_t *cursor, size_t max,
                     struct tz_arena *arena, struct tz_outbox_entry *out, size_t *count) TZ_MUSTCHECK;
/* It is there in this epoch too; revision: where the same stands now, 0: where it stood. */
int tz_outbox_stands(struct tz_profile *p, int64_t id, uint64_t revision, uint64_t epoch) TZ_MUSTCHECK;
/* ACKNOWLEDGED -> QUEUED, on another base, which counts as seen: the registry lost it. new_ticket: it is no
 * longer the same version. */
int tz_outbox_reoffer(struct tz_profile *p, int64_t id, uint64_t base, bool new_ticket) TZ_MUSTCHECK;
/* Forgets a version that was ACKNOWLEDGED: the registry lost the address with all its revisions, and it is
 * not to be offered again. */
int tz_outbox_forget(struct tz_profile *p, int64_t id) TZ_MUSTCHECK;
/* ACKNOWLEDGED -> CONFLICT: the registry lost it, and has another version now. */
int tz_outbox_overtaken(struct tz_profile *p, int64_t id, const Taizhang__V1__Outcome *outcome,
                        uint64_t epoch) TZ_MUSTCHECK;

/* --- what the user decides --- */

/* REFUSED or CONFLICT -> QUEUED as it is. TZ_ENOENT, TZ_EINVAL: its state does not allow it. */
int tz_outbox_retry(struct tz_profile *p, int64_t id) TZ_MUSTCHECK;
/* Forgets a version. TZ_EINVAL: ACKNOWLEDGED, or SENT or packed (its fate is unknown) without force. */
int tz_outbox_drop(struct tz_profile *p, int64_t id, bool force) TZ_MUSTCHECK;
/* The registry erased an address's private fields: so do the versions of it that are ACKNOWLEDGED here, durably
 * and in the profile's file. A transaction of its own. */
int tz_outbox_forget_private(struct tz_profile *p, const char *address) TZ_MUSTCHECK;
/* A conflict is resolved against the revision that its user was shown: mine becomes a new version with that
 * base; theirs drops mine and counts that revision as seen. TZ_EINVAL: not a conflict. */
int tz_outbox_resolve(struct tz_profile *p, int64_t id, uint64_t shown, bool mine) TZ_MUSTCHECK;

/* What the registry holds beside a version in conflict, kept for showing it without a line. */
enum tz_outbox_side {
    TZ_OUTBOX_BASE = 1, /* the revision that it was made from */
    TZ_OUTBOX_THEIRS,   /* the current one */
};
/* state NULL: the registry has none. What is kept of versions that are no longer in conflict goes. */
int tz_outbox_keep(struct tz_profile *p, int64_t id, enum tz_outbox_side side,
                   const Taizhang__V1__RecordState *state) TZ_MUSTCHECK;
/* *out is the arena's; TZ_ENOENT: nothing is kept. */
int tz_outbox_kept(struct tz_profile *p, int64_t id, enum tz_outbox_side side, struct tz_arena *arena,
                   Taizhang__V1__RecordState **out) TZ_MUSTCHECK;
/* The user of a version in conflict is shown this revision of the registry's. TZ_ENOENT. */
int tz_outbox_show(struct tz_profile *p, int64_t id, uint64_t revision) TZ_MUSTCHECK;

#endif
