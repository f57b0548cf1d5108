/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/bundle.h"
#include "common/wire/frame.h"

const uint8_t tz_bundle_magic[TZ_BUNDLE_MAGIC_SIZE] = {0x89, 'T', 'Z', 'B', '\r', '\n', 0x1a, '\n'};

struct tz_bundle_writer {
    FILE *file;
    char *path;
    char *beside; /* where it is written; NULL once it stands at path */
    uint8_t *bytes;
    size_t room;
    uint64_t count;
    crypto_hash_sha256_state hash;
};

static int rc_of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? TZ_EFULL : errno == ENOMEM ? TZ_ENOMEM : TZ_EIO;
}

static int put_bytes(struct tz_bundle_writer *w, const void *bytes, size_t len)
{
    crypto_hash_sha256_update(&w->hash, bytes, len);
    return fwrite(bytes, 1, len, w->file) == len ? TZ_OK : rc_of_errno();
}

static int put_frame(struct tz_bundle_writer *w, const Taizhang__V1__BundleFrame *frame)
{
    size_t size = taizhang__v1__bundle_frame__get_packed_size(frame);
    if (size > TZ_FRAME_MAX)
        return TZ_ELIMIT;
    if (TZ_FRAME_HEADER + size > w->room) {
        uint8_t *grown = realloc(w->bytes, TZ_FRAME_HEADER + size);
        if (!grown)
            return TZ_ENOMEM;
        w->bytes = grown;
        w->room = TZ_FRAME_HEADER + size;
    }
    tz_frame_put_length(w->bytes, (uint32_t)size);
    taizhang__v1__bundle_frame__pack(frame, w->bytes + TZ_FRAME_HEADER);
    return put_bytes(w, w->bytes, TZ_FRAME_HEADER + size);
}

/* A clerk who names his spreadsheet must not lose it. */
static int check_place(const char *path, Taizhang__V1__BundleContent content)
{
    struct tz_bundle_reader r;
    FILE *there = fopen(path, "rbe");
    if (!there)
        return errno == ENOENT ? TZ_OK : TZ_EIO;
    int rc = TZ_EFOREIGN;
    if (tz_bundle_is(there)) {
        if (tz_bundle_begin(&r, there) == TZ_BUNDLE_FINE && r.header->content == content)
            rc = TZ_OK;
        tz_bundle_end(&r);
    }
    fclose(there);
    return rc;
}

static int open_beside(struct tz_bundle_writer *w, const char *path)
{
    static const char suffix[] = ".XXXXXX";
    size_t len = strlen(path);
    w->path = strdup(path);
    char *beside = malloc(len + sizeof suffix);
    if (!w->path || !beside) {
        free(beside);
        return TZ_ENOMEM;
    }
    memcpy(beside, path, len);
    memcpy(beside + len, suffix, sizeof suffix);
    int fd = mkostemp(beside, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        free(beside);
        return rc_of_errno();
    }
    w->beside = beside;
    w->file = fdopen(fd, "wb");
    if (!w->file)
        close(fd);
    return w->file ? TZ_OK : TZ_ENOMEM;
}

int tz_bundle_create(struct tz_bundle_writer **out, const char *path,
                     const Taizhang__V1__BundleHeader *header)
{
    *out = NULL;
    int rc = check_place(path, header->content);
    if (rc != TZ_OK)
        return rc;
    struct tz_bundle_writer *w = calloc(1, sizeof *w);
    if (!w)
        return TZ_ENOMEM;
    crypto_hash_sha256_init(&w->hash);
    Taizhang__V1__BundleFrame frame = TAIZHANG__V1__BUNDLE_FRAME__INIT;
    frame.body_case = TAIZHANG__V1__BUNDLE_FRAME__BODY_HEADER;
    frame.header = (Taizhang__V1__BundleHeader *)(uintptr_t)header;
    rc = open_beside(w, path);
    if (rc == TZ_OK)
        rc = put_bytes(w, tz_bundle_magic, sizeof tz_bundle_magic);
    if (rc == TZ_OK)
        rc = put_frame(w, &frame);
    if (rc != TZ_OK) {
        tz_bundle_discard(w);
        return rc;
    }
    *out = w;
    return TZ_OK;
}

int tz_bundle_add(struct tz_bundle_writer *w, const Taizhang__V1__BundleFrame *frame)
{
    if (w->count == TZ_BUNDLE_FRAMES_MAX)
        return TZ_ELIMIT;
    int rc = put_frame(w, frame);
    if (rc == TZ_OK)
        w->count++;
    return rc;
}

int tz_bundle_seal(struct tz_bundle_writer *w)
{
    uint8_t sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash = w->hash;
    crypto_hash_sha256_final(&hash, sum);
    Taizhang__V1__BundleTrailer trailer = TAIZHANG__V1__BUNDLE_TRAILER__INIT;
    trailer.count = w->count;
    trailer.sha256 = (ProtobufCBinaryData){sizeof sum, sum};
    Taizhang__V1__BundleFrame frame = TAIZHANG__V1__BUNDLE_FRAME__INIT;
    frame.body_case = TAIZHANG__V1__BUNDLE_FRAME__BODY_TRAILER;
    frame.trailer = &trailer;
    int rc = put_frame(w, &frame);
    if (rc == TZ_OK && (fflush(w->file) != 0 || fsync(fileno(w->file)) != 0))
        rc = rc_of_errno();
    return rc;
}

/* The name is on the disk once the folder is. A file system that cannot sync a folder (some sticks) has done
 * what it can. */
static int sync_folder(const char *path)
{
    char *folder = strdup(path);
    if (!folder)
        return TZ_ENOMEM;
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return rc_of_errno();
    int rc = fsync(fd) == 0 || errno == EINVAL ? TZ_OK : rc_of_errno();
    close(fd);
    return rc;
}

int tz_bundle_publish(struct tz_bundle_writer *w)
{
    FILE *file = w->file;
    w->file = NULL;
    if (fclose(file) != 0 || rename(w->beside, w->path) != 0)
        return rc_of_errno();
    free(w->beside);
    w->beside = NULL;
    return sync_folder(w->path);
}

uint64_t tz_bundle_written(const struct tz_bundle_writer *w)
{
    return w->count;
}

void tz_bundle_discard(struct tz_bundle_writer *w)
{
    if (!w)
        return;
    if (w->file)
        fclose(w->file);
    if (w->beside)
        unlink(w->beside);
    free(w->beside);
    free(w->path);
    free(w->bytes);
    free(w);
}
