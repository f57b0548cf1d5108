/* SPDX-License-Identifier: Apache-2.0
 *
 * A carry bundle from a stick: read to its end, or to what is wrong with it. What was read to a good end is
 * written again and read again, and is then the same.
 */
#include <string.h>
#include <unistd.h>

#include "client/lib/bundle.h"
#include "common/wire/frame.h"
#include "tests/fuzz/fuzz.h"

/* What a caller looks at. */
static void look(const Taizhang__V1__BundleFrame *frame)
{
    const Taizhang__V1__Address *a = tz_bundle_address(frame);
    MUST(a && strlen(a->committee) > 0 && strlen(a->key) > 0);
    MUST(tz_bundle_ticket(frame));
}

static enum tz_bundle_fault read_all(FILE *file, uint64_t *count)
{
    struct tz_bundle_reader r;
    const Taizhang__V1__BundleFrame *frame = NULL;
    enum tz_bundle_fault fault = tz_bundle_begin(&r, file);
    while (fault == TZ_BUNDLE_FINE) {
        fault = tz_bundle_next(&r, &frame);
        if (fault != TZ_BUNDLE_FINE || !frame)
            break;
        look(frame);
    }
    *count = r.count;
    tz_bundle_end(&r);
    return fault;
}

static void write_again(FILE *file, uint64_t count)
{
    char path[] = "/tmp/tz-bundle-fuzz-XXXXXX";
    struct tz_bundle_reader r;
    struct tz_bundle_writer *w;
    const Taizhang__V1__BundleFrame *frame;
    int fd = mkstemp(path);
    MUST(fd >= 0);
    close(fd);
    MUST(unlink(path) == 0);
    rewind(file);
    MUST(tz_bundle_begin(&r, file) == TZ_BUNDLE_FINE);
    MUST(tz_bundle_create(&w, path, r.header) == TZ_OK);
    while (tz_bundle_next(&r, &frame) == TZ_BUNDLE_FINE && frame)
        MUST(tz_bundle_add(w, frame) == TZ_OK);
    MUST(tz_bundle_seal(w) == TZ_OK && tz_bundle_publish(w) == TZ_OK);
    tz_bundle_discard(w);
    tz_bundle_end(&r);
    FILE *again = fopen(path, "rb");
    uint64_t written;
    MUST(again && read_all(again, &written) == TZ_BUNDLE_FINE && written == count);
    fclose(again);
    MUST(unlink(path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    uint64_t count;
    if (len == 0)
        return 0;
    FILE *file = fmemopen((void *)(uintptr_t)bytes, len, "rb");
    MUST(file);
    MUST(tz_bundle_is(file) ==
         (len >= TZ_BUNDLE_MAGIC_SIZE && memcmp(bytes, tz_bundle_magic, TZ_BUNDLE_MAGIC_SIZE) == 0));
    if (read_all(file, &count) == TZ_BUNDLE_FINE)
        write_again(file, count);
    fclose(file);
    return 0;
}
