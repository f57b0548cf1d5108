/* SPDX-License-Identifier: Apache-2.0
 *
 * The table against the protobuf descriptors, both ways, and against the frozen list of enumerations.
 */
#include "testing.h"

#include "common/base/arena.h"
#include "common/schema/enums.h"
#include "common/schema/info.h"

static const ProtobufCMessageDescriptor *message_of(const struct tz_kind_info *k, const struct tz_field *f)
{
    switch (f->place) {
    case TZ_IN_ENVELOPE:
        return &taizhang__v1__envelope__descriptor;
    case TZ_IN_BODY:
        return k->body;
    case TZ_IN_PRIVATE:
        return k->private_;
    case TZ_IN_ADDRESS:
        break;
    }
    return NULL;
}

/* What a row's type is in the protobuf. */
static void check_type(const struct tz_field *f, const ProtobufCFieldDescriptor *d)
{
    const ProtobufCMessageDescriptor *sub = NULL;
    ProtobufCType type = PROTOBUF_C_TYPE_MESSAGE;
    ProtobufCLabel label = PROTOBUF_C_LABEL_NONE;
    switch (f->type) {
    case TZ_TYPE_TEXT:
    case TZ_TYPE_DATE:
    case TZ_TYPE_CODE:
    case TZ_TYPE_USCC:
    case TZ_TYPE_REF:
        type = PROTOBUF_C_TYPE_STRING;
        break;
    case TZ_TYPE_ENUM:
    case TZ_TYPE_YESNO:
        type = PROTOBUF_C_TYPE_UINT32;
        break;
    case TZ_TYPE_TEXTS:
        sub = &taizhang__v1__text_list__descriptor;
        break;
    case TZ_TYPE_ENUMS:
        sub = &taizhang__v1__enum_list__descriptor;
        break;
    case TZ_TYPE_REFS:
        sub = &taizhang__v1__ref_list__descriptor;
        break;
    case TZ_TYPE_QUANTITY:
        sub = &taizhang__v1__quantity__descriptor;
        break;
    case TZ_TYPE_PERMILLE:
        sub = &taizhang__v1__permille__descriptor;
        break;
    case TZ_TYPE_ATTACHMENTS:
        sub = &taizhang__v1__attachment__descriptor;
        label = PROTOBUF_C_LABEL_REPEATED;
        break;
    case TZ_TYPE_EXTRA:
        sub = &taizhang__v1__extra__descriptor;
        label = PROTOBUF_C_LABEL_REPEATED;
        break;
    default:
        fail_msg("%s: an address type outside the address", f->name);
    }
    if (d->type != type || d->label != label || (sub && d->descriptor != sub))
        fail_msg("%s: the row's type is not the protobuf's", f->name);
}

static void check_row(const struct tz_kind_info *k, const struct tz_field *f)
{
    assert_true(f->name && *f->name && f->zh && *f->zh && f->en && *f->en);
    bool list = f->type == TZ_TYPE_ENUM || f->type == TZ_TYPE_ENUMS || f->type == TZ_TYPE_YESNO;
    assert_int_equal(f->list != NULL, list);
    assert_int_equal(f->unit != TZ_UNIT_NONE, f->type == TZ_TYPE_QUANTITY);
    assert_int_equal(f->max_characters != 0, f->type == TZ_TYPE_TEXT || f->type == TZ_TYPE_TEXTS);
    assert_true(f->measure == TZ_NOT_A_MEASURE || (f->type == TZ_TYPE_QUANTITY && f->place == TZ_IN_BODY));
    if (f->place == TZ_IN_ADDRESS)
        return;
    const ProtobufCMessageDescriptor *message = message_of(k, f);
    assert_non_null(message);
    const ProtobufCFieldDescriptor *d = protobuf_c_message_descriptor_get_field_by_name(message, f->name);
    if (!d)
        fail_msg("%s.%s has a row and no protobuf field", k->name, f->name);
    assert_int_equal(f->offset, d->offset);
    check_type(f, d);
}

/* Every field of a message has exactly one row. */
static void check_fields(const struct tz_kind_info *k, const ProtobufCMessageDescriptor *message)
{
    for (unsigned i = 0; message && i < message->n_fields; i++) {
        const struct tz_field *f;
        size_t rows = 0;
        if (message->fields[i].descriptor == &taizhang__v1__envelope__descriptor)
            continue;
        for (size_t j = 0; (f = tz_field_at(k, j)); j++)
            rows += message_of(k, f) == message && strcmp(f->name, message->fields[i].name) == 0;
        if (rows != 1)
            fail_msg("%s.%s has %zu rows", k->name, message->fields[i].name, rows);
    }
}

static void test_rows_and_fields(void **state)
{
    (void)state;
    size_t kinds = 0;
    for (uint32_t i = 1; i <= TZ_KINDS; i++) {
        const struct tz_kind_info *k = tz_kind_info(i);
        const struct tz_field *f;
        if (!k)
            continue;
        kinds++;
        assert_int_equal(k->kind, i);
        assert_ptr_equal(tz_kind_find(k->name, strlen(k->name)), k);
        assert_ptr_equal(tz_kind_find(k->zh, strlen(k->zh)), k);
        for (size_t j = 0; (f = tz_field_at(k, j)); j++) {
            check_row(k, f);
            assert_ptr_equal(tz_field_find(k, f->name, strlen(f->name)), f);
        }
        check_fields(k, k->body);
        check_fields(k, k->private_);
        check_fields(k, &taizhang__v1__envelope__descriptor);
        const ProtobufCFieldDescriptor *envelope = protobuf_c_message_descriptor_get_field(k->body, 1);
        assert_ptr_equal(envelope->descriptor, &taizhang__v1__envelope__descriptor);
        assert_int_equal(envelope->offset, offsetof(Taizhang__V1__Project, envelope));
    }
    assert_int_equal(kinds, 15);
    assert_null(tz_kind_info(0));
    assert_null(tz_kind_info(16));
    assert_null(tz_kind_info(UINT32_MAX));
    assert_null(tz_kind_find("projec", 6));
    assert_null(tz_kind_find("", 0));
}

/* Every message of record.proto is one of a kind's, or a part of one: a new kind without a row fails here. */
static void test_no_message_without_kind(void **state)
{
    (void)state;
    assert_ptr_equal(tz_kind_info(TZ_KIND_WORKER)->private_, &taizhang__v1__worker_private__descriptor);
    char *text = read_file(TZ_SOURCE_DIR "/proto/taizhang/v1/record.proto", NULL);
    size_t bodies = 0;
    for (char *at = text; (at = strstr(at, "Envelope envelope = 1;")); at++)
        bodies++;
    assert_int_equal(bodies, 15);
    free(text);
}

/* Enumerations of all kinds, each once, by name. */
static size_t all_enums(const struct tz_enum **out, size_t max)
{
    size_t n = 0;
    for (uint32_t i = 1; i <= TZ_KINDS; i++) {
        const struct tz_field *f;
        for (size_t j = 0; tz_kind_info(i) && (f = tz_field_at(tz_kind_info(i), j)); j++) {
            size_t at = 0;
            while (at < n && f->list != out[at])
                at++;
            if (!f->list || at < n)
                continue;
            assert_true(n < max);
            for (at = n++; at && strcmp(out[at - 1]->name, f->list->name) > 0; at--)
                out[at] = out[at - 1];
            out[at] = f->list;
        }
    }
    return n;
}

static void test_enums_are_frozen(void **state)
{
    (void)state;
    const struct tz_enum *enums[64];
    size_t n = all_enums(enums, 64);
    struct tz_buf now;
    tz_buf_init(&now, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < enums[i]->count; j++) {
            const struct tz_member *m = &enums[i]->members[j];
            tz_buf_printf(&now, "%s %u %s %s\n", enums[i]->name, m->number, m->name, m->zh);
            if (enums[i] != &tz_service_fields)
                assert_int_equal(m->number, j + 1);
            assert_true(!m->parent || tz_member_find(enums[i], m->parent));
            assert_ptr_equal(tz_member_find(enums[i], m->number), m);
            for (size_t l = 0; l < j; l++) {
                assert_string_not_equal(m->name, enums[i]->members[l].name);
                assert_string_not_equal(m->zh, enums[i]->members[l].zh);
            }
            assert_int_equal(strspn(m->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(m->name));
        }
        assert_null(tz_member_find(enums[i], 0));
        assert_null(tz_member_find(enums[i], 98));
    }
    assert_true(tz_buf_ok(&now));
    char *golden = read_file(SCHEMA_DATA "enums.golden", NULL);
    if (strcmp(golden, now.data) != 0)
        fail_msg("the enumerations differ from %s", SCHEMA_DATA "enums.golden");
    free(golden);
    tz_buf_free(&now);
}

/* Type, unit, role and list of every field, compared with the table of the specification when the file was
 * made. */
static void test_fields_are_frozen(void **state)
{
    (void)state;
    static const char *const measure[] = {"", "flow", "stock", "heads"}; /* by enum tz_measure_class */
    struct tz_buf now;
    tz_buf_init(&now, 1 << 20);
    for (uint32_t i = 1; i <= TZ_KINDS; i++) {
        const struct tz_kind_info *k = tz_kind_info(i);
        for (size_t j = 0; k && j < k->count; j++) {
            const struct tz_field *f = &k->fields[j];
            const struct tz_kind_info *to = tz_kind_info(f->ref_kind);
            const char *detail = f->list                       ? f->list->name
                                 : to                          ? to->name
                                 : f->type == TZ_TYPE_QUANTITY ? tz_unit_name(f->unit)
                                                               : "-";
            tz_buf_printf(&now, "%s %s %s %s %s [%s%s%s%s]\n", k->name, f->name, f->zh, tz_type_name(f),
                          detail, f->flags & TZ_F_REQUIRED ? "*" : "", measure[f->measure],
                          f->flags & TZ_F_BREAKDOWN ? "B" : "", f->place == TZ_IN_PRIVATE ? "P" : "");
        }
    }
    assert_true(tz_buf_ok(&now));
    char *golden = read_file(SCHEMA_DATA "fields.golden", NULL);
    if (strcmp(golden, now.data) != 0)
        fail_msg("the fields differ from %s:\n%s", SCHEMA_DATA "fields.golden", now.data);
    free(golden);
    tz_buf_free(&now);
}

/* Every label, name and alias of a list leads back to its member. */
static void test_enum_input(void **state)
{
    (void)state;
    const struct tz_enum *enums[64];
    size_t n = all_enums(enums, 64);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < enums[i]->count; j++) {
            const struct tz_member *m = &enums[i]->members[j];
            char number[16];
            uint32_t read[4];
            snprintf(number, sizeof number, "%04u", m->number);
            assert_int_equal(tz_enum_read(enums[i], m->zh, strlen(m->zh), read, 4), 1);
            assert_int_equal(read[0], m->number);
            assert_int_equal(tz_enum_read(enums[i], m->name, strlen(m->name), read, 4), 1);
            assert_int_equal(read[0], m->number);
            assert_int_equal(tz_enum_read(enums[i], number, strlen(number), read, 4), 1);
            assert_int_equal(read[0], m->number);
        }
    }
    static const struct {
        const struct tz_enum *list;
        const char *cell;
        uint32_t first;
        size_t count;
    } cases[] = {
        {&tz_service_fields, "0503", 503, 1},
        {&tz_service_fields, "503", 503, 1},
        {&tz_service_fields, "05", 5, 1},
        {&tz_service_fields, "０５０３", 503, 1},
        {&tz_service_fields, "0503 生态环保", 503, 1},
        {&tz_service_fields, "0504 生态环保", 0, 0},
        {&tz_service_fields, "0599", 0, 0},
        {&tz_levels, "乡镇街道", 5, 2},
        {&tz_levels, " 省 级 ", 2, 1},
        {&tz_unit_kind, "乡镇街道", 4, 1},
        {&tz_org_kinds, "社会组织(未细分)", 1, 1},
        {&tz_platform_kind, "12355", 8, 1},
        {&tz_org_grade, "3a", 3, 1},
        {&tz_funding_source, "Welfare Lottery", 6, 1},
        {&tz_levels, "", 0, 0},
        {&tz_levels, "99999999999999", 0, 0},
        {&tz_levels, "0", 0, 0},
        {&tz_levels, "\xff\xfe", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t read[4] = {0};
        size_t found = tz_enum_read(cases[i].list, cases[i].cell, strlen(cases[i].cell), read, 4);
        if (found != cases[i].count || (found && read[0] != cases[i].first))
            fail_msg("%s: %zu members, first %u", cases[i].cell, found, read[0]);
    }
}

static void test_measures_and_breakdowns(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < TZ_KINDS; i++) {
        const struct tz_kind_info *k = tz_kind_info(i);
        const struct tz_field *measures[TZ_MEASURES_MAX];
        struct tz_breakdown by[TZ_BREAKDOWNS_MAX];
        size_t expected = 0, breakdowns = 1; /* service_fields.2 */
        const struct tz_field *f;
        for (size_t j = 0; (f = tz_field_at(k, j)); j++) {
            expected += f->measure != TZ_NOT_A_MEASURE;
            breakdowns += (f->flags & TZ_F_BREAKDOWN) != 0;
        }
        assert_int_equal(tz_kind_measures(k, measures), expected);
        assert_int_equal(tz_kind_breakdowns(k, by), breakdowns);
        assert_string_equal(by[0].name, "place");
        assert_true(by[0].code);
        assert_string_equal(by[4].name, "service_fields");
        assert_string_equal(by[5].name, "service_fields.2");
        assert_true(by[5].second_level && by[5].multi && !by[4].second_level);
    }
    const struct tz_field *out[TZ_MEASURES_MAX];
    assert_int_equal(tz_kind_measures(tz_kind_info(TZ_KIND_OUTPUT), out), 8);
    assert_string_equal(out[1]->name, "person_times");
    assert_int_equal(out[0]->measure, TZ_HEADS);
    assert_int_equal(tz_kind_measures(tz_kind_info(TZ_KIND_PRACTICE), out), 0);
}

static void test_schema_reply(void **state)
{
    (void)state;
    struct tz_arena arena;
    Taizhang__V1__SchemaReply *reply;
    tz_arena_init(&arena, TEST_ARENA);
    assert_int_equal(tz_schema_reply(16, &arena, &reply), TZ_ENOENT);
    assert_int_equal(tz_schema_reply(0, &arena, &reply), TZ_OK);
    assert_int_equal(reply->n_kinds, 15);
    assert_int_equal(tz_schema_reply(TZ_KIND_WORKER, &arena, &reply), TZ_OK);
    assert_int_equal(reply->n_kinds, 1);
    size_t packed = taizhang__v1__schema_reply__get_packed_size(reply);
    uint8_t *bytes = tz_arena_alloc(&arena, packed);
    assert_non_null(bytes);
    assert_int_equal(taizhang__v1__schema_reply__pack(reply, bytes), packed);
    Taizhang__V1__SchemaReply *again = taizhang__v1__schema_reply__unpack(&arena.protobuf, packed, bytes);
    assert_non_null(again);
    const Taizhang__V1__KindInfo *k = again->kinds[0];
    assert_string_equal(k->zh, "社工");
    assert_string_equal(k->fields[0]->name, "committee");
    assert_true(k->fields[0]->address && k->fields[0]->required);
    const Taizhang__V1__FieldInfo *quantity = k->fields[3], *contact = k->fields[6], *level = k->fields[7];
    assert_string_equal(quantity->unit, "名");
    assert_string_equal(quantity->measure, "stock");
    assert_int_equal(quantity->number, 16);
    assert_true(contact->is_private && contact->n_aliases == 1);
    assert_int_equal(contact->number, 3);
    assert_int_equal(level->n_members, 4);
    assert_string_equal(level->members[1]->name, "assistant");
    tz_arena_free(&arena);

    tz_arena_init(&arena, 8192);
    assert_int_equal(tz_schema_reply(0, &arena, &reply), TZ_ENOMEM);
    tz_arena_free(&arena);
}

static void test_naming_fields(void **state)
{
    (void)state;
    static const char *const titled[] = {"project", "need", "catalogue", "policy", "practice"};
    static const char *const named[] = {"worker", "organisation", "platform"};
    size_t with = 0;
    for (size_t i = 0; i < sizeof titled / sizeof *titled; i++)
        assert_string_equal(tz_kind_naming(tz_kind_find(titled[i], strlen(titled[i])))->name, "title");
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        assert_string_equal(tz_kind_naming(tz_kind_find(named[i], strlen(named[i])))->name, "name");
    for (uint32_t kind = 0; kind <= TZ_KINDS; kind++)
        with += tz_kind_info(kind) && tz_kind_naming(tz_kind_info(kind));
    assert_int_equal(with, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_and_fields),   cmocka_unit_test(test_no_message_without_kind),
        cmocka_unit_test(test_enums_are_frozen),  cmocka_unit_test(test_enum_input),
        cmocka_unit_test(test_fields_are_frozen), cmocka_unit_test(test_measures_and_breakdowns),
        cmocka_unit_test(test_schema_reply),      cmocka_unit_test(test_naming_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
