/* SPDX-License-Identifier: Apache-2.0
 *
 * tz-bench-load: puts load on a running registry and says how long it took, as one line of JSON.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/driver.h"

static const char usage[] =
    "usage: tz-bench-load --socket PATH --mode records|totals|ping [--count N] [--per-frame N]\n"
    "                     [--connections N] [--window N] [--committees FILE] [--prefix TEXT]\n"
    "records needs --committees: a file with a committee's code a line\n";

struct options {
    struct workload_options work;
    struct driver_options drive;
};

static int read_size(const char *text, size_t *out)
{
    char *end = NULL;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || !n || n > 100000000)
        return -1;
    *out = (size_t)n;
    return 0;
}

static int read_mode(const char *text, enum workload_kind *out)
{
    static const char *const names[] = {"records", "totals", "ping"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum workload_kind)i;
            return 0;
        }
    }
    return -1;
}

static int read_options(int argc, char **argv, struct options *o)
{
    static const struct option table[] = {
        {"socket", required_argument, NULL, 's'},
        {"mode", required_argument, NULL, 'm'},
        {"count", required_argument, NULL, 'n'},
        {"per-frame", required_argument, NULL, 'f'},
        {"connections", required_argument, NULL, 'c'},
        {"window", required_argument, NULL, 'w'},
        {"committees", required_argument, NULL, 'u'},
        {"prefix", required_argument, NULL, 'p'},
        {NULL, 0, NULL, 0},
    };
    int c, rc = 0;
    while (!rc && (c = getopt_long(argc, argv, "", table, NULL)) != -1) {
        switch (c) {
        case 's':
            o->drive.socket = optarg;
            break;
        case 'u':
            o->work.committees = optarg;
            break;
        case 'p':
            o->work.prefix = optarg;
            break;
        case 'm':
            rc = read_mode(optarg, &o->work.kind);
            break;
        case 'n':
            rc = read_size(optarg, &o->work.records);
            break;
        case 'f':
            rc = read_size(optarg, &o->work.per_frame);
            break;
        case 'c':
            rc = read_size(optarg, &o->drive.connections);
            break;
        case 'w':
            rc = read_size(optarg, &o->drive.window);
            break;
        default:
            rc = -1;
        }
    }
    bool complete = o->drive.socket && (o->work.kind != WORKLOAD_RECORDS || o->work.committees);
    return rc || optind != argc || !complete ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct options o = {
        .work = {.records = 1000, .per_frame = 1, .prefix = "B"},
        .drive = {.connections = 1, .window = 1},
    };
    if (read_options(argc, argv, &o)) {
        fputs(usage, stderr);
        return 2;
    }
    struct workload w;
    if (workload_make(&w, &o.work))
        return 1;
    struct driver_result r;
    int rc = driver_run(&w, &o.drive, &r);
    if (!rc) {
        const int64_t *l = r.latency_us;
        size_t n = r.frames;
        printf("{\"count\":%zu,\"frames\":%zu,\"seconds\":%.6f,\"per_second\":%.0f,\"p50_us\":%lld,\"p90_"
               "us\":%lld,"
               "\"p99_us\":%lld,\"max_us\":%lld}\n",
               w.records, n, r.seconds, (double)w.records / r.seconds, (long long)l[n / 2],
               (long long)l[n * 9 / 10], (long long)l[n * 99 / 100], (long long)l[n - 1]);
    }
    free(r.latency_us);
    workload_free(&w);
    return rc ? 1 : 0;
}
