/* SPDX-License-Identifier: Apache-2.0
 *
 * A watched folder and what is done with the files that come into it. What belongs together:
 *   cmd_watch.c     options
 *   watch_loop.h    the loop: when something is done
 *   watch_wait.h    waiting for signals, changes and the time
 *   watch_folder.h  which files lie there, and since when they have not changed
 *   watch_whole.h   whether a file is whole
 *   watch_claim.h   moving files into the hand, back, and to their end
 *   watch_work.c    a file in hand until its rows are in the outbox
 *   watch_finish.c  a file in hand after that: its outcomes, and where it goes
 *   watch_submit.h  what both need of the command submit
 *   watch_send.c    the outbox to the registry
 *   ledger.h        what the profile remembers of files and rows in hand
 *
 * How a file goes through, so that a crash at any point leaves it in one place, with each row in the registry
 * once and the right outcome beside it. "|" is a point at which everything before it is on the disk.
 *
 *   in the folder
 *     unchanged for the settle time, no writer, content complete
 *     rename to .taking/CLAIM/NAME | compared with what was seen: changed? back to the folder
 *     copied to an unnamed file and hashed; compared again
 *     ledger: TAKEN | a content that was taken before: STORED with the verdict SAME
 *   TAKEN
 *     per batch of rows one transaction: versions into the outbox, and each row into the ledger |
 *     ledger: STORED | also with the verdict REFUSED when the file itself cannot be taken
 *   STORED, WHOLE
 *     the outbox is sent; each decision is noted beside the row in the transaction that stores it |
 *     with --whole, when all rows are taken: what is beyond the file into the outbox, as withdrawals |
 *     ledger: WHOLE, or with a message why not | these are sent and decided in their turn
 *     all decided: FILE.outcomes.csv and FILE.rejected.* are written into .taking/CLAIM |
 *     ledger: DECIDED, with the target |
 *   DECIDED
 *     what lies beside the file is renamed to the target's folder, then the file itself |
 *     ledger: FINISHED | the claim's folder is removed; the line in the log
 *
 * After a crash what lies in .taking/ goes on from its state in the ledger. A step that had happened already
 * is repeated with the same result: rows are put again, found waiting or known, and keep what became of them;
 * outcomes are written again; the rename to the target is found done. A claim that the ledger does not know
 * (the crash came before TAKEN, or the profile is another) is begun anew: known rows cost nothing. A file of
 * the ledger that lies neither in .taking/ nor at its target was taken away by somebody: it is forgotten, and
 * when it comes back (a drive that was not there) it is a claim that the ledger does not know.
 *
 * Files are put into the outbox in the order in which they were taken, and one that cannot be put now holds
 * the others up: a later version of a file must not be overtaken by an earlier one.
 */
#ifndef TZ_CLIENT_CLI_WATCH_H
#define TZ_CLIENT_CLI_WATCH_H

#include "client/cli/submit_file.h"
#include "client/cli/watch_claim.h"
#include "client/cli/watch_status.h"
#include "client/cli/watch_wait.h"

struct tz_watch {
    struct tz_cli *cli;
    const struct tz_kind_info *kind;         /* of all files; NULL: by their place or their name */
    const struct tz_submit_options *options; /* what files are submitted with */
    uint8_t options_hash[TZ_SHA256_SIZE];
    char folder[TZ_PATH_SIZE];
    int64_t give_up_us;
    bool once;
    struct tz_folder files;
    struct tz_watch_status status;
    int worst;                        /* exit code of the files so far */
    unsigned line_failures;           /* tries to reach the registry that failed, in a row */
    int64_t next_line_us;             /* not to be tried before */
    char stuck[TZ_LEDGER_CLAIM_SIZE]; /* the claim that this machine could not work on, and since when */
    int64_t stuck_since_us;
};

/* What a step came to. */
enum tz_watch_step {
    TZ_STEP_FINISHED, /* the file lies in done/ or failed/ */
    TZ_STEP_WAITS,    /* its rows are in the outbox and wait for the registry */
    TZ_STEP_LATER,    /* it is not in hand any more: it changed and was given back, or it is gone */
    TZ_STEP_LINE,     /* its rows cannot be put without the registry */
    TZ_STEP_BLOCKED,  /* this machine cannot now; told */
    TZ_STEP_STOP,     /* a signal came */
};

/* A file in hand as far as it goes now. */
enum tz_watch_step tz_watch_work(struct tz_watch *w, const struct tz_claim *claim) TZ_MUSTCHECK;

/* The part after STORED; for tz_watch_work. */
enum tz_watch_step tz_watch_finish(struct tz_watch *w, const struct tz_claim *claim,
                                   struct tz_ledger_file *file) TZ_MUSTCHECK;
/* Files of the ledger that are in hand no longer: those whose last step was not noted are, others are
 * forgotten. Claims: those that are in hand, in order. */
int tz_watch_reconcile(struct tz_watch *w, const struct tz_claim *claims, size_t count) TZ_MUSTCHECK;

/* Sends what waits in the outbox unless the line is to be left alone still. DONE: nothing that could be sent
 * is left, or a signal came. UNREACHABLE and everything else: told, and noted when to try again. */
int tz_watch_send(struct tz_watch *w) TZ_MUSTCHECK;
/* Connects unless the line is up, or to be left alone still. As tz_watch_send. */
int tz_watch_line(struct tz_watch *w) TZ_MUSTCHECK;
/* It failed: told once, and noted when to try again. Returns rc. */
int tz_watch_line_failed(struct tz_watch *w, enum tz_result rc);
/* The line is not needed for now. */
void tz_watch_hang_up(struct tz_watch *w);

/* An error of this machine: on stderr with errno's words, and in the status. Returns BLOCKED. */
enum tz_watch_step tz_watch_blocked(struct tz_watch *w, const char *what);
/* The same for the profile's last failure. */
enum tz_watch_step tz_watch_profile_blocked(struct tz_watch *w);
/* The same for what was told already of work on a file. */
enum tz_watch_step tz_watch_blocked_on(struct tz_watch *w, const struct tz_claim *claim, const char *told);
/* Whether this machine, which failed on a file, has done so for as long as --give-up although there is room:
 * then the file is the reason. */
bool tz_watch_hopeless(struct tz_watch *w, const struct tz_claim *claim) TZ_MUSTCHECK;
/* A line in the log with the event, a file, and more about it (NULL: nothing more). */
void tz_watch_say(struct tz_watch *w, const char *event, const char *file, const char *key,
                  const char *value);
/* The kind of a file by --kind, its place or its name; NULL: none of them tells it. */
const struct tz_kind_info *tz_watch_kind(const struct tz_watch *w, const char *name);

#endif
