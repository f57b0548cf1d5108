/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/prefill.h"

#include <errno.h>
#include <string.h>

#include "client/cli/offline.h"
#include "client/cli/pages.h"
#include "common/wire/frame.h"

enum { ROW_TEXT_MAX = 8 << 20 };

void tz_prefill_init(struct tz_prefill *p, struct tz_cli *cli)
{
    memset(p, 0, sizeof *p);
    p->cli = cli;
    tz_kept_records_init(&p->kept);
    tz_arena_init(&p->arena, tz_wire_arena_max(TZ_FRAME_MAX));
    tz_buf_init(&p->text, ROW_TEXT_MAX);
}

void tz_prefill_free(struct tz_prefill *p)
{
    tz_kept_records_free(&p->kept);
    tz_arena_free(&p->arena);
    tz_buf_free(&p->text);
}

static int cannot_keep(struct tz_prefill *p, int rc)
{
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(p->cli);
    tz_cli_error(p->cli, _("The records cannot be kept in a temporary file: %s."), strerror(errno));
    return TZ_RESULT_INTERNAL;
}

/* --- fetching --- */

struct fetching {
    struct tz_prefill *prefill;
    bool *wanted;
    struct tz_cursor cursor;
};

static int note_fields(struct fetching *f, const Taizhang__V1__RecordState *state)
{
    struct tz_prefill *p = f->prefill;
    const struct tz_field *field;
    struct tz_view v;
    tz_arena_reset(&p->arena);
    if (!tz_view_read(state, &p->arena, &v) || !v.has_body)
        return tz_cli_strange_answer(p->cli);
    for (size_t i = 0; (field = tz_field_at(v.kind, i)); i++) {
        tz_buf_clear(&p->text);
        f->wanted[i] |= tz_record_text(&v.record, field, true, &p->text);
    }
    return TZ_RESULT_DONE;
}

static int keep(struct fetching *f, const Taizhang__V1__RecordState *state)
{
    int rc = note_fields(f, state);
    if (rc != TZ_RESULT_DONE)
        return rc;
    rc = tz_kept_records_add(&f->prefill->kept, state);
    return rc == TZ_OK ? TZ_RESULT_DONE : cannot_keep(f->prefill, rc);
}

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct fetching *f = ctx;
    struct tz_cli *cli = f->prefill->cli;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_LIST)
        return (enum tz_result)tz_cli_strange_answer(cli);
    for (size_t i = 0; i < m->list->n_records; i++) {
        int rc = keep(f, m->list->records[i]);
        if (rc != TZ_RESULT_DONE)
            return (enum tz_result)rc;
    }
    if (m->final && !tz_cursor_keep(&f->cursor, &m->list->next_cursor))
        return (enum tz_result)tz_cli_strange_answer(cli);
    return TZ_RESULT_DONE;
}

static int ask_registry(struct fetching *f, const struct tz_template *t, const char *from, bool with_private)
{
    struct tz_cli *cli = f->prefill->cli;
    Taizhang__V1__ListRequest q = TAIZHANG__V1__LIST_REQUEST__INIT;
    tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    int rc;
    q.committee = (char *)t->committee;
    q.kind = t->kind->kind;
    q.period = (char *)from;
    q.private_ = with_private;
    request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_LIST;
    request.list = &q;
    do {
        q.cursor.data = f->cursor.bytes;
        q.cursor.len = f->cursor.len;
        rc = tz_cli_call(cli, &request, take_page, f);
    } while (rc == TZ_RESULT_DONE && f->cursor.len > 0);
    return tz_offline_hint(cli, rc);
}

static int take_copied(void *ctx, const Taizhang__V1__RecordState *state)
{
    return keep(ctx, state);
}

static int read_copy(struct fetching *f, const struct tz_template *t, const char *from)
{
    struct tz_offline offline;
    int rc = tz_offline_open(&offline, f->prefill->cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    const struct tz_copy_filter filter = {
        .committee = tz_offline_committee(&offline, *t->committee ? t->committee : NULL),
        .kind = t->kind->kind,
        .period = from,
    };
    rc = tz_copy_list(f->prefill->cli->profile, &filter, take_copied, f);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_offline_failed(&offline, rc);
}

int tz_prefill_fetch(struct tz_prefill *p, const struct tz_template *t, const char *from, bool with_private,
                     bool offline, bool *wanted)
{
    struct fetching f = {.prefill = p, .wanted = wanted};
    p->template_ = t;
    int rc = offline ? read_copy(&f, t, from) : ask_registry(&f, t, from, with_private);
    if (rc == TZ_RESULT_DONE && tz_kept_records_count(&p->kept) == 0) {
        tz_cli_error(
            p->cli,
            _("There are no records of this kind for %s to carry over. `taizhang records` lists what "
              "there is; without --prefill the template is empty."),
            from);
        return TZ_RESULT_REFUSED;
    }
    return rc;
}

/* --- rows --- */

static bool belongs_to_its_period(const struct tz_field *f)
{
    static const char *const names[] = {"as_of", "effect", "written",     "delegated",
                                        "score", "grade",  "satisfaction"};
    if (f->measure == TZ_FLOW || f->measure == TZ_HEADS)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

/* The same whole, as it is reported in the new period. */
static void put_part_of(struct tz_prefill *p, const char *address)
{
    struct tz_address a;
    char written[TZ_ADDRESS_SIZE];
    const char *period = p->template_->period;
    if (!*address || tz_address_parse(address, strlen(address), &a, NULL) != TZ_OK ||
        !tz_period_parse(period, strlen(period), &a.period))
        return;
    tz_address_format(&a, written);
    tz_buf_puts(&p->text, written);
}

static bool is_one(const struct tz_view *v, const struct tz_field *f)
{
    const Taizhang__V1__Quantity *q =
        *(Taizhang__V1__Quantity *const *)((const char *)v->record.body + f->offset);
    return q && q->value == 1 && q->qualifier == TZ_QUALIFIER(EXACT);
}

/* Where a cell's text and its comment stand in p->text; SIZE_MAX: no comment. */
struct place {
    size_t at, len, comment;
};

static struct place put_cell(struct tz_prefill *p, const struct tz_view *v, const struct tz_field *f)
{
    struct tz_buf *text = &p->text;
    struct place place = {.at = text->len, .comment = SIZE_MAX};
    bool zh = p->cli->zh;
    if (f->type == TZ_TYPE_PERIOD) {
        tz_buf_puts(text, p->template_->period);
    } else if (strcmp(f->name, "continues") == 0) {
        tz_buf_puts(text, v->address);
    } else if (strcmp(f->name, "part_of") == 0) {
        put_part_of(p, v->record.envelope ? v->record.envelope->part_of : "");
    } else if (f->place != TZ_IN_ADDRESS && belongs_to_its_period(f)) {
        bool counted = f->flags & TZ_F_ONE_IF_BLANK;
        if (counted && !is_one(v, f))
            tz_buf_puts(text, "——");
        place.len = text->len - place.at;
        tz_buf_putc(text, '\0');
        place.comment = text->len;
        tz_buf_puts(text, _("Last period: "));
        if (!tz_record_text(&v->record, f, zh, text) || (counted && is_one(v, f)))
            place.comment = SIZE_MAX;
        tz_buf_putc(text, '\0');
        return place;
    } else {
        tz_view_csv_cell(text, v, f, zh);
    }
    place.len = text->len - place.at;
    tz_buf_putc(text, '\0');
    return place;
}

int tz_prefill_row(void *ctx, struct tz_template_cell *cells)
{
    struct tz_prefill *p = ctx;
    const struct tz_template *t = p->template_;
    struct place places[TZ_TEMPLATE_COLUMNS];
    Taizhang__V1__RecordState *state;
    struct tz_view v;
    if (p->at == tz_kept_records_count(&p->kept))
        return TZ_ENOENT;
    tz_arena_reset(&p->arena);
    int rc = tz_kept_records_get(&p->kept, p->at++, &p->arena, &state);
    if (rc != TZ_OK)
        return cannot_keep(p, rc);
    if (!tz_view_read(state, &p->arena, &v) || !v.has_body)
        return tz_cli_strange_answer(p->cli);
    tz_buf_clear(&p->text);
    for (size_t i = 0; i < t->columns; i++)
        places[i] = put_cell(p, &v, t->field[i]);
    if (!tz_buf_ok(&p->text))
        return tz_cli_no_memory(p->cli);
    for (size_t i = 0; i < t->columns; i++)
        cells[i] = (struct tz_template_cell){
            .s = p->text.data + places[i].at,
            .len = places[i].len,
            .comment = places[i].comment == SIZE_MAX ? NULL : p->text.data + places[i].comment};
    return TZ_OK;
}
