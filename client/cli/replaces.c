/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/replaces.h"

#include <string.h>

#include "client/cli/messages.h"
#include "client/cli/totals_view.h"
#include "common/base/i18n.h"
#include "common/schema/record.h"

void tz_replaces_json(struct tz_json *j, const struct tz_kind_info *kind,
                      const Taizhang__V1__Outcome *outcome)
{
    tz_json_array(j);
    for (size_t i = 0; i < outcome->n_replaced; i++) {
        const Taizhang__V1__Replaced *r = outcome->replaced[i];
        if (!r->sum)
            continue;
        tz_json_object(j);
        tz_json_key(j, "measure");
        tz_json_text(j, r->measure);
        tz_sum_json(j, kind, r->measure, r->sum);
        tz_json_end_object(j);
    }
    tz_json_end_array(j);
}

void tz_replaces_text(struct tz_buf *out, const struct tz_kind_info *kind, const char *address,
                      const Taizhang__V1__Replaced *replaced, bool zh)
{
    const Taizhang__V1__Sum *sum = replaced->sum;
    struct tz_address parsed;
    struct tz_buf text;
    char period[TZ_PERIOD_SIZE];
    if (!sum)
        return;
    tz_buf_init(&text, 256);
    tz_sum_text(&text, kind, replaced->measure, sum);
    tz_buf_printf(out, _("%s: "), tz_message_label(kind, replaced->measure, zh));
    tz_buf_printf(out,
                  P_("replaces %llu record of this unit and those below it, total %s",
                     "replaces %llu records of this unit and those below it, total %s",
                     (unsigned long)sum->records),
                  (unsigned long long)sum->records, text.data ? text.data : "");
    tz_buf_free(&text);
    if (sum->stated && sum->unquantified)
        tz_buf_printf(out, _(" and %llu unquantified"), (unsigned long long)sum->unquantified);
    if (tz_address_parse(address, strlen(address), &parsed, NULL) != TZ_OK)
        return;
    tz_period_format(parsed.period, period);
    tz_buf_printf(
        out,
        _("; to list them: `taizhang trace --committee %s --kind %s --period %s --measure %s --built-up`"),
        parsed.committee, kind->name, period, replaced->measure);
}
