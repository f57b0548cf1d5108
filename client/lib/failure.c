/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "client/lib/connection.h"
#include "client/lib/failure.h"
#include "common/base/text.h"

static enum tz_result result_of(enum tz_reason reason)
{
    switch (reason) {
    case TZ_REASON_NONE:
        return TZ_RESULT_DONE;
    case TZ_REASON_RESOLVE:
    case TZ_REASON_CONNECT:
    case TZ_REASON_LOST:
    case TZ_REASON_SILENT:
    case TZ_REASON_GARBAGE:
        return TZ_RESULT_UNREACHABLE;
    case TZ_REASON_ADDRESS:
    case TZ_REASON_ARGUMENT:
    case TZ_REASON_TOO_LARGE:
    case TZ_REASON_FILE:
        return TZ_RESULT_USAGE;
    case TZ_REASON_ANSWERED:
    case TZ_REASON_NOT_FOUND:
    case TZ_REASON_STATE:
    case TZ_REASON_RECORD:
        return TZ_RESULT_REFUSED;
    case TZ_REASON_MEMORY:
    case TZ_REASON_PROFILE:
        return TZ_RESULT_INTERNAL;
    /* Trying later helps with none of these: somebody has to do something. */
    case TZ_REASON_NO_KEY:
    case TZ_REASON_KEY:
    case TZ_REASON_CERTIFICATE:
    case TZ_REASON_UNTRUSTED:
        return TZ_RESULT_NOT_ALLOWED;
    }
    return TZ_RESULT_INTERNAL;
}

static const char *words_of(enum tz_reason reason)
{
    switch (reason) {
    case TZ_REASON_NONE:
        return "no failure";
    case TZ_REASON_ADDRESS:
        return "not a server address";
    case TZ_REASON_RESOLVE:
        return "the host is not known";
    case TZ_REASON_CONNECT:
        return "cannot connect";
    case TZ_REASON_LOST:
        return "the connection was lost";
    case TZ_REASON_SILENT:
        return "the registry does not answer any more";
    case TZ_REASON_GARBAGE:
        return "what answers is not a Taizhang registry";
    case TZ_REASON_TOO_LARGE:
        return "larger than the limit";
    case TZ_REASON_ANSWERED:
        return "the registry refused the request";
    case TZ_REASON_ARGUMENT:
        return "wrong argument";
    case TZ_REASON_MEMORY:
        return "out of memory";
    case TZ_REASON_PROFILE:
        return "the profile cannot be used";
    case TZ_REASON_FILE:
        return "the file cannot be used";
    case TZ_REASON_NOT_FOUND:
        return "the outbox has no such version";
    case TZ_REASON_STATE:
        return "the state of the version does not allow it";
    case TZ_REASON_RECORD:
        return "a record breaks a rule";
    case TZ_REASON_NO_KEY:
        return "this machine has no key for this registry: get an invitation and run taizhang join";
    case TZ_REASON_KEY:
        return "the key cannot be used";
    case TZ_REASON_CERTIFICATE:
        return "the registry's certificate is not the one that this machine knows";
    case TZ_REASON_UNTRUSTED:
        return "the registry's certificate is not trusted";
    }
    return "failure";
}

enum tz_result tz_failure_value(struct tz_failure *f, enum tz_reason reason, const char *server,
                                const char *value, const char *detail)
{
    memset(f, 0, sizeof *f);
    tz_text_copy(f->value, sizeof f->value, value, strlen(value), sizeof f->value);
    f->reason = reason;
    f->result = result_of(reason);
    if (!detail)
        detail = "";
    tz_text_copy(f->detail, sizeof f->detail, detail, strlen(detail), sizeof f->detail);
    int n = snprintf(f->message, sizeof f->message, "%.60s%s%s%s%s%s%.60s%s", server ? server : "",
                     server && *server ? ": " : "", words_of(reason), *f->detail ? ": " : "", f->detail,
                     *f->value ? " (" : "", f->value, *f->value ? ")" : "");
    if (n < 0)
        f->message[0] = '\0';
    return f->result;
}

enum tz_result tz_failure_set(struct tz_failure *f, enum tz_reason reason, const char *server,
                              const char *detail)
{
    return tz_failure_value(f, reason, server, "", detail);
}

static enum tz_result result_of_code(tz_code code)
{
    switch (code) {
    case TZ_CODE(NOT_ALLOWED):
    case TZ_CODE(KEY_UNKNOWN):
    case TZ_CODE(KEY_REVOKED):
    case TZ_CODE(BAD_PROOF):
    case TZ_CODE(INVITATION):
    case TZ_CODE(BAD_PERSON):
    case TZ_CODE(BEYOND_OWN):
    case TZ_CODE(OWN_KEY):
        return TZ_RESULT_NOT_ALLOWED;
    case TZ_CODE(BUSY):
    case TZ_CODE(RATE_LIMITED):
    case TZ_CODE(SLOW_DOWN):
    case TZ_CODE(READ_ONLY):
    case TZ_CODE(OUTCOME_UNKNOWN):
    case TZ_CODE(POSITION_AHEAD):
    case TZ_CODE(SHUTTING_DOWN):
    case TZ_CODE(TOO_MANY_CONNECTIONS):
    case TZ_CODE(TIMEOUT):
    case TZ_CODE(MALFORMED): /* it was well-formed when it left: the line ended in a frame */
        return TZ_RESULT_UNREACHABLE;
    case TZ_CODE(BAD_ARGUMENT):
    case TZ_CODE(BAD_KIND):
    case TZ_CODE(BAD_PERIOD):
    case TZ_CODE(BAD_CODE):
    case TZ_CODE(UNSUPPORTED):
        return TZ_RESULT_USAGE;
    case TZ_CODE(INTERNAL):
    case TZ_CODE(VERSION):
    case TZ_CODE(UNKNOWN_REQUEST):
    case TZ_CODE(HELLO_REQUIRED):
    case TZ_CODE(HELLO_AGAIN):
    case TZ_CODE(ID_ZERO):
    case TZ_CODE(FRAME_EMPTY):
        return TZ_RESULT_INTERNAL;
    default:
        return TZ_RESULT_REFUSED;
    }
}

enum tz_result tz_connection_answered(struct tz_connection *c, const tz_answer *m)
{
    if (!m->status || m->status->code == TZ_CODE(OK))
        return TZ_RESULT_DONE;
    const Taizhang__V1__Status *s = m->status;
    tz_error_set(&c->status, s->code, s->field, s->value);
    for (size_t i = 0; i < s->n_params; i++) {
        const Taizhang__V1__Param *p = s->params[i];
        if (*p->text)
            tz_error_text(&c->status, p->name, p->text);
        if (!*p->text || p->number)
            tz_error_number(&c->status, p->name, p->number);
    }
    tz_failure_set(&c->failure, TZ_REASON_ANSWERED, c->server, tz_code_name(s->code));
    c->failure.result = result_of_code(s->code);
    c->failure.code = (int)s->code;
    snprintf(c->failure.field, sizeof c->failure.field, "%s", c->status.field);
    snprintf(c->failure.value, sizeof c->failure.value, "%s", c->status.value);
    return c->failure.result;
}
