/* SPDX-License-Identifier: Apache-2.0
 *
 * Addresses on the command line.
 */
#ifndef TZ_CLIENT_CLI_OPERAND_H
#define TZ_CLIENT_CLI_OPERAND_H

#include "client/cli/cli.h"
#include "common/schema/address.h"

/* An address with the strings that the wire wants; it must not move after tz_operand_read. */
struct tz_operand {
    struct tz_address address;
    char written[TZ_ADDRESS_SIZE];
    char period[TZ_PERIOD_SIZE];
    Taizhang__V1__Address wire; /* points into this struct */
};

/* Reads committee/kind/period/key. DONE, or USAGE after its message. */
int tz_operand_read(struct tz_cli *cli, const char *text, struct tz_operand *out) TZ_MUSTCHECK;
/* The same of a command that takes exactly one. */
int tz_operand_read_one(struct tz_cli *cli, size_t operands, char **argv,
                        struct tz_operand *out) TZ_MUSTCHECK;

#endif
