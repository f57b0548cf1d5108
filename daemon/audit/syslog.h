/* SPDX-License-Identifier: Apache-2.0
 *
 * Lines to the system's log, by its datagram socket. Never waits: what the system does not take at once is
 * counted and gone (it stands in the access log's own files).
 */
#ifndef TZ_DAEMON_AUDIT_SYSLOG_H
#define TZ_DAEMON_AUDIT_SYSLOG_H

#include "common/base/log.h"

#define TZ_SYSLOG_SOCKET "/dev/log"

struct tz_syslog {
    const char *path; /* of the socket; NULL: nothing is sent */
    struct tz_log *log;
    int fd; /* -1: not connected */
    uint64_t dropped;
};

void tz_syslog_open(struct tz_syslog *s, const char *path, struct tz_log *log);
/* facility authpriv, level info. */
void tz_syslog_send(struct tz_syslog *s, const char *line, size_t len);
/* Connects again where the socket was lost, and says how much was dropped since it last did. */
void tz_syslog_tick(struct tz_syslog *s);
void tz_syslog_close(struct tz_syslog *s);

#endif
