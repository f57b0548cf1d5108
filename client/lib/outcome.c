/* SPDX-License-Identifier: Apache-2.0 */
#include "client/lib/outcome.h"

/* A list of errors and pointers to them: one of a later version may be larger. */
static struct tz_submission_error *make(struct tz_arena *arena, size_t count,
                                        const struct tz_submission_error *const **list)
{
    struct tz_submission_error *errors = tz_arena_zalloc(arena, (count + 1) * sizeof *errors);
    const struct tz_submission_error **at = tz_arena_zalloc(arena, (count + 1) * sizeof *at);
    if (!errors || !at)
        return NULL;
    for (size_t i = 0; i < count; i++)
        at[i] = &errors[i];
    *list = at;
    return errors;
}

int tz_outcome_public(const Taizhang__V1__Outcome *o, struct tz_arena *arena,
                      struct tz_submission_outcome *out)
{
    *out = (struct tz_submission_outcome){
        .outcome = (int)o->outcome,
        .revision = o->revision,
        .position = o->position,
        .time_ms = o->time_ms,
        .principal = o->principal,
        .withdrawn = o->withdrawn,
        .error_count = o->n_errors,
    };
    struct tz_submission_error *errors = make(arena, o->n_errors, &out->errors);
    if (!errors)
        return TZ_ENOMEM;
    for (size_t i = 0; i < o->n_errors; i++)
        errors[i] = (struct tz_submission_error){.code = (int)o->errors[i]->code,
                                                 .code_name = tz_code_name(o->errors[i]->code),
                                                 .field = o->errors[i]->field,
                                                 .value = o->errors[i]->value};
    return TZ_OK;
}

int tz_errors_public(const struct tz_errors *e, struct tz_arena *arena,
                     const struct tz_submission_error *const **out)
{
    struct tz_submission_error *errors = make(arena, e->count, out);
    if (!errors)
        return TZ_ENOMEM;
    for (size_t i = 0; i < e->count; i++)
        errors[i] = (struct tz_submission_error){.code = (int)e->item[i].code,
                                                 .code_name = tz_code_name(e->item[i].code),
                                                 .field = e->item[i].field,
                                                 .value = e->item[i].value};
    return TZ_OK;
}
