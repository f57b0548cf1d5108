/* SPDX-License-Identifier: Apache-2.0
 *
 * taizhangd: the registry's daemon. A checklist; the parts are in daemon/service/daemon.h.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/i18n.h"
#include "daemon/audit/access_check.h"
#include "daemon/journal/check.h"
#include "daemon/service/daemon.h"
#include "daemon/store/lock.h"

enum { PRINT_MAX = 64 * 1024 };

/* --lang must be known before the options are read, since their errors are translated. */
static const char *find_lang(int argc, char *const *argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            return argv[i] + 7;
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            return argv[i + 1];
    }
    return NULL;
}

static enum tz_exit print(void (*make)(const struct tz_option_set *, const void *, struct tz_buf *),
                          const struct tz_config *config)
{
    struct tz_buf out;
    tz_buf_init(&out, PRINT_MAX);
    make(&tz_config_options, config, &out);
    bool ok = tz_buf_ok(&out) && out.data && fputs(out.data, stdout) >= 0 && fflush(stdout) == 0;
    tz_buf_free(&out);
    return ok ? TZ_EXIT_OK : TZ_EXIT_FAILED;
}

static void make_help(const struct tz_option_set *set, const void *config, struct tz_buf *out)
{
    (void)config;
    tz_buf_puts(
        out, _("Usage: taizhangd --data DIR [options]       serve the registry in DIR\n"
               "       taizhangd check --data DIR           recompute it from its journal and compare\n\n"));
    tz_options_help(set, out);
}

static enum tz_exit usage_error(const char *text)
{
    fprintf(stderr, "taizhangd: %s\n%s\n", text, _("Try taizhangd --help."));
    return TZ_EXIT_USAGE;
}

static enum tz_exit serve(struct tz_config *config, int argc, char *const *argv)
{
    struct tz_log log;
    struct tz_daemon *daemon;
    tz_log_init(&log, tz_env_system(), STDERR_FILENO, (enum tz_log_level)config->log_level);
    enum tz_exit rc = tz_daemon_open(&daemon, config, argc, argv, &log);
    if (rc != TZ_EXIT_OK)
        return rc;
    rc = tz_daemon_run(daemon);
    tz_daemon_close(daemon);
    return rc;
}

/* Findings go to standard output, one a line, with a summary. A daemon may run meanwhile. */
static enum tz_exit run_check(const struct tz_config *config)
{
    struct tz_log log;
    struct tz_check_result result;
    char path[PATH_MAX];
    char access[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/" TZ_DATABASE, config->data);
    if (n < 0 || (size_t)n >= sizeof path)
        return usage_error(_("the path of the folder is too long"));
    n = snprintf(access, sizeof access, "%s/" TZ_ACCESS_FOLDER, config->data);
    if (n < 0 || (size_t)n >= sizeof access)
        return usage_error(_("the path of the folder is too long"));
    tz_log_init(&log, tz_env_system(), STDERR_FILENO, (enum tz_log_level)config->log_level);
    int rc = tz_check_run(path, tz_env_system(), &log, stdout, &result);
    const struct tz_access_journal journal = {.position = result.position,
                                              .unclean = result.unclean || tz_lock_left(config->data),
                                              .served = result.served};
    int chain = rc < 0 ? rc : tz_access_check_run(access, &journal, stdout);
    if (rc < 0 || chain < 0)
        return TZ_EXIT_FAILED;
    return rc || chain ? TZ_EXIT_DIFFERENT : TZ_EXIT_OK;
}

static enum tz_exit act(struct tz_config *config, bool check, int argc, char *const *argv)
{
    if (config->help)
        return print(make_help, config);
    if (config->version) {
        printf("taizhangd %s\n", TZ_VERSION);
        return TZ_EXIT_OK;
    }
    if (config->print_config)
        return print(tz_options_print, config);
    if (!config->data[0])
        return usage_error(_("--data DIR is missing"));
    if (config->check_config) {
        puts(_("The configuration is right."));
        return TZ_EXIT_OK;
    }
    return check ? run_check(config) : serve(config, argc, argv);
}

int main(int argc, char **argv)
{
    struct tz_config config = {0};
    struct tz_option_error error = {{0}};
    bool check = argc > 1 && strcmp(argv[1], "check") == 0;
    int skip = check ? 1 : 0;

    tz_i18n_start("taizhangd", find_lang(argc, argv), TZ_LOCALE_DIR);
    enum tz_exit rc;
    if (tz_config_load(&config, argc - skip, argv + skip, &error) != TZ_OK)
        rc = usage_error(error.text);
    else
        rc = act(&config, check, argc - skip, argv + skip);
    tz_config_free(&config);
    return rc;
}
