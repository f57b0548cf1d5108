/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/messages.h"
#include "common/base/i18n.h"

/* This machine has none for that registry. */
static void put_no_key(struct tz_buf *out, const struct tz_connection *c)
{
    const struct tz_failure *f = &c->failure;
    if (strcmp(f->value, "joining") == 0) {
        tz_buf_printf(out,
                      _("Joining %s was begun and not finished. Run taizhang join again with the same "
                        "line."),
                      c->server);
        return;
    }
    tz_buf_printf(out,
                  _("This machine has no key for %s. Ask the committee above for an invitation, and run "
                    "taizhang join 'LINE' with the line that it sends."),
                  c->server);
    if (*f->detail)
        tz_buf_printf(out, _(" This profile has a key for: %s."), f->detail);
}

/* It has one that is not used. */
static void put_bad_key(struct tz_buf *out, const struct tz_failure *f)
{
    if (strcmp(f->value, "open") == 0)
        tz_buf_printf(out,
                      _("The key's file %s can be read by others, and is not used. Run chmod 600 on it; "
                        "if somebody may have read it, run taizhang key rotate afterwards."),
                      f->detail);
    else if (strcmp(f->value, "damaged") == 0)
        tz_buf_printf(out,
                      _("The key's file %s is damaged, or of a newer version. Ask for a new invitation "
                        "and run taizhang join with it."),
                      f->detail);
    else
        tz_buf_printf(out, _("The key's file %s cannot be used: %s."), f->detail, f->value);
}

/* Another than the one that is pinned. */
static void put_other_certificate(struct tz_buf *out, const struct tz_connection *c)
{
    const struct tz_failure *f = &c->failure;
    tz_buf_printf(
        out,
        _("What answers at %s does not show the certificate that this machine knows the registry by. "
          "Nothing was sent.\n"
          "  known: %s\n"
          "  shown: %s\n"
          "Somebody may stand between. Ask the registry's operator by telephone whether the certificate "
          "was changed; if it was, ask for a new invitation and run taizhang join with it."),
        c->server, f->value, f->detail);
}

/* One that the system does not vouch for. */
static void put_untrusted(struct tz_buf *out, const struct tz_connection *c)
{
    const struct tz_failure *f = &c->failure;
    if (*f->value)
        tz_buf_printf(out,
                      _("The certificate of the registry at %s held until %s, and this machine's clock "
                        "says that this day is past. Set the clock if it is wrong; if it is right, tell "
                        "the registry's operator. Nothing was sent."),
                      c->server, f->value);
    else
        tz_buf_printf(out,
                      _("The certificate of the registry at %s is not trusted (%s). Check the address; "
                        "if it is right, tell the registry's operator. Nothing was sent."),
                      c->server, f->detail);
}

void tz_message_failure(struct tz_buf *out, const struct tz_connection *c, bool zh)
{
    const struct tz_failure *f = &c->failure;
    switch (f->reason) {
    case TZ_REASON_NONE:
        break;
    case TZ_REASON_ADDRESS:
        tz_buf_printf(out, _("%s is not a server's address. Write unix:PATH or HOST:PORT."), f->detail);
        break;
    case TZ_REASON_RESOLVE:
        tz_buf_printf(out, _("The registry's host in %s is not known (%s). Check its name and the network."),
                      c->server, f->detail);
        break;
    case TZ_REASON_CONNECT:
        tz_buf_printf(out,
                      _("The registry at %s cannot be reached (%s). Check the address and the network; if "
                        "they are right, "
                        "ask whoever runs the registry."),
                      c->server, f->detail);
        break;
    case TZ_REASON_LOST:
        tz_buf_printf(
            out,
            _("The connection to the registry at %s was lost. Run the same command again: nothing is "
              "stored twice."),
            c->server);
        break;
    case TZ_REASON_SILENT:
        tz_buf_printf(
            out,
            _("The registry at %s does not answer any more. Run the same command again later: nothing is "
              "stored twice."),
            c->server);
        break;
    case TZ_REASON_GARBAGE:
        tz_buf_printf(out,
                      _("What answers at %s does not speak this registry protocol. Check the address and the "
                        "versions."),
                      c->server);
        break;
    case TZ_REASON_TOO_LARGE:
        tz_buf_puts(out, _("The request or its answer is larger than the limit. Ask for less at once."));
        break;
    case TZ_REASON_ANSWERED:
        /* The code too: it is what a script or a report can hold on to in either language. */
        if (c->status.code == TZ_CODE(QUANTITY_RANGE)) /* of an answer: no cell is wrong */
            tz_buf_printf(
                out,
                _("The sum of %s is too large to be told. Ask for a unit further down, or for other "
                  "measures with --measure."),
                c->status.field);
        else
            tz_message_error(out, &c->status, NULL, zh);
        tz_buf_printf(out, " [%s]", tz_code_name(c->status.code));
        break;
    case TZ_REASON_ARGUMENT:
        tz_buf_printf(out, _("This program made a wrong request (%s). Please report it."), f->detail);
        break;
    case TZ_REASON_MEMORY:
        tz_buf_puts(out, _("Out of memory."));
        break;
    case TZ_REASON_NO_KEY:
        put_no_key(out, c);
        break;
    case TZ_REASON_KEY:
        put_bad_key(out, f);
        break;
    case TZ_REASON_CERTIFICATE:
        put_other_certificate(out, c);
        break;
    case TZ_REASON_UNTRUSTED:
        put_untrusted(out, c);
        break;
    case TZ_REASON_PROFILE: /* of the library's outbox: no connection fails like that */
    case TZ_REASON_FILE:
    case TZ_REASON_NOT_FOUND:
    case TZ_REASON_STATE:
    case TZ_REASON_RECORD:
        tz_buf_puts(out, f->message);
        break;
    }
}

void tz_message_csv(struct tz_buf *out, const struct tz_csv *c)
{
    char column[TZ_COLUMN_NAME_SIZE];
    tz_column_name(c->problem_column, column);
    if (c->problem != TZ_CSV_READ && c->problem != TZ_CSV_MEMORY)
        tz_buf_printf(out, _("Cell %s%zu: "), column, c->row);
    switch (c->problem) {
    case TZ_CSV_FINE:
        break;
    case TZ_CSV_NOT_UTF8:
        tz_buf_puts(
            out,
            _("The file is not UTF-8, and not UTF-16 or GB18030/GBK as a whole either: it is damaged, or in "
              "another encoding. Save it again as .xlsx, or in Excel with the type \"CSV UTF-8 (Comma "
              "delimited)\"."));
        break;
    case TZ_CSV_NUL:
        tz_buf_puts(
            out, _("The file holds NUL bytes and is not a text in UTF-8. Save it again as \"CSV UTF-8 (Comma "
                   "delimited)\"."));
        break;
    case TZ_CSV_QUOTE:
        tz_buf_puts(
            out,
            _("A quotation mark is not closed, or is followed by more text. Inside quotation marks write a "
              "quotation mark twice."));
        break;
    case TZ_CSV_CELL_LARGE:
        tz_buf_printf(out, _("The cell is too large; %d bytes at most. Is a quotation mark not closed?"),
                      TZ_CELL_MAX);
        break;
    case TZ_CSV_ROW_LARGE:
        tz_buf_printf(out, _("The row is too large; %d bytes at most. Is a quotation mark not closed?"),
                      TZ_ROW_MAX);
        break;
    case TZ_CSV_COLUMNS:
        tz_buf_printf(out, _("The row has too many columns; %d at most."), TZ_COLUMNS_MAX);
        break;
    case TZ_CSV_READ:
        tz_buf_printf(out, _("The file cannot be read: %s."), strerror(c->errno_));
        break;
    case TZ_CSV_MEMORY:
        tz_buf_puts(out, _("Out of memory."));
        break;
    }
}

/* Where in a workbook: a cell, or a part and a line of it. */
static void put_place(struct tz_buf *out, const struct tz_sheet_fault *f)
{
    char column[TZ_COLUMN_NAME_SIZE];
    tz_column_name(f->column, column);
    if (f->row > 0)
        tz_buf_printf(out, _("Cell %s%zu: "), column, f->row);
    else if (*f->part && f->line > 0)
        tz_buf_printf(out, _("Part %s, line %zu: "), f->part, f->line);
    else if (*f->part)
        tz_buf_printf(out, _("Part %s: "), f->part);
}

/* What a workbook is instead of a sheet, or what is wrong with its content. */
static const char *workbook_problem(enum tz_sheet_problem problem)
{
    switch (problem) {
    case TZ_FAULT_OLD_WORKBOOK:
        return _(
            "The file is a workbook of the old format (.xls), or one with a password. Open it in Excel or "
            "WPS, "
            "choose Save As, type \"Excel Workbook (*.xlsx)\", without a password, and submit that file.");
    case TZ_FAULT_ODS:
        return _("The file is an OpenDocument spreadsheet (.ods). Open it and save it as .xlsx.");
    case TZ_FAULT_XLSB:
        return _("The file is a binary workbook (.xlsb). Open it in Excel and save it as .xlsx.");
    case TZ_FAULT_DOCUMENT:
        return _("The file is a document or a presentation, not a spreadsheet. Copy its table into a "
                 "spreadsheet and "
                 "save that as .xlsx.");
    case TZ_FAULT_ARCHIVE:
        return _("The file is an archive without a workbook in it. Unpack it and submit the spreadsheets "
                 "that it holds.");
    case TZ_FAULT_DAMAGED:
        return _("The workbook is damaged. Open it in Excel or WPS and save it again as .xlsx.");
    case TZ_FAULT_BOMB:
        return _("The workbook holds more than any sheet of records can: it is damaged, or made to do harm. "
                 "Copy the "
                 "rows into a new workbook.");
    case TZ_FAULT_LOCKED:
        return _("The workbook is encrypted or packed in an unknown way. Save it again as .xlsx without a "
                 "password.");
    default:
        return _("The workbook holds no sheet with cells.");
    }
}

void tz_message_sheet(struct tz_buf *out, const struct tz_sheet *s)
{
    const struct tz_sheet_fault *f = &s->fault;
    switch (f->problem) {
    case TZ_FAULT_TEXT:
        tz_message_csv(out, &s->csv);
        break;
    case TZ_FAULT_READ:
        tz_buf_printf(out, _("The file cannot be read: %s."), strerror(f->errno_));
        break;
    case TZ_FAULT_MEMORY:
        tz_buf_puts(out, _("Out of memory."));
        break;
    case TZ_FAULT_CELL_LARGE:
        put_place(out, f);
        tz_buf_printf(out, _("The cell is too large; %d bytes at most."), TZ_CELL_MAX);
        break;
    case TZ_FAULT_ROW_LARGE:
        put_place(out, f);
        tz_buf_printf(out, _("The row is too large; %d bytes at most."), TZ_ROW_MAX);
        break;
    case TZ_FAULT_COLUMNS:
        put_place(out, f);
        tz_buf_printf(out, _("The row has too many columns; %d at most."), TZ_COLUMNS_MAX);
        break;
    default:
        put_place(out, f);
        tz_buf_puts(out, workbook_problem(f->problem));
        break;
    }
}

void tz_message_header(struct tz_buf *out, const struct tz_header_error *e, bool zh)
{
    char column[TZ_COLUMN_NAME_SIZE];
    char other[TZ_COLUMN_NAME_SIZE];
    const char *label = e->field ? zh ? e->field->zh : e->field->en : zh ? "版本" : "revision";
    tz_column_name(e->column, column);
    tz_column_name(e->other, other);
    switch (e->problem) {
    case TZ_HEADER_UNKNOWN:
        tz_buf_printf(out, _("Column %s: there is no field \"%s\" in this kind."), column, e->header);
        for (size_t i = 0; i < sizeof e->near / sizeof *e->near && e->near[i]; i++)
            tz_buf_printf(out, "%s%s", i == 0 ? _(" Did you mean: ") : ", ",
                          zh ? e->near[i]->zh : e->near[i]->en);
        if (e->near[0])
            tz_buf_putc(out, '?');
        tz_buf_printf(out,
                      _(" Rename or delete the column, or say which field it is with --map \"%s=FIELD\"; "
                        "--map \"%s=\" leaves it aside."),
                      e->header, e->header);
        break;
    case TZ_HEADER_TWICE:
        tz_buf_printf(out,
                      _("Column %s: %s stands in column %s already. Delete one of the two, or leave \"%s\" "
                        "aside with --map \"%s=\"."),
                      column, label, other, e->header, e->header);
        break;
    case TZ_HEADER_NOT_THERE:
        tz_buf_printf(out, _("--map: the sheet has no column \"%s\"."), e->header);
        if (*e->like)
            tz_buf_printf(out, _(" Did you mean \"%s\"?"), e->like);
        tz_buf_puts(out, _(" Write the header as it stands in the sheet."));
        break;
    case TZ_HEADER_MISSING:
        tz_buf_printf(out, _("The column %s is missing. Add it%s."), label,
                      strcmp(e->header, "committee") == 0 ? _(", or name the committee with --committee CODE")
                                                          : "");
        break;
    }
}
