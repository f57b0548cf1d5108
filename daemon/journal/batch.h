/* SPDX-License-Identifier: Apache-2.0
 *
 * One batch of the writer: what its operations append to the journal, in one transaction, and the changes
 * that the views get after the commit. Internal to the journal.
 */
#ifndef TZ_DAEMON_JOURNAL_BATCH_H
#define TZ_DAEMON_JOURNAL_BATCH_H

#include "daemon/journal/writer.h"

enum tz_change_type {
    TZ_CHANGE_RECORD,
    TZ_CHANGE_UNIT,
    TZ_CHANGE_SET,
    TZ_CHANGE_KEY,
    TZ_CHANGE_INVITATION,
};

/* A change for the views, prepared before the lock is taken. All of it lives in the batch's arena, or in that
 * of an operation of the batch. */
struct tz_change {
    enum tz_change_type type;
    struct tz_change *next;
    union {
        struct {
            bool has_before;
            bool has_after;
            struct tz_view_record before;
            struct tz_view_record after;
            struct tz_whole_state whole; /* of after's whole, at this moment */
            struct tz_change_done *done; /* of a record that replaces others; else NULL */
        } record;
        struct {
            uint32_t number;
            uint64_t revision;
            uint64_t position;
            const Taizhang__V1__CommitteeBody *body;
            const Taizhang__V1__CommitteePrivate *private_;
        } unit;
        struct {
            uint64_t revision;
            const Taizhang__V1__ReportingSetBody *body;
        } set;
        struct {
            Taizhang__V1__EntryHeader header; /* revision, position, time and principal only */
            const Taizhang__V1__KeyBody *key; /* one of these */
            const Taizhang__V1__InvitationBody *invitation;
        } principal;
    };
};

struct tz_batch {
    struct tz_store *store;
    const struct tz_tree *tree; /* only the writer's thread changes it, so it reads without the lock */
    const struct tz_reporting_sets *sets; /* likewise */
    const struct tz_principals *principals;
    bool keys_changed; /* the principals are no longer what this batch has made of them */
    const struct tz_env *env;
    uint64_t epoch;
    uint64_t position; /* last appended */
    size_t entries;
    int64_t time_ms;         /* of its entries */
    struct tz_arena arena;   /* until the views have the batch */
    struct tz_arena scratch; /* until the next change is decided */
    struct tz_change *changes;
    struct tz_change **end;
    struct { /* the last decision on access: records come by committee */
        const struct tz_op *op;
        uint32_t committee;
        struct tz_decision decision;
    } access;
};

/* The most that a batch's views may take before it is closed to further operations. */
enum { TZ_BATCH_ARENA = 64 * 1024 * 1024 };

void tz_batch_init(struct tz_batch *b, struct tz_store *store, const struct tz_env *env);
void tz_batch_free(struct tz_batch *b);
/* Empties it for the next use. last_ms: the time of the journal's last entry. */
void tz_batch_start(struct tz_batch *b, const struct tz_views *views, uint64_t epoch, uint64_t position,
                    int64_t last_ms);

/* An entry to be appended; strings may be NULL. */
struct tz_entry_ask {
    Taizhang__V1__EntryType type;
    const char *principal;
    const char *person;
    const char *reason;
    uint32_t from; /* the committee above that writes; 0: its own */
    uint32_t committee;
    const char *code;
    uint32_t kind;
    const char *period;
    const char *key;
    uint64_t revision;
    uint64_t base;
    const uint8_t *ticket; /* 16 bytes, or NULL */
    struct tz_bytes body;
    struct tz_bytes private_;
};
/* Makes the canonical header, with hash and commitment, and appends. Its position is then b->position. */
int tz_batch_append(struct tz_batch *b, const struct tz_entry_ask *ask) TZ_MUSTCHECK;
/* The header of a stored entry, in the arena. TZ_ECORRUPT. */
int tz_entry_header(const struct tz_entry *e, struct tz_arena *arena,
                    Taizhang__V1__EntryHeader **out) TZ_MUSTCHECK;
/* Packs a message into the arena. */
int tz_message_pack(const ProtobufCMessage *m, struct tz_arena *arena, struct tz_bytes *out) TZ_MUSTCHECK;
bool tz_bytes_equal(struct tz_bytes a, struct tz_bytes b);

/* A zeroed change of this type at the end of the list; NULL: no memory. */
struct tz_change *tz_batch_change(struct tz_batch *b, enum tz_change_type type);

/* After the commit: all changes under the write lock. On an error the views are unusable. */
int tz_batch_apply(struct tz_batch *b, struct tz_views *views) TZ_MUSTCHECK;
/* After that, on the thread that applied it: what the records of scope subtree replace, in their outcomes. */
void tz_batch_fill_replaced(const struct tz_batch *b, const struct tz_views *views);

#endif
