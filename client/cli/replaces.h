/* SPDX-License-Identifier: Apache-2.0
 *
 * What an accepted record of scope subtree replaces, as the registry said in its outcome.
 */
#ifndef TZ_CLIENT_CLI_REPLACES_H
#define TZ_CLIENT_CLI_REPLACES_H

#include "common/base/json.h"
#include "common/schema/schema.h"

/* The array of the member `replaces`. */
void tz_replaces_json(struct tz_json *j, const struct tz_kind_info *kind,
                      const Taizhang__V1__Outcome *outcome);
/* One line, without its end: what is replaced of one measure, and the command that lists it. address: the
 * record's, as written. */
void tz_replaces_text(struct tz_buf *out, const struct tz_kind_info *kind, const char *address,
                      const Taizhang__V1__Replaced *replaced, bool zh);

#endif
