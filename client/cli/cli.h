/* SPDX-License-Identifier: Apache-2.0
 *
 * What the commands share: the common options, the connection, the profile, and how failures are told. A
 * command is one file that exports one struct tz_command; commands.c lists them.
 */
#ifndef TZ_CLIENT_CLI_CLI_H
#define TZ_CLIENT_CLI_CLI_H

#include "client/cli/options.h"
#include "client/cli/table.h"
#include "client/lib/connection.h"
#include "client/lib/profile.h"
#include "client/lib/new_file.h"
#include "common/base/i18n.h"

struct tz_cli {
    FILE *out;
    FILE *err;
    const struct tz_env *env;
    const char *server;       /* --server, else TAIZHANG_SERVER, else own_server; NULL: none */
    bool server_given;        /* by --server, not by the environment */
    char *own_server;         /* the only one that the profile has keys for; NULL: none */
    const char *profile_name; /* --profile */
    const char *act_for;      /* --act-for as given; NULL: none */
    char person[80];          /* the same as a principal; empty: none */
    enum tz_format format;
    const char *output;              /* --output: what would go to stdout goes there; NULL for none */
    struct tz_new_file *output_file; /* once it is begun */
    bool zh;                         /* the language of messages */
    bool quiet;
    bool connected;
    struct tz_connection connection; /* when connected, or after a failure */
    struct tz_profile *profile;
};

struct tz_command {
    const char *name;
    const char *help;    /* one line, N_() */
    const char *usage;   /* after the name: operands and options */
    const char *details; /* further lines of --help, N_() */
    int (*run)(struct tz_cli *cli, size_t argc, char **argv);
    bool workbook;     /* its results can be written as a workbook */
    bool names_output; /* it writes --output itself */
};

/* Ended by NULL. */
extern const struct tz_command *const tz_commands[];

/* The program: reads the common options, finds the command, runs it. Returns the exit code. out and err are
 * not closed. */
int tz_cli_main(int argc, char **argv, FILE *out, FILE *err);

/* Reads a command's arguments; common options are taken too. DONE with *operands of them at the front of
 * argv, or a result to return at once: USAGE after its message, and *helped when --help was answered (the
 * result is then DONE). */
int tz_cli_options(struct tz_cli *cli, const struct tz_command *command, size_t argc, char **argv,
                   const struct tz_option *options, size_t *operands, bool *helped) TZ_MUSTCHECK;

/* A command of several parts: taizhang key list. */
struct tz_part {
    const char *name; /* NULL ends a table */
    int (*run)(struct tz_cli *cli, size_t argc, char **argv);
};
/* The part that the arguments name first, whose name is taken out of them; NULL: none. Common options may
 * stand before it. */
const struct tz_part *tz_cli_part(const struct tz_part *parts, size_t *argc, char **argv);
/* Runs it; where none is named, says which there are, which is N_(). */
int tz_cli_run_part(struct tz_cli *cli, const struct tz_command *command, const struct tz_part *parts,
                    size_t argc, char **argv, const char *which);

/* "taizhang: <text>" on stderr, also when quiet. */
void tz_cli_error(struct tz_cli *cli, const char *format, ...) TZ_PRINTF(2, 3);
/* The same for wrong usage; returns USAGE. */
int tz_cli_usage(struct tz_cli *cli, const char *format, ...) TZ_PRINTF(2, 3);
/* A remark on stderr, not when quiet. */
void tz_cli_note(struct tz_cli *cli, const char *format, ...) TZ_PRINTF(2, 3);

/* Takes the only registry that the profile has a key for, where none was named. */
void tz_cli_use_own_server(struct tz_cli *cli);

/* DONE where a registry is named, or told. */
int tz_cli_has_server(struct tz_cli *cli) TZ_MUSTCHECK;

/* Connects, once, with the profile's key for that registry. A failure is told, and its result returned. */
int tz_cli_connect(struct tz_cli *cli) TZ_MUSTCHECK;
/* Connects anew, whatever there was before. A failure is not told. */
enum tz_result tz_cli_reconnect(struct tz_cli *cli) TZ_MUSTCHECK;
/* Tells why the last call on the connection failed; returns its result. */
int tz_cli_failed(struct tz_cli *cli);
/* Connects, sends one request, hands out its answer (see tz_connection_call) and tells a failure. */
int tz_cli_call(struct tz_cli *cli, tz_request *request, tz_answer_fn *each, void *ctx) TZ_MUSTCHECK;
/* An answer without what was asked for. Returns the result to pass on. */
int tz_cli_strange_answer(struct tz_cli *cli);

/* Opens the profile, once, for the registry that is connected, or without a connection for the one that
 * answered last at the server's address; called again it follows a connection made since. Told on failure. */
int tz_cli_open_profile(struct tz_cli *cli) TZ_MUSTCHECK;
/* Whether the profile exists: opening would not have to make it. */
bool tz_cli_has_profile(const struct tz_cli *cli);
/* Tells the profile's last failure; returns INTERNAL. */
int tz_cli_profile_failed(struct tz_cli *cli);

/* Told and INTERNAL. */
int tz_cli_no_memory(struct tz_cli *cli);
/* What came of writing a result, as the functions of table.h return it: DONE, or told and INTERNAL. */
int tz_cli_printed(struct tz_cli *cli, int rc) TZ_MUSTCHECK;
/* Output written so far could not be: told and INTERNAL; else DONE. Call it before returning DONE. */
int tz_cli_flush(struct tz_cli *cli);

/* A kind by its name in either language; told when there is none. */
const struct tz_kind_info *tz_cli_kind(struct tz_cli *cli, const char *name);

/* Today in the registry's time zone, as days (date.h). */
int64_t tz_cli_today(const struct tz_cli *cli);

#endif
