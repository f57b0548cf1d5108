/* SPDX-License-Identifier: Apache-2.0
 *
 * The record kinds: one table row per field, from which validation, import headers, JSON names, measures,
 * breakdowns and the documentation of fields derive. The table is constant; adding a field touches
 * record.proto and one row.
 */
#ifndef TZ_COMMON_SCHEMA_SCHEMA_H
#define TZ_COMMON_SCHEMA_SCHEMA_H

#include "common/schema/quantity.h"

enum tz_kind {
    TZ_KIND_NONE,
    TZ_KIND_PROJECT,
    TZ_KIND_FUNDING,
    TZ_KIND_POST,
    TZ_KIND_WORKER,
    TZ_KIND_COVERAGE,
    TZ_KIND_OUTPUT,
    TZ_KIND_ORGANISATION,
    TZ_KIND_PLATFORM,
    TZ_KIND_NEED,
    TZ_KIND_CATALOGUE,
    TZ_KIND_POLICY,
    TZ_KIND_LIAISON,
    TZ_KIND_EVALUATION,
    TZ_KIND_PRACTICE,
    TZ_KIND_ISSUE,
    TZ_KIND_BULLETIN, /* comes with the bulletin itself: no row yet */
    TZ_KINDS = TZ_KIND_BULLETIN
};

enum tz_type {
    TZ_TYPE_TEXT,     /* string */
    TZ_TYPE_TEXTS,    /* TextList */
    TZ_TYPE_ENUM,     /* uint32 */
    TZ_TYPE_ENUMS,    /* EnumList */
    TZ_TYPE_QUANTITY, /* Quantity; also money, with TZ_UNIT_FEN */
    TZ_TYPE_DATE,     /* string */
    TZ_TYPE_YESNO,    /* uint32: 1 yes, 2 no */
    TZ_TYPE_PERMILLE, /* Permille */
    TZ_TYPE_CODE,     /* string: a committee's code */
    TZ_TYPE_USCC,     /* string */
    TZ_TYPE_REF,      /* string: an address */
    TZ_TYPE_REFS,     /* RefList */
    TZ_TYPE_ATTACHMENTS,
    TZ_TYPE_EXTRA,
    TZ_TYPE_KEY,    /* address only */
    TZ_TYPE_PERIOD, /* address only */
};

enum tz_measure_class { TZ_NOT_A_MEASURE, TZ_FLOW, TZ_STOCK, TZ_HEADS };

enum tz_place { TZ_IN_ADDRESS, TZ_IN_ENVELOPE, TZ_IN_BODY, TZ_IN_PRIVATE };

/* What is special about a field. */
enum {
    TZ_F_REQUIRED = 1 << 0,
    TZ_F_BREAKDOWN = 1 << 1,
    TZ_F_ONE_IF_BLANK =
        1 << 2,              /* clients send {1, exact} for a truly blank cell, except with scope subtree */
    TZ_F_CODE_LIKE = 1 << 3, /* not scanned for resident-ID numbers */
    TZ_F_CONTACT = 1 << 4,   /* mobile numbers are at home here */
    TZ_F_NO_MONEY_CHECK = 1 << 5, /* unit_price */
    TZ_F_SCORE = 1 << 6,          /* 得分: also 92 and 92.5分 */
    TZ_F_SAME_KIND = 1 << 7,      /* a ref to its own kind */
    TZ_F_SAME_PERIOD = 1 << 8,
};

/* A member of an enumeration. */
struct tz_member {
    uint32_t number;
    const char *name; /* frozen English name, snake_case */
    const char *zh;
    uint32_t parent;     /* of a two-level list: the first-level member; 0 otherwise */
    const char *aliases; /* separated by |, or NULL */
};

struct tz_enum {
    const char *name;
    const struct tz_member *members;
    size_t count;
};

struct tz_field {
    const char *name;
    const char *zh; /* label and spreadsheet header */
    const char *en;
    const char *aliases; /* further headers, separated by |, or NULL */
    enum tz_type type;
    enum tz_place place;
    enum tz_unit unit;          /* of a quantity */
    const struct tz_enum *list; /* of enum and enums; yesno has tz_yesno */
    enum tz_measure_class measure;
    unsigned flags;
    uint32_t max_characters; /* of text; 2000 unless said */
    uint8_t ref_kind;        /* of ref and refs: enum tz_kind, 0: any */
    uint16_t offset;         /* of the member in the generated struct of its place; unused in the address */
};

struct tz_kind_info {
    enum tz_kind kind;
    const char *name;
    const char *zh;
    const char *en;
    const ProtobufCMessageDescriptor *body;
    const ProtobufCMessageDescriptor *private_; /* NULL: this kind has none */
    const struct tz_field *fields;              /* the kind's own, body and private */
    size_t count;
};

/* NULL: no such kind. */
const struct tz_kind_info *tz_kind_info(uint32_t kind);
/* By English name or Chinese label. */
const struct tz_kind_info *tz_kind_find(const char *name, size_t len);

/* committee, key, period, then the envelope: the same for every kind. */
const struct tz_field *tz_address_fields(size_t *count);
const struct tz_field *tz_envelope_fields(size_t *count);

/* All fields of a kind in the order of RECORDS.md: address, own, envelope. i from 0; NULL at the end. */
const struct tz_field *tz_field_at(const struct tz_kind_info *k, size_t i);
/* By English name; NULL: none. */
const struct tz_field *tz_field_find(const struct tz_kind_info *k, const char *name, size_t len);

/* The field by which a person knows a record: its title or name, private or not; NULL: the kind has none. */
const struct tz_field *tz_kind_naming(const struct tz_kind_info *k);

const struct tz_member *tz_member_find(const struct tz_enum *e, uint32_t number);
/* The words that a type has in the schema reply and in `taizhang fields`: "money" for quantities in fen. */
const char *tz_type_name(const struct tz_field *f);

/* Measures of a kind: index 0.. over its own quantity fields with a measure class, in table order. */
enum { TZ_MEASURES_MAX = 8 };
size_t tz_kind_measures(const struct tz_kind_info *k, const struct tz_field *out[TZ_MEASURES_MAX]);

/* Breakdowns of a kind: envelope ones first, then its own; service_fields gives two (the second level last of
 * its pair, named "service_fields.2"). */
enum { TZ_BREAKDOWNS_MAX = 24 };
struct tz_breakdown {
    const struct tz_field *field;
    bool second_level;
    bool multi; /* several values a record: rows do not add up */
    bool code;  /* values are committee codes, by number in the views */
    char name[32];
};
size_t tz_kind_breakdowns(const struct tz_kind_info *k, struct tz_breakdown out[TZ_BREAKDOWNS_MAX]);

/* Numbers that rules refer to. */
enum { TZ_SCOPE_OWN = 1, TZ_SCOPE_SUBTREE = 2 };
enum { TZ_VISIBILITY_LINE = 1, TZ_VISIBILITY_DOWN = 2, TZ_VISIBILITY_ALL = 3 };
enum { TZ_YES = 1, TZ_NO = 2 };

#endif
