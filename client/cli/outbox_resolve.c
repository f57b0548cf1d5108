/* SPDX-License-Identifier: Apache-2.0
 *
 * Settling a conflict: against the revision that `outbox show` has shown, never against a later one.
 */
#include "client/cli/outbox.h"

#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/messages.h"
#include "client/cli/outbox_sides.h"
#include "common/base/text.h"
#include "common/schema/header.h"
#include "common/schema/record_access.h"

struct arguments {
    bool mine;
    bool theirs;
    bool confirm;
    struct tz_option_list set;
};

struct edit {
    struct tz_cli *cli;
    const struct arguments *a;
    struct tz_arena *arena;
    struct tz_outbox_entry entry;
    struct tz_sides sides;
    struct tz_record record; /* that is changed */
    bool keep_private;
    struct tz_errors errors;
};

/* --- changing fields --- */

static int told_error(struct edit *e, const struct tz_error *error)
{
    struct tz_buf text;
    tz_buf_init(&text, 1 << 16);
    if (*error->field)
        tz_buf_printf(&text, _("%s: "), tz_message_label(e->sides.kind, error->field, e->cli->zh));
    tz_message_error(&text, error, e->sides.kind, e->cli->zh);
    tz_cli_error(e->cli, "%s", text.data ? text.data : "");
    tz_buf_free(&text);
    return TZ_RESULT_REFUSED;
}

/* Takes away what a field states. */
static void clear_field(struct tz_record *r, const struct tz_field *f)
{
    void *member = tz_record_member(r, f);
    if (!member)
        return;
    switch (f->type) {
    case TZ_TYPE_TEXT:
    case TZ_TYPE_DATE:
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
    case TZ_TYPE_REF:
        *(char **)member = (char *)protobuf_c_empty_string;
        return;
    case TZ_TYPE_ENUM:
    case TZ_TYPE_YESNO:
        *(uint32_t *)member = 0;
        return;
    case TZ_TYPE_TEXTS:
    case TZ_TYPE_ENUMS:
    case TZ_TYPE_REFS:
    case TZ_TYPE_QUANTITY:
    case TZ_TYPE_PERMILLE:
        *(void **)member = NULL;
        return;
    case TZ_TYPE_ATTACHMENTS:
    case TZ_TYPE_EXTRA:
    case TZ_TYPE_KEY:
    case TZ_TYPE_PERIOD:
        return;
    }
}

/* Private fields are changed in what is there of them: mine, or theirs where mine says nothing of them. */
static bool open_private(struct edit *e)
{
    if (e->keep_private) {
        e->keep_private = false;
        e->record.private_ = e->sides.theirs.readable ? e->sides.theirs.record.private_ : NULL;
    }
    if (e->record.private_)
        return true;
    const ProtobufCMessageDescriptor *d = e->sides.kind->private_;
    e->record.private_ = d ? tz_arena_zalloc(e->arena, d->sizeof_message) : NULL;
    if (e->record.private_)
        protobuf_c_message_init(d, e->record.private_);
    return e->record.private_ != NULL;
}

/* One FIELD=VALUE. */
static int set_field(struct edit *e, const char *text)
{
    struct tz_error error;
    const struct tz_field *f;
    char unit[32] = "";
    const char *equals = strchr(text, '=');
    const char *name = text;
    size_t name_len = equals ? (size_t)(equals - text) : 0;
    tz_text_trim(&name, &name_len);
    if (!equals || name_len == 0)
        return tz_cli_usage(e->cli, _("--set takes FIELD=VALUE, not %s."), text);
    if (!tz_header_match(e->sides.kind, name, name_len, &f, unit) || f->place == TZ_IN_ADDRESS)
        return tz_cli_usage(e->cli,
                            _("%.*s is no field that can be set. `taizhang fields %s` lists the fields."),
                            (int)name_len, name, e->sides.kind->name);
    const char *value = equals + 1;
    size_t len = strlen(value);
    tz_text_trim(&value, &len);
    if (f->place == TZ_IN_PRIVATE && !open_private(e))
        return tz_cli_no_memory(e->cli);
    if (tz_cell_states_nothing(f, value, len)) {
        clear_field(&e->record, f);
        return TZ_RESULT_DONE;
    }
    if (tz_record_set(&e->record, f, value, len, *unit ? unit : NULL, e->arena, &error) != TZ_OK)
        return told_error(e, &error);
    return TZ_RESULT_DONE;
}

/* Every rule that can be applied here, as for a row. */
static int check(struct edit *e)
{
    (void)tz_record_validate(&e->record, &e->sides.address, tz_cli_today(e->cli),
                             e->a->confirm || e->entry.confirmed, &e->errors);
    for (size_t i = 0; i < e->errors.count; i++)
        (void)told_error(e, &e->errors.item[i]);
    return e->errors.count > 0 ? TZ_RESULT_REFUSED : TZ_RESULT_DONE;
}

static int choose_side(struct edit *e)
{
    const struct tz_side *side = e->a->theirs ? &e->sides.theirs : &e->sides.mine;
    if (!side->readable) {
        tz_cli_error(e->cli, "%s",
                     e->a->theirs
                         ? _("Theirs has no fields that could be set: it is a withdrawal, or not there.")
                         : _("Mine has no fields that could be set: it is a withdrawal."));
        return TZ_RESULT_REFUSED;
    }
    e->record = side->record;
    e->keep_private = !e->a->theirs && e->entry.keep_private;
    return TZ_RESULT_DONE;
}

static int put(struct edit *e, int64_t *id)
{
    ProtobufCBinaryData body;
    ProtobufCBinaryData priv;
    enum tz_outbox_put what;
    int rc = tz_record_encode(&e->record, e->arena, &body, &priv);
    if (rc == TZ_OK && body.len + priv.len > TZ_BODY_MAX)
        rc = TZ_ELIMIT;
    if (rc == TZ_ELIMIT) {
        struct tz_error error;
        tz_error_set(&error, TZ_CODE(TOO_LARGE_BODY), NULL, NULL);
        return told_error(e, tz_error_number(&error, "limit", TZ_BODY_MAX));
    }
    if (rc != TZ_OK)
        return tz_cli_no_memory(e->cli);
    struct tz_outbox_entry entry = e->entry;
    entry.has_base = true;
    entry.base = e->entry.shown;
    entry.confirmed = e->a->confirm || e->entry.confirmed;
    entry.keep_private = e->keep_private;
    entry.body = (struct tz_outbox_bytes){body.data, body.len};
    entry.private_bytes = (struct tz_outbox_bytes){priv.data, priv.len};
    rc = tz_profile_saw(e->cli->profile, entry.address, e->entry.shown);
    if (rc == TZ_OK)
        rc = tz_outbox_put(e->cli->profile, &entry, false, &what, id);
    return rc == TZ_OK ? TZ_RESULT_DONE : tz_cli_profile_failed(e->cli);
}

static int resolve_edited(struct edit *e, int64_t *id)
{
    int rc = tz_sides_read(e->cli, &e->entry, false, e->arena, &e->sides);
    if (rc == TZ_RESULT_DONE && !e->sides.kind)
        rc = TZ_RESULT_INTERNAL;
    if (rc == TZ_RESULT_DONE)
        rc = choose_side(e);
    for (size_t i = 0; i < e->a->set.count && rc == TZ_RESULT_DONE; i++)
        rc = set_field(e, e->a->set.item[i]);
    if (rc == TZ_RESULT_DONE)
        rc = check(e);
    return rc == TZ_RESULT_DONE ? put(e, id) : rc;
}

/* --- the command --- */

static int may_resolve(struct tz_cli *cli, const struct tz_outbox_entry *e)
{
    if (e->state != TZ_OUTBOX_CONFLICT) {
        tz_cli_error(cli, _("%s is not in conflict, but: %s."), e->address, tz_outbox_state_word(e->state));
        return TZ_RESULT_REFUSED;
    }
    if (e->was_shown)
        return TZ_RESULT_DONE;
    tz_cli_error(
        cli,
        _("You have not seen what the registry has of %s. Look first: `taizhang outbox show %lld`, then "
          "decide."),
        e->address, (long long)e->id);
    return TZ_RESULT_CONFLICT;
}

static void tell_resolved(struct tz_cli *cli, const struct arguments *a, const struct tz_outbox_entry *e,
                          int64_t id)
{
    if (a->theirs && a->set.count == 0)
        tz_cli_note(cli, _("%s stays as the registry has it; yours was dropped."), e->address);
    else
        tz_cli_note(cli, _("%s waits as number %lld to replace revision %llu. `taizhang sync` sends it."),
                    e->address, (long long)id, (unsigned long long)e->shown);
}

static int resolve(struct tz_cli *cli, const struct arguments *a, const char *operand, struct tz_arena *arena)
{
    struct edit e = {.cli = cli, .a = a, .arena = arena};
    struct tz_profile *p = cli->profile;
    int64_t id = 0;
    int rc = tz_outbox_pick(cli, operand, &id);
    if (rc == TZ_RESULT_DONE)
        rc = tz_outbox_load(cli, id, arena, &e.entry);
    if (rc == TZ_RESULT_DONE)
        rc = may_resolve(cli, &e.entry);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (a->set.count > 0)
        rc = resolve_edited(&e, &id);
    else if (tz_outbox_resolve(p, id, e.entry.shown, a->mine) != TZ_OK)
        rc = tz_cli_profile_failed(cli);
    if (rc == TZ_RESULT_DONE)
        tell_resolved(cli, a, &e.entry, id);
    return rc;
}

/* In one transaction: what is looked at is what is changed. */
static int resolve_one(struct tz_cli *cli, const struct arguments *a, const char *operand)
{
    struct tz_arena arena;
    if (tz_profile_begin(cli->profile) != TZ_OK)
        return tz_cli_profile_failed(cli);
    tz_arena_init(&arena, 16 * tz_wire_arena_max(TZ_FRAME_MAX));
    int rc = resolve(cli, a, operand, &arena);
    tz_arena_free(&arena);
    if (rc != TZ_RESULT_DONE)
        tz_profile_rollback(cli->profile);
    else if (tz_profile_commit(cli->profile) != TZ_OK)
        rc = tz_cli_profile_failed(cli);
    return rc;
}

int tz_outbox_run_resolve(struct tz_cli *cli, size_t argc, char **argv)
{
    struct arguments a = {0};
    const struct tz_option options[] = {{"mine", TZ_OPTION_FLAG, &a.mine},
                                        {"theirs", TZ_OPTION_FLAG, &a.theirs},
                                        {"confirm", TZ_OPTION_FLAG, &a.confirm},
                                        {"set", TZ_OPTION_LIST, &a.set},
                                        {NULL, TZ_OPTION_FLAG, NULL}};
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_outbox, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands != 1)
        return tz_cli_usage(cli, "%s", _("Name one number or address; `taizhang outbox` lists them."));
    if ((a.mine && a.theirs) || (!a.mine && !a.theirs && a.set.count == 0))
        return tz_cli_usage(cli, "%s", _("Say how: --mine, --theirs, or --set FIELD=VALUE."));
    rc = tz_cli_open_profile(cli);
    return rc == TZ_RESULT_DONE ? resolve_one(cli, &a, argv[0]) : rc;
}
