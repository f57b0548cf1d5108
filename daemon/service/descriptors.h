/* SPDX-License-Identifier: Apache-2.0
 *
 * Open files: how many connections there may be without any other part of the daemon running out of
 * descriptors.
 */
#ifndef TZ_DAEMON_SERVICE_DESCRIPTORS_H
#define TZ_DAEMON_SERVICE_DESCRIPTORS_H

#include <stddef.h>

#include "daemon/service/config.h"

/* What the daemon itself may have open at once: database, log and side files, a connection a reader, event
 * loops, listeners, and peers that are being turned away. */
size_t tz_descriptors_reserve(const struct tz_config *config);

/* Raises the process's soft limit of open files as far as `wanted` connections need and the hard limit
 * allows. Returns how many connections there is room for: `wanted`, or less; 0 when the limit does not even
 * cover the reserve. */
size_t tz_descriptors_room(const struct tz_config *config, size_t wanted);

#endif
