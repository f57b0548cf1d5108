/* SPDX-License-Identifier: Apache-2.0
 *
 * The versions go into an outbox that lives as long as this command, and are sent as any other outbox is.
 */
#include "client/cli/submit_bundle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/carry_words.h"
#include "client/cli/line.h"
#include "common/base/fault.h"

/* Every row is named for people only of bundles that one reads. */
enum { ROWS_NAMED = 200 };

struct work {
    struct tz_cli *cli;
    struct tz_report *report;
    struct tz_carry carry;
    struct tz_bundle_writer *answer;
    char *output;
    int failed; /* a result that was told, of writing the outcomes */
};

bool tz_submit_is_bundle(const char *path)
{
    FILE *file = fopen(path, "rbe");
    bool is = file && tz_bundle_is(file);
    if (file)
        fclose(file);
    return is;
}

static enum tz_result take_decision(void *ctx, const struct tz_outbox_entry *entry,
                                    const Taizhang__V1__Outcome *outcome)
{
    struct work *w = ctx;
    struct tz_address address;
    int rc = tz_carry_answer_add(w->answer, entry, outcome);
    if (rc != TZ_OK) {
        w->failed = tz_carry_not_written(w->cli, rc, w->output);
        return (enum tz_result)w->failed;
    }
    if (tz_address_parse(entry->address, strlen(entry->address), &address, NULL) == TZ_OK)
        w->report->kind = tz_kind_info(address.kind);
    tz_report_outcome(w->report, 0, entry->address, outcome);
    return TZ_RESULT_DONE;
}

/* All of the file into the outbox of w->cli->profile, or nothing. */
static int load(struct work *w, const char *path)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return tz_cli_usage(w->cli, _("The file %s cannot be opened: %s."), path, strerror(errno));
    enum tz_carry_result result = tz_carry_load(&w->carry, file);
    int rc = tz_carry_failed(w->cli, &w->carry, result, path);
    fclose(file);
    return rc;
}

static void tell_content(struct work *w, const char *path)
{
    tz_cli_note(w->cli,
                P_("%s holds %llu version, packed with the profile %s for %s.",
                   "%s holds %llu versions, packed with the profile %s for %s.", w->carry.count),
                path, (unsigned long long)w->carry.count,
                *w->carry.info.profile ? w->carry.info.profile : "?",
                *w->carry.info.server ? w->carry.info.server : "?");
}

/* Only to the registry that the bundle is for. */
static int check_registry(struct work *w, const char *path)
{
    if (!w->carry.info.has_registry || memcmp(w->carry.info.registry_id, w->cli->connection.registry_id,
                                              sizeof w->carry.info.registry_id) == 0)
        return TZ_RESULT_DONE;
    tz_cli_error(
        w->cli,
        _("%s is for another registry, which its office reaches at %s; the one at %s is not it. Nothing "
          "was sent. Give that one's address with --server."),
        path, *w->carry.info.server ? w->carry.info.server : "?", w->cli->server);
    return TZ_RESULT_REFUSED;
}

static int publish(struct work *w)
{
    int rc = tz_bundle_seal(w->answer);
    tz_fault_point("client.answer.sealed");
    if (rc == TZ_OK)
        rc = tz_bundle_publish(w->answer);
    if (rc == TZ_OK)
        return TZ_RESULT_DONE;
    rc = tz_carry_not_written(w->cli, rc, w->output);
    tz_cli_error(w->cli, "%s",
                 _("Submit the bundle again with --output FILE in another place: nothing is stored twice."));
    return rc;
}

/* What was decided is worth carrying back, also when the rest was not. */
static int finish(struct work *w, const char *path, int sent)
{
    uint64_t decided = tz_bundle_written(w->answer);
    if (sent == TZ_RESULT_UNREACHABLE)
        (void)tz_cli_failed(w->cli);
    if (decided > 0) {
        int rc = publish(w);
        if (rc != TZ_RESULT_DONE)
            return rc;
        tz_cli_note(
            w->cli,
            _("The outcomes are in %s. Carry it back and run `taizhang outbox --unpack` with it where the "
              "bundle was packed."),
            w->output);
    }
    if (decided < w->carry.count)
        tz_cli_error(
            w->cli,
            P_("%llu version of the bundle was not decided. Submit %s again: nothing is stored twice.",
               "%llu versions of the bundle were not decided. Submit %s again: nothing is stored twice.",
               w->carry.count - decided),
            (unsigned long long)(w->carry.count - decided), path);
    return sent == TZ_RESULT_DONE && decided < w->carry.count ? TZ_RESULT_UNREACHABLE : sent;
}

static int send_all(struct work *w, const struct tz_submit_bundle *what)
{
    struct tz_cli *cli = w->cli;
    struct tz_line line;
    int rc = tz_line_open(&line, cli, what->wait_ms);
    if (rc == TZ_RESULT_DONE && !line.up) {
        rc = tz_cli_failed(cli);
        tz_cli_error(cli, _("Nothing was sent; %s stays as it is."), what->path);
    }
    if (rc == TZ_RESULT_DONE)
        rc = check_registry(w, what->path);
    if (rc == TZ_RESULT_DONE) {
        int made = tz_carry_answer(&w->answer, w->output, &w->carry.info, cli->connection.registry_id,
                                   cli->connection.epoch, cli->env);
        if (made != TZ_OK)
            rc = tz_carry_not_written(cli, made, w->output);
    }
    if (rc == TZ_RESULT_DONE) {
        line.decided = take_decision;
        line.ctx = w;
        rc = finish(w, what->path, tz_line_send(&line));
    }
    tz_line_close(&line);
    tz_bundle_discard(w->answer);
    return rc;
}

static int run(struct work *w, const struct tz_submit_bundle *what)
{
    char why[256] = "";
    struct tz_cli *cli = w->cli;
    if (tz_profile_open(&cli->profile, "", cli->env, why, sizeof why) != TZ_OK) {
        tz_cli_error(
            cli,
            _("The temporary file cannot be written: %s. Free the disk, or set TMPDIR to another folder."),
            why);
        return TZ_RESULT_INTERNAL;
    }
    w->carry.profile = cli->profile;
    /* A place of its own: what is read is not yet for any registry. */
    if (tz_profile_use_server(cli->profile, cli->server ? cli->server : "-") != TZ_OK)
        return tz_cli_profile_failed(cli);
    int rc = load(w, what->path);
    if (rc != TZ_RESULT_DONE)
        return rc;
    if (what->dry_run || w->carry.count == 0) {
        tell_content(w, what->path);
        return TZ_RESULT_DONE;
    }
    w->report->brief = w->carry.count > ROWS_NAMED;
    return send_all(w, what);
}

int tz_submit_bundle(struct tz_cli *cli, const struct tz_submit_bundle *what, struct tz_report *report)
{
    static const char suffix[] = ".outcomes";
    struct work w = {.cli = cli, .report = report, .carry = {.env = cli->env}};
    struct tz_profile *own = cli->profile;
    bool brief = report->brief;
    size_t len = strlen(what->path);
    w.output = what->output ? strdup(what->output) : malloc(len + sizeof suffix);
    if (!w.output)
        return tz_cli_no_memory(cli);
    if (!what->output) {
        memcpy(w.output, what->path, len);
        memcpy(w.output + len, suffix, sizeof suffix);
    }
    cli->profile = NULL;
    int rc = run(&w, what);
    tz_profile_close(cli->profile);
    cli->profile = own;
    report->brief = brief;
    report->kind = NULL;
    free(w.output);
    return rc;
}
