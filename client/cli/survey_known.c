/* SPDX-License-Identifier: Apache-2.0
 *
 * What the profile knows of the records of a file: the versions that the registry took, and those that wait.
 */
#include <string.h>

#include "client/cli/survey_internal.h"
#include "client/lib/outbox.h"

struct loading {
    struct tz_survey *s;
    struct tz_meaning *m; /* NULL: only whether it was withdrawn matters */
    bool over;
    int rc; /* of the index */
};

/* Cuts the key off an address; the length of the rest. */
static size_t scope_length(const char *address)
{
    const char *slash = strrchr(address, '/');
    return slash ? (size_t)(slash - address) + 1 : 0;
}

static int take_version(void *ctx, const struct tz_outbox_entry *e)
{
    struct loading *l = ctx;
    char scope[TZ_ADDRESS_SIZE];
    size_t len = scope_length(e->address);
    struct tz_former former = {.scope = scope, .key = e->address + len};
    if (len >= sizeof scope)
        return 0;
    memcpy(scope, e->address, len);
    scope[len] = '\0';
    former.withdrawn = e->operation == TZ_OUTBOX_WITHDRAW;
    if (!l->m && !former.withdrawn)
        return 0;
    if (!former.withdrawn)
        l->rc = tz_meaning_read(l->m, e->body.data, e->body.len, e->private_bytes.data, e->private_bytes.len,
                                &former.meaning);
    if (l->rc == TZ_OK)
        l->rc = tz_row_index_former(l->s->index, &former, l->over);
    return l->rc == TZ_OK ? 0 : 1;
}

static int loaded(const struct loading *l, int rc)
{
    if (l->rc != TZ_OK)
        return tz_survey_failed(l->s, l->rc);
    return rc == TZ_OK || rc == TZ_ENOENT ? TZ_RESULT_DONE : tz_cli_profile_failed(l->s->cli);
}

int tz_survey_load(struct tz_survey *s, struct tz_meaning *m, const char *scope)
{
    struct loading l = {.s = s, .m = m};
    return loaded(&l, tz_outbox_known_under(s->cli->profile, scope, take_version, &l));
}

/* Only of the kind of this file: others cannot be read as it. */
static int take_waiting(void *ctx, const struct tz_outbox_entry *e)
{
    struct loading *l = ctx;
    char kind[64];
    int n = snprintf(kind, sizeof kind, "/%s/", l->m->kind->name);
    const char *slash = strchr(e->address, '/');
    return slash && strncmp(slash, kind, (size_t)n) == 0 ? take_version(ctx, e) : 0;
}

int tz_survey_load_waiting(struct tz_survey *s, struct tz_meaning *m)
{
    const unsigned states = 1 << TZ_OUTBOX_QUEUED | 1 << TZ_OUTBOX_SENT | 1 << TZ_OUTBOX_CONFLICT;
    struct loading l = {.s = s, .m = m, .over = true};
    return loaded(&l, tz_outbox_list(s->cli->profile, states, 0, take_waiting, &l));
}

static int look_up(void *ctx, const char *scope, const char *key)
{
    struct loading *l = ctx;
    char address[2 * TZ_ADDRESS_SIZE];
    snprintf(address, sizeof address, "%s%s", scope, key);
    int rc = tz_outbox_known(l->s->cli->profile, address, take_version, l);
    return rc == TZ_OK || rc == TZ_ENOENT ? TZ_OK : 1;
}

int tz_survey_load_withdrawn(struct tz_survey *s)
{
    struct loading l = {.s = s};
    int rc = tz_row_index_unknown(s->index, look_up, &l);
    if (rc < 0 && l.rc == TZ_OK)
        return tz_survey_failed(s, rc);
    return loaded(&l, rc);
}
