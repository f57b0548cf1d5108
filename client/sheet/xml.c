/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 32 * 1024, NAMESPACE_SEPARATOR = '|' };

struct tz_xml {
    XML_Parser parser;
    struct tz_xml_input bytes;
    const struct tz_xml_handler *handler;
    void *ctx;
    uint64_t fed;
    unsigned depth;
    bool paused;
    bool last; /* no bytes after these */
    int rc;    /* sticks */
};

static const char *local_name(const char *name)
{
    const char *separator = strrchr(name, NAMESPACE_SEPARATOR);
    return separator ? separator + 1 : name;
}

void tz_xml_stop(struct tz_xml *x, int rc)
{
    if (x->rc == TZ_OK)
        x->rc = rc;
    XML_StopParser(x->parser, XML_FALSE);
}

void tz_xml_pause(struct tz_xml *x)
{
    x->paused = true;
    XML_StopParser(x->parser, XML_TRUE);
}

static void on_start(void *data, const char *name, const char **attributes)
{
    struct tz_xml *x = data;
    if (x->rc != TZ_OK)
        return;
    if (++x->depth > TZ_XML_DEPTH_MAX)
        tz_xml_stop(x, TZ_EINVAL);
    else if (x->handler->start)
        x->handler->start(x->ctx, local_name(name), attributes);
}

static void on_end(void *data, const char *name)
{
    struct tz_xml *x = data;
    if (x->rc != TZ_OK)
        return;
    x->depth--;
    if (x->handler->end)
        x->handler->end(x->ctx, local_name(name));
}

static void on_text(void *data, const char *s, int len)
{
    struct tz_xml *x = data;
    if (x->rc == TZ_OK && x->handler->text)
        x->handler->text(x->ctx, s, (size_t)len);
}

static void on_document_type(void *data, const char *name, const char *system, const char *public,
                             int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    tz_xml_stop(data, TZ_EINVAL);
}

struct tz_xml *tz_xml_new(struct tz_xml_input bytes, const struct tz_xml_handler *handler, void *ctx)
{
    struct tz_xml *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->parser = XML_ParserCreateNS(NULL, NAMESPACE_SEPARATOR);
    if (!x->parser) {
        free(x);
        return NULL;
    }
    x->bytes = bytes;
    x->handler = handler;
    x->ctx = ctx;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_document_type);
    return x;
}

void tz_xml_free(struct tz_xml *x)
{
    if (!x)
        return;
    XML_ParserFree(x->parser);
    free(x);
}

/* What the parser holds back is a tag that goes on. */
static bool tag_too_large(const struct tz_xml *x)
{
    XML_Index at = XML_GetCurrentByteIndex(x->parser);
    return at >= 0 && x->fed - (uint64_t)at > TZ_XML_TAG_MAX;
}

static enum XML_Status feed(struct tz_xml *x)
{
    void *room = XML_GetBuffer(x->parser, CHUNK);
    ssize_t n = room ? x->bytes.read(x->bytes.ctx, room, CHUNK) : -1;
    if (n < 0) {
        x->rc = room ? TZ_EIO : TZ_ENOMEM;
        return XML_STATUS_ERROR;
    }
    x->fed += (size_t)n;
    x->last = n == 0;
    return XML_ParseBuffer(x->parser, (int)n, x->last);
}

int tz_xml_run(struct tz_xml *x)
{
    while (x->rc == TZ_OK) {
        XML_ParsingStatus status;
        enum XML_Status result;
        XML_GetParsingStatus(x->parser, &status);
        if (status.parsing == XML_FINISHED)
            return x->rc = TZ_ENOENT;
        x->paused = false;
        result = status.parsing == XML_SUSPENDED ? XML_ResumeParser(x->parser) : feed(x);
        if (x->rc != TZ_OK)
            break;
        if (result == XML_STATUS_ERROR)
            x->rc = XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY ? TZ_ENOMEM : TZ_EINVAL;
        else if (x->paused)
            return TZ_OK;
        else if (x->last)
            x->rc = TZ_ENOENT;
        else if (tag_too_large(x))
            x->rc = TZ_ELIMIT;
    }
    return x->rc;
}

size_t tz_xml_line(const struct tz_xml *x)
{
    return (size_t)XML_GetCurrentLineNumber(x->parser);
}

uint64_t tz_xml_offset(const struct tz_xml *x)
{
    XML_Index at = XML_GetCurrentByteIndex(x->parser);
    return at < 0 ? 0 : (uint64_t)at;
}

size_t tz_xml_size(const struct tz_xml *x)
{
    int n = XML_GetCurrentByteCount(x->parser);
    return n < 0 ? 0 : (size_t)n;
}

const char *tz_xml_attribute(const char **attributes, const char *name)
{
    const char *found = NULL;
    for (; *attributes; attributes += 2) {
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
        if (strcmp(local_name(attributes[0]), name) == 0)
            found = attributes[1];
    }
    return found;
}
