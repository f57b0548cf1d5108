/* SPDX-License-Identifier: Apache-2.0
 *
 * Sentences made of error codes: what, where, why, and what to do next, in the person's language. All text is
 * appended to a tz_buf.
 */
#ifndef TZ_CLIENT_CLI_MESSAGES_H
#define TZ_CLIENT_CLI_MESSAGES_H

#include "client/lib/connection.h"
#include "client/sheet/headers.h"
#include "client/sheet/sheet.h"
#include "common/base/buf.h"

/* The sentence of one code with the error's value and parameters. kind (NULL: none) gives the labels of
 * fields named in it, in Chinese with zh. */
void tz_message_error(struct tz_buf *out, const struct tz_error *e, const struct tz_kind_info *kind, bool zh);
/* The sentence's template before anything is put in; NULL: the code has none. For tests. */
const char *tz_message_template(tz_code code);

/* Label of a field for people, or the name itself where the kind (NULL: none) does not have it. */
const char *tz_message_label(const struct tz_kind_info *kind, const char *field, bool zh);

/* From the wire; parameters beyond TZ_ERROR_PARAMS are dropped. */
void tz_message_from_wire(struct tz_error *e, const Taizhang__V1__FieldError *w);

/* All errors of an outcome; those beyond TZ_ERRORS_MAX are counted as dropped. */
void tz_message_errors(struct tz_errors *out, const Taizhang__V1__Outcome *outcome);

/* Why the last call on a connection failed. */
void tz_message_failure(struct tz_buf *out, const struct tz_connection *c, bool zh);

/* Why a CSV file cannot be read, with its place. */
void tz_message_csv(struct tz_buf *out, const struct tz_csv *c);
/* Why a file cannot be read as a sheet, with its place. */
void tz_message_sheet(struct tz_buf *out, const struct tz_sheet *s);
/* What is wrong with a column's header. */
void tz_message_header(struct tz_buf *out, const struct tz_header_error *e, bool zh);

/* Words of an outcome for people: created, 新建. */
const char *tz_message_outcome(Taizhang__V1__OutcomeCode outcome);
/* The same for programs: CREATED. */
const char *tz_outcome_name(Taizhang__V1__OutcomeCode outcome);

#endif
