/* SPDX-License-Identifier: Apache-2.0
 *
 * Questions to the person at the terminal.
 */
#ifndef TZ_CLIENT_CLI_ASK_H
#define TZ_CLIENT_CLI_ASK_H

#include "client/cli/cli.h"

/* Whether somebody can be asked: what is read and where errors go are a terminal. */
bool tz_cli_can_ask(const struct tz_cli *cli);

/* Prints a question, with ": " behind it, and reads a line, its outer spaces off; "" at the end of input. */
void tz_cli_ask(struct tz_cli *cli, const char *question, char *out, size_t size);

/* A question with [y/N] behind it: y, yes or 是 means yes. */
bool tz_cli_confirm(struct tz_cli *cli, const char *question);

#endif
