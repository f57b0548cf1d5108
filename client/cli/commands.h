/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands, each in the file of its name.
 */
#ifndef TZ_CLIENT_CLI_COMMANDS_H
#define TZ_CLIENT_CLI_COMMANDS_H

#include "client/cli/cli.h"

extern const struct tz_command tz_command_submit, tz_command_totals, tz_command_trace, tz_command_records,
    tz_command_show, tz_command_history, tz_command_withdraw, tz_command_committee, tz_command_fields,
    tz_command_status, tz_command_ping, tz_command_sync, tz_command_outbox, tz_command_watch,
    tz_command_template, tz_command_join, tz_command_invite, tz_command_key,
    tz_command_erase, tz_command_audit;

#endif
