/* SPDX-License-Identifier: Apache-2.0
 *
 * libtaizhang: a client of the Taizhang registry for programs in C. This is the whole of it; taizhang.1 is a
 * program made of the same parts, libtaizhang.3 an introduction, client/example/submit.c a small uploader.
 *
 * There are two handles. An outbox (struct tz_box) keeps every version on this machine's disk before it is
 * sent, and what the registry decided beside it: nothing is lost or sent twice whatever is killed or cut, and
 * it works with no line at all. Programs that submit should use it. A connection (struct tz_registry) is the
 * bare protocol: any request, answered now or failed.
 *
 * Calls block until their answer is there; while they wait for the registry they make sure that it is alive
 * (a ping after 2 seconds of silence, given up 2.5 seconds later), so a slow registry is waited for and a
 * dead one is found within 5 seconds. A registry that asks for a pause gets it, a minute at most each time.
 * Sending the same version with the same ticket again is always safe.
 *
 * Threads: a handle is used by one thread at a time; different handles are independent, also several of one
 * profile, in one process or in many. No call raises SIGPIPE. A handle does not survive fork().
 *
 * Ownership: what is passed in is the caller's and is not kept after the call returns. What is passed to a
 * callback is the library's and is gone when the callback returns. A callback must not use the handle. What a
 * call returns by pointer is valid as long as its comment says. Only handles are freed, by their close.
 *
 * A registry over TCP is reached under TLS 1.3 with a device key, which `taizhang join` makes and keeps
 * beside the profile; the program needs no more than the profile's name.
 *
 * Text is UTF-8, NUL-terminated, never NULL in what the library hands out. Times are milliseconds since
 * 1970-01-01 UTC.
 *
 * Binary compatibility, within one SOVERSION: structs that the caller makes begin with `size`, which he sets
 * to sizeof the struct, and later members are then taken as 0; structs that the library makes may grow at
 * their end and are only ever reached by pointers; enumerations gain members.
 *
 * Messages are those of registry.proto, protocol version 1; PROTOCOL.md describes them.
 */
#ifndef TAIZHANG_TAIZHANG_H
#define TAIZHANG_TAIZHANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TZ_API __attribute__((visibility("default")))
#else
#define TZ_API
#endif

/* Of this header; tz_version and tz_version_number are those of the library that runs. */
#define TZ_VERSION_MAJOR  0
#define TZ_VERSION_MINOR  1
#define TZ_VERSION_PATCH  0
#define TZ_VERSION_NUMBER (TZ_VERSION_MAJOR * 1000000 + TZ_VERSION_MINOR * 1000 + TZ_VERSION_PATCH)

/* "0.1.0"; static. */
TZ_API const char *tz_version(void);
/* As TZ_VERSION_NUMBER. */
TZ_API unsigned long tz_version_number(void);

/* --- how calls end --- */

/* How a call ended. The numbers are the exit codes of the command line. */
enum tz_result {
    TZ_RESULT_DONE = 0,
    TZ_RESULT_REFUSED = 1, /* the registry, or a rule checked here, says no: tz_failure.code says why */
    TZ_RESULT_USAGE = 2,   /* an argument is wrong */
    TZ_RESULT_UNREACHABLE =
        3, /* no connection, a lost one, or a registry that cannot answer now: try later */
    TZ_RESULT_NOT_ALLOWED = 4,
    TZ_RESULT_CONFLICT = 5,
    TZ_RESULT_INTERNAL = 6, /* memory or disk are out, or one of the two programs is wrong */
};

/* What happened, for a program that makes its own sentences. */
enum tz_reason {
    TZ_REASON_NONE,
    TZ_REASON_ADDRESS,   /* the server's address cannot be read; detail: the address */
    TZ_REASON_RESOLVE,   /* the host is not known; detail: the resolver's words */
    TZ_REASON_CONNECT,   /* not connected; detail: the system's words */
    TZ_REASON_LOST,      /* the connection was cut; detail: the system's words, or empty */
    TZ_REASON_SILENT,    /* nothing came, not even an answer to a ping */
    TZ_REASON_GARBAGE,   /* what came is not this protocol */
    TZ_REASON_TOO_LARGE, /* an answer, or this request, is larger than the limit */
    TZ_REASON_ANSWERED,  /* the registry answered with an error: code, field, value */
    TZ_REASON_ARGUMENT,  /* an argument is wrong; detail: which; of a server that was not named, value: those
                            that  the profile has keys for */
    TZ_REASON_MEMORY,
    TZ_REASON_PROFILE,     /* the profile cannot be opened, read or written; detail: why */
    TZ_REASON_FILE,        /* a file cannot be read or written, or is not what it should be; detail: why */
    TZ_REASON_NOT_FOUND,   /* the outbox has no such version */
    TZ_REASON_STATE,       /* the version's state does not allow it */
    TZ_REASON_RECORD,      /* a record breaks a rule: code, field, value of the first error */
    TZ_REASON_NO_KEY,      /* this machine has no key for the registry; detail: those that it has keys for */
    TZ_REASON_KEY,         /* a key's file cannot be used; detail: which, and why */
    TZ_REASON_CERTIFICATE, /* the registry's certificate is not the pinned one; value: the pinned one's
                              fingerprint, detail: that of the one that came */
    TZ_REASON_UNTRUSTED,   /* the system's store does not trust the certificate; detail: why; value: the last
                              day of one that is over */
};

/* Why a call failed. Its size never changes. */
struct tz_failure {
    enum tz_result result;
    enum tz_reason reason;
    int code;           /* of taizhang.v1.Code, with TZ_REASON_ANSWERED and TZ_REASON_RECORD; else 0 */
    char field[40];     /* of the request or record, may be empty */
    char value[200];    /* what stood there, may be empty */
    char detail[200];   /* see the reasons */
    char message[320];  /* one sentence in English */
    char reserved[128]; /* zeroed */
};

/* One of the reasons for which a record was refused. */
struct tz_submission_error {
    int code; /* of taizhang.v1.Code */
    const char *code_name;
    const char *field;
    const char *value;
};

/* Of taizhang.v1.OutcomeCode. */
enum tz_outcome_code {
    TZ_OUTCOME_NONE = 0,
    TZ_OUTCOME_CREATED = 1,
    TZ_OUTCOME_UPDATED = 2,
    TZ_OUTCOME_UNCHANGED = 3,
    TZ_OUTCOME_CONFLICT = 4, /* somebody else changed the record since the base */
    TZ_OUTCOME_BEHIND = 5,   /* the registry was restored from a backup and does not know the base */
    TZ_OUTCOME_REJECTED = 6, /* with its errors */
    TZ_OUTCOME_WITHDRAWN = 7,
};

/* What the registry decided about one version. */
struct tz_submission_outcome {
    int outcome;           /* enum tz_outcome_code */
    uint64_t revision;     /* where the address stands now */
    uint64_t position;     /* of the journal entry that made this revision */
    int64_t time_ms;       /* conflict: when the current revision was made, */
    const char *principal; /* and by whom */
    bool withdrawn;        /* the current revision is a withdrawal */
    size_t error_count;
    const struct tz_submission_error *const *errors;
};

/* --- a connection --- */

struct tz_registry;

/* How a connection is opened. */
struct tz_registry_options {
    size_t size;         /* sizeof(struct tz_registry_options) */
    const char *profile; /* whose key is used: as for tz_box_open; NULL: default */
    const char *server;  /* unix:PATH, HOST, HOST:PORT or [IPV6]:PORT (port 7117 if none); NULL: the registry
                            that  the profile has joined, where it is one only */
    const char *client;  /* name and version of the program, for the registry's log; NULL: the library's */
    const char *act_for; /* of a gateway: the principal in whose name every request is made, "person:LOGIN";
                            NULL: nobody's */
};

/* Connects and says hello. Over TCP that is TLS, and the key that `taizhang join` made for the profile is
 * proved; a Unix socket lets its owner in without one. On failure *out is NULL and *failure (may be NULL)
 * says why. */
TZ_API enum tz_result tz_registry_open_with(const struct tz_registry_options *options,
                                            struct tz_registry **out, struct tz_failure *failure);
/* The same with the default profile. */
TZ_API enum tz_result tz_registry_open(const char *server, const char *client, struct tz_registry **out,
                                       struct tz_failure *failure);
/* Closes the connection and frees the handle; NULL is allowed. Requests without an answer are of unknown
 * outcome. After TZ_RESULT_UNREACHABLE the handle is of no more use: close it and open another. */
TZ_API void tz_registry_close(struct tz_registry *r);

/* Why the last call on this handle failed; never NULL, valid until the next call. */
TZ_API const struct tz_failure *tz_registry_failure(const struct tz_registry *r);

/* The registry's id: 16 bytes, valid as long as the handle. It tells one registry from another, for ever. */
TZ_API const uint8_t *tz_registry_id(const struct tz_registry *r);
/* The registry's epoch: it grows when the registry is restored from a backup. */
TZ_API uint64_t tz_registry_epoch(const struct tz_registry *r);

/* Asks whether the registry answers. *position and *time_ms (the registry's clock) may be NULL. */
TZ_API enum tz_result tz_registry_ping(struct tz_registry *r, uint64_t *position, int64_t *time_ms);

/* One record to submit. body and private_bytes are the canonical bytes of the kind's messages (record.proto).
 */
struct tz_submission {
    size_t size;           /* sizeof(struct tz_submission), the same in every member of an array */
    const char *committee; /* code */
    uint32_t kind;
    const char *period; /* canonical: 2017, 2017H1, 2017Q3, 2017-06 */
    const char *key;
    uint64_t base;      /* the revision that this version replaces, 0 for a new record */
    uint8_t ticket[16]; /* random, made once for this version and used again for every repeat of it */
    bool confirmed;     /* the warnings of earlier answers are confirmed */
    bool keep_private;  /* there are no private bytes, and those that the registry holds stay */
    const void *body;
    size_t body_len;
    const void *private_bytes; /* NULL with length 0: none */
    size_t private_len;
};

/* index: of the record in the array passed to tz_registry_submit. */
typedef void tz_outcome_fn(void *ctx, size_t index, const struct tz_submission_outcome *outcome);

/* Submits records, several frames in flight, and calls `each` once for every record that the registry decided
 * on, as the answers come. DONE: every record was decided (which does not mean that every one was accepted).
 * Otherwise the records for which `each` was not called are of unknown outcome: submit them again with the
 * same tickets. */
TZ_API enum tz_result tz_registry_submit(struct tz_registry *r, const struct tz_submission *records,
                                         size_t count, tz_outcome_fn *each, void *ctx);

/* message: a packed taizhang.v1.ServerMessage. */
typedef void tz_message_fn(void *ctx, const void *message, size_t len);

/* Any request: a packed taizhang.v1.ClientMessage (its id is replaced), answered by one or more packed
 * ServerMessages, each passed to `each` in order. An answer with an error status is passed too and is then
 * the result. */
TZ_API enum tz_result tz_registry_call(struct tz_registry *r, const void *message, size_t len,
                                       tz_message_fn *each, void *ctx);

/* --- an outbox --- */

struct tz_box;

/* Opens the outbox of a profile for a registry. profile: a name (NULL: default), as the command line's
 * --profile, so that program and `taizhang outbox` can share one; or, with a slash in it, the path of its
 * file. The file and its folders are made. server: as in struct tz_registry_options; nothing is connected
 * yet, and it may never have answered. On failure *out is NULL and *failure (may be NULL) says why. */
TZ_API enum tz_result tz_box_open(const char *profile, const char *server, struct tz_box **out,
                                  struct tz_failure *failure);
/* Frees the handle; NULL is allowed. Nothing is lost: what was put is on the disk. */
TZ_API void tz_box_close(struct tz_box *box);
/* Why the last call on this handle failed; never NULL, valid until the next call. */
TZ_API const struct tz_failure *tz_box_failure(const struct tz_box *box);

/* One field as people write it: a name of the kind's table, English, Chinese or an alias, and the cell. */
struct tz_field_text {
    const char *field;
    const char *text;
};

/* One version of a record, or its withdrawal. The record is given in bytes or in fields, not both. */
struct tz_box_record {
    size_t size;           /* sizeof(struct tz_box_record), the same in every member of an array */
    const char *committee; /* code */
    uint32_t kind;         /* see tz_kind_number */
    const char *period;    /* canonical: 2017, 2017H1, 2017Q3, 2017-06 */
    const char *key;
    bool has_base; /* base is what the author had seen; else the revision that this profile saw last */
    uint64_t base;
    bool confirmed;    /* the warnings of earlier answers are confirmed */
    bool keep_private; /* there are no private bytes, and those that the registry holds stay */
    const void *body;  /* the canonical bytes of the kind's messages (record.proto) */
    size_t body_len;
    const void *private_bytes; /* NULL with length 0: none */
    size_t private_len;
    const struct tz_field_text *fields; /* or this: read, completed and checked as a row of a sheet is */
    size_t field_count;
    const char *withdraw; /* not NULL: withdraw the record, and this is the reason; then nothing of the above
                             from keep_private on */
    const char *source;   /* where it comes from, for people: a file's name; may be NULL */
    uint64_t row;         /* of that file; 0: none */
    bool again;           /* store it also if it equals the version acknowledged last */
    const char *reason;   /* why a committee above writes the record; may be NULL */
};

enum tz_box_put_code {
    TZ_BOX_PUT_NEW = 1,       /* it waits now */
    TZ_BOX_PUT_WAITING = 2,   /* the same version was there already and is not decided */
    TZ_BOX_PUT_UNCHANGED = 3, /* it equals the version acknowledged last; nothing was stored */
    TZ_BOX_PUT_WRONG = 4,     /* it breaks rules that can be checked here; nothing was stored */
};

/* What became of one record of a put. */
struct tz_box_stored {
    int put;             /* enum tz_box_put_code */
    int64_t id;          /* of the version that waits, or that is the same; 0 when it is wrong */
    const char *address; /* committee/kind/period/key, as far as it can be read */
    size_t error_count;  /* of one that is wrong */
    const struct tz_submission_error *const *errors;
};
typedef void tz_box_stored_fn(void *ctx, size_t index, const struct tz_box_stored *stored);

/* Stores records, all that are right in one step: on the disk when the call returns. each (may be NULL) is
 * called once for every record, in order, after that; when the call fails otherwise than REFUSED nothing was
 * stored and it is not called. REFUSED: some are wrong, the others are stored. A version takes the place of
 * an earlier one of its address that never left this machine, was refused or is in conflict; behind one that
 * may have left it waits. */
TZ_API enum tz_result tz_box_put(struct tz_box *box, const struct tz_box_record *records, size_t count,
                                 tz_box_stored_fn *each, void *ctx);

enum tz_box_state {
    TZ_BOX_QUEUED = 1,       /* not sent, or the registry is known not to hold it */
    TZ_BOX_SENT = 2,         /* sent without an answer: the next sync finds out */
    TZ_BOX_ACKNOWLEDGED = 3, /* the registry holds it */
    TZ_BOX_REFUSED = 4,      /* waits for a corrected version, tz_box_retry or tz_box_drop */
    TZ_BOX_CONFLICT = 5,     /* waits for tz_box_resolve, another version or tz_box_drop */
};
#define TZ_BOX_WAITING (1U << TZ_BOX_QUEUED | 1U << TZ_BOX_SENT)
#define TZ_BOX_STUCK   (1U << TZ_BOX_REFUSED | 1U << TZ_BOX_CONFLICT)

/* One version in the outbox. */
struct tz_box_version {
    int64_t id; /* grows */
    int state;  /* enum tz_box_state */
    bool withdrawal;
    const char *address; /* committee/kind/period/key */
    uint64_t base;
    const uint8_t *ticket; /* 16 bytes */
    const void *body;
    size_t body_len;
    const void *private_bytes;
    size_t private_len;
    bool confirmed;
    bool keep_private;
    const char *reason; /* of a withdrawal, or of a write from above */
    const char *source;
    uint64_t row;
    int64_t queued_ms;
    int64_t tried_ms; /* when it was sent last; 0: never */
    uint32_t tries;
    int64_t packed_ms;  /* when it was packed last (tz_box_pack) and waits still; else 0 */
    int64_t decided_ms; /* this machine's clock; 0: it is not decided */
    uint64_t epoch;     /* of the registry when it decided */
    const struct tz_submission_outcome *outcome; /* NULL: it is not decided */
};
/* A result other than 0 ends the visit. */
typedef int tz_box_version_fn(void *ctx, const struct tz_box_version *version);

/* What a sync did. */
struct tz_box_counts {
    size_t size;            /* sizeof(struct tz_box_counts) */
    uint64_t sent;          /* versions handed to the registry, */
    uint64_t decided;       /* decided by it, */
    uint64_t offered_again; /* and put back in the queue because it was restored from a backup */
};

/* Connects and sends everything that waits; first what was sent without an answer is found out about. decided
 * (may be NULL) is called for every version as it is decided, after that is stored; a result other than 0
 * sends no more than is on its way. counts (may be NULL) is filled also on failure. DONE: nothing is left
 * that could be sent (TZ_BOX_STUCK stay). Otherwise what was not decided waits on: call again later, after
 * tz_box_backoff_ms. Another process that syncs this profile is waited for. client: as for tz_registry_open.
 */
TZ_API enum tz_result tz_box_sync(struct tz_box *box, const char *client, tz_box_version_fn *decided,
                                  void *ctx, struct tz_box_counts *counts);
/* How long to wait after so many failures in a row (from 1): between half a second and five minutes, random,
 * so that thousands of offices that lost the same registry do not come back in the same second. */
TZ_API int64_t tz_box_backoff_ms(unsigned failures);

/* Versions in the order of their ids, from the one after `after`. states: a set of 1U << state, 0: all. */
TZ_API enum tz_result tz_box_list(struct tz_box *box, unsigned states, int64_t after,
                                  tz_box_version_fn *visit, void *ctx);
/* One version. NOT_FOUND. */
TZ_API enum tz_result tz_box_get(struct tz_box *box, int64_t id, tz_box_version_fn *visit, void *ctx);
/* How many versions are in a state, and when the oldest was queued (0: none; may be NULL). */
TZ_API enum tz_result tz_box_count(struct tz_box *box, enum tz_box_state state, uint64_t *count,
                                   int64_t *oldest_ms);

/* A refused version, or one in conflict, goes into the queue as it is. NOT_FOUND, STATE. */
TZ_API enum tz_result tz_box_retry(struct tz_box *box, int64_t id);
/* Forgets a version that is not acknowledged. force: also one that may have left this machine, whose fate is
 * then never known. NOT_FOUND, STATE. */
TZ_API enum tz_result tz_box_drop(struct tz_box *box, int64_t id, bool force);
/* Resolves a conflict against the revision that the user was shown (tz_submission_outcome.revision, or a
 * later one): mine becomes a new version with that base; theirs drops mine and counts that revision as seen.
 * NOT_FOUND, STATE. */
TZ_API enum tz_result tz_box_resolve(struct tz_box *box, int64_t id, uint64_t shown, bool mine);

/* Packs what waits into a carry bundle for `taizhang submit` on a machine with a line, and marks it; it stays
 * in the queue. *count (may be NULL): how many; with 0 no file is made. */
TZ_API enum tz_result tz_box_pack(struct tz_box *box, const char *path, uint64_t *count);
/* Takes in the outcomes that `taizhang submit` made of a bundle of this profile; twice is harmless. *count
 * (may be NULL): how many versions were decided by this. */
TZ_API enum tz_result tz_box_unpack(struct tz_box *box, const char *path, uint64_t *count);

/* The number of a kind by its English or Chinese name: "project", "项目"; 0: there is none. */
TZ_API uint32_t tz_kind_number(const char *name);

#ifdef __cplusplus
}
#endif

#endif
