/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_replace.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zip.h>

static int failure_of(zip_error_t *e)
{
    if (zip_error_system_type(e) == ZIP_ET_SYS && zip_error_code_system(e) != 0) {
        errno = zip_error_code_system(e);
        return TZ_EIO;
    }
    return zip_error_code_zip(e) == ZIP_ER_MEMORY ? TZ_ENOMEM : TZ_EINVAL;
}

/* A source that reads the stream; libzip closes what it is given. */
static zip_source_t *source_of(zip_t *zip, FILE *content)
{
    int fd = fflush(content) == 0 ? dup(fileno(content)) : -1;
    FILE *own = fd >= 0 ? fdopen(fd, "rb") : NULL;
    bool ready = own && fseeko(own, 0, SEEK_SET) == 0; /* libzip begins where the stream stands */
    zip_source_t *source = ready ? zip_source_filep(zip, own, 0, -1) : NULL;
    if (source)
        return source;
    if (own)
        fclose(own);
    else if (fd >= 0)
        close(fd);
    return NULL;
}

static int replace(zip_t *zip, const char *part, FILE *content)
{
    zip_stat_t st;
    while (*part == '/')
        part++;
    zip_int64_t index = zip_name_locate(zip, part, ZIP_FL_NOCASE | ZIP_FL_ENC_GUESS);
    if (index < 0 || zip_stat_index(zip, (zip_uint64_t)index, 0, &st) != 0)
        return TZ_EINVAL;
    zip_source_t *source = source_of(zip, content);
    if (!source)
        return TZ_ENOMEM;
    if (zip_file_replace(zip, (zip_uint64_t)index, source, 0) != 0) {
        int rc = failure_of(zip_get_error(zip));
        zip_source_free(source);
        return rc;
    }
    if ((st.valid & ZIP_STAT_MTIME) && zip_file_set_mtime(zip, (zip_uint64_t)index, st.mtime, 0) != 0)
        return failure_of(zip_get_error(zip));
    return TZ_OK;
}

static int sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd >= 0 && fsync(fd) == 0 ? TZ_OK : TZ_EIO;
    int why = errno;
    if (fd >= 0)
        close(fd);
    errno = why;
    return rc;
}

int tz_xlsx_replace(const char *path, const char *part, FILE *content)
{
    int why;
    zip_t *zip = zip_open(path, 0, &why);
    if (!zip) {
        zip_error_t e;
        zip_error_init_with_code(&e, why);
        int rc = failure_of(&e);
        zip_error_fini(&e);
        return rc;
    }
    int rc = replace(zip, part, content);
    if (rc == TZ_OK && zip_close(zip) == 0)
        return sync_file(path);
    if (rc == TZ_OK)
        rc = failure_of(zip_get_error(zip));
    zip_discard(zip);
    return rc;
}
