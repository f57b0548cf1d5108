/* SPDX-License-Identifier: Apache-2.0
 *
 * One request, from its frame to its answer. It belongs to one thread at a time: the I/O thread, then the
 * writer or a reader thread, then the I/O thread again. The connection is named by number: it may be gone
 * when the answer comes.
 */
#ifndef TZ_DAEMON_SERVICE_REQUEST_H
#define TZ_DAEMON_SERVICE_REQUEST_H

#include "daemon/service/service.h"

struct tz_verb;

struct tz_request {
    struct tz_mail mail;     /* first: the way back to the I/O thread */
    struct tz_request *next; /* in the desk's lists */
    struct tz_service *service;
    struct tz_io *io;
    uint64_t conn;
    uint64_t id;
    const struct tz_verb *verb;
    struct tz_grant grant;
    struct tz_load load;
    Taizhang__V1__ClientMessage *msg; /* in op.arena */
    struct tz_op op;                  /* its arena is the request's, also where there is no operation */
    void *kept;                       /* the verb's, of the connection */
    struct tz_buf out;                /* the answer's frames */
    bool answered;                    /* the final message is in it */

    /* For the access log (account.h). */
    struct tz_peer peer;
    tz_code status;    /* of the answer as a whole */
    char about[200];   /* the value that a refusal names */
    bool opened;       /* a session */
    bool decided;      /* op.done holds outcomes */
    uint64_t exported; /* records, or committees, whose private fields are in the answer */
};

/* The limits of one answer: all its frames, and the rows of one page. */
enum { TZ_ANSWER_MAX = 24 * 1024 * 1024, TZ_PAGE_BYTES = 1024 * 1024, TZ_MESSAGE_BYTES = 512 * 1024 };

/* --- answers (answer.c) --- */

/* Appends one message of the answer; id and final are filled in. A message that does not fit becomes
 * ANSWER_TOO_LARGE, and ends the answer. */
void tz_answer(struct tz_request *r, Taizhang__V1__ServerMessage *m, bool final);
/* Drops what was appended and answers with the error. */
void tz_answer_error(struct tz_request *r, const struct tz_error *e);
void tz_answer_code(struct tz_request *r, tz_code code);
/* Ends the connection instead, with the error as its last message. reason: as for tz_conn_close. */
void tz_answer_close(struct tz_request *r, struct tz_conn *c, const struct tz_error *e, const char *reason);
/* The same for an enum tz_rc; what is our fault is logged. */
void tz_answer_rc(struct tz_request *r, int rc);
/* How many of rows[from..count) to put into one message: at least one if there is one. */
size_t tz_answer_fit(ProtobufCMessage *const *rows, size_t count, size_t from);
/* Outcomes and their position, as one or more messages. set fills in the reply's message of the verb. */
typedef void (*tz_answer_outcomes_set)(struct tz_request *r, Taizhang__V1__Outcome **outcomes, size_t count,
                                       bool final);
void tz_answer_outcomes(struct tz_request *r, tz_answer_outcomes_set set);

#endif
