/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/watch_claim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/cli/came_back.h"
#include "client/cli/time_text.h"
#include "common/base/fault.h"

/* At the end of a claim whose file came back: its name does not tell it any more. */
static const char part[] = "-part";

/* The name of a path without folders. */
static const char *base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder of the kind in a name, "" for none. */
static void subfolder(char out[TZ_FOLDER_NAME_SIZE], const char *name)
{
    const char *slash = strrchr(name, '/');
    size_t len = slash ? (size_t)(slash - name) : 0;
    memcpy(out, name, len);
    out[len] = '\0';
}

static int set_paths(const char *folder, struct tz_claim *c)
{
    char taking[TZ_PATH_SIZE];
    int rc = tz_files_join(taking, folder, TZ_CLAIM_FOLDER);
    if (rc == TZ_OK)
        rc = tz_files_join(c->folder, taking, c->id);
    return rc == TZ_OK ? tz_files_join(c->path, c->folder, c->name) : rc;
}

/* Removes a folder of a claim, with its subfolder, when no file is left in it. What begins with a dot there
 * is ours: half of a file that a process was writing when it ended. */
static void remove_empty(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char sub[TZ_PATH_SIZE];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (entry->d_name[0] == '.' && unlinkat(dirfd(dir), entry->d_name, 0) == 0)
            continue;
        if (tz_files_join(sub, path, entry->d_name) == TZ_OK && is_folder(sub))
            remove_empty(sub);
    }
    if (dir)
        closedir(dir);
    (void)rmdir(path);
}

static int make_folders(const char *folder, const char *under, const char *name)
{
    char sub[TZ_FOLDER_NAME_SIZE];
    char both[TZ_PATH_SIZE];
    subfolder(sub, name);
    int n = snprintf(both, sizeof both, "%s%s%s", under, *sub && *under ? "/" : "", sub);
    if (n < 0 || n >= (int)sizeof both) {
        errno = ENAMETOOLONG;
        return TZ_ELIMIT;
    }
    return *both ? tz_files_make_folder(folder, both) : TZ_OK;
}

/* The name in hand. Names are made of it that are longer, so a very long one is cut, at a character. */
static void shorten(char out[TZ_FOLDER_NAME_SIZE], const char *name)
{
    enum { STEM_MAX = 190, ENDING_MAX = 8 };
    size_t begin = (size_t)(base(name) - name);
    size_t ending = tz_files_stem(name);
    size_t stem = tz_came_back_stem(name);
    size_t kept = stem - begin > STEM_MAX ? begin + STEM_MAX : stem;
    while (kept < stem && kept > begin && ((unsigned char)name[kept] & 0xc0) == 0x80)
        kept--;
    snprintf(out, TZ_FOLDER_NAME_SIZE, "%.*s%.*s", (int)kept, name, ENDING_MAX, name + ending);
}

bool tz_claim_is_part(const struct tz_claim *c)
{
    size_t len = strlen(c->id);
    return len >= sizeof part && strcmp(c->id + len - strlen(part), part) == 0;
}

int tz_claim_take(const char *folder, const char *name, const struct tz_env *env, struct tz_claim *out)
{
    char from[TZ_PATH_SIZE];
    char under[TZ_LEDGER_CLAIM_SIZE + sizeof TZ_CLAIM_FOLDER + 1];
    uint32_t random;
    *out = (struct tz_claim){0};
    env->random(env->ctx, &random, sizeof random);
    snprintf(out->id, sizeof out->id, "%015lld-%08x%s", (long long)env->wall_ms(env->ctx), random,
             tz_came_back_is(name) ? part : "");
    shorten(out->name, name);
    snprintf(under, sizeof under, "%s/%s", TZ_CLAIM_FOLDER, out->id);
    int rc = set_paths(folder, out);
    if (rc == TZ_OK)
        rc = tz_files_join(from, folder, name);
    if (rc == TZ_OK)
        rc = make_folders(folder, under, name);
    if (rc == TZ_OK)
        rc = tz_files_move(from, out->path);
    if (rc != TZ_OK) {
        int why = errno;
        remove_empty(out->folder);
        errno = why;
    }
    return rc;
}

/* --- what is in hand --- */

/* Of the files in a folder the one with the shortest name, which all the others are made of. sub: "" or the
 * subfolder that it is. */
static void find_file(const char *folder, const char *sub, char name[TZ_FOLDER_NAME_SIZE])
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char found[TZ_FOLDER_NAME_SIZE];
        char path[TZ_PATH_SIZE];
        struct stat st;
        int n = snprintf(found, sizeof found, "%s%s%s", sub, *sub ? "/" : "", entry->d_name);
        if (entry->d_name[0] == '.' || n >= (int)sizeof found ||
            tz_files_join(path, folder, entry->d_name) != TZ_OK || lstat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode) && !*sub)
            find_file(path, entry->d_name, name);
        else if (S_ISREG(st.st_mode) && (!*name || strlen(found) < strlen(name)))
            snprintf(name, TZ_FOLDER_NAME_SIZE, "%s", found);
    }
    if (dir)
        closedir(dir);
}

static int add(struct tz_claim **list, size_t *count, const struct tz_claim *c)
{
    struct tz_claim *more = realloc(*list, (*count + 1) * sizeof *more);
    if (!more)
        return TZ_ENOMEM;
    *list = more;
    more[(*count)++] = *c;
    return TZ_OK;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct tz_claim *)a)->id, ((const struct tz_claim *)b)->id);
}

static int list_claims(const char *folder, DIR *dir, struct tz_claim **out, size_t *count)
{
    struct dirent *entry;
    int rc = TZ_OK;
    while (rc == TZ_OK && (errno = 0, entry = readdir(dir))) {
        struct tz_claim c = {0};
        struct stat st;
        if (strlen(entry->d_name) >= sizeof c.id || entry->d_name[0] == '.' ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
            continue;
        memcpy(c.id, entry->d_name, strlen(entry->d_name) + 1);
        rc = set_paths(folder, &c);
        if (rc != TZ_OK)
            break;
        find_file(c.folder, "", c.name);
        if (!*c.name)
            remove_empty(c.folder);
        else if ((rc = set_paths(folder, &c)) == TZ_OK)
            rc = add(out, count, &c);
    }
    return rc == TZ_OK && errno ? TZ_EIO : rc;
}

int tz_claim_list(const char *folder, struct tz_claim **out, size_t *count)
{
    char taking[TZ_PATH_SIZE];
    *out = NULL;
    *count = 0;
    int rc = tz_files_join(taking, folder, TZ_CLAIM_FOLDER);
    if (rc != TZ_OK)
        return rc;
    DIR *dir = opendir(taking);
    if (!dir)
        return TZ_EIO;
    rc = list_claims(folder, dir, out, count);
    int why = errno;
    closedir(dir);
    if (rc != TZ_OK) {
        free(*out);
        *out = NULL;
        *count = 0;
        errno = why;
    } else if (*count > 1) {
        qsort(*out, *count, sizeof **out, by_id);
    }
    return rc;
}

/* --- names --- */

/* "a.xlsx", "a.outcomes.csv", "a_已编号.xlsx", "a(2).csv" are of the stem "a". */
static bool of_stem(const char *name, const char *stem, size_t len)
{
    static const char numbered[] = "_已编号";
    return strncmp(name, stem, len) == 0 && (name[len] == '\0' || name[len] == '.' || name[len] == '(' ||
                                             strncmp(name + len, numbered, sizeof numbered - 1) == 0);
}

/* Whether the folder has a file of this stem. One that cannot be read has none: moving there will fail. */
static bool stem_is_taken(const char *folder, const char *stem, size_t len)
{
    bool taken = false;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && !taken && (entry = readdir(dir));)
        taken = of_stem(entry->d_name, stem, len);
    if (dir)
        closedir(dir);
    return taken;
}

/* "under/name", with "_time" and "_time-2" before its ending when the name before is taken. */
static int free_name(const char *folder, const char *under, const char *name, const struct tz_env *env,
                     char out[TZ_LEDGER_NAME_SIZE])
{
    enum { TRIES = 1000 };
    char sub[TZ_FOLDER_NAME_SIZE];
    char time[TZ_TIME_SIZE];
    char parent[TZ_PATH_SIZE];
    tz_time_iso(env, env->wall_ms(env->ctx), time);
    subfolder(sub, name);
    if (snprintf(parent, sizeof parent, "%s%s%s%s%s", folder, *under ? "/" : "", under, *sub ? "/" : "",
                 sub) >= (int)sizeof parent) {
        errno = ENAMETOOLONG;
        return TZ_ELIMIT;
    }
    size_t stem = tz_files_stem(base(name));
    for (int i = 0; i < TRIES; i++) {
        char suffix[40] = "";
        char tried[TZ_FOLDER_NAME_SIZE + sizeof suffix];
        if (i > 0)
            snprintf(suffix, sizeof suffix, "_%.4s%.2s%.2s-%.2s%.2s%.2s", time, time + 5, time + 8, time + 11,
                     time + 14, time + 17);
        if (i > 1)
            snprintf(suffix + strlen(suffix), sizeof suffix - strlen(suffix), "-%d", i);
        snprintf(tried, sizeof tried, "%.*s%s", (int)stem, base(name), suffix);
        if (stem_is_taken(parent, tried, strlen(tried)))
            continue;
        int n = snprintf(out, TZ_LEDGER_NAME_SIZE, "%s%s%s%s%s%s", under, *under ? "/" : "", sub,
                         *sub ? "/" : "", tried, base(name) + stem);
        if (n < TZ_LEDGER_NAME_SIZE)
            return TZ_OK;
        break;
    }
    errno = EEXIST;
    return TZ_ELIMIT;
}

int tz_claim_target(const char *folder, const struct tz_claim *c, const char *under, const struct tz_env *env,
                    char out[TZ_LEDGER_NAME_SIZE])
{
    return free_name(folder, under, c->name, env, out);
}

int tz_claim_beside(const struct tz_claim *c, const char *ending, char out[TZ_PATH_SIZE])
{
    int n = snprintf(out, TZ_PATH_SIZE, "%.*s%s", (int)tz_files_stem(c->path), c->path, ending);
    if (n > 0 && n < TZ_PATH_SIZE)
        return TZ_OK;
    errno = ENAMETOOLONG;
    return TZ_ELIMIT;
}

/* --- out of hand --- */

/* Calls `act` for everything that lies beside the file. */
static int for_beside(const struct tz_claim *c, int (*act)(const char *path, const char *ending, void *ctx),
                      void *ctx)
{
    char parent[TZ_PATH_SIZE];
    char path[TZ_PATH_SIZE];
    size_t stem = tz_files_stem(base(c->path));
    int rc = tz_files_parent(parent, c->path);
    DIR *dir = rc == TZ_OK ? opendir(parent) : NULL;
    for (struct dirent *entry; dir && rc == TZ_OK && (entry = readdir(dir));) {
        const char *name = entry->d_name;
        rc = tz_files_join(path, parent, name);
        if (rc != TZ_OK || name[0] == '.' || strcmp(name, base(c->path)) == 0 || is_folder(path))
            continue;
        /* All of them are named after the file; one that is not must not be taken for a file in hand. */
        rc = act(path, strncmp(name, base(c->path), stem) == 0 ? name + stem : name, ctx);
    }
    if (dir)
        closedir(dir);
    return rc;
}

static int remove_one(const char *path, const char *ending, void *ctx)
{
    (void)ending;
    (void)ctx;
    return unlink(path) == 0 || errno == ENOENT ? TZ_OK : TZ_EIO;
}

int tz_claim_give_back(const char *folder, const struct tz_claim *c, const struct tz_env *env)
{
    char name[TZ_LEDGER_NAME_SIZE];
    char to[TZ_PATH_SIZE];
    int rc = make_folders(folder, "", c->name);
    if (rc == TZ_OK)
        rc = tz_files_join(to, folder, c->name);
    if (rc == TZ_OK)
        rc = for_beside(c, remove_one, NULL);
    if (rc == TZ_OK)
        rc = tz_files_move(c->path, to);
    if (rc == TZ_ELOCKED) {
        rc = free_name(folder, "", c->name, env, name);
        if (rc == TZ_OK)
            rc = tz_files_join(to, folder, name);
        if (rc == TZ_OK)
            rc = tz_files_move(c->path, to);
    }
    if (rc == TZ_OK)
        remove_empty(c->folder);
    return rc;
}

/* target: the path of the file's place. What is there under the name is our own, from a try broken off. */
static int move_beside(const char *path, const char *ending, void *target)
{
    char to[TZ_PATH_SIZE];
    const char *file = target;
    int n = snprintf(to, sizeof to, "%.*s%s", (int)tz_files_stem(file), file, ending);
    if (n < 0 || n >= (int)sizeof to) {
        errno = ENAMETOOLONG;
        return TZ_ELIMIT;
    }
    return rename(path, to) == 0 ? TZ_OK : TZ_EIO;
}

int tz_claim_finish(const char *folder, const struct tz_claim *c, const char *target)
{
    char to[TZ_PATH_SIZE];
    int rc = tz_files_join(to, folder, target);
    if (rc == TZ_OK)
        rc = make_folders(folder, "", target);
    if (rc == TZ_OK)
        rc = for_beside(c, move_beside, to);
    tz_fault_point("watch.beside");
    if (rc == TZ_OK)
        rc = tz_files_move(c->path, to);
    tz_fault_point("watch.moved");
    if (rc == TZ_ENOENT && tz_files_exists(to))
        rc = TZ_OK; /* moved before, by a process that ended just then */
    if (rc == TZ_OK)
        remove_empty(c->folder);
    return rc;
}
