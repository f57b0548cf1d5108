/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/lib/invite_line.h"

static const char whole[] = "taizhang://registry.example:7117/"
                            "?c=AAECAwQFBgcICQoLDA0ODw&k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

static enum tz_line_problem read_line(const char *line, struct tz_invite_line *out)
{
    return tz_invite_line_read(line, strlen(line), out);
}

static void assert_whole(const char *line)
{
    struct tz_invite_line in;
    if (read_line(line, &in) != TZ_LINE_FINE)
        fail_msg("not read: %s", line);
    assert_string_equal(in.server, "registry.example:7117");
    for (int i = 0; i < TZ_INVITATION_SIZE; i++)
        assert_int_equal(in.code[i], i);
    assert_false(in.trust.system);
    for (int i = 0; i < TZ_CERTIFICATE_HASH_SIZE; i++)
        assert_int_equal(in.trust.pin[i], i);
}

static void reads_what_it_prints(void **state)
{
    (void)state;
    struct tz_invite_line in;
    char line[TZ_INVITE_LINE_SIZE];
    assert_whole(whole);
    assert_int_equal(read_line(whole, &in), TZ_LINE_FINE);
    assert_int_equal(tz_invite_line_print(&in, line), TZ_OK);
    assert_string_equal(line, whole);
    static const char *const servers[] = {"10.0.0.1:1", "[::1]:65535", "[fe80::1]:7117", "a-b.c:7117"};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
        struct tz_invite_line again;
        snprintf(in.server, sizeof in.server, "%s", servers[i]);
        in.trust.system = i % 2;
        assert_int_equal(tz_invite_line_print(&in, line), TZ_OK);
        assert_int_equal(read_line(line, &again), TZ_LINE_FINE);
        assert_string_equal(again.server, servers[i]);
        assert_int_equal(again.trust.system, i % 2);
        assert_memory_equal(again.code, in.code, sizeof in.code);
    }
}

static void reads_what_people_paste(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "  %s\r\n", "\"%s\"", "'%s'", "“%s”", "<%s>", "「%s」", "\xef\xbb\xbf%s\xe2\x80\x8b", "　%s　",
    };
    char text[1000];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char *p = text;
        const char *hole = strstr(lines[i], "%s");
        p += sprintf(p, "%.*s", (int)(hole - lines[i]), lines[i]);
        p += sprintf(p, "%s", whole);
        sprintf(p, "%s", hole + 2);
        assert_whole(text);
    }
    assert_whole("taizhang://registry.example:7117/?c=AAECAwQFBgcI\n  CQoLDA0ODw&k=AAECAwQFBgcICQoLDA0O\r\n"
                 "DxAREhMUFRYXGBkaGxwdHh8");
    assert_whole("TAIZHANG://registry.example:7117/?c=AAECAwQFBgcICQoLDA0ODw&amp;k="
                 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    assert_whole("taizhang：//registry.example：7117/？c＝AAECAwQFBgcICQoLDA0ODw＆k="
                 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    assert_whole("taizhang://registry.example:7117?k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8&later=1&"
                 "c=AAECAwQFBgcICQoLDA0ODw");
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum tz_line_problem problem;
    } cases[] = {
        {"", TZ_LINE_OTHER},
        {"https://registry.example/", TZ_LINE_OTHER},
        {"taizhang join", TZ_LINE_OTHER},
        {"taizhang://", TZ_LINE_ADDRESS},
        {"taizhang:///?c=x", TZ_LINE_ADDRESS},
        {"taizhang://unix:7117/?c=AAECAwQFBgcICQoLDA0ODw", TZ_LINE_ADDRESS},
        {"taizhang://host/?c=AAECAwQFBgcICQoLDA0ODw&k=system", TZ_LINE_ADDRESS},
        {"taizhang://host:0/?c=AAECAwQFBgcICQoLDA0ODw&k=system", TZ_LINE_ADDRESS},
        {"taizhang://[::1]/?c=AAECAwQFBgcICQoLDA0ODw&k=system", TZ_LINE_ADDRESS},
        {"taizhang://host:7117", TZ_LINE_CODE},
        {"taizhang://host:7117/?k=system", TZ_LINE_CODE},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0OD&k=system", TZ_LINE_CODE},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0ODx&k=system", TZ_LINE_CODE}, /* bits behind the end */
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0ODw==&k=system", TZ_LINE_CODE},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0ODw&c=AAECAwQFBgcICQoLDA0ODw&k=system", TZ_LINE_CODE},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0O/w&k=system", TZ_LINE_CODE},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0ODw", TZ_LINE_FINGERPRINT},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0ODw&k=", TZ_LINE_FINGERPRINT},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0ODw&k=syste", TZ_LINE_FINGERPRINT},
        {"taizhang://host:7117/?c=AAECAwQFBgcICQoLDA0ODw&k=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
         TZ_LINE_FINGERPRINT},
    };
    struct tz_invite_line in;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (read_line(cases[i].line, &in) != cases[i].problem)
            fail_msg("%s: not problem %d", cases[i].line, (int)cases[i].problem);
    assert_int_equal(tz_invite_line_read("taizhang://\0", 12, &in), TZ_LINE_ADDRESS);
    assert_int_equal(tz_invite_line_read("taizhang://\xff", 12, &in), TZ_LINE_OTHER);
    char *long_line = calloc(1, 5000);
    memset(long_line, ' ', 4999);
    assert_int_equal(tz_invite_line_read(long_line, 4999, &in), TZ_LINE_OTHER);
    free(long_line);
    snprintf(in.server, sizeof in.server, "%s", "host");
    char line[TZ_INVITE_LINE_SIZE];
    assert_int_equal(tz_invite_line_print(&in, line), TZ_EINVAL);
}

/* A line that was cut, or in which one character was changed, is never read as another registry's or code's.
 */
static void no_part_of_a_line_is_a_line(void **state)
{
    (void)state;
    struct tz_invite_line in;
    for (size_t len = 0; len < sizeof whole - 1; len++)
        assert_int_not_equal(tz_invite_line_read(whole, len, &in), TZ_LINE_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_prints),
        cmocka_unit_test(reads_what_people_paste),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(no_part_of_a_line_is_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
