/* SPDX-License-Identifier: Apache-2.0
 *
 * The running daemon: its parts in the order in which they start, the main thread's loop with its signals,
 * and the end in reverse order.
 */
#ifndef TZ_DAEMON_SERVICE_DAEMON_H
#define TZ_DAEMON_SERVICE_DAEMON_H

#include "daemon/service/config.h"

/* The database's name in the data folder. */
#define TZ_DATABASE "registry.db"
/* The access log's folder there. */
#define TZ_ACCESS_FOLDER "access"

/* Exit values of taizhangd; documented in taizhangd(8). */
enum tz_exit {
    TZ_EXIT_OK = 0,
    TZ_EXIT_FAILED = 1,
    TZ_EXIT_USAGE = 2,
    TZ_EXIT_LOCKED = 3,
    TZ_EXIT_FOREIGN = 4,
    TZ_EXIT_DIFFERENT = 5, /* taizhangd check */
    TZ_EXIT_CUT = 6,       /* requests in progress were cut off at the end */
};

struct tz_daemon;

/* Makes everything and listens, but serves nothing yet. argv is read again by a reload. Returns an enum
 * tz_exit; what went wrong was logged. */
enum tz_exit tz_daemon_open(struct tz_daemon **out, struct tz_config *config, int argc, char *const *argv,
                            struct tz_log *log) TZ_MUSTCHECK;
/* Serves until SIGTERM or SIGINT, then finishes what is in progress. */
enum tz_exit tz_daemon_run(struct tz_daemon *d) TZ_MUSTCHECK;
void tz_daemon_close(struct tz_daemon *d);

#endif
