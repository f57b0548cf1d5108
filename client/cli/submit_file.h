/* SPDX-License-Identifier: Apache-2.0
 *
 * Submitting one sheet: a look over all of it, then its rows become versions in the outbox, which go out
 * while more are read, and in the end what the registry holds beyond it.
 */
#ifndef TZ_CLIENT_CLI_SUBMIT_FILE_H
#define TZ_CLIENT_CLI_SUBMIT_FILE_H

#include "client/cli/delivery.h"
#include "client/cli/whole.h"
#include "client/sheet/rows.h"

struct tz_submit_options {
    const char *committee;             /* where the file names none; "" for none */
    const char *sheet;                 /* of a workbook, by name; NULL: the first usable one */
    const char *source;                /* the file's name, kept with its rows; "-" for standard input */
    const char *path;                  /* beside which files are written; NULL: source */
    const struct tz_option_list *maps; /* 列名=字段, given now; NULL: only what the profile keeps */
    bool confirmed;
    bool new_rows; /* as in submit_survey.h */
    bool not_shifted;
    struct tz_whole whole;
    const char *reason; /* why a committee above writes; NULL: none was given */
    bool dry_run;                 /* no connection is used, and a profile only if there is one */
    bool rejected;                /* with dry_run: write the file of rejected rows too */
    struct tz_delivery *delivery; /* open; NULL with dry_run */
};

/* Submits the sheet. DONE when every row was decided, whatever the decision (it stands in the report);
 * UNREACHABLE when some wait in the outbox; REFUSED when the file itself cannot be taken; else the failure.
 * All of it was told. USAGE when it has no such sheet, or when the user has to decide something first.
 * Nothing is stored of a file that is damaged somewhere.
 */
int tz_submit_file(struct tz_cli *cli, FILE *file, const struct tz_kind_info *kind,
                   const struct tz_submit_options *options, struct tz_report *report) TZ_MUSTCHECK;

/* The rest of a file whose rows a delivery only stored (tz_delivery_store_open), when all of them are
 * decided: rejected rows come back in a file of their own, and with --whole, when every row was taken, what
 * is beyond the file is withdrawn through a delivery of the same sort. Called in any order and as often as
 * wanted. */
struct tz_submit_rest {
    /* Calls `reject` with every rejected row and its errors; returns its result other than DONE, or its own
     * failure, told. NULL: no rows are to come back. */
    int (*rejected)(void *ctx, int (*reject)(void *to, size_t row, const struct tz_errors *errors), void *to);
    void *ctx;
    bool whole;
};
int tz_submit_rest(struct tz_cli *cli, FILE *file, const struct tz_kind_info *kind,
                   const struct tz_submit_options *options, const struct tz_submit_rest *rest) TZ_MUSTCHECK;

#endif
