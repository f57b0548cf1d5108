/* SPDX-License-Identifier: Apache-2.0
 *
 * What every harness defines: libFuzzer's entry. Bytes in; our own bugs end in abort, wrong input never does.
 */
#ifndef TZ_TESTS_FUZZ_FUZZ_H
#define TZ_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* As assert, but never compiled out. */
#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                  \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
