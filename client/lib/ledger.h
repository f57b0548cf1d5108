/* SPDX-License-Identifier: Apache-2.0
 *
 * The ledger of a watched folder: every file that was taken from it, by content, and what became of each of
 * its rows. Part of the profile (profile.h). Where a file lies is known from the folder alone; the ledger
 * says how far its rows are, and loses nothing but names of outcomes when it is lost itself.
 *
 * A file's way, each step durable before the next:
 *   TAKEN     its rows are being put into the outbox
 *   STORED    all of them are; now they are sent, and decided on
 *   WHOLE     only of a file that is all there is: what is beyond it is in the outbox as withdrawals
 *   DECIDED   where it goes is fixed (target, failed): its outcomes are written and it is moved there
 *   FINISHED  it lies there; its rows are forgotten, the content is remembered
 *
 * Functions return TZ_OK or a negative enum tz_rc; tz_profile_error has SQLite's words for the last failure.
 */
#ifndef TZ_CLIENT_LIB_LEDGER_H
#define TZ_CLIENT_LIB_LEDGER_H

#include "client/lib/outbox.h"
#include "common/base/buf.h"

enum tz_ledger_state {
    TZ_LEDGER_TAKEN = 1,
    TZ_LEDGER_STORED,
    TZ_LEDGER_WHOLE,
    TZ_LEDGER_DECIDED,
    TZ_LEDGER_FINISHED
};

/* A file without rows of its own. */
enum tz_ledger_verdict {
    TZ_LEDGER_ROWS,    /* it has rows, or is not STORED yet */
    TZ_LEDGER_REFUSED, /* it cannot be taken; the message says why */
    TZ_LEDGER_SAME,    /* its content was taken before; the message says as what */
};

enum {
    TZ_LEDGER_CLAIM_SIZE = 40,
    TZ_LEDGER_NAME_SIZE = 700,
    TZ_LEDGER_FINISHED_MAX = 10000, /* so many contents are remembered, the last ones */
};

struct tz_ledger_file {
    int64_t id; /* grows; 0 in what is passed to tz_ledger_take */
    enum tz_ledger_state state;
    char claim[TZ_LEDGER_CLAIM_SIZE]; /* the name of its folder while it is in hand: never used twice */
    char name[TZ_LEDGER_NAME_SIZE];   /* in the watched folder */
    char target[TZ_LEDGER_NAME_SIZE]; /* from DECIDED: "done/..." or "failed/..." */
    uint8_t content[TZ_SHA256_SIZE];  /* hash of what it holds */
    uint8_t options[TZ_SHA256_SIZE];  /* hash of what it was taken with */
    int64_t size;                     /* as it was when it was taken */
    int64_t modified_ns;
    int64_t taken_ms;
    int64_t finished_ms;
    enum tz_ledger_verdict verdict;
    bool failed; /* from DECIDED */
};

/* What became of a row. */
struct tz_ledger_row {
    size_t row;                     /* 0: a withdrawal, because the file is all there is */
    const char *address;            /* "" where none could be read */
    int64_t entry;                  /* its version in the outbox; 0: none, outcome is all */
    bool known;                     /* in: the version was there before this file, outcome says so */
    struct tz_outbox_bytes outcome; /* packed taizhang.v1.Outcome; empty: undecided, or when nothing of the
                                       file is, replaced: the version is no longer in the outbox */
};

/* A file of the watched folder (its whole path) is in hand: TAKEN, with id. */
int tz_ledger_take(struct tz_profile *p, const char *folder, struct tz_ledger_file *file) TZ_MUSTCHECK;
/* The file in hand that has this claim. TZ_ENOENT. */
int tz_ledger_claimed(struct tz_profile *p, const char *claim, struct tz_ledger_file *out) TZ_MUSTCHECK;
/* The first file in hand after one (0 at first) of a watched folder. TZ_ENOENT: there is none. */
int tz_ledger_next(struct tz_profile *p, const char *folder, int64_t after,
                   struct tz_ledger_file *out) TZ_MUSTCHECK;
/* A file of the same content and options that was finished, none of it refused, and nothing has been put into
 * the outbox since. TZ_ENOENT. */
int tz_ledger_same(struct tz_profile *p, const struct tz_ledger_file *file,
                   struct tz_ledger_file *out) TZ_MUSTCHECK;

/* A row of a file; in the transaction that puts it into the outbox. Its decision is noted in the one that
 * stores the decision, whichever process does. Put a second time (after a crash in the middle of a file) it
 * takes the place of the first, but what became of the first time's version stays. */
int tz_ledger_put_row(struct tz_profile *p, int64_t file, const struct tz_ledger_row *row) TZ_MUSTCHECK;
/* TAKEN -> STORED. message: "" with ROWS. */
int tz_ledger_stored(struct tz_profile *p, struct tz_ledger_file *file, enum tz_ledger_verdict verdict,
                     const char *message) TZ_MUSTCHECK;
/* STORED -> WHOLE. message: "", or why what is beyond the file was not withdrawn. */
int tz_ledger_whole(struct tz_profile *p, struct tz_ledger_file *file, const char *message) TZ_MUSTCHECK;
int tz_ledger_message(struct tz_profile *p, int64_t file, struct tz_buf *out) TZ_MUSTCHECK;
/* How many of its rows wait for the registry. */
int tz_ledger_undecided(struct tz_profile *p, int64_t file, uint64_t *count) TZ_MUSTCHECK;
/* STORED or WHOLE -> DECIDED, with file->target and ->failed; or another target, when something has taken
 * that name.
 */
int tz_ledger_decide(struct tz_profile *p, struct tz_ledger_file *file) TZ_MUSTCHECK;
/* DECIDED -> FINISHED. */
int tz_ledger_finish(struct tz_profile *p, struct tz_ledger_file *file) TZ_MUSTCHECK;
/* The file is no longer in hand, and was not finished: it was given back, or somebody took it away. */
int tz_ledger_forget(struct tz_profile *p, int64_t file) TZ_MUSTCHECK;

typedef int tz_ledger_visit(void *ctx, const struct tz_ledger_row *row);
/* The rows of a file by number. The visitor's result other than 0 ends the visit and is returned. */
int tz_ledger_rows(struct tz_profile *p, int64_t file, tz_ledger_visit *visit, void *ctx) TZ_MUSTCHECK;

/* Files whose paths begin with `from` have moved to where they begin with `to`: a numbered file that is
 * remembered for its rows (settings "numbered/...") is found again. */
int tz_ledger_moved(struct tz_profile *p, const char *from, const char *to) TZ_MUSTCHECK;

#endif
