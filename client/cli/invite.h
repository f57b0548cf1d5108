/* SPDX-License-Identifier: Apache-2.0
 *
 * The parts of the command invite.
 */
#ifndef TZ_CLIENT_CLI_INVITE_H
#define TZ_CLIENT_CLI_INVITE_H

#include "client/cli/cli.h"

enum { TZ_INVITE_ID_SIZE = 17 };
/* What an invitation is called: the first digits of its code's hash. */
void tz_invite_id(const ProtobufCBinaryData *code_sha256, char out[TZ_INVITE_ID_SIZE]);

/* Those at a committee and below it (NULL: one's own); all: not only those that can still be used. */
int tz_invite_list(struct tz_cli *cli, const char *committee, bool all) TZ_MUSTCHECK;
/* One by its id or the beginning of it, which is looked for at a committee and below it, or by its line. */
int tz_invite_cancel(struct tz_cli *cli, const char *which, const char *committee) TZ_MUSTCHECK;
/* Takes one back by its code's hash. */
int tz_invite_take_back(struct tz_cli *cli, const uint8_t code_sha256[TZ_SHA256_SIZE]) TZ_MUSTCHECK;

#endif
