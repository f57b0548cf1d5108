/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/offline.h"

#include <string.h>

#include "client/lib/outbox.h"

/* 2018-03-26 14:05 */
enum { TO_MINUTES = 16 };

void tz_offline_when(const struct tz_cli *cli, const struct tz_copy_mark *mark, char out[TZ_TIME_SIZE])
{
    tz_time_text(cli->env, mark->time_ms, out);
    out[TO_MINUTES] = '\0';
}

/* Whether there is anything to read. */
static bool has_copy(const struct tz_copy_mark *mark)
{
    return mark->committee[0] && mark->time_ms != 0;
}

static int count_waiting(struct tz_offline *o)
{
    static const enum tz_outbox_state states[] = {TZ_OUTBOX_QUEUED, TZ_OUTBOX_SENT, TZ_OUTBOX_REFUSED,
                                                  TZ_OUTBOX_CONFLICT};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        uint64_t count;
        int64_t oldest_ms;
        if (tz_outbox_count(o->cli->profile, states[i], &count, &oldest_ms) != TZ_OK)
            return tz_cli_profile_failed(o->cli);
        o->waiting += count;
    }
    return TZ_RESULT_DONE;
}

static void tell_age(const struct tz_offline *o)
{
    char when[TZ_TIME_SIZE];
    tz_offline_when(o->cli, &o->mark, when);
    tz_cli_note(o->cli, _("Local copy of %s, as of %s, position %llu."), o->mark.committee, when,
                (unsigned long long)o->mark.position);
    if (!o->mark.complete)
        tz_cli_note(o->cli, "%s",
                    _("The last fetch was broken off: part of it is missing or older. taizhang sync goes on "
                      "with it."));
    if (o->waiting)
        tz_cli_note(o->cli,
                    P_("%llu change of yours in the outbox is not in it: taizhang outbox lists it.",
                       "%llu changes of yours in the outbox are not in it: taizhang outbox lists them.",
                       o->waiting),
                    (unsigned long long)o->waiting);
}

int tz_offline_read(struct tz_offline *o, struct tz_cli *cli)
{
    *o = (struct tz_offline){.cli = cli};
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (tz_copy_mark(cli->profile, &o->mark) != TZ_OK)
        return tz_cli_profile_failed(cli);
    return count_waiting(o);
}

int tz_offline_open(struct tz_offline *o, struct tz_cli *cli)
{
    int rc = tz_offline_read(o, cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!has_copy(&o->mark))
        return tz_cli_usage(
            cli, "%s",
            _("There is no local copy of this registry in this profile. While there is a line, "
              "taizhang sync --committee CODE fetches that unit and everything below it."));
    tell_age(o);
    return TZ_RESULT_DONE;
}

const char *tz_offline_committee(const struct tz_offline *o, const char *given)
{
    return given && *given ? given : o->mark.committee;
}

void tz_offline_json(const struct tz_offline *o, struct tz_json *j)
{
    char when[TZ_TIME_SIZE];
    tz_time_iso(o->cli->env, o->mark.time_ms, when);
    tz_json_key(j, "copy");
    tz_json_object(j);
    tz_json_key(j, "committee");
    tz_json_text(j, o->mark.committee);
    tz_json_key(j, "as_of");
    tz_json_text(j, when);
    tz_json_key(j, "position");
    tz_json_uint(j, o->mark.position);
    tz_json_key(j, "complete");
    tz_json_bool(j, o->mark.complete);
    tz_json_key(j, "waiting");
    tz_json_uint(j, o->waiting);
    tz_json_end_object(j);
}

int tz_offline_failed(const struct tz_offline *o, int rc)
{
    if (rc > 0)
        return rc;
    return rc == TZ_ENOMEM ? tz_cli_no_memory(o->cli) : tz_cli_profile_failed(o->cli);
}

int tz_offline_hint(struct tz_cli *cli, int result)
{
    struct tz_copy_mark mark;
    char when[TZ_TIME_SIZE];
    if (result != TZ_RESULT_UNREACHABLE || tz_cli_open_profile(cli) != TZ_RESULT_DONE ||
        tz_copy_mark(cli->profile, &mark) != TZ_OK || !has_copy(&mark))
        return result;
    tz_offline_when(cli, &mark, when);
    tz_cli_note(cli, _("There is a local copy of %s as of %s: --offline reads it."), mark.committee, when);
    return result;
}
