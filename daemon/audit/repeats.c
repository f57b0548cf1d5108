/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/repeats.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
enum { FIRST_S = 10, LONGEST_S = 640, OTHERS = 16, NAME_SIZE = 80, HOST_SIZE = 64, OBJECT_SIZE = 400 };
/* Of kinds with objects. */
enum { QUIET_S = 60, OF_PERSON = 32, OF_PRINCIPAL = 128 };

struct kind {
    bool used;
    enum tz_access_type type;
    tz_code code;
    char principal[NAME_SIZE];
    char person[NAME_SIZE];
    char committee[NAME_SIZE];
    char host[HOST_SIZE];
    char request[NAME_SIZE];
    char object[OBJECT_SIZE];           /* with objects: of what is counted, or what they have in common */
    uint64_t named[TZ_REPEATS_OBJECTS]; /* hashes of the objects that have a line */
    size_t named_count;
    uint64_t count; /* since the last line */
    int64_t since_us;
    int64_t last_us;
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

/* The beginning of an address that names the committee. */
static size_t scope_of(const char *object)
{
    return strcspn(text(object), "/");
}

static bool same_scope(const struct kind *k, const char *object)
{
    size_t len = scope_of(object);
    return scope_of(k->object) == len && strncmp(k->object, text(object), len) == 0;
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
    *k = (struct kind){.used = true,
                       .type = e->type,
                       .code = e->code,
                       .since_us = now_us,
                       .last_us = now_us,
                       .length_s = FIRST_S};
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

/* --- with objects --- */

static uint64_t hash_of(const char *s)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a; nobody gains by two objects that are alike */
    for (s = text(s); *s; s++)
        hash = (hash ^ (unsigned char)*s) * UINT64_C(1099511628211);
    return hash;
}

/* true: this object has no line yet, and one is left for it. */
static bool name_object(struct kind *k, const char *object)
{
    uint64_t hash = hash_of(object);
    for (size_t i = 0; i < k->named_count; i++)
        if (k->named[i] == hash)
            return false;
    if (k->named_count == TZ_REPEATS_OBJECTS)
        return false;
    k->named[k->named_count++] = hash;
    return true;
}

/* Several objects become the committee that they are of, several committees nothing. */
static void count_object(struct kind *k, const struct tz_access_event *e)
{
    if (k->count == 0)
        copy(k->object, sizeof k->object, e->object);
    else if (!same_text(k->object, sizeof k->object, e->object))
        k->object[same_scope(k, e->object) ? scope_of(k->object) : 0] = '\0';
    k->count += e->count ? e->count : 1;
}

struct crowd {
    struct kind *room;
    size_t of_principal;
    size_t of_person;
};

/* An event without a request stands for the rest of its name. */
static struct kind *find_kind(struct tz_repeats *r, const struct tz_access_event *e, const char *host,
                              struct crowd *crowd)
{
    *crowd = (struct crowd){0};
    for (size_t i = 0; i < r->o.kinds; i++) {
        struct kind *k = &r->kind[i];
        if (!k->used) {
            crowd->room = crowd->room ? crowd->room : k;
        } else if (same_text(k->principal, sizeof k->principal, e->principal)) {
            if (same(k, e, host) && (!e->request || same_scope(k, e->object)))
                return k;
            crowd->of_principal++;
            crowd->of_person += same_text(k->person, sizeof k->person, e->person);
        }
    }
    return NULL;
}

/* Whoever has many kinds, by many committees or places, is counted by its name alone for the rest; the
 * persons of a gateway with very many, by the gateway's. Without room the event is written at once: it is
 * never nobody's. */
static bool note_object(struct tz_repeats *r, const struct tz_access_event *e, const char *host,
                        int64_t now_us)
{
    struct crowd crowd, again;
    struct kind *k = find_kind(r, e, host, &crowd);
    if (!k && crowd.of_principal < OF_PRINCIPAL && crowd.of_person < OF_PERSON) {
        k = crowd.room;
        if (k)
            begin(k, e, host, now_us);
    } else if (!k) {
        const struct tz_access_event rest = {.type = e->type,
                                             .principal = e->principal,
                                             .person = crowd.of_principal < OF_PRINCIPAL ? e->person : NULL,
                                             .committee = e->committee};
        k = find_kind(r, &rest, NULL, &again);
        if (!k && again.room) {
            k = again.room;
            begin(k, &rest, NULL, now_us);
            k->named_count = TZ_REPEATS_OBJECTS;
        }
    }
    if (!k)
        return true;
    k->last_us = now_us;
    if (name_object(k, e->object))
        return true;
    count_object(k, e);
    return false;
}

bool tz_repeats_note(struct tz_repeats *r, const struct tz_access_event *e, const char *host, int64_t now_us)
{
    struct kind *room = NULL;
    if (r->o.objects)
        return note_object(r, e, host, now_us);
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
        bool on = r->o.objects ? now_us - k->last_us < QUIET_S * SECOND_US : k->count > 0;
        k->used = on && !all;
        k->count = 0;
        k->since_us = now_us;
        if (r->o.objects)
            continue;
        k->length_s = k->length_s * 2 < LONGEST_S ? k->length_s * 2 : LONGEST_S;
    }
    if (r->others_us && (all || now_us - r->others_us >= FIRST_S * SECOND_US))
        write_others(r, write, ctx);
}
