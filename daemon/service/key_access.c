/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/key_access.h"

int tz_key_access(const struct tz_realm *realm, const struct tz_grant *g, uint32_t committee,
                  unsigned *may_give, struct tz_error *e)
{
    struct tz_grant giver = *g;
    if (!committee)
        giver.socket = false; /* no committee is meant that it could act as */
    int rc = tz_access_check(realm, &giver, TZ_ACT_KEYS, committee, NULL, e);
    if (rc != TZ_OK || !may_give)
        return rc;
    unsigned held = tz_access_relation(&giver, realm->tree, realm->principals, committee).roles;
    *may_give = held & TZ_ROLE_SECURE ? (1u << TZ_ROLES) - 1 : held & TZ_ROLES_COMMITTEE;
    return TZ_OK;
}
