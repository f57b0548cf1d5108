/* SPDX-License-Identifier: Apache-2.0
 *
 * Which figure is meant: the options that totals and trace share.
 */
#ifndef TZ_CLIENT_CLI_SELECT_H
#define TZ_CLIENT_CLI_SELECT_H

#include "client/cli/cli.h"
#include "common/base/date.h"
#include "common/base/env.h"
#include "common/schema/schema.h"

struct tz_select {
    const char *committee; /* NULL: the credential's */
    const char *kind_name;
    const char *period_text; /* P, or P1..P2 */
    const char *basis_name;
    const char *as_of_text; /* the day whose tree is meant; NULL: today's */
    /* read from the above by tz_select_read */
    const struct tz_kind_info *kind;
    char period[TZ_PERIOD_SIZE];
    char period_to[TZ_PERIOD_SIZE]; /* "" unless a range */
    Taizhang__V1__Basis basis;
    char as_of[TZ_DATE_SIZE]; /* "": today's */
};

/* Checks what was given. DONE, or USAGE after its message. */
int tz_select_read(struct tz_cli *cli, struct tz_select *s) TZ_MUSTCHECK;

/* Reads a period as people write it. false after a message. */
bool tz_select_period(struct tz_cli *cli, const char *text, size_t len, char out[TZ_PERIOD_SIZE]);

/* A breakdown of the kind by its name or Chinese label (service_fields.2 too); NULL after a message. The
 * result stands in *storage. */
const struct tz_breakdown *tz_select_breakdown(struct tz_cli *cli, const struct tz_kind_info *kind,
                                               const char *name, size_t len, struct tz_breakdown *storage);
/* A measure of the kind by name or Chinese label, or records, committees; its name, or NULL after a message.
 */
const char *tz_select_measure(struct tz_cli *cli, const struct tz_kind_info *kind, const char *name);

/* Different measures, in the order in which they were named first; records and committees are two more. */
struct tz_measures {
    size_t count;
    const char *name[TZ_MEASURES_MAX + 2];
};
/* Adds the measures between the commas to those that are there; one that is there already adds nothing. DONE,
 * or USAGE after a message. */
int tz_select_measures(struct tz_cli *cli, const struct tz_kind_info *kind, const char *list,
                       struct tz_measures *out) TZ_MUSTCHECK;

/* "field=value" as a filter; the value is a member's number, name or label, a code, or empty for not stated.
 * Strings point into text and into the tables. USAGE after a message. */
int tz_select_filter(struct tz_cli *cli, const struct tz_kind_info *kind, const char *text,
                     Taizhang__V1__ByFilter *out) TZ_MUSTCHECK;

#endif
