/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "client/cli/commands.h"
#include "client/cli/key_words.h"
#include "client/cli/time_text.h"
#include "common/base/date.h"

enum { DAY_MS = 86400000, MINUTE_MS = 60000, SECOND_MS = 1000 };

struct audit {
    struct tz_cli *cli;
    struct tz_table table;
    uint64_t next_after;
    bool broken;
};

/* --- times --- */

/* HH:MM or HH:MM:SS as milliseconds of the day, and how long what it names is. */
static bool read_clock(const char *s, int64_t *ms, int64_t *length)
{
    unsigned h, m, sec = 0;
    char again[16];
    int n = sscanf(s, "%2u:%2u:%2u", &h, &m, &sec);
    if (n < 2 || h > 23 || m > 59 || sec > 59)
        return false;
    snprintf(again, sizeof again, n == 3 ? "%02u:%02u:%02u" : "%02u:%02u", h, m, sec);
    *ms = h * INT64_C(3600000) + m * INT64_C(60000) + sec * INT64_C(1000);
    *length = n == 3 ? SECOND_MS : MINUTE_MS;
    return strcmp(s, again) == 0;
}

/* 2017, 2017-07, 2017-07-31, or a day and 14:05 or 14:05:09 behind it. The beginning of what it names, or its
 * last millisecond. */
static bool read_time(const struct tz_env *env, const char *s, bool end, int64_t *out)
{
    enum { DATE_LEN = TZ_DATE_SIZE - 1 };
    size_t len = strcspn(s, "T ");
    int64_t first, last, ms = 0, length = 0;
    if (!tz_date_valid(s, len) || (s[len] && (len != DATE_LEN || !read_clock(s + len + 1, &ms, &length))))
        return false;
    tz_date_span(s, len, &first, &last);
    int64_t zone = env->utc_offset_minutes * INT64_C(60000);
    if (s[len])
        *out = first * DAY_MS + ms + (end ? length - 1 : 0) - zone;
    else
        *out = (end ? (last + 1) * DAY_MS - 1 : first * DAY_MS) - zone;
    return true;
}

static int take_time(struct tz_cli *cli, const char *option, const char *text, bool end, int64_t *out)
{
    if (!text || read_time(cli->env, text, end, out))
        return TZ_RESULT_DONE;
    return tz_cli_usage(cli, _("%s is a day or a time, such as 2018-03-26 or 2018-03-26T14:05, not %s."),
                        option, text);
}

/* --- rows --- */

static void begin_table(struct audit *a)
{
    const struct tz_table_column columns[] = {
        {.key = "number", .title = _("Number"), .number = true},
        {.key = "time", .title = _("Time")},
        {.key = "event", .title = _("Event")},
        {.key = "principal", .title = _("By")},
        {.key = "person", .title = _("Person"), .optional = true},
        {.key = "committee", .title = _("Committee"), .optional = true},
        {.key = "peer", .title = _("From")},
        {.key = "request", .title = _("Request")},
        {.key = "object", .title = _("Of"), .optional = true},
        {.key = "code", .title = _("Refused for"), .optional = true},
        {.key = "count", .title = _("Count"), .number = true},
        {.key = "position", .title = _("Position"), .number = true, .optional = true},
        {.key = "reason", .title = _("Reason"), .optional = true},
    };
    tz_table_init(&a->table);
    bool people = tz_format_is_for_people(a->cli->format);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct tz_table_column c = columns[i];
        if (!people)
            c.title = NULL;
        tz_table_column(&a->table, c);
    }
    if (!people)
        tz_table_column(&a->table, (struct tz_table_column){.key = "sha256"});
}

static const char *const events[][2] = {
    {"session", N_("session")},
    {"refused", N_("turned away")},
    {"changed", N_("changed")},
    {"private", N_("private fields read")},
    {"erased", N_("erased")},
    {"started", N_("daemon started")},
    {"torn", N_("line cut off by a crash")},
    {"lost", N_("not logged: disk full")},
};
enum { EVENTS = sizeof events / sizeof *events };

/* For people in their language; for programs as it is. */
static const char *event_label(const struct tz_cli *cli, const char *event)
{
    for (size_t i = 0; tz_format_is_for_people(cli->format) && i < EVENTS; i++)
        if (strcmp(events[i][0], event) == 0)
            return _(events[i][1]);
    return event;
}

static int check_event(struct tz_cli *cli, const char *event)
{
    struct tz_buf list;
    for (size_t i = 0; i < EVENTS; i++)
        if (!event || strcmp(events[i][0], event) == 0)
            return TZ_RESULT_DONE;
    tz_buf_init(&list, 1024);
    for (size_t i = 0; i < EVENTS; i++)
        tz_buf_printf(&list, "%s%s", i ? ", " : "", events[i][0]);
    int rc =
        tz_cli_usage(cli, _("\"%s\" is not an event. Events are: %s."), event, list.data ? list.data : "");
    tz_buf_free(&list);
    return rc;
}

static void add_event(struct audit *a, const Taizhang__V1__AccessEvent *e)
{
    struct tz_table *t = &a->table;
    char time[TZ_TIME_SIZE];
    bool people = tz_format_is_for_people(a->cli->format);
    if (people)
        tz_time_text(a->cli->env, e->time_ms, time);
    else
        tz_time_iso(a->cli->env, e->time_ms, time);
    tz_table_number(t, (int64_t)e->number);
    tz_table_cell(t, time);
    tz_table_cell(t, event_label(a->cli, e->event));
    tz_table_cell(t, e->principal);
    tz_table_cell(t, e->person);
    tz_table_cell(t, e->committee);
    tz_table_cell(t, e->peer);
    tz_table_cell(t, e->request);
    tz_table_cell(t, e->object);
    tz_table_cell(t, e->code == TZ_CODE(OK) ? "" : tz_code_name(e->code));
    tz_table_number(t, (int64_t)e->count);
    if (e->position)
        tz_table_number(t, (int64_t)e->position);
    else
        tz_table_cell(t, "");
    tz_table_cell(t, e->reason);
    if (!people) {
        char hex[2 * TZ_SHA256_SIZE + 1] = "";
        for (size_t i = 0; i < e->sha256.len && i < TZ_SHA256_SIZE; i++)
            snprintf(hex + 2 * i, 3, "%02x", e->sha256.data[i]);
        tz_table_cell(t, hex);
    }
}

static enum tz_result take_page(void *ctx, const tz_answer *m)
{
    struct audit *a = ctx;
    if (m->body_case != TAIZHANG__V1__SERVER_MESSAGE__BODY_AUDIT)
        return (enum tz_result)tz_cli_strange_answer(a->cli);
    for (size_t i = 0; i < m->audit->n_events; i++)
        add_event(a, m->audit->events[i]);
    a->broken = a->broken || m->audit->broken;
    if (m->final)
        a->next_after = m->audit->next_after;
    return TZ_RESULT_DONE;
}

/* Lines of JSON leave page by page: a year of them need not be in memory. */
static int print_page(struct audit *a, bool last)
{
    if (!last && a->cli->format != TZ_FORMAT_JSON)
        return TZ_RESULT_DONE;
    int rc = tz_cli_printed(a->cli, tz_table_print(&a->table, a->cli->out, a->cli->format));
    tz_table_free(&a->table);
    begin_table(a);
    return rc;
}

static int ask_pages(struct audit *a, Taizhang__V1__AuditRequest *q)
{
    int rc;
    do {
        tz_request request = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
        request.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_AUDIT;
        request.audit = q;
        a->next_after = 0;
        rc = tz_cli_call(a->cli, &request, take_page, a);
        if (rc == TZ_RESULT_DONE && a->next_after && a->next_after <= q->after) {
            (void)tz_cli_strange_answer(a->cli); /* it would never end */
            rc = tz_cli_failed(a->cli);
        }
        q->after = a->next_after;
        if (rc == TZ_RESULT_DONE)
            rc = print_page(a, q->after == 0);
    } while (rc == TZ_RESULT_DONE && q->after);
    return rc;
}

static char *text(const char *s)
{
    return (char *)(uintptr_t)(s ? s : "");
}

static int run_audit(struct tz_cli *cli, size_t argc, char **argv)
{
    const char *from = NULL, *to = NULL, *event = NULL, *principal = NULL, *committee = NULL, *object = NULL;
    const struct tz_option options[] = {{"from", TZ_OPTION_TEXT, &from},
                                        {"to", TZ_OPTION_TEXT, &to},
                                        {"event", TZ_OPTION_TEXT, &event},
                                        {"principal", TZ_OPTION_TEXT, &principal},
                                        {"committee", TZ_OPTION_TEXT, &committee},
                                        {"object", TZ_OPTION_TEXT, &object},
                                        {NULL, TZ_OPTION_FLAG, NULL}};
    struct audit a = {.cli = cli};
    Taizhang__V1__AuditRequest q = TAIZHANG__V1__AUDIT_REQUEST__INIT;
    char id[TZ_KEY_NAME_SIZE];
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, &tz_command_audit, argc, argv, options, &operands, &helped);
    if (rc != TZ_RESULT_DONE || helped)
        return rc;
    if (operands > 0)
        return tz_cli_usage(cli, _("%s is one argument too many."), argv[0]);
    rc = take_time(cli, "--from", from, false, &q.from_ms);
    if (rc == TZ_RESULT_DONE)
        rc = take_time(cli, "--to", to, true, &q.to_ms);
    if (rc == TZ_RESULT_DONE)
        rc = check_event(cli, event);
    if (rc == TZ_RESULT_DONE && principal && strcmp(principal, "socket") != 0) {
        rc = tz_key_read_id(cli, principal, id);
        principal = id;
    }
    if (rc != TZ_RESULT_DONE)
        return rc;
    q.event = text(event);
    q.principal = text(principal);
    q.committee = text(committee);
    q.object = text(object);
    begin_table(&a);
    rc = ask_pages(&a, &q);
    tz_table_free(&a.table);
    if (rc != TZ_RESULT_DONE || !a.broken)
        return rc;
    tz_cli_error(cli, "%s",
                 _("The access log was changed, or lines of it are missing: its chain does not hold. Ask the "
                   "registry's operator to run taizhangd check."));
    return TZ_RESULT_INTERNAL;
}

const struct tz_command tz_command_audit = {
    .name = "audit",
    .help = N_("who did what, from where and when: the access log"),
    .usage = "[--from T] [--to T] [--event E] [--principal ID] [--committee CODE] [--object ADDRESS]",
    .details =
        N_("  --from T, --to T  a day or a time of the registry's clock: 2018-03-26, 2018-03-26T14:05\n"
           "  --event E         session, refused, changed, private (private fields were read), erased;\n"
           "                    started, torn, lost are the log's own\n"
           "  --principal ID    a key or a person, such as key:0123456789abcdef\n"
           "  --committee CODE  that of the principal\n"
           "  --object ADDRESS  what it was about, or its beginning: 350100/worker/\n"
           "For those with the role audit. What is printed is checked: each line holds the hash of the one "
           "before."),
    .run = run_audit,
    .workbook = true,
};
