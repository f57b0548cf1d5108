/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/ask.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/base/text.h"

bool tz_cli_can_ask(const struct tz_cli *cli)
{
    return isatty(STDIN_FILENO) == 1 && isatty(fileno(cli->err)) == 1;
}

static void read_answer(struct tz_cli *cli, char *out, size_t size)
{
    fflush(cli->err);
    if (!fgets(out, (int)size, stdin))
        *out = '\0';
    const char *s = out;
    size_t len = strlen(out);
    tz_text_trim(&s, &len);
    memmove(out, s, len);
    out[len] = '\0';
}

void tz_cli_ask(struct tz_cli *cli, const char *question, char *out, size_t size)
{
    fflush(cli->out);
    fprintf(cli->err, _("%s: "), question);
    read_answer(cli, out, size);
}

bool tz_cli_confirm(struct tz_cli *cli, const char *question)
{
    char answer[32];
    fflush(cli->out);
    fprintf(cli->err, "%s [y/N] ", question);
    read_answer(cli, answer, sizeof answer);
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0 || strcmp(answer, "是") == 0;
}
