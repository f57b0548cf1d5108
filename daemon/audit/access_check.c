/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/access_check.h"

#include <inttypes.h>
#include <time.h>

#include "common/base/i18n.h"
#include "daemon/audit/chain.h"

/* WAITS: a daemon beside us writes the line of a change right after it committed it. */
enum { FINDINGS_SHOWN = 200, WAITS = 10, WAIT_MS = 50 };

struct printing {
    FILE *out;
    uint64_t findings;
};

static void print_finding(void *ctx, uint64_t number, const char *finding)
{
    struct printing *p = ctx;
    if (++p->findings <= FINDINGS_SHOWN)
        fprintf(p->out, _("access log, line %" PRIu64 ": %s\n"), number, finding);
}

static void ignore_finding(void *ctx, uint64_t number, const char *finding)
{
    (void)ctx;
    (void)number;
    (void)finding;
}

static bool ends_early(const struct tz_access_extent *e, uint64_t position)
{
    return e->reach.known && e->reach.position < position;
}

/* Entries whose lines were taken away at the end, where no later line misses them. */
static int check_reach(const char *dir, const struct tz_access_journal *journal, struct printing *p,
                       const struct tz_access_extent *before)
{
    const struct timespec pause = {.tv_nsec = WAIT_MS * 1000000L};
    struct tz_access_extent e = *before;
    int rc = TZ_OK;
    for (int i = 0; rc == TZ_OK && ends_early(&e, journal->position) && i < WAITS; i++) {
        nanosleep(&pause, NULL);
        rc = tz_access_verify(dir, ignore_finding, NULL, &e);
    }
    if (rc == TZ_OK && ends_early(&e, journal->position)) {
        fprintf(p->out, _("access log: entries %" PRIu64 " to %" PRIu64 " of the journal have no line\n"),
                e.reach.position + 1, journal->position);
        p->findings += !journal->unclean;
    }
    return rc;
}

int tz_access_check_run(const char *dir, const struct tz_access_journal *journal, FILE *out)
{
    struct printing p = {.out = out};
    struct tz_access_extent extent;
    int rc = tz_access_verify(dir, print_finding, &p, &extent);
    if (rc == TZ_OK)
        rc = check_reach(dir, journal, &p, &extent);
    if (rc != TZ_OK) {
        fprintf(out, _("cannot read the access log in %s: %s\n"), dir, tz_rc_string(rc));
        return rc;
    }
    if (p.findings > FINDINGS_SHOWN)
        fprintf(out, _("... and %" PRIu64 " more\n"), p.findings - FINDINGS_SHOWN);
    if (!extent.first && journal->served && journal->position) {
        fputs(_("access log: it is gone\n"), out); /* each start writes a line */
        p.findings++;
    } else if (!extent.first)
        fputs(_("access log: empty\n"), out);
    else if (p.findings)
        fprintf(out, _("access log, lines %" PRIu64 " to %" PRIu64 ": %" PRIu64 " differences\n"),
                extent.first, extent.last, p.findings);
    else
        fprintf(out, _("access log, lines %" PRIu64 " to %" PRIu64 ": the chain holds\n"), extent.first,
                extent.last);
    return p.findings ? 1 : 0;
}
