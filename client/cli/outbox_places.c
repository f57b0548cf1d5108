/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/outbox_places.h"

void tz_outbox_place_name(struct tz_buf *out, const struct tz_outbox_place *place)
{
    enum { SHOWN = 8 };
    if (*place->server) {
        tz_buf_puts(out, place->server);
        return;
    }
    for (size_t i = 0; i < SHOWN; i++)
        tz_buf_printf(out, "%02x", place->id[i]);
}

static int tell(void *ctx, const struct tz_outbox_place *place)
{
    struct tz_cli *cli = ctx;
    unsigned long long count = place->waiting + place->refused + place->conflicts;
    if (*place->server) {
        tz_cli_note(cli,
                    P_("%llu version is kept for the registry at %s and is sent only there: `taizhang outbox "
                       "--server %s`.",
                       "%llu versions are kept for the registry at %s and are sent only there: `taizhang "
                       "outbox --server %s`.",
                       count),
                    count, place->server, place->server);
        return TZ_OK;
    }
    struct tz_buf name;
    tz_buf_init(&name, 64);
    tz_outbox_place_name(&name, place);
    tz_cli_note(
        cli,
        P_("%llu version is kept for the registry %s, to which no address leads any more, and is sent "
           "when that one answers. `taizhang outbox --all` lists it; if it is meant for the one that answers "
           "now, submit its file again and `taizhang outbox drop ID` the old version.",
           "%llu versions are kept for the registry %s, to which no address leads any more, and are "
           "sent when that one answers. `taizhang outbox --all` lists them; if they are meant for the "
           "one that answers now, submit their files again and `taizhang outbox drop ID` the old versions.",
           count),
        count, name.data ? name.data : "");
    tz_buf_free(&name);
    return TZ_OK;
}

int tz_outbox_tell_places(struct tz_cli *cli)
{
    if (cli->quiet)
        return TZ_RESULT_DONE;
    return tz_outbox_elsewhere(cli->profile, tell, cli) == TZ_OK ? TZ_RESULT_DONE
                                                                 : tz_cli_profile_failed(cli);
}
