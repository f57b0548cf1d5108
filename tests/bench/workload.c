/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/env.h"
#include "common/schema/schema.h"
#include "common/wire/frame.h"
#include "taizhang/v1/registry.pb-c.h"

enum { CODE_SIZE = 16 };

struct codes {
    char (*code)[CODE_SIZE];
    size_t count;
};

static int read_codes(struct codes *out, const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        return -1;
    }
    size_t room = 1024;
    char line[64];
    out->code = malloc(room * sizeof *out->code);
    while (out->code && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (!*line || strlen(line) >= CODE_SIZE)
            continue;
        if (out->count == room) {
            room *= 2;
            char(*more)[CODE_SIZE] = realloc(out->code, room * sizeof *more);
            if (!more)
                break;
            out->code = more;
        }
        memcpy(out->code[out->count++], line, strlen(line) + 1);
    }
    fclose(f);
    if (!out->count)
        fprintf(stderr, "%s: no codes\n", path);
    return out->count ? 0 : -1;
}

/* A project as a county would report it. The bytes are packed into body, which has room. */
static size_t pack_body(size_t i, uint8_t *body, size_t room)
{
    uint32_t fields[] = {(uint32_t)(1 + i % 7), 99};
    Taizhang__V1__EnumList service = TAIZHANG__V1__ENUM_LIST__INIT;
    service.values = fields;
    service.n_values = 2;
    Taizhang__V1__Envelope envelope = TAIZHANG__V1__ENVELOPE__INIT;
    envelope.scope = TZ_SCOPE_OWN;
    envelope.visibility = TZ_VISIBILITY_LINE;
    envelope.is_pilot = i % 5 ? TZ_NO : TZ_YES;
    envelope.service_fields = &service;
    char written[32], title[96];
    snprintf(written, sizeof written, "%zu个", i % 1000);
    snprintf(title, sizeof title, "青少年社会工作服务项目（第%zu批）", i);
    Taizhang__V1__Quantity quantity = TAIZHANG__V1__QUANTITY__INIT;
    quantity.value = (int64_t)(i % 1000);
    quantity.qualifier = TAIZHANG__V1__QUALIFIER__QUALIFIER_EXACT;
    quantity.written = written;
    Taizhang__V1__Project project = TAIZHANG__V1__PROJECT__INIT;
    project.envelope = &envelope;
    project.title = title;
    project.quantity = &quantity;
    project.stage = (uint32_t)(1 + i % 9);
    project.procurement = (uint32_t)(1 + i % 8);
    if (taizhang__v1__project__get_packed_size(&project) > room)
        return 0;
    return taizhang__v1__project__pack(&project, body);
}

static int add_message(struct workload *w, Taizhang__V1__ClientMessage *message)
{
    w->start[w->frames] = w->bytes.len;
    message->id = w->frames + 1;
    if (tz_frame_append(&w->bytes, &message->base) != TZ_OK)
        return -1;
    w->start[++w->frames] = w->bytes.len;
    return 0;
}

static int add_frame(struct workload *w, const struct workload_options *o, const struct codes *codes,
                     size_t first, size_t count)
{
    enum { BODY = 512 };
    struct item {
        Taizhang__V1__Record record;
        Taizhang__V1__Address address;
        uint8_t ticket[TZ_TICKET_SIZE];
        uint8_t body[BODY];
        char key[48];
    };
    struct item *items = calloc(count, sizeof *items);
    Taizhang__V1__Record **records = calloc(count, sizeof(Taizhang__V1__Record *));
    const struct tz_env *env = tz_env_system();
    Taizhang__V1__SubmitRequest submit = TAIZHANG__V1__SUBMIT_REQUEST__INIT;
    Taizhang__V1__ClientMessage message = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    int rc = items && records ? 0 : -1;
    for (size_t n = 0; !rc && n < count; n++) {
        size_t i = first + n;
        struct item *it = &items[n];
        taizhang__v1__record__init(&it->record);
        taizhang__v1__address__init(&it->address);
        snprintf(it->key, sizeof it->key, "%s%08zu", o->prefix, i);
        it->address.committee = codes->code[i * codes->count / o->records];
        it->address.kind = TZ_KIND_PROJECT;
        it->address.period = (char *)"2017";
        it->address.key = it->key;
        env->random(env->ctx, it->ticket, sizeof it->ticket);
        it->record.address = &it->address;
        it->record.ticket = (ProtobufCBinaryData){sizeof it->ticket, it->ticket};
        it->record.body = (ProtobufCBinaryData){pack_body(i, it->body, BODY), it->body};
        records[n] = &it->record;
    }
    submit.records = records;
    submit.n_records = count;
    message.submit = &submit;
    message.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_SUBMIT;
    if (!rc)
        rc = add_message(w, &message);
    free(records);
    free(items);
    return rc;
}

static int add_query(struct workload *w, enum workload_kind kind)
{
    Taizhang__V1__ClientMessage message = TAIZHANG__V1__CLIENT_MESSAGE__INIT;
    Taizhang__V1__PingRequest ping = TAIZHANG__V1__PING_REQUEST__INIT;
    Taizhang__V1__TotalsRequest totals = TAIZHANG__V1__TOTALS_REQUEST__INIT;
    if (kind == WORKLOAD_PING) {
        message.ping = &ping;
        message.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_PING;
    } else {
        totals.committee = (char *)"000000";
        totals.kind = TZ_KIND_PROJECT;
        totals.period = (char *)"2017";
        message.totals = &totals;
        message.body_case = TAIZHANG__V1__CLIENT_MESSAGE__BODY_TOTALS;
    }
    return add_message(w, &message);
}

int workload_make(struct workload *w, const struct workload_options *o)
{
    memset(w, 0, sizeof *w);
    tz_buf_init(&w->bytes, (size_t)8 << 30);
    w->per_frame = o->kind == WORKLOAD_RECORDS ? o->per_frame : 1;
    w->records = o->records;
    size_t frames = (o->records + w->per_frame - 1) / w->per_frame;
    w->start = malloc((frames + 1) * sizeof *w->start);
    struct codes codes = {0};
    int rc = w->start ? 0 : -1;
    if (!rc && o->kind == WORKLOAD_RECORDS)
        rc = read_codes(&codes, o->committees);
    for (size_t i = 0; !rc && i < o->records; i += w->per_frame)
        rc = o->kind == WORKLOAD_RECORDS
                 ? add_frame(w, o, &codes, i, o->records - i < w->per_frame ? o->records - i : w->per_frame)
                 : add_query(w, o->kind);
    free(codes.code);
    if (rc) {
        fputs("cannot make the workload\n", stderr);
        workload_free(w);
    }
    return rc;
}

void workload_free(struct workload *w)
{
    tz_buf_free(&w->bytes);
    free(w->start);
    w->start = NULL;
}

size_t workload_records(const struct workload *w, size_t i)
{
    size_t first = i * w->per_frame;
    return w->records - first < w->per_frame ? w->records - first : w->per_frame;
}
