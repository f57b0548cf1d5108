/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/record_view.h"

#include <string.h>

#include "client/cli/time_text.h"
#include "common/base/text.h"

bool tz_view_read(const Taizhang__V1__RecordState *state, struct tz_arena *arena, struct tz_view *out)
{
    struct tz_address address;
    struct tz_errors errors = {0};
    memset(out, 0, sizeof *out);
    out->state = state;
    if (!state->address || tz_address_from_wire(state->address, &address, &errors) != TZ_OK)
        return false;
    out->kind = tz_kind_info(address.kind);
    if (!out->kind)
        return false;
    tz_address_format(&address, out->address);
    out->has_body = !state->withdrawn &&
                    tz_record_decode(out->kind, state->body.data, state->body.len, state->private_.data,
                                     state->private_.len, arena, &out->record, &errors) == TZ_OK;
    return true;
}

static void put_text(struct tz_json *j, const char *key, const char *s)
{
    if (!*s)
        return;
    tz_json_key(j, key);
    tz_json_text(j, s);
}

void tz_view_json(struct tz_json *j, const struct tz_env *env, const struct tz_view *v,
                  const Taizhang__V1__Quantity *quantity)
{
    const Taizhang__V1__RecordState *s = v->state;
    char time[TZ_TIME_SIZE];
    tz_time_iso(env, s->time_ms, time);
    tz_json_object(j);
    tz_json_key(j, "address");
    tz_json_text(j, v->address);
    put_text(j, "committee_name", s->committee_name);
    tz_json_key(j, "revision");
    tz_json_uint(j, s->revision);
    tz_json_key(j, "position");
    tz_json_uint(j, s->position);
    tz_json_key(j, "epoch");
    tz_json_uint(j, s->epoch);
    tz_json_key(j, "time");
    tz_json_text(j, time);
    put_text(j, "principal", s->principal);
    put_text(j, "person", s->person);
    tz_json_key(j, "withdrawn");
    tz_json_bool(j, s->withdrawn);
    put_text(j, "reason", s->reason);
    put_text(j, "from", s->from);
    if (quantity) {
        tz_json_key(j, "quantity");
        tz_json_object(j);
        tz_json_key(j, "value");
        if (quantity->qualifier == TZ_QUALIFIER(SOME))
            tz_json_null(j);
        else
            tz_json_int(j, quantity->value);
        tz_json_key(j, "qualifier");
        tz_json_text(j, tz_qualifier_name(quantity->qualifier));
        tz_json_key(j, "written");
        tz_json_text(j, quantity->written);
        tz_json_end_object(j);
    }
    if (v->has_body) {
        tz_json_key(j, "fields");
        tz_record_json(&v->record, j);
    }
    if (v->copy)
        tz_offline_json(v->copy, j);
    tz_json_end_object(j);
}

/* --- for people --- */

static void line(struct tz_cli *cli, const char *label, size_t width, const char *text, size_t len)
{
    struct tz_buf clean;
    size_t w = tz_text_width(label, strlen(label));
    tz_buf_init(&clean, 1 << 20);
    tz_table_clean(&clean, text, len, 0);
    fprintf(cli->out, "%s%*s%s\n", label, (int)(width > w ? width - w : 0) + 2, "",
            clean.data ? clean.data : "");
    tz_buf_free(&clean);
}

static size_t label_width(const struct tz_kind_info *kind, bool zh)
{
    const struct tz_field *f;
    size_t width = 12;
    for (size_t i = 0; (f = tz_field_at(kind, i)); i++) {
        size_t w = zh ? tz_text_width(f->zh, strlen(f->zh)) : strlen(f->en);
        if (w > width)
            width = w;
    }
    return width;
}

void tz_view_people(struct tz_cli *cli, const struct tz_view *v)
{
    const Taizhang__V1__RecordState *s = v->state;
    const struct tz_field *f;
    size_t width = label_width(v->kind, cli->zh);
    char when[TZ_TIME_SIZE];
    struct tz_buf text, by;
    tz_buf_init(&text, 1 << 20);
    tz_time_text(cli->env, s->time_ms, when);
    line(cli, _("Address"), width, v->address, strlen(v->address));
    if (*s->committee_name)
        line(cli, _("Unit"), width, s->committee_name, strlen(s->committee_name));
    tz_buf_init(&by, 1024);
    if (*s->person)
        tz_buf_printf(&by, _("%s for %s"), s->principal, s->person);
    else if (*s->principal)
        tz_buf_puts(&by, s->principal);
    tz_buf_printf(&text, _("%llu (position %llu, %s, by %s)"), (unsigned long long)s->revision,
                  (unsigned long long)s->position, when, by.data ? by.data : "?");
    tz_buf_free(&by);
    line(cli, _("Revision"), width, text.data ? text.data : "", text.len);
    if (*s->from)
        line(cli, _("Written by"), width, s->from, strlen(s->from));
    if (s->withdrawn)
        line(cli, _("Withdrawn"), width, s->reason, strlen(s->reason));
    else if (*s->reason)
        line(cli, _("Reason"), width, s->reason, strlen(s->reason));
    for (size_t i = 0; v->has_body && (f = tz_field_at(v->kind, i)); i++) {
        tz_buf_clear(&text);
        if (tz_record_text(&v->record, f, cli->zh, &text))
            line(cli, cli->zh ? f->zh : f->en, width, text.data ? text.data : "", text.len);
    }
    if (!v->has_body && !s->withdrawn)
        tz_cli_note(
            cli, "%s",
            _("The record's fields are of a version that this program cannot read. Bring it up to date."));
    tz_buf_free(&text);
}

void tz_view_summary(struct tz_buf *out, const struct tz_view *v, bool zh)
{
    static const char *const names[] = {"title", "name", "org_name", "plan", "written", "note"};
    for (size_t i = 0; v->has_body && i < sizeof names / sizeof *names; i++) {
        const struct tz_field *f = tz_field_find(v->kind, names[i], strlen(names[i]));
        if (f && f->place != TZ_IN_PRIVATE && tz_record_text(&v->record, f, zh, out))
            return;
    }
}

/* --- CSV --- */

const struct tz_field *tz_view_csv_field(const struct tz_kind_info *kind, bool with_private, size_t i)
{
    const struct tz_field *f;
    for (size_t k = 0; (f = tz_field_at(kind, k)); k++) {
        bool shown = f->type != TZ_TYPE_ATTACHMENTS && f->type != TZ_TYPE_EXTRA &&
                     (with_private || f->place != TZ_IN_PRIVATE);
        if (shown && i-- == 0)
            return f;
    }
    return NULL;
}

/* A quantity that the client fills in when its cell is blank: blank stands for the filled-in one, and `——`
 * for none. */
static bool put_filled_in(struct tz_buf *out, const struct tz_view *v, const struct tz_field *f)
{
    const Taizhang__V1__Quantity *q =
        *(Taizhang__V1__Quantity *const *)((const char *)v->record.body + f->offset);
    if (q)
        return !*q->written && q->value == 1 && q->qualifier == TZ_QUALIFIER(EXACT);
    if (v->record.envelope && v->record.envelope->scope == TZ_SCOPE_OWN)
        tz_buf_puts(out, "——");
    return true;
}

void tz_view_csv_cell(struct tz_buf *out, const struct tz_view *v, const struct tz_field *f, bool zh)
{
    const Taizhang__V1__Address *a = v->state->address;
    if (f->place == TZ_IN_ADDRESS) {
        tz_buf_puts(out, f->type == TZ_TYPE_CODE  ? a->committee
                         : f->type == TZ_TYPE_KEY ? a->key
                                                  : a->period);
        return;
    }
    if (!v->has_body)
        return;
    if ((f->flags & TZ_F_ONE_IF_BLANK) && f->place == TZ_IN_BODY && put_filled_in(out, v, f))
        return;
    (void)tz_record_text(&v->record, f, zh, out);
}
