/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/descriptors.h"

#include <sys/resource.h>

#include "daemon/net/net.h"

/* Standard streams, lock, database, its log and shared memory, side file, listeners with their spares, the
 * main loop, and some for the libraries. */
enum { BASE = 40, PER_READER = 3, PER_THREAD = 4 };

size_t tz_descriptors_reserve(const struct tz_config *config)
{
    return BASE + TZ_NET_REFUSED_AT_ONCE + PER_READER * (size_t)config->readers +
           PER_THREAD * (size_t)config->threads;
}

size_t tz_descriptors_room(const struct tz_config *config, size_t wanted)
{
    struct rlimit limit;
    size_t reserve = tz_descriptors_reserve(config);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    rlim_t need = (rlim_t)(wanted + reserve);
    if (limit.rlim_cur < need) {
        rlim_t before = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            limit.rlim_cur = before;
    }
    if (limit.rlim_cur >= need)
        return wanted;
    return limit.rlim_cur > reserve ? (size_t)limit.rlim_cur - reserve : 0;
}
