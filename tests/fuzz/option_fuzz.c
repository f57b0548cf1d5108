/* SPDX-License-Identifier: Apache-2.0
 *
 * A configuration file; one that can be read is printed and read again.
 */
#include <string.h>

#include "common/base/option.h"
#include "tests/fuzz/fuzz.h"

struct config {
    bool flag;
    int64_t number;
    int64_t size;
    char *text;
    int choice;
};

static const char *const choices[] = {"one", "two", NULL};

static const struct tz_option rows[] = {
    {.name = "flag",
     .type = TZ_OPTION_BOOL,
     .offset = offsetof(struct config, flag),
     .fallback = "no",
     .help = "F."},
    {.name = "number",
     .type = TZ_OPTION_INT,
     .offset = offsetof(struct config, number),
     .fallback = "1",
     .min = INT64_MIN,
     .max = INT64_MAX,
     .help = "N."},
    {.name = "size",
     .type = TZ_OPTION_SIZE,
     .offset = offsetof(struct config, size),
     .fallback = "1K",
     .min = 0,
     .max = INT64_MAX,
     .help = "S."},
    {.name = "text",
     .type = TZ_OPTION_STRING,
     .offset = offsetof(struct config, text),
     .fallback = "",
     .help = "T."},
    {.name = "choice",
     .type = TZ_OPTION_CHOICE,
     .offset = offsetof(struct config, choice),
     .fallback = "two",
     .choices = choices,
     .help = "C."},
};

static const struct tz_option_set set = {"fuzz", rows, sizeof rows / sizeof *rows};

static void print_and_read(const struct config *c)
{
    struct config again;
    struct tz_option_error error;
    struct tz_buf out;
    memset(&again, 0, sizeof again);
    tz_buf_init(&out, 1 << 20);
    tz_options_print(&set, c, &out);
    MUST(tz_buf_ok(&out));
    MUST(tz_options_defaults(&set, &again) == TZ_OK);
    MUST(tz_options_text(&set, &again, "printed", out.data, out.len, &error) == TZ_OK);
    MUST(!tz_options_difference(&set, c, &again, NULL) || strstr(out.data, "\n# Too long for a line"));
    tz_options_free(&set, &again);
    tz_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct config c;
    struct tz_option_error error = {""};
    memset(&c, 0, sizeof c);
    MUST(tz_options_defaults(&set, &c) == TZ_OK);
    int rc = tz_options_text(&set, &c, "fuzz.ini", (const char *)bytes, len, &error);
    MUST(rc == TZ_OK || (rc == TZ_EINVAL && error.text[0]));
    if (rc == TZ_OK)
        print_and_read(&c);
    tz_options_free(&set, &c);
    return 0;
}
