/* SPDX-License-Identifier: Apache-2.0
 *
 * Filling in why something failed.
 */
#ifndef TZ_CLIENT_LIB_FAILURE_H
#define TZ_CLIENT_LIB_FAILURE_H

#include "client/include/taizhang/taizhang.h"

/* Fills *f; the message is made from the rest. Returns the result that goes with the reason. */
enum tz_result tz_failure_set(struct tz_failure *f, enum tz_reason reason, const char *server,
                              const char *detail);
/* The same with what stood there, value. */
enum tz_result tz_failure_value(struct tz_failure *f, enum tz_reason reason, const char *server,
                                const char *value, const char *detail);

#endif
