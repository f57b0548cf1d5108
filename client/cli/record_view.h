/* SPDX-License-Identifier: Apache-2.0
 *
 * Records that came from the registry, for people and programs.
 */
#ifndef TZ_CLIENT_CLI_RECORD_VIEW_H
#define TZ_CLIENT_CLI_RECORD_VIEW_H

#include "client/cli/offline.h"
#include "common/base/json.h"
#include "common/schema/record.h"

/* A record of an answer, read. */
struct tz_view {
    const Taizhang__V1__RecordState *state;
    const struct tz_kind_info *kind;
    struct tz_record record; /* only with has_body */
    bool has_body;           /* not withdrawn, and its bytes can be read */
    char address[TZ_ADDRESS_SIZE];
    const struct tz_offline *copy; /* where it was read from; NULL: the registry */
};

/* Reads a record; everything lives in the arena and in the state. false: it is of no kind that this program
 * knows, or has no address. A body that cannot be read (of a later version) leaves has_body false. */
bool tz_view_read(const Taizhang__V1__RecordState *state, struct tz_arena *arena, struct tz_view *out);

/* One object; with_private: the private fields among the others. quantity (NULL: none): what it adds to a
 * figure. */
void tz_view_json(struct tz_json *j, const struct tz_env *env, const struct tz_view *v,
                  const Taizhang__V1__Quantity *quantity);
/* Label and value of everything, a line each. */
void tz_view_people(struct tz_cli *cli, const struct tz_view *v);
/* The field by which a person knows the record: its title or name, else what was written. */
void tz_view_summary(struct tz_buf *out, const struct tz_view *v, bool zh);

/* The fields that have a column in CSV, in order; NULL at the end. The first three are the address. */
const struct tz_field *tz_view_csv_field(const struct tz_kind_info *kind, bool with_private, size_t i);
/* One cell, such that reading it gives the value again. */
void tz_view_csv_cell(struct tz_buf *out, const struct tz_view *v, const struct tz_field *f, bool zh);

#endif
