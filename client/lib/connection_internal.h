/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the connection share.
 */
#ifndef TZ_CLIENT_LIB_CONNECTION_INTERNAL_H
#define TZ_CLIENT_LIB_CONNECTION_INTERNAL_H

#include "client/lib/connection.h"

/* Takes the registry's limit of a frame; the message received last is gone. */
void tz_connection_limits(struct tz_connection *c, uint32_t frame_max);

#endif
