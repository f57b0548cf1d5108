/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/outbox_sides.h"

#include <string.h>

#include "client/cli/operand.h"

static bool read_record(const struct tz_kind_info *kind, struct tz_outbox_bytes body,
                        struct tz_outbox_bytes priv, struct tz_arena *arena, struct tz_record *out)
{
    struct tz_errors errors;
    errors.count = errors.dropped = 0;
    return kind && body.len > 0 &&
           tz_record_decode(kind, body.data, body.len, priv.data, priv.len, arena, out, &errors) == TZ_OK;
}

static void read_state(const struct tz_kind_info *kind, const Taizhang__V1__RecordState *state,
                       struct tz_arena *arena, struct tz_side *out)
{
    *out = (struct tz_side){.there = true, .state = state, .withdrawn = state->withdrawn};
    struct tz_outbox_bytes body = {state->body.data, state->body.len};
    struct tz_outbox_bytes priv = {state->private_.data, state->private_.len};
    out->readable = !state->withdrawn && read_record(kind, body, priv, arena, &out->record);
}

void tz_sides_mine(const struct tz_outbox_entry *entry, struct tz_arena *arena, struct tz_sides *out)
{
    memset(out, 0, sizeof *out);
    if (tz_address_parse(entry->address, strlen(entry->address), &out->address, NULL) == TZ_OK)
        out->kind = tz_kind_info(out->address.kind);
    out->mine.there = true;
    out->mine.withdrawn = entry->operation == TZ_OUTBOX_WITHDRAW;
    out->mine.readable = !out->mine.withdrawn &&
                         read_record(out->kind, entry->body, entry->private_bytes, arena, &out->mine.record);
}

/* --- asking --- */

struct asking {
    struct tz_cli *cli;
    int64_t id;
    enum tz_outbox_side side;
    int rc; /* of the profile */
};

static enum tz_result keep_record(void *ctx, const tz_answer *m)
{
    struct asking *a = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_GET || !m->get->record)
        return (enum tz_result)tz_cli_strange_answer(a->cli);
    a->rc = tz_outbox_keep(a->cli->profile, a->id, a->side, m->get->record);
    return TZ_RESULT_DONE;
}

/* Keeps what the registry has as one side. DONE; UNREACHABLE, not told; else told. */
static int ask(struct tz_cli *cli, const struct tz_outbox_entry *e, enum tz_outbox_side side,
               uint64_t revision)
{
    struct asking a = {.cli = cli, .id = e->id, .side = side};
    struct tz_operand at;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__GetRequest q = TAIZHANG__V1__GET_REQUEST__INIT;
    int rc = tz_operand_read(cli, e->address, &at);
    if (rc != TZ_RESULT_DONE)
        return rc;
    q.address = &at.wire;
    q.revision = revision;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_GET;
    request.get = &q;
    enum tz_result result = tz_connection_call(&cli->connection, &request, keep_record, &a);
    if (result == TZ_RESULT_REFUSED && cli->connection.failure.code == TZ_CODE(NOT_FOUND)) {
        a.rc = tz_outbox_keep(cli->profile, e->id, side, NULL);
        result = TZ_RESULT_DONE;
    }
    if (a.rc != TZ_OK)
        return tz_cli_profile_failed(cli);
    return result == TZ_RESULT_DONE || result == TZ_RESULT_UNREACHABLE ? (int)result : tz_cli_failed(cli);
}

/* Both sides from the registry, if it can be asked; *asked: it could. */
static int ask_both(struct tz_cli *cli, const struct tz_outbox_entry *e, bool *asked)
{
    *asked = false;
    int rc = (int)tz_cli_reconnect(cli);
    if (rc != TZ_RESULT_DONE)
        return rc == TZ_RESULT_UNREACHABLE ? TZ_RESULT_DONE : tz_cli_failed(cli);
    rc = tz_cli_open_profile(cli);
    if (rc == TZ_RESULT_DONE)
        rc = ask(cli, e, TZ_OUTBOX_THEIRS, 0);
    if (rc == TZ_RESULT_DONE && e->base > 0)
        rc = ask(cli, e, TZ_OUTBOX_BASE, e->base);
    *asked = rc == TZ_RESULT_DONE;
    return rc == TZ_RESULT_UNREACHABLE ? TZ_RESULT_DONE : rc;
}

static int read_kept(struct tz_cli *cli, const struct tz_outbox_entry *e, enum tz_outbox_side which,
                     const struct tz_kind_info *kind, struct tz_arena *arena, struct tz_side *out)
{
    Taizhang__V1__RecordState *state;
    int rc = tz_outbox_kept(cli->profile, e->id, which, arena, &state);
    if (rc == TZ_OK)
        read_state(kind, state, arena, out);
    return rc == TZ_OK || rc == TZ_ENOENT ? TZ_RESULT_DONE : tz_cli_profile_failed(cli);
}

int tz_sides_read(struct tz_cli *cli, const struct tz_outbox_entry *entry, bool with_registry,
                  struct tz_arena *arena, struct tz_sides *out)
{
    bool asked = false;
    tz_sides_mine(entry, arena, out);
    int rc = with_registry ? ask_both(cli, entry, &asked) : TZ_RESULT_DONE;
    if (rc == TZ_RESULT_DONE)
        rc = read_kept(cli, entry, TZ_OUTBOX_THEIRS, out->kind, arena, &out->theirs);
    if (rc == TZ_RESULT_DONE)
        rc = read_kept(cli, entry, TZ_OUTBOX_BASE, out->kind, arena, &out->base);
    out->fetched = asked || out->theirs.there;
    return rc;
}
