/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/outbox_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/messages.h"
#include "client/cli/operand.h"
#include "client/cli/time_text.h"
#include "client/lib/carry.h"

const struct tz_kind_info *tz_outbox_kind(const char *address)
{
    struct tz_address a;
    return tz_address_parse(address, strlen(address), &a, NULL) == TZ_OK ? tz_kind_info(a.kind) : NULL;
}

const char *tz_outbox_state_word(enum tz_outbox_state state)
{
    switch (state) {
    case TZ_OUTBOX_QUEUED:
        return _("waiting");
    case TZ_OUTBOX_SENT:
        return _("sent, no answer");
    case TZ_OUTBOX_ACKNOWLEDGED:
        return _("stored");
    case TZ_OUTBOX_REFUSED:
        return _("refused");
    case TZ_OUTBOX_CONFLICT:
        return _("in conflict");
    }
    return "?";
}

const char *tz_outbox_state_name(enum tz_outbox_state state)
{
    switch (state) {
    case TZ_OUTBOX_QUEUED:
        return "QUEUED";
    case TZ_OUTBOX_SENT:
        return "SENT";
    case TZ_OUTBOX_ACKNOWLEDGED:
        return "ACKNOWLEDGED";
    case TZ_OUTBOX_REFUSED:
        return "REFUSED";
    case TZ_OUTBOX_CONFLICT:
        return "CONFLICT";
    }
    return "UNKNOWN";
}

const Taizhang__V1__Outcome *tz_outbox_outcome(const struct tz_outbox_entry *entry, struct tz_arena *arena)
{
    ProtobufCMessage *m;
    if (entry->outcome.len == 0 || tz_wire_unpack(&taizhang__v1__outcome__descriptor, entry->outcome.data,
                                                  entry->outcome.len, arena, &m) != TZ_OK)
        return NULL;
    return (const Taizhang__V1__Outcome *)m;
}

/* --- why --- */

static void why_refused(struct tz_cli *cli, const struct tz_outbox_entry *entry,
                        const Taizhang__V1__Outcome *o, struct tz_buf *out)
{
    const struct tz_kind_info *kind = tz_outbox_kind(entry->address);
    for (size_t i = 0; i < o->n_errors; i++) {
        struct tz_error e;
        tz_message_from_wire(&e, o->errors[i]);
        tz_buf_puts(out, i ? "  " : "");
        if (*e.field)
            tz_buf_printf(out, _("%s: "), tz_message_label(kind, e.field, cli->zh));
        tz_message_error(out, &e, kind, cli->zh);
    }
}

static void why_conflict(struct tz_cli *cli, const struct tz_outbox_entry *entry,
                         const Taizhang__V1__Outcome *o, struct tz_buf *out)
{
    char when[TZ_TIME_SIZE];
    unsigned long long revision = entry->revision;
    if (o->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND) {
        tz_buf_printf(
            out,
            _("The registry was restored from a backup and is at revision %llu, yours was made from "
              "revision %llu."),
            revision, (unsigned long long)entry->base);
        return;
    }
    tz_time_text(cli->env, o->time_ms, when);
    tz_buf_printf(out,
                  o->withdrawn ? _("Revision %llu is a withdrawal that you have not seen, made %s by %s.")
                               : _("Revision %llu, which you have not seen, was made %s by %s."),
                  revision, when, *o->principal ? o->principal : "?");
}

/* false: it is in no bundle. */
static bool why_packed(struct tz_cli *cli, const struct tz_outbox_entry *entry, struct tz_buf *out)
{
    char when[TZ_TIME_SIZE];
    char path[4096];
    int64_t packed_ms;
    if ((entry->state != TZ_OUTBOX_QUEUED && entry->state != TZ_OUTBOX_SENT) ||
        tz_carry_packed(cli->profile, entry->id, &packed_ms, path, sizeof path) != TZ_OK)
        return false;
    tz_time_text(cli->env, packed_ms, when);
    tz_buf_printf(out, _("It was packed into %s on %s; its outcome was not carried back yet."), path, when);
    return true;
}

void tz_outbox_why(struct tz_cli *cli, const struct tz_outbox_entry *entry, struct tz_buf *out)
{
    struct tz_arena arena;
    tz_arena_init(&arena, tz_wire_arena_max(entry->outcome.len));
    const Taizhang__V1__Outcome *o = tz_outbox_outcome(entry, &arena);
    bool packed = why_packed(cli, entry, out);
    if (entry->state == TZ_OUTBOX_QUEUED && !packed)
        tz_buf_puts(out, entry->tries > 0 ? _("It was sent, and the registry does not have it.")
                                          : _("It was not sent yet."));
    else if (entry->state == TZ_OUTBOX_SENT && !packed)
        tz_buf_puts(out, _("Whether it arrived is asked at the next sync."));
    else if (entry->state == TZ_OUTBOX_REFUSED && o)
        why_refused(cli, entry, o, out);
    else if (entry->state == TZ_OUTBOX_CONFLICT && o)
        why_conflict(cli, entry, o, out);
    else if (entry->state == TZ_OUTBOX_ACKNOWLEDGED)
        tz_buf_printf(out, _("It is revision %llu."), (unsigned long long)entry->revision);
    tz_arena_free(&arena);
}

void tz_outbox_codes(const struct tz_outbox_entry *entry, struct tz_buf *out)
{
    struct tz_arena arena;
    tz_arena_init(&arena, tz_wire_arena_max(entry->outcome.len));
    const Taizhang__V1__Outcome *o = tz_outbox_outcome(entry, &arena);
    for (size_t i = 0; o && i < o->n_errors; i++)
        tz_buf_printf(out, "%s%s%s%s", i ? ";" : "", tz_code_name(o->errors[i]->code),
                      *o->errors[i]->field ? ":" : "", o->errors[i]->field);
    tz_arena_free(&arena);
}

/* --- naming --- */

static int take_id(void *ctx, const struct tz_outbox_entry *entry)
{
    *(int64_t *)ctx = entry->id;
    return TZ_OK;
}

static int not_there(struct tz_cli *cli, const char *operand)
{
    tz_cli_error(cli, _("The outbox holds no %s. `taizhang outbox` lists what it holds."), operand);
    return TZ_RESULT_REFUSED;
}

int tz_outbox_pick(struct tz_cli *cli, const char *operand, int64_t *id)
{
    struct tz_operand at;
    int rc;
    if (*operand && strspn(operand, "0123456789") == strlen(operand)) {
        errno = 0;
        long long number = strtoll(operand, NULL, 10);
        rc = errno == 0 && number > 0 ? tz_outbox_get(cli->profile, number, take_id, id) : TZ_ENOENT;
    } else {
        if (!strchr(operand, '/'))
            return tz_cli_usage(cli, _("%s is neither a number of `taizhang outbox` nor an address."),
                                operand);
        rc = tz_operand_read(cli, operand, &at);
        if (rc != TZ_RESULT_DONE)
            return rc;
        rc = tz_outbox_find(cli->profile, at.written, take_id, id);
    }
    if (rc == TZ_ENOENT)
        return not_there(cli, operand);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_profile_failed(cli);
}

struct loading {
    struct tz_arena *arena;
    struct tz_outbox_entry *out;
};

static bool copy(struct tz_arena *arena, struct tz_outbox_bytes *b)
{
    b->data = b->len ? tz_arena_dup(arena, b->data, b->len) : NULL;
    return b->data || b->len == 0;
}

static int load(void *ctx, const struct tz_outbox_entry *entry)
{
    struct loading *l = ctx;
    struct tz_outbox_entry *e = l->out;
    *e = *entry;
    e->address = tz_arena_strndup(l->arena, e->address, strlen(e->address));
    e->source = tz_arena_strndup(l->arena, e->source, strlen(e->source));
    e->reason = tz_arena_strndup(l->arena, e->reason, strlen(e->reason));
    bool whole = e->address && e->source && e->reason && copy(l->arena, &e->body) &&
                 copy(l->arena, &e->private_bytes) && copy(l->arena, &e->outcome);
    return whole ? TZ_OK : TZ_ENOMEM;
}

int tz_outbox_load(struct tz_cli *cli, int64_t id, struct tz_arena *arena, struct tz_outbox_entry *out)
{
    struct loading l = {arena, out};
    int rc = tz_outbox_get(cli->profile, id, load, &l);
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(cli);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_profile_failed(cli);
}
