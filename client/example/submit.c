/* SPDX-License-Identifier: Apache-2.0
 *
 * A small uploader: cc submit.c $(pkg-config --cflags --libs taizhang) -o submit
 *
 *     submit SERVER PROFILE <records
 *
 * SERVER is unix:PATH or HOST:PORT, or - for the registry that the profile has joined (taizhang join).
 * A record a line: committee, kind, period and key, then field=value as often as needed, with tabs between:
 *     110101<TAB>project<TAB>2017<TAB>X01<TAB>title=青春行动<TAB>quantity=200余个
 *
 * Every record is on this machine's disk before anything is sent. Killed or cut off at any moment it is run
 * again with the same input, or with none: nothing is lost and nothing is stored twice. The exit code is that
 * of the command line: 0 all accepted, 1 some refused, 3 not everything could be sent, 5 only conflicts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taizhang/taizhang.h>

enum { LINE = 65536, FIELDS = 64, ADDRESS = 4, TRIES = 3 };

/* What it comes to. */
struct tally {
    size_t line; /* of the input */
    int refused;
    int conflicts;
};

/* --- storing --- */

static void print_stored(void *ctx, size_t index, const struct tz_box_stored *stored)
{
    struct tally *t = ctx;
    size_t i;
    (void)index; /* one record at a time */
    if (stored->put != TZ_BOX_PUT_WRONG)
        return;
    t->refused++;
    for (i = 0; i < stored->error_count; i++)
        printf("line %zu: %s: %s %s %s\n", t->line, stored->address, stored->errors[i]->code_name,
               stored->errors[i]->field, stored->errors[i]->value);
}

/* Cuts a line at its tabs, in place. Returns the number of parts. */
static size_t split(char *line, char *parts[], size_t most)
{
    size_t n = 0;
    char *tab;
    line[strcspn(line, "\r\n")] = '\0';
    for (; n + 1 < most && (tab = strchr(line, '\t')) != NULL; line = tab + 1) {
        *tab = '\0';
        parts[n++] = line;
    }
    parts[n++] = line;
    return n;
}

static enum tz_result put_line(struct tz_box *box, char *line, struct tally *tally)
{
    char *parts[ADDRESS + FIELDS];
    struct tz_field_text fields[FIELDS];
    struct tz_box_record record = {.size = sizeof record};
    size_t count = split(line, parts, ADDRESS + FIELDS);
    size_t i;
    if (count <= ADDRESS) {
        printf("line %zu: committee, kind, period, key and at least one field are needed\n", tally->line);
        tally->refused++;
        return TZ_RESULT_DONE;
    }
    for (i = ADDRESS; i < count; i++) {
        char *equals = strchr(parts[i], '=');
        if (equals)
            *equals = '\0';
        fields[i - ADDRESS].field = parts[i];
        fields[i - ADDRESS].text = equals ? equals + 1 : "";
    }
    record.committee = parts[0];
    record.kind = tz_kind_number(parts[1]);
    record.period = parts[2];
    record.key = parts[3];
    record.fields = fields;
    record.field_count = count - ADDRESS;
    record.row = tally->line;
    enum tz_result rc = tz_box_put(box, &record, 1, print_stored, tally);
    return rc == TZ_RESULT_REFUSED ? TZ_RESULT_DONE : rc; /* it was printed; the others go on */
}

static enum tz_result put_all(struct tz_box *box, FILE *input, struct tally *tally)
{
    static char line[LINE];
    enum tz_result rc = TZ_RESULT_DONE;
    while (rc == TZ_RESULT_DONE && fgets(line, sizeof line, input)) {
        tally->line++;
        if (strlen(line) == sizeof line - 1) {
            fprintf(stderr, "line %zu is too long\n", tally->line);
            return TZ_RESULT_USAGE;
        }
        if (line[strspn(line, " \t\r\n")] != '\0')
            rc = put_line(box, line, tally);
    }
    if (ferror(input)) {
        perror("standard input");
        return TZ_RESULT_USAGE;
    }
    return rc;
}

/* --- sending --- */

static int print_decided(void *ctx, const struct tz_box_version *version)
{
    static const char *const words[] = {"none",     "created", "updated",  "unchanged",
                                        "conflict", "behind",  "rejected", "withdrawn"};
    struct tally *t = ctx;
    const struct tz_submission_outcome *o = version->outcome;
    size_t i;
    printf("%s %s, revision %" PRIu64 "\n", version->address,
           o->outcome >= 0 && o->outcome <= TZ_OUTCOME_WITHDRAWN ? words[o->outcome] : "?", o->revision);
    for (i = 0; i < o->error_count; i++)
        printf("    %s %s %s\n", o->errors[i]->code_name, o->errors[i]->field, o->errors[i]->value);
    if (version->state == TZ_BOX_REFUSED)
        t->refused++;
    if (version->state == TZ_BOX_CONFLICT)
        t->conflicts++;
    return 0;
}

/* A few tries; what is not sent then waits for the next run. A program that stays would wait
 * tz_box_backoff_ms(failures) between them. */
static enum tz_result send_all(struct tz_box *box, struct tally *tally)
{
    enum tz_result rc = TZ_RESULT_UNREACHABLE;
    int i;
    for (i = 0; i < TRIES && rc == TZ_RESULT_UNREACHABLE; i++)
        rc = tz_box_sync(box, "submit example 1.0", print_decided, tally, NULL);
    return rc;
}

int main(int argc, char **argv)
{
    struct tz_box *box;
    struct tz_failure failure;
    struct tally tally = {0, 0, 0};
    uint64_t waiting = 0;
    uint64_t sent = 0;
    enum tz_result rc;
    if (argc != 3) {
        fprintf(stderr, "usage: %s SERVER PROFILE <records\n", argv[0]);
        return TZ_RESULT_USAGE;
    }
    rc = tz_box_open(argv[2], strcmp(argv[1], "-") == 0 ? NULL : argv[1], &box, &failure);
    if (rc != TZ_RESULT_DONE) {
        fprintf(stderr, "%s\n", failure.message);
        return (int)rc;
    }
    rc = put_all(box, stdin, &tally);
    if (rc == TZ_RESULT_DONE)
        rc = send_all(box, &tally);
    if (rc != TZ_RESULT_DONE)
        fprintf(stderr, "%s\n", tz_box_failure(box)->message);
    if (tz_box_count(box, TZ_BOX_QUEUED, &waiting, NULL) == TZ_RESULT_DONE &&
        tz_box_count(box, TZ_BOX_SENT, &sent, NULL) == TZ_RESULT_DONE && waiting + sent > 0)
        fprintf(stderr, "%" PRIu64 " wait to be sent\n", waiting + sent);
    tz_box_close(box);
    if (rc != TZ_RESULT_DONE)
        return (int)rc;
    return tally.refused > 0 ? TZ_RESULT_REFUSED : tally.conflicts > 0 ? TZ_RESULT_CONFLICT : TZ_RESULT_DONE;
}
