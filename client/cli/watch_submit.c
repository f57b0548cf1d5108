/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_submit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/messages.h"
#include "common/base/fault.h"
#include "common/wire/frame.h"

/* --- rows into the ledger --- */

struct storing {
    struct tz_watch *w;
    int64_t file;
};

static int put_row(const struct storing *s, const struct tz_ledger_row *row)
{
    if (tz_ledger_put_row(s->w->cli->profile, s->file, row) != TZ_OK)
        return tz_cli_profile_failed(s->w->cli);
    return TZ_RESULT_DONE;
}

static int put_outcome(const struct storing *s, struct tz_ledger_row *row, const Taizhang__V1__Outcome *o)
{
    size_t size = taizhang__v1__outcome__get_packed_size(o);
    uint8_t *packed = malloc(size + 1);
    if (!packed)
        return tz_cli_no_memory(s->w->cli);
    row->outcome.data = packed;
    row->outcome.len = taizhang__v1__outcome__pack(o, packed);
    int rc = put_row(s, row);
    free(packed);
    return rc;
}

static int read_revision(void *ctx, const struct tz_outbox_entry *entry)
{
    *(uint64_t *)ctx = entry->revision;
    return 0;
}

static int take_put(void *ctx, size_t row, const struct tz_outbox_entry *entry, enum tz_outbox_put what,
                    int64_t id)
{
    const struct storing *s = ctx;
    struct tz_ledger_row r = {.row = row, .address = entry->address, .entry = id};
    if (what != TZ_OUTBOX_PUT_UNCHANGED)
        return put_row(s, &r);
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    o.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED;
    if (tz_outbox_get(s->w->cli->profile, id, read_revision, &o.revision) != TZ_OK)
        return tz_cli_profile_failed(s->w->cli);
    r.known = true;
    return put_outcome(s, &r, &o);
}

static void to_wire(const struct tz_error *e, Taizhang__V1__FieldError *out, Taizhang__V1__Param *param,
                    Taizhang__V1__Param **list)
{
    taizhang__v1__field_error__init(out);
    out->code = e->code;
    out->field = (char *)(uintptr_t)e->field;
    out->value = (char *)(uintptr_t)e->value;
    out->params = list;
    for (size_t i = 0; i < TZ_ERROR_PARAMS && *e->params[i].name; i++) {
        taizhang__v1__param__init(&param[i]);
        param[i].name = (char *)(uintptr_t)e->params[i].name;
        param[i].text = (char *)(uintptr_t)e->params[i].text;
        param[i].number = e->params[i].number;
        list[out->n_params++] = &param[i];
    }
}

static int take_refused(void *ctx, size_t row, const char *written, const struct tz_errors *errors)
{
    struct tz_ledger_row r = {.row = row, .address = written};
    Taizhang__V1__Outcome o = TAIZHANG__V1__OUTCOME__INIT;
    Taizhang__V1__FieldError error[TZ_ERRORS_MAX];
    Taizhang__V1__FieldError *list[TZ_ERRORS_MAX];
    Taizhang__V1__Param param[TZ_ERRORS_MAX][TZ_ERROR_PARAMS];
    Taizhang__V1__Param *params[TZ_ERRORS_MAX][TZ_ERROR_PARAMS];
    o.outcome = TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED;
    o.errors = list;
    for (size_t i = 0; i < errors->count; i++) {
        to_wire(&errors->item[i], &error[i], param[i], params[i]);
        list[o.n_errors++] = &error[i];
    }
    return put_outcome(ctx, &r, &o);
}

static int take_batch(void *ctx)
{
    (void)ctx;
    tz_fault_point("watch.batch");
    return tz_watch_wait_stopped() ? TZ_WATCH_STOPPED_RESULT : TZ_RESULT_DONE;
}

/* --- what is told meanwhile --- */

/* Where the program's words go while a file is submitted. The connection stays where it is: it must not be
 * copied. */
struct listening {
    struct tz_cli *cli;
    FILE *out;
    FILE *err;
    char *text;
    size_t len;
};

static bool listen_to(struct listening *l, struct tz_cli *cli)
{
    *l = (struct listening){.cli = cli, .out = cli->out, .err = cli->err};
    FILE *both = open_memstream(&l->text, &l->len);
    if (both)
        cli->out = cli->err = both;
    return both != NULL;
}

static void leave_out(char *text, const char *part)
{
    size_t len = strlen(part);
    for (char *at = text; (at = strstr(at, part));)
        memmove(at, at + len, strlen(at + len) + 1);
}

/* Adds what was told, without the program's name before each error, and says it on stderr after all. The
 * folder of the claim is left out of it: nothing lies there when somebody reads this. */
static void heard(struct listening *l, const struct tz_claim *claim, struct tz_buf *out)
{
    static const char program[] = "taizhang: ";
    char folder[TZ_PATH_SIZE + 1];
    fclose(l->cli->err);
    l->cli->out = l->out;
    l->cli->err = l->err;
    snprintf(folder, sizeof folder, "%s/", claim->folder);
    if (l->text)
        leave_out(l->text, folder);
    const char *told = l->text ? l->text : "";
    fputs(told, l->err);
    fflush(l->err);
    while (*told) {
        told += strncmp(told, program, sizeof program - 1) == 0 ? sizeof program - 1 : 0;
        size_t len = strcspn(told, "\n");
        len += told[len] == '\n';
        tz_buf_add(out, told, len);
        told += len;
    }
    free(l->text);
}

/* --- submitting --- */

static struct tz_submit_options options_for(const struct tz_watch *w, const struct tz_claim *claim,
                                            struct tz_delivery *delivery)
{
    struct tz_submit_options options = *w->options;
    options.source = claim->name;
    options.path = claim->path;
    options.delivery = delivery;
    options.whole.part = tz_claim_is_part(claim);
    return options;
}

int tz_watch_submit(struct tz_watch *w, const struct tz_claim *claim, const struct tz_ledger_file *file,
                    FILE *copy, struct tz_buf *told)
{
    struct storing storing = {.w = w, .file = file->id};
    struct tz_delivery_store store = {
        .put = take_put, .refused = take_refused, .batch = take_batch, .ctx = &storing};
    struct tz_report report = {.cli = w->cli};
    struct tz_delivery delivery;
    struct tz_submit_options options = options_for(w, claim, &delivery);
    const struct tz_kind_info *kind = tz_watch_kind(w, claim->name);
    struct listening l;
    int rc = TZ_RESULT_REFUSED;
    if (!listen_to(&l, w->cli))
        return tz_cli_no_memory(w->cli);
    if (kind) {
        tz_delivery_store_open(&delivery, w->cli, &report, &store);
        rc = tz_submit_file(w->cli, copy, kind, &options, &report);
        tz_delivery_close(&delivery);
    } else {
        tz_cli_error(
            w->cli,
            _("The name %s does not tell the kind of its records. Put the file into a subfolder named "
              "as the kind, name it like funding.csv or 2017经费.csv, or watch with --kind."),
            claim->name);
    }
    heard(&l, claim, told);
    return rc;
}

/* --- the rest --- */

struct rejecting {
    struct tz_watch *w;
    int64_t file;
    int (*reject)(void *to, size_t row, const struct tz_errors *errors);
    void *to;
    int rc;
};

static int reject_row(void *ctx, const struct tz_ledger_row *row)
{
    struct rejecting *r = ctx;
    struct tz_arena arena;
    ProtobufCMessage *m;
    if (row->row == 0 || row->outcome.len == 0)
        return TZ_OK;
    tz_arena_init(&arena, tz_wire_arena_max(row->outcome.len));
    int rc =
        tz_wire_unpack(&taizhang__v1__outcome__descriptor, row->outcome.data, row->outcome.len, &arena, &m);
    if (rc == TZ_OK &&
        ((const Taizhang__V1__Outcome *)m)->outcome == TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED) {
        struct tz_errors errors;
        tz_message_errors(&errors, (const Taizhang__V1__Outcome *)m);
        r->rc = r->reject(r->to, row->row, &errors);
    }
    tz_arena_free(&arena);
    return rc != TZ_OK ? rc : r->rc != TZ_RESULT_DONE;
}

static int reject_rows(void *ctx, int (*reject)(void *to, size_t row, const struct tz_errors *errors),
                       void *to)
{
    struct rejecting *r = ctx;
    r->reject = reject;
    r->to = to;
    int rc = tz_ledger_rows(r->w->cli->profile, r->file, reject_row, r);
    return rc < 0 ? tz_cli_profile_failed(r->w->cli) : r->rc;
}

int tz_watch_rest(struct tz_watch *w, const struct tz_claim *claim, const struct tz_ledger_file *file,
                  bool whole, struct tz_buf *told)
{
    struct storing storing = {.w = w, .file = file->id};
    struct tz_delivery_store store = {
        .put = take_put, .refused = take_refused, .batch = take_batch, .ctx = &storing};
    struct rejecting rejecting = {.w = w, .file = file->id};
    struct tz_report report = {.cli = w->cli};
    struct tz_delivery delivery;
    struct tz_submit_options options = options_for(w, claim, &delivery);
    struct tz_submit_rest rest = {.rejected = whole ? NULL : reject_rows, .ctx = &rejecting, .whole = whole};
    struct listening l;
    FILE *in = fopen(claim->path, "rbe");
    if (!in) {
        tz_cli_error(w->cli, "%s: %s", claim->path, strerror(errno));
        return TZ_RESULT_INTERNAL;
    }
    if (!listen_to(&l, w->cli)) {
        fclose(in);
        return tz_cli_no_memory(w->cli);
    }
    tz_delivery_store_open(&delivery, w->cli, &report, &store);
    int rc = tz_submit_rest(w->cli, in, tz_watch_kind(w, claim->name), &options, &rest);
    tz_delivery_close(&delivery);
    heard(&l, claim, told);
    fclose(in);
    return rc;
}
