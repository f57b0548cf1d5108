/* SPDX-License-Identifier: Apache-2.0
 *
 * The only way in. One thread takes what waits in a bounded queue, decides each operation inside one
 * transaction, commits once, brings the views up to date, and only then completes the operations (their
 * replies leave). One step can be run without a thread.
 */
#ifndef TZ_DAEMON_JOURNAL_WRITER_H
#define TZ_DAEMON_JOURNAL_WRITER_H

#include "common/schema/record.h"
#include "daemon/service/access.h"
#include "daemon/store/store.h"
#include "daemon/views/views.h"

/* One change that is asked for, prepared by the service: bytes checked for canonical form, decoded, validated
 * as far as that needs no store. */
struct tz_change_ask {
    struct tz_address address; /* records and withdrawals */
    uint64_t base;
    uint8_t ticket[16];
    bool confirmed;
    bool keep_private;    /* private_ is empty: the live revision's stay */
    struct tz_bytes body; /* a Withdrawal's body is packed by the writer from `reason` */
    struct tz_bytes private_;
    const char *reason;
    struct tz_record record;  /* decoded; kind NULL for a withdrawal */
    struct tz_errors *errors; /* found so far; used only if the decision comes to validation */
    bool refused;             /* not canonical or no address: REJECTED whatever the registry holds */
    const Taizhang__V1__CommitteeItem *committee;        /* imports, and changes of committees */
    const char *on;                                      /* changes: the day; "": today */
    const Taizhang__V1__ReportingSetBody *reporting_set; /* reporting sets */
    const Taizhang__V1__KeyPutRequest *key_put;          /* keys and invitations: one of these */
    const Taizhang__V1__InviteRequest *invite;
    const struct tz_enrolment *enrolment;
};

/* A key that is to be enrolled: by an invitation, or in place of the asking key (the code is NULL then). Its
 * holder has proved it. Strings are not NULL. */
struct tz_enrolment {
    const uint8_t *public_key;  /* TZ_KEY_PUBLIC_SIZE */
    const uint8_t *code_sha256; /* TZ_SHA256_SIZE */
    const char *name;           /* "": as the invitation, or the key before, says */
    const char *peer;           /* the address that it comes from */
};

enum tz_op_type {
    TZ_OP_SUBMIT,
    TZ_OP_WITHDRAW,
    TZ_OP_RECONCILE,
    TZ_OP_COMMITTEES,
    TZ_OP_COMMITTEE_CHANGE,
    TZ_OP_REPORTING_SET,
    TZ_OP_KEY_PUT,
    TZ_OP_KEY_ROTATE,
    TZ_OP_INVITE,
    TZ_OP_ENROL,
    TZ_OP_ERASE,
};

/* What an accepted record of scope subtree stands for, of one measure that it states with a number. */
struct tz_replaced {
    const char *measure; /* the field table's */
    struct tz_sum sum;   /* no records: nothing is replaced */
};

enum { TZ_ENDED_MAX = 1000 }; /* that are named */

/* What became of it. */
struct tz_change_done {
    Taizhang__V1__OutcomeCode outcome;
    Taizhang__V1__HeldCode held; /* reconcile */
    uint64_t revision;
    uint64_t position;
    int64_t time_ms;       /* CONFLICT */
    const char *principal; /* CONFLICT; in the op's arena */
    bool withdrawn;
    struct tz_errors
        *errors; /* REJECTED: no room behind item[count - 1]; NULL: no memory was left for them */
    struct tz_replaced
        *replaced; /* CREATED or UPDATED, as the views stand after the batch; in the op's arena */
    size_t replaced_count;
    uint64_t erased;    /* erasures: revisions that lost private bytes */
    bool pending;       /* the database's log still has them */
    const char **ended; /* key_put: the keys that ended with the one revoked; in the op's arena */
    size_t ended_count; /* TZ_ENDED_MAX at most */
};

/* One request's changes. The op and its arena belong to the caller until tz_writer_submit succeeds and again
 * from `complete` on, which runs on the writer thread and must only hand the op over to its own thread. */
struct tz_op {
    enum tz_op_type type;
    struct tz_arena arena;
    size_t bytes;                 /* of the request, for the queue's limit */
    const struct tz_grant *grant; /* who, and what it may do: decided for each change */
    size_t count;
    struct tz_change_ask *ask;
    struct tz_change_done *done;
    tz_code
        failed; /* OK, or why the op as a whole has no outcomes: READ_ONLY, OUTCOME_UNKNOWN, SHUTTING_DOWN */
    uint64_t position; /* after the batch */
    void (*complete)(struct tz_op *op);
    void *owner;
    struct tz_op *next;
};

struct tz_writer;

struct tz_writer_options {
    struct tz_store *store;
    struct tz_views *views;
    const struct tz_env *env;
    struct tz_log *log;
    size_t queue_bytes;   /* 64 MiB */
    size_t batch_changes; /* 4000 */
    size_t batch_bytes;   /* 8 MiB */
    /* Called on the writer thread once after each batch's operations were completed (wake the I/O threads),
     * and when room appears in a queue that was full. */
    void (*batch_done)(void *ctx);
    void *ctx;
};

int tz_writer_new(struct tz_writer **out, const struct tz_writer_options *options) TZ_MUSTCHECK;
int tz_writer_start(struct tz_writer *w) TZ_MUSTCHECK; /* the thread */
/* Finishes what is queued, stops and joins the thread. */
void tz_writer_stop(struct tz_writer *w);
void tz_writer_free(struct tz_writer *w);

/* TZ_OK; TZ_EFULL: the queue is full, try again after batch_done; TZ_ECLOSED: stopping. Any thread. */
int tz_writer_submit(struct tz_writer *w, struct tz_op *op) TZ_MUSTCHECK;
/* Runs one batch if something waits; returns the number of operations completed. Whether or not, the tree is
 * that of today from then on. For tests, without the thread. */
size_t tz_writer_step(struct tz_writer *w);

struct tz_writer_stats {
    uint64_t batches;
    uint64_t operations;
    uint64_t entries;
    bool read_only;
};
void tz_writer_stats(struct tz_writer *w, struct tz_writer_stats *out); /* any thread */

#endif
