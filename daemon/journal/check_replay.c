/* SPDX-License-Identifier: Apache-2.0
 *
 * The replay: every entry is checked for itself (position, canonical header, hash, commitment, time), then
 * carried out on a state of our own.
 */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "daemon/journal/check_internal.h"

enum { SUITE = 1, SALT_SIZE = 32, FLUSH_EVERY = 4096 };

typedef Taizhang__V1__EntryHeader header;

static void wrong(struct tz_check *c, const struct tz_entry *e, const char *what)
{
    tz_check_finding(c, _("entry %" PRIu64 ": %s"), e->position, what);
}

/* Packing a message again must give the same bytes, and nothing unknown may be among them. */
static bool canonical(struct tz_check *c, const ProtobufCMessage *m, struct tz_bytes bytes)
{
    struct tz_bytes again;
    return m && m->n_unknown_fields == 0 && tz_message_pack(m, &c->scratch, &again) == TZ_OK &&
           tz_bytes_equal(again, bytes);
}

static ProtobufCMessage *unpack(struct tz_check *c, const ProtobufCMessageDescriptor *d, struct tz_bytes b)
{
    return protobuf_c_message_unpack(d, &c->scratch.protobuf, b.len, b.data);
}

static void check_private(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    uint8_t sum[TZ_SHA256_SIZE];
    if (!e->private_.len) {
        if (h->private_commitment.len)
            c->result->erased++;
        if (e->salt.len)
            wrong(c, e, _("a salt without private bytes"));
        return;
    }
    tz_sha256(sum, e->salt.data, e->salt.len, e->private_.data, e->private_.len);
    if (e->salt.len != SALT_SIZE || h->private_commitment.len != sizeof sum ||
        memcmp(h->private_commitment.data, sum, sizeof sum) != 0)
        wrong(c, e, _("the private bytes do not match their commitment"));
}

static void check_header(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    uint8_t sum[TZ_SHA256_SIZE];
    if (!canonical(c, &h->base, e->header))
        wrong(c, e, _("the header is not canonical"));
    if (h->position != e->position)
        wrong(c, e, _("the header names another position"));
    if (h->time_ms < c->last_ms)
        wrong(c, e, _("the time goes back"));
    if (h->epoch < c->last_epoch || !h->epoch || h->epoch > c->info.epoch)
        wrong(c, e, _("the epoch does not fit"));
    if (h->suite != SUITE)
        wrong(c, e, _("unknown suite"));
    tz_sha256(sum, e->body.data, e->body.len, NULL, 0);
    if (h->body_sha256.len != sizeof sum || memcmp(h->body_sha256.data, sum, sizeof sum) != 0)
        wrong(c, e, _("the body does not match its hash"));
    check_private(c, e, h);
    c->last_ms = h->time_ms;
    c->last_epoch = h->epoch;
}

/* --- records --- */

static bool read_key(struct tz_check *c, const struct tz_entry *e, const header *h, struct tz_record_key *k)
{
    struct tz_period period;
    if (!h->committee || h->committee > tz_tree_count(c->tree)) {
        wrong(c, e, _("unknown committee"));
    } else if (!tz_kind_info(h->kind)) {
        wrong(c, e, _("unknown kind"));
    } else if (!tz_period_parse(h->period, strlen(h->period), &period) || !h->key[0] ||
               strlen(h->key) > TZ_KEY_MAX) {
        wrong(c, e, _("not an address"));
    } else {
        *k = (struct tz_record_key){(uint32_t)h->committee, h->kind, tz_period_order(period), h->key,
                                    strlen(h->key)};
        return true;
    }
    return false;
}

/* The live record of an address as it stood before, from its entry. */
static int read_live(struct tz_check *c, const struct tz_check_address *a, struct tz_view_record *out)
{
    struct tz_entry e;
    int rc = tz_reader_entry(c->reader, a->head.position, &c->scratch, &e);
    if (!rc)
        rc = tz_view_record_make(c->tree, &a->key, e.body, &c->scratch, out);
    return rc;
}

static int apply_record(struct tz_check *c, const struct tz_check_address *a,
                        const struct tz_view_record *after)
{
    struct tz_view_record before, whole_record;
    struct tz_whole_state whole = {0};
    int rc = a->head.live ? read_live(c, a, &before) : TZ_OK;
    if (!rc && after && after->has_whole) {
        int64_t n = tz_check_find(c, &after->whole);
        if (n != TZ_CHECK_NONE && c->address[n].head.live) {
            rc = read_live(c, &c->address[n], &whole_record);
            whole.live = true;
            whole.facts = whole_record.facts;
        }
    }
    if (!rc)
        rc = tz_cube_apply(c->cube, a->head.live ? &before : NULL, after,
                           after && after->has_whole ? &whole : NULL);
    if (!rc && ++c->unflushed >= FLUSH_EVERY) {
        c->unflushed = 0;
        rc = tz_cube_flush(c->cube);
    }
    return rc;
}

/* Decodes the new revision; false: it cannot be carried out. */
static bool read_after(struct tz_check *c, const struct tz_entry *e, const header *h,
                       const struct tz_record_key *k, struct tz_view_record *after)
{
    struct tz_record record;
    struct tz_errors errors;
    const struct tz_kind_info *kind = tz_kind_info(h->kind);
    errors.count = errors.dropped = 0;
    int rc = tz_record_decode(kind, e->body.data, e->body.len, e->private_.data, e->private_.len, &c->scratch,
                              &record, &errors);
    if (!rc)
        rc = tz_view_record_from(c->tree, k, &record, &c->scratch, after);
    if (!rc)
        return true;
    tz_check_finding(c, _("entry %" PRIu64 ": the body cannot be read: %s"), e->position,
                     errors.count ? tz_code_name(errors.item[0].code) : tz_rc_string(rc));
    return false;
}

static int replay_address(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    struct tz_record_key k;
    struct tz_view_record after;
    bool live = h->type == TAIZHANG__V1__ENTRY_TYPE__ENTRY_RECORD;
    if (!read_key(c, e, h, &k))
        return TZ_OK;
    int64_t n = tz_check_add(c, &k);
    if (n == TZ_CHECK_NONE)
        return TZ_ENOMEM;
    struct tz_check_address *a = &c->address[n];
    if (h->revision != a->head.revision + 1 || h->base_revision != a->head.revision || h->ticket.len != 16) {
        wrong(c, e, _("the revision does not follow the one before, or the ticket is not 16 bytes"));
        return TZ_OK;
    }
    if (live && !read_after(c, e, h, &k, &after))
        return TZ_OK;
    if (!live && !a->head.live)
        wrong(c, e, _("withdraws what is not there"));
    if (!live && !canonical(c, unpack(c, &taizhang__v1__withdrawal__descriptor, e->body), e->body))
        wrong(c, e, _("the withdrawal is not canonical"));
    int rc = apply_record(c, a, live ? &after : NULL);
    int64_t whole = TZ_CHECK_NONE;
    if (!rc && live && after.has_whole) {
        whole = tz_check_add(c, &after.whole); /* perhaps an address that never comes: revision 0 */
        if (whole == TZ_CHECK_NONE)
            return TZ_ENOMEM;
        a = &c->address[n]; /* the array may have moved */
    }
    a->whole = whole;
    a->kept += e->private_.len > 0;
    a->erased += !e->private_.len && h->private_commitment.len > 0;
    a->head.revision = h->revision;
    a->head.position = e->position;
    a->head.live = live;
    memcpy(a->head.ticket, h->ticket.data, sizeof a->head.ticket);
    return rc;
}

/* It names the address, its revision then, and how many revisions lost private bytes: no more and no fewer.
 */
static int replay_erasure(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    struct tz_record_key k;
    const Taizhang__V1__ErasureBody *body =
        (const Taizhang__V1__ErasureBody *)unpack(c, &taizhang__v1__erasure_body__descriptor, e->body);
    if (!read_key(c, e, h, &k))
        return TZ_OK;
    int64_t n = tz_check_find(c, &k);
    if (!canonical(c, (const ProtobufCMessage *)body, e->body) || n == TZ_CHECK_NONE ||
        h->revision != c->address[n].head.revision || e->private_.len) {
        wrong(c, e, _("the erasure does not fit its record"));
        return TZ_OK;
    }
    struct tz_check_address *a = &c->address[n];
    if (a->kept)
        wrong(c, e, _("private bytes that it erased are there"));
    else if (a->erased != body->revisions)
        wrong(c, e, _("it erased another number of revisions"));
    a->kept = a->erased = 0;
    return TZ_OK;
}

/* Private bytes that are gone without an entry that says so. */
static void check_erased(struct tz_check *c)
{
    char name[TZ_CHECK_NAME_SIZE];
    for (size_t i = 0; i < c->addresses.count; i++)
        if (c->address[i].erased)
            tz_check_finding(c, _("%s: private bytes of %" PRIu64 " revisions are gone without an erasure"),
                             tz_check_address_name(c, &c->address[i].key, name), c->address[i].erased);
}

/* --- days --- */

enum { MINUTE_MS = 60000, DAY_MINUTES = 24 * 60 };

/* Entries of one day are many: the end of it is remembered. */
int tz_check_come_to_day(struct tz_check *c, int64_t time_ms)
{
    const int64_t day_ms = (int64_t)DAY_MINUTES * MINUTE_MS;
    char date[TZ_DATE_SIZE];
    if (time_ms < c->day_ends_ms || time_ms < 0)
        return TZ_OK;
    int64_t local = time_ms + (int64_t)c->env->utc_offset_minutes * MINUTE_MS;
    c->day_ends_ms = time_ms + day_ms - local % day_ms;
    c->unflushed = 0;
    tz_env_date(c->env, time_ms, date);
    return tz_cube_day(c->cube, date);
}

/* --- committees and reporting sets --- */

static int replay_committee(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    const Taizhang__V1__CommitteePrivate *private_ = NULL;
    const Taizhang__V1__CommitteeBody *body =
        (const Taizhang__V1__CommitteeBody *)unpack(c, &taizhang__v1__committee_body__descriptor, e->body);
    if (e->private_.len)
        private_ = (const Taizhang__V1__CommitteePrivate *)unpack(
            c, &taizhang__v1__committee_private__descriptor, e->private_);
    if (!canonical(c, (const ProtobufCMessage *)body, e->body) ||
        (e->private_.len && !canonical(c, (const ProtobufCMessage *)private_, e->private_))) {
        wrong(c, e, _("the committee is not canonical"));
        return TZ_OK;
    }
    if (!e->private_.len && h->private_commitment.len)
        wrong(c, e, _("the contact persons are gone"));
    uint64_t count = tz_tree_count(c->tree);
    if (!h->committee || h->committee > count + 1) {
        wrong(c, e, _("the committee's number does not follow"));
        return TZ_OK;
    }
    int rc = tz_check_room((void **)&c->unit, &c->unit_room, (size_t)count, sizeof *c->unit);
    if (rc)
        return rc;
    struct tz_check_current *u = &c->unit[h->committee - 1];
    if (h->revision != u->revision + 1)
        wrong(c, e, _("the committee's revision does not follow"));
    c->unflushed = 0;
    rc = tz_cube_flush(c->cube);
    if (!rc)
        rc = tz_cube_move(c->cube, (uint32_t)h->committee, h->revision, e->position, body, private_);
    if (rc == TZ_EINVAL) {
        wrong(c, e, _("the committee does not fit into the tree"));
        return TZ_OK;
    }
    *u = (struct tz_check_current){h->revision, e->position};
    return rc;
}

/* The next revision of what has a name: the header's key. */
static int replay_named(struct tz_check *c, const struct tz_entry *e, const header *h, enum tz_named what)
{
    struct tz_check_named *named = &c->named[what];
    int64_t n = tz_check_index_add(&named->names, h->key, strlen(h->key));
    if (n == TZ_CHECK_NONE ||
        tz_check_room((void **)&named->current, &named->room, named->names.count, sizeof *named->current))
        return TZ_ENOMEM;
    if (h->revision != named->current[n].revision + 1)
        wrong(c, e, _("the revision does not follow"));
    named->current[n] = (struct tz_check_current){h->revision, e->position};
    return TZ_OK;
}

static int replay_set(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    const Taizhang__V1__ReportingSetBody *body = (const Taizhang__V1__ReportingSetBody *)unpack(
        c, &taizhang__v1__reporting_set_body__descriptor, e->body);
    if (!canonical(c, (const ProtobufCMessage *)body, e->body) || !h->key[0] ||
        strcmp(body->name, h->key) != 0) {
        wrong(c, e, _("the reporting set is not canonical"));
        return TZ_OK;
    }
    return replay_named(c, e, h, TZ_NAMED_SET);
}

/* --- keys and invitations --- */

static int replay_key(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    const Taizhang__V1__KeyBody *body =
        (const Taizhang__V1__KeyBody *)unpack(c, &taizhang__v1__key_body__descriptor, e->body);
    if (!canonical(c, (const ProtobufCMessage *)body, e->body) || strcmp(body->id, h->key) != 0 ||
        body->committee > tz_tree_count(c->tree)) {
        wrong(c, e, _("the key is not canonical"));
        return TZ_OK;
    }
    const struct tz_principal *before = tz_principal_find(c->principals, body->id);
    if (before && (before->committee != body->committee || (before->revoked && !body->revoked)))
        wrong(c, e, _("the key's committee changes, or its revocation ends"));
    int rc = tz_principals_put_key(c->principals, h, body);
    if (rc == TZ_EINVAL) {
        wrong(c, e, _("the key's id, public half or roles do not fit one another"));
        return TZ_OK;
    }
    return rc ? rc : replay_named(c, e, h, TZ_NAMED_KEY);
}

static bool named_by_hash(const header *h, const Taizhang__V1__InvitationBody *body)
{
    char hex[2 * TZ_SHA256_SIZE + 1];
    if (body->code_sha256.len != TZ_SHA256_SIZE)
        return false;
    sodium_bin2hex(hex, sizeof hex, body->code_sha256.data, body->code_sha256.len);
    return strcmp(hex, h->key) == 0;
}

static int replay_invitation(struct tz_check *c, const struct tz_entry *e, const header *h)
{
    const Taizhang__V1__InvitationBody *body =
        (const Taizhang__V1__InvitationBody *)unpack(c, &taizhang__v1__invitation_body__descriptor, e->body);
    if (!canonical(c, (const ProtobufCMessage *)body, e->body) || !named_by_hash(h, body) ||
        body->committee > tz_tree_count(c->tree)) {
        wrong(c, e, _("the invitation is not canonical"));
        return TZ_OK;
    }
    const struct tz_invitation *before = tz_invitation_find(c->principals, body->code_sha256.data);
    if (before && (before->body->used_by[0] || before->body->cancelled))
        wrong(c, e, _("the invitation was used or cancelled before"));
    if (body->used_by[0] && !tz_principal_find(c->principals, body->used_by))
        wrong(c, e, _("the invitation's key is not enrolled"));
    int rc = tz_principals_put_invitation(c->principals, h, body);
    if (rc == TZ_EINVAL) {
        wrong(c, e, _("the invitation is not canonical"));
        return TZ_OK;
    }
    return rc ? rc : replay_named(c, e, h, TZ_NAMED_INVITATION);
}

static int replay_entry(void *ctx, const struct tz_entry *e)
{
    struct tz_check *c = ctx;
    tz_arena_reset(&c->scratch);
    if (e->position != c->next)
        tz_check_finding(c, _("entry %" PRIu64 ": follows a gap, %" PRIu64 " was expected"), e->position,
                         c->next);
    c->next = e->position + 1;
    header *h = (header *)unpack(c, &taizhang__v1__entry_header__descriptor, e->header);
    if (!h) {
        wrong(c, e, _("the header cannot be read"));
        return TZ_OK;
    }
    check_header(c, e, h);
    int rc = tz_check_come_to_day(c, h->time_ms);
    if (rc)
        return rc;
    c->from_above += h->from != 0;
    switch (h->type) {
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_RECORD:
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_WITHDRAWAL:
        return replay_address(c, e, h);
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_ERASURE:
        return replay_erasure(c, e, h);
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_COMMITTEE:
        return replay_committee(c, e, h);
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_REPORTING_SET:
        return replay_set(c, e, h);
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_KEY:
        return replay_key(c, e, h);
    case TAIZHANG__V1__ENTRY_TYPE__ENTRY_INVITATION:
        return replay_invitation(c, e, h);
    default:
        wrong(c, e, _("unknown type"));
        return TZ_OK;
    }
}

int tz_check_replay(struct tz_check *c)
{
    int rc = tz_reader_journal(c->reader, 1, replay_entry, c);
    if (!rc)
        rc = tz_check_come_to_day(c, c->env->wall_ms(c->env->ctx));
    if (!rc)
        rc = tz_cube_flush(c->cube);
    if (!rc)
        check_erased(c);
    if (!rc && tz_tree_shape(c->tree) != TZ_SHAPE_TREE)
        tz_check_finding(c, "%s", _("the committees of today are no tree: a loop, or too deep"));
    if (!rc && c->next != c->position + 1)
        tz_check_finding(c, _("the journal ends at %" PRIu64 ", the sequencer stands at %" PRIu64),
                         c->next - 1, c->position);
    return rc;
}
