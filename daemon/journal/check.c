/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/i18n.h"
#include "daemon/journal/check_internal.h"

enum { FINDINGS_SHOWN = 200 };
#define SCRATCH_MAX ((size_t)64 << 20)

void tz_check_finding(struct tz_check *c, const char *fmt, ...)
{
    va_list ap;
    if (++c->result->findings > FINDINGS_SHOWN)
        return;
    va_start(ap, fmt);
    vfprintf(c->out, fmt, ap);
    va_end(ap);
    fputc('\n', c->out);
}

int tz_check_room(void **array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return TZ_OK;
    size_t more = *room ? *room * 2 : 256;
    while (more <= count)
        more *= 2;
    void *p = realloc(*array, more * size);
    if (!p)
        return TZ_ENOMEM;
    memset((char *)p + *room * size, 0, (more - *room) * size);
    *array = p;
    *room = more;
    return TZ_OK;
}

/* An address as one string: three numbers, then the key. */
enum { NAME_NUMBERS = 3 * sizeof(uint32_t), NAME_MAX_KEY = 1024 };

static size_t name_of(const struct tz_record_key *k, uint8_t out[NAME_NUMBERS + NAME_MAX_KEY])
{
    const uint32_t numbers[3] = {k->committee, k->kind, k->period};
    size_t len = k->key_len < NAME_MAX_KEY ? k->key_len : NAME_MAX_KEY;
    memcpy(out, numbers, NAME_NUMBERS);
    memcpy(out + NAME_NUMBERS, k->key, len);
    return NAME_NUMBERS + len;
}

int64_t tz_check_find(const struct tz_check *c, const struct tz_record_key *k)
{
    uint8_t name[NAME_NUMBERS + NAME_MAX_KEY];
    return tz_check_index_find(&c->addresses, name, name_of(k, name));
}

int64_t tz_check_add(struct tz_check *c, const struct tz_record_key *k)
{
    uint8_t name[NAME_NUMBERS + NAME_MAX_KEY];
    size_t known = c->addresses.count;
    int64_t n = tz_check_index_add(&c->addresses, name, name_of(k, name));
    if (n == TZ_CHECK_NONE || c->addresses.count == known)
        return n;
    if (tz_check_room((void **)&c->address, &c->address_room, known, sizeof *c->address))
        return TZ_CHECK_NONE;
    const struct tz_check_name *kept = &c->addresses.name[n];
    c->address[n] = (struct tz_check_address){.key = *k, .whole = TZ_CHECK_NONE};
    c->address[n].key.key = (const char *)kept->data + NAME_NUMBERS;
    return n;
}

static int integrity_finding(void *ctx, const char *text)
{
    tz_check_finding(ctx, _("database: %s"), text);
    return 0;
}

static int run_parts(struct tz_check *c)
{
    int rc = tz_reader_integrity(c->reader, TZ_INTEGRITY_FULL, integrity_finding, c);
    if (!rc)
        rc = tz_check_replay(c);
    if (!rc)
        rc = tz_check_tables(c);
    if (!rc)
        rc = tz_check_totals(c);
    return rc;
}

static int run_snapshot(struct tz_check *c, struct tz_store *store)
{
    int rc = tz_reader_open(&c->reader, store);
    if (rc)
        return rc;
    tz_arena_init(&c->scratch, SCRATCH_MAX);
    tz_check_index_init(&c->addresses);
    for (size_t i = 0; i < TZ_NAMED_COUNT; i++)
        tz_check_index_init(&c->named[i].names);
    rc = tz_tree_new(&c->tree);
    if (!rc)
        rc = tz_cube_new(&c->cube, c->tree);
    if (!rc)
        rc = tz_principals_new(&c->principals);
    if (!rc)
        rc = tz_reader_begin(c->reader, &c->position);
    if (!rc)
        rc = run_parts(c);
    tz_cube_free(c->cube);
    if (c->tree)
        c->result->committees = tz_tree_count(c->tree);
    tz_tree_free(c->tree);
    tz_check_index_free(&c->addresses);
    for (size_t i = 0; i < TZ_NAMED_COUNT; i++) {
        tz_check_index_free(&c->named[i].names);
        free(c->named[i].current);
    }
    tz_principals_free(c->principals);
    free(c->address);
    free(c->unit);
    tz_arena_free(&c->scratch);
    tz_reader_close(c->reader);
    return rc;
}

static void print_summary(FILE *out, const struct tz_check_result *r)
{
    if (r->findings > FINDINGS_SHOWN)
        fprintf(out, _("... and %" PRIu64 " more\n"), r->findings - FINDINGS_SHOWN);
    if (r->erased)
        fprintf(out, _("private fields are erased in %" PRIu64 " entries\n"), r->erased);
    fprintf(out, _("position %" PRIu64 ", %" PRIu64 " live records, %" PRIu64 " committees: "), r->position,
            r->records, r->committees);
    if (r->findings)
        fprintf(out, _("%" PRIu64 " differences\n"), r->findings);
    else
        fputs(_("no differences\n"), out);
}

int tz_check_run(const char *path, const struct tz_env *env, struct tz_log *log, FILE *out,
                 struct tz_check_result *result)
{
    char why[256];
    struct tz_store *store;
    struct tz_store_options o = {.path = path, .env = env, .log = log, .read_only = true};
    struct tz_check c = {.env = env, .out = out, .log = log, .result = result, .next = 1};
    memset(result, 0, sizeof *result);
    int rc = tz_store_open(&store, &o, why, sizeof why);
    if (rc) {
        fprintf(out, _("cannot check: %s\n"), why[0] ? why : tz_rc_string(rc));
        return rc;
    }
    c.info = tz_store_info(store);
    result->unclean = c.info.unclean;
    result->served = c.info.served;
    rc = run_snapshot(&c, store);
    tz_store_close(store);
    result->position = c.position;
    if (rc == TZ_ECORRUPT)
        tz_check_finding(&c, _("cannot go on: %s"), tz_rc_string(rc));
    else if (rc < 0) {
        fprintf(out, _("cannot go on: %s\n"), tz_rc_string(rc));
        return rc;
    }
    print_summary(out, result);
    return result->findings ? 1 : 0;
}
