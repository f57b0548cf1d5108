/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/who.h"

#include <string.h>

#include "client/cli/key_words.h"

void tz_who_roles(const struct tz_connection *c, struct tz_who_roles *w)
{
    memset(w, 0, sizeof *w);
    snprintf(w->text, sizeof w->text, "%s", c->roles);
    char *save;
    for (char *s = strtok_r(w->text, ",", &save); s && w->count < TZ_ROLES; s = strtok_r(NULL, ",", &save))
        w->name[w->count++] = s;
}

const char *tz_who_place(const struct tz_connection *c)
{
    struct tz_who_roles roles;
    tz_who_roles(c, &roles);
    bool of_registry = roles.count > 0 && (tz_role_find(roles.name[0]) & TZ_ROLES_REGISTRY);
    return of_registry || !*c->committee ? _("the registry") : c->committee;
}

void tz_who_put_roles(struct tz_buf *out, const struct tz_cli *cli)
{
    struct tz_who_roles roles;
    tz_who_roles(&cli->connection, &roles);
    tz_key_put_roles(out, roles.name, roles.count, cli->zh);
}

static void put_text(struct tz_json *j, const char *key, const char *text)
{
    tz_json_key(j, key);
    tz_json_text(j, text);
}

void tz_who_json(struct tz_json *j, const struct tz_cli *cli)
{
    struct tz_who_roles roles;
    tz_who_roles(&cli->connection, &roles);
    put_text(j, "principal", cli->connection.principal);
    put_text(j, "committee", cli->connection.committee);
    tz_key_json_roles(j, "roles", roles.name, roles.count);
    if (*cli->person)
        put_text(j, "person", cli->person);
}
