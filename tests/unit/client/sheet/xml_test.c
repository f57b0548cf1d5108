/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/client/sheet/bytes.h"

struct seen {
    struct tz_xml *xml;
    char text[4096];
    int stop; /* at an element <stop> */
};

static void note(struct seen *s, const char *what, size_t len)
{
    size_t at = strlen(s->text);
    if (at + len + 1 < sizeof s->text)
        snprintf(s->text + at, sizeof s->text - at, "%.*s", (int)len, what);
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
    struct seen *s = ctx;
    const char *id = tz_xml_attribute(attributes, "id");
    note(s, "<", 1);
    note(s, name, strlen(name));
    note(s, id ? id : "", id ? strlen(id) : 0);
    note(s, ">", 1);
    if (strcmp(name, "stop") == 0)
        tz_xml_stop(s->xml, s->stop);
}

static void on_end(void *ctx, const char *name)
{
    struct seen *s = ctx;
    note(s, "/", 1);
    if (strcmp(name, "p") == 0)
        tz_xml_pause(s->xml);
}

static void on_text(void *ctx, const char *text, size_t len)
{
    note(ctx, text, len);
}

static const struct tz_xml_handler handler = {.start = on_start, .end = on_end, .text = on_text};

/* Reads all of it; pauses are shown as a bar. */
static int run(struct seen *s, struct memory_bytes *m, const char *text)
{
    int rc;
    s->text[0] = '\0';
    s->xml = tz_xml_new(memory_part(m, text), &handler, s);
    assert_non_null(s->xml);
    while ((rc = tz_xml_run(s->xml)) == TZ_OK)
        note(s, "|", 1);
    assert_int_equal(tz_xml_run(s->xml), rc); /* it stays ended */
    tz_xml_free(s->xml);
    return rc;
}

static void reads_and_pauses(void **state)
{
    (void)state;
    for (size_t piece = 0; piece < 20; piece++) {
        struct memory_bytes m = {.piece = piece};
        struct seen s = {0};
        assert_int_equal(run(&s, &m, "<a><p>x</p><p/><b>y&lt;&#x4e00;</b><p>z</p></a>"), TZ_ENOENT);
        assert_string_equal(s.text, "<a><p>x/|<p>/|<b>y<一/<p>z/|/");
    }
}

static void drops_namespaces(void **state)
{
    (void)state;
    struct memory_bytes m = {0};
    struct seen s = {0};
    assert_int_equal(run(&s, &m, "<x:a xmlns:x='u' xmlns:r='v' r:id='1'><x:b r:id='2' id='3'/></x:a>"),
                     TZ_ENOENT);
    assert_string_equal(s.text, "<a1><b3>//");
}

static void refuses_what_is_not_allowed(void **state)
{
    (void)state;
    struct memory_bytes m = {0};
    struct seen s = {0};
    assert_int_equal(run(&s, &m, ""), TZ_EINVAL);
    assert_int_equal(run(&s, &m, "<a>"), TZ_EINVAL);
    assert_int_equal(run(&s, &m, "<a></b>"), TZ_EINVAL);
    assert_int_equal(run(&s, &m, "<a/><b/>"), TZ_EINVAL);
    assert_int_equal(run(&s, &m, "<a>&unknown;</a>"), TZ_EINVAL);
    assert_int_equal(run(&s, &m, "<!DOCTYPE a><a/>"), TZ_EINVAL);
    assert_int_equal(run(&s, &m, "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), TZ_EINVAL);
    assert_int_equal(run(&s, &m, "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), TZ_EINVAL);
    assert_string_equal(s.text, "");
    assert_int_equal(run(&s, &m, "<a>\xff</a>"), TZ_EINVAL);
    m.fails = true;
    assert_int_equal(run(&s, &m, "<a><b/>"), TZ_EIO);
}

static void stops_where_a_handler_says(void **state)
{
    (void)state;
    struct memory_bytes m = {0};
    struct seen s = {.stop = TZ_EFULL};
    assert_int_equal(run(&s, &m, "<a><stop>x</stop><b/></a>"), TZ_EFULL);
    assert_string_equal(s.text, "<a><stop>");
}

static char *deep(size_t depth)
{
    char *text = malloc(depth * 7 + 1), *at = text;
    assert_non_null(text);
    for (size_t i = 0; i < depth; i++, at += 3)
        memcpy(at, "<d>", 3);
    for (size_t i = 0; i < depth; i++, at += 4)
        memcpy(at, "</d>", 4);
    *at = '\0';
    return text;
}

static void bounds_depth_and_tags(void **state)
{
    (void)state;
    struct memory_bytes m = {0};
    struct seen s = {0};
    char *text = deep(TZ_XML_DEPTH_MAX);
    assert_int_equal(run(&s, &m, text), TZ_ENOENT);
    free(text);
    text = deep(TZ_XML_DEPTH_MAX + 1);
    assert_int_equal(run(&s, &m, text), TZ_EINVAL);
    free(text);
    size_t len = 8 * TZ_XML_TAG_MAX;
    text = malloc(len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    memcpy(text, "<a id='", 7);
    text[len] = '\0';
    assert_int_equal(run(&s, &m, text), TZ_ELIMIT);
    assert_true(m.left > len / 2); /* it did not swallow all of it first */
    memcpy(text, "<a><!--", 7);
    assert_int_equal(run(&s, &m, text), TZ_ELIMIT);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_pauses),
        cmocka_unit_test(drops_namespaces),
        cmocka_unit_test(refuses_what_is_not_allowed),
        cmocka_unit_test(stops_where_a_handler_says),
        cmocka_unit_test(bounds_depth_and_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
