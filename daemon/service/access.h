/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: decided here and nowhere else. Three steps, each of them pure:
 *
 *   relation  where the subject stands to the committee that the object belongs to, in today's tree;
 *   table     which roles suffice for an action in that relation, and on what condition (access.c, one
 *             screen; every cell stands there once);
 *   decision  allowed or not; whether a reason is needed, because a committee above acts; whether only what
 *             was published may be seen.
 *
 * The service asks at the door whether there is any object at all on which the action is allowed, and again
 * for each object that a request names; the journal asks for each record that is written, with the tree of
 * its transaction. Nothing is remembered between two requests.
 */
#ifndef TZ_DAEMON_SERVICE_ACCESS_H
#define TZ_DAEMON_SERVICE_ACCESS_H

#include <sys/types.h>

#include "common/base/err.h"
#include "common/totals/tree.h"
#include "daemon/views/principals.h"

/* What a session may do; roles and committee are those of the one who is decided on: the person's if there
 * is one. All zero: nobody. */
struct tz_grant {
    char principal[TZ_PRINCIPAL_SIZE]; /* "key:...", "socket"; the journal keeps it */
    char person[TZ_PRINCIPAL_SIZE];    /* "person:...", whom it acts for; "" */
    unsigned roles;                    /* enum tz_role; of the socket those of the registry as a whole */
    uint32_t committee;                /* 0: of the registry as a whole */
    bool socket; /* may act as any committee for which no key was ever enrolled, with all its roles */
};

enum tz_action {
    TZ_ACT_LOOK,      /* units by name and code, fields, reporting sets, the registry's state */
    TZ_ACT_READ,      /* a record and its history */
    TZ_ACT_LIST,      /* the records of a subtree, what changed there, what is behind a figure */
    TZ_ACT_TOTALS,    /* figures */
    TZ_ACT_CONTACTS,  /* contact persons of a unit */
    TZ_ACT_WRITE,     /* a record: submit, withdraw, reconcile */
    TZ_ACT_ERASE,     /* a record's private bytes */
    TZ_ACT_DIRECTORY, /* a unit's names and contacts */
    TZ_ACT_UNITS, /* add, move, close a unit; the object is the unit that it stands under: 0 for the root */
    TZ_ACT_SETS,  /* put a reporting set; the objects are its members */
    TZ_ACT_KEYS,  /* keys, persons and invitations of a committee */
    TZ_ACT_AUDIT, /* the access log */
    TZ_ACTIONS
};

/* Of the object's committee to the subject's. */
enum tz_relation {
    TZ_REL_OWN,
    TZ_REL_BELOW,
    TZ_REL_PARENT, /* the next above that is no grouping node */
    TZ_REL_ABOVE,  /* above that */
    TZ_REL_BESIDE, /* all else; for a key of the registry as a whole, everything */
    TZ_RELATIONS
};

/* A cell of the table: roles that suffice (each alone), and conditions. 0: nobody. */
enum {
    TZ_CELL_ANYONE = 1 << 16,    /* every principal, whatever its roles */
    TZ_CELL_REASON = 1 << 17,    /* with a reason */
    TZ_CELL_PUBLISHED = 1 << 18, /* only what was published to the subject; never private fields */
};
unsigned tz_access_cell(enum tz_action action, enum tz_relation relation);
/* "read", "own"; NULL past the last. For tests and documents. */
const char *tz_action_name(size_t i);
const char *tz_relation_name(size_t i);

/* --- grants --- */

/* The roles and the committee of a key or a person. */
void tz_access_of_principal(const struct tz_principal *p, struct tz_grant *out);
/* The socket's owner: operate, and secure and audit as long as no key with that role was ever enrolled. */
void tz_access_of_socket(const struct tz_principals *p, struct tz_grant *out);

/* Who needs no key: the owner of the daemon's process, on the Unix socket. */
struct tz_access_rules {
    uid_t owner;
};
bool tz_access_admits(const struct tz_access_rules *rules, bool local, uid_t uid);

/* What it is decided in: the views under their lock, or those of the writer. principals may be NULL: nobody
 * was ever enrolled. */
struct tz_realm {
    const struct tz_tree *tree;
    const struct tz_principals *principals;
    int64_t now_ms;
};

/* The gateway's grant becomes that of the person (or key) that it names: valid, and of the gateway's
 * committee or one below. The gateway's own roles count for nothing then. 0, or TZ_EINVAL with BAD_PERSON in
 * *e. */
int tz_access_act_for(const struct tz_realm *realm, const struct tz_grant *gateway, const char *name,
                      struct tz_grant *out, struct tz_error *e) TZ_MUSTCHECK;

/* The committee that is meant where a request names none: the grant's; the root for those of the registry as
 * a whole. 0: the tree is empty. */
uint32_t tz_access_home(const struct tz_grant *g, const struct tz_tree *tree);

/* --- decisions --- */

struct tz_reach {
    enum tz_relation relation;
    uint32_t acting; /* as which committee; 0: none */
    unsigned roles;  /* held there */
};
/* committee 0: above the root. */
struct tz_reach tz_access_relation(const struct tz_grant *g, const struct tz_tree *tree,
                                   const struct tz_principals *principals, uint32_t committee);

struct tz_decision {
    bool allowed;
    bool needs_reason;
    bool published_only; /* see tz_access_published */
    uint32_t from;       /* the committee that acts where it is not the object's own; else 0 */
    enum tz_relation relation;
};
struct tz_decision tz_access_decide(enum tz_action action, const struct tz_reach *reach);
/* Of a decision with published_only: whether a record of this visibility was published to the subject. */
bool tz_access_published(const struct tz_decision *d, int visibility);

/* At the door: is there any relation in which the action is allowed? */
bool tz_access_possible(const struct tz_grant *g, enum tz_action action);

/* NOT_ALLOWED with the committee, the role that is missing ("right"), and who gives it ("giver": a
 * committee's code, or "secure" or "operate" for a holder of that role). */
void tz_access_deny(const struct tz_realm *realm, enum tz_action action, const struct tz_reach *reach,
                    uint32_t committee, struct tz_error *e);

/* The three steps in one: 0 with *out (may be NULL) filled, or TZ_EINVAL with NOT_ALLOWED in *e. A reason
 * that is needed is the caller's to check. */
int tz_access_check(const struct tz_realm *realm, const struct tz_grant *g, enum tz_action action,
                    uint32_t committee, struct tz_decision *out, struct tz_error *e) TZ_MUSTCHECK;

#endif
