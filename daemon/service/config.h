/* SPDX-License-Identifier: Apache-2.0
 *
 * The daemon's options, from one table (config.c): command line, configuration file, --help, --print-config,
 * reload.
 */
#ifndef TZ_DAEMON_SERVICE_CONFIG_H
#define TZ_DAEMON_SERVICE_CONFIG_H

#include "common/base/log.h"
#include "common/base/option.h"
#include "daemon/net/conn.h"
#include "daemon/service/limits.h"

struct tz_config {
    char *data;           /* "" until it is given */
    char *config;         /* "" for none */
    char *listen;         /* "" for none */
    char *public_address; /* "" for the one that is bound */
    char *tls_cert;       /* "" for the one made here */
    char *tls_key;        /* likewise */
    char *port_file;
    int64_t threads;
    int64_t readers;
    int64_t max_connections;
    int64_t max_pending;
    int64_t max_connections_per_address;
    int64_t max_connections_per_principal;
    int64_t rate_requests;
    int64_t rate_records;
    int64_t rate_bytes;
    int64_t rate_burst_seconds;
    int64_t failures_per_minute;
    int64_t access_log_days;
    int64_t access_log_bytes;
    bool access_log_syslog;
    int log_level; /* enum tz_log_level */
    int64_t frame_bytes;
    int64_t outstanding_requests;
    int64_t outstanding_bytes;
    int64_t unread_bytes;
    int64_t hello_seconds;
    int64_t frame_seconds;
    int64_t write_seconds;
    int64_t drain_seconds;
    char *lang;
    bool check_config;
    bool print_config;
    bool version;
    bool help;
};

extern const struct tz_option_set tz_config_options;

/* Reads argv and the file that it names, and checks what one option alone cannot say. *c is zeroed before,
 * and to be freed after whatever the result. */
int tz_config_load(struct tz_config *c, int argc, char *const *argv,
                   struct tz_option_error *error) TZ_MUSTCHECK;
void tz_config_free(struct tz_config *c);
/* What the net is told. */
struct tz_net_limits tz_config_limits(const struct tz_config *c);
/* What the service is told. */
struct tz_rate_options tz_config_rates(const struct tz_config *c);

/* Takes the reloadable values of *fresh over into *c, which gives it the old ones to free. Each changed
 * option is logged: as reloaded, or as waiting for a restart. */
void tz_config_reload(struct tz_config *c, struct tz_config *fresh, struct tz_log *log);

#endif
