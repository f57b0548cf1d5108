/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/key_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- roles --- */

/* The length of a separator at s, 0: there is none. */
static size_t separator(const char *s)
{
    static const char *const all[] = {",", "，", "、", ";", "；", " ", "　"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strncmp(s, all[i], strlen(all[i])) == 0)
            return strlen(all[i]);
    return 0;
}

/* Of a later version: as it is. */
static const char *label_of(const char *name, bool zh)
{
    for (size_t i = 0; i < TZ_ROLES; i++)
        if (strcmp(tz_role_name(i), name) == 0)
            return tz_role_label(i, zh);
    return name;
}

static int not_a_role(struct tz_cli *cli, const char *word)
{
    struct tz_buf list;
    tz_buf_init(&list, 1024);
    for (size_t i = 0; i < TZ_ROLES; i++)
        tz_buf_printf(&list, "%s%s", i ? _(", ") : "", tz_role_label(i, cli->zh));
    int rc = tz_cli_usage(cli, _("\"%s\" is not a role. Roles are: %s."), word, list.data ? list.data : "");
    tz_buf_free(&list);
    return rc;
}

static int add_role(struct tz_cli *cli, const char *s, size_t len, struct tz_role_names *out)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)len, s);
    unsigned role = tz_role_find(word);
    if (role == 0)
        return not_a_role(cli, word);
    out->set |= role;
    return TZ_RESULT_DONE;
}

int tz_key_roles(struct tz_cli *cli, const char *text, struct tz_role_names *out)
{
    int rc = TZ_RESULT_DONE;
    const char *a;
    const char *b;
    memset(out, 0, sizeof *out);
    for (const char *s = text; *s && rc == TZ_RESULT_DONE;) {
        size_t len = 0;
        while (s[len] && separator(s + len) == 0)
            len++;
        if (len > 0)
            rc = add_role(cli, s, len, out);
        s += len;
        s += separator(s);
    }
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (out->set == 0)
        return not_a_role(cli, text);
    if (!tz_roles_valid(out->set, &a, &b))
        return tz_cli_usage(cli, _("One key cannot hold these roles together: %s and %s."),
                            label_of(a, cli->zh), label_of(b, cli->zh));
    for (size_t i = 0; i < TZ_ROLES; i++)
        if (out->set & 1U << i)
            out->name[out->count++] = (char *)(uintptr_t)tz_role_name(i);
    return TZ_RESULT_DONE;
}

void tz_key_put_roles(struct tz_buf *out, char *const *names, size_t count, bool zh)
{
    for (size_t i = 0; i < count; i++)
        tz_buf_printf(out, "%s%s", i == 0 ? "" : zh ? "、" : ", ", label_of(names[i], zh));
}

void tz_key_json_roles(struct tz_json *j, const char *key, char *const *names, size_t count)
{
    tz_json_key(j, key);
    tz_json_array(j);
    for (size_t i = 0; i < count; i++)
        tz_json_text(j, names[i]);
    tz_json_end_array(j);
}

/* --- times and ids --- */

enum { LOGIN_MAX = 64 };
#define LOGIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@"

int tz_key_seconds(struct tz_cli *cli, const char *text, int64_t *out)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"", 3600},     {"h", 3600},   {"d", 86400},  {"m", 60},
                 {"小时", 3600}, {"天", 86400}, {"日", 86400}, {"分钟", 60}};
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (*text >= '0' && *text <= '9' && errno == 0 && n > 0 && n < 1000000) {
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            if (strcmp(end, units[i].unit) != 0)
                continue;
            *out = n * units[i].seconds;
            return TZ_RESULT_DONE;
        }
    }
    return tz_cli_usage(cli, _("%s is not a time. Write hours or days, such as 72h or 3d."), text);
}

int tz_key_read_id(struct tz_cli *cli, const char *text, char out[TZ_KEY_NAME_SIZE])
{
    bool bare = !strchr(text, ':');
    int n = snprintf(out, TZ_KEY_NAME_SIZE, "%s%s", bare ? "key:" : "", text);
    size_t digits = strspn(out + 4, "0123456789abcdef");
    bool key = strncmp(out, "key:", 4) == 0 && digits == 16 && !out[20];
    bool person = strncmp(out, "person:", 7) == 0;
    size_t letters = person ? strspn(out + 7, LOGIN_LETTERS) : 0;
    if (person && (letters == 0 || letters > LOGIN_MAX || out[7 + letters]))
        return tz_cli_usage(cli, _("%s is not a login: letters a-z, digits and . _ - @, at most %d."), text,
                            LOGIN_MAX);
    if (n < TZ_KEY_NAME_SIZE && (key || person))
        return TZ_RESULT_DONE;
    return tz_cli_usage(
        cli, _("%s is not a key's id, such as key:0123456789abcdef. taizhang key list shows them."), text);
}
