/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/key_ring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

/* --- opening --- */

/* The kernel releases it when the process ends. */
static int take_lock(struct tz_key_ring *r)
{
    char path[PATH_MAX + 8];
    int rc = tz_key_folder_make(r->folder);
    if (rc != TZ_OK)
        return rc;
    snprintf(path, sizeof path, "%s/lock", r->folder);
    r->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->lock < 0)
        return TZ_EIO;
    while (flock(r->lock, LOCK_EX) != 0)
        if (errno != EINTR)
            return TZ_EIO;
    return TZ_OK;
}

static bool is_key(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && len > 4 && strcmp(name + len - 4, ".key") == 0;
}

static void insert(struct tz_key_ring *r, struct tz_device_key *k)
{
    size_t at = r->count++;
    for (; at > 0 && strcmp(r->key[at - 1]->id, k->id) > 0; at--)
        r->key[at] = r->key[at - 1];
    r->key[at] = k;
}

static int take_file(struct tz_key_ring *r, const char *name)
{
    char path[PATH_MAX];
    struct tz_device_key *k;
    if (r->count == TZ_KEYS_MAX)
        return TZ_ELIMIT;
    if (snprintf(path, sizeof path, "%s/%s", r->folder, name) >= (int)sizeof path)
        return TZ_EINVAL;
    int rc = tz_key_load(&k, path);
    if (rc == TZ_OK)
        insert(r, k);
    if (rc == TZ_OK || rc == TZ_ENOMEM)
        return rc;
    r->bad_rc = rc;
    r->bad_errno = errno;
    memcpy(r->bad, path, sizeof path);
    return TZ_OK;
}

static int read_folder(struct tz_key_ring *r)
{
    DIR *d = opendir(r->folder);
    if (!d)
        return errno == ENOENT ? TZ_OK : TZ_EIO;
    int rc = TZ_OK;
    for (const struct dirent *e; rc == TZ_OK && (e = readdir(d));)
        if (is_key(e->d_name))
            rc = take_file(r, e->d_name);
    closedir(d);
    return rc;
}

int tz_key_ring_open(struct tz_key_ring *r, const char *profile_path, bool lock)
{
    memset(r, 0, sizeof *r);
    r->lock = -1;
    int rc = tz_key_folder(profile_path, r->folder);
    if (rc == TZ_OK && lock)
        rc = take_lock(r);
    if (rc == TZ_OK)
        rc = read_folder(r);
    if (rc != TZ_OK) {
        int error = errno;
        tz_key_ring_close(r);
        errno = error;
    }
    return rc;
}

void tz_key_ring_close(struct tz_key_ring *r)
{
    while (r->count > 0)
        tz_key_free(r->key[--r->count]);
    if (r->lock >= 0)
        close(r->lock);
    r->lock = -1;
}

/* --- finding --- */

bool tz_same_server(const char *a, const char *b)
{
    struct tz_endpoint x, y;
    if (!tz_endpoint_parse(a, &x) || !tz_endpoint_parse(b, &y) || x.local != y.local)
        return false;
    return x.local ? strcmp(x.host, y.host) == 0
                   : strcasecmp(x.host, y.host) == 0 && strcmp(x.port, y.port) == 0;
}

static bool is_replaced(const struct tz_key_ring *r, const struct tz_device_key *k)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->key[i]->state == TZ_KEY_VALID && strcmp(r->key[i]->replaces, k->id) == 0)
            return true;
    return false;
}

struct tz_device_key *tz_key_ring_find(const struct tz_key_ring *r, const char *server)
{
    struct tz_device_key *found = NULL;
    for (size_t i = 0; i < r->count; i++) {
        struct tz_device_key *k = r->key[i];
        if (k->state == TZ_KEY_VALID && tz_same_server(k->server, server) && !is_replaced(r, k) &&
            (!found || k->made_ms > found->made_ms))
            found = k;
    }
    return found;
}

struct tz_device_key *tz_key_ring_by_id(const struct tz_key_ring *r, const char *id)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->key[i]->id, id) == 0)
            return r->key[i];
    return NULL;
}

struct tz_device_key *tz_key_ring_in_state(const struct tz_key_ring *r, const char *server,
                                           enum tz_key_state state)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->key[i]->state == state && tz_same_server(r->key[i]->server, server))
            return r->key[i];
    return NULL;
}

size_t tz_key_ring_servers(const struct tz_key_ring *r, char *out, size_t size)
{
    size_t count = 0;
    size_t len = 0;
    if (out && size > 0)
        *out = '\0';
    for (size_t i = 0; i < r->count; i++) {
        const struct tz_device_key *k = r->key[i];
        bool before = false;
        for (size_t j = 0; j < i && !before; j++)
            before = r->key[j]->state == TZ_KEY_VALID && tz_same_server(r->key[j]->server, k->server);
        if (k->state != TZ_KEY_VALID || before)
            continue;
        if (out && len < size)
            len += (size_t)snprintf(out + len, size - len, "%s%s", count ? ", " : "", k->server);
        count++;
    }
    return count;
}

/* --- changing --- */

int tz_key_ring_add(struct tz_key_ring *r, struct tz_device_key *k)
{
    if (r->count == TZ_KEYS_MAX) {
        tz_key_free(k);
        return TZ_ELIMIT;
    }
    insert(r, k);
    return tz_key_store(k, r->folder);
}

int tz_key_ring_put(const struct tz_key_ring *r, const struct tz_device_key *k)
{
    return tz_key_store(k, r->folder);
}

int tz_key_ring_drop(struct tz_key_ring *r, struct tz_device_key *k)
{
    int rc = tz_key_remove(k->id, r->folder);
    for (size_t i = 0; rc == TZ_OK && i < r->count; i++) {
        if (r->key[i] != k)
            continue;
        r->count--;
        memmove(&r->key[i], &r->key[i + 1], (r->count - i) * sizeof r->key[0]);
        tz_key_free(k);
        break;
    }
    return rc;
}
