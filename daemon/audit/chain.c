/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/chain.h"

#include <string.h>
#include <unistd.h>

#include "common/base/i18n.h"

bool tz_access_chain_take(struct tz_access_chain *c, const struct tz_access_line *line,
                          struct tz_arena *arena, struct tz_access_event *event, const char **finding)
{
    const char *wrong = NULL;
    bool ours = line->bytes == line->len && tz_access_parse(line->text, line->len, arena, event) == TZ_OK;
    bool says_torn = ours && event->type == TZ_ACCESS_TORN;
    if (c->cut != says_torn || (says_torn && event->count != c->cut_bytes))
        wrong = c->cut ? _("the line before is not an event") : _("no line before it was torn");
    else if (ours && c->next && event->number != c->next)
        wrong = _("the number does not follow");
    else if (ours && c->anchored && memcmp(event->before, c->last, sizeof c->last) != 0)
        wrong = _("the line before is not the one that it names");
    else if (ours && event->time_ms < c->time_ms)
        wrong = _("the time goes back");
    if (ours)
        c->time_ms = event->time_ms;
    c->next = ours ? event->number + 1 : c->next ? c->next + 1 : 0;
    c->anchored = true;
    memcpy(c->last, line->sha256, sizeof c->last);
    c->cut = !ours;
    c->cut_bytes = line->bytes;
    *finding = wrong;
    return ours;
}

void tz_access_reach_take(struct tz_access_reach *r, const struct tz_access_event *e)
{
    bool begins = e->type == TZ_ACCESS_STARTED;
    if (begins || e->position > r->position)
        r->position = e->position;
    r->known = r->known || begins || e->position > 0;
}

/* --- the whole log --- */

/* What a file's last line leaves to the next file, from the end of the file. */
static void anchor(const char *dir, uint64_t first, struct tz_arena *arena, struct tz_access_chain *c)
{
    struct tz_access_reader r;
    struct tz_access_line line;
    struct tz_access_event event;
    if (tz_access_reader_open(&r, dir, first) == TZ_OK) {
        off_t size = lseek(r.fd, 0, SEEK_END);
        off_t from = size > 2 * TZ_ACCESS_LINE_MAX ? size - 2 * TZ_ACCESS_LINE_MAX : 0;
        size_t lines = 0;
        int rc = lseek(r.fd, from, SEEK_SET) == from ? TZ_OK : TZ_EIO;
        while (rc == TZ_OK && (rc = tz_access_reader_next(&r, &line)) == TZ_OK && line.whole) {
            memcpy(c->last, line.sha256, sizeof c->last);
            tz_arena_reset(arena);
            c->cut = tz_access_parse(line.text, line.len, arena, &event) != TZ_OK;
            c->cut_bytes = line.bytes;
            lines++;
        }
        c->anchored = lines > 1 || (lines == 1 && from == 0); /* the first one may have been half a line */
        c->cut = c->cut && c->anchored;
    }
    tz_access_reader_close(&r);
}

struct walk {
    struct tz_access_place at; /* its chain is the walk's */
    struct tz_access_place *reached;
    struct tz_arena arena;
    tz_access_visit visit;
    void *ctx;
};

static int walk_lines(struct walk *w, struct tz_access_reader *r, const char *gap)
{
    struct tz_access_chain *chain = &w->at.chain;
    struct tz_access_line line;
    int rc;
    while ((rc = tz_access_reader_next(r, &line)) == TZ_OK && line.whole) {
        struct tz_access_event event;
        const char *finding;
        uint64_t number = chain->next;
        tz_arena_reset(&w->arena);
        bool ours = tz_access_chain_take(chain, &line, &w->arena, &event, &finding);
        if (gap)
            finding = gap;
        gap = NULL;
        w->at.offset += line.bytes + 1;
        w->at.bytes = line.bytes;
        rc = w->visit(w->ctx, number, &line, ours ? &event : NULL, finding);
        if (rc != 0)
            return rc;
        *w->reached = w->at;
    }
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

static int walk_file(struct walk *w, const char *dir, uint64_t first)
{
    struct tz_access_reader r;
    int rc = tz_access_reader_open(&r, dir, first);
    if (rc == TZ_OK) {
        uint64_t next = w->at.chain.next;
        w->at.first = first;
        w->at.offset = 0;
        w->at.chain.next = first;
        rc = walk_lines(w, &r, next && next != first ? _("lines before it are missing") : NULL);
    } else if (rc == TZ_ENOENT) {
        rc = TZ_OK; /* its time was over; a gap otherwise, and found at the next file */
    }
    tz_access_reader_close(&r);
    return rc;
}

/* The line before the place, as it was. */
static bool is_there(struct tz_access_reader *r, const struct tz_access_place *place)
{
    struct tz_access_line line;
    off_t from = (off_t)(place->offset - place->bytes - 1);
    return lseek(r->fd, from, SEEK_SET) == from && tz_access_reader_next(r, &line) == TZ_OK && line.whole &&
           line.bytes == place->bytes && memcmp(line.sha256, place->chain.last, TZ_SHA256_SIZE) == 0;
}

/* The rest of the place's file. *done false: it is to be walked from its beginning. */
static int walk_rest(struct walk *w, const char *dir, const struct tz_access_place *place, bool *done)
{
    struct tz_access_reader r;
    int rc = TZ_OK;
    *done = tz_access_reader_open(&r, dir, place->first) == TZ_OK && is_there(&r, place);
    if (*done) {
        w->at = *place;
        rc = walk_lines(w, &r, NULL);
    }
    tz_access_reader_close(&r);
    return rc;
}

static void begin(struct walk *w, const char *dir, const struct tz_access_files *files, size_t start)
{
    if (start < files->count && files->first[start] == 1)
        w->at.chain.anchored = true; /* by zeros */
    else if (start > 0)
        anchor(dir, files->first[start - 1], &w->arena, &w->at.chain);
}

int tz_access_walk_from(const char *dir, const struct tz_access_files *files, size_t start,
                        struct tz_access_place *place, tz_access_visit visit, void *ctx)
{
    const struct tz_access_place from = *place;
    struct walk w = {.reached = place, .visit = visit, .ctx = ctx};
    bool done = false;
    int rc = TZ_OK;
    tz_arena_init(&w.arena, 64 * TZ_ACCESS_LINE_MAX);
    if (from.first && start < files->count && files->first[start] == from.first)
        rc = walk_rest(&w, dir, &from, &done);
    if (!done)
        begin(&w, dir, files, start);
    for (size_t i = start + done; rc == TZ_OK && i < files->count; i++)
        rc = walk_file(&w, dir, files->first[i]);
    tz_arena_free(&w.arena);
    return rc;
}

int tz_access_walk(const char *dir, const struct tz_access_files *files, size_t start, tz_access_visit visit,
                   void *ctx)
{
    struct tz_access_place place = {0};
    return tz_access_walk_from(dir, files, start, &place, visit, ctx);
}

struct verify {
    tz_access_finding finding;
    void *ctx;
    struct tz_access_extent *extent;
    bool cut;
};

static int verify_line(void *ctx, uint64_t number, const struct tz_access_line *line,
                       const struct tz_access_event *event, const char *finding)
{
    struct verify *v = ctx;
    (void)line;
    if (!v->extent->first)
        v->extent->first = number;
    v->extent->last = number;
    v->cut = event == NULL;
    if (event)
        tz_access_reach_take(&v->extent->reach, event);
    if (finding)
        v->finding(v->ctx, number, finding);
    return 0;
}

int tz_access_verify(const char *dir, tz_access_finding finding, void *ctx, struct tz_access_extent *out)
{
    struct tz_access_files files;
    struct verify v = {.finding = finding, .ctx = ctx, .extent = out};
    *out = (struct tz_access_extent){0};
    int rc = tz_access_files_list(dir, &files);
    if (rc != TZ_OK)
        return rc;
    rc = tz_access_walk(dir, &files, 0, verify_line, &v);
    if (rc == TZ_OK && v.cut)
        finding(ctx, out->last, _("not an event"));
    tz_access_files_free(&files);
    return rc;
}
