/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/reply.h"

#include "common/wire/frame.h"

/* Protobuf-c never writes through these pointers while packing, but its structs are not const. */
static char *lend(const char *s)
{
    return (char *)(uintptr_t)s;
}

static size_t count_params(const struct tz_error *e)
{
    size_t n = 0;
    while (n < TZ_ERROR_PARAMS && e->params[n].name[0])
        n++;
    return n;
}

static void fill_param(Taizhang__V1__Param *out, const struct tz_error_param *p)
{
    taizhang__v1__param__init(out);
    out->name = lend(p->name);
    out->text = lend(p->text);
    out->number = p->number;
}

int tz_reply_error(struct tz_buf *out, uint64_t id, const struct tz_error *e)
{
    Taizhang__V1__Param param[TZ_ERROR_PARAMS];
    Taizhang__V1__Param *params[TZ_ERROR_PARAMS];
    Taizhang__V1__Status status = TAIZHANG__V1__STATUS__INIT;
    Taizhang__V1__ServerMessage msg = TAIZHANG__V1__SERVER_MESSAGE__INIT;

    status.code = e->code;
    status.field = lend(e->field);
    status.value = lend(e->value);
    status.n_params = count_params(e);
    status.params = params;
    for (size_t i = 0; i < status.n_params; i++) {
        fill_param(&param[i], &e->params[i]);
        params[i] = &param[i];
    }
    msg.id = id;
    msg.final = true;
    msg.status = &status;
    return tz_frame_append(out, &msg.base);
}

static Taizhang__V1__FieldError *make_field_error(const struct tz_error *e, struct tz_arena *arena)
{
    size_t n = count_params(e);
    Taizhang__V1__FieldError *f = tz_arena_alloc(arena, sizeof *f);
    Taizhang__V1__Param *param = tz_arena_alloc(arena, sizeof *param * (n + 1));
    Taizhang__V1__Param **params = tz_arena_alloc(arena, sizeof *params * (n + 1));
    if (!f || !param || !params)
        return NULL;
    taizhang__v1__field_error__init(f);
    f->code = e->code;
    f->field = lend(e->field);
    f->value = lend(e->value);
    f->n_params = n;
    f->params = params;
    for (size_t i = 0; i < n; i++) {
        fill_param(&param[i], &e->params[i]);
        params[i] = &param[i];
    }
    return f;
}

int tz_reply_field_errors(const struct tz_errors *errors, struct tz_arena *arena,
                          Taizhang__V1__FieldError ***out, size_t *count)
{
    *out = NULL;
    *count = 0;
    if (!errors || errors->count == 0)
        return TZ_OK;
    Taizhang__V1__FieldError **list =
        tz_arena_alloc(arena, sizeof(Taizhang__V1__FieldError *) * errors->count);
    if (!list)
        return TZ_ENOMEM;
    for (size_t i = 0; i < errors->count; i++) {
        list[i] = make_field_error(&errors->item[i], arena);
        if (!list[i])
            return TZ_ENOMEM;
    }
    *out = list;
    *count = errors->count;
    return TZ_OK;
}
