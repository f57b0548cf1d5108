/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/config.h"

#include <stdio.h>

#include "common/base/i18n.h"
#include "common/wire/frame.h"
#include "daemon/audit/access_log.h"
#include "daemon/net/listen.h"

static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};

#define AT(member) offsetof(struct tz_config, member)

/* FRAME_LEAST: a record with the largest body and private bytes must fit. */
enum { FRAME_LEAST = 160 * 1024 };

static const struct tz_option rows[] = {
    {.name = "data",
     .type = TZ_OPTION_STRING,
     .offset = AT(data),
     .fallback = "",
     .argument = "DIR",
     .help = N_("The registry's folder; made with mode 0700 if it is not there. Required.")},
    {.name = "config",
     .type = TZ_OPTION_STRING,
     .flags = TZ_OPTION_CONFIG_FILE,
     .offset = AT(config),
     .fallback = "",
     .argument = "FILE",
     .help = N_("Read options from this file; the command line goes before it.")},
    {.name = "listen",
     .type = TZ_OPTION_STRING,
     .offset = AT(listen),
     .fallback = "",
     .argument = "ADDR:PORT",
     .help = N_("Also listen on TCP: TLS, for those with a device key. Port 0: the system chooses.")},
    {.name = "public-address",
     .type = TZ_OPTION_STRING,
     .offset = AT(public_address),
     .fallback = "",
     .argument = "HOST:PORT",
     .help = N_("What invitations call this registry; else the address of `listen`, if it is one to connect "
                "to.")},
    {.name = "tls-cert",
     .type = TZ_OPTION_STRING,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(tls_cert),
     .fallback = "",
     .argument = "FILE",
     .help =
         N_("A certificate of your own, with its chain (PEM); else one is made in DIR/tls, for clients to "
            "pin.")},
    {.name = "tls-key",
     .type = TZ_OPTION_STRING,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(tls_key),
     .fallback = "",
     .argument = "FILE",
     .help = N_("The key of tls-cert (PEM, without a passphrase).")},
    {.name = "port-file",
     .type = TZ_OPTION_STRING,
     .offset = AT(port_file),
     .fallback = "",
     .argument = "FILE",
     .help = N_("When ready, write the addresses in use to this file.")},
    {.name = "threads",
     .type = TZ_OPTION_INT,
     .offset = AT(threads),
     .fallback = "2",
     .min = 1,
     .max = 64,
     .help = N_("Threads that serve connections.")},
    {.name = "readers",
     .type = TZ_OPTION_INT,
     .offset = AT(readers),
     .fallback = "2",
     .min = 1,
     .max = 64,
     .help = N_("Threads that answer queries.")},
    {.name = "max-connections",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(max_connections),
     .fallback = "4096",
     .min = 1,
     .max = 1000000,
     .help = N_("More are refused. Fewer where the limit of open files is lower.")},
    {.name = "max-pending",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(max_pending),
     .fallback = "1024",
     .min = 1,
     .max = 1000000,
     .help = N_("TCP connections that have not said Hello; for a further one the oldest of them is cut.")},
    {.name = "max-connections-per-address",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(max_connections_per_address),
     .fallback = "256",
     .min = 1,
     .max = 1000000,
     .help =
         N_("TCP connections from one IPv4 address, or from one IPv6 network of 64 bits; more are refused.")},
    {.name = "max-connections-per-principal",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(max_connections_per_principal),
     .fallback = "64",
     .min = 0,
     .max = 1000000,
     .help = N_("Connections that one key may have open; more are refused. 0: as many as there may be.")},
    {.name = "rate-requests",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(rate_requests),
     .fallback = "500",
     .min = 0,
     .max = 1000000000,
     .help =
         N_("Requests a second that one principal may send for long; an address may send 16 times as many. "
            "0: as many as it can.")},
    {.name = "rate-records",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(rate_records),
     .fallback = "50000",
     .min = 0,
     .max = 1000000000,
     .help = N_("The same, in records.")},
    {.name = "rate-bytes",
     .type = TZ_OPTION_SIZE,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(rate_bytes),
     .fallback = "64M",
     .min = 0,
     .max = INT64_C(1) << 40,
     .help = N_("The same, in bytes of requests.")},
    {.name = "rate-burst-seconds",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(rate_burst_seconds),
     .fallback = "10",
     .min = 1,
     .max = 3600,
     .unit = N_("seconds"),
     .help = N_("What so many seconds allow may be sent at once.")},
    {.name = "failures-per-minute",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(failures_per_minute),
     .fallback = "10",
     .min = 1,
     .max = 100000,
     .help = N_("Proofs and invitation codes that may fail, from one address; then it must wait.")},
    {.name = "access-log-days",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(access_log_days),
     .fallback = "366",
     .min = TZ_ACCESS_DAYS_LEAST,
     .max = 36500,
     .unit = N_("days"),
     .help = N_("The access log is kept so long.")},
    {.name = "access-log-bytes",
     .type = TZ_OPTION_SIZE,
     .offset = AT(access_log_bytes),
     .fallback = "16M",
     .min = 64 * 1024,
     .max = INT64_C(1) << 30,
     .help = N_("A file of it has this size; a day begins a new one too.")},
    {.name = "access-log-syslog",
     .type = TZ_OPTION_BOOL,
     .offset = AT(access_log_syslog),
     .fallback = "no",
     .help = N_("The access log goes to the system's log too.")},
    {.name = "log-level",
     .type = TZ_OPTION_CHOICE,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(log_level),
     .fallback = "info",
     .choices = log_levels,
     .help = N_("What is written to the log on standard error.")},
    {.name = "frame-bytes",
     .type = TZ_OPTION_SIZE,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(frame_bytes),
     .fallback = "1M",
     .min = FRAME_LEAST,
     .max = TZ_FRAME_MAX,
     .help = N_("The largest request.")},
    {.name = "outstanding-requests",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(outstanding_requests),
     .fallback = "64",
     .min = 1,
     .max = 10000,
     .help = N_("Requests of one connection that may be in progress before it is not read any more.")},
    {.name = "outstanding-bytes",
     .type = TZ_OPTION_SIZE,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(outstanding_bytes),
     .fallback = "4M",
     .min = FRAME_LEAST,
     .max = INT64_C(1) << 30,
     .help = N_("The same, in bytes of requests.")},
    {.name = "unread-bytes",
     .type = TZ_OPTION_SIZE,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(unread_bytes),
     .fallback = "1M",
     .min = 4096,
     .max = INT64_C(1) << 30,
     .help = N_("Answers that a peer may leave unread before it is not read any more.")},
    {.name = "hello-seconds",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(hello_seconds),
     .fallback = "10",
     .min = 1,
     .max = 3600,
     .unit = N_("seconds"),
     .help = N_("A connection must have said Hello by then.")},
    {.name = "frame-seconds",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(frame_seconds),
     .fallback = "30",
     .min = 1,
     .max = 3600,
     .unit = N_("seconds"),
     .help = N_("A request must be complete so long after its first byte.")},
    {.name = "write-seconds",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(write_seconds),
     .fallback = "30",
     .min = 1,
     .max = 3600,
     .unit = N_("seconds"),
     .help = N_("A peer that has not taken 16 KiB, or all that waits for it, in this time is cut off.")},
    {.name = "drain-seconds",
     .type = TZ_OPTION_INT,
     .flags = TZ_OPTION_RELOAD,
     .offset = AT(drain_seconds),
     .fallback = "10",
     .min = 1,
     .max = 600,
     .unit = N_("seconds"),
     .help = N_("Time for requests in progress when the daemon stops.")},
    {.name = "lang",
     .type = TZ_OPTION_STRING,
     .flags = TZ_OPTION_COMMAND,
     .offset = AT(lang),
     .fallback = "",
     .argument = "zh|en",
     .help = N_("Language of messages for people; else that of the locale. Log and findings are English.")},
    {.name = "check-config",
     .type = TZ_OPTION_BOOL,
     .flags = TZ_OPTION_COMMAND,
     .offset = AT(check_config),
     .fallback = "no",
     .help = N_("Check the options, say what is wrong, and end.")},
    {.name = "print-config",
     .type = TZ_OPTION_BOOL,
     .flags = TZ_OPTION_COMMAND,
     .offset = AT(print_config),
     .fallback = "no",
     .help = N_("Print all options with their values as a configuration file, and end.")},
    {.name = "version",
     .type = TZ_OPTION_BOOL,
     .flags = TZ_OPTION_COMMAND,
     .offset = AT(version),
     .fallback = "no",
     .help = N_("Print the version, and end.")},
    {.name = "help",
     .type = TZ_OPTION_BOOL,
     .flags = TZ_OPTION_COMMAND,
     .offset = AT(help),
     .fallback = "no",
     .help = N_("Print this, and end.")},
};

const struct tz_option_set tz_config_options = {
    .section = "taizhangd",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

static int refuse(struct tz_option_error *error, const char *text)
{
    snprintf(error->text, sizeof error->text, "%s", text);
    return TZ_EINVAL;
}

int tz_config_load(struct tz_config *c, int argc, char *const *argv, struct tz_option_error *error)
{
    int rc = tz_options_load(&tz_config_options, c, argc, argv, error);
    if (rc != TZ_OK)
        return rc;
    if (!c->tls_cert[0] != !c->tls_key[0])
        return refuse(error, _("tls-cert and tls-key go together: give both, or neither"));
    if (c->public_address[0] && !tz_inet_is_public(c->public_address))
        return refuse(error, _("public-address must be a host with a port: registry.example:7117"));
    char why[TZ_WHY_SIZE];
    if (c->listen[0] && tz_listen_tcp_check(c->listen, why) != TZ_OK)
        return refuse(error, _("listen must be an address with a port: 0.0.0.0:7117, or [::1]:0"));
    enum tz_language language;
    if (c->lang[0] && !tz_i18n_language(c->lang, &language)) {
        snprintf(error->text, sizeof error->text, _("lang is zh or en, not \"%.40s\""), c->lang);
        return TZ_EINVAL;
    }
    return TZ_OK;
}

void tz_config_free(struct tz_config *c)
{
    tz_options_free(&tz_config_options, c);
}

struct tz_rate_options tz_config_rates(const struct tz_config *c)
{
    return (struct tz_rate_options){
        .a_second = {[TZ_RATE_REQUESTS] = c->rate_requests,
                     [TZ_RATE_RECORDS] = c->rate_records,
                     [TZ_RATE_BYTES] = c->rate_bytes},
        .burst_s = c->rate_burst_seconds,
        .failures = c->failures_per_minute,
        .connections = c->max_connections_per_principal,
    };
}

struct tz_net_limits tz_config_limits(const struct tz_config *c)
{
    struct tz_net_limits l = tz_net_default_limits;
    const int64_t second = 1000000;
    l.frame_bytes = (size_t)c->frame_bytes;
    l.outstanding_requests = (size_t)c->outstanding_requests;
    l.outstanding_bytes = (size_t)c->outstanding_bytes;
    l.out_high = (size_t)c->unread_bytes;
    l.hello_us = c->hello_seconds * second;
    l.frame_us = c->frame_seconds * second;
    l.write_us = c->write_seconds * second;
    l.drain_us = c->drain_seconds * second;
    return l;
}

static void swap(char **a, char **b)
{
    char *was = *a;
    *a = *b;
    *b = was;
}

static void take_over(struct tz_config *c, struct tz_config *fresh)
{
    swap(&c->tls_cert, &fresh->tls_cert);
    swap(&c->tls_key, &fresh->tls_key);
    c->max_connections = fresh->max_connections;
    c->max_pending = fresh->max_pending;
    c->max_connections_per_address = fresh->max_connections_per_address;
    c->max_connections_per_principal = fresh->max_connections_per_principal;
    c->rate_requests = fresh->rate_requests;
    c->rate_records = fresh->rate_records;
    c->rate_bytes = fresh->rate_bytes;
    c->rate_burst_seconds = fresh->rate_burst_seconds;
    c->failures_per_minute = fresh->failures_per_minute;
    c->access_log_days = fresh->access_log_days;
    c->log_level = fresh->log_level;
    c->frame_bytes = fresh->frame_bytes;
    c->outstanding_requests = fresh->outstanding_requests;
    c->outstanding_bytes = fresh->outstanding_bytes;
    c->unread_bytes = fresh->unread_bytes;
    c->hello_seconds = fresh->hello_seconds;
    c->frame_seconds = fresh->frame_seconds;
    c->write_seconds = fresh->write_seconds;
    c->drain_seconds = fresh->drain_seconds;
}

void tz_config_reload(struct tz_config *c, struct tz_config *fresh, struct tz_log *log)
{
    const struct tz_option *row = NULL;
    while ((row = tz_options_difference(&tz_config_options, c, fresh, row))) {
        struct tz_buf was;
        struct tz_buf is;
        char was_quoted[200];
        char is_quoted[200];
        tz_buf_init(&was, 4096);
        tz_buf_init(&is, 4096);
        tz_option_value(row, c, &was);
        tz_option_value(row, fresh, &is);
        tz_log(log, row->flags & TZ_OPTION_RELOAD ? TZ_LOG_INFO : TZ_LOG_WARN,
               row->flags & TZ_OPTION_RELOAD ? "option_reloaded" : "option_needs_restart",
               "option=%s was=%s is=%s", row->name,
               tz_log_quote(was_quoted, sizeof was_quoted, was.data ? was.data : "", was.len),
               tz_log_quote(is_quoted, sizeof is_quoted, is.data ? is.data : "", is.len));
        tz_buf_free(&was);
        tz_buf_free(&is);
    }
    take_over(c, fresh);
}
