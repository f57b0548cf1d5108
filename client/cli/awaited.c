/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/awaited.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/sheet/unnamed.h"

/* Before the texts of a row in the file. */
struct stored {
    size_t row;
    int64_t id;
    size_t written; /* bytes with the NUL; 0: none */
    size_t errors;  /* bytes */
};

void tz_awaited_init(struct tz_awaited *q)
{
    memset(q, 0, sizeof *q);
}

static void free_row(struct tz_awaited_row *r)
{
    free(r->written);
    free(r->errors);
    r->written = NULL;
    r->errors = NULL;
}

void tz_awaited_free(struct tz_awaited *q)
{
    while (q->count > 0)
        tz_awaited_next(q);
    free(q->ring);
    if (q->file)
        fclose(q->file);
    tz_awaited_init(q);
}

static size_t errors_size(const struct tz_errors *e)
{
    return offsetof(struct tz_errors, item) + e->count * sizeof e->item[0];
}

/* --- the file --- */

static int open_file(struct tz_awaited *q)
{
    if (q->file)
        return TZ_OK;
    int fd = tz_unnamed_open();
    if (fd < 0)
        return TZ_EIO;
    q->file = fdopen(fd, "w+");
    if (q->file)
        return TZ_OK;
    close(fd);
    return TZ_EIO;
}

static int write_row(struct tz_awaited *q, const struct tz_awaited_row *r)
{
    struct stored s = {.row = r->row,
                       .id = r->id,
                       .written = r->written ? strlen(r->written) + 1 : 0,
                       .errors = r->errors ? errors_size(r->errors) : 0};
    int rc = open_file(q);
    if (rc != TZ_OK)
        return rc;
    if (fseek(q->file, 0, SEEK_END) != 0 || fwrite(&s, sizeof s, 1, q->file) != 1 ||
        (s.written && fwrite(r->written, s.written, 1, q->file) != 1) ||
        (s.errors && fwrite(r->errors, s.errors, 1, q->file) != 1))
        return TZ_EIO;
    q->in_file++;
    return TZ_OK;
}

static void *read_bytes(FILE *file, size_t size)
{
    void *p = malloc(size);
    if (p && fread(p, size, 1, file) != 1) {
        free(p);
        return NULL;
    }
    return p;
}

static int read_row(struct tz_awaited *q, struct tz_awaited_row *out)
{
    struct stored s;
    if (fread(&s, sizeof s, 1, q->file) != 1)
        return TZ_EIO;
    *out = (struct tz_awaited_row){.row = s.row, .id = s.id};
    if (s.written)
        out->written = read_bytes(q->file, s.written);
    if (s.errors)
        out->errors = read_bytes(q->file, s.errors);
    if ((!s.written || out->written) && (!s.errors || out->errors))
        return TZ_OK;
    free_row(out);
    return ferror(q->file) || feof(q->file) ? TZ_EIO : TZ_ENOMEM;
}

/* Fills the ring from the file; an emptied file begins anew. */
static int refill(struct tz_awaited *q)
{
    if (fseek(q->file, q->read_at, SEEK_SET) != 0)
        return TZ_EIO;
    q->first = 0;
    while (q->in_file > 0 && q->count < TZ_AWAITED_IN_MEMORY) {
        int rc = read_row(q, &q->ring[q->count]);
        if (rc != TZ_OK)
            return rc;
        q->count++;
        q->in_file--;
    }
    q->read_at = ftell(q->file);
    if (q->in_file > 0)
        return q->read_at >= 0 ? TZ_OK : TZ_EIO;
    q->read_at = 0;
    rewind(q->file);
    return ftruncate(fileno(q->file), 0) == 0 ? TZ_OK : TZ_EIO;
}

/* --- rows --- */

/* Takes over the row's texts, also on failure. */
static int add(struct tz_awaited *q, struct tz_awaited_row row)
{
    if (!q->ring)
        q->ring = calloc(TZ_AWAITED_IN_MEMORY, sizeof *q->ring);
    int rc = q->ring ? TZ_OK : TZ_ENOMEM;
    if (rc == TZ_OK && q->in_file == 0 && q->count < TZ_AWAITED_IN_MEMORY) {
        q->ring[(q->first + q->count++) % TZ_AWAITED_IN_MEMORY] = row;
        return TZ_OK;
    }
    if (rc == TZ_OK)
        rc = write_row(q, &row);
    free_row(&row);
    return rc;
}

int tz_awaited_add(struct tz_awaited *q, size_t row, int64_t id, const char *written)
{
    struct tz_awaited_row r = {.row = row, .id = id, .written = strdup(written)};
    return r.written ? add(q, r) : TZ_ENOMEM;
}

int tz_awaited_refuse(struct tz_awaited *q, size_t row, const char *written, const struct tz_errors *errors)
{
    struct tz_awaited_row r = {.row = row, .written = strdup(written), .errors = malloc(errors_size(errors))};
    if (!r.written || !r.errors) {
        free_row(&r);
        return TZ_ENOMEM;
    }
    memcpy(r.errors, errors, errors_size(errors));
    return add(q, r);
}

int tz_awaited_head(struct tz_awaited *q, const struct tz_awaited_row **out)
{
    *out = NULL;
    int rc = q->count == 0 && q->in_file > 0 ? refill(q) : TZ_OK;
    if (rc != TZ_OK)
        return rc;
    if (q->count == 0)
        return TZ_ENOENT;
    *out = &q->ring[q->first];
    return TZ_OK;
}

void tz_awaited_next(struct tz_awaited *q)
{
    free_row(&q->ring[q->first]);
    q->first = (q->first + 1) % TZ_AWAITED_IN_MEMORY;
    q->count--;
}
