/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DIGITS = 20, READ_BYTES = 64 * 1024 };

static const char prefix[] = "access-";
static const char suffix[] = ".log";

/* --- names --- */

/* 0: not a name of ours. */
static uint64_t number_of(const char *name)
{
    char digits[DIGITS + 1];
    char again[sizeof prefix + DIGITS + sizeof suffix];
    if (strlen(name) != sizeof prefix - 1 + DIGITS + sizeof suffix - 1)
        return 0;
    memcpy(digits, name + sizeof prefix - 1, DIGITS);
    digits[DIGITS] = '\0';
    errno = 0;
    uint64_t n = strtoull(digits, NULL, 10);
    snprintf(again, sizeof again, "%s%020" PRIu64 "%s", prefix, n, suffix);
    return errno == 0 && strcmp(name, again) == 0 ? n : 0;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int add(struct tz_access_files *f, size_t *room, uint64_t n)
{
    if (f->count == *room) {
        size_t more = *room ? *room * 2 : 64;
        uint64_t *first = realloc(f->first, more * sizeof *first);
        if (!first)
            return TZ_ENOMEM;
        f->first = first;
        *room = more;
    }
    f->first[f->count++] = n;
    return TZ_OK;
}

int tz_access_files_list(const char *dir, struct tz_access_files *out)
{
    size_t room = 0;
    const struct dirent *entry;
    *out = (struct tz_access_files){0};
    DIR *d = opendir(dir);
    if (!d)
        return errno == ENOENT ? TZ_OK : TZ_EIO;
    int rc = TZ_OK;
    errno = 0;
    while (rc == TZ_OK && (entry = readdir(d))) {
        uint64_t n = number_of(entry->d_name);
        if (n)
            rc = add(out, &room, n);
    }
    if (rc == TZ_OK && errno != 0)
        rc = TZ_EIO;
    closedir(d);
    if (rc != TZ_OK) {
        tz_access_files_free(out);
        return rc;
    }
    if (out->count)
        qsort(out->first, out->count, sizeof *out->first, ascending);
    return TZ_OK;
}

void tz_access_files_free(struct tz_access_files *f)
{
    free(f->first);
    *f = (struct tz_access_files){0};
}

int tz_access_file_path(const char *dir, uint64_t first, char out[TZ_ACCESS_PATH_MAX])
{
    int n = snprintf(out, TZ_ACCESS_PATH_MAX, "%s/%s%020" PRIu64 "%s", dir, prefix, first, suffix);
    return n > 0 && n < TZ_ACCESS_PATH_MAX ? TZ_OK : TZ_EINVAL;
}

/* --- lines --- */

/* A line and what is read at once; behind it the room in which the rest of a longer line is hashed. */
enum { TEXT_MAX = TZ_ACCESS_LINE_MAX + READ_BYTES };

int tz_access_reader_open(struct tz_access_reader *r, const char *dir, uint64_t first)
{
    char path[TZ_ACCESS_PATH_MAX];
    *r = (struct tz_access_reader){.fd = -1};
    int rc = tz_access_file_path(dir, first, path);
    if (rc != TZ_OK)
        return rc;
    r->text = malloc(TEXT_MAX + READ_BYTES);
    if (!r->text)
        return TZ_ENOMEM;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    return r->fd >= 0 ? TZ_OK : errno == ENOENT ? TZ_ENOENT : TZ_EIO;
}

void tz_access_reader_close(struct tz_access_reader *r)
{
    if (r->fd >= 0)
        close(r->fd);
    free(r->text);
    *r = (struct tz_access_reader){.fd = -1};
}

static int read_some(struct tz_access_reader *r, char *out, size_t *got)
{
    ssize_t n;
    do
        n = read(r->fd, out, READ_BYTES);
    while (n < 0 && errno == EINTR);
    *got = n > 0 ? (size_t)n : 0;
    return n < 0 ? TZ_EIO : TZ_OK;
}

/* Reads until a line, or more than one of ours, is in the buffer, or the file ends. *newline: NULL then. */
static int find_line(struct tz_access_reader *r, const char **newline)
{
    size_t looked = 0;
    size_t got = 1;
    while (!(*newline = memchr(r->text + r->from + looked, '\n', r->to - r->from - looked)) && got > 0 &&
           r->to - r->from <= TZ_ACCESS_LINE_MAX) {
        memmove(r->text, r->text + r->from, r->to - r->from);
        r->to -= r->from;
        r->from = 0;
        looked = r->to;
        int rc = read_some(r, r->text + r->to, &got);
        if (rc != TZ_OK)
            return rc;
        r->to += got;
    }
    return TZ_OK;
}

/* The rest of a line that is longer than any of ours: hashed and counted, not kept. */
static int skip_rest(struct tz_access_reader *r, crypto_hash_sha256_state *hash, struct tz_access_line *out)
{
    char *room = r->text + TEXT_MAX;
    size_t got = 1;
    while (got > 0 && !out->whole) {
        int rc = read_some(r, room, &got);
        if (rc != TZ_OK)
            return rc;
        const char *newline = memchr(room, '\n', got);
        size_t n = newline ? (size_t)(newline - room) : got;
        crypto_hash_sha256_update(hash, (const uint8_t *)room, n);
        out->bytes += n;
        out->whole = newline != NULL;
        if (newline && lseek(r->fd, (off_t)n + 1 - (off_t)got, SEEK_CUR) < 0)
            return TZ_EIO;
    }
    return TZ_OK;
}

int tz_access_reader_next(struct tz_access_reader *r, struct tz_access_line *out)
{
    crypto_hash_sha256_state hash;
    const char *newline;
    int rc = find_line(r, &newline);
    if (rc != TZ_OK)
        return rc;
    const char *text = r->text + r->from;
    size_t len = newline ? (size_t)(newline - text) : r->to - r->from;
    if (!newline && len == 0)
        return TZ_ENOENT;
    *out = (struct tz_access_line){.text = text, .len = len, .bytes = len, .whole = newline != NULL};
    r->from += len + out->whole;
    crypto_hash_sha256_init(&hash);
    crypto_hash_sha256_update(&hash, (const uint8_t *)text, len);
    if (!newline && len > TZ_ACCESS_LINE_MAX)
        rc = skip_rest(r, &hash, out);
    crypto_hash_sha256_final(&hash, out->sha256);
    return rc;
}
