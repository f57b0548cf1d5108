/* SPDX-License-Identifier: Apache-2.0
 *
 * Sorted arrays of pointers: principals by id and by committee, invitations by the hash of their code. A key
 * is found by its public half through its id, which is a hash of it.
 */
#include "daemon/views/principals.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/frame.h"
#include "daemon/store/store.h"

/* What an index compares, byte by byte, is what stands first in its elements. */
struct place {
    uint8_t committee[4]; /* high byte first */
    char id[TZ_PRINCIPAL_SIZE];
};

struct key {
    struct tz_principal p; /* first: its id, padded with zeros */
    struct place place;    /* an element of the other index */
    Taizhang__V1__KeyBody *body;
    char *by;
};

struct invitation {
    uint8_t code_sha256[TZ_SHA256_SIZE]; /* first */
    struct tz_invitation i;
    Taizhang__V1__InvitationBody *body;
    char *through;
};

struct index {
    void **at; /* in the order of their first key_size bytes */
    size_t count;
    size_t room;
    size_t key_size;
};

struct office {
    bool enrolled;    /* a device key was */
    uint32_t managed; /* by how many, not revoked */
};

struct content {
    struct index keys;
    struct index places;
    struct index invitations;
    struct office *office; /* by committee */
    size_t offices;
    unsigned roles;   /* of all device keys together */
    uint32_t secured; /* how many, not revoked, hold `secure` */
};

struct tz_principals {
    _Atomic uint64_t generation;
    struct content c;
};

int tz_principals_new(struct tz_principals **out)
{
    struct tz_principals *p = calloc(1, sizeof *p);
    *out = p;
    if (!p)
        return TZ_ENOMEM;
    atomic_init(&p->generation, 1);
    p->c.keys.key_size = TZ_PRINCIPAL_SIZE;
    p->c.places.key_size = sizeof(struct place);
    p->c.invitations.key_size = TZ_SHA256_SIZE;
    return TZ_OK;
}

static void key_free(struct key *k)
{
    if (!k)
        return;
    taizhang__v1__key_body__free_unpacked(k->body, NULL);
    free(k->by);
    free(k);
}

static void invitation_free(struct invitation *i)
{
    if (!i)
        return;
    taizhang__v1__invitation_body__free_unpacked(i->body, NULL);
    free(i->through);
    free(i);
}

void tz_principals_free(struct tz_principals *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->c.keys.count; i++)
        key_free(p->c.keys.at[i]);
    for (size_t i = 0; i < p->c.invitations.count; i++)
        invitation_free(p->c.invitations.at[i]);
    free(p->c.keys.at);
    free(p->c.places.at);
    free(p->c.invitations.at);
    free(p->c.office);
    free(p);
}

void tz_principals_swap(struct tz_principals *a, struct tz_principals *b)
{
    struct content c = a->c;
    a->c = b->c;
    b->c = c;
    atomic_fetch_add(&a->generation, 1);
    atomic_fetch_add(&b->generation, 1);
}

/* --- the index --- */

/* Where the key stands, or would stand. */
static size_t index_place(const struct index *ix, const void *key, bool *known)
{
    size_t low = 0, high = ix->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(ix->at[middle], key, ix->key_size) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *known = low < ix->count && memcmp(ix->at[low], key, ix->key_size) == 0;
    return low;
}

static const void *index_find(const struct index *ix, const void *key)
{
    bool known;
    size_t i = index_place(ix, key, &known);
    return known ? ix->at[i] : NULL;
}

/* Room for one more element. */
static int index_room(struct index *ix)
{
    if (ix->count < ix->room)
        return TZ_OK;
    size_t room = ix->room ? ix->room * 2 : 16;
    void **at = realloc(ix->at, room * sizeof *at);
    if (!at)
        return TZ_ENOMEM;
    ix->at = at;
    ix->room = room;
    return TZ_OK;
}

/* Puts an element in its place, for which there is room; gives the one that stood there, or NULL. */
static void *index_put(struct index *ix, void *element)
{
    bool known;
    size_t i = index_place(ix, element, &known);
    void *old = known ? ix->at[i] : NULL;
    if (!known) {
        memmove(ix->at + i + 1, ix->at + i, (ix->count - i) * sizeof *ix->at);
        ix->count++;
    }
    ix->at[i] = element;
    return old;
}

/* --- putting --- */

static struct place place_of(uint32_t committee, const char *id)
{
    struct place out = {{(uint8_t)(committee >> 24), (uint8_t)(committee >> 16), (uint8_t)(committee >> 8),
                         (uint8_t)committee},
                        {0}};
    memcpy(out.id, id, strnlen(id, sizeof out.id - 1));
    return out;
}

static bool read_roles(char *const *name, size_t n, unsigned *out)
{
    return tz_roles_read(name, n, out) && tz_roles_valid(*out, NULL, NULL);
}

/* The id that the body says, padded; false: it is none, or not that of its key. */
static bool read_id(const Taizhang__V1__KeyBody *body, char id[TZ_PRINCIPAL_SIZE])
{
    static const char person[] = "person:";
    char expected[TZ_KEY_ID_SIZE];
    size_t len = strlen(body->id);
    if (len >= TZ_PRINCIPAL_SIZE)
        return false;
    memcpy(id, body->id, len);
    if (!body->public_key.len)
        return len >= sizeof person && memcmp(body->id, person, sizeof person - 1) == 0;
    if (body->public_key.len != TZ_KEY_PUBLIC_SIZE)
        return false;
    tz_key_id(body->public_key.data, expected);
    return strcmp(id, expected) == 0;
}

static int make_room(struct content *c, uint32_t committee)
{
    if (committee < c->offices)
        return TZ_OK;
    size_t room = c->offices ? c->offices : 64;
    while (room <= committee)
        room *= 2;
    struct office *office = realloc(c->office, room * sizeof *office);
    if (!office)
        return TZ_ENOMEM;
    memset(office + c->offices, 0, (room - c->offices) * sizeof *office);
    c->office = office;
    c->offices = room;
    return TZ_OK;
}

/* What others ask about a committee without looking at every key. */
static void note(struct content *c, const struct tz_principal *p, const struct tz_principal *before)
{
    struct office *office = &c->office[p->committee];
    if (p->public_key) {
        office->enrolled = true;
        c->roles |= p->roles;
    }
    if (before && !before->revoked) {
        c->office[before->committee].managed -= (before->roles & TZ_ROLE_MANAGE) != 0;
        c->secured -= (before->roles & TZ_ROLE_SECURE) != 0;
    }
    if (!p->revoked) {
        office->managed += (p->roles & TZ_ROLE_MANAGE) != 0;
        c->secured += (p->roles & TZ_ROLE_SECURE) != 0;
    }
}

static int key_new(struct key **out, const Taizhang__V1__EntryHeader *h, const Taizhang__V1__KeyBody *body)
{
    struct key *k = calloc(1, sizeof *k);
    *out = k;
    if (!k)
        return TZ_ENOMEM;
    struct tz_principal *p = &k->p;
    if (!read_id(body, p->id) || !read_roles(body->roles, body->n_roles, &p->roles) ||
        body->committee > UINT32_MAX)
        return TZ_EINVAL;
    k->body = (Taizhang__V1__KeyBody *)tz_wire_copy(&body->base, NULL);
    k->by = strdup(h->principal);
    if (!k->body || !k->by)
        return TZ_ENOMEM;
    p->public_key = k->body->public_key.len ? k->body->public_key.data : NULL;
    p->committee = (uint32_t)body->committee;
    p->revoked = body->revoked;
    p->until_ms = body->until_ms;
    p->revision = h->revision;
    p->position = h->position;
    p->enrolled_ms = body->enrolled_ms;
    p->changed_ms = h->time_ms;
    p->by = k->by;
    p->body = k->body;
    k->place = place_of(p->committee, p->id);
    return TZ_OK;
}

int tz_principals_put_key(struct tz_principals *p, const Taizhang__V1__EntryHeader *header,
                          const Taizhang__V1__KeyBody *body)
{
    struct key *k;
    int rc = key_new(&k, header, body);
    if (rc == TZ_OK) {
        const struct tz_principal *known = tz_principal_find(p, k->p.id);
        if (known && known->committee != k->p.committee)
            rc = TZ_EINVAL;
    }
    if (rc == TZ_OK)
        rc = make_room(&p->c, k->p.committee);
    if (rc == TZ_OK)
        rc = index_room(&p->c.keys);
    if (rc == TZ_OK)
        rc = index_room(&p->c.places);
    if (rc != TZ_OK) {
        key_free(k);
        return rc;
    }
    void *old = index_put(&p->c.keys, k);
    index_put(&p->c.places, &k->place);
    note(&p->c, &k->p, old ? &((const struct key *)old)->p : NULL);
    key_free(old);
    atomic_fetch_add(&p->generation, 1);
    return TZ_OK;
}

int tz_principals_put_invitation(struct tz_principals *p, const Taizhang__V1__EntryHeader *header,
                                 const Taizhang__V1__InvitationBody *body)
{
    unsigned roles;
    if (body->code_sha256.len != TZ_SHA256_SIZE || body->committee > UINT32_MAX ||
        !read_roles(body->roles, body->n_roles, &roles))
        return TZ_EINVAL;
    struct invitation *i = calloc(1, sizeof *i);
    if (!i)
        return TZ_ENOMEM;
    memcpy(i->code_sha256, body->code_sha256.data, sizeof i->code_sha256);
    bool through = header->revision == 1 && strcmp(header->principal, body->created_by) != 0;
    i->body = (Taizhang__V1__InvitationBody *)tz_wire_copy(&body->base, NULL);
    i->through = through ? strdup(header->principal) : NULL;
    int rc = i->body && (i->through || !through) ? index_room(&p->c.invitations) : TZ_ENOMEM;
    if (rc != TZ_OK) {
        invitation_free(i);
        return rc;
    }
    i->i = (struct tz_invitation){
        .revision = header->revision,
        .position = header->position,
        .created_ms = body->created_ms,
        .by = i->body->created_by,
        .through = i->through ? i->through : "",
        .body = i->body,
    };
    invitation_free(index_put(&p->c.invitations, i));
    atomic_fetch_add(&p->generation, 1);
    return TZ_OK;
}

/* --- looking up --- */

const struct tz_principal *tz_principal_find(const struct tz_principals *p, const char *id)
{
    char key[TZ_PRINCIPAL_SIZE] = {0};
    size_t len = strlen(id);
    if (len >= sizeof key)
        return NULL;
    memcpy(key, id, len);
    const struct key *k = index_find(&p->c.keys, key);
    return k ? &k->p : NULL;
}

const struct tz_principal *tz_principal_find_key(const struct tz_principals *p,
                                                 const uint8_t public_key[TZ_KEY_PUBLIC_SIZE])
{
    char id[TZ_KEY_ID_SIZE];
    tz_key_id(public_key, id);
    const struct tz_principal *found = tz_principal_find(p, id);
    return found && memcmp(found->public_key, public_key, TZ_KEY_PUBLIC_SIZE) == 0 ? found : NULL;
}

const struct tz_principal *tz_principal_at(const struct tz_principals *p, size_t i)
{
    return i < p->c.keys.count ? &((const struct key *)p->c.keys.at[i])->p : NULL;
}

const struct tz_principal *tz_principal_next(const struct tz_principals *p, uint32_t committee,
                                             const char *after)
{
    bool known;
    struct place from = place_of(committee, after);
    size_t i = index_place(&p->c.places, &from, &known);
    i += known;
    if (i == p->c.places.count || memcmp(p->c.places.at[i], from.committee, sizeof from.committee) != 0)
        return NULL;
    return tz_principal_find(p, ((const struct place *)p->c.places.at[i])->id);
}

bool tz_principal_valid(const struct tz_principal *p, int64_t now_ms)
{
    return !p->revoked && (!p->until_ms || now_ms < p->until_ms);
}

bool tz_principals_enrolled(const struct tz_principals *p, uint32_t committee)
{
    return committee < p->c.offices && p->c.office[committee].enrolled;
}

bool tz_principals_managed(const struct tz_principals *p, uint32_t committee)
{
    return committee < p->c.offices && p->c.office[committee].managed;
}

bool tz_principals_secured(const struct tz_principals *p)
{
    return p->c.secured;
}

bool tz_principals_role_enrolled(const struct tz_principals *p, unsigned roles)
{
    return (p->c.roles & roles) == roles;
}

const struct tz_invitation *tz_invitation_find(const struct tz_principals *p, const uint8_t *code_sha256)
{
    const struct invitation *i = index_find(&p->c.invitations, code_sha256);
    return i ? &i->i : NULL;
}

const struct tz_invitation *tz_invitation_at(const struct tz_principals *p, size_t i)
{
    return i < p->c.invitations.count ? &((const struct invitation *)p->c.invitations.at[i])->i : NULL;
}

size_t tz_invitation_after(const struct tz_principals *p, const uint8_t *code_sha256)
{
    bool known;
    size_t i = index_place(&p->c.invitations, code_sha256, &known);
    return i + known;
}

const char *tz_invitation_state(const struct tz_invitation *i, int64_t now_ms)
{
    if (i->body->used_by[0])
        return "used";
    if (i->body->cancelled)
        return "cancelled";
    return now_ms >= i->body->expires_ms ? "expired" : "open";
}

uint64_t tz_principals_generation(const struct tz_principals *p)
{
    return atomic_load_explicit(&p->generation, memory_order_acquire);
}
