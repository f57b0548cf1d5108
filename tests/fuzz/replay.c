/* SPDX-License-Identifier: Apache-2.0
 *
 * The main of a harness without a fuzzer: replay FILE|FOLDER... hands every file to it, then every beginning
 * of every file (the first 4 KiB of it byte by byte), each in memory of just that length, so that a sanitizer
 * sees a read behind the end. Also changes one byte at a time, by a fixed sequence: the same on every
 * machine.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 4 * 1024 * 1024, CUT_MAX = 4096, CHANGES = 2000 };

static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        abort();
    memcpy(copy, bytes, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static void run_variants(uint8_t *bytes, size_t len)
{
    uint64_t state = 0x9e3779b97f4a7c15u;
    run(bytes, len);
    for (size_t cut = 0; cut < len && cut <= CUT_MAX; cut++)
        run(bytes, cut);
    for (size_t i = 0; len && i < CHANGES; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(state >> 33) % (len < CUT_MAX ? len : CUT_MAX);
        uint8_t before = bytes[at];
        bytes[at] = (uint8_t)(state >> 24);
        run(bytes, len);
        bytes[at] = before;
    }
}

static int replay_file(const char *path, size_t *files)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_MAX);
    size_t len = f && bytes ? fread(bytes, 1, INPUT_MAX, f) : 0;
    int bad = !f || !bytes || ferror(f) || len == INPUT_MAX;
    if (bad)
        fprintf(stderr, "%s: cannot be read, or is longer than %d bytes\n", path, INPUT_MAX);
    else
        run_variants(bytes, len);
    if (f)
        fclose(f);
    free(bytes);
    ++*files;
    return bad;
}

static int replay_folder(const char *path, size_t *files)
{
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort), bad = count < 0;
    if (bad)
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        char file[4096];
        int n = snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && n > 0 && (size_t)n < sizeof file)
            bad |= replay_file(file, files);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return bad;
}

int main(int argc, char **argv)
{
    size_t files = 0;
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        bool folder = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
        bad |= folder ? replay_folder(argv[i], &files) : replay_file(argv[i], &files);
    }
    printf("%zu files replayed\n", files);
    return bad || !files;
}
