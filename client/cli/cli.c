/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/date.h"
#include "common/base/text.h"
#include "common/schema/schema.h"

struct common_options {
    const char *server;
    const char *format;
    const char *lang;
    bool help;
    bool version;
};

enum { COMMON_OPTIONS = 10 };

static void fill_common(struct tz_cli *cli, struct common_options *c, struct tz_option out[COMMON_OPTIONS])
{
    const struct tz_option options[COMMON_OPTIONS] = {
        {"server", TZ_OPTION_TEXT, &c->server},     {"profile", TZ_OPTION_TEXT, &cli->profile_name},
        {"format", TZ_OPTION_TEXT, &c->format},     {"lang", TZ_OPTION_TEXT, &c->lang},
        {"quiet", TZ_OPTION_FLAG, &cli->quiet},     {"help", TZ_OPTION_FLAG, &c->help},
        {"version", TZ_OPTION_FLAG, &c->version},   {"output", TZ_OPTION_TEXT, &cli->output},
        {"act-for", TZ_OPTION_TEXT, &cli->act_for}, {NULL, TZ_OPTION_FLAG, NULL},
    };
    memcpy(out, options, sizeof options);
}

/* --- telling --- */

static void TZ_PRINTF(3, 0) tell(FILE *err, const char *before, const char *format, va_list args)
{
    struct tz_buf clean;
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        return;
    tz_buf_init(&clean, 1 << 20);
    /* Lines stay lines; what a peer or a file put into them cannot steer the terminal. */
    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");
        tz_table_clean(&clean, line, len, 0);
        line += len;
        if (*line) {
            tz_buf_putc(&clean, '\n');
            line++;
        }
    }
    fprintf(err, "%s%s\n", before, clean.data ? clean.data : "");
    fflush(err);
    tz_buf_free(&clean);
    free(text);
}

void tz_cli_error(struct tz_cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(cli->err, "taizhang: ", format, args);
    va_end(args);
}

int tz_cli_usage(struct tz_cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell(cli->err, "taizhang: ", format, args);
    va_end(args);
    return TZ_RESULT_USAGE;
}

void tz_cli_note(struct tz_cli *cli, const char *format, ...)
{
    if (cli->quiet)
        return;
    va_list args;
    va_start(args, format);
    tell(cli->err, "", format, args);
    va_end(args);
}

int tz_cli_no_memory(struct tz_cli *cli)
{
    tz_cli_error(cli, "%s", _("Out of memory."));
    return TZ_RESULT_INTERNAL;
}

int tz_cli_printed(struct tz_cli *cli, int rc)
{
    if (rc == TZ_OK)
        return tz_cli_flush(cli);
    if (rc == TZ_ENOMEM)
        return tz_cli_no_memory(cli);
    tz_cli_error(cli, _("The output cannot be written: %s."),
                 rc == TZ_ELIMIT ? _("there are more rows than a sheet holds") : strerror(errno));
    return TZ_RESULT_INTERNAL;
}

int tz_cli_flush(struct tz_cli *cli)
{
    if (fflush(cli->out) == 0 && !ferror(cli->out))
        return TZ_RESULT_DONE;
    tz_cli_error(cli, _("The output cannot be written: %s."), strerror(errno));
    return TZ_RESULT_INTERNAL;
}

/* --- options --- */

static void show_version(struct tz_cli *cli)
{
    fprintf(cli->out, "taizhang %s\n", TZ_VERSION);
}

static void show_common_options(struct tz_cli *cli)
{
    fprintf(
        cli->out, "\n%s\n",
        _("Common options, before or after the command:\n"
          "  --server unix:PATH|HOST:PORT   the registry; else the variable TAIZHANG_SERVER, else the one "
          "joined\n"
          "  --profile NAME                 what this user has seen is remembered under NAME (default)\n"
          "  --format table|csv|json|xlsx   how results are printed (table)\n"
          "  --output FILE                  where results are written; else standard output\n"
          "  --lang zh|en                   language of messages; else that of the locale\n"
          "  --quiet                        no progress, remarks and summaries\n"
          "  --act-for PERSON               ask in a person's name; of keys with the role act_for\n"
          "  --help, --version"));
}

static void show_help(struct tz_cli *cli)
{
    fprintf(cli->out, "%s\n\n", _("Usage: taizhang [OPTION...] COMMAND [ARGUMENT...]"));
    for (size_t i = 0; tz_commands[i]; i++)
        fprintf(cli->out, "  %-10s %s\n", tz_commands[i]->name, _(tz_commands[i]->help));
    show_common_options(cli);
    fprintf(cli->out, "\n%s\n", _("taizhang COMMAND --help says more about a command."));
}

static void show_command_help(struct tz_cli *cli, const struct tz_command *command)
{
    fprintf(cli->out, "%s taizhang %s %s\n\n%s\n", _("Usage:"), command->name, command->usage,
            _(command->help));
    if (command->details)
        fprintf(cli->out, "\n%s\n", _(command->details));
    show_common_options(cli);
}

static int option_problem(struct tz_cli *cli, const struct tz_options_result *r)
{
    switch (r->problem) {
    case TZ_OPTION_FINE:
        return TZ_RESULT_DONE;
    case TZ_OPTION_UNKNOWN:
        return tz_cli_usage(cli, _("There is no option %s. taizhang COMMAND --help lists them."), r->at);
    case TZ_OPTION_NO_VALUE:
        return tz_cli_usage(cli, _("The option %s needs a value after it."), r->at);
    case TZ_OPTION_NO_NUMBER:
        return tz_cli_usage(cli, _("The option %s needs a number."), r->at);
    case TZ_OPTION_TOO_MANY:
        return tz_cli_usage(cli, _("The option %s stands too often; %d times at most."), r->at,
                            TZ_OPTION_LIST_MAX);
    }
    return TZ_RESULT_USAGE;
}

/* lang: zh or en; NULL: as the environment says. */
static void use_language(struct tz_cli *cli, const char *lang)
{
    cli->zh = tz_i18n_start("taizhang", lang, TZ_LOCALE_DIR) == TZ_CHINESE;
}

static int apply_common(struct tz_cli *cli, const struct common_options *c)
{
    if (c->server) {
        cli->server = c->server;
        cli->server_given = true;
    }
    tz_cli_use_own_server(cli);
    if (cli->act_for) {
        bool whole = strncmp(cli->act_for, "person:", 7) == 0;
        int n = snprintf(cli->person, sizeof cli->person, "%s%s", whole ? "" : "person:", cli->act_for);
        if (!*cli->act_for || n >= (int)sizeof cli->person)
            return tz_cli_usage(cli, _("--act-for is a person's login, not %s."), cli->act_for);
    }
    if (c->lang) {
        if (strcmp(c->lang, "zh") != 0 && strcmp(c->lang, "en") != 0)
            return tz_cli_usage(cli, _("--lang is zh or en, not %s."), c->lang);
        use_language(cli, c->lang);
    }
    if (!c->format)
        return TZ_RESULT_DONE;
    static const char *const names[] = {[TZ_FORMAT_TABLE] = "table",
                                        [TZ_FORMAT_CSV] = "csv",
                                        [TZ_FORMAT_JSON] = "json",
                                        [TZ_FORMAT_XLSX] = "xlsx"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(c->format, names[i]) == 0) {
            cli->format = (enum tz_format)i;
            return TZ_RESULT_DONE;
        }
    }
    return tz_cli_usage(cli, _("--format is table, csv, json or xlsx, not %s."), c->format);
}

static int no_workbook(struct tz_cli *cli, const struct tz_command *command)
{
    struct tz_buf list;
    tz_buf_init(&list, 1024);
    for (size_t i = 0; tz_commands[i]; i++)
        if (tz_commands[i]->workbook)
            tz_buf_printf(&list, "%s%s", list.len ? ", " : "", tz_commands[i]->name);
    int rc = tz_cli_usage(cli, _("%s has no results for a workbook. These have: %s."), command->name,
                          list.data ? list.data : "");
    tz_buf_free(&list);
    return rc;
}

/* Where the results go, before any is written. */
static int start_output(struct tz_cli *cli, const struct tz_command *command)
{
    if (cli->format == TZ_FORMAT_XLSX && !command->workbook)
        return no_workbook(cli, command);
    if (cli->output_file || command->names_output)
        return TZ_RESULT_DONE;
    if (!cli->output) {
        if (cli->format == TZ_FORMAT_XLSX && isatty(fileno(cli->out)) == 1)
            return tz_cli_usage(cli, "%s",
                                _("A workbook cannot be shown here: name a file with --output FILE."));
        return TZ_RESULT_DONE;
    }
    struct tz_new_file *file = malloc(sizeof *file);
    if (!file)
        return tz_cli_no_memory(cli);
    if (tz_new_file_begin(file, cli->output, 0) != TZ_OK) {
        free(file);
        tz_cli_error(cli, _("The file %s cannot be written: %s."), cli->output, strerror(errno));
        return TZ_RESULT_INTERNAL;
    }
    cli->output_file = file;
    cli->out = file->file;
    return TZ_RESULT_DONE;
}

/* A result that is whole takes the file's place; after a failure what was there stays. */
static int end_output(struct tz_cli *cli, int rc)
{
    struct tz_new_file *file = cli->output_file;
    bool whole = rc == TZ_RESULT_DONE || rc == TZ_RESULT_REFUSED || rc == TZ_RESULT_CONFLICT;
    if (!file)
        return rc;
    if (whole && tz_new_file_place(file, cli->output, true) != TZ_OK) {
        tz_cli_error(cli, _("The file %s cannot be written: %s."), cli->output, strerror(errno));
        rc = TZ_RESULT_INTERNAL;
    }
    tz_new_file_give_up(file);
    free(file);
    return rc;
}

int tz_cli_options(struct tz_cli *cli, const struct tz_command *command, size_t argc, char **argv,
                   const struct tz_option *options, size_t *operands, bool *helped)
{
    struct common_options c = {0};
    struct tz_option common[COMMON_OPTIONS];
    fill_common(cli, &c, common);
    *helped = false;
    struct tz_options_result r = tz_options_read(argc, argv, options, common, false);
    *operands = r.operands;
    /* The language first: it is wanted for the complaint about the rest. */
    int rc = apply_common(cli, &c);
    if (rc == TZ_RESULT_DONE && !c.help && !c.version)
        rc = option_problem(cli, &r);
    if (rc == TZ_RESULT_DONE && !c.help && !c.version)
        return start_output(cli, command);
    if (rc != TZ_RESULT_DONE)
        return rc;
    *helped = true;
    if (c.version)
        show_version(cli);
    else
        show_command_help(cli, command);
    return TZ_RESULT_DONE;
}

const struct tz_part *tz_cli_part(const struct tz_part *parts, size_t *argc, char **argv)
{
    for (size_t i = 0; i < *argc; i++) {
        for (const struct tz_part *part = parts; part->name; part++) {
            if (strcmp(argv[i], part->name) != 0)
                continue;
            memmove(&argv[i], &argv[i + 1], (*argc - i - 1) * sizeof *argv);
            --*argc;
            return part;
        }
    }
    return NULL;
}

int tz_cli_run_part(struct tz_cli *cli, const struct tz_command *command, const struct tz_part *parts,
                    size_t argc, char **argv, const char *which)
{
    const struct tz_option none[] = {{NULL, TZ_OPTION_FLAG, NULL}};
    const struct tz_part *part = tz_cli_part(parts, &argc, argv);
    if (part)
        return part->run(cli, argc, argv);
    size_t operands;
    bool helped;
    int rc = tz_cli_options(cli, command, argc, argv, none, &operands, &helped);
    return rc != TZ_RESULT_DONE || helped ? rc : tz_cli_usage(cli, "%s", _(which));
}

static const struct tz_command *find_command(const char *name)
{
    for (size_t i = 0; tz_commands[i]; i++)
        if (strcmp(tz_commands[i]->name, name) == 0)
            return tz_commands[i];
    return NULL;
}

static int run(struct tz_cli *cli, size_t argc, char **argv)
{
    struct common_options c = {0};
    struct tz_option common[COMMON_OPTIONS];
    fill_common(cli, &c, common);
    struct tz_options_result r = tz_options_read(argc, argv, common, NULL, true);
    int rc = apply_common(cli, &c);
    if (rc == TZ_RESULT_DONE)
        rc = option_problem(cli, &r);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (c.version) {
        show_version(cli);
        return tz_cli_flush(cli);
    }
    if (c.help && r.used == argc) {
        show_help(cli);
        return tz_cli_flush(cli);
    }
    if (r.used == argc) {
        tz_cli_error(cli, "%s", _("A command is missing. taizhang --help lists them."));
        return TZ_RESULT_USAGE;
    }
    const struct tz_command *command = find_command(argv[r.used]);
    if (!command)
        return tz_cli_usage(cli, _("There is no command %s. taizhang --help lists them."), argv[r.used]);
    if (c.help) {
        show_command_help(cli, command);
        return tz_cli_flush(cli);
    }
    rc = command->run(cli, argc - r.used - 1, argv + r.used + 1);
    int flushed = tz_cli_flush(cli);
    return rc != TZ_RESULT_DONE ? rc : flushed;
}

int tz_cli_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct tz_cli cli = {.out = out, .err = err, .env = tz_env_system(), .profile_name = "default"};
    const char *server = getenv("TAIZHANG_SERVER");
    cli.server = server && *server ? server : NULL;
    cli.connection.stream.fd = -1;
    use_language(&cli, NULL);
    int rc = end_output(&cli, run(&cli, argc > 0 ? (size_t)argc - 1 : 0, argv + 1));
    if (cli.connected)
        tz_connection_close(&cli.connection);
    tz_profile_close(cli.profile);
    free(cli.own_server);
    return rc;
}

/* --- small things --- */

const struct tz_kind_info *tz_cli_kind(struct tz_cli *cli, const char *name)
{
    const struct tz_kind_info *kind = tz_kind_find(name, strlen(name));
    if (!kind)
        tz_cli_error(cli, _("There is no kind %s. taizhang fields lists them."), name);
    return kind;
}

int64_t tz_cli_today(const struct tz_cli *cli)
{
    char date[TZ_DATE_SIZE];
    int64_t first = 0;
    int64_t last = 0;
    tz_env_date(cli->env, cli->env->wall_ms(cli->env->ctx), date);
    tz_date_span(date, strlen(date), &first, &last);
    return first;
}
