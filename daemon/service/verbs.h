/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of requests: one row each. Adding a request is one handler file and one row.
 */
#ifndef TZ_DAEMON_SERVICE_VERBS_H
#define TZ_DAEMON_SERVICE_VERBS_H

#include "daemon/service/request.h"

enum tz_where {
    TZ_INLINE, /* on the I/O thread: needs no store and no time */
    TZ_READER, /* on a reader thread */
    TZ_WRITER, /* through the writer's queue */
};

/* What a reader thread has for one request. */
struct tz_reading {
    struct tz_reader *reader;
    struct tz_arena *arena; /* emptied after each request */
};

struct tz_verb {
    Taizhang__V1__ClientMessage__BodyCase body;
    const char *name;
    enum tz_where where;
    enum tz_action action; /* asked for at the door; objects are asked for by the handler or the journal */
    /* I/O thread. May only refuse: 0, or TZ_EINVAL with the reason in *e. NULL: nothing to check. */
    int (*check)(const struct tz_request *r, struct tz_error *e);
    /* TZ_INLINE: answers, or makes r->verb another one that goes on with it elsewhere. */
    void (*answer)(struct tz_request *r, struct tz_conn *c);
    /* TZ_READER, I/O thread: what it will cost. NULL: quick. */
    enum tz_lane (*lane)(const struct tz_request *r);
    /* I/O thread: r->kept, in op.arena, is what the connection knows. 0 or an enum tz_rc. NULL: nothing. */
    int (*keep)(struct tz_request *r, const struct tz_conn *c);
    /* TZ_READER: answers. */
    void (*read)(struct tz_request *r, const struct tz_reading *with);
    /* TZ_WRITER, I/O thread: fills in r->op (type, count, ask, done). 0 or an enum tz_rc. */
    int (*prepare)(struct tz_request *r);
    /* TZ_WRITER, I/O thread, after the commit: answers. */
    void (*finish)(struct tz_request *r);
    /* TZ_WRITER, instead of finish where the answer is about the connection itself: r->op.failed is not
     * looked at before, and c may be past NEW. */
    void (*settle)(struct tz_request *r, struct tz_conn *c);
};

/* NULL: unknown. */
const struct tz_verb *tz_verb_find(Taizhang__V1__ClientMessage__BodyCase body);
/* Rows from 0; NULL past the last. For tests. */
const struct tz_verb *tz_verb_at(size_t i);

/* The limits that a session is told. */
void tz_limits_fill(Taizhang__V1__Limits *out, const struct tz_net_limits *limits);

/* The handler files'. */
extern const struct tz_verb tz_verb_hello;
extern const struct tz_verb tz_verb_proof;
extern const struct tz_verb tz_verb_ping;
extern const struct tz_verb tz_verb_schema;
extern const struct tz_verb tz_verb_submit;
extern const struct tz_verb tz_verb_reconcile;
extern const struct tz_verb tz_verb_withdraw;
extern const struct tz_verb tz_verb_get;
extern const struct tz_verb tz_verb_history;
extern const struct tz_verb tz_verb_list;
extern const struct tz_verb tz_verb_changes;
extern const struct tz_verb tz_verb_totals;
extern const struct tz_verb tz_verb_trace;
extern const struct tz_verb tz_verb_committee_list;
extern const struct tz_verb tz_verb_committee_import;
extern const struct tz_verb tz_verb_reporting_set_list;
extern const struct tz_verb tz_verb_reporting_set_put;
extern const struct tz_verb tz_verb_committee_change;
extern const struct tz_verb tz_verb_key_list;
extern const struct tz_verb tz_verb_key_put;
extern const struct tz_verb tz_verb_key_rotate;
extern const struct tz_verb tz_verb_invite;
extern const struct tz_verb tz_verb_invitation_list;
extern const struct tz_verb tz_verb_status;
extern const struct tz_verb tz_verb_audit;
extern const struct tz_verb tz_verb_erase;

#endif
