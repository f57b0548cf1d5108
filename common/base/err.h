/* SPDX-License-Identifier: Apache-2.0
 *
 * Errors. One enum of codes for the wire and for people (taizhang.v1.Code); functions that fail return 0 for
 * done and a negative enum tz_rc, or fill a struct tz_error when the reason is for a person.
 */
#ifndef TZ_COMMON_BASE_ERR_H
#define TZ_COMMON_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "taizhang/v1/registry.pb-c.h"

#define TZ_MUSTCHECK         __attribute__((warn_unused_result))
#define TZ_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Short name of a wire code: TZ_CODE(REQUIRED). */
#define TZ_CODE(name) TAIZHANG__V1__CODE__CODE_##name

typedef Taizhang__V1__Code tz_code;

/* Results of functions that work for us rather than for a person. 0 is done. */
enum tz_rc {
    TZ_OK = 0,
    TZ_ENOMEM = -1,
    TZ_EIO = -2,       /* the disk or the network failed */
    TZ_EFULL = -3,     /* no room on the disk, or in a bounded queue or buffer */
    TZ_ENOENT = -4,    /* there is no such thing */
    TZ_EINVAL = -5,    /* the input is wrong */
    TZ_ELIMIT = -6,    /* a limit was passed */
    TZ_EAGAIN = -7,    /* not now */
    TZ_EUNKNOWN = -8,  /* a commit whose outcome is not known */
    TZ_EFOREIGN = -9,  /* a file that is not ours, or of a newer version */
    TZ_ELOCKED = -10,  /* another process holds it */
    TZ_ECLOSED = -11,  /* the other side is gone */
    TZ_ECORRUPT = -12, /* stored data contradicts itself */
};

enum { TZ_ERROR_PARAMS = 2 };

struct tz_error_param {
    char name[16]; /* "" ends the list */
    char text[96];
    int64_t number;
};

/* A reason for a person: what (code), where (field), the value that stood there, and typed parameters from
 * which the client makes the sentence in the person's language. */
struct tz_error {
    tz_code code;
    char field[40];
    char value[200]; /* at most 64 characters of UTF-8, cut at a character */
    struct tz_error_param params[TZ_ERROR_PARAMS];
};

/* Errors of one record: bounded, the rest is dropped and `dropped` counts it. */
enum { TZ_ERRORS_MAX = 16 };

struct tz_errors {
    size_t count;
    size_t dropped;
    struct tz_error item[TZ_ERRORS_MAX];
};

/* Fills *e. field and value may be NULL; value is cut to 64 characters, broken UTF-8 becomes U+FFFD.
 * Returns e for chaining. */
struct tz_error *tz_error_set(struct tz_error *e, tz_code code, const char *field, const char *value);
struct tz_error *tz_error_setn(struct tz_error *e, tz_code code, const char *field, const char *value,
                               size_t value_len);
/* Adds a parameter; a third one is ignored. Returns e. */
struct tz_error *tz_error_text(struct tz_error *e, const char *name, const char *text);
struct tz_error *tz_error_number(struct tz_error *e, const char *name, int64_t number);

/* A new error at the end of *list, or NULL when the list is full (tz_error_text and _number take NULL). */
struct tz_error *tz_errors_add(struct tz_errors *list, tz_code code, const char *field, const char *value);

/* The name of a code as programs read it: "REQUIRED". Never NULL. */
const char *tz_code_name(tz_code code);
/* A short English sentence for logs. Never NULL. */
const char *tz_rc_string(int rc);

#endif
