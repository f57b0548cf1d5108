/* SPDX-License-Identifier: Apache-2.0
 *
 * How the record functions reach a field's value: by the offset in its row. Only the record_*.c files include
 * this. A pointer is NULL where the message that would hold the field is absent (or the field stands in the
 * address).
 */
#ifndef TZ_COMMON_SCHEMA_RECORD_ACCESS_H
#define TZ_COMMON_SCHEMA_RECORD_ACCESS_H

#include "common/schema/enums.h"
#include "common/schema/record.h"

/* Every body holds its envelope in the same place (a test compares the descriptors). */
static inline Taizhang__V1__Envelope **tz_body_envelope(ProtobufCMessage *body)
{
    return &((Taizhang__V1__Project *)body)->envelope;
}

static inline void *tz_record_member(const struct tz_record *r, const struct tz_field *f)
{
    void *message = f->place == TZ_IN_ENVELOPE  ? (void *)r->envelope
                    : f->place == TZ_IN_BODY    ? (void *)r->body
                    : f->place == TZ_IN_PRIVATE ? (void *)r->private_
                                                : NULL;
    return message ? (char *)message + f->offset : NULL;
}

/* Text of string fields: "" when not stated. */
static inline const char *tz_record_string(const struct tz_record *r, const struct tz_field *f)
{
    char **s = tz_record_member(r, f);
    return s && *s ? *s : "";
}

/* Number of enum and yesno fields. */
static inline uint32_t tz_record_number(const struct tz_record *r, const struct tz_field *f)
{
    uint32_t *n = tz_record_member(r, f);
    return n ? *n : 0;
}

/* The submessage of quantities, permilles and lists; NULL when not stated. */
static inline void *tz_record_message(const struct tz_record *r, const struct tz_field *f)
{
    void **m = tz_record_member(r, f);
    return m ? *m : NULL;
}

/* A quantity that states a number, not `some`. */
static inline const Taizhang__V1__Quantity *tz_record_amount(const Taizhang__V1__Quantity *q)
{
    return q && q->qualifier != TZ_QUALIFIER(SOME) ? q : NULL;
}

#endif
