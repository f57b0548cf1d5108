/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/repeats.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
enum { FIRST_S = 10, LONGEST_S = 640, OTHERS = 16, NAME_SIZE = 80, HOST_SIZE = 64, OBJECT_SIZE = 400 };

struct kind {
    bool used;
    enum tz_access_type type;
    tz_code code;
    char principal[NAME_SIZE];
    char person[NAME_SIZE];
    char committee[NAME_SIZE];
    char host[HOST_SIZE];
    char request[NAME_SIZE];
    char object[OBJECT_SIZE];
    uint64_t count; /* since the last line */
    int64_t since_us;
    int64_t length_s;
};

/* What is beyond the bounds. */
struct others {
    enum tz_access_type type;
    tz_code code;
    uint64_t count;
};

struct tz_repeats {
    struct tz_repeats_options o;
    struct kind *kind;
    struct others other[OTHERS]; /* the last one takes what is left, whatever its code */
    int64_t others_us;           /* since when they are counted */
    int64_t spent_us;            /* when the budget was as if nothing had been spent */
};

int tz_repeats_new(struct tz_repeats **out, const struct tz_repeats_options *options)
{
    struct tz_repeats *r = calloc(1, sizeof *r);
    if (!r)
        return TZ_ENOMEM;
    r->o = *options;
    r->spent_us = INT64_MIN / 2;
    r->kind = calloc(options->kinds, sizeof *r->kind);
    if (!r->kind) {
        free(r);
        return TZ_ENOMEM;
    }
    *out = r;
    return TZ_OK;
}

void tz_repeats_free(struct tz_repeats *r)
{
    if (!r)
        return;
    free(r->kind);
    free(r);
}

static const char *text(const char *s)
{
    return s ? s : "";
}

static void copy(char *out, size_t size, const char *s)
{
    size_t len = strnlen(text(s), size - 1);
    memcpy(out, text(s), len);
    out[len] = '\0';
}

/* As it would be kept: texts that are too long are cut before they are compared. */
static bool same_text(const char *kept, size_t size, const char *s)
{
    return strncmp(kept, text(s), size - 1) == 0;
}

static bool same(const struct kind *k, const struct tz_access_event *e, const char *host)
{
    return k->used && k->type == e->type && k->code == e->code &&
           same_text(k->principal, sizeof k->principal, e->principal) &&
           same_text(k->person, sizeof k->person, e->person) && same_text(k->host, sizeof k->host, host) &&
           same_text(k->request, sizeof k->request, e->request);
}

static void begin(struct kind *k, const struct tz_access_event *e, const char *host, int64_t now_us)
{
    *k = (struct kind){
        .used = true, .type = e->type, .code = e->code, .since_us = now_us, .length_s = FIRST_S};
    copy(k->principal, sizeof k->principal, e->principal);
    copy(k->person, sizeof k->person, e->person);
    copy(k->committee, sizeof k->committee, e->committee);
    copy(k->host, sizeof k->host, host);
    copy(k->request, sizeof k->request, e->request);
    copy(k->object, sizeof k->object, e->object);
}

/* One new kind from the budget. */
static bool spend(struct tz_repeats *r, int64_t now_us)
{
    int64_t full = now_us - (int64_t)r->o.budget * SECOND_US;
    if (r->o.budget == 0)
        return true;
    if (r->spent_us < full)
        r->spent_us = full;
    if (r->spent_us + SECOND_US > now_us)
        return false;
    r->spent_us += SECOND_US;
    return true;
}

static void count_other(struct tz_repeats *r, const struct tz_access_event *e, int64_t now_us)
{
    size_t i = 0;
    while (i + 1 < OTHERS && r->other[i].count &&
           (r->other[i].code != e->code || r->other[i].type != e->type))
        i++;
    if (!r->others_us)
        r->others_us = now_us;
    if (!r->other[i].count) {
        r->other[i].type = e->type;
        r->other[i].code = i + 1 < OTHERS ? e->code : TZ_CODE(OK);
    }
    r->other[i].count += e->count ? e->count : 1;
}

bool tz_repeats_note(struct tz_repeats *r, const struct tz_access_event *e, const char *host, int64_t now_us)
{
    struct kind *room = NULL;
    for (size_t i = 0; i < r->o.kinds; i++) {
        if (same(&r->kind[i], e, host)) {
            r->kind[i].count += e->count ? e->count : 1;
            return false;
        }
        if (!room && !r->kind[i].used)
            room = &r->kind[i];
    }
    if (r->o.budget && (!room || !spend(r, now_us))) {
        count_other(r, e, now_us);
        return false;
    }
    if (room)
        begin(room, e, host, now_us);
    return true;
}

static void write_kind(struct kind *k, tz_repeats_write write, void *ctx)
{
    const struct tz_access_event e = {
        .type = k->type,
        .code = k->code,
        .principal = k->principal,
        .person = k->person,
        .committee = k->committee,
        .peer = k->host,
        .request = k->request,
        .object = k->object,
        .count = k->count,
        .reason = "repeated",
    };
    write(ctx, &e);
}

static void write_others(struct tz_repeats *r, tz_repeats_write write, void *ctx)
{
    for (size_t i = 0; i < OTHERS; i++) {
        const struct tz_access_event e = {.type = r->other[i].type,
                                          .code = r->other[i].code,
                                          .count = r->other[i].count,
                                          .reason = "of others"};
        if (r->other[i].count)
            write(ctx, &e);
        r->other[i].count = 0;
    }
    r->others_us = 0;
}

void tz_repeats_due(struct tz_repeats *r, int64_t now_us, bool all, tz_repeats_write write, void *ctx)
{
    for (size_t i = 0; i < r->o.kinds; i++) {
        struct kind *k = &r->kind[i];
        if (!k->used || (!all && now_us - k->since_us < k->length_s * SECOND_US))
            continue;
        if (k->count)
            write_kind(k, write, ctx);
        k->used = k->count > 0 && !all;
        k->count = 0;
        k->since_us = now_us;
        k->length_s = k->length_s * 2 < LONGEST_S ? k->length_s * 2 : LONGEST_S;
    }
    if (r->others_us && (all || now_us - r->others_us >= FIRST_S * SECOND_US))
        write_others(r, write, ctx);
}
