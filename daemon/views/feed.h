/* SPDX-License-Identifier: Apache-2.0
 *
 * The feed: what each entry of the journal is about, in four bytes, so that the changes of a few committees
 * are found among millions without reading them. Entries never change: notes are read from the journal once,
 * in chunks, when somebody asks, and kept within a limit. Thread-safe.
 */
#ifndef TZ_DAEMON_VIEWS_FEED_H
#define TZ_DAEMON_VIEWS_FEED_H

#include "common/schema/schema.h"
#include "daemon/store/store.h"

enum { TZ_FEED_CHUNK = 1024, TZ_FEED_BYTES = 64 * 1024 * 1024 };

enum tz_feed_what { TZ_FEED_OTHER, TZ_FEED_RECORD, TZ_FEED_COMMITTEE };

/* Whom a record is shown to. */
enum tz_shown {
    TZ_SHOWN_NOBODY = 0,
    TZ_SHOWN_LINE = TZ_VISIBILITY_LINE,
    TZ_SHOWN_BELOW = TZ_VISIBILITY_DOWN,
    TZ_SHOWN_ALL = TZ_VISIBILITY_ALL,
};

struct tz_feed_note {
    uint32_t committee; /* its number */
    enum tz_feed_what what;
    enum tz_shown shown;  /* of a record: nobody: withdrawn */
    enum tz_shown before; /* of the revision before it; may be left at nobody where shown is all */
};

struct tz_feed;

/* max_bytes: of the notes that are kept; the newest ones are. */
int tz_feed_new(struct tz_feed **out, size_t max_bytes) TZ_MUSTCHECK;
void tz_feed_free(struct tz_feed *f);

/* Notes of the entries from..to that lie in one chunk with `from`: *count of them, at least one. The reader
 * is inside a snapshot that holds `to`. *reads grows by how often the store was asked. */
int tz_feed_read(struct tz_feed *f, struct tz_reader *r, uint64_t from, uint64_t to,
                 struct tz_feed_note note[TZ_FEED_CHUNK], size_t *count, uint64_t *reads) TZ_MUSTCHECK;

/* What the body of a record says; only its beginning is needed (TZ_OUTLINE_BODY). */
enum tz_shown tz_feed_shown(struct tz_bytes body);

#endif
