/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/access_check.h"

#include <inttypes.h>

#include "common/base/i18n.h"
#include "daemon/audit/chain.h"

enum { FINDINGS_SHOWN = 200 };

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

int tz_access_check_run(const char *dir, FILE *out)
{
    struct printing p = {.out = out};
    struct tz_access_extent extent;
    int rc = tz_access_verify(dir, print_finding, &p, &extent);
    if (rc != TZ_OK) {
        fprintf(out, _("cannot read the access log in %s: %s\n"), dir, tz_rc_string(rc));
        return rc;
    }
    if (p.findings > FINDINGS_SHOWN)
        fprintf(out, _("... and %" PRIu64 " more\n"), p.findings - FINDINGS_SHOWN);
    if (!extent.first)
        fputs(_("access log: empty\n"), out);
    else if (p.findings)
        fprintf(out, _("access log, lines %" PRIu64 " to %" PRIu64 ": %" PRIu64 " differences\n"),
                extent.first, extent.last, p.findings);
    else
        fprintf(out, _("access log, lines %" PRIu64 " to %" PRIu64 ": the chain holds\n"), extent.first,
                extent.last);
    return p.findings ? 1 : 0;
}
