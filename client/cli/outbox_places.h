/* SPDX-License-Identifier: Apache-2.0
 *
 * What the outbox keeps for other registries than the one that is asked for: the same registry may be named
 * by another address, and another one may have taken an address over.
 */
#ifndef TZ_CLIENT_CLI_OUTBOX_PLACES_H
#define TZ_CLIENT_CLI_OUTBOX_PLACES_H

#include "client/cli/cli.h"
#include "client/lib/outbox.h"

/* Says for which other registries something is kept, how much, and how to get at it. The profile is open.
 * DONE, or told. */
int tz_outbox_tell_places(struct tz_cli *cli);
/* Its name for people: the address, or the first half of its id. */
void tz_outbox_place_name(struct tz_buf *out, const struct tz_outbox_place *place);

#endif
