/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/numbered.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/new_file.h"
#include "client/sheet/unnamed.h"
#include "client/sheet/xlsx_patch.h"
#include "client/sheet/xlsx_replace.h"

enum { NAMES_MAX = 1000, CHUNK = 64 * 1024 };

static const char mark[] = "_已编号";
static const char header[] = "编号";

/* --- names --- */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Cuts "(12)" off the end. */
static size_t without_number(const char *s, size_t len)
{
    if (len < 3 || s[len - 1] != ')')
        return len;
    size_t i = len - 1;
    while (i > 0 && s[i - 1] >= '0' && s[i - 1] <= '9')
        i--;
    return i < len - 1 && i > 0 && s[i - 1] == '(' ? i - 1 : len;
}

/* The path without its extension, and without a mark that an earlier run put there. */
static size_t stem_of(const char *path, const char *dot)
{
    size_t len = dot ? (size_t)(dot - path) : strlen(path);
    size_t plain = without_number(path, len);
    size_t n = strlen(mark);
    return plain >= n && memcmp(path + plain - n, mark, n) == 0 ? plain - n : len;
}

/* What a program goes by when it opens the file. */
static const char *extension_of(const char *dot, enum tz_sheet_format format)
{
    static const char *const workbooks[] = {".xlsx", ".xlsm", ".xltx", ".xltm"};
    bool workbook = false;
    for (size_t i = 0; dot && i < sizeof workbooks / sizeof *workbooks; i++)
        workbook |= strcasecmp(dot, workbooks[i]) == 0;
    if (format == TZ_FILE_XLSX)
        return workbook ? dot : ".xlsx";
    return dot && !workbook && strcasecmp(dot, ".xls") != 0 ? dot : ".csv";
}

bool tz_numbered_name(const char *path, enum tz_sheet_format format, unsigned number, char out[PATH_MAX])
{
    const char *dot = strrchr(name_of(path), '.');
    char counted[16] = "";
    if (dot == name_of(path))
        dot = NULL;
    if (number > 1)
        snprintf(counted, sizeof counted, "(%u)", number);
    int n = snprintf(out, PATH_MAX, "%.*s%s%s%s", (int)stem_of(path, dot), path, mark, counted,
                     extension_of(dot, format));
    return n > 0 && n < PATH_MAX;
}

/* --- where the numbers stand --- */

static bool find_column(struct tz_numbered *n, bool *is_new)
{
    *is_new = !tz_headers_column(n->headers, "key", &n->column);
    if (!*is_new)
        return true;
    n->column = n->used;
    for (size_t i = 0; i < n->headers->count; i++)
        if (n->headers->column[i].role != TZ_COLUMN_BLANK && i >= n->column)
            n->column = i + 1;
    return n->column < TZ_COLUMNS_MAX;
}

struct filling {
    struct tz_numbered *n;
    bool new_column;
};

static const char *text_of(void *ctx, size_t row)
{
    const struct filling *f = ctx;
    if (row == f->n->last_row && f->new_column)
        return header;
    return row > f->n->last_row ? f->n->key(f->n->ctx, row) : NULL;
}

/* --- a text --- */

static void put_row(struct tz_buf *line, const struct tz_sheet *s, size_t column, const char *text)
{
    size_t count = text && s->count <= column ? column + 1 : s->count;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            tz_buf_putc(line, s->separator);
        if (text && i == column)
            tz_csv_put_any(line, text, strlen(text));
        else if (i < s->count)
            tz_csv_put_any(line, s->cell[i].s, s->cell[i].len);
    }
    tz_buf_puts(line, "\r\n");
}

static int write_text(struct tz_numbered *n, struct filling *f, FILE *out, size_t *put)
{
    struct tz_sheet *s = n->sheet;
    struct tz_buf line;
    tz_buf_init(&line, 4 * TZ_ROW_MAX);
    tz_buf_puts(&line, "\xef\xbb\xbf");
    int rc = tz_sheet_rewind(s);
    while (rc == TZ_OK && (rc = tz_sheet_next(s)) == TZ_OK) {
        const char *text = text_of(f, s->row);
        *put += text != NULL;
        put_row(&line, s, n->column, text);
        if (!tz_buf_ok(&line))
            rc = TZ_ENOMEM;
        else if (fwrite(line.data, 1, line.len, out) != line.len)
            rc = TZ_EIO;
        tz_buf_clear(&line);
    }
    tz_buf_free(&line);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

/* --- a workbook --- */

/* By place: others read the descriptor too. */
static int copy_file(FILE *from, FILE *to)
{
    char chunk[CHUNK];
    for (off_t at = 0;;) {
        ssize_t n = pread(fileno(from), chunk, sizeof chunk, at);
        if (n <= 0)
            return n == 0 && fflush(to) == 0 ? TZ_OK : TZ_EIO;
        if (fwrite(chunk, 1, (size_t)n, to) != (size_t)n)
            return TZ_EIO;
        at += n;
    }
}

static int patch_sheet(struct tz_numbered *n, struct filling *f, const char *name, FILE *out, size_t *put)
{
    struct tz_part *part;
    struct tz_xlsx_patch patch = {.column = n->column, .text = text_of, .ctx = f};
    int rc = tz_part_open(n->sheet->xlsx.package, name, &part);
    if (rc != TZ_OK)
        return rc == TZ_ENOMEM ? rc : TZ_EINVAL;
    rc = tz_xlsx_patch(&patch, tz_part_bytes(part), out);
    tz_part_close(part);
    *put = patch.put;
    n->row = patch.row;
    errno = patch.errno_ ? patch.errno_ : EIO;
    return rc == TZ_EIO && !patch.errno_ ? TZ_EINVAL : rc == TZ_ELIMIT ? TZ_EINVAL : rc;
}

static int write_workbook(struct tz_numbered *n, struct filling *f, struct tz_new_file *out, size_t *put)
{
    const char *name = n->sheet->xlsx.workbook.sheet[n->sheet->chosen].part;
    int fd = tz_unnamed_open();
    FILE *content = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (!content) {
        if (fd >= 0)
            close(fd);
        return TZ_EIO;
    }
    int rc = patch_sheet(n, f, name, content, put);
    if (rc == TZ_OK)
        rc = copy_file(n->sheet->file, out->file);
    if (rc == TZ_OK)
        rc = tz_xlsx_replace(out->path, name, content);
    int why = errno;
    fclose(content);
    errno = why;
    return rc;
}

/* --- the file --- */

static int place(struct tz_numbered *n, struct tz_new_file *out)
{
    for (unsigned number = 1; number <= NAMES_MAX; number++) {
        if (!tz_numbered_name(n->path, n->sheet->format, number, n->written))
            return TZ_ELIMIT;
        if (tz_new_file_place(out, n->written, false) == TZ_OK)
            return TZ_OK;
        if (errno != EEXIST)
            return TZ_EIO;
        n->same = tz_new_file_equals(out, n->written);
        if (n->same)
            return TZ_OK;
    }
    return TZ_ELIMIT;
}

int tz_numbered_write(struct tz_numbered *n)
{
    struct tz_new_file out;
    struct filling f = {.n = n};
    struct stat st;
    size_t put = 0;
    n->same = false;
    n->row = 0;
    if (!find_column(n, &f.new_column))
        return TZ_ELIMIT;
    mode_t mode = stat(n->path, &st) == 0 && S_ISREG(st.st_mode) ? st.st_mode & 0777 : 0;
    int rc = tz_new_file_begin(&out, n->path, mode);
    if (rc != TZ_OK)
        return rc;
    rc = n->sheet->format == TZ_FILE_XLSX ? write_workbook(n, &f, &out, &put)
                                          : write_text(n, &f, out.file, &put);
    if (rc == TZ_OK && put != n->count + f.new_column)
        rc = TZ_EINVAL;
    if (rc == TZ_OK)
        rc = place(n, &out);
    int why = errno;
    tz_new_file_give_up(&out);
    errno = why;
    return rc;
}
