/* SPDX-License-Identifier: Apache-2.0
 *
 * A key's file; one that can be read is stored, and read again as the same.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/lib/key_file.h"
#include "tests/fuzz/fuzz.h"

static const char *folder(void)
{
    static char made[] = "/tmp/tz-key-fuzz-XXXXXX";
    static bool done;
    if (!done)
        MUST(mkdtemp(made) != NULL);
    done = true;
    return made;
}

static void store_and_load(const struct tz_device_key *k)
{
    struct tz_device_key *again;
    char path[PATH_MAX];
    MUST(tz_key_store(k, folder()) == TZ_OK);
    MUST(tz_key_path(folder(), k->id, path) == TZ_OK);
    MUST(tz_key_load(&again, path) == TZ_OK);
    MUST(memcmp(again->seed, k->seed, TZ_KEY_SEED_SIZE) == 0);
    MUST(strcmp(again->id, k->id) == 0 && again->state == k->state);
    MUST(strcmp(again->server, k->server) == 0 && strcmp(again->name, k->name) == 0);
    MUST(strcmp(again->committee, k->committee) == 0 && strcmp(again->replaces, k->replaces) == 0);
    MUST(again->trust.system == k->trust.system && again->trust.known_ms == k->trust.known_ms);
    MUST(k->trust.system || memcmp(again->trust.pin, k->trust.pin, sizeof k->trust.pin) == 0);
    MUST(again->invited == k->invited && again->known == k->known && again->made_ms == k->made_ms);
    tz_key_free(again);
    MUST(tz_key_remove(k->id, folder()) == TZ_OK);
    rmdir(folder());
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct tz_device_key *k;
    char *text = malloc(len + 1);
    if (!text)
        return 0;
    memcpy(text, bytes, len);
    text[len] = '\0';
    int rc = tz_key_parse(&k, text);
    MUST(rc == TZ_OK || rc == TZ_ECORRUPT);
    /* Storing waits for the disk: not every time. */
    static unsigned good;
    if (rc == TZ_OK && good++ % 64 == 0)
        store_and_load(k);
    tz_key_free(k);
    free(text);
    return 0;
}
