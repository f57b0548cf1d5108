/* SPDX-License-Identifier: Apache-2.0
 *
 * Erasing a record's private fields: the private bytes and salts of all its revisions go, in one transaction
 * with the entry that says so. Headers and bodies stay, and with them every total.
 */
#include "daemon/journal/decide.h"

static int erase_revisions(struct tz_batch *b, struct tz_subject *s)
{
    for (uint64_t revision = 1; revision <= s->head.revision; revision++) {
        uint64_t position;
        bool had = false;
        int rc = tz_store_revision(b->store, &s->key, revision, &position);
        if (!rc)
            rc = tz_store_erase(b->store, position, &had);
        if (rc)
            return rc == TZ_ENOENT ? TZ_ECORRUPT : rc;
        s->done->erased += had;
    }
    return TZ_OK;
}

/* The entry's revision is the address's: everything up to it was erased. */
static int append_erasure(struct tz_batch *b, struct tz_subject *s)
{
    char period[TZ_PERIOD_SIZE];
    Taizhang__V1__ErasureBody body = TAIZHANG__V1__ERASURE_BODY__INIT;
    struct tz_entry_ask e = tz_subject_says(s, TZ_ENTRY(ERASURE), period);
    e.revision = s->head.revision;
    body.revisions = s->done->erased;
    if (s->ask->reason)
        body.reason = (char *)(uintptr_t)s->ask->reason;
    int rc = tz_message_pack(&body.base, &b->scratch, &e.body);
    return rc ? rc : tz_subject_add(b, &e);
}

static int decide_erasure(struct tz_batch *b, struct tz_subject *s)
{
    struct tz_errors errors;
    tz_ask_errors(s->ask, &errors);
    tz_subject_check_reason(s, &errors);
    if (errors.count) {
        tz_reject(s->op, s->done, &errors);
        return TZ_OK;
    }
    if (!s->unit || !s->head.revision) {
        tz_reject_one(s->op, s->done, s->unit ? TZ_CODE(NOT_FOUND) : TZ_CODE(UNKNOWN_COMMITTEE),
                      s->unit ? "key" : "committee",
                      s->unit ? s->ask->address.key : s->ask->address.committee);
        return TZ_OK;
    }
    int rc = erase_revisions(b, s);
    if (!rc && s->done->erased)
        rc = append_erasure(b, s);
    if (!rc)
        tz_subject_settle(s, s->done->erased ? TZ_OUTCOME(UPDATED) : TZ_OUTCOME(UNCHANGED), s->head.revision,
                          s->done->erased ? b->position : s->head.position);
    return rc;
}

int tz_decide_erasures(struct tz_batch *b, struct tz_op *op)
{
    return tz_decide_each(b, op, decide_erasure);
}
