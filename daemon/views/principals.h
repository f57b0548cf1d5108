/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may connect: device keys, persons that gateways act for, and invitations; the current entry of each.
 * Part of the views (views.h): read under their lock, changed by the writer after its commit.
 */
#ifndef TZ_DAEMON_VIEWS_PRINCIPALS_H
#define TZ_DAEMON_VIEWS_PRINCIPALS_H

#include <stdatomic.h>

#include "common/codes/role.h"
#include "common/wire/proof.h"

enum { TZ_PRINCIPAL_SIZE = 72 }; /* "key:0123456789abcdef", "person:LOGIN", "socket" */

/* Strings and body belong to the view and live until the principal changes. */
struct tz_principal {
    char id[TZ_PRINCIPAL_SIZE];
    const uint8_t *public_key; /* NULL: a person */
    unsigned roles;            /* enum tz_role */
    uint32_t committee;        /* permanent number; 0: of the registry as a whole */
    bool revoked;
    int64_t until_ms; /* 0: no end */
    uint64_t revision;
    uint64_t position;
    int64_t enrolled_ms; /* time of its first entry, and of its last */
    int64_t changed_ms;
    const char *by; /* the principal that made the last change */
    const Taizhang__V1__KeyBody *body;
};

struct tz_invitation {
    uint64_t revision;
    uint64_t position;
    int64_t created_ms;
    const char *by; /* who invited */
    const char
        *through; /* the gateway's key, of one that was made for a person and is as it was made; or "" */
    const Taizhang__V1__InvitationBody *body;
};

struct tz_principals;

int tz_principals_new(struct tz_principals **out) TZ_MUSTCHECK;
void tz_principals_free(struct tz_principals *p);
/* Exchanges what both hold; both generations grow. */
void tz_principals_swap(struct tz_principals *a, struct tz_principals *b);

/* As the entry says; header: the entry's. TZ_EINVAL: not a principal (id, key or role). */
int tz_principals_put_key(struct tz_principals *p, const Taizhang__V1__EntryHeader *header,
                          const Taizhang__V1__KeyBody *body) TZ_MUSTCHECK;
int tz_principals_put_invitation(struct tz_principals *p, const Taizhang__V1__EntryHeader *header,
                                 const Taizhang__V1__InvitationBody *body) TZ_MUSTCHECK;

/* NULL: unknown. */
const struct tz_principal *tz_principal_find(const struct tz_principals *p, const char *id);
const struct tz_principal *tz_principal_find_key(const struct tz_principals *p,
                                                 const uint8_t public_key[TZ_KEY_PUBLIC_SIZE]);
/* From 0 in the order of ids; NULL past the last. For tests. */
const struct tz_principal *tz_principal_at(const struct tz_principals *p, size_t i);
/* Of one committee, in the order of ids: the next after this id ("": the first); NULL: there are no more. */
const struct tz_principal *tz_principal_next(const struct tz_principals *p, uint32_t committee,
                                             const char *after);
/* Not revoked, and its time is not over. */
bool tz_principal_valid(const struct tz_principal *p, int64_t now_ms);
/* Was a device key ever enrolled for this committee (revoked ones count)? 0: for the registry as a whole. */
bool tz_principals_enrolled(const struct tz_principals *p, uint32_t committee);
/* Was a key with all these roles ever enrolled (revoked ones count)? Of the registry's roles, which no key
 * ever changes; the others are those of today. */
bool tz_principals_role_enrolled(const struct tz_principals *p, unsigned roles);
/* Is there somebody, not revoked, who manages the keys of this committee; who holds `secure`? */
bool tz_principals_managed(const struct tz_principals *p, uint32_t committee);
bool tz_principals_secured(const struct tz_principals *p);

/* NULL: unknown. code_sha256: TZ_SHA256_SIZE. */
const struct tz_invitation *tz_invitation_find(const struct tz_principals *p, const uint8_t *code_sha256);
/* From 0 in the order of code hashes; NULL past the last. */
const struct tz_invitation *tz_invitation_at(const struct tz_principals *p, size_t i);
/* The place of the first after this hash. */
size_t tz_invitation_after(const struct tz_principals *p, const uint8_t *code_sha256);
/* "open", "used", "cancelled", "expired" */
const char *tz_invitation_state(const struct tz_invitation *i, int64_t now_ms);

/* Grows with every change; any thread, without the lock: a session looks its principal up again when it has.
 */
uint64_t tz_principals_generation(const struct tz_principals *p);

#endif
