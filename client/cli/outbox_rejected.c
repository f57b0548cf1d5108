/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/outbox_rejected.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "client/cli/commands.h"
#include "client/cli/outbox_words.h"
#include "client/cli/record_view.h"
#include "client/sheet/headers.h"
#include "client/lib/new_file.h"
#include "common/base/json.h"

enum { CELL_MAX_BYTES = 4 << 20 };

struct rejected {
    struct tz_cli *cli;
    const struct tz_kind_info *kind; /* NULL: not given and none seen */
    bool kind_given;
    bool several;        /* kinds, and none was given */
    size_t rows;         /* of the kind */
    size_t withdrawals;  /* they are no rows */
    bool with_private;   /* a row states private fields, */
    size_t keep_private; /* so many leave them as the registry has them */
    bool with_base;      /* a row names its base */
    size_t left_aside;
    struct tz_table table;
    struct tz_buf titles; /* with their NULs */
};

/* --- what there is --- */

static bool is_wanted(const struct rejected *r, const struct tz_outbox_entry *e)
{
    return e->operation == TZ_OUTBOX_SUBMIT && tz_outbox_kind(e->address) == r->kind;
}

static int survey(void *ctx, const struct tz_outbox_entry *e)
{
    struct rejected *r = ctx;
    const struct tz_kind_info *kind = tz_outbox_kind(e->address);
    if (e->operation == TZ_OUTBOX_WITHDRAW) {
        r->withdrawals++;
        return TZ_OK;
    }
    if (!r->kind)
        r->kind = kind;
    r->several = r->several || (!r->kind_given && kind != r->kind);
    if (!is_wanted(r, e))
        return TZ_OK;
    r->rows++;
    r->with_private = r->with_private || e->private_bytes.len > 0;
    r->keep_private += e->keep_private;
    r->with_base = r->with_base || e->has_base;
    return TZ_OK;
}

/* --- the sheet --- */

static const struct tz_field *field_at(const struct rejected *r, size_t i)
{
    return i + 2 < TZ_TABLE_COLUMNS_MAX ? tz_view_csv_field(r->kind, r->with_private, i) : NULL;
}

static void add_columns(struct rejected *r)
{
    const struct tz_field *f;
    bool zh = r->cli->zh;
    for (size_t i = 0; (f = field_at(r, i)); i++) {
        tz_headers_label(&r->titles, f, "", zh);
        tz_buf_putc(&r->titles, '\0');
    }
    const char *title = r->titles.data;
    for (size_t i = 0; tz_buf_ok(&r->titles) && (f = field_at(r, i)); i++, title += strlen(title) + 1)
        tz_table_column(&r->table, (struct tz_table_column){.key = f->name, .title = title});
    if (r->with_base)
        tz_table_column(&r->table,
                        (struct tz_table_column){.key = "revision", .title = zh ? "版本" : "revision"});
    tz_table_column(&r->table, (struct tz_table_column){.key = "reasons", .title = tz_headers_reasons(zh)});
}

static void add_cells(struct rejected *r, const struct tz_outbox_entry *e, const struct tz_view *v)
{
    struct tz_buf text;
    const struct tz_field *f;
    tz_buf_init(&text, CELL_MAX_BYTES);
    for (size_t i = 0; (f = field_at(r, i)); i++) {
        tz_buf_clear(&text);
        tz_view_csv_cell(&text, v, f, r->cli->zh);
        tz_table_cell_n(&r->table, text.data, text.len);
    }
    if (r->with_base && e->has_base)
        tz_table_number(&r->table, (int64_t)e->base);
    else if (r->with_base)
        tz_table_cell(&r->table, "");
    tz_buf_clear(&text);
    if (*e->source && e->row)
        tz_buf_printf(&text, _("%s, row %zu"), e->source, e->row);
    tz_buf_puts(&text, text.len ? "\n" : "");
    tz_outbox_why(r->cli, e, &text);
    tz_table_cell_n(&r->table, text.data, text.len);
    tz_buf_free(&text);
}

static int add_row(void *ctx, const struct tz_outbox_entry *e)
{
    struct rejected *r = ctx;
    struct tz_address a;
    char period[TZ_PERIOD_SIZE];
    struct tz_arena arena;
    struct tz_view view;
    if (!is_wanted(r, e))
        return TZ_OK;
    if (r->with_private && e->keep_private) {
        r->left_aside++;
        return TZ_OK;
    }
    if (tz_address_parse(e->address, strlen(e->address), &a, NULL) != TZ_OK)
        return TZ_ECORRUPT;
    tz_period_format(a.period, period);
    Taizhang__V1__Address at = TAIZHANG__V1__ADDRESS__INIT;
    Taizhang__V1__RecordState state = TAIZHANG__V1__RECORD_STATE__INIT;
    at.committee = a.committee;
    at.kind = a.kind;
    at.period = period;
    at.key = a.key;
    state.address = &at;
    state.body = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)e->body.data, .len = e->body.len};
    state.private_ = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)e->private_bytes.data,
                                           .len = e->private_bytes.len};
    tz_arena_init(&arena, tz_wire_arena_max(TZ_FRAME_MAX));
    bool read = tz_view_read(&state, &arena, &view);
    if (read)
        add_cells(r, e, &view);
    tz_arena_free(&arena);
    return read ? TZ_OK : TZ_ECORRUPT;
}

/* --- the file --- */

static int cannot_write(struct tz_cli *cli, const char *path)
{
    tz_cli_error(cli, _("The file %s cannot be written: %s."), path, strerror(errno));
    return TZ_RESULT_INTERNAL;
}

/* What is there is never written over: somebody may be correcting it. */
static int write_file(struct rejected *r, const char *path, enum tz_format format)
{
    static const char mark[] = "\xef\xbb\xbf"; /* by which a spreadsheet knows UTF-8 */
    struct tz_new_file file;
    if (tz_new_file_begin(&file, path, 0600) != TZ_OK)
        return cannot_write(r->cli, path);
    int rc = format == TZ_FORMAT_CSV && fputs(mark, file.file) < 0 ? TZ_EIO : TZ_OK;
    if (rc == TZ_OK)
        rc = tz_table_print(&r->table, file.file, format);
    if (rc == TZ_OK)
        rc = tz_new_file_place(&file, path, false);
    int result = rc == TZ_OK       ? TZ_RESULT_DONE
                 : rc == TZ_ENOMEM ? tz_cli_no_memory(r->cli)
                                   : cannot_write(r->cli, path);
    tz_new_file_give_up(&file);
    return result;
}

static void print_json(struct tz_cli *cli, size_t rows, const char *path)
{
    struct tz_buf text;
    struct tz_json j;
    tz_buf_init(&text, 64 * 1024);
    tz_json_init(&j, &text);
    tz_json_object(&j);
    tz_json_key(&j, "rejected");
    tz_json_uint(&j, rows);
    tz_json_key(&j, "file");
    tz_json_text(&j, rows ? path : "");
    tz_json_end_object(&j);
    fprintf(cli->out, "%s\n", text.data ? text.data : "");
    tz_buf_free(&text);
}

static int tell(struct rejected *r, const char *path)
{
    struct tz_cli *cli = r->cli;
    size_t rows = r->rows - r->left_aside;
    if (cli->format != TZ_FORMAT_TABLE)
        print_json(cli, rows, path);
    if (rows == 0)
        tz_cli_note(cli, "%s", _("No row of the outbox is refused, so no file was made."));
    else
        tz_cli_note(cli,
                    P_("%zu refused row is in %s: correct it there and submit that file.",
                       "%zu refused rows are in %s: correct them there and submit that file.", rows),
                    rows, path);
    if (r->left_aside > 0)
        tz_cli_note(cli,
                    P_("%zu row that leaves the private fields as they are is not in it: correct it where it "
                       "came from.",
                       "%zu rows that leave the private fields as they are are not in it: correct them where "
                       "they came from.",
                       r->left_aside),
                    r->left_aside);
    if (r->withdrawals > 0)
        tz_cli_note(cli,
                    P_("%zu refused withdrawal is no row: `taizhang outbox` lists it.",
                       "%zu refused withdrawals are no rows: `taizhang outbox` lists them.", r->withdrawals),
                    r->withdrawals);
    return tz_cli_flush(cli);
}

static int write_rejected(struct rejected *r, const char *path, enum tz_format format)
{
    static const unsigned refused = 1U << TZ_OUTBOX_REFUSED;
    struct tz_cli *cli = r->cli;
    int rc = tz_cli_open_profile(cli);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (tz_outbox_list(cli->profile, refused, 0, survey, r) != TZ_OK)
        return tz_cli_profile_failed(cli);
    if (r->several)
        return tz_cli_usage(cli, "%s",
                            _("Rows of several kinds were refused, and a sheet has the columns of "
                              "one: give --kind."));
    if (r->rows == 0)
        return tell(r, path);
    add_columns(r);
    int listed = tz_outbox_list(cli->profile, refused, 0, add_row, r);
    if (listed != TZ_OK)
        return tz_cli_profile_failed(cli);
    if (r->rows > r->left_aside)
        rc = write_file(r, path, format);
    return rc == TZ_RESULT_DONE ? tell(r, path) : rc;
}

static bool ends_with(const char *s, const char *ending)
{
    size_t len = strlen(s);
    size_t n = strlen(ending);
    return len > n && strcasecmp(s + len - n, ending) == 0;
}

int tz_outbox_run_rejected(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *path = NULL;
    const char *kind = NULL;
    const struct tz_option options[] = {
        {"rejected", TZ_OPTION_TEXT, &path}, {"kind", TZ_OPTION_TEXT, &kind}, {NULL, TZ_OPTION_FLAG, NULL}};
    struct rejected r = {.cli = cli};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_outbox, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    bool book = ends_with(path, ".xlsx");
    if (!book && !ends_with(path, ".csv"))
        return tz_cli_usage(cli, "%s", _("Name a file that ends with .xlsx or .csv after --rejected."));
    if (kind && !(r.kind = tz_cli_kind(cli, kind)))
        return TZ_RESULT_USAGE;
    r.kind_given = kind != NULL;
    tz_table_init(&r.table);
    tz_buf_init(&r.titles, CELL_MAX_BYTES);
    rc = write_rejected(&r, path, book ? TZ_FORMAT_XLSX : TZ_FORMAT_CSV);
    tz_buf_free(&r.titles);
    tz_table_free(&r.table);
    return rc;
}
