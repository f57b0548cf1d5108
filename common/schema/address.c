/* SPDX-License-Identifier: Apache-2.0 */
#include "common/schema/address.h"

#include <stdio.h>
#include <string.h>

#include "common/base/text.h"
#include "common/codes/division.h"
#include "common/codes/identity.h"
#include "common/schema/schema.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* How many digits stand at s. */
static size_t digits(const char *s)
{
    size_t n = 0;
    while (is_digit(s[n]))
        n++;
    return n;
}

/* 1.7E+3: what a spreadsheet makes of a long number. */
static bool is_scientific(const char *s)
{
    size_t n = digits(s);
    if (n != 1)
        return false;
    s += n;
    if (*s == '.') {
        n = digits(s + 1);
        if (!n)
            return false;
        s += n + 1;
    }
    if ((s[0] != 'E' && s[0] != 'e') || (s[1] != '+' && s[1] != '-'))
        return false;
    n = digits(s + 2);
    return n && !s[2 + n];
}

/* 3月1日, 3-Jan, Jan-17: dates without all their parts, as spreadsheets show them. */
static bool is_part_date(const char *s)
{
    size_t n = digits(s);
    if (n >= 1 && n <= 2) {
        const char *month = s + n;
        if (strncmp(month, "月", strlen("月")) == 0) {
            const char *day = month + strlen("月");
            n = digits(day);
            return n >= 1 && n <= 2 && strcmp(day + n, "日") == 0;
        }
        return month[0] == '-' && is_letter(month[1]) && is_letter(month[2]) && is_letter(month[3]) &&
               !month[4];
    }
    if (is_letter(s[0]) && is_letter(s[1]) && is_letter(s[2]) && s[3] == '-') {
        static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
        char name[4] = {(char)(s[0] | 0x20), (char)(s[1] | 0x20), (char)(s[2] | 0x20), '\0'};
        const char *found = strstr(months, name);
        n = digits(s + 4);
        return found && (found - months) % 3 == 0 && n == 2 && !s[4 + n];
    }
    return false;
}

/* A number of digits alone is nobody's date: an office may well count 2017, 20170731. */
static bool looks_converted(const char *key, size_t len)
{
    char date[11], folded[TZ_KEY_SIZE];
    size_t n = tz_text_fold(folded, key, len);
    if (digits(folded) == n)
        return false;
    char *clock = strchr(folded, ' '); /* 2017-07-31 00:00:00 */
    if (clock && is_digit(clock[1]) && strchr(clock, ':'))
        n = (size_t)(clock - folded);
    folded[n] = '\0';
    return is_scientific(folded) || is_part_date(folded) ||
           (digits(folded) != n && tz_date_read(folded, n, date));
}

static int refuse(struct tz_error *e, tz_code code, const char *field, const char *value, size_t len)
{
    if (e)
        tz_error_setn(e, code, field, value, len);
    return TZ_EINVAL;
}

int tz_key_check(const char *s, size_t len, struct tz_error *e)
{
    const char *trimmed = s;
    size_t trimmed_len = len;
    tz_text_trim(&trimmed, &trimmed_len);
    if (!len || len > TZ_KEY_MAX || trimmed_len != len || !tz_text_valid(s, len, NULL) ||
        memchr(s, '/', len) || memchr(s, '\n', len))
        return refuse(e, TZ_CODE(BAD_KEY), "key", s, len);
    if (looks_converted(s, len))
        return refuse(e, TZ_CODE(KEY_LOOKS_CONVERTED), "key", s, len);
    if (tz_text_has_resident_id(s, len))
        return refuse(e, TZ_CODE(RESIDENT_ID), "key", s, len);
    return TZ_OK;
}

/* The next part up to a slash (or, for the last, all there is); false: there is no slash. */
static bool next_part(const char **at, const char *end, const char **part, size_t *len, bool last)
{
    const char *slash = last ? end : memchr(*at, '/', (size_t)(end - *at));
    if (!slash)
        return false;
    *part = *at;
    *len = (size_t)(slash - *at);
    *at = last ? end : slash + 1;
    return true;
}

static bool read_period(const char *s, size_t len, bool lenient, struct tz_period *out)
{
    return lenient ? tz_period_read(s, len, out) : tz_period_parse(s, len, out);
}

static int parse(const char *s, size_t len, bool lenient, struct tz_address *out, struct tz_error *e)
{
    const char *at = s, *part[4];
    size_t n[4];
    if (!len)
        return refuse(e, TZ_CODE(BAD_REF), NULL, s, len);
    for (size_t i = 0; i < 4; i++)
        if (!next_part(&at, s + len, &part[i], &n[i], i == 3))
            return refuse(e, TZ_CODE(BAD_REF), NULL, s, len);
    if (n[0] >= TZ_CODE_SIZE || !tz_code_valid(part[0], n[0]))
        return refuse(e, TZ_CODE(BAD_CODE), "committee", part[0], n[0]);
    const struct tz_kind_info *kind = tz_kind_find(part[1], n[1]);
    if (!kind || (!lenient && (strlen(kind->name) != n[1] || memcmp(kind->name, part[1], n[1]) != 0)))
        return refuse(e, TZ_CODE(BAD_KIND), "kind", part[1], n[1]);
    if (!read_period(part[2], n[2], lenient, &out->period))
        return refuse(e, TZ_CODE(BAD_PERIOD), "period", part[2], n[2]);
    if (tz_key_check(part[3], n[3], e) != TZ_OK)
        return TZ_EINVAL;
    memcpy(out->committee, part[0], n[0]);
    out->committee[n[0]] = '\0';
    out->kind = kind->kind;
    memcpy(out->key, part[3], n[3]);
    out->key[n[3]] = '\0';
    return TZ_OK;
}

int tz_address_parse(const char *s, size_t len, struct tz_address *out, struct tz_error *e)
{
    return parse(s, len, false, out, e);
}

int tz_address_read(const char *s, size_t len, struct tz_address *out, struct tz_error *e)
{
    return parse(s, len, true, out, e);
}

void tz_address_format(const struct tz_address *a, char out[TZ_ADDRESS_SIZE])
{
    char period[TZ_PERIOD_SIZE];
    const struct tz_kind_info *kind = tz_kind_info(a->kind);
    tz_period_format(a->period, period);
    snprintf(out, TZ_ADDRESS_SIZE, "%s/%s/%s/%s", a->committee, kind ? kind->name : "", period, a->key);
}

int tz_address_from_wire(const Taizhang__V1__Address *w, struct tz_address *out, struct tz_errors *errors)
{
    size_t before = errors->count + errors->dropped;
    struct tz_error e;
    memset(out, 0, sizeof *out);
    if (!w) {
        tz_errors_add(errors, TZ_CODE(REQUIRED), "address", NULL);
        return TZ_EINVAL;
    }
    size_t committee_len = strlen(w->committee), key_len = strlen(w->key);
    if (committee_len >= TZ_CODE_SIZE || !tz_code_valid(w->committee, committee_len))
        tz_errors_add(errors, TZ_CODE(BAD_CODE), "committee", w->committee);
    else
        memcpy(out->committee, w->committee, committee_len + 1);
    if (tz_kind_info(w->kind)) {
        out->kind = w->kind;
    } else {
        char number[16];
        snprintf(number, sizeof number, "%u", w->kind);
        tz_errors_add(errors, TZ_CODE(BAD_KIND), "kind", number);
    }
    if (!tz_period_parse(w->period, strlen(w->period), &out->period))
        tz_errors_add(errors, TZ_CODE(BAD_PERIOD), "period", w->period);
    if (tz_key_check(w->key, key_len, &e) != TZ_OK)
        tz_errors_add(errors, e.code, "key", w->key);
    else
        memcpy(out->key, w->key, key_len + 1);
    return errors->count + errors->dropped == before ? TZ_OK : TZ_EINVAL;
}
