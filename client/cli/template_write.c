/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "client/cli/field_help.h"
#include "client/cli/template.h"
#include "client/sheet/csv.h"
#include "client/sheet/headers.h"
#include "client/sheet/xlsx_write.h"
#include "common/base/text.h"

/* Rows that get a committee or period without being asked for one by one. */
enum { PREFILLED_ROWS = 200, TEXT_MAX = 256 * 1024 };

static const char *const instructions[] = {"Instructions", "填写说明"};
static const char *const lists[] = {"Lists", "选项"};

bool tz_template_side_sheet(const char *name)
{
    for (size_t i = 0; i < 2; i++)
        if (strcmp(name, instructions[i]) == 0 || strcmp(name, lists[i]) == 0)
            return true;
    return false;
}

static void put_header(const struct tz_template *t, const struct tz_field *f, struct tz_buf *out)
{
    tz_buf_clear(out);
    if (tz_field_is_asked_for(f))
        tz_buf_putc(out, '*');
    tz_headers_label(out, f, tz_field_header_unit(f), t->cli->zh);
}

static const char *text_of(const struct tz_buf *b)
{
    return b->data ? b->data : "";
}

/* --- rows that are there already --- */

static int no_row(void *ctx, struct tz_template_cell *cells)
{
    (void)ctx;
    (void)cells;
    return TZ_ENOENT;
}

struct prefilled {
    const struct tz_template *t;
    size_t row;
};

static int prefilled_row(void *ctx, struct tz_template_cell *cells)
{
    struct prefilled *p = ctx;
    if (p->row++ == PREFILLED_ROWS)
        return TZ_ENOENT;
    for (size_t i = 0; i < p->t->columns; i++) {
        const struct tz_field *f = p->t->field[i];
        const char *s = f->place != TZ_IN_ADDRESS ? ""
                        : f->type == TZ_TYPE_CODE ? p->t->committee
                        : f->type == TZ_TYPE_KEY  ? ""
                                                  : p->t->period;
        cells[i] = (struct tz_template_cell){.s = s, .len = strlen(s)};
    }
    return TZ_OK;
}

/* --- CSV --- */

static bool put_line(struct tz_buf *line, FILE *out)
{
    tz_buf_puts(line, "\r\n");
    return tz_buf_ok(line) && fwrite(line->data, 1, line->len, out) == line->len;
}

static int write_csv(const struct tz_template *t, struct tz_new_file *f, tz_template_row *next, void *ctx)
{
    struct tz_template_cell cells[TZ_TEMPLATE_COLUMNS];
    struct tz_buf line, label;
    tz_buf_init(&line, 8 * TZ_ROW_MAX);
    tz_buf_init(&label, TEXT_MAX);
    tz_buf_puts(&line, "\xef\xbb\xbf");
    for (size_t i = 0; i < t->columns; i++) {
        put_header(t, t->field[i], &label);
        tz_buf_puts(&line, i ? "," : "");
        tz_csv_put(&line, text_of(&label), label.len);
    }
    bool ok = tz_buf_ok(&label) && put_line(&line, f->file);
    int rc;
    while ((rc = next(ctx, cells)) == TZ_OK && ok) {
        tz_buf_clear(&line);
        for (size_t i = 0; i < t->columns; i++) {
            tz_buf_puts(&line, i ? "," : "");
            tz_csv_put(&line, cells[i].s, cells[i].len);
        }
        ok = put_line(&line, f->file);
    }
    tz_buf_free(&line);
    tz_buf_free(&label);
    errno = 0;
    if (rc == TZ_ENOENT || rc == TZ_OK)
        rc = ok && fflush(f->file) == 0 ? TZ_OK : TZ_EIO;
    return rc;
}

/* --- the sheet for the data --- */

static double width_of(const struct tz_field *f, const char *label)
{
    size_t width = tz_text_width(label, strlen(label)) + 3;
    size_t least = f->type == TZ_TYPE_REF || f->type == TZ_TYPE_REFS || f->type == TZ_TYPE_USCC ? 24
                   : f->type == TZ_TYPE_TEXT && !tz_field_is_for_digits(f)                      ? 20
                                                                                                : 11;
    return (double)(width > least ? width : least);
}

static const char *member_of(const struct tz_template *t, const struct tz_field *f, size_t i)
{
    return t->cli->zh ? f->list->members[i].zh : f->list->members[i].name;
}

/* A column from whose list one value is chosen. */
static bool has_choice(const struct tz_field *f)
{
    return f->type == TZ_TYPE_ENUM || f->type == TZ_TYPE_YESNO;
}

/* Its values stand in the cells themselves where they fit, else in a column of the hidden sheet: false. */
static bool offer_choice(const struct tz_template *t, struct tz_xlsx_writer *w, size_t column,
                         const struct tz_field *f, size_t list_column)
{
    enum { MEMBERS_MAX = 64 };
    const char *texts[MEMBERS_MAX];
    const char *refusal = _("Choose from the list, or leave the cell empty.");
    size_t count = f->list->count;
    for (size_t i = 0; i < count && i < MEMBERS_MAX; i++)
        texts[i] = member_of(t, f, i);
    if (count <= MEMBERS_MAX && tz_xlsx_writer_choice(w, column, 2, texts, count, refusal))
        return true;
    tz_xlsx_writer_choice_of(w, column, 2, lists[t->cli->zh], list_column, count, refusal);
    return false;
}

static void put_note(const struct tz_template *t, const struct tz_field *f, struct tz_buf *out)
{
    tz_buf_clear(out);
    tz_buf_printf(out, "%s (%s)\n", t->cli->zh ? f->zh : f->en, f->name);
    tz_buf_puts(out, tz_field_is_asked_for(f) ? _("Must be filled in.") : _("May be left empty."));
    struct tz_buf help;
    tz_buf_init(&help, TEXT_MAX);
    tz_field_help(&help, f, t->cli->zh);
    if (help.len > 0)
        tz_buf_printf(out, "\n%s", help.data);
    tz_buf_clear(&help);
    tz_field_example(&help, t->kind, f, *t->committee ? t->committee : "110000",
                     *t->period ? t->period : "2017", t->cli->zh);
    if (help.len > 0) {
        tz_buf_putc(out, '\n');
        tz_buf_printf(out, _("For example: %s"), help.data);
    }
    out->failed |= help.failed;
    tz_buf_free(&help);
}

/* Returns which columns' lists go to the hidden sheet. */
static size_t write_headers(const struct tz_template *t, struct tz_xlsx_writer *w, struct tz_buf *text,
                            const struct tz_field **listed)
{
    size_t count = 0;
    for (size_t i = 0; i < t->columns; i++) {
        const struct tz_field *f = t->field[i];
        put_header(t, f, text);
        tz_xlsx_writer_column(w, i, width_of(f, text_of(text)), tz_field_is_for_digits(f));
        if (has_choice(f) && !offer_choice(t, w, i, f, count))
            listed[count++] = f;
    }
    tz_xlsx_writer_freeze(w, 1, 0);
    for (size_t i = 0; i < t->columns; i++) {
        const struct tz_field *f = t->field[i];
        put_header(t, f, text);
        tz_xlsx_writer_text(w, 1, i, text_of(text), text->len,
                            tz_field_is_asked_for(f) ? TZ_FILL_REQUIRED : TZ_FILL_HEADER, false);
        put_note(t, f, text);
        tz_xlsx_writer_comment(w, 1, i, text_of(text));
    }
    return count;
}

static int write_data(const struct tz_template *t, struct tz_xlsx_writer *w, tz_template_row *next, void *ctx)
{
    struct tz_template_cell cells[TZ_TEMPLATE_COLUMNS];
    int rc;
    for (size_t row = 2; (rc = next(ctx, cells)) == TZ_OK; row++) {
        for (size_t i = 0; i < t->columns; i++) {
            const struct tz_template_cell *c = &cells[i];
            struct tz_cell cell = {.s = c->s, .len = c->len, .type = TZ_CELL_TEXT};
            tz_xlsx_writer_cell(w, row, i, &cell, c->comment ? TZ_FILL_OPEN : TZ_FILL_NONE,
                                tz_field_is_for_digits(t->field[i]));
            if (c->comment)
                tz_xlsx_writer_comment(w, row, i, c->comment);
        }
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

/* --- the other sheets --- */

static void put(struct tz_xlsx_writer *w, size_t row, size_t column, const char *s, enum tz_xlsx_fill fill)
{
    tz_xlsx_writer_text(w, row, column, s, strlen(s), fill, false);
}

static size_t write_rules(const struct tz_template *t, struct tz_xlsx_writer *w, struct tz_buf *text)
{
    static const char *const rules[] = {
        N_("One record a row, on the first sheet. Columns may be moved; those that you do not need may be "
           "deleted. "
           "Leave the headers' words as they are."),
        N_("Columns with a * and a yellow header must be filled in."),
        N_("What is not known stays empty. 0 is a zero, an empty cell is none."),
        N_("Write figures as they are known: 200余 stays more than 200 in every total."),
    };
    size_t row = 1;
    tz_buf_clear(text);
    tz_buf_printf(text, _("How to fill in: %s"), t->cli->zh ? t->kind->zh : t->kind->en);
    put(w, row++, 0, text_of(text), TZ_FILL_HEADER);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        put(w, row++, 0, _(rules[i]), TZ_FILL_NONE);
    if (t->kind->kind == TZ_KIND_FUNDING || t->kind->kind == TZ_KIND_OUTPUT)
        put(w, row++, 0, _("At least one of the figures must be filled in."), TZ_FILL_NONE);
    put(w, row++, 0, _("Then submit the file: taizhang submit FILE"), TZ_FILL_NONE);
    return row + 1;
}

static void write_instructions(const struct tz_template *t, struct tz_xlsx_writer *w, struct tz_buf *text)
{
    static const char *const titles[] = {N_("Column"), N_("Needed"), N_("How"), N_("Example")};
    static const double widths[] = {22, 8, 90, 34};
    const char *committee = *t->committee ? t->committee : "110000";
    const char *period = *t->period ? t->period : "2017";
    tz_xlsx_writer_sheet(w, instructions[t->cli->zh], false);
    for (size_t i = 0; i < 4; i++)
        tz_xlsx_writer_column(w, i, widths[i], i == 3);
    size_t row = write_rules(t, w, text);
    for (size_t i = 0; i < 4; i++)
        put(w, row, i, _(titles[i]), TZ_FILL_HEADER);
    for (size_t i = 0; i < t->columns; i++) {
        const struct tz_field *f = t->field[i];
        row++;
        put_header(t, f, text);
        put(w, row, 0, text_of(text), TZ_FILL_NONE);
        put(w, row, 1, tz_field_is_asked_for(f) ? _("yes") : "", TZ_FILL_NONE);
        tz_buf_clear(text);
        tz_field_help(text, f, t->cli->zh);
        put(w, row, 2, text_of(text), TZ_FILL_WRAPPED);
        tz_buf_clear(text);
        tz_field_example(text, t->kind, f, committee, period, t->cli->zh);
        tz_xlsx_writer_text(w, row, 3, text_of(text), text->len, TZ_FILL_NONE, true);
    }
}

static void write_lists(const struct tz_template *t, struct tz_xlsx_writer *w,
                        const struct tz_field *const *listed, size_t count)
{
    bool more = count > 0;
    if (more)
        tz_xlsx_writer_sheet(w, lists[t->cli->zh], true);
    for (size_t row = 1; more; row++) {
        more = false;
        for (size_t i = 0; i < count; i++) {
            if (row <= listed[i]->list->count)
                put(w, row, i, member_of(t, listed[i], row - 1), TZ_FILL_NONE);
            more |= row < listed[i]->list->count;
        }
    }
}

static int write_xlsx(const struct tz_template *t, struct tz_new_file *f, tz_template_row *next, void *ctx)
{
    const struct tz_field *listed[TZ_TEMPLATE_COLUMNS];
    struct tz_xlsx_writer *w;
    struct tz_buf text;
    int rc = tz_xlsx_writer_new(&w, f->path, _("Taizhang"));
    if (rc != TZ_OK)
        return rc;
    tz_buf_init(&text, TEXT_MAX);
    tz_xlsx_writer_sheet(w, t->cli->zh ? t->kind->zh : t->kind->en, false);
    size_t lists_there = write_headers(t, w, &text, listed);
    rc = write_data(t, w, next, ctx);
    if (rc == TZ_OK) {
        write_instructions(t, w, &text);
        write_lists(t, w, listed, lists_there);
        rc = tz_buf_ok(&text) ? TZ_OK : TZ_ENOMEM;
    }
    tz_buf_free(&text);
    if (rc == TZ_OK)
        return tz_xlsx_writer_close(w);
    tz_xlsx_writer_free(w);
    return rc;
}

int tz_template_write(const struct tz_template *t, struct tz_new_file *f, tz_template_row *next, void *ctx)
{
    struct prefilled prefilled = {.t = t};
    if (!next) {
        next = *t->committee || *t->period ? prefilled_row : no_row;
        ctx = &prefilled;
    }
    int rc = t->xlsx ? write_xlsx(t, f, next, ctx) : write_csv(t, f, next, ctx);
    if (rc >= TZ_OK)
        return rc;
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(t->cli);
    tz_cli_error(t->cli, _("The template cannot be written: %s."),
                 rc == TZ_ELIMIT ? _("there are more rows than a sheet holds")
                                 : strerror(errno ? errno : EIO));
    return TZ_RESULT_INTERNAL;
}
