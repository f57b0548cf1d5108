/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/new_file.h"
#include "common/base/text.h"

enum {
    FILE_MAX = 8 * 1024,
    VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    TEXT_SIZE = sodium_base64_ENCODED_LEN(32, VARIANT), /* of anything of ours in base64 */
};

static const char magic[] = "taizhang-key 1\n";

static const char *const state_names[] = {
    [TZ_KEY_JOINING] = "joining", [TZ_KEY_VALID] = "valid", [TZ_KEY_ROTATING] = "rotating"};

/* --- places --- */

int tz_key_folder(const char *profile_path, char out[PATH_MAX])
{
    size_t len = strlen(profile_path);
    if (len > 3 && strcmp(profile_path + len - 3, ".db") == 0)
        len -= 3;
    int n = snprintf(out, PATH_MAX, "%.*s.keys", (int)len, profile_path);
    return n > 0 && n < PATH_MAX ? TZ_OK : TZ_EINVAL;
}

int tz_key_folder_make(const char *folder)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/", folder) >= (int)sizeof path)
        return TZ_EINVAL;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return TZ_EIO;
        *slash = '/';
    }
    return TZ_OK;
}

int tz_key_path(const char *folder, const char *id, char out[PATH_MAX])
{
    const char *colon = strchr(id, ':');
    int n = snprintf(out, PATH_MAX, "%s/%s.key", folder, colon ? colon + 1 : id);
    return n > 0 && n < PATH_MAX ? TZ_OK : TZ_EINVAL;
}

/* --- making --- */

static struct tz_device_key *allocate(void)
{
    struct tz_device_key *k = calloc(1, sizeof *k);
    if (k && sodium_init() >= 0)
        k->seed = sodium_malloc(TZ_KEY_SEED_SIZE);
    if (k && k->seed)
        return k;
    free(k);
    return NULL;
}

static void derive(struct tz_device_key *k)
{
    uint8_t secret[TZ_KEY_SECRET_SIZE];
    tz_key_make(k->seed, k->public_key, secret);
    sodium_memzero(secret, sizeof secret);
    tz_key_id(k->public_key, k->id);
}

int tz_key_new(struct tz_device_key **out, const struct tz_env *env)
{
    *out = allocate();
    if (!*out)
        return TZ_ENOMEM;
    env->random(env->ctx, (*out)->seed, TZ_KEY_SEED_SIZE);
    (*out)->made_ms = env->wall_ms(env->ctx);
    derive(*out);
    return TZ_OK;
}

void tz_key_free(struct tz_device_key *k)
{
    if (!k)
        return;
    sodium_free(k->seed);
    sodium_memzero(k, sizeof *k);
    free(k);
}

void tz_key_credential(const struct tz_device_key *k, struct tz_credential *out)
{
    *out = (struct tz_credential){.trust = k->trust, .seed = k->seed};
    memcpy(out->public_key, k->public_key, sizeof out->public_key);
}

/* --- writing --- */

static void put_base64(FILE *f, const char *word, const uint8_t *bytes, size_t len)
{
    char text[TEXT_SIZE];
    fprintf(f, "%s %s\n", word, sodium_bin2base64(text, sizeof text, bytes, len, VARIANT));
    sodium_memzero(text, sizeof text);
}

static void put_key(FILE *f, const struct tz_device_key *k)
{
    fputs(magic, f);
    fputs("# Whoever can read this file can act as this machine. Never send or copy it.\n", f);
    put_base64(f, "seed", k->seed, TZ_KEY_SEED_SIZE);
    fprintf(f, "id %s\nstate %s\nserver %s\n", k->id, state_names[k->state], k->server);
    if (k->trust.system)
        fputs("trust system\n", f);
    else
        put_base64(f, "trust", k->trust.pin, sizeof k->trust.pin);
    if (k->trust.known_ms)
        fprintf(f, "heard %lld\n", (long long)k->trust.known_ms);
    if (k->invited)
        put_base64(f, "invitation", k->invitation, sizeof k->invitation);
    if (*k->replaces)
        fprintf(f, "replaces %s\n", k->replaces);
    if (k->known)
        put_base64(f, "registry", k->registry_id, sizeof k->registry_id);
    if (*k->committee)
        fprintf(f, "committee %s\n", k->committee);
    if (*k->name)
        fprintf(f, "name %s\n", k->name);
    fprintf(f, "made %lld\n", (long long)k->made_ms);
}

int tz_key_store(const struct tz_device_key *k, const char *folder)
{
    char path[PATH_MAX];
    struct tz_new_file file;
    int rc = tz_key_path(folder, k->id, path);
    if (rc == TZ_OK)
        rc = tz_key_folder_make(folder);
    if (rc == TZ_OK)
        rc = tz_new_file_begin(&file, path, 0600);
    if (rc != TZ_OK)
        return rc;
    /* No copy of the seed stays in the buffers of the C library. */
    setvbuf(file.file, NULL, _IONBF, 0);
    put_key(file.file, k);
    rc = tz_new_file_place(&file, path, true);
    int error = errno;
    tz_new_file_give_up(&file);
    errno = error;
    return rc;
}

int tz_key_remove(const char *id, const char *folder)
{
    char path[PATH_MAX];
    int rc = tz_key_path(folder, id, path);
    if (rc == TZ_OK && unlink(path) != 0 && errno != ENOENT)
        rc = TZ_EIO;
    return rc;
}

/* --- reading --- */

static bool get_base64(const char *text, uint8_t *out, size_t size)
{
    size_t got;
    const char *end;
    return sodium_base642bin(out, size, text, strlen(text), NULL, &got, &end, VARIANT) == 0 && got == size &&
           !*end;
}

static bool get_text(const char *text, char *out, size_t size)
{
    size_t len = strlen(text);
    if (len >= size || !tz_text_valid(text, len, NULL))
        return false;
    memcpy(out, text, len + 1);
    return true;
}

static bool get_number(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && errno == 0;
}

static bool get_state(const char *text, enum tz_key_state *out)
{
    for (int i = TZ_KEY_JOINING; i <= TZ_KEY_ROTATING; i++) {
        if (strcmp(text, state_names[i]) == 0) {
            *out = (enum tz_key_state)i;
            return true;
        }
    }
    return false;
}

struct reading {
    struct tz_device_key *key;
    bool seed;
    bool trust;
    char id[TZ_KEY_ID_SIZE];
};

static bool get_trust(struct reading *r, const char *text)
{
    struct tz_trust *t = &r->key->trust;
    r->trust = true;
    t->system = strcmp(text, "system") == 0;
    return t->system || get_base64(text, t->pin, sizeof t->pin);
}

static bool take_line(struct reading *r, const char *word, const char *value)
{
    struct tz_device_key *k = r->key;
    if (strcmp(word, "seed") == 0)
        return r->seed = get_base64(value, k->seed, TZ_KEY_SEED_SIZE);
    if (strcmp(word, "id") == 0)
        return get_text(value, r->id, sizeof r->id);
    if (strcmp(word, "state") == 0)
        return get_state(value, &k->state);
    if (strcmp(word, "server") == 0)
        return get_text(value, k->server, sizeof k->server);
    if (strcmp(word, "trust") == 0)
        return get_trust(r, value);
    if (strcmp(word, "heard") == 0)
        return get_number(value, &k->trust.known_ms);
    if (strcmp(word, "invitation") == 0)
        return k->invited = get_base64(value, k->invitation, sizeof k->invitation);
    if (strcmp(word, "replaces") == 0)
        return get_text(value, k->replaces, sizeof k->replaces);
    if (strcmp(word, "registry") == 0)
        return k->known = get_base64(value, k->registry_id, sizeof k->registry_id);
    if (strcmp(word, "committee") == 0)
        return get_text(value, k->committee, sizeof k->committee);
    if (strcmp(word, "name") == 0)
        return get_text(value, k->name, sizeof k->name);
    if (strcmp(word, "made") == 0)
        return get_number(value, &k->made_ms);
    return true;
}

/* Takes the text apart in place. */
static int read_text(struct tz_device_key *k, char *text)
{
    struct reading r = {.key = k};
    if (strncmp(text, magic, sizeof magic - 1) != 0)
        return TZ_ECORRUPT;
    for (char *line = text + sizeof magic - 1, *next; *line; line = next) {
        size_t len = strcspn(line, "\n");
        if (line[len] != '\n') /* the file was cut */
            return TZ_ECORRUPT;
        line[len] = '\0';
        next = line + len + 1;
        char *blank = strchr(line, ' ');
        if (*line == '#' || !blank)
            continue;
        *blank = '\0';
        if (!take_line(&r, line, blank + 1))
            return TZ_ECORRUPT;
    }
    if (!r.seed || !r.trust || !k->state || !*k->server)
        return TZ_ECORRUPT;
    derive(k);
    return strcmp(r.id, k->id) == 0 ? TZ_OK : TZ_ECORRUPT;
}

/* size: room for the text and its NUL. */
static int read_file(const char *path, char *text, size_t size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ELOOP ? TZ_EFOREIGN : TZ_EIO;
    int rc = fstat(fd, &st) == 0 ? TZ_OK : TZ_EIO;
    if (rc == TZ_OK && (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0))
        rc = TZ_EFOREIGN;
    size_t len = 0;
    while (rc == TZ_OK && len < size) {
        ssize_t n = read(fd, text + len, size - len);
        if (n == 0)
            break;
        if (n > 0)
            len += (size_t)n;
        else if (errno != EINTR)
            rc = TZ_EIO;
    }
    close(fd);
    if (rc == TZ_OK && (len == size || memchr(text, '\0', len)))
        rc = TZ_ECORRUPT;
    if (rc == TZ_OK)
        text[len] = '\0';
    return rc;
}

int tz_key_parse(struct tz_device_key **out, char *text)
{
    *out = NULL;
    struct tz_device_key *k = allocate();
    int rc = k ? read_text(k, text) : TZ_ENOMEM;
    if (rc == TZ_OK)
        *out = k;
    else
        tz_key_free(k);
    return rc;
}

int tz_key_load(struct tz_device_key **out, const char *path)
{
    *out = NULL;
    char *text = sodium_init() >= 0 ? sodium_malloc(FILE_MAX) : NULL;
    int rc = text ? read_file(path, text, FILE_MAX) : TZ_ENOMEM;
    int error = errno;
    if (rc == TZ_OK)
        rc = tz_key_parse(out, text);
    sodium_free(text);
    errno = error;
    return rc;
}
