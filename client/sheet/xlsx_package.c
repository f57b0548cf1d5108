/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_package.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

struct tz_package {
    zip_t *zip;
};

struct tz_part {
    zip_file_t *file;
    uint64_t size; /* as the archive claims */
    uint64_t left; /* of it */
    int problem;
};

/* --- before libzip sees it --- */

static uint32_t le16(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint64_t le64(const unsigned char *p)
{
    uint64_t n = 0;
    for (size_t i = 8; i-- > 0;)
        n = n << 8 | p[i];
    return n;
}

/* The number of entries that the zip64 record behind a locator claims. */
static uint64_t entries_zip64(int fd, const unsigned char *locator)
{
    unsigned char record[56];
    uint64_t at = le64(locator + 8);
    if (at > INT64_MAX || pread(fd, record, sizeof record, (off_t)at) != (ssize_t)sizeof record)
        return UINT64_MAX;
    return memcmp(record, "PK\6\6", 4) == 0 ? le64(record + 32) : UINT64_MAX;
}

/* libzip takes memory for every entry that the archive claims, so the claims are read first: of each end
 * record that it may choose. */
static int check_entries(int fd)
{
    enum { TAIL = 65536 + 22 + 20 };
    unsigned char *tail = malloc(TAIL);
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > TAIL ? size - TAIL : 0;
    ssize_t n = tail && size >= 0 ? pread(fd, tail, TAIL, from) : -1;
    int rc = !tail ? TZ_ENOMEM : n < 0 ? TZ_EIO : TZ_EINVAL;
    for (ssize_t i = 0; i + 20 <= n && rc != TZ_ELIMIT; i++) {
        uint64_t entries = 0;
        if (memcmp(tail + i, "PK\5\6", 4) == 0 && i + 22 <= n)
            entries = le16(tail + i + 10);
        else if (memcmp(tail + i, "PK\6\7", 4) == 0)
            entries = entries_zip64(fd, tail + i);
        else
            continue;
        rc = entries > TZ_PACKAGE_ENTRIES_MAX && entries != 0xffff ? TZ_ELIMIT : TZ_OK;
    }
    free(tail);
    return rc;
}

/* --- the archive --- */

int tz_package_open(struct tz_package **out, FILE *file)
{
    int why;
    int rc = check_entries(fileno(file));
    if (rc != TZ_OK)
        return rc;
    struct tz_package *p = calloc(1, sizeof *p);
    if (!p)
        return TZ_ENOMEM;
    int fd = dup(fileno(file));
    if (fd < 0) {
        free(p);
        return TZ_EIO;
    }
    p->zip = zip_fdopen(fd, 0, &why);
    if (!p->zip) {
        close(fd);
        free(p);
        return why == ZIP_ER_MEMORY ? TZ_ENOMEM : TZ_EINVAL;
    }
    if (zip_get_num_entries(p->zip, 0) > TZ_PACKAGE_ENTRIES_MAX) {
        tz_package_free(p);
        return TZ_ELIMIT;
    }
    *out = p;
    return TZ_OK;
}

void tz_package_free(struct tz_package *p)
{
    if (!p)
        return;
    zip_discard(p->zip);
    free(p);
}

static zip_int64_t locate(struct tz_package *p, const char *name)
{
    while (*name == '/')
        name++;
    return zip_name_locate(p->zip, name, ZIP_FL_NOCASE | ZIP_FL_ENC_GUESS);
}

bool tz_package_has(struct tz_package *p, const char *name)
{
    return locate(p, name) >= 0;
}

static bool is_bomb(const zip_stat_t *st)
{
    return st->size > TZ_PACKAGE_PART_MAX ||
           (st->size > TZ_PACKAGE_RATIO_FROM && st->size / TZ_PACKAGE_RATIO_MAX > st->comp_size);
}

int tz_part_open(struct tz_package *p, const char *name, struct tz_part **out)
{
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
    zip_stat_t st;
    zip_int64_t index = locate(p, name);
    if (index < 0)
        return TZ_ENOENT;
    if (zip_stat_index(p->zip, (zip_uint64_t)index, 0, &st) != 0 || (st.valid & needed) != needed)
        return TZ_EINVAL;
    if (is_bomb(&st))
        return TZ_ELIMIT;
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
        return TZ_EFOREIGN;
    struct tz_part *part = calloc(1, sizeof *part);
    if (!part)
        return TZ_ENOMEM;
    part->size = part->left = st.size;
    part->file = zip_fopen_index(p->zip, (zip_uint64_t)index, 0);
    if (!part->file) {
        int why = zip_error_code_zip(zip_get_error(p->zip));
        free(part);
        return why == ZIP_ER_MEMORY                                     ? TZ_ENOMEM
               : why == ZIP_ER_COMPNOTSUPP || why == ZIP_ER_ENCRNOTSUPP ? TZ_EFOREIGN
                                                                        : TZ_EINVAL;
    }
    *out = part;
    return TZ_OK;
}

void tz_part_close(struct tz_part *part)
{
    if (!part)
        return;
    zip_fclose(part->file);
    free(part);
}

static ssize_t read_part(void *ctx, void *out, size_t size)
{
    struct tz_part *part = ctx;
    zip_int64_t n = zip_fread(part->file, out, size);
    if (n < 0)
        part->problem = TZ_EINVAL;
    else if ((uint64_t)n > part->left)
        part->problem = TZ_ELIMIT;
    if (part->problem != TZ_OK)
        return -1;
    part->left -= (uint64_t)n;
    return (ssize_t)n;
}

struct tz_xml_input tz_part_bytes(struct tz_part *part)
{
    return (struct tz_xml_input){.read = read_part, .ctx = part};
}

int tz_part_problem(const struct tz_part *part)
{
    return part->problem;
}

void tz_part_position(const struct tz_part *part, uint64_t *done, uint64_t *total)
{
    *done = part->size - part->left;
    *total = part->size;
}
