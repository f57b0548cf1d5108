/* SPDX-License-Identifier: Apache-2.0
 *
 * From frames to requests, to the place where they run, and back. A desk holds the requests of one I/O
 * thread: spare ones, and those that wait for room in a queue.
 */
#ifndef TZ_DAEMON_SERVICE_DISPATCH_H
#define TZ_DAEMON_SERVICE_DISPATCH_H

#include "daemon/service/request.h"

int tz_desks_new(struct tz_service *s, unsigned count) TZ_MUSTCHECK;
void tz_desks_free(struct tz_service *s);

/* The net's handler; ctx is the service. */
void *tz_dispatch_open(void *ctx, struct tz_conn *c);
void tz_dispatch_closed(void *ctx, void *session);
void tz_dispatch_frame(void *ctx, struct tz_conn *c, const uint8_t *bytes, size_t len);
void tz_dispatch_mail(void *ctx, struct tz_io *io, struct tz_mail *mail);
void tz_dispatch_retry(void *ctx, struct tz_io *io);
/* The readers' run. */
void tz_dispatch_read(void *ctx, struct tz_request *r, const struct tz_reading *with);

#endif
