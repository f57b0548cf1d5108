/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists of records that come in pages: printed as a table, as JSON lines, or as a sheet that can be submitted
 * again.
 */
#ifndef TZ_CLIENT_CLI_PAGES_H
#define TZ_CLIENT_CLI_PAGES_H

#include "client/cli/record_view.h"

struct tz_record_list {
    struct tz_cli *cli;
    bool with_quantity;              /* a column of what each record adds (trace) */
    const struct tz_kind_info *kind; /* of all records where it is known: CSV has its columns then */
    const struct tz_offline *copy;   /* read from there; NULL, as after init: from the registry */
    bool with_private;               /* the states carry private bytes, and CSV shows them */
    struct tz_table table;
    size_t count;
    bool header_done;
    struct tz_arena arena; /* of the record at hand */
};

void tz_record_list_init(struct tz_record_list *l, struct tz_cli *cli, const struct tz_kind_info *kind,
                         bool with_private, bool with_quantity);
/* DONE, or INTERNAL, told. */
int tz_record_list_add(struct tz_record_list *l, const Taizhang__V1__RecordState *state,
                       const Taizhang__V1__Quantity *quantity) TZ_MUSTCHECK;
/* Prints what was kept for the table. */
int tz_record_list_end(struct tz_record_list *l) TZ_MUSTCHECK;
void tz_record_list_free(struct tz_record_list *l);

/* The cursor of a page, kept beyond its message. */
enum { TZ_CURSOR_MAX = 1024 };
struct tz_cursor {
    size_t len; /* 0: the first page, or no more */
    uint8_t bytes[TZ_CURSOR_MAX];
};
/* false: larger than any cursor of a registry. */
bool tz_cursor_keep(struct tz_cursor *c, const ProtobufCBinaryData *from);

#endif
