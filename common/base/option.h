/* SPDX-License-Identifier: Apache-2.0
 *
 * Options of a program from one table: a row per option drives the command line, the configuration file,
 * defaults,
 * --help, --print-config and what a reload may change. Order of precedence: command line, file, default.
 *
 * The file is an INI file with one section: `name = value` lines, comments after # or ;. An unknown section
 * or option, a repeated option and a wrong value are errors that name the line. Values are read into a
 * configuration struct of the program's own, which a reload fills anew and then swaps whole.
 */
#ifndef TZ_COMMON_BASE_OPTION_H
#define TZ_COMMON_BASE_OPTION_H

#include "common/base/buf.h"

enum tz_option_type {
    TZ_OPTION_BOOL,   /* target: bool. yes, no, true, false, on, off, 1, 0 */
    TZ_OPTION_INT,    /* target: int64_t. Whole number of `unit`, min to max */
    TZ_OPTION_SIZE,   /* target: int64_t, bytes, min to max. A number, or with K, M, G (powers of 1024) */
    TZ_OPTION_STRING, /* target: char *, owned by the configuration, never NULL once set. Also paths */
    TZ_OPTION_CHOICE, /* target: int, the place in `choices` */
};

enum {
    TZ_OPTION_RELOAD = 1 << 0,      /* a reload may change it */
    TZ_OPTION_COMMAND = 1 << 1,     /* on the command line only, and not printed: --version, --check-config */
    TZ_OPTION_CONFIG_FILE = 1 << 2, /* the path of the configuration file; implies TZ_OPTION_COMMAND */
};

struct tz_option {
    const char *name; /* as on the command line without the dashes, and in the file */
    enum tz_option_type type;
    unsigned flags;
    size_t offset;              /* of the target in the configuration struct */
    const char *fallback;       /* the default as text; must be a right value */
    int64_t min, max;           /* of TZ_OPTION_INT and TZ_OPTION_SIZE */
    const char *unit;           /* of TZ_OPTION_INT, in plural: seconds */
    const char *const *choices; /* ends with NULL */
    const char *argument;       /* for --help: DIR, ADDR:PORT; NULL: made from the type */
    const char *help;           /* a sentence or two; marked with N_ where it is to be translated */
};

struct tz_option_set {
    const char *section; /* of the file */
    const struct tz_option *rows;
    size_t count; /* at most 64 */
};

/* What was wrong, where, why, and what is allowed: one line without its end. */
struct tz_option_error {
    char text[512];
};

/* Fills the zeroed configuration with defaults. TZ_OK or TZ_ENOMEM; a default that its own row refuses is a
 * bug of ours and asserts. */
int tz_options_defaults(const struct tz_option_set *set, void *config) TZ_MUSTCHECK;
/* Frees the strings and leaves NULL in their place. */
void tz_options_free(const struct tz_option_set *set, void *config);

/* Reads `--name value`, `--name=value` and `--flag` (= yes) over what stands in the configuration. argv[0] is
 * not looked at. TZ_OK, TZ_ENOMEM, or TZ_EINVAL with *error filled. */
int tz_options_args(const struct tz_option_set *set, void *config, int argc, char *const *argv,
                    struct tz_option_error *error) TZ_MUSTCHECK;
/* Reads a configuration file over what stands there. Also TZ_EIO: it cannot be read. */
int tz_options_file(const struct tz_option_set *set, void *config, const char *path,
                    struct tz_option_error *error) TZ_MUSTCHECK;
/* The same from memory; `name` stands for the file in errors. */
int tz_options_text(const struct tz_option_set *set, void *config, const char *name, const char *text,
                    size_t len, struct tz_option_error *error) TZ_MUSTCHECK;
/* All of it in the order of precedence: defaults, the file that the row with TZ_OPTION_CONFIG_FILE names
 * (none if empty), the command line. The configuration is zeroed before and must be freed after, whatever the
 * result. */
int tz_options_load(const struct tz_option_set *set, void *config, int argc, char *const *argv,
                    struct tz_option_error *error) TZ_MUSTCHECK;

/* The first row after `after` (NULL: from the start) whose value differs between two configurations; NULL: no
 * more. A reload refuses, or reports, those without TZ_OPTION_RELOAD. */
const struct tz_option *tz_options_difference(const struct tz_option_set *set, const void *a, const void *b,
                                              const struct tz_option *after);

/* The value as text that reads back as the same value, appended to out. */
void tz_option_value(const struct tz_option *row, const void *config, struct tz_buf *out);
/* A commented file with the value of every option in it; reads back as the same configuration. */
void tz_options_print(const struct tz_option_set *set, const void *config, struct tz_buf *out);
/* For --help: every option with its text, default and limits. */
void tz_options_help(const struct tz_option_set *set, struct tz_buf *out);

#endif
