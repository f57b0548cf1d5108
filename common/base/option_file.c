/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "common/base/i18n.h"
#include "common/base/option_row.h"
#include "common/base/text.h"

enum { FILE_MAX = 256 * 1024, SHOWN = 128 };

struct reading {
    const struct tz_option_set *set;
    void *config;
    const char *name; /* of the file */
    const char *at, *end;
    int line; /* that was handed out last */
    uint64_t given;
    int failed_line; /* of the first error; 0: none */
    int rc;
    struct tz_option_error *error;
};

static void place(const struct reading *r, char out[SHOWN + 16])
{
    snprintf(out, SHOWN + 16, "%.*s:%d", SHOWN, r->name, r->line);
}

/* Keeps the first error only. subject: what stood there, or NULL. */
static void failed(struct reading *r, const char *subject, const char *fault)
{
    char where[SHOWN + 16], shown[SHOWN] = "";
    if (r->failed_line)
        return;
    r->failed_line = r->line;
    r->rc = TZ_EINVAL;
    place(r, where);
    if (!subject) {
        tz_option_fail(r->error, TZ_EINVAL, "%s: %s", where, fault);
        return;
    }
    tz_text_copy(shown, sizeof shown, subject, strlen(subject), SHOWN);
    tz_option_fail(r->error, TZ_EINVAL, "%s: \"%s\": %s", where, shown, fault);
}

/* inih's fgets: a line, cut nowhere. Its own reader would take the rest of a long line for the next one. */
static char *next_line(char *out, int size, void *stream)
{
    struct reading *r = stream;
    if (r->at == r->end || r->failed_line)
        return NULL;
    r->line++;
    const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    size_t len = newline ? (size_t)(newline + 1 - r->at) : (size_t)(r->end - r->at);
    if (memchr(r->at, '\0', len)) {
        failed(r, NULL, _("the line holds a NUL byte"));
        return NULL;
    }
    if (len >= (size_t)size && (*r->at == '#' || *r->at == ';')) {
        r->at += len;
        return strcpy(out, "\n"); /* a comment may be of any length */
    }
    if (len >= (size_t)size) {
        char fault[SHOWN];
        snprintf(fault, sizeof fault, _("the line is longer than %d bytes"), size - 1);
        failed(r, NULL, fault);
        return NULL;
    }
    memcpy(out, r->at, len);
    out[len] = '\0';
    r->at += len;
    return out;
}

/* inih's handler: 1 goes on, 0 is an error on this line. */
static int take(void *user, const char *section, const char *name, const char *value)
{
    struct reading *r = user;
    char where[SHOWN + 16];
    if (r->failed_line)
        return 0;
    const struct tz_option *row = tz_option_find(r->set, name, strlen(name));
    if (!*section) {
        failed(r, name, _("stands before a section"));
        return 0;
    }
    if (strcmp(section, r->set->section) != 0) {
        failed(r, section, _("there is no such section"));
        return 0;
    }
    if (!row) {
        failed(r, name, _("there is no such option; --print-config lists them"));
        return 0;
    }
    if (tz_option_is_command(row)) {
        failed(r, name, _("is for the command line only"));
        return 0;
    }
    uint64_t bit = UINT64_C(1) << (row - r->set->rows);
    if (r->given & bit) {
        failed(r, name, _("is given twice, or the line after it begins with a blank"));
        return 0;
    }
    r->given |= bit;
    place(r, where);
    r->rc = tz_option_read(row, r->config, value, where, r->error);
    if (r->rc != TZ_OK)
        r->failed_line = r->line;
    return r->rc == TZ_OK;
}

int tz_options_text(const struct tz_option_set *set, void *config, const char *name, const char *text,
                    size_t len, struct tz_option_error *error)
{
    struct reading r = {
        .set = set, .config = config, .name = name, .at = text, .end = text + len, .error = error};
    int line = ini_parse_stream(next_line, &r, take, &r);
    /* What inih itself refuses never came to the handler; the earliest line counts. */
    if (line > 0 && (!r.failed_line || line < r.failed_line)) {
        r.failed_line = 0;
        r.line = line;
        failed(&r, NULL, _("not a section, and not of the form name = value"));
    } else if (line < 0 && !r.failed_line) {
        return tz_option_fail(error, TZ_ENOMEM, "%s: %s", name, tz_rc_string(TZ_ENOMEM));
    }
    return r.rc;
}

int tz_options_file(const struct tz_option_set *set, void *config, const char *path,
                    struct tz_option_error *error)
{
    struct tz_buf text;
    FILE *f = fopen(path, "re");
    if (!f)
        return tz_option_fail(error, TZ_EIO, "%s: %s", path, strerror(errno));
    tz_buf_init(&text, FILE_MAX);
    char chunk[4096];
    size_t n;
    while (tz_buf_ok(&text) && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        tz_buf_add(&text, chunk, n);
    int rc;
    if (ferror(f))
        rc = tz_option_fail(error, TZ_EIO, "%s: %s", path, strerror(errno));
    else if (!tz_buf_ok(&text))
        rc = tz_option_fail(error, TZ_EINVAL, _("%s: longer than %d bytes"), path, (int)FILE_MAX);
    else
        rc = tz_options_text(set, config, path, text.data ? text.data : "", text.len, error);
    fclose(f);
    tz_buf_free(&text);
    return rc;
}
