/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/syslog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { AUTHPRIV_INFO = 10 << 3 | 6 };

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

void tz_syslog_open(struct tz_syslog *s, const char *path, struct tz_log *log)
{
    *s = (struct tz_syslog){.path = path, .log = log, .fd = -1};
    if (!path)
        return;
    s->fd = connect_to(path);
    if (s->fd < 0)
        tz_log(log, TZ_LOG_WARN, "syslog_unreachable", "socket=%s reason=\"%s\"", path, strerror(errno));
}

void tz_syslog_send(struct tz_syslog *s, const char *line, size_t len)
{
    char head[64];
    if (!s->path)
        return;
    int n = snprintf(head, sizeof head, "<%d>taizhangd[%ld]: ", AUTHPRIV_INFO, (long)getpid());
    struct iovec part[] = {{head, (size_t)n}, {(void *)(uintptr_t)line, len}};
    const struct msghdr message = {.msg_iov = part, .msg_iovlen = 2};
    if (s->fd >= 0 && sendmsg(s->fd, &message, MSG_NOSIGNAL) >= 0)
        return;
    s->dropped++;
    if (s->fd >= 0 && errno != EAGAIN && errno != ENOBUFS) {
        close(s->fd); /* the system's log was started again */
        s->fd = -1;
    }
}

void tz_syslog_tick(struct tz_syslog *s)
{
    if (!s->path)
        return;
    if (s->fd < 0)
        s->fd = connect_to(s->path);
    if (s->fd >= 0 && s->dropped) {
        tz_log(s->log, TZ_LOG_WARN, "syslog_dropped", "lines=%" PRIu64, s->dropped);
        s->dropped = 0;
    }
}

void tz_syslog_close(struct tz_syslog *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}
