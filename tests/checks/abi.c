/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints what programs compiled against taizhang.h have built in: sizes, places of members, values of
 * enumerations. Compared with abi.txt by abi.sh.
 */
#include <stddef.h>
#include <stdio.h>

#include "client/include/taizhang/taizhang.h"

#define STRUCT(type) printf("struct %s %zu\n", #type, sizeof(struct type))
#define MEMBER(type, member)                                                                                 \
    printf("  %s %zu %zu\n", #member, offsetof(struct type, member), sizeof(((struct type *)0)->member))
#define VALUE(name) printf("%s %ld\n", #name, (long)(name))

static void failures(void)
{
    STRUCT(tz_failure);
    MEMBER(tz_failure, result);
    MEMBER(tz_failure, reason);
    MEMBER(tz_failure, code);
    MEMBER(tz_failure, field);
    MEMBER(tz_failure, value);
    MEMBER(tz_failure, detail);
    MEMBER(tz_failure, message);
    MEMBER(tz_failure, reserved);
    STRUCT(tz_submission_error);
    MEMBER(tz_submission_error, code);
    MEMBER(tz_submission_error, code_name);
    MEMBER(tz_submission_error, field);
    MEMBER(tz_submission_error, value);
    STRUCT(tz_submission_outcome);
    MEMBER(tz_submission_outcome, outcome);
    MEMBER(tz_submission_outcome, revision);
    MEMBER(tz_submission_outcome, position);
    MEMBER(tz_submission_outcome, time_ms);
    MEMBER(tz_submission_outcome, principal);
    MEMBER(tz_submission_outcome, withdrawn);
    MEMBER(tz_submission_outcome, error_count);
    MEMBER(tz_submission_outcome, errors);
}

static void submissions(void)
{
    STRUCT(tz_registry_options);
    MEMBER(tz_registry_options, size);
    MEMBER(tz_registry_options, profile);
    MEMBER(tz_registry_options, server);
    MEMBER(tz_registry_options, client);
    MEMBER(tz_registry_options, act_for);
    STRUCT(tz_submission);
    MEMBER(tz_submission, size);
    MEMBER(tz_submission, committee);
    MEMBER(tz_submission, kind);
    MEMBER(tz_submission, period);
    MEMBER(tz_submission, key);
    MEMBER(tz_submission, base);
    MEMBER(tz_submission, ticket);
    MEMBER(tz_submission, confirmed);
    MEMBER(tz_submission, keep_private);
    MEMBER(tz_submission, body);
    MEMBER(tz_submission, body_len);
    MEMBER(tz_submission, private_bytes);
    MEMBER(tz_submission, private_len);
}

static void outboxes(void)
{
    STRUCT(tz_field_text);
    MEMBER(tz_field_text, field);
    MEMBER(tz_field_text, text);
    STRUCT(tz_box_record);
    MEMBER(tz_box_record, size);
    MEMBER(tz_box_record, committee);
    MEMBER(tz_box_record, kind);
    MEMBER(tz_box_record, period);
    MEMBER(tz_box_record, key);
    MEMBER(tz_box_record, has_base);
    MEMBER(tz_box_record, base);
    MEMBER(tz_box_record, confirmed);
    MEMBER(tz_box_record, keep_private);
    MEMBER(tz_box_record, body);
    MEMBER(tz_box_record, body_len);
    MEMBER(tz_box_record, private_bytes);
    MEMBER(tz_box_record, private_len);
    MEMBER(tz_box_record, fields);
    MEMBER(tz_box_record, field_count);
    MEMBER(tz_box_record, withdraw);
    MEMBER(tz_box_record, source);
    MEMBER(tz_box_record, row);
    MEMBER(tz_box_record, again);
    MEMBER(tz_box_record, reason);
    STRUCT(tz_box_stored);
    MEMBER(tz_box_stored, put);
    MEMBER(tz_box_stored, id);
    MEMBER(tz_box_stored, address);
    MEMBER(tz_box_stored, error_count);
    MEMBER(tz_box_stored, errors);
    STRUCT(tz_box_counts);
    MEMBER(tz_box_counts, size);
    MEMBER(tz_box_counts, sent);
    MEMBER(tz_box_counts, decided);
    MEMBER(tz_box_counts, offered_again);
}

static void versions(void)
{
    STRUCT(tz_box_version);
    MEMBER(tz_box_version, id);
    MEMBER(tz_box_version, state);
    MEMBER(tz_box_version, withdrawal);
    MEMBER(tz_box_version, address);
    MEMBER(tz_box_version, base);
    MEMBER(tz_box_version, ticket);
    MEMBER(tz_box_version, body);
    MEMBER(tz_box_version, body_len);
    MEMBER(tz_box_version, private_bytes);
    MEMBER(tz_box_version, private_len);
    MEMBER(tz_box_version, confirmed);
    MEMBER(tz_box_version, keep_private);
    MEMBER(tz_box_version, reason);
    MEMBER(tz_box_version, source);
    MEMBER(tz_box_version, row);
    MEMBER(tz_box_version, queued_ms);
    MEMBER(tz_box_version, tried_ms);
    MEMBER(tz_box_version, tries);
    MEMBER(tz_box_version, packed_ms);
    MEMBER(tz_box_version, decided_ms);
    MEMBER(tz_box_version, epoch);
    MEMBER(tz_box_version, outcome);
}

static void values(void)
{
    VALUE(TZ_RESULT_DONE);
    VALUE(TZ_RESULT_REFUSED);
    VALUE(TZ_RESULT_USAGE);
    VALUE(TZ_RESULT_UNREACHABLE);
    VALUE(TZ_RESULT_NOT_ALLOWED);
    VALUE(TZ_RESULT_CONFLICT);
    VALUE(TZ_RESULT_INTERNAL);
    VALUE(TZ_REASON_NONE);
    VALUE(TZ_REASON_ADDRESS);
    VALUE(TZ_REASON_RESOLVE);
    VALUE(TZ_REASON_CONNECT);
    VALUE(TZ_REASON_LOST);
    VALUE(TZ_REASON_SILENT);
    VALUE(TZ_REASON_GARBAGE);
    VALUE(TZ_REASON_TOO_LARGE);
    VALUE(TZ_REASON_ANSWERED);
    VALUE(TZ_REASON_ARGUMENT);
    VALUE(TZ_REASON_MEMORY);
    VALUE(TZ_REASON_PROFILE);
    VALUE(TZ_REASON_FILE);
    VALUE(TZ_REASON_NOT_FOUND);
    VALUE(TZ_REASON_STATE);
    VALUE(TZ_REASON_RECORD);
    VALUE(TZ_REASON_NO_KEY);
    VALUE(TZ_REASON_KEY);
    VALUE(TZ_REASON_CERTIFICATE);
    VALUE(TZ_REASON_UNTRUSTED);
    VALUE(TZ_OUTCOME_NONE);
    VALUE(TZ_OUTCOME_CREATED);
    VALUE(TZ_OUTCOME_UPDATED);
    VALUE(TZ_OUTCOME_UNCHANGED);
    VALUE(TZ_OUTCOME_CONFLICT);
    VALUE(TZ_OUTCOME_BEHIND);
    VALUE(TZ_OUTCOME_REJECTED);
    VALUE(TZ_OUTCOME_WITHDRAWN);
    VALUE(TZ_BOX_PUT_NEW);
    VALUE(TZ_BOX_PUT_WAITING);
    VALUE(TZ_BOX_PUT_UNCHANGED);
    VALUE(TZ_BOX_PUT_WRONG);
    VALUE(TZ_BOX_QUEUED);
    VALUE(TZ_BOX_SENT);
    VALUE(TZ_BOX_ACKNOWLEDGED);
    VALUE(TZ_BOX_REFUSED);
    VALUE(TZ_BOX_CONFLICT);
}

int main(void)
{
    failures();
    submissions();
    outboxes();
    versions();
    values();
    return 0;
}
