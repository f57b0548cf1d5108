/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/cli/template.h"

/* Kinds as a set. */
#define K(kind) (1u << TZ_KIND_##kind)
#define WORK    (K(PROJECT) | K(FUNDING) | K(POST) | K(OUTPUT) | K(PLATFORM) | K(PRACTICE))
#define SUPPLY  (K(ORGANISATION) | K(NEED) | K(CATALOGUE))

/* Fields of the envelope that make sense for some kinds only; the others stand in every template. */
static const struct {
    const char *name;
    unsigned kinds;
} partial[] = {
    {"place", WORK | SUPPLY | K(WORKER) | K(COVERAGE)},
    {"executing_level", WORK | K(COVERAGE) | K(POLICY) | K(LIAISON) | K(EVALUATION)},
    {"is_pilot", WORK | SUPPLY | K(COVERAGE) | K(POLICY)},
    {"purchase_mode", K(PROJECT) | K(FUNDING) | K(POST) | K(ORGANISATION) | K(CATALOGUE) | K(POLICY) |
                          K(EVALUATION) | K(PRACTICE)},
    {"service_fields", WORK | SUPPLY | K(WORKER) | K(EVALUATION)},
    {"target_groups", WORK | SUPPLY},
    {"themes", WORK | SUPPLY | K(POLICY) | K(LIAISON)},
    {"functions",
     K(PROJECT) | K(POST) | K(WORKER) | K(OUTPUT) | K(PLATFORM) | K(POLICY) | K(LIAISON) | K(PRACTICE)},
    {"effect", WORK | SUPPLY | K(POLICY) | K(LIAISON) | K(EVALUATION)},
    {"part_of", ~(K(PRACTICE) | K(ISSUE))},
};

static bool makes_sense(const struct tz_kind_info *kind, const struct tz_field *f)
{
    if (f->place == TZ_IN_ENVELOPE)
        for (size_t i = 0; i < sizeof partial / sizeof *partial; i++)
            if (strcmp(partial[i].name, f->name) == 0)
                return partial[i].kinds & (1u << kind->kind);
    return true;
}

void tz_template_columns(struct tz_template *t, const bool *wanted, bool all, bool with_private)
{
    const struct tz_field *f;
    t->columns = 0;
    for (size_t i = 0; (f = tz_field_at(t->kind, i)) && t->columns < TZ_TEMPLATE_COLUMNS; i++) {
        bool cell = f->type != TZ_TYPE_ATTACHMENTS && f->type != TZ_TYPE_EXTRA;
        bool open = with_private || f->place != TZ_IN_PRIVATE;
        if (cell && open && (all || makes_sense(t->kind, f) || (wanted && wanted[i])))
            t->field[t->columns++] = f;
    }
}
