/* SPDX-License-Identifier: Apache-2.0
 *
 * Codes of committees that are closed, as far as the local copy knows them: said while a file is read, with
 * or without a line. Whether a record may still be written there is the registry's to say: what it holds
 * already may be corrected.
 */
#ifndef TZ_CLIENT_CLI_RETIRED_H
#define TZ_CLIENT_CLI_RETIRED_H

#include "client/cli/cli.h"
#include "common/totals/tree.h"

struct tz_retired {
    struct tz_cli *cli;
    struct tz_tree *tree; /* NULL: no copy, or none that is whole */
    bool looked;
    uint32_t told[16]; /* numbers of those that were named */
    size_t count;
};

/* The code of a row's address; a closed committee is named once, with its successors. */
void tz_retired_note(struct tz_retired *r, size_t row, const char *code);
void tz_retired_free(struct tz_retired *r);

#endif
