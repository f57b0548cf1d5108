/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/err.h"

#include <string.h>

#include "common/base/text.h"

enum { VALUE_CHARACTERS = 64 };

struct tz_error *tz_error_setn(struct tz_error *e, tz_code code, const char *field, const char *value,
                               size_t value_len)
{
    memset(e, 0, sizeof *e);
    e->code = code;
    if (field)
        tz_text_copy(e->field, sizeof e->field, field, strlen(field), sizeof e->field);
    if (value)
        tz_text_copy(e->value, sizeof e->value, value, value_len, VALUE_CHARACTERS);
    return e;
}

struct tz_error *tz_error_set(struct tz_error *e, tz_code code, const char *field, const char *value)
{
    return tz_error_setn(e, code, field, value, value ? strlen(value) : 0);
}

/* The first free parameter, or NULL. */
static struct tz_error_param *free_param(struct tz_error *e, const char *name)
{
    if (!e)
        return NULL;
    for (size_t i = 0; i < TZ_ERROR_PARAMS; i++) {
        struct tz_error_param *p = &e->params[i];
        if (!p->name[0]) {
            tz_text_copy(p->name, sizeof p->name, name, strlen(name), sizeof p->name);
            return p;
        }
    }
    return NULL;
}

struct tz_error *tz_error_text(struct tz_error *e, const char *name, const char *text)
{
    struct tz_error_param *p = free_param(e, name);
    if (p && text)
        tz_text_copy(p->text, sizeof p->text, text, strlen(text), sizeof p->text);
    return e;
}

struct tz_error *tz_error_number(struct tz_error *e, const char *name, int64_t number)
{
    struct tz_error_param *p = free_param(e, name);
    if (p)
        p->number = number;
    return e;
}

struct tz_error *tz_errors_add(struct tz_errors *list, tz_code code, const char *field, const char *value)
{
    if (list->count == TZ_ERRORS_MAX) {
        list->dropped++;
        return NULL;
    }
    return tz_error_set(&list->item[list->count++], code, field, value);
}

const char *tz_code_name(tz_code code)
{
    const ProtobufCEnumValue *v =
        protobuf_c_enum_descriptor_get_value(&taizhang__v1__code__descriptor, (int)code);
    return v ? v->name + strlen("CODE_") : "UNKNOWN";
}

const char *tz_rc_string(int rc)
{
    switch ((enum tz_rc)rc) {
    case TZ_OK:
        return "done";
    case TZ_ENOMEM:
        return "out of memory";
    case TZ_EIO:
        return "input/output error";
    case TZ_EFULL:
        return "no room";
    case TZ_ENOENT:
        return "no such thing";
    case TZ_EINVAL:
        return "wrong input";
    case TZ_ELIMIT:
        return "limit passed";
    case TZ_EAGAIN:
        return "not now";
    case TZ_EUNKNOWN:
        return "outcome unknown";
    case TZ_EFOREIGN:
        return "not ours, or of a newer version";
    case TZ_ELOCKED:
        return "held by another process";
    case TZ_ECLOSED:
        return "closed by the other side";
    case TZ_ECORRUPT:
        return "stored data contradicts itself";
    }
    return "unknown result";
}
