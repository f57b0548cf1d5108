/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person should know of a field before filling it in, in sentences made from the field table.
 */
#ifndef TZ_CLIENT_CLI_FIELD_HELP_H
#define TZ_CLIENT_CLI_FIELD_HELP_H

#include "common/base/buf.h"
#include "common/schema/schema.h"

/* Must a person fill it in? What the client gives where the cell is empty (编号, 统计口径, 公开范围) is not
 * meant. */
bool tz_field_is_asked_for(const struct tz_field *f);

/* The unit of a column's bare numbers: 万元 for money, % for shares, the field's own; "" for none. */
const char *tz_field_header_unit(const struct tz_field *f);

/* Columns in which spreadsheet programs must not make numbers or dates of what is typed: numbers of records,
 * codes, periods. */
bool tz_field_is_for_digits(const struct tz_field *f);

/* What the field means and how it is written, a line each; lists with their values. */
void tz_field_help(struct tz_buf *out, const struct tz_field *f, bool zh);

/* A cell that is right for the field, "" where there is no telling. Those of one kind fit together in a row
 * of this committee and period. */
void tz_field_example(struct tz_buf *out, const struct tz_kind_info *kind, const struct tz_field *f,
                      const char *committee, const char *period, bool zh);

#endif
