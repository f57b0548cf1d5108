/* SPDX-License-Identifier: Apache-2.0
 *
 * The file that says where a ready daemon listens: a line a listener, "unix PATH" or "tcp ADDR:PORT".
 */
#ifndef TZ_DAEMON_SERVICE_PORT_FILE_H
#define TZ_DAEMON_SERVICE_PORT_FILE_H

#include "daemon/net/net.h"

/* Written beside it and renamed, so that a reader sees all of it or nothing. */
int tz_port_file_write(const char *path, const struct tz_net *net, char why[TZ_WHY_SIZE]) TZ_MUSTCHECK;

#endif
