/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/delivery.h"

#include <errno.h>
#include <string.h>

#include "client/cli/messages.h"

/* --- reporting --- */

static void hide_progress(const struct tz_delivery *d)
{
    if (d->progress)
        tz_progress_clear(d->progress);
}

static int awaited_failed(struct tz_delivery *d, int rc)
{
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(d->cli);
    tz_cli_error(
        d->cli,
        _("The temporary file cannot be written: %s. Free the disk, or set TMPDIR to another folder."),
        strerror(errno));
    return TZ_RESULT_INTERNAL;
}

static int pass_rejected(struct tz_delivery *d, size_t row, const struct tz_errors *errors)
{
    return d->rejected ? d->rejected(d->ctx, row, errors) : TZ_RESULT_DONE;
}

static int report_refused(struct tz_delivery *d, const struct tz_awaited_row *r)
{
    hide_progress(d);
    tz_report_row(d->report, &(struct tz_report_row){.row = r->row,
                                                     .address = r->written,
                                                     .outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED,
                                                     .errors = r->errors});
    return pass_rejected(d, r->row, r->errors);
}

static int report_outcome(struct tz_delivery *d, size_t row, const char *address,
                          const Taizhang__V1__Outcome *o)
{
    hide_progress(d);
    tz_report_outcome(d->report, row, address, o);
    if (o->outcome != TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED)
        return TZ_RESULT_DONE;
    struct tz_errors errors;
    tz_message_errors(&errors, o);
    return pass_rejected(d, row, &errors);
}

static bool taken(const Taizhang__V1__Outcome *o)
{
    return o->outcome != TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED &&
           o->outcome != TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT &&
           o->outcome != TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND;
}

/* A version as it stands in the outbox. */
struct standing {
    struct tz_delivery *d;
    size_t row;
    bool at_end; /* report also what waits */
    bool later;  /* it is not the awaited version, but one that came after it */
    bool told;
    int result;
};

static void report_plain(struct tz_delivery *d, size_t row, const char *address, int outcome)
{
    tz_report_row(d->report, &(struct tz_report_row){.row = row, .address = address, .outcome = outcome});
}

/* A decision that was taken for one on another run's version was on this row. */
static void found_elsewhere(struct tz_delivery *d, const Taizhang__V1__Outcome *o)
{
    if (d->elsewhere > 0)
        d->elsewhere--;
    if (d->not_taken > 0 && !taken(o))
        d->not_taken--;
}

static int report_standing(void *ctx, const struct tz_outbox_entry *e)
{
    struct standing *st = ctx;
    struct tz_arena arena;
    ProtobufCMessage *m;
    bool waits = e->state == TZ_OUTBOX_QUEUED || e->state == TZ_OUTBOX_SENT;
    if (waits && (st->later || !st->at_end))
        return TZ_OK;
    st->told = true;
    if (waits) {
        report_plain(st->d, st->row, e->address, TZ_REPORT_QUEUED);
        return TZ_OK;
    }
    tz_arena_init(&arena, tz_wire_arena_max(e->outcome.len));
    int rc = tz_wire_unpack(&taizhang__v1__outcome__descriptor, e->outcome.data, e->outcome.len, &arena, &m);
    const Taizhang__V1__Outcome *o = rc == TZ_OK ? (const Taizhang__V1__Outcome *)m : NULL;
    /* Of a later version only this says the same of the awaited one: both hold what is stored. */
    if (o && st->later && o->outcome != TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED)
        st->told = false;
    else if (o) {
        found_elsewhere(st->d, o);
        st->result = report_outcome(st->d, st->row, e->address, o);
    }
    tz_arena_free(&arena);
    return rc == TZ_OK ? TZ_OK : TZ_ECORRUPT;
}

/* Reports the awaited row from what the outbox says of it; *told: it was. */
static int look_up(struct tz_delivery *d, const struct tz_awaited_row *r, bool at_end, bool *told)
{
    struct standing st = {.d = d, .row = r->row, .at_end = at_end, .result = TZ_RESULT_DONE};
    int rc = tz_outbox_get(d->cli->profile, r->id, report_standing, &st);
    if (rc == TZ_ENOENT) {
        st.later = true;
        rc = tz_outbox_find(d->cli->profile, r->written, report_standing, &st);
        if (rc == TZ_ENOENT || (rc == TZ_OK && !st.told)) {
            rc = TZ_OK;
            st.told = true;
            report_plain(d, r->row, r->written, TZ_REPORT_REPLACED);
        }
    }
    *told = st.told;
    return rc == TZ_OK ? st.result : tz_cli_profile_failed(d->cli);
}

/* Reports the awaited rows from the front, as far as they are decided. */
static int report_front(struct tz_delivery *d, bool at_end)
{
    for (;;) {
        const struct tz_awaited_row *r;
        bool told = true;
        int rc = tz_awaited_head(&d->awaited, &r);
        if (rc != TZ_OK)
            return rc == TZ_ENOENT ? TZ_RESULT_DONE : awaited_failed(d, rc);
        if (r->id != 0 && d->elsewhere == 0 && !at_end)
            return TZ_RESULT_DONE;
        rc = r->id == 0 ? report_refused(d, r) : look_up(d, r, at_end, &told);
        if (!told)
            return rc;
        d->told++;
        tz_awaited_next(&d->awaited);
        if (rc != TZ_RESULT_DONE)
            return rc;
    }
}

static enum tz_result take_decision(void *ctx, const struct tz_outbox_entry *entry,
                                    const Taizhang__V1__Outcome *outcome)
{
    struct tz_delivery *d = ctx;
    const struct tz_awaited_row *r;
    int rc = tz_awaited_head(&d->awaited, &r);
    if (rc != TZ_OK && rc != TZ_ENOENT)
        return (enum tz_result)awaited_failed(d, rc);
    if (rc == TZ_ENOENT || r->id != entry->id) {
        d->elsewhere++;
        d->not_taken += !taken(outcome);
        return TZ_RESULT_DONE;
    }
    rc = report_outcome(d, r->row, entry->address, outcome);
    d->told++;
    tz_awaited_next(&d->awaited);
    if (rc == TZ_RESULT_DONE)
        rc = report_front(d, false);
    return (enum tz_result)rc;
}

/* Versions of other runs are not waited for once all of ours are decided. */
static bool nothing_awaited(void *ctx)
{
    const struct tz_delivery *d = ctx;
    return d->all_stored && tz_awaited_empty(&d->awaited);
}

/* --- storing --- */

int tz_delivery_open(struct tz_delivery *d, struct tz_cli *cli, struct tz_report *report, int64_t wait_ms)
{
    memset(d, 0, sizeof *d);
    d->cli = cli;
    d->report = report;
    tz_awaited_init(&d->awaited);
    int rc = tz_line_open(&d->line, cli, wait_ms);
    if (rc != TZ_RESULT_DONE)
        return rc;
    d->line.decided = take_decision;
    d->line.stop = nothing_awaited;
    d->line.ctx = d;
    return TZ_RESULT_DONE;
}

/* Before the first row: settles what earlier runs left in doubt, so that rows that are the same find it so.
 */
static int begin(struct tz_delivery *d)
{
    if (d->begun)
        return TZ_RESULT_DONE;
    d->begun = true;
    d->all_stored = false;
    return tz_line_begin(&d->line);
}

/* Ends the transaction, and sends what is in it. */
static int flush(struct tz_delivery *d)
{
    if (d->storing) {
        d->storing = false;
        d->stored = d->bytes = 0;
        if (tz_profile_commit(d->cli->profile) != TZ_OK)
            return tz_cli_profile_failed(d->cli);
    }
    int rc = report_front(d, false);
    return rc == TZ_RESULT_DONE ? tz_line_more(&d->line) : rc;
}

int tz_delivery_put(struct tz_delivery *d, const struct tz_outbox_entry *entry, size_t row)
{
    enum tz_outbox_put what;
    int64_t id;
    struct tz_profile *p = d->cli->profile;
    int rc = begin(d);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (!d->storing && tz_profile_begin(p) != TZ_OK)
        return tz_cli_profile_failed(d->cli);
    d->storing = true;
    if (tz_outbox_put(p, entry, false, &what, &id) != TZ_OK)
        return tz_cli_profile_failed(d->cli);
    rc = tz_awaited_add(&d->awaited, row, id, entry->address);
    if (rc != TZ_OK)
        return awaited_failed(d, rc);
    d->stored++;
    d->bytes += entry->body.len + entry->private_bytes.len + TZ_RECORD_OVERHEAD;
    return d->stored < TZ_SUBMIT_RECORDS && d->bytes < TZ_SUBMIT_BYTES ? TZ_RESULT_DONE : flush(d);
}

int tz_delivery_refuse(struct tz_delivery *d, size_t row, const char *written, const struct tz_errors *errors)
{
    int rc = tz_awaited_refuse(&d->awaited, row, written, errors);
    if (rc != TZ_OK)
        return awaited_failed(d, rc);
    return d->storing ? TZ_RESULT_DONE : report_front(d, false);
}

/* --- the end --- */

static void tell_what_waits(struct tz_delivery *d, size_t queued, int rc)
{
    if (rc == TZ_RESULT_UNREACHABLE)
        (void)tz_cli_failed(d->cli);
    if (queued > 0)
        tz_cli_error(d->cli,
                     P_("%zu row is stored here and waits to be sent. `taizhang sync` sends it.",
                        "%zu rows are stored here and wait to be sent. `taizhang sync` sends them.", queued),
                     queued);
}

static void tell_others(struct tz_delivery *d)
{
    if (d->not_taken > 0)
        tz_cli_note(
            d->cli,
            P_("%zu version of an earlier run was sent too and not taken; `taizhang outbox` says why.",
               "%zu versions of earlier runs were sent too and not taken; `taizhang outbox` says why.",
               d->not_taken),
            d->not_taken);
    d->not_taken = d->elsewhere = 0;
}

int tz_delivery_finish(struct tz_delivery *d)
{
    size_t queued = d->report->queued;
    int rc = flush(d);
    d->all_stored = true;
    d->begun = false;
    if (rc == TZ_RESULT_DONE && (d->line.sync.begun || !tz_awaited_empty(&d->awaited)))
        rc = tz_line_send(&d->line);
    hide_progress(d);
    if (rc == TZ_RESULT_INTERNAL)
        return rc;
    int reported = report_front(d, true);
    if (reported != TZ_RESULT_DONE)
        return reported;
    tell_others(d);
    tell_what_waits(d, d->report->queued - queued, rc);
    return rc == TZ_RESULT_DONE && d->report->queued > queued ? TZ_RESULT_UNREACHABLE : rc;
}

void tz_delivery_close(struct tz_delivery *d)
{
    if (d->storing)
        tz_profile_rollback(d->cli->profile);
    d->storing = false;
    tz_line_close(&d->line);
    tz_awaited_free(&d->awaited);
}
