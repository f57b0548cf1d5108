/* SPDX-License-Identifier: Apache-2.0
 *
 * An invitation's line as somebody pastes it; one that can be read is printed and read again.
 */
#include <string.h>

#include "client/lib/invite_line.h"
#include "tests/fuzz/fuzz.h"

static void print_and_read(const struct tz_invite_line *in)
{
    struct tz_invite_line again;
    char line[TZ_INVITE_LINE_SIZE];
    MUST(tz_invite_line_print(in, line) == TZ_OK);
    MUST(tz_invite_line_read(line, strlen(line), &again) == TZ_LINE_FINE);
    MUST(strcmp(in->server, again.server) == 0);
    MUST(memcmp(in->code, again.code, sizeof in->code) == 0);
    MUST(in->trust.system == again.trust.system);
    MUST(in->trust.system || memcmp(in->trust.pin, again.trust.pin, sizeof in->trust.pin) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct tz_invite_line line;
    enum tz_line_problem problem = tz_invite_line_read((const char *)bytes, len, &line);
    MUST(problem <= TZ_LINE_FINGERPRINT);
    if (problem == TZ_LINE_FINE)
        print_and_read(&line);
    return 0;
}
