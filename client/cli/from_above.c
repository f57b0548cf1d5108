/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/from_above.h"

#include "client/cli/time_text.h"
#include "common/schema/address.h"

/* "" for an address that this program cannot read. */
static void write_address(const Taizhang__V1__Address *wire, char out[TZ_ADDRESS_SIZE])
{
    struct tz_address a;
    struct tz_errors errors = {0};
    *out = '\0';
    if (wire && tz_address_from_wire(wire, &a, &errors) == TZ_OK)
        tz_address_format(&a, out);
}

static void put_text(struct tz_json *j, const char *key, const char *s)
{
    tz_json_key(j, key);
    tz_json_text(j, s);
}

void tz_from_above_json(struct tz_json *j, const struct tz_env *env, const Taizhang__V1__StatusReply *s)
{
    char address[TZ_ADDRESS_SIZE];
    char time[TZ_TIME_SIZE];
    tz_json_key(j, "from_above");
    tz_json_array(j);
    for (size_t i = 0; i < s->n_from_above; i++) {
        const Taizhang__V1__FromAbove *f = s->from_above[i];
        write_address(f->address, address);
        tz_time_iso(env, f->time_ms, time);
        tz_json_object(j);
        put_text(j, "address", address);
        tz_json_key(j, "revision");
        tz_json_uint(j, f->revision);
        tz_json_key(j, "withdrawn");
        tz_json_bool(j, f->withdrawn);
        put_text(j, "from", f->from);
        put_text(j, "principal", f->principal);
        if (*f->person)
            put_text(j, "person", f->person);
        put_text(j, "reason", f->reason);
        put_text(j, "time", time);
        tz_json_end_object(j);
    }
    tz_json_end_array(j);
}

void tz_from_above_rows(struct tz_table *t, const struct tz_env *env, const Taizhang__V1__StatusReply *s)
{
    char address[TZ_ADDRESS_SIZE];
    char time[TZ_TIME_SIZE];
    for (size_t i = 0; i < s->n_from_above; i++) {
        const Taizhang__V1__FromAbove *f = s->from_above[i];
        write_address(f->address, address);
        tz_time_iso(env, f->time_ms, time);
        const char *const cells[][2] = {{"from_above", address},
                                        {"from_above_time", time},
                                        {"from_above_committee", f->from},
                                        {"from_above_reason", f->reason}};
        for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
            tz_table_cell(t, cells[k][0]);
            tz_table_cell(t, cells[k][1]);
        }
    }
}

int tz_from_above_print(struct tz_cli *cli, const Taizhang__V1__StatusReply *s)
{
    struct tz_table t;
    char text[TZ_ADDRESS_SIZE];
    if (s->n_from_above == 0)
        return TZ_OK;
    fprintf(cli->out, "\n%s\n", _("Written by committees above, the last first:"));
    tz_table_init(&t);
    tz_table_column(&t, (struct tz_table_column){.key = "time", .title = _("Time")});
    tz_table_column(&t, (struct tz_table_column){.key = "address", .title = _("Address")});
    tz_table_column(&t, (struct tz_table_column){.key = "revision", .title = _("Revision"), .number = true});
    tz_table_column(&t, (struct tz_table_column){.key = "from", .title = _("Written by")});
    tz_table_column(&t, (struct tz_table_column){.key = "reason", .title = _("Reason")});
    for (size_t i = 0; i < s->n_from_above; i++) {
        const Taizhang__V1__FromAbove *f = s->from_above[i];
        tz_time_text(cli->env, f->time_ms, text);
        tz_table_cell(&t, text);
        write_address(f->address, text);
        tz_table_cell(&t, text);
        tz_table_number(&t, (int64_t)f->revision);
        tz_table_cell(&t, f->from);
        tz_table_cell(&t, f->reason);
    }
    int rc = tz_table_print(&t, cli->out, TZ_FORMAT_TABLE);
    tz_table_free(&t);
    return rc;
}
