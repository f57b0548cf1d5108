/* SPDX-License-Identifier: Apache-2.0
 *
 * libtaizhang: a client of the Taizhang registry for programs in C.
 *
 * A handle (struct tz_registry) is one connection. Calls block until their answer is there; while they wait
 * they make sure that the registry is alive (a ping after 2 seconds of silence, given up 2.5 seconds later),
 * so a slow registry is waited for and a dead one is found within 5 seconds. After TZ_RESULT_UNREACHABLE the
 * handle is of no more use: close it and open another. Sending the same record with the same ticket again is
 * always safe.
 *
 * Threads: a handle is used by one thread at a time; different handles are independent. No call raises
 * SIGPIPE. Text is UTF-8, NUL-terminated. Nothing that is passed in is kept after the call returns; nothing
 * that is passed to a callback may be kept after the callback returns. A callback must not use the handle.
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

/* How a call ended. The numbers are the exit codes of the command line. */
enum tz_result {
    TZ_RESULT_DONE = 0,
    TZ_RESULT_REFUSED = 1, /* the registry says no to this request; tz_failure.code says why */
    TZ_RESULT_USAGE = 2,   /* an argument is wrong */
    TZ_RESULT_UNREACHABLE =
        3, /* no connection, a lost one, or a registry that cannot answer now: try again later */
    TZ_RESULT_NOT_ALLOWED = 4,
    TZ_RESULT_CONFLICT = 5,
    TZ_RESULT_INTERNAL = 6, /* memory is out, or one of the two programs is wrong */
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
    TZ_REASON_ARGUMENT,  /* an argument is wrong; detail: which */
    TZ_REASON_MEMORY,
};

/* The last failure of a handle. */
struct tz_failure {
    enum tz_result result;
    enum tz_reason reason;
    int code;          /* of taizhang.v1.Code, with TZ_REASON_ANSWERED; else 0 */
    char field[40];    /* of the request, may be empty */
    char value[200];   /* what stood there, may be empty */
    char detail[200];  /* see the reasons */
    char message[320]; /* one sentence in English */
};

struct tz_registry;

/* "0.1.0"; static. */
TZ_API const char *tz_version(void);

/* Connects and says hello. server: unix:PATH, HOST, HOST:PORT or [IPV6]:PORT (port 7117 if none); client:
 * name and version of the program, for the registry's log. On failure *out is NULL and *failure (may be NULL)
 * says why. */
TZ_API enum tz_result tz_registry_open(const char *server, const char *client, struct tz_registry **out,
                                       struct tz_failure *failure);
/* Closes the connection and frees the handle; NULL is allowed. Requests without an answer are of unknown
 * outcome. */
TZ_API void tz_registry_close(struct tz_registry *r);

/* Why the last call on this handle failed; never NULL, valid until the next call. */
TZ_API const struct tz_failure *tz_registry_failure(const struct tz_registry *r);

/* The registry's id: 16 bytes, valid as long as the handle. It tells one registry from another, for ever. */
TZ_API const uint8_t *tz_registry_id(const struct tz_registry *r);

/* Asks whether the registry answers. *position and *time_ms (milliseconds since 1970-01-01 UTC, the
 * registry's clock) may be NULL. */
TZ_API enum tz_result tz_registry_ping(struct tz_registry *r, uint64_t *position, int64_t *time_ms);

/* One record to submit. body and private_bytes are the canonical bytes of the kind's messages (record.proto).
 */
struct tz_submission {
    const char *committee; /* code */
    uint32_t kind;
    const char *period; /* canonical: 2017, 2017H1, 2017Q3, 2017-06 */
    const char *key;
    uint64_t base;      /* the revision that this version replaces, 0 for a new record */
    uint8_t ticket[16]; /* random, made once for this version and used again for every repeat of it */
    bool confirmed;     /* the warnings of earlier answers are confirmed */
    const void *body;
    size_t body_len;
    const void *private_bytes; /* NULL with length 0: none */
    size_t private_len;
};

/* One of the reasons for which a record was refused. */
struct tz_submission_error {
    int code; /* of taizhang.v1.Code */
    const char *code_name;
    const char *field;
    const char *value;
};

/* What became of one record. */
struct tz_submission_outcome {
    int outcome; /* of taizhang.v1.OutcomeCode: 1 created, 2 updated, 3 unchanged, 4 conflict, 5 behind, 6
                    rejected */
    uint64_t revision;     /* where the address stands now */
    uint64_t position;     /* of the journal entry that made this revision */
    int64_t time_ms;       /* conflict: when the current revision was made, */
    const char *principal; /* and by whom */
    bool withdrawn;        /* the current revision is a withdrawal */
    size_t error_count;
    const struct tz_submission_error *errors;
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

#ifdef __cplusplus
}
#endif

#endif
