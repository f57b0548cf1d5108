/* SPDX-License-Identifier: Apache-2.0
 *
 * The store: the journal and the tables that are derived from it, behind one table of functions per backend.
 * The front checks arguments, traces and maps errors. SQLite is the one backend for now.
 *
 * Threads: one writer (all calls with a struct tz_store), and any number of readers, each used by one thread
 * at a time. A reader sees a snapshot between tz_reader_begin and tz_reader_end.
 *
 * The committee of a struct tz_record_key is its permanent number here.
 */
#ifndef TZ_DAEMON_STORE_STORE_H
#define TZ_DAEMON_STORE_STORE_H

#include "common/base/arena.h"
#include "common/base/bytes.h"
#include "common/base/env.h"
#include "common/base/log.h"
#include "common/schema/address.h"

struct tz_store;
struct tz_reader;

/* The current revision of an address. */
struct tz_head {
    uint64_t revision; /* 0: there never was one */
    uint64_t position; /* of its entry */
    bool live;         /* not a withdrawal */
    uint8_t ticket[16];
};

/* One entry of the journal. header: canonical EntryHeader. salt is empty when private is. */
struct tz_entry {
    uint64_t position;
    struct tz_bytes header;
    struct tz_bytes body;
    struct tz_bytes private_;
    struct tz_bytes salt;
};

/* What is known by a name: a reporting set's, a principal's id, the hash of an invitation's code in hex. */
enum tz_named { TZ_NAMED_SET, TZ_NAMED_KEY, TZ_NAMED_INVITATION, TZ_NAMED_COUNT };

struct tz_store_info {
    uint8_t registry_id[16];
    uint64_t epoch;
    uint64_t position; /* last committed */
    bool unclean;      /* as opened: the last process did not close it; read_only: or has it open */
    bool served;       /* as opened: a daemon has committed to it here, it is no mere copy of the database */
};

struct tz_store_options {
    const char *path; /* the database file, or ":memory:" (readers then share it) */
    const struct tz_env *env;
    struct tz_log *log;
    bool read_only; /* for checks, also beside a running daemon */
};

/* Creates or opens. TZ_EFOREIGN: not ours or newer (why says which); TZ_EIO; TZ_ECORRUPT: entries that were
 * acknowledged are missing. why: at least 256 bytes, a sentence for the operator. */
int tz_store_open(struct tz_store **out, const struct tz_store_options *options, char *why,
                  size_t why_size) TZ_MUSTCHECK;
void tz_store_close(struct tz_store *s);
/* Any thread. */
struct tz_store_info tz_store_info(const struct tz_store *s);
/* After TZ_EUNKNOWN: closes the writer's side and opens it again; tz_store_info then says what is on the
 * disk. Readers stay. */
int tz_store_reopen(struct tz_store *s) TZ_MUSTCHECK;

/* --- the writer's side --- */

/* Begins a transaction and takes the sequencer; *position gets the last committed position. */
int tz_store_begin(struct tz_store *s, uint64_t *position) TZ_MUSTCHECK;
/* Makes everything since begin durable. TZ_OK; TZ_EUNKNOWN: ask again after reopening; TZ_EFULL and
 * the others: nothing was kept. The transaction is over in every case. A failed fsync stops the process: what
 * the disk holds then cannot be known. */
int tz_store_commit(struct tz_store *s) TZ_MUSTCHECK;
void tz_store_rollback(struct tz_store *s);
/* Between batches: a passive checkpoint when it is due; idle: also truncates the log. TZ_OK, also where
 * nothing was due; TZ_EAGAIN: a reader holds the log, try again later; other failures were logged. */
int tz_store_checkpoint(struct tz_store *s, bool idle);

/* Positions must follow one another without a gap. */
int tz_store_append(struct tz_store *s, const struct tz_entry *e) TZ_MUSTCHECK;
/* Drops the private bytes and the salt of an entry; *had: there were any. What it held is overwritten; the
 * log has it until a checkpoint that truncates. */
int tz_store_erase(struct tz_store *s, uint64_t position, bool *had) TZ_MUSTCHECK;
/* TZ_OK also for an address that never was (revision 0). */
int tz_store_head(struct tz_store *s, const struct tz_record_key *k, struct tz_head *out) TZ_MUSTCHECK;
/* Sets the current revision; `before` (from tz_store_head) moves to the past when its revision is not 0. */
int tz_store_set_head(struct tz_store *s, const struct tz_record_key *k, const struct tz_head *before,
                      const struct tz_head *head) TZ_MUSTCHECK;
/* Position of any revision of an address. TZ_ENOENT. */
int tz_store_revision(struct tz_store *s, const struct tz_record_key *k, uint64_t revision,
                      uint64_t *position) TZ_MUSTCHECK;
/* The entry's bytes, copied into the arena. TZ_ENOENT. */
int tz_store_entry(struct tz_store *s, uint64_t position, struct tz_arena *arena,
                   struct tz_entry *out) TZ_MUSTCHECK;
/* part names whole in part_of; both of one kind and period. whole NULL: no longer. */
int tz_store_set_part(struct tz_store *s, const struct tz_record_key *part,
                      const struct tz_record_key *old_whole, const struct tz_record_key *whole) TZ_MUSTCHECK;
/* Has the whole a live part at this committee? */
int tz_store_has_part(struct tz_store *s, const struct tz_record_key *whole, uint32_t committee,
                      bool *out) TZ_MUSTCHECK;
/* Has the committee a live record? */
int tz_store_has_records(struct tz_store *s, uint32_t committee, bool *out) TZ_MUSTCHECK;
/* Committees, and what has a name of its own: the current entry of each; revision 0: there never was one. */
int tz_store_committee(struct tz_store *s, uint32_t number, uint64_t *revision,
                       uint64_t *position) TZ_MUSTCHECK;
int tz_store_set_committee(struct tz_store *s, uint32_t number, uint64_t revision,
                           uint64_t position) TZ_MUSTCHECK;
int tz_store_named(struct tz_store *s, enum tz_named what, const char *name, uint64_t *revision,
                   uint64_t *position) TZ_MUSTCHECK;
int tz_store_set_named(struct tz_store *s, enum tz_named what, const char *name, uint64_t revision,
                       uint64_t position) TZ_MUSTCHECK;
/* The entry at this position was written into the committee from above. */
int tz_store_add_from_above(struct tz_store *s, uint32_t committee, uint64_t position) TZ_MUSTCHECK;

/* --- readers --- */

int tz_reader_open(struct tz_reader **out, struct tz_store *s) TZ_MUSTCHECK;
void tz_reader_close(struct tz_reader *r);
/* *position: the snapshot's last committed position. */
int tz_reader_begin(struct tz_reader *r, uint64_t *position) TZ_MUSTCHECK;
void tz_reader_end(struct tz_reader *r);

int tz_reader_head(struct tz_reader *r, const struct tz_record_key *k, struct tz_head *out) TZ_MUSTCHECK;
int tz_reader_revision(struct tz_reader *r, const struct tz_record_key *k, uint64_t revision,
                       uint64_t *position) TZ_MUSTCHECK;
int tz_reader_entry(struct tz_reader *r, uint64_t position, struct tz_arena *arena,
                    struct tz_entry *out) TZ_MUSTCHECK;

/* Visitors return 0 to go on, anything else to stop: that is then returned. What they are given is valid only
 * during the call. Every visit may be stopped and taken up again after the last key. A visitor may look up
 * heads, revisions and entries with the same reader, but not begin the visit it is in. */
typedef int (*tz_visit_head)(void *ctx, const struct tz_record_key *k, const struct tz_head *h,
                             const struct tz_entry *e);
/* Heads of one committee, in the order kind, period, key; kind 0 and period 0: all; after (may be NULL):
 * exclusive. withdrawn: also those. e is NULL unless with_entry. */
int tz_reader_heads(struct tz_reader *r, uint32_t committee, uint32_t kind, uint32_t period,
                    const struct tz_record_key *after, bool withdrawn, bool with_entry, tz_visit_head visit,
                    void *ctx) TZ_MUSTCHECK;
/* Every live record with its entry, in order of committee, kind, period, key. */
int tz_reader_all(struct tz_reader *r, tz_visit_head visit, void *ctx) TZ_MUSTCHECK;
typedef int (*tz_visit_entry)(void *ctx, const struct tz_entry *e);
/* The journal from a position on. */
int tz_reader_journal(struct tz_reader *r, uint64_t from, tz_visit_entry visit, void *ctx) TZ_MUSTCHECK;
/* The same without private bytes and salts, and of a body no more than its first TZ_OUTLINE_BODY bytes. */
enum { TZ_OUTLINE_BODY = 512 };
int tz_reader_outline(struct tz_reader *r, uint64_t from, tz_visit_entry visit, void *ctx) TZ_MUSTCHECK;
/* Every entry of every committee, by number and revision; of everything with a name, by name. */
int tz_reader_committees(struct tz_reader *r, tz_visit_entry visit, void *ctx) TZ_MUSTCHECK;
int tz_reader_named(struct tz_reader *r, enum tz_named what, tz_visit_entry visit, void *ctx) TZ_MUSTCHECK;
/* What was written into a committee from above, the last first. */
int tz_reader_from_above(struct tz_reader *r, uint32_t committee, tz_visit_entry visit,
                         void *ctx) TZ_MUSTCHECK;

/* --- for checks --- */

enum tz_table {
    TZ_TABLE_HEADS,
    TZ_TABLE_PAST,
    TZ_TABLE_PARTS,
    TZ_TABLE_COMMITTEES,
    TZ_TABLE_COMMITTEE_PAST,
    TZ_TABLE_SETS,
    TZ_TABLE_KEYS,
    TZ_TABLE_INVITATIONS,
    TZ_TABLE_FROM_ABOVE,
};

/* A row of a derived table as it stands. Which members are filled depends on the table. */
struct tz_table_row {
    struct tz_record_key key;   /* HEADS, PAST; PARTS: the part; COMMITTEES, FROM_ABOVE: its committee is the
                                   number; SETS, KEYS, INVITATIONS: its key is the name */
    struct tz_record_key whole; /* PARTS */
    struct tz_head head;        /* HEADS; position: all but PARTS; revision: not FROM_ABOVE either */
};
typedef int (*tz_visit_row)(void *ctx, const struct tz_table_row *row);
/* Every row of a table in the order of its key. */
int tz_reader_rows(struct tz_reader *r, enum tz_table table, tz_visit_row visit, void *ctx) TZ_MUSTCHECK;
typedef int (*tz_visit_text)(void *ctx, const char *text);
enum tz_integrity {
    TZ_INTEGRITY_QUICK, /* the structure of the file */
    TZ_INTEGRITY_FULL,  /* also that indexes and tables agree */
};
/* The backend's own check of its file; visits one sentence a finding. TZ_ECLOSED: interrupted. */
int tz_reader_integrity(struct tz_reader *r, enum tz_integrity how, tz_visit_text visit,
                        void *ctx) TZ_MUSTCHECK;
/* Any thread, while the reader is open: ends what it does now, if anything, with TZ_ECLOSED. */
void tz_reader_interrupt(struct tz_reader *r);

#endif
