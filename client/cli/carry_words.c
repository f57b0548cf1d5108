/* SPDX-License-Identifier: Apache-2.0 */
#include "client/cli/carry_words.h"

#include <errno.h>
#include <string.h>

static int damaged(struct tz_cli *cli, enum tz_bundle_fault fault, const char *path)
{
    switch (fault) {
    case TZ_BUNDLE_NOT:
        return tz_cli_usage(cli, _("%s is not a carry bundle."), path);
    case TZ_BUNDLE_NEWER:
        return tz_cli_usage(cli, _("%s was made by a newer version of taizhang. Install that one here too."),
                            path);
    case TZ_BUNDLE_CUT:
        tz_cli_error(cli,
                     _("%s is cut off: it was not copied to its end. Nothing of it was used. Copy it again."),
                     path);
        return TZ_RESULT_REFUSED;
    default:
        tz_cli_error(
            cli,
            _("%s is damaged: it is not what was written. Nothing of it was used. Copy it again, not "
              "as text."),
            path);
        return TZ_RESULT_REFUSED;
    }
}

static int strange(struct tz_cli *cli, const struct tz_carry *c, const char *path)
{
    tz_cli_error(
        cli,
        _("%s answers a bundle that this profile did not pack: it was packed with the profile %s for "
          "%s. Name that profile with --profile, on the machine where it was packed."),
        path, *c->info.profile ? c->info.profile : "?", *c->info.server ? c->info.server : "?");
    return TZ_RESULT_REFUSED;
}

int tz_carry_failed(struct tz_cli *cli, const struct tz_carry *c, enum tz_carry_result result,
                    const char *path)
{
    switch (result) {
    case TZ_CARRY_DONE:
        return TZ_RESULT_DONE;
    case TZ_CARRY_PROFILE:
        return tz_cli_profile_failed(cli);
    case TZ_CARRY_DISK:
        return tz_cli_usage(cli, _("%s cannot be read or written: %s."), path, strerror(errno));
    case TZ_CARRY_PLACE:
        return tz_cli_usage(cli, _("%s is something else already and was left alone. Name another file."),
                            path);
    case TZ_CARRY_LIMIT:
        return tz_cli_usage(cli, _("More than %d versions do not go into one bundle."), TZ_BUNDLE_FRAMES_MAX);
    case TZ_CARRY_DAMAGED:
        return damaged(cli, c->fault, path);
    case TZ_CARRY_CONTENT:
        return tz_cli_usage(cli,
                            _("%s is the wrong one of the two files: `taizhang submit` takes the bundle, "
                              "`taizhang outbox --unpack` the .outcomes that it makes."),
                            path);
    case TZ_CARRY_STRANGE:
        return strange(cli, c, path);
    case TZ_CARRY_REGISTRY:
        tz_cli_error(cli, _("%s comes from another registry than the one for which the bundle was packed."),
                     path);
        return TZ_RESULT_REFUSED;
    case TZ_CARRY_MEMORY:
        break;
    }
    return tz_cli_no_memory(cli);
}

int tz_carry_not_written(struct tz_cli *cli, int rc, const char *path)
{
    const struct tz_carry none = {0};
    switch (rc) {
    case TZ_EFOREIGN:
        return tz_carry_failed(cli, &none, TZ_CARRY_PLACE, path);
    case TZ_ELIMIT:
        return tz_carry_failed(cli, &none, TZ_CARRY_LIMIT, path);
    case TZ_ENOMEM:
        return tz_cli_no_memory(cli);
    default:
        return tz_carry_failed(cli, &none, TZ_CARRY_DISK, path);
    }
}
