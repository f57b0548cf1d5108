/* SPDX-License-Identifier: Apache-2.0
 *
 * How a watch does, in a file that a monitor reads: one JSON object, replaced whole by a rename. It is
 * written after every change and at least once a poll, so an old `time` means that nobody watches.
 */
#ifndef TZ_CLIENT_CLI_WATCH_STATUS_H
#define TZ_CLIENT_CLI_WATCH_STATUS_H

#include "client/cli/report.h"
#include "client/cli/watch_files.h"
#include "client/lib/ledger.h"

enum tz_watch_state {
    TZ_WATCH_STARTING,
    TZ_WATCH_IDLE,    /* nothing is to be done */
    TZ_WATCH_WAITING, /* files are not whole yet */
    TZ_WATCH_WORKING,
    TZ_WATCH_UNREACHABLE, /* rows wait for the registry */
    TZ_WATCH_BLOCKED,     /* files wait for this machine: a full disk, a profile that cannot be written */
    TZ_WATCH_NO_FOLDER,   /* the folder is gone */
    TZ_WATCH_STOPPED,
};

struct tz_watch_counts {
    uint64_t done, failed; /* files */
    uint64_t same;         /* of those done: a content that had been taken before */
    uint64_t created, updated, unchanged, conflicts, behind, rejected, withdrawn, replaced; /* rows */
};

struct tz_watch_status {
    enum tz_watch_state state;
    const char *folder;
    int64_t started_ms;
    struct tz_watch_counts counts;       /* since it was started */
    char last_file[TZ_LEDGER_NAME_SIZE]; /* as it lies in done/ or failed/; "": none yet */
    int64_t last_file_ms;
    uint64_t not_whole; /* files that lie there and are not taken yet */
    uint64_t in_hand;   /* files whose rows are not decided yet */
    uint64_t outbox;    /* versions that wait in the outbox */
    int64_t outbox_since_ms;
    int64_t unreachable_since_ms; /* 0: it is not */
    int64_t next_try_ms;          /* 0: none is planned */
    char last_error[1000];
    int64_t last_error_ms;
};

/* For programs: "idle". */
const char *tz_watch_state_name(enum tz_watch_state state);
/* The error that is shown until another one comes; cut to what fits, line ends become blanks. */
void tz_watch_status_error(struct tz_watch_status *s, const char *text, int64_t now_ms);
void tz_watch_counts_add(struct tz_watch_counts *c, const struct tz_report *rows);
/* TZ_OK, or TZ_EIO with errno. */
int tz_watch_status_write(const struct tz_watch_status *s, const struct tz_env *env,
                          const char *path) TZ_MUSTCHECK;

#endif
