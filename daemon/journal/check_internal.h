/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the check share: the state that the journal, replayed, leads to. Internal to check*.c.
 */
#ifndef TZ_DAEMON_JOURNAL_CHECK_INTERNAL_H
#define TZ_DAEMON_JOURNAL_CHECK_INTERNAL_H

#include "common/base/i18n.h"
#include "daemon/journal/batch.h"
#include "daemon/journal/check.h"
#include "daemon/journal/check_index.h"

/* What the replay knows of an address, and what its stored record states. */
struct tz_check_address {
    struct tz_record_key key; /* its bytes belong to the index */
    struct tz_head head;
    uint64_t kept;   /* revisions with private bytes since the last erasure, */
    uint64_t erased; /* and without those that they were committed to */
    int64_t whole; /* of a live part: the number of its whole's address, else TZ_CHECK_NONE */
    bool stored;   /* a live record of the stored tables */
    bool subtree;
    uint8_t measures;
    uint8_t qualifier[TZ_MEASURES_MAX];
    int64_t value[TZ_MEASURES_MAX];
};

/* A committee, by number - 1, or what has a name. */
struct tz_check_current {
    uint64_t revision;
    uint64_t position;
};

struct tz_check_named {
    struct tz_check_index names;
    struct tz_check_current *current; /* by number of the name */
    size_t room;
};

struct tz_check {
    FILE *out;
    struct tz_log *log;
    struct tz_reader *reader; /* in the one snapshot */
    struct tz_store_info info;
    uint64_t position; /* of the snapshot */
    struct tz_check_result *result;
    struct tz_arena scratch;

    struct tz_tree *tree;
    struct tz_cube *cube;
    struct tz_check_index addresses;
    struct tz_check_address *address; /* by number */
    size_t address_room;
    struct tz_check_current *unit;
    size_t unit_room;
    struct tz_check_named named[TZ_NAMED_COUNT];
    struct tz_principals *principals;
    uint64_t from_above; /* entries */

    const struct tz_env *env;
    int64_t day_ends_ms; /* of the tree's date; 0: it has none */
    uint64_t next;       /* position that the replay expects */
    int64_t last_ms;
    uint64_t last_epoch;
    size_t unflushed;
};

void tz_check_finding(struct tz_check *c, const char *fmt, ...) TZ_PRINTF(2, 3);
/* Room for one more element in a growing array. */
int tz_check_room(void **array, size_t *room, size_t count, size_t size) TZ_MUSTCHECK;

/* Names for findings, in out: an address, and a cell of the totals. */
enum { TZ_CHECK_NAME_SIZE = 800 };
const char *tz_check_address_name(const struct tz_check *c, const struct tz_record_key *k,
                                  char out[TZ_CHECK_NAME_SIZE]);
const char *tz_check_cell_name(const struct tz_check *c, uint32_t node, uint32_t kind, uint32_t period,
                               struct tz_slice slice, unsigned measure, char out[TZ_CHECK_NAME_SIZE]);

/* The number of an address; TZ_CHECK_NONE: not known (find), no memory (add). */
int64_t tz_check_find(const struct tz_check *c, const struct tz_record_key *k);
int64_t tz_check_add(struct tz_check *c, const struct tz_record_key *k);

/* Brings the tree to the day of this time, if it is a later one. */
int tz_check_come_to_day(struct tz_check *c, int64_t time_ms) TZ_MUSTCHECK;
/* Each is 0 when done, whatever was found, or negative when it cannot go on. */
int tz_check_replay(struct tz_check *c) TZ_MUSTCHECK;
int tz_check_tables(struct tz_check *c) TZ_MUSTCHECK;
int tz_check_totals(struct tz_check *c) TZ_MUSTCHECK;

#endif
