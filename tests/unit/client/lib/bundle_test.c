/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/lib/bundle.h"
#include "common/wire/frame.h"

typedef Taizhang__V1__BundleFrame frame;

static uint8_t bundle_id[TZ_BUNDLE_ID_SIZE] = "0123456789abcdef";
static uint8_t ticket[TZ_TICKET_SIZE] = "tttttttttttttttt";

struct fixture {
    char folder[64];
    char path[96];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/tz-bundle-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    snprintf(f->path, sizeof f->path, "%s/carry.tzb", f->folder);
    *state = f;
    return 0;
}

/* Fails if a file was left beside the one that was written. */
static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    int left = rmdir(f->folder);
    free(f);
    return left;
}

static Taizhang__V1__BundleHeader header_of(Taizhang__V1__BundleContent content)
{
    Taizhang__V1__BundleHeader h = TAIZHANG__V1__BUNDLE_HEADER__INIT;
    h.format = TZ_BUNDLE_FORMAT;
    h.content = content;
    h.bundle_id = (ProtobufCBinaryData){sizeof bundle_id, bundle_id};
    h.server = (char *)"registry.example";
    h.profile = (char *)"default";
    if (content == TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_OUTCOMES)
        h.registry_id = h.bundle_id;
    return h;
}

#define VERSIONS TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_VERSIONS
#define OUTCOMES TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_OUTCOMES

/* One version, in place: its parts point to one another. */
struct version {
    frame frame;
    Taizhang__V1__BundleVersion version;
    Taizhang__V1__Record record;
    Taizhang__V1__Address address;
};

static frame *make_version(struct version *v, const char *key, const void *body, size_t len)
{
    taizhang__v1__bundle_frame__init(&v->frame);
    taizhang__v1__bundle_version__init(&v->version);
    taizhang__v1__record__init(&v->record);
    taizhang__v1__address__init(&v->address);
    v->address.committee = (char *)"110000";
    v->address.kind = 1;
    v->address.period = (char *)"2017";
    v->address.key = (char *)(uintptr_t)key;
    v->record.address = &v->address;
    v->record.ticket = (ProtobufCBinaryData){sizeof ticket, ticket};
    v->record.body = (ProtobufCBinaryData){len, (uint8_t *)(uintptr_t)body};
    v->version.operation_case = TAIZHANG__V1__BUNDLE_VERSION__OPERATION_RECORD;
    v->version.record = &v->record;
    v->frame.body_case = TAIZHANG__V1__BUNDLE_FRAME__BODY_VERSION;
    v->frame.version = &v->version;
    return &v->frame;
}

static void write_bundle(const char *path, unsigned count)
{
    struct tz_bundle_writer *w;
    Taizhang__V1__BundleHeader h = header_of(VERSIONS);
    assert_int_equal(tz_bundle_create(&w, path, &h), TZ_OK);
    for (unsigned i = 0; i < count; i++) {
        struct version v;
        char key[16];
        snprintf(key, sizeof key, "X%u", i);
        assert_int_equal(tz_bundle_add(w, make_version(&v, key, "body", 4)), TZ_OK);
    }
    assert_int_equal(tz_bundle_written(w), count);
    assert_int_equal(tz_bundle_seal(w), TZ_OK);
    assert_int_equal(tz_bundle_publish(w), TZ_OK);
    tz_bundle_discard(w);
}

/* Reads all; the fault at the end, and how many frames there were. */
static enum tz_bundle_fault read_all(FILE *file, unsigned *count)
{
    struct tz_bundle_reader r;
    const frame *f = NULL;
    *count = 0;
    enum tz_bundle_fault fault = tz_bundle_begin(&r, file);
    while (fault == TZ_BUNDLE_FINE && (fault = tz_bundle_next(&r, &f)) == TZ_BUNDLE_FINE && f)
        ++*count;
    tz_bundle_end(&r);
    return fault;
}

static enum tz_bundle_fault read_bytes(const uint8_t *bytes, size_t len)
{
    unsigned count;
    FILE *file = len ? fmemopen((void *)(uintptr_t)bytes, len, "rb") : fopen("/dev/null", "rb");
    assert_non_null(file);
    enum tz_bundle_fault fault = read_all(file, &count);
    fclose(file);
    return fault;
}

static size_t slurp(const char *path, uint8_t *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len = fread(out, 1, size, file);
    assert_true(len < size);
    fclose(file);
    return len;
}

static void what_is_written_is_read(void **state)
{
    const struct fixture *f = *state;
    struct tz_bundle_reader r;
    const frame *got;
    struct stat st;
    write_bundle(f->path, 3);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    FILE *file = fopen(f->path, "rb");
    assert_non_null(file);
    assert_true(tz_bundle_is(file));
    assert_int_equal(tz_bundle_begin(&r, file), TZ_BUNDLE_FINE);
    assert_int_equal(r.header->content, VERSIONS);
    assert_memory_equal(r.header->bundle_id.data, bundle_id, sizeof bundle_id);
    for (unsigned i = 0; i < 3; i++) {
        char key[16];
        snprintf(key, sizeof key, "X%u", i);
        assert_int_equal(tz_bundle_next(&r, &got), TZ_BUNDLE_FINE);
        assert_non_null(got);
        assert_string_equal(tz_bundle_address(got)->key, key);
        assert_memory_equal(tz_bundle_ticket(got), ticket, sizeof ticket);
        assert_int_equal(got->version->record->body.len, 4);
        assert_string_equal(r.header->profile, "default"); /* outlives the frames */
    }
    assert_int_equal(tz_bundle_next(&r, &got), TZ_BUNDLE_FINE);
    assert_null(got);
    tz_bundle_end(&r);
    fclose(file);
}

static void none_is_a_bundle_too(void **state)
{
    const struct fixture *f = *state;
    unsigned count;
    write_bundle(f->path, 0);
    FILE *file = fopen(f->path, "rb");
    assert_non_null(file);
    assert_int_equal(read_all(file, &count), TZ_BUNDLE_FINE);
    assert_int_equal(count, 0);
    fclose(file);
}

static void every_cut_and_every_altered_byte_is_found(void **state)
{
    const struct fixture *f = *state;
    uint8_t bytes[2048];
    write_bundle(f->path, 3);
    size_t len = slurp(f->path, bytes, sizeof bytes);
    assert_int_equal(read_bytes(bytes, len), TZ_BUNDLE_FINE);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(read_bytes(bytes, cut), cut < TZ_BUNDLE_MAGIC_SIZE ? TZ_BUNDLE_NOT : TZ_BUNDLE_CUT);
    for (size_t i = 0; i < len; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes[i] ^= (uint8_t)(1u << bit);
            assert_int_not_equal(read_bytes(bytes, len), TZ_BUNDLE_FINE);
            bytes[i] ^= (uint8_t)(1u << bit);
        }
    bytes[len] = 0;
    assert_int_equal(read_bytes(bytes, len + 1), TZ_BUNDLE_ALTERED);
}

/* A file of our own making, with a right trailer, so that only its content can be wrong. */
static enum tz_bundle_fault read_made(const struct fixture *f, const Taizhang__V1__BundleHeader *h,
                                      const frame *first, const frame *second)
{
    struct tz_bundle_writer *w;
    unsigned count;
    unlink(f->path);
    assert_int_equal(tz_bundle_create(&w, f->path, h), TZ_OK);
    if (first)
        assert_int_equal(tz_bundle_add(w, first), TZ_OK);
    if (second)
        assert_int_equal(tz_bundle_add(w, second), TZ_OK);
    assert_int_equal(tz_bundle_seal(w), TZ_OK);
    assert_int_equal(tz_bundle_publish(w), TZ_OK);
    tz_bundle_discard(w);
    FILE *file = fopen(f->path, "rb");
    assert_non_null(file);
    enum tz_bundle_fault fault = read_all(file, &count);
    fclose(file);
    return fault;
}

static void headers_are_checked(void **state)
{
    const struct fixture *f = *state;
    Taizhang__V1__BundleHeader h = header_of(VERSIONS);
    assert_int_equal(read_made(f, &h, NULL, NULL), TZ_BUNDLE_FINE);
    h.format = TZ_BUNDLE_FORMAT + 1;
    assert_int_equal(read_made(f, &h, NULL, NULL), TZ_BUNDLE_NEWER);
    h.format = 0;
    assert_int_equal(read_made(f, &h, NULL, NULL), TZ_BUNDLE_ALTERED);
    h = header_of(TAIZHANG__V1__BUNDLE_CONTENT__BUNDLE_NOTHING);
    assert_int_equal(read_made(f, &h, NULL, NULL), TZ_BUNDLE_ALTERED);
    h = header_of(VERSIONS);
    h.bundle_id.len = 15;
    assert_int_equal(read_made(f, &h, NULL, NULL), TZ_BUNDLE_ALTERED);
    h = header_of(VERSIONS);
    h.registry_id = (ProtobufCBinaryData){3, bundle_id};
    assert_int_equal(read_made(f, &h, NULL, NULL), TZ_BUNDLE_ALTERED);
    h = header_of(OUTCOMES);
    h.registry_id.len = 0; /* who decided is always known */
    assert_int_equal(read_made(f, &h, NULL, NULL), TZ_BUNDLE_ALTERED);
}

static void versions_are_checked(void **state)
{
    const struct fixture *f = *state;
    static uint8_t large[512 * 1024 + 1];
    struct version v;
    Taizhang__V1__BundleHeader h = header_of(VERSIONS);
    assert_int_equal(read_made(f, &h, make_version(&v, "X1", large, sizeof large - 1), NULL), TZ_BUNDLE_FINE);
    assert_int_equal(read_made(f, &h, make_version(&v, "X1", large, sizeof large), NULL), TZ_BUNDLE_ALTERED);
    assert_int_equal(read_made(f, &h, make_version(&v, "a/b", "x", 1), NULL), TZ_BUNDLE_ALTERED);
    make_version(&v, "X1", "x", 1);
    v.record.address = NULL;
    assert_int_equal(read_made(f, &h, &v.frame, NULL), TZ_BUNDLE_ALTERED);
    make_version(&v, "X1", "x", 1);
    v.record.ticket.len = 15;
    assert_int_equal(read_made(f, &h, &v.frame, NULL), TZ_BUNDLE_ALTERED);
    make_version(&v, "X1", "x", 1);
    v.version.operation_case = TAIZHANG__V1__BUNDLE_VERSION__OPERATION__NOT_SET;
    assert_int_equal(read_made(f, &h, &v.frame, NULL), TZ_BUNDLE_ALTERED);
    assert_int_equal(read_made(f, &h, make_version(&v, "X1", "x", 1), &v.frame), TZ_BUNDLE_FINE);
    make_version(&v, "X1", "x", 1);
    frame empty = TAIZHANG__V1__BUNDLE_FRAME__INIT; /* a frame with nothing that we know */
    assert_int_equal(read_made(f, &h, &v.frame, &empty), TZ_BUNDLE_ALTERED);
    h = header_of(OUTCOMES);
    assert_int_equal(read_made(f, &h, make_version(&v, "X1", "x", 1), NULL), TZ_BUNDLE_ALTERED);
}

static void outcomes_are_checked(void **state)
{
    const struct fixture *f = *state;
    Taizhang__V1__BundleHeader h = header_of(OUTCOMES);
    Taizhang__V1__BundleOutcome o = TAIZHANG__V1__BUNDLE_OUTCOME__INIT;
    Taizhang__V1__Outcome outcome = TAIZHANG__V1__OUTCOME__INIT;
    struct version v;
    frame one = TAIZHANG__V1__BUNDLE_FRAME__INIT;
    make_version(&v, "X1", "x", 1);
    one.body_case = TAIZHANG__V1__BUNDLE_FRAME__BODY_OUTCOME;
    one.outcome = &o;
    o.address = &v.address;
    o.ticket = v.record.ticket;
    assert_int_equal(read_made(f, &h, &one, NULL), TZ_BUNDLE_ALTERED);
    o.outcome = &outcome;
    assert_int_equal(read_made(f, &h, &one, &one), TZ_BUNDLE_FINE);
    o.address = NULL;
    assert_int_equal(read_made(f, &h, &one, NULL), TZ_BUNDLE_ALTERED);
    h = header_of(VERSIONS);
    o.address = &v.address;
    assert_int_equal(read_made(f, &h, &one, NULL), TZ_BUNDLE_ALTERED);
}

static void a_file_of_something_else_is_left_alone(void **state)
{
    const struct fixture *f = *state;
    struct tz_bundle_writer *w;
    Taizhang__V1__BundleHeader h = header_of(VERSIONS);
    uint8_t bytes[2048];
    FILE *file = fopen(f->path, "wb");
    assert_non_null(file);
    fputs("a year's work", file);
    fclose(file);
    assert_int_equal(tz_bundle_create(&w, f->path, &h), TZ_EFOREIGN);
    assert_null(w);
    assert_int_equal(slurp(f->path, bytes, sizeof bytes), 13);

    unlink(f->path);
    write_bundle(f->path, 1);
    h = header_of(OUTCOMES);
    assert_int_equal(tz_bundle_create(&w, f->path, &h), TZ_EFOREIGN);
    write_bundle(f->path, 2); /* in the place of one of its own kind */
    file = fopen(f->path, "rb");
    unsigned count;
    assert_non_null(file);
    assert_int_equal(read_all(file, &count), TZ_BUNDLE_FINE);
    assert_int_equal(count, 2);
    fclose(file);
}

static void what_is_not_published_leaves_nothing(void **state)
{
    const struct fixture *f = *state;
    struct tz_bundle_writer *w;
    struct version v;
    Taizhang__V1__BundleHeader h = header_of(VERSIONS);
    assert_int_equal(tz_bundle_create(&w, f->path, &h), TZ_OK);
    assert_int_equal(tz_bundle_add(w, make_version(&v, "X1", "x", 1)), TZ_OK);
    assert_int_equal(tz_bundle_seal(w), TZ_OK);
    tz_bundle_discard(w);
    assert_int_equal(access(f->path, F_OK), -1);
    tz_bundle_discard(NULL);

    char nowhere[160];
    snprintf(nowhere, sizeof nowhere, "%s/no/such", f->folder);
    assert_int_equal(tz_bundle_create(&w, nowhere, &h), TZ_EIO);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(tz_bundle_create(&w, f->folder, &h), TZ_EFOREIGN);
}

static void frames_have_a_limit(void **state)
{
    const struct fixture *f = *state;
    static uint8_t huge[TZ_FRAME_MAX];
    struct tz_bundle_writer *w;
    struct version v;
    Taizhang__V1__BundleHeader h = header_of(VERSIONS);
    assert_int_equal(tz_bundle_create(&w, f->path, &h), TZ_OK);
    assert_int_equal(tz_bundle_add(w, make_version(&v, "X1", huge, sizeof huge)), TZ_ELIMIT);
    tz_bundle_discard(w);
}

static void other_files_are_no_bundles(void **state)
{
    static const char *const texts[] = {"", "\x89TZB\r\n\x1a", "\x89TZB\n\x1a\n\0abc", "编号,名称\n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        FILE *file = tmpfile();
        assert_non_null(file);
        fputs(texts[i], file);
        rewind(file);
        assert_false(tz_bundle_is(file));
        assert_int_equal(ftell(file), 0);
        unsigned count;
        assert_int_equal(read_all(file, &count), TZ_BUNDLE_NOT);
        fclose(file);
    }
    FILE *pipe = popen("printf '\\211TZB\\r\\n\\032\\n'", "r");
    assert_non_null(pipe);
    assert_false(tz_bundle_is(pipe));
    pclose(pipe);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(what_is_written_is_read),
        CASE(none_is_a_bundle_too),
        CASE(every_cut_and_every_altered_byte_is_found),
        CASE(headers_are_checked),
        CASE(versions_are_checked),
        CASE(outcomes_are_checked),
        CASE(a_file_of_something_else_is_left_alone),
        CASE(what_is_not_published_leaves_nothing),
        CASE(frames_have_a_limit),
        cmocka_unit_test(other_files_are_no_bundles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
