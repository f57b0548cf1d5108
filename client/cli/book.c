/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/book.h"

#include <errno.h>
#include <stdlib.h>

#include "common/base/i18n.h"

int tz_book_begin(struct tz_book *b)
{
    char beside[PATH_MAX];
    const char *folder = getenv("TMPDIR");
    int n = snprintf(beside, sizeof beside, "%s/", folder && *folder ? folder : "/tmp");
    if (n < 0 || (size_t)n >= sizeof beside) {
        errno = ENAMETOOLONG;
        return TZ_EIO;
    }
    int rc = tz_new_file_begin(&b->file, beside, 0600);
    if (rc != TZ_OK)
        return rc;
    rc = tz_xlsx_writer_new(&b->writer, b->file.path, _("Taizhang"));
    if (rc != TZ_OK)
        tz_new_file_give_up(&b->file);
    return rc;
}

static int copy(FILE *from, FILE *to)
{
    char chunk[16 * 1024];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, from)) > 0)
        if (fwrite(chunk, 1, n, to) != n)
            return TZ_EIO;
    return ferror(from) || fflush(to) != 0 ? TZ_EIO : TZ_OK;
}

int tz_book_end(struct tz_book *b, FILE *out)
{
    int rc = tz_xlsx_writer_close(b->writer);
    if (rc == TZ_OK)
        rc = copy(b->file.file, out);
    int why = errno;
    tz_new_file_give_up(&b->file);
    errno = why;
    return rc;
}

void tz_book_give_up(struct tz_book *b)
{
    tz_xlsx_writer_free(b->writer);
    tz_new_file_give_up(&b->file);
}
