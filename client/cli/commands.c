/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/commands.h"

const struct tz_command *const tz_commands[] = {
    &tz_command_submit,
    &tz_command_sync,
    &tz_command_outbox,
    &tz_command_watch,
    &tz_command_totals,
    &tz_command_trace,
    &tz_command_records,
    &tz_command_show,
    &tz_command_history,
    &tz_command_withdraw,
    &tz_command_committee,
    &tz_command_fields,
    &tz_command_template,
    &tz_command_status,
    &tz_command_ping,
    &tz_command_join,
    &tz_command_invite,
    &tz_command_key,
    &tz_command_erase,
    &tz_command_audit,
    NULL,
};
