/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/cell.h"

#include "common/base/text.h"

struct tz_cell tz_cell_at(const struct tz_cell *cells, size_t count, size_t i)
{
    struct tz_cell cell = {.s = "", .len = 0};
    if (i < count)
        cell = cells[i];
    tz_text_trim(&cell.s, &cell.len);
    return cell;
}
