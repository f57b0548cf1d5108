/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/operand.h"

#include <string.h>

#include "client/cli/messages.h"

int tz_operand_read(struct tz_cli *cli, const char *text, struct tz_operand *out)
{
    struct tz_error e = {0};
    if (tz_address_parse(text, strlen(text), &out->address, &e) != TZ_OK) {
        struct tz_buf reason;
        tz_buf_init(&reason, 4096);
        tz_message_error(&reason, &e, NULL, cli->zh);
        tz_cli_error(
            cli,
            _("%s is not an address. Write committee/kind/period/key, such as 110000/project/2017/X01. %s"),
            text, reason.data ? reason.data : "");
        tz_buf_free(&reason);
        return TZ_RESULT_USAGE;
    }
    tz_address_format(&out->address, out->written);
    tz_period_format(out->address.period, out->period);
    taizhang__v1__address__init(&out->wire);
    out->wire.committee = out->address.committee;
    out->wire.kind = out->address.kind;
    out->wire.period = out->period;
    out->wire.key = out->address.key;
    return TZ_RESULT_DONE;
}

int tz_operand_read_one(struct tz_cli *cli, size_t operands, char **argv, struct tz_operand *out)
{
    if (operands != 1)
        return tz_cli_usage(cli, "%s", _("Name one address, such as 110000/project/2017/X01."));
    return tz_operand_read(cli, argv[0], out);
}
