/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/query.h"

#include <string.h>

/* Ends of a walk that are no failures. */
enum { PAGE_FULL = 1, PAST_END = 2 };

struct query {
    const struct tz_access_filter *filter;
    tz_access_found found;
    void *ctx;
    struct tz_access_page *page;
    uint64_t bytes; /* left to look through */
    uint64_t last;  /* number of the last line that was dealt with */
};

static bool given(const char *s)
{
    return s && s[0];
}

static bool wanted(const struct tz_access_filter *f, const struct tz_access_event *e)
{
    if (e->number <= f->after || e->time_ms < f->from_ms)
        return false;
    if (given(f->event) && strcmp(f->event, tz_access_type_name(e->type)) != 0)
        return false;
    if (given(f->principal) && strcmp(f->principal, e->principal) != 0 &&
        strcmp(f->principal, e->person) != 0)
        return false;
    if (given(f->committee) && strcmp(f->committee, e->committee) != 0)
        return false;
    return !given(f->object) || strncmp(f->object, e->object, strlen(f->object)) == 0;
}

static int look(void *ctx, uint64_t number, const struct tz_access_line *line,
                const struct tz_access_event *event, const char *finding)
{
    struct query *q = ctx;
    if (finding) /* also of the first line past the end: it names the one before */
        q->page->broken = true;
    if (event && q->filter->to_ms && event->time_ms > q->filter->to_ms)
        return PAST_END;
    if (number > q->filter->after && q->bytes == 0)
        return PAGE_FULL;
    int rc = event && wanted(q->filter, event) ? q->found(q->ctx, event, line->sha256) : 0;
    if (rc != 0)
        return rc;
    q->last = number;
    /* Lines that an earlier page looked through do not count: a page must get somewhere. */
    if (number > q->filter->after)
        q->bytes -= line->bytes < q->bytes ? line->bytes : q->bytes;
    return 0;
}

/* The time of a file's first event. */
static int64_t first_time(const char *dir, uint64_t first)
{
    struct tz_access_reader r;
    struct tz_access_line line;
    struct tz_access_event event;
    struct tz_arena arena;
    int64_t time = INT64_MAX;
    tz_arena_init(&arena, 64 * TZ_ACCESS_LINE_MAX);
    if (tz_access_reader_open(&r, dir, first) == TZ_OK && tz_access_reader_next(&r, &line) == TZ_OK &&
        line.whole && tz_access_parse(line.text, line.len, &arena, &event) == TZ_OK)
        time = event.time_ms;
    tz_access_reader_close(&r);
    tz_arena_free(&arena);
    return time;
}

/* The file in which what is asked for may begin: no later one begins before it. By halves: a year has many.
 */
static size_t start_of(const char *dir, const struct tz_access_files *files, const struct tz_access_filter *f)
{
    size_t low = 0;
    size_t high = files->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        uint64_t first = files->first[middle];
        if (first <= f->after + 1 || (f->from_ms > 0 && first_time(dir, first) < f->from_ms))
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* --- marks --- */

void tz_access_marks_init(struct tz_access_marks *m)
{
    *m = (struct tz_access_marks){0};
    pthread_mutex_init(&m->lock, NULL);
}

void tz_access_marks_free(struct tz_access_marks *m)
{
    pthread_mutex_destroy(&m->lock);
}

/* Behind the line with this number; otherwise no place. */
static void find_mark(struct tz_access_marks *m, uint64_t number, struct tz_access_place *out)
{
    *out = (struct tz_access_place){0};
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < TZ_ACCESS_MARKS; i++)
        if (m->place[i].first && m->place[i].chain.next == number + 1)
            *out = m->place[i];
    pthread_mutex_unlock(&m->lock);
}

static void keep_mark(struct tz_access_marks *m, const struct tz_access_place *place)
{
    pthread_mutex_lock(&m->lock);
    size_t at = m->next;
    for (size_t i = 0; i < TZ_ACCESS_MARKS; i++)
        if (m->place[i].first == place->first && m->place[i].chain.next == place->chain.next)
            at = i;
    m->place[at] = *place;
    if (at == m->next)
        m->next = (m->next + 1) % TZ_ACCESS_MARKS;
    pthread_mutex_unlock(&m->lock);
}

int tz_access_query(const char *dir, struct tz_access_marks *marks, const struct tz_access_filter *filter,
                    uint64_t bytes, tz_access_found found, void *ctx, struct tz_access_page *out)
{
    struct tz_access_files files;
    struct query q = {
        .filter = filter, .found = found, .ctx = ctx, .page = out, .bytes = bytes, .last = filter->after};
    *out = (struct tz_access_page){0};
    struct tz_access_place place = {0};
    int rc = tz_access_files_list(dir, &files);
    if (rc != TZ_OK)
        return rc;
    if (marks)
        find_mark(marks, filter->after, &place);
    if (files.count > 0)
        rc = tz_access_walk_from(dir, &files, start_of(dir, &files, filter), &place, look, &q);
    tz_access_files_free(&files);
    if (rc == PAGE_FULL)
        out->next_after = q.last > filter->after ? q.last : filter->after;
    /* Not where the numbers do not follow: there the next page looks again. */
    if (rc == PAGE_FULL && marks && place.first && place.chain.next == out->next_after + 1)
        keep_mark(marks, &place);
    return rc == PAGE_FULL || rc == PAST_END ? TZ_OK : rc;
}
