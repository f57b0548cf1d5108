/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/messages.h"

#include <string.h>

#include "common/base/i18n.h"
#include "common/codes/role.h"

/* {value} what stood there, {field} the field's label, {values} what may stand there, {number} and {text} the
 * parameters; of what is not allowed {role}, {place} and {giver}; of who is closed {since} and {successors}.
 */
static const struct {
    tz_code code;
    const char *text;
} templates[] = {
    {TZ_CODE(FRAME_EMPTY),
     N_("The registry got an empty frame. This program is at fault: please report it.")},
    {TZ_CODE(FRAME_TOO_LARGE),
     N_("A frame was larger than the registry takes ({number} bytes). Submit fewer records at "
        "once, or shorter texts.")},
    {TZ_CODE(MALFORMED), N_("What was sent did not reach the registry whole. Run the same command again: "
                            "nothing is stored twice. If "
                            "it never does, client and registry may be of different versions.")},
    {TZ_CODE(TOO_COMPLEX),
     N_("The request is too complex for the registry (limit {number}). Submit fewer records at "
        "once.")},
    {TZ_CODE(HELLO_REQUIRED),
     N_("The registry got a request before the greeting. This program is at fault: please "
        "report it.")},
    {TZ_CODE(VERSION),
     N_("The registry does not speak this program's version of the protocol (it serves {text}). Bring "
        "the older of the two up to date.")},
    {TZ_CODE(TIMEOUT),
     N_("The registry waited too long for this program and closed the connection. Run the command "
        "again.")},
    {TZ_CODE(TOO_MANY_CONNECTIONS),
     N_("The registry has as many connections as it takes. Try again in a minute.")},
    {TZ_CODE(SHUTTING_DOWN), N_("The registry is being shut down. Try again later.")},
    {TZ_CODE(HELLO_AGAIN), N_("The registry was greeted twice. This program is at fault: please report it.")},
    {TZ_CODE(ID_ZERO),
     N_("The registry got a request with the number 0. This program is at fault: please report it.")},
    {TZ_CODE(KEY_UNKNOWN),
     N_("The registry does not know this machine's key. Ask whoever manages keys for an invitation, and run "
        "`taizhang join`.")},
    {TZ_CODE(KEY_REVOKED),
     N_("This machine's key was revoked ({text}). Ask whoever manages keys for a new invitation, and run "
        "`taizhang join`.")},
    {TZ_CODE(BAD_PROOF), N_("The registry did not accept the proof of this machine's key. Somebody may stand "
                            "between this machine and "
                            "the registry: tell its operator before you try again.")},
    {TZ_CODE(INVITATION), N_("The invitation cannot be used: {text}. Ask whoever sent it for a new one.")},
    {TZ_CODE(SLOW_DOWN),
     N_("There was too much at once from this address or key: {text}. Try again in {number} ms.")},

    {TZ_CODE(UNKNOWN_REQUEST),
     N_("The registry does not know this request: it is older than this program. Ask its "
        "operator to update it.")},
    {TZ_CODE(NOT_ALLOWED),
     N_("This needs the role \"{role}\" for {place}, and you do not have it there. Ask {giver}.")},
    {TZ_CODE(NOT_FOUND),
     N_("There is nothing at \"{value}\". Check the address; `taizhang records` lists what is there.")},
    {TZ_CODE(UNSUPPORTED), N_("This registry cannot do that yet: {text}.")},
    {TZ_CODE(BAD_CURSOR),
     N_("The place where the list was to go on is not valid any more. Run the command again.")},
    {TZ_CODE(TOO_MANY), N_("Too many at once; {number} at most. Split the request.")},
    {TZ_CODE(BUSY), N_("The registry is busy. Try again in a moment.")},
    {TZ_CODE(READ_ONLY),
     N_("The registry takes no changes now because its disk is full. Nothing was stored; tell its "
        "operator and try again later.")},
    {TZ_CODE(OUTCOME_UNKNOWN),
     N_("The registry cannot say whether this was stored. Run the same command again: nothing "
        "is stored twice.")},
    {TZ_CODE(POSITION_AHEAD),
     N_("The registry has not reached the wanted position yet; it is at {number}. Try again in a "
        "moment.")},
    {TZ_CODE(BAD_ARGUMENT), N_("\"{value}\" is not valid for {field}. Correct it and try again.")},
    {TZ_CODE(INTERNAL),
     N_("The registry failed inside. Tell its operator to look at the log; what was acknowledged is "
        "safe.")},
    {TZ_CODE(ANSWER_TOO_LARGE),
     N_("The answer would be too large (limit {number}). Ask for less: a smaller committee, one "
        "measure, a shorter list.")},
    {TZ_CODE(RATE_LIMITED), N_("There was too much at once: {text}. Try again in {number} ms.")},
    {TZ_CODE(BAD_PERSON), N_("This key may not act for \"{value}\". Name a person of its own line.")},

    {TZ_CODE(REQUIRED), N_("This field must be filled in.")},
    {TZ_CODE(NOT_CANONICAL),
     N_("The record is not in canonical form. The program that made it is at fault: please report "
        "it.")},
    {TZ_CODE(BAD_TEXT),
     N_("\"{value}\" holds control characters or broken text. Delete the cell and type it again.")},
    {TZ_CODE(TOO_LONG), N_("\"{value}\" is too long; {number} characters at most. Shorten it.")},
    {TZ_CODE(UNKNOWN_VALUE),
     N_("\"{value}\" is not one of this field's values. Write one of these: {values}.")},
    {TZ_CODE(TOO_MANY_ITEMS), N_("Too many items; {number} at most. Leave some out.")},
    {TZ_CODE(LIST_ORDER),
     N_("The list is not sorted or repeats a value. The program that made it is at fault: please "
        "report it.")},
    {TZ_CODE(EMPTY_LIST),
     N_("\"{value}\" is a list without a value. Name at least one, or leave the cell empty.")},
    {TZ_CODE(BAD_DATE), N_("\"{value}\" is not a date. Write 2017, 2017-07 or 2017-07-31.")},
    {TZ_CODE(BAD_QUANTITY), N_("\"{value}\" is not an amount that can be read. Write it like {text}.")},
    {TZ_CODE(QUANTITY_RANGE),
     N_("\"{value}\" is out of range; {number} is the largest amount, and none is below zero. "
        "Check the number and its unit.")},
    {TZ_CODE(NOT_WHOLE), N_("\"{value}\" does not come out whole in this field's unit (money: in fen). Write "
                            "a number that does.")},
    {TZ_CODE(UNKNOWN_UNIT), N_("The unit in \"{value}\" is not one of this field's. Write it like {text}.")},
    {TZ_CODE(MONEY_UNIT),
     N_("\"{value}\" is money without a unit. Write 元 or 万元 in the cell, or in the column's header "
        "like 金额（万元）.")},
    {TZ_CODE(TWO_QUALIFIERS), N_("\"{value}\" says twice how exact it is. Keep one: 近200个, or 200余个.")},
    {TZ_CODE(SCIENTIFIC),
     N_("\"{value}\" is in scientific notation, which Excel makes of long numbers. Write the number in "
        "full, in a cell formatted as text.")},
    {TZ_CODE(RANGE_OF_NUMBERS), N_("\"{value}\" is a range. Write one number, such as 至少3名 or 约4名.")},
    {TZ_CODE(NUMERAL_WORDS), N_("\"{value}\" is a number in words. Write it in digits, such as 300余.")},
    {TZ_CODE(BAD_PERMILLE), N_("\"{value}\" is not a share. Write 85%, 85.5% or 850‰, from 0 to 100%.")},
    {TZ_CODE(BAD_YESNO), N_("\"{value}\" is neither yes nor no. Write 是 or 否.")},
    {TZ_CODE(BAD_USCC),
     N_("\"{value}\" is not a unified social credit code: 18 characters with a check digit. Compare it "
        "with the certificate.")},
    {TZ_CODE(BAD_CODE),
     N_("\"{value}\" is not a committee's code. Write 6 or 9 digits; `taizhang committee list --find "
        "NAME` finds it.")},
    {TZ_CODE(BAD_REF),
     N_("\"{value}\" is not the address of such a record. Write committee/kind/period/key, such as "
        "110000/project/2017/X01.")},
    {TZ_CODE(RESIDENT_ID), N_("A resident-ID number stands here. Taizhang takes none: delete it.")},
    {TZ_CODE(EXTRA_UNDECLARED),
     N_("The additional field \"{value}\" is not declared in this registry. Leave it out.")},
    {TZ_CODE(BAD_ATTACHMENT), N_("The attachment is not complete: it needs a name and its SHA-256.")},
    {TZ_CODE(UNKNOWN_FIELD),
     N_("\"{value}\" stands in a column without a known header. Give the column a header or empty "
        "the cell.")},
    {TZ_CODE(WRITTEN_MISSING),
     N_("An amount without a number must say how it was written (若干, 一批), and one that is "
        "written so has no number.")},
    {TZ_CODE(PRIVATE_NOT_TAKEN),
     N_("Records of this kind have no private fields. The program that made it is at fault: "
        "please report it.")},
    {TZ_CODE(TOO_LARGE_BODY), N_("The record is too large; {number} bytes at most. Shorten its texts.")},
    {TZ_CODE(CELL_ERROR), N_("\"{value}\" is an error, or a formula without a result. Correct it in the "
                             "spreadsheet program and save "
                             "the file there.")},
    {TZ_CODE(DATE_SERIAL), N_("\"{value}\" is a bare number; as a day Excel shows it as {text}. Format the "
                              "cell as a date, or type the "
                              "date as text.")},
    {TZ_CODE(DIGITS_LOST), N_("\"{value}\" has zeros for its digits after the fifteenth: Excel keeps no more "
                              "of a number. Format the "
                              "column as text and type the number again.")},
    {TZ_CODE(MERGED_CELLS),
     N_("The cells {text} are merged, and nobody can say which of the rows is meant. Undo the merging and "
        "write into every row what belongs to it.")},

    {TZ_CODE(ORDER),
     N_("The first of these must not be after, or more than, the second: {text}. Correct one of them.")},
    {TZ_CODE(AFTER_TODAY), N_("\"{value}\" lies in the future. Write the day that the figures are of.")},
    {TZ_CODE(ONE_OF), N_("At least one of these must be filled in: {text}.")},
    {TZ_CODE(LEGAL_FORM),
     N_("Posts bought from 2020-03-01 on need 服务合同 as legal form (Ministry of Finance order 102, "
        "article 10). Correct the legal form or how it was bought.")},
    {TZ_CODE(PART_OF_SUBTREE),
     N_("A record for everything below (含下级) cannot be a part of another one. Write 本级, or empty "
        "this cell.")},
    {TZ_CODE(PART_OF_NOT_ABOVE),
     N_("\"{value}\" belongs to a committee that is not yours and not above you. Name a record of "
        "your own or of a committee above.")},
    {TZ_CODE(PART_OF_CHAIN),
     N_("\"{value}\" is itself a part of a record of the same committee, or has parts of its own "
        "there. Name the outermost record.")},
    {TZ_CODE(PART_OF_SELF), N_("A record cannot be a part of itself. Name the whole, or empty this cell.")},
    {TZ_CODE(PLACE_OUTSIDE),
     N_("\"{value}\" is not a place in your area, or was not on that day. Write the code of a place "
        "in your area.")},

    {TZ_CODE(BAD_KEY),
     N_("\"{value}\" cannot be a record's number: 1 to 128 bytes, no /, no control characters. Give the "
        "record another number.")},
    {TZ_CODE(KEY_LOOKS_CONVERTED),
     N_("\"{value}\" looks as if Excel had changed the number. Format the column as text and "
        "type the number again.")},
    {TZ_CODE(BAD_PERIOD), N_("\"{value}\" is not a period. Write 2017, 2017H1, 2017Q3 or 2017-06.")},
    {TZ_CODE(BAD_KIND), N_("\"{value}\" is not a kind of record. `taizhang fields` lists the kinds.")},
    {TZ_CODE(BAD_TICKET),
     N_("The ticket is not 16 bytes. The program that made it is at fault: please report it.")},
    {TZ_CODE(UNKNOWN_COMMITTEE),
     N_("The registry knows no committee \"{value}\". `taizhang committee list --find NAME` finds "
        "it; a retired code may have successors. {text}")},
    {TZ_CODE(GROUPING),
     N_("\"{value}\" only groups others (such as 市辖区) and holds no records. Use the committee above or "
        "below.")},
    {TZ_CODE(REPEATED_ADDRESS),
     N_("The same committee, period and number stand in row {number} already. Give one of the two "
        "another number, or delete it.")},
    {TZ_CODE(REASON_REQUIRED),
     N_("Who acts for a committee below says why: give the reason with --reason TEXT.")},

    {TZ_CODE(BAD_LEVEL),
     N_("\"{value}\" is not a level. Write 0 nation, 1 province, 2 prefecture, 3 county, 4 township, or "
        "system.")},
    {TZ_CODE(BAD_TYPE), N_("\"{value}\" is not a type. Write committee or grouping.")},
    {TZ_CODE(UNKNOWN_PARENT),
     N_("The registry knows no parent \"{value}\". Import the parent first, or in the same file.")},
    {TZ_CODE(PARENT_LOOP), N_("\"{value}\" would hang below itself. Check the parents of these units.")},
    {TZ_CODE(TREE_DEPTH), N_("The unit would stand too deep; {number} levels at most. Check its parent.")},
    {TZ_CODE(SECOND_ROOT),
     N_("There is a topmost unit already, and only one is possible. Give this one a parent.")},
    {TZ_CODE(BAD_NAME), N_("\"{value}\" cannot be a name. Write 1 to 200 characters.")},
    {TZ_CODE(BAD_PHONE), N_("\"{value}\" is not a telephone number. Write digits, blanks, + and -.")},
    {TZ_CODE(HAS_RECORDS),
     N_("The committee \"{value}\" holds records and cannot become a grouping unit. Keep its type.")},
    {TZ_CODE(PARENT_LEVEL), N_("\"{value}\" is of a higher level than its parent. Check level and parent.")},
    {TZ_CODE(IN_REPORTING_SET),
     N_("The committee \"{value}\" is in the reporting set {text} and cannot become a grouping unit. Take it "
        "out of the set first.")},
    {TZ_CODE(RETIRED),
     N_("The committee \"{value}\" is closed since {since}; its successors: {successors}. Write the code of "
        "the one that is right here.")},
    {TZ_CODE(CHANGE_PENDING),
     N_("\"{value}\" is to change on {text} already. Wait until then, or take that back with `taizhang "
        "committee cancel`.")},
    {TZ_CODE(HAS_CHILDREN),
     N_("\"{value}\" still has {text} and perhaps others below it. Move what is below in the same change or "
        "before.")},
    {TZ_CODE(BEFORE_BEGINNING),
     N_("\"{value}\" is before the beginning, which is {text}. Give a day that is not earlier.")},
    {TZ_CODE(BAD_SUCCESSOR),
     N_("\"{value}\" cannot be a successor here: a unit does not succeed itself, nor one that does not "
        "close, nor one that it will hang below.")},
    {TZ_CODE(NOT_YET_BEGUN), N_("The committee \"{value}\" begins on {text} and takes no records before. "
                                "Write the code of the one that "
                                "is right today, or wait.")},
    {TZ_CODE(TOGETHER),
     N_("Nothing is wrong with this one; it waits for those that were refused. Put them right, and ask for "
        "all again.")},

    {TZ_CODE(CONFIRM_MONEY_RANGE),
     N_("\"{value}\" is unusually small or large for money: 万元 and 元 are easily mixed up. "
        "Correct it, or submit again with --confirm if it is right.")},
    {TZ_CODE(CONFIRM_MONEY_JUMP),
     N_("\"{value}\" differs from the last version by a factor of 1,000 or more. Correct it, or "
        "submit again with --confirm if it is right.")},
    {TZ_CODE(CONFIRM_MOBILE),
     N_("\"{value}\" holds a mobile number. Move it to the contact field, or submit again with "
        "--confirm if it may stand here.")},

    {TZ_CODE(BAD_ROLE), N_("\"{value}\" is not a role. `taizhang key --help` lists them.")},
    {TZ_CODE(ROLES_EXCLUDE),
     N_("One key cannot hold these roles together: {text}. Give them to different keys.")},
    {TZ_CODE(BEYOND_OWN), N_("You cannot give a role that you do not hold yourself: {text}. Ask the "
                             "committee above, or whoever holds "
                             "the role secure.")},
    {TZ_CODE(OWN_KEY), N_("Nobody changes the roles of the own key. Ask another one who manages keys.")},
    {TZ_CODE(BAD_TTL), N_("An invitation cannot be valid for so long; {days} days at most. Give a "
                          "shorter time with --ttl.")},
    {TZ_CODE(KEY_EXISTS),
     N_("\"{value}\" is enrolled already. Choose another name, or revoke that one first.")},
};

const char *tz_message_template(tz_code code)
{
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        if (templates[i].code == code)
            return templates[i].text;
    return NULL;
}

/* Names of fields inside a parameter (start_on, end_on) become their labels. */
static void put_words(struct tz_buf *out, const char *text, const struct tz_kind_info *kind, bool zh)
{
    while (*text) {
        size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789");
        const struct tz_field *f = kind && n > 0 ? tz_field_find(kind, text, n) : NULL;
        if (f)
            tz_buf_puts(out, zh ? f->zh : f->en);
        else
            tz_buf_add(out, text, n > 0 ? n : 1);
        text += n > 0 ? n : 1;
    }
}

/* What may stand in the field that an error is about. */
static void put_values(struct tz_buf *out, const char *field, const struct tz_kind_info *kind, bool zh)
{
    const struct tz_field *f = kind ? tz_field_find(kind, field, strlen(field)) : NULL;
    if (!f || !f->list) {
        tz_buf_puts(out, _("see `taizhang fields KIND`"));
        return;
    }
    for (size_t i = 0; i < f->list->count; i++)
        tz_buf_printf(out, "%s%s", i ? _(", ") : "", zh ? f->list->members[i].zh : f->list->members[i].name);
}

static const char *text_of(const struct tz_error *e, const char *name)
{
    for (size_t i = 0; i < TZ_ERROR_PARAMS; i++)
        if (strcmp(e->params[i].name, name) == 0)
            return e->params[i].text;
    return "";
}

/* The role by its label. */
static void put_role(struct tz_buf *out, const char *name, bool zh)
{
    unsigned role = tz_role_find(name);
    size_t i = 0;
    while (i < TZ_ROLES && role != 1u << i)
        i++;
    const char *label = tz_role_label(i, zh);
    tz_buf_puts(out, label ? label : name);
}

/* "secure, submit" likewise. */
static void put_roles(struct tz_buf *out, const char *text, bool zh)
{
    char name[32];
    while (*text) {
        size_t n = strcspn(text, ", ");
        snprintf(name, sizeof name, "%.*s", (int)n, text);
        put_role(out, name, zh);
        text += n;
        if (*text)
            tz_buf_puts(out, _(", "));
        text += strspn(text, ", ");
    }
}

/* What is missing, where, and who gives it. false: no parameter of that sort. */
static bool put_right(struct tz_buf *out, const struct tz_error *e, const char *name, size_t len, bool zh)
{
    const char *giver = text_of(e, "giver");
    if (len == 4 && memcmp(name, "role", 4) == 0)
        put_role(out, text_of(e, "right"), zh);
    else if (len == 5 && memcmp(name, "place", 5) == 0)
        tz_buf_puts(out, *e->value ? e->value : _("the registry as a whole"));
    else if (len != 5 || memcmp(name, "giver", 5) != 0)
        return false;
    else if (strcmp(giver, "secure") == 0)
        tz_buf_puts(out, _("whoever holds the role secure"));
    else if (*giver == '\0' || strcmp(giver, "operate") == 0)
        tz_buf_puts(out, _("the registry's operator"));
    else
        tz_buf_printf(out, _("whoever manages keys at %s"), giver);
    return true;
}

enum { DAY_S = 86400 };

static void put_parameter(struct tz_buf *out, const struct tz_error *e, const char *name, size_t len,
                          const struct tz_kind_info *kind, bool zh)
{
    bool number = len == 6 && memcmp(name, "number", 6) == 0;
    if (len == 5 && memcmp(name, "value", 5) == 0) {
        tz_buf_puts(out, e->value);
        return;
    }
    if (len == 5 && memcmp(name, "field", 5) == 0) {
        tz_buf_puts(out, tz_message_label(kind, e->field, zh));
        return;
    }
    if (len == 6 && memcmp(name, "values", 6) == 0) {
        put_values(out, e->field, kind, zh);
        return;
    }
    if (e->code == TZ_CODE(NOT_ALLOWED) && put_right(out, e, name, len, zh))
        return;
    if (e->code == TZ_CODE(RETIRED) && len > 4) {
        const char *text = text_of(e, len == 5 ? "since" : "successors");
        tz_buf_puts(out, *text ? text : _("none"));
        return;
    }
    if (e->code == TZ_CODE(BAD_TTL) && len == 4) {
        tz_buf_printf(out, "%lld", (long long)e->params[0].number / DAY_S);
        return;
    }
    if (e->code == TZ_CODE(ROLES_EXCLUDE) || e->code == TZ_CODE(BEYOND_OWN)) {
        put_roles(out, e->params[0].text, zh);
        return;
    }
    /* Whichever parameter is of that type: the names are for programs. */
    for (size_t i = 0; i < TZ_ERROR_PARAMS && *e->params[i].name; i++) {
        if (number && !*e->params[i].text) {
            tz_buf_printf(out, "%lld", (long long)e->params[i].number);
            return;
        }
        if (!number && *e->params[i].text) {
            put_words(out, e->params[i].text, kind, zh);
            return;
        }
    }
    if (number)
        tz_buf_putc(out, '?');
}

void tz_message_error(struct tz_buf *out, const struct tz_error *e, const struct tz_kind_info *kind, bool zh)
{
    const char *text = tz_message_template(e->code);
    if (!text) {
        tz_buf_printf(out,
                      _("The registry answered %s, which this program does not know. Bring it up to date."),
                      tz_code_name(e->code));
        return;
    }
    for (text = _(text); *text;) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        if (end) {
            put_parameter(out, e, text + 1, (size_t)(end - text - 1), kind, zh);
            text = end + 1;
        } else {
            tz_buf_putc(out, *text++);
        }
    }
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
}

const char *tz_message_label(const struct tz_kind_info *kind, const char *field, bool zh)
{
    if (strcmp(field, "revision") == 0)
        return zh ? "版本" : "revision";
    const struct tz_field *f = kind ? tz_field_find(kind, field, strlen(field)) : NULL;
    return f ? zh ? f->zh : f->en : field;
}

void tz_message_from_wire(struct tz_error *e, const Taizhang__V1__FieldError *w)
{
    tz_error_set(e, w->code, w->field, w->value);
    for (size_t i = 0; i < w->n_params; i++) {
        if (*w->params[i]->text)
            tz_error_text(e, w->params[i]->name, w->params[i]->text);
        else
            tz_error_number(e, w->params[i]->name, w->params[i]->number);
    }
}

void tz_message_errors(struct tz_errors *out, const Taizhang__V1__Outcome *outcome)
{
    out->count = out->dropped = 0;
    for (size_t i = 0; i < outcome->n_errors; i++) {
        if (out->count == TZ_ERRORS_MAX)
            out->dropped++;
        else
            tz_message_from_wire(&out->item[out->count++], outcome->errors[i]);
    }
}

const char *tz_message_outcome(Taizhang__V1__OutcomeCode outcome)
{
    switch ((int)outcome) {
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CREATED:
        return _("created");
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UPDATED:
        return _("updated");
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_UNCHANGED:
        return _("unchanged");
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_CONFLICT:
        return _("conflict");
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_BEHIND:
        return _("behind");
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_REJECTED:
        return _("rejected");
    case TAIZHANG__V1__OUTCOME_CODE__OUTCOME_WITHDRAWN:
        return _("withdrawn");
    default:
        return _("unknown");
    }
}

const char *tz_outcome_name(Taizhang__V1__OutcomeCode outcome)
{
    static const char prefix[] = "OUTCOME_";
    const ProtobufCEnumValue *v =
        protobuf_c_enum_descriptor_get_value(&taizhang__v1__outcome_code__descriptor, (int)outcome);
    return v ? v->name + sizeof prefix - 1 : "UNKNOWN";
}
