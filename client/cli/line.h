/* SPDX-License-Identifier: Apache-2.0
 *
 * The line to the registry as the commands that send use it: it may not be there, may be lost, and may come
 * back. Failures that pass by themselves are tried again with growing pauses, for as long as the user waits
 * after the registry was last heard.
 */
#ifndef TZ_CLIENT_CLI_LINE_H
#define TZ_CLIENT_CLI_LINE_H

#include "client/cli/cli.h"
#include "client/lib/sync.h"

struct tz_line {
    struct tz_cli *cli;
    struct tz_sync sync;
    tz_sync_decided *decided; /* these three as in struct tz_sync; set after tz_line_open */
    bool (*stop)(void *ctx);
    void *ctx;
    int64_t wait_ms;
    bool up;           /* connected, and nothing has failed since */
    bool given_up;     /* no more is to be tried */
    bool refused;      /* because this machine is not let in, which was told */
    unsigned told;     /* pauses in a row that the registry asked for */
    unsigned failures; /* in a row, since the registry was last heard, */
    int64_t spent_us;  /* and the time that went on them */
    int64_t since_us;  /* when it was last heard, or the call that waits for it began */
};

/* The option --wait SECONDS in milliseconds; without it otherwise_ms. */
int64_t tz_line_wait_ms(const struct tz_option_number *wait, int64_t otherwise_ms);

/* Opens the profile and tries to connect, once. DONE also without a line (`up`), and when this machine is not
 * let in (told; `refused`): what is to be sent can be stored. Everything else that would not pass by itself
 * is told and returned. */
int tz_line_open(struct tz_line *l, struct tz_cli *cli, int64_t wait_ms) TZ_MUSTCHECK;
/* Begins to send (tz_sync_begin, not waiting for another process); l->sync.begun says whether. */
int tz_line_begin(struct tz_line *l) TZ_MUSTCHECK;
/* Sends what was stored, if it can; a line that is lost now, or a key that was revoked, is no failure yet. */
int tz_line_more(struct tz_line *l) TZ_MUSTCHECK;
/* Sends everything, after another process that does, trying again as long as the user waits, and when the
 * registry said that it may be tried again. NOT_ALLOWED where the machine is not let in. UNREACHABLE is not
 * told (tz_cli_failed does), every other failure is. */
int tz_line_send(struct tz_line *l) TZ_MUSTCHECK;
void tz_line_close(struct tz_line *l);

#endif
