/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service/daemon.h"

#include <errno.h>
#include <event2/thread.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/net/self_signed.h"
#include "daemon/audit/access_log.h"
#include "daemon/audit/syslog.h"
#include "daemon/service/descriptors.h"
#include "daemon/service/port_file.h"
#include "daemon/service/recheck.h"
#include "daemon/service/roles_held.h"
#include "daemon/service/service.h"
#include "daemon/store/lock.h"

enum { POLL_MS = 20, SIGNALS = 3, MS_PER_S = 1000, DAY_S = 24 * 3600 };

struct tz_daemon {
    struct tz_config *config;
    int argc;
    char *const *argv;
    struct tz_log *log;
    const struct tz_env *env;
    char dir[PATH_MAX];
    struct tz_lock *lock;
    struct tz_store *store;
    struct tz_views *views;
    struct tz_access_log *access_log;
    struct event_base *base;
    struct event *signal[SIGNALS];
    struct event *poll; /* while draining */
    struct event *day;  /* where there is a certificate, which may end */
    struct tz_service service;
    bool service_ready;
    struct tz_tls *tls; /* NULL: nothing listens on TCP */
    struct tz_net *net;
    struct tz_recheck *recheck; /* NULL: the last stop was clean */
    bool draining;
    int64_t drain_deadline; /* monotonic, us */
    enum tz_exit result;
    bool ended; /* served, and stopped as asked */
};

static enum tz_exit failed(struct tz_daemon *d, enum tz_exit code, const char *what, const char *why)
{
    char quoted[600];
    tz_log(d->log, TZ_LOG_ERROR, "start_failed", "what=%s why=%s", what,
           tz_log_quote(quoted, sizeof quoted, why, strlen(why)));
    return code;
}

static enum tz_exit failed_rc(struct tz_daemon *d, const char *what, int rc)
{
    return failed(d, TZ_EXIT_FAILED, what, tz_rc_string(rc));
}

/* --- the parts, in order --- */

static enum tz_exit open_folder(struct tz_daemon *d)
{
    pid_t other;
    struct stat st;
    char why[128];
    if (mkdir(d->config->data, 0700) != 0 && errno != EEXIST)
        return failed(d, TZ_EXIT_FAILED, "data_folder", strerror(errno));
    if (!realpath(d->config->data, d->dir) || stat(d->dir, &st) != 0)
        return failed(d, TZ_EXIT_FAILED, "data_folder", strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return failed(d, TZ_EXIT_FAILED, "data_folder", "not a folder");
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        tz_log(d->log, TZ_LOG_WARN, "folder_open_to_others", "mode=%04o", (unsigned)(st.st_mode & 07777));
    int rc = tz_lock_take(d->dir, &d->lock, &other);
    int error = errno;
    if (rc == TZ_ELOCKED) {
        snprintf(why, sizeof why, "another daemon serves this folder, pid %ld", (long)other);
        return failed(d, TZ_EXIT_LOCKED, "data_folder", why);
    }
    if (rc == TZ_EIO || rc == TZ_EFULL)
        return failed(d, TZ_EXIT_FAILED, "lock", strerror(error));
    return rc == TZ_OK ? TZ_EXIT_OK : failed_rc(d, "lock", rc);
}

static enum tz_exit open_store(struct tz_daemon *d)
{
    char path[PATH_MAX + 16];
    char why[256] = "";
    struct tz_reader *reader;
    struct tz_store_options o = {.path = path, .env = d->env, .log = d->log};
    snprintf(path, sizeof path, "%s/" TZ_DATABASE, d->dir);
    int rc = tz_store_open(&d->store, &o, why, sizeof why);
    if (rc != TZ_OK)
        return failed(d, rc == TZ_EFOREIGN || rc == TZ_ECORRUPT ? TZ_EXIT_FOREIGN : TZ_EXIT_FAILED, "store",
                      why[0] ? why : tz_rc_string(rc));
    rc = tz_reader_open(&reader, d->store);
    if (rc == TZ_OK) {
        rc = tz_views_open(&d->views, reader, d->env, d->log);
        tz_reader_close(reader);
    }
    return rc == TZ_OK ? TZ_EXIT_OK : failed_rc(d, "views", rc);
}

static enum tz_exit open_access_log(struct tz_daemon *d)
{
    char path[PATH_MAX + 16];
    char why[TZ_WHY_SIZE] = "";
    struct tz_access_log_options o = {.dir = path,
                                      .env = d->env,
                                      .log = d->log,
                                      .days = d->config->access_log_days,
                                      .file_bytes = (uint64_t)d->config->access_log_bytes,
                                      .syslog = d->config->access_log_syslog ? TZ_SYSLOG_SOCKET : NULL};
    snprintf(path, sizeof path, "%s/" TZ_ACCESS_FOLDER, d->dir);
    int rc = tz_access_log_open(&d->access_log, &o, why, sizeof why);
    if (rc != TZ_OK)
        return failed(d, TZ_EXIT_FAILED, "access_log", why[0] ? why : tz_rc_string(rc));
    tz_access_log_began(d->access_log, tz_service_name(), tz_store_info(d->store).position);
    tz_access_log_flush(d->access_log);
    return TZ_EXIT_OK;
}

static enum tz_exit open_service(struct tz_daemon *d)
{
    d->service = (struct tz_service){
        .env = d->env,
        .log = d->log,
        .store = d->store,
        .views = d->views,
        .access_log = d->access_log,
        .rates = tz_config_rates(d->config),
        .access = {.owner = geteuid()},
    };
    int rc = tz_service_init(&d->service, (unsigned)d->config->threads, (unsigned)d->config->readers);
    if (rc != TZ_OK)
        return failed_rc(d, "service", rc);
    d->service_ready = true;
    return TZ_EXIT_OK;
}

/* --- the certificate --- */

/* The operator's own, or one that is made here once. */
static int load_certificate(struct tz_daemon *d, const struct tz_config *config, char why[TZ_WHY_SIZE])
{
    char folder[PATH_MAX + 8];
    char certificate[PATH_MAX + 24];
    char key[PATH_MAX + 24];
    struct tz_tls_files files = {.certificate = config->tls_cert, .key = config->tls_key, .own = true};
    if (!config->tls_cert[0]) {
        bool made;
        snprintf(folder, sizeof folder, "%s/tls", d->dir);
        snprintf(certificate, sizeof certificate, "%s/cert.pem", folder);
        snprintf(key, sizeof key, "%s/key.pem", folder);
        int rc = tz_self_signed_ensure(folder, &made, why);
        if (rc != TZ_OK)
            return rc;
        if (made)
            tz_log(d->log, TZ_LOG_INFO, "certificate_made", "folder=\"%s\"", folder);
        files = (struct tz_tls_files){.certificate = certificate, .key = key};
    }
    int rc = tz_tls_load(d->tls, &files, why);
    if (rc == TZ_OK) {
        tz_tls_tell(d->tls, &files, d->log);
        tz_tls_warn(d->tls, d->env->wall_ms(d->env->ctx), d->log);
    }
    return rc;
}

static void on_day(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct tz_daemon *d = ctx;
    tz_tls_warn(d->tls, d->env->wall_ms(d->env->ctx), d->log);
}

static enum tz_exit open_tls(struct tz_daemon *d)
{
    char why[TZ_WHY_SIZE];
    if (!d->config->listen[0])
        return TZ_EXIT_OK;
    int rc = tz_tls_new(&d->tls);
    if (rc != TZ_OK)
        return failed_rc(d, "tls", rc);
    if (load_certificate(d, d->config, why) != TZ_OK)
        return failed(d, TZ_EXIT_FAILED, "tls", why);
    const struct timeval day = {.tv_sec = DAY_S};
    d->day = event_new(d->base, -1, EV_PERSIST, on_day, d);
    return d->day && event_add(d->day, &day) == 0 ? TZ_EXIT_OK : failed_rc(d, "tls", TZ_ENOMEM);
}

static void reload_certificate(struct tz_daemon *d)
{
    char why[TZ_WHY_SIZE];
    char quoted[600];
    if (d->tls && load_certificate(d, d->config, why) != TZ_OK)
        tz_log(d->log, TZ_LOG_ERROR, "certificate_refused", "why=%s kept=yes",
               tz_log_quote(quoted, sizeof quoted, why, strlen(why)));
}

/* --- the net --- */

/* max-connections, or what the limit of open files leaves of it; 0: nothing. */
static size_t connections_allowed(struct tz_daemon *d)
{
    size_t wanted = (size_t)d->config->max_connections;
    size_t room = tz_descriptors_room(d->config, wanted);
    if (room < wanted)
        tz_log(d->log, TZ_LOG_WARN, "connections_limited", "by=open_files max_connections=%zu allowed=%zu",
               wanted, room);
    return room;
}

static struct tz_net_caps net_caps(struct tz_daemon *d)
{
    return (struct tz_net_caps){.connections = connections_allowed(d),
                                .pending = (size_t)d->config->max_pending,
                                .per_address = (size_t)d->config->max_connections_per_address};
}

static enum tz_exit open_net(struct tz_daemon *d)
{
    char why[TZ_WHY_SIZE] = "out of memory";
    char path[PATH_MAX + 16];
    struct tz_net_options o = {.base = d->base,
                               .threads = (unsigned)d->config->threads,
                               .caps = net_caps(d),
                               .limits = tz_config_limits(d->config),
                               .tls = d->tls,
                               .public_address = d->config->public_address,
                               .handler = tz_service_handler(&d->service),
                               .env = d->env,
                               .log = d->log};
    if (o.caps.connections == 0) {
        snprintf(why, sizeof why, "the limit of open files is too low: more than %zu are needed",
                 tz_descriptors_reserve(d->config));
        return failed(d, TZ_EXIT_FAILED, "open_files", why);
    }
    int rc = tz_net_new(&d->net, &o);
    if (rc != TZ_OK)
        return failed_rc(d, "net", rc);
    d->service.net = d->net;
    snprintf(path, sizeof path, "%s/taizhangd.sock", d->dir);
    rc = tz_net_listen_unix(d->net, path, why);
    if (rc == TZ_OK && d->config->listen[0])
        rc = tz_net_listen_tcp(d->net, d->config->listen, why);
    return rc == TZ_OK ? TZ_EXIT_OK : failed(d, TZ_EXIT_FAILED, "listen", why);
}

/* --- signals, on the main thread --- */

/* Ends the loop with connections that are still open; that matters only where requests are cut off. */
static void end_drain(struct tz_daemon *d, const char *reason)
{
    uint64_t requests = atomic_load(&tz_net_counters(d->net)->in_progress);
    tz_log(d->log, TZ_LOG_WARN, "drain_ended", "reason=%s connections=%" PRIu64 " requests=%" PRIu64, reason,
           (uint64_t)atomic_load(&tz_net_counters(d->net)->connections), requests);
    if (requests > 0)
        d->result = TZ_EXIT_CUT;
    event_base_loopbreak(d->base);
}

static void on_poll(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    struct tz_daemon *d = ctx;
    if (atomic_load(&tz_net_counters(d->net)->connections) == 0)
        event_base_loopbreak(d->base);
    else if (d->env->mono_us(d->env->ctx) >= d->drain_deadline)
        end_drain(d, "deadline");
}

static void on_stop(evutil_socket_t sig, short what, void *ctx)
{
    (void)what;
    struct tz_daemon *d = ctx;
    const struct timeval interval = {.tv_usec = POLL_MS * 1000};
    if (d->draining) {
        end_drain(d, "second_signal");
        return;
    }
    tz_log(d->log, TZ_LOG_INFO, "stopping", "signal=%d connections=%" PRIu64, (int)sig,
           (uint64_t)atomic_load(&tz_net_counters(d->net)->connections));
    d->draining = true;
    d->drain_deadline = d->env->mono_us(d->env->ctx) + (d->config->drain_seconds + 1) * INT64_C(1000000);
    tz_net_drain(d->net);
    if (event_add(d->poll, &interval) != 0)
        event_base_loopbreak(d->base);
}

static void on_reload(evutil_socket_t sig, short what, void *ctx)
{
    (void)sig;
    (void)what;
    struct tz_daemon *d = ctx;
    struct tz_config fresh = {0};
    struct tz_option_error error = {{0}};
    char quoted[600];
    if (tz_config_load(&fresh, d->argc, d->argv, &error) != TZ_OK) {
        tz_log(d->log, TZ_LOG_ERROR, "reload_failed", "why=%s kept=yes",
               tz_log_quote(quoted, sizeof quoted, error.text, strlen(error.text)));
    } else {
        tz_config_reload(d->config, &fresh, d->log);
        atomic_store(&d->log->level, d->config->log_level);
        struct tz_net_limits limits = tz_config_limits(d->config);
        struct tz_net_caps caps = net_caps(d);
        tz_net_set_limits(d->net, &limits, &caps);
        struct tz_rate_options rates = tz_config_rates(d->config);
        tz_limits_set(d->service.limits, &rates);
        tz_access_log_set_days(d->access_log, d->config->access_log_days);
        reload_certificate(d);
        tz_log(d->log, TZ_LOG_INFO, "reloaded", "%s", "");
    }
    tz_config_free(&fresh);
}

static enum tz_exit open_loop(struct tz_daemon *d)
{
    evthread_use_pthreads();
    d->base = event_base_new();
    if (d->base) {
        d->signal[0] = evsignal_new(d->base, SIGTERM, on_stop, d);
        d->signal[1] = evsignal_new(d->base, SIGINT, on_stop, d);
        d->signal[2] = evsignal_new(d->base, SIGHUP, on_reload, d);
        d->poll = event_new(d->base, -1, EV_PERSIST, on_poll, d);
    }
    bool ok = d->base && d->poll;
    for (size_t i = 0; ok && i < SIGNALS; i++)
        ok = d->signal[i] && event_add(d->signal[i], NULL) == 0;
    return ok ? TZ_EXIT_OK : failed_rc(d, "loop", TZ_ENOMEM);
}

enum tz_exit tz_daemon_open(struct tz_daemon **out, struct tz_config *config, int argc, char *const *argv,
                            struct tz_log *log)
{
    struct tz_daemon *d = calloc(1, sizeof *d);
    if (!d)
        return TZ_EXIT_FAILED;
    d->config = config;
    d->argc = argc;
    d->argv = argv;
    d->log = log;
    d->env = tz_env_system();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit of the file's size is a full disk */
    enum tz_exit rc = open_folder(d);
    if (rc == TZ_EXIT_OK)
        rc = open_store(d);
    if (rc == TZ_EXIT_OK)
        rc = open_loop(d);
    if (rc == TZ_EXIT_OK)
        rc = open_access_log(d);
    if (rc == TZ_EXIT_OK)
        rc = open_service(d);
    if (rc == TZ_EXIT_OK)
        rc = open_tls(d);
    if (rc == TZ_EXIT_OK)
        rc = open_net(d);
    if (rc != TZ_EXIT_OK) {
        tz_daemon_close(d);
        return rc;
    }
    *out = d;
    return TZ_EXIT_OK;
}

/* --- serving --- */

/* The threads start with all signals blocked, so that only the main thread takes them. */
static int start_threads(struct tz_daemon *d)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = tz_access_log_start(d->access_log);
    if (rc == TZ_OK)
        rc = tz_service_start(&d->service);
    if (rc == TZ_OK)
        rc = tz_net_start(d->net);
    if (rc == TZ_OK && d->service.registry.unclean)
        rc = tz_recheck_start(&d->recheck, d->store, d->log);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void tell_roles(struct tz_daemon *d)
{
    int64_t now = d->env->wall_ms(d->env->ctx);
    char secure[TZ_HOLDERS_SIZE], audit[TZ_HOLDERS_SIZE];
    tz_log(d->log, TZ_LOG_INFO, "roles_held", "secure=%s audit=%s",
           tz_role_holders(d->views, TZ_ROLE_SECURE, now, secure),
           tz_role_holders(d->views, TZ_ROLE_AUDIT, now, audit));
}

static enum tz_exit announce(struct tz_daemon *d)
{
    char why[TZ_WHY_SIZE];
    const char *name;
    if (d->config->port_file[0] && tz_port_file_write(d->config->port_file, d->net, why) != TZ_OK)
        return failed(d, TZ_EXIT_FAILED, "port_file", why);
    for (size_t i = 0; (name = tz_net_listener_name(d->net, i)); i++)
        tz_log(d->log, TZ_LOG_INFO, "listening", "at=\"%s\"", name);
    struct tz_tls_info tls;
    if (tz_net_tls_info(d->net, &tls) == TZ_OK && !tls.address[0])
        tz_log(d->log, TZ_LOG_WARN, "public_address_unknown", "set=public-address");
    tell_roles(d);
    tz_log(d->log, TZ_LOG_INFO, "ready",
           "version=%s pid=%ld position=%" PRIu64 " epoch=%" PRIu64 " committees=%" PRIu32 " records=%" PRIu64
           " events=%s",
           TZ_VERSION, (long)getpid(), d->service.registry.position, d->service.registry.epoch,
           tz_tree_count(d->views->tree), tz_cube_records(d->views->cube), event_base_get_method(d->base));
    return TZ_EXIT_OK;
}

enum tz_exit tz_daemon_run(struct tz_daemon *d)
{
    enum tz_exit rc = announce(d);
    if (rc != TZ_EXIT_OK)
        return rc;
    int started = start_threads(d);
    if (started != TZ_OK)
        rc = failed_rc(d, "threads", started);
    else if (event_base_dispatch(d->base) != 0)
        rc = failed(d, TZ_EXIT_FAILED, "loop", "the event loop failed");
    tz_recheck_stop(d->recheck);
    tz_service_stop(&d->service);
    tz_net_stop(d->net);
    if (d->config->port_file[0])
        unlink(d->config->port_file);
    d->ended = rc == TZ_EXIT_OK;
    return rc == TZ_EXIT_OK ? d->result : rc;
}

void tz_daemon_close(struct tz_daemon *d)
{
    if (!d)
        return;
    tz_net_free(d->net);
    tz_tls_free(d->tls);
    if (d->service_ready)
        tz_service_deinit(&d->service);
    for (size_t i = 0; i < SIGNALS; i++) {
        if (d->signal[i])
            event_free(d->signal[i]);
    }
    if (d->poll)
        event_free(d->poll);
    if (d->day)
        event_free(d->day);
    if (d->base)
        event_base_free(d->base);
    tz_access_log_close(d->access_log);
    if (d->views)
        tz_views_free(d->views);
    if (d->store)
        tz_store_close(d->store);
    if (d->lock && d->ended)
        tz_lock_ended(d->lock);
    tz_lock_release(d->lock);
    tz_log(d->log, TZ_LOG_INFO, "stopped", "%s", "");
    free(d);
}
