/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/progress.h"

#include <unistd.h>

enum {
    ROWS_BETWEEN = 64,       /* looks at the clock */
    FIRST_US = 300 * 1000,   /* what is over by then needs no line */
    BETWEEN_US = 100 * 1000, /* two drawings */
    BAR = 20,                /* characters */
    LINE_MAX_BYTES = 512,
};

static int64_t now_us(const struct tz_cli *cli)
{
    return cli->env->mono_us(cli->env->ctx);
}

void tz_progress_start(struct tz_progress *p, struct tz_cli *cli, const char *what)
{
    int fd = fileno(cli->err);
    *p = (struct tz_progress){.cli = cli, .what = what, .on = !cli->quiet && fd >= 0 && isatty(fd) == 1};
    if (p->on)
        p->started_us = now_us(cli);
}

static void put_time(struct tz_buf *out, uint64_t seconds)
{
    if (seconds >= 120)
        tz_buf_printf(out, P_("%zu minute left", "%zu minutes left", (size_t)(seconds + 30) / 60),
                      (size_t)(seconds + 30) / 60);
    else
        tz_buf_printf(out, P_("%zu second left", "%zu seconds left", (size_t)seconds), (size_t)seconds);
}

void tz_progress_line(struct tz_buf *out, const char *what, size_t rows, uint64_t done, uint64_t total,
                      int64_t elapsed_us)
{
    double seconds = elapsed_us > 0 ? (double)elapsed_us / 1e6 : 1e-6;
    size_t rate = (size_t)((double)rows / seconds);
    double part = total > 0 ? (double)done / (double)total : 0;
    part = part > 1 ? 1 : part;
    tz_buf_printf(out, "%s ", what);
    if (total > 0) {
        tz_buf_printf(out, "%3d%% [", (int)(part * 100));
        for (int i = 0; i < BAR; i++)
            tz_buf_putc(out, i < (int)(part * BAR) ? '#' : '.');
        tz_buf_puts(out, "] ");
    }
    tz_buf_printf(out, P_("%zu row", "%zu rows", rows), rows);
    tz_buf_printf(out, _(", %zu a second"), rate);
    if (part <= 0)
        return;
    tz_buf_puts(out, _(", "));
    put_time(out, (uint64_t)(seconds * (1 - part) / part + 0.5));
}

static void draw(struct tz_progress *p, const struct tz_sheet *sheet, int64_t now)
{
    struct tz_buf line;
    uint64_t done, total;
    tz_sheet_position(sheet, &done, &total);
    tz_buf_init(&line, LINE_MAX_BYTES);
    tz_progress_line(&line, p->what, p->rows, done, total, now - p->started_us);
    fprintf(p->cli->err, "\r%s\033[K", line.data ? line.data : "");
    fflush(p->cli->err);
    tz_buf_free(&line);
    p->drawn = true;
    p->drawn_us = now;
}

void tz_progress_row(struct tz_progress *p, const struct tz_sheet *sheet)
{
    p->rows++;
    if (!p->on || p->rows % ROWS_BETWEEN != 0)
        return;
    int64_t now = now_us(p->cli);
    if (now - p->started_us >= FIRST_US && now - p->drawn_us >= BETWEEN_US)
        draw(p, sheet, now);
}

void tz_progress_clear(struct tz_progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", p->cli->err);
    p->drawn = false;
}
