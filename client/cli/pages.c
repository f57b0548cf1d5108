/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/pages.h"

#include <string.h>

#include "client/cli/time_text.h"
#include "client/sheet/csv.h"
#include "common/wire/frame.h"

enum { LINE_MAX_BYTES = 4 << 20, SUMMARY_COLUMNS = 48 };

void tz_record_list_init(struct tz_record_list *l, struct tz_cli *cli, const struct tz_kind_info *kind,
                         bool with_private, bool with_quantity)
{
    *l = (struct tz_record_list){
        .cli = cli, .kind = kind, .with_private = with_private, .with_quantity = with_quantity};
    tz_table_init(&l->table);
    tz_arena_init(&l->arena, tz_wire_arena_max(TZ_FRAME_MAX));
    tz_records_book_init(&l->book, kind, with_private, cli->zh);
    if (cli->format != TZ_FORMAT_TABLE)
        return;
    tz_table_column(&l->table, (struct tz_table_column){.key = "address", .title = _("Address")});
    tz_table_column(&l->table,
                    (struct tz_table_column){.key = "committee_name", .title = _("Unit"), .optional = true});
    if (with_quantity)
        tz_table_column(&l->table,
                        (struct tz_table_column){.key = "quantity", .title = _("Adds"), .number = true});
    tz_table_column(&l->table,
                    (struct tz_table_column){.key = "revision", .title = _("Revision"), .number = true});
    tz_table_column(&l->table, (struct tz_table_column){.key = "time", .title = _("Time")});
    tz_table_column(&l->table, (struct tz_table_column){
                                   .key = "summary", .title = _("Content"), .width_max = SUMMARY_COLUMNS});
}

void tz_record_list_free(struct tz_record_list *l)
{
    tz_table_free(&l->table);
    tz_records_book_free(&l->book);
    tz_arena_free(&l->arena);
}

/* --- CSV: the columns of the import, and 版本 --- */

static void put_cell(struct tz_buf *line, bool first, const char *s, size_t len)
{
    if (!first)
        tz_buf_putc(line, ',');
    tz_csv_put(line, s, len);
}

static void csv_header(const struct tz_record_list *l, struct tz_buf *line)
{
    const struct tz_field *f;
    bool zh = l->cli->zh;
    for (size_t i = 0; (f = tz_view_csv_field(l->kind, l->with_private, i)); i++)
        put_cell(line, i == 0, zh ? f->zh : f->name, strlen(zh ? f->zh : f->name));
    put_cell(line, false, zh ? "版本" : "revision", strlen(zh ? "版本" : "revision"));
    tz_buf_puts(line, "\r\n");
}

static void csv_row(const struct tz_record_list *l, const struct tz_view *v, struct tz_buf *line)
{
    const struct tz_field *f;
    struct tz_buf cell;
    tz_buf_init(&cell, LINE_MAX_BYTES);
    for (size_t i = 0; (f = tz_view_csv_field(l->kind, l->with_private, i)); i++) {
        tz_buf_clear(&cell);
        tz_view_csv_cell(&cell, v, f, l->cli->zh);
        put_cell(line, i == 0, cell.data ? cell.data : "", cell.len);
    }
    tz_buf_printf(line, ",%llu\r\n", (unsigned long long)v->state->revision);
    if (!tz_buf_ok(&cell))
        line->failed = true;
    tz_buf_free(&cell);
}

/* --- table --- */

static void table_row(struct tz_record_list *l, const struct tz_view *v,
                      const Taizhang__V1__Quantity *quantity)
{
    struct tz_buf text;
    char when[TZ_TIME_SIZE];
    tz_buf_init(&text, 1 << 20);
    tz_time_text(l->cli->env, v->state->time_ms, when);
    tz_table_cell(&l->table, v->address);
    tz_table_cell(&l->table, v->state->committee_name);
    if (l->with_quantity) {
        if (quantity && *quantity->written)
            tz_buf_puts(&text, quantity->written);
        else if (quantity)
            tz_quantity_format(&text, quantity->qualifier != TZ_QUALIFIER(SOME), quantity->value,
                               quantity->qualifier, TZ_UNIT_NONE);
        tz_table_cell_n(&l->table, text.data ? text.data : "", text.len);
        tz_buf_clear(&text);
    }
    tz_table_number(&l->table, (int64_t)v->state->revision);
    tz_table_cell(&l->table, when);
    if (v->state->withdrawn)
        tz_buf_printf(&text, _("(withdrawn: %s)"), v->state->reason);
    else
        tz_view_summary(&text, v, l->cli->zh);
    if (*v->state->from && v->state->withdrawn)
        tz_buf_printf(&text, _(" (by %s)"), v->state->from);
    else if (*v->state->from)
        tz_buf_printf(&text, _(" (by %s: %s)"), v->state->from, v->state->reason);
    tz_table_cell_n(&l->table, text.data ? text.data : "", text.len);
    tz_buf_free(&text);
}

int tz_record_list_add(struct tz_record_list *l, const Taizhang__V1__RecordState *state,
                       const Taizhang__V1__Quantity *quantity)
{
    struct tz_view v;
    struct tz_buf line;
    struct tz_json j;
    tz_arena_reset(&l->arena);
    if (!state || !tz_view_read(state, &l->arena, &v))
        return tz_cli_strange_answer(l->cli);
    v.copy = l->copy;
    l->count++;
    if (l->cli->format == TZ_FORMAT_TABLE) {
        table_row(l, &v, quantity);
        return TZ_RESULT_DONE;
    }
    if (l->cli->format == TZ_FORMAT_XLSX)
        return tz_cli_printed(l->cli, tz_records_book_add(&l->book, &v));
    tz_buf_init(&line, LINE_MAX_BYTES);
    if (l->cli->format == TZ_FORMAT_JSON) {
        tz_json_init(&j, &line);
        tz_view_json(&j, l->cli->env, &v, quantity);
        tz_buf_putc(&line, '\n');
    } else {
        if (!l->header_done)
            csv_header(l, &line);
        l->header_done = true;
        csv_row(l, &v, &line);
    }
    bool ok = tz_buf_ok(&line);
    if (ok)
        fwrite(line.data, 1, line.len, l->cli->out);
    tz_buf_free(&line);
    return ok ? TZ_RESULT_DONE : tz_cli_no_memory(l->cli);
}

int tz_record_list_end(struct tz_record_list *l)
{
    struct tz_buf line;
    if (l->cli->format == TZ_FORMAT_TABLE) {
        int rc = l->count > 0 ? tz_table_print(&l->table, l->cli->out, TZ_FORMAT_TABLE) : TZ_OK;
        return rc == TZ_ENOMEM ? tz_cli_no_memory(l->cli) : tz_cli_flush(l->cli);
    }
    if (l->cli->format == TZ_FORMAT_XLSX)
        return tz_cli_printed(l->cli, tz_records_book_write(&l->book, l->cli->out));
    if (l->cli->format == TZ_FORMAT_CSV && !l->header_done) {
        tz_buf_init(&line, LINE_MAX_BYTES);
        csv_header(l, &line);
        fputs(line.data ? line.data : "", l->cli->out);
        tz_buf_free(&line);
    }
    return tz_cli_flush(l->cli);
}

bool tz_cursor_keep(struct tz_cursor *c, const ProtobufCBinaryData *from)
{
    if (from->len > sizeof c->bytes)
        return false;
    c->len = from->len;
    if (from->len > 0)
        memcpy(c->bytes, from->data, from->len);
    return true;
}
