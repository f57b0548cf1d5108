/* SPDX-License-Identifier: Apache-2.0
 *
 * When to try again: exponential back-off with full jitter, so that thousands of offices that lost the same
 * registry do not come back in the same second.
 */
#ifndef TZ_CLIENT_LIB_BACKOFF_H
#define TZ_CLIENT_LIB_BACKOFF_H

#include "common/base/env.h"

enum { TZ_BACKOFF_FIRST_MS = 1000, TZ_BACKOFF_MAX_MS = 5 * 60 * 1000 };

/* Milliseconds to wait after `failures` (from 1) tries in a row: random between half of the step and the
 * whole, the step doubling from FIRST to MAX. */
int64_t tz_backoff_ms(const struct tz_env *env, unsigned failures);

#endif
