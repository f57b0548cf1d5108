/* SPDX-License-Identifier: Apache-2.0
 *
 * A record's bytes: reading them under limits, checking that they are canonical, every rule that needs
 * nothing but the record itself, and the facts that totals are made of. No sockets, no store; the caller's
 * arena holds all.
 */
#ifndef TZ_COMMON_SCHEMA_RECORD_H
#define TZ_COMMON_SCHEMA_RECORD_H

#include "common/base/arena.h"
#include "common/schema/address.h"
#include "common/schema/schema.h"

/* A decoded record; everything points into the arena. */
struct tz_record {
    const struct tz_kind_info *kind;
    ProtobufCMessage *body;           /* the kind's message */
    Taizhang__V1__Envelope *envelope; /* of the body; NULL if absent */
    ProtobufCMessage *private_;       /* NULL if the private bytes are empty */
};

enum { TZ_BODY_MAX = 64 * 1024 };

/* Decodes and checks that the bytes are canonical (packing again gives the same bytes, no unknown fields,
 * valid text). 0; TZ_EINVAL with one error in *errors; TZ_ELIMIT or TZ_ENOMEM without. */
int tz_record_decode(const struct tz_kind_info *kind, const uint8_t *body, size_t body_len,
                     const uint8_t *private_bytes, size_t private_len, struct tz_arena *arena,
                     struct tz_record *out, struct tz_errors *errors) TZ_MUSTCHECK;

/* Every rule of RECORDS.md that needs only the record, its address, today's date and whether it is
 * `confirmed`. Adds every error; returns the number added. today: as days, see date.h. */
size_t tz_record_validate(const struct tz_record *r, const struct tz_address *address, int64_t today,
                          bool confirmed, struct tz_errors *errors);
/* The rule that needs the last revision: money that jumped by a factor of 1,000 and more must be confirmed.
 */
size_t tz_record_validate_change(const struct tz_record *r, const struct tz_record *before, bool confirmed,
                                 struct tz_errors *errors);

/* What totals need of a record. Filled from the table. */
struct tz_slice_value {
    uint8_t breakdown; /* index in tz_kind_breakdowns */
    uint32_t value;    /* member number; yesno 1/2; 0 = not stated; for codes see code */
    const char *code;  /* of a code breakdown: the text, NULL when not stated */
};
struct tz_facts {
    uint8_t measures;                        /* of the kind */
    tz_qualifier qualifier[TZ_MEASURES_MAX]; /* NONE: states nothing */
    int64_t value[TZ_MEASURES_MAX];
    bool subtree;                       /* scope 含下级 */
    const char *part_of;                /* written address, or NULL */
    size_t slices;                      /* each value of each breakdown once; not stated as value 0 */
    const struct tz_slice_value *slice; /* in the arena */
};
/* Does it state the measure, and not as `some`? */
static inline bool tz_facts_number(const struct tz_facts *f, unsigned measure)
{
    return f->qualifier[measure] != TZ_QUALIFIER(NONE) && f->qualifier[measure] != TZ_QUALIFIER(SOME);
}
/* 0 or TZ_ENOMEM. */
int tz_record_facts(const struct tz_record *r, struct tz_arena *arena, struct tz_facts *out) TZ_MUSTCHECK;

/* --- making a record from what people write (clients and tests) --- */

/* Starts an empty record of a kind. */
int tz_record_new(const struct tz_kind_info *kind, struct tz_arena *arena,
                  struct tz_record *out) TZ_MUSTCHECK;
/* A cell that says nothing of this field: blank, dashes, a slash, or 无 where the list has no such member.
 * f: NULL for a cell of a column that is no field. */
bool tz_cell_states_nothing(const struct tz_field *f, const char *cell, size_t len);
/* Sets a field from a cell: outer spaces off, not blank. header_unit as in tz_quantity_read, or NULL. 0, or
 * TZ_EINVAL with *e filled, field included. Address fields are not set here. */
int tz_record_set(struct tz_record *r, const struct tz_field *f, const char *cell, size_t len,
                  const char *header_unit, struct tz_arena *arena, struct tz_error *e) TZ_MUSTCHECK;
/* What the client fills in where the file says nothing: scope 本级, visibility 本线, quantity 1 where the
 * table says so and the cell was truly blank (blank_ok: the fields whose cell held `——` or the like are in
 * `stated_nothing`, ends with NULL). */
int tz_record_defaults(struct tz_record *r, const struct tz_field *const *stated_nothing,
                       struct tz_arena *arena) TZ_MUSTCHECK;
/* Canonical bytes, in the arena; nothing private is no bytes. TZ_ELIMIT: longer than TZ_BODY_MAX. */
int tz_record_encode(const struct tz_record *r, struct tz_arena *arena, ProtobufCBinaryData *body,
                     ProtobufCBinaryData *private_bytes) TZ_MUSTCHECK;

/* --- showing a record --- */

/* Whether the field states something, and its text for people (zh: Chinese labels, else English names)
 * appended to out. */
bool tz_record_text(const struct tz_record *r, const struct tz_field *f, bool zh, struct tz_buf *out);
/* A member of fields by their English names: {"title":"...","quantity":{"value":200,"qualifier":"over",
 * "written":"200余个"},...}; only stated fields; enumerations by English name; lists as
 * {"values":[..],"more":true}. */
struct tz_json;
void tz_record_json(const struct tz_record *r, struct tz_json *j);

#endif
