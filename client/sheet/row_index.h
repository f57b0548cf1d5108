/* SPDX-License-Identifier: Apache-2.0
 *
 * What a whole file says, kept outside of memory while it is looked through: which addresses it holds, which
 * rows need a number, and what its keys meant before. From that follow the numbers that rows are given, and
 * the two mistakes that only the file as a whole shows: rows that were shifted against their keys, and a
 * state of the file from before it was numbered.
 *
 * Rows and what was known are added, then the rows are numbered, then all is compared. Functions return
 * TZ_OK, TZ_ENOMEM, or TZ_EIO (errno): the temporary file cannot be written.
 */
#ifndef TZ_CLIENT_SHEET_ROW_INDEX_H
#define TZ_CLIENT_SHEET_ROW_INDEX_H

#include "client/sheet/number.h"

struct tz_row_index;

/* NULL: memory is out. */
struct tz_row_index *tz_row_index_new(void);
void tz_row_index_free(struct tz_row_index *x);

/* --- the rows of the file, in their order --- */

/* What is compared of a record: texts and bytes are compared as a whole. */
struct tz_row_meaning {
    const char *name; /* what people call it, for messages; NULL: it could not be read */
    /* What tells one record from another: its title, or, where its kind has none, what it states apart from
     * amounts. */
    bool titled;
    const void *sign;
    size_t sign_len;
    /* All that it states. */
    const void *content;
    size_t content_len;
};

struct tz_indexed_row {
    size_t number;
    const char *scope;   /* "committee/kind/period/", "": they could not be read */
    const char *key;     /* NULL: it has none */
    const uint8_t *hash; /* of a row without a key (tz_number_hash) */
    struct tz_row_meaning meaning;
};

/* *is_new: it was not asked for before. */
int tz_row_index_scope(struct tz_row_index *x, const char *scope, bool *is_new) TZ_MUSTCHECK;
int tz_row_index_add(struct tz_row_index *x, const struct tz_indexed_row *row) TZ_MUSTCHECK;

/* Gives numbers to the rows without one: the same to rows that say the same whatever else the file holds, and
 * none that a row of the file bears already. Call it once, after the last row. */
int tz_row_index_number(struct tz_row_index *x) TZ_MUSTCHECK;
size_t tz_row_index_given(const struct tz_row_index *x);
/* The number given to a row, "" if it got none. Fast where rows are asked for in ascending order. */
int tz_row_index_key(struct tz_row_index *x, size_t number, char out[TZ_GIVEN_KEY_SIZE]) TZ_MUSTCHECK;

/* The scopes of the file, by their text, and how many different addresses of each it holds. A result other
 * than TZ_OK ends the visit and is returned. */
typedef int tz_row_index_visit_scope(void *ctx, const char *scope, size_t addresses);
int tz_row_index_scopes(struct tz_row_index *x, tz_row_index_visit_scope *visit, void *ctx) TZ_MUSTCHECK;

/* The addresses made of the numbers given, by row. A result other than TZ_OK ends the visit and is returned.
 */
typedef int tz_row_index_visit_address(void *ctx, const char *address);
int tz_row_index_visit_given(struct tz_row_index *x, tz_row_index_visit_address *visit,
                             void *ctx) TZ_MUSTCHECK;

/* Whether numbers that were given before stand in the file: then it is one that came back. */
bool tz_row_index_carries(const struct tz_row_index *x);

/* Whether a row of the file has this address. */
int tz_row_index_holds(struct tz_row_index *x, const char *address, bool *holds) TZ_MUSTCHECK;

/* --- what the keys meant before --- */

/* An address that was known before this file, each once; of one that was withdrawn since the meaning is not
 * looked at. over: what is said last so counts, whatever is said without it; only before tz_row_index_number.
 */
struct tz_former {
    const char *scope;
    const char *key;
    bool withdrawn;
    struct tz_row_meaning meaning;
};
int tz_row_index_former(struct tz_row_index *x, const struct tz_former *former, bool over) TZ_MUSTCHECK;
size_t tz_row_index_formers(const struct tz_row_index *x);

/* Whether every number given now was known, and is not withdrawn. */
int tz_row_index_all_known(struct tz_row_index *x, bool *all) TZ_MUSTCHECK;

/* The numbers given that are not known from before, in scopes of which something is. The visitor may add what
 * it finds out. A result other than TZ_OK ends the visit and is returned. */
typedef int tz_row_index_visit_unknown(void *ctx, const char *scope, const char *key);
int tz_row_index_unknown(struct tz_row_index *x, tz_row_index_visit_unknown *visit, void *ctx) TZ_MUSTCHECK;
/* Whether an address was known and not withdrawn. */
int tz_row_index_knew(struct tz_row_index *x, const char *address, bool *knew) TZ_MUSTCHECK;

struct tz_row_shift {
    size_t number;
    const char *key;
    const char *before;
    const char *now;
};
struct tz_row_shifts {
    size_t known;     /* rows with a key that was known */
    size_t changed;   /* of them: with another sign than before */
    size_t corrected; /* of these: with a title that is mostly the same one (alike.h) */
    size_t moved;     /* records that now stand in another row, while that of their key says something else;
                         without titles they are recognised by all that they state */
};
typedef void tz_row_index_visit_shift(void *ctx, const struct tz_row_shift *shift);
/* Counts, and shows up to max of the rows that say something else than before. */
int tz_row_index_shifts(struct tz_row_index *x, struct tz_row_shifts *out, size_t max,
                        tz_row_index_visit_shift *visit, void *ctx) TZ_MUSTCHECK;

/* A scope in which rows got numbers while numbers given before are known, none of which stands in the file:
 * it looks like the state from before it was numbered. */
struct tz_row_renumbering {
    const char *scope;
    size_t unknown; /* rows whose given number was not known: records that were edited, or new ones */
    size_t gone;    /* given numbers that are known and not in the file */
    size_t back;    /* rows whose record was changed or withdrawn since under its number */
};
typedef void tz_row_index_visit_renumbering(void *ctx, const struct tz_row_renumbering *r);
int tz_row_index_renumberings(struct tz_row_index *x, tz_row_index_visit_renumbering *visit,
                              void *ctx) TZ_MUSTCHECK;

/* --- what the registry holds beyond the file --- */

int tz_row_index_beyond(struct tz_row_index *x, const char *address, uint64_t revision) TZ_MUSTCHECK;
typedef int tz_row_index_visit_beyond(void *ctx, const char *address, uint64_t revision);
/* In the order in which they were added; as tz_row_index_scopes. */
int tz_row_index_visit_all_beyond(struct tz_row_index *x, tz_row_index_visit_beyond *visit,
                                  void *ctx) TZ_MUSTCHECK;

#endif
