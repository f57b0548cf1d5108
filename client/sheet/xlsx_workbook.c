/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sheet/xlsx_workbook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"

enum { ARENA_MAX = 4 * 1024 * 1024, NAME_MAX_BYTES = 512, PATH_MAX_BYTES = 512 };

int tz_workbook_fail(struct tz_sheet_fault *fault, int rc, const struct tz_part *part, const char *name,
                     size_t line)
{
    if (rc == TZ_EIO && part && tz_part_problem(part) != TZ_OK)
        rc = tz_part_problem(part);
    fault->errno_ = errno;
    fault->problem = rc == TZ_ENOMEM     ? TZ_FAULT_MEMORY
                     : rc == TZ_EIO      ? TZ_FAULT_READ
                     : rc == TZ_ELIMIT   ? TZ_FAULT_BOMB
                     : rc == TZ_EFOREIGN ? TZ_FAULT_LOCKED
                                         : TZ_FAULT_DAMAGED;
    tz_text_copy(fault->part, sizeof fault->part, name, strlen(name), sizeof fault->part);
    fault->line = line;
    return TZ_EINVAL;
}

static int run(struct tz_xml_input bytes, const struct tz_xml_handler *handler, void *ctx,
               struct tz_xml **xml)
{
    *xml = tz_xml_new(bytes, handler, ctx);
    if (!*xml)
        return TZ_ENOMEM;
    int rc = tz_xml_run(*xml);
    tz_xml_free(*xml);
    return rc == TZ_ENOENT ? TZ_OK : rc;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

/* --- the sheets --- */

struct reading {
    struct tz_workbook *workbook;
    struct tz_xml *xml;
    const char *folder;
    size_t links;
    char *found; /* of the package's own links: the workbook */
};

static bool is_true(const char *s)
{
    return s && (strcmp(s, "1") == 0 || strcmp(s, "true") == 0 || strcmp(s, "on") == 0);
}

static int add_sheet(struct tz_workbook *w, const char **attributes)
{
    const char *name = tz_xml_attribute(attributes, "name");
    const char *id = tz_xml_attribute(attributes, "id");
    const char *state = tz_xml_attribute(attributes, "state");
    if (!name || !id || strlen(name) > NAME_MAX_BYTES)
        return TZ_EINVAL;
    if (w->count == TZ_WORKBOOK_SHEETS_MAX)
        return TZ_ELIMIT;
    if (!w->sheet && !(w->sheet = tz_arena_zalloc(&w->arena, TZ_WORKBOOK_SHEETS_MAX * sizeof *w->sheet)))
        return TZ_ENOMEM;
    struct tz_workbook_sheet *s = &w->sheet[w->count];
    s->name = tz_arena_strndup(&w->arena, name, strlen(name));
    s->id = tz_arena_strndup(&w->arena, id, strlen(id));
    s->hidden = state && strcmp(state, "visible") != 0;
    if (!s->name || !s->id)
        return TZ_ELIMIT;
    w->count++;
    return TZ_OK;
}

static void on_workbook(void *ctx, const char *name, const char **attributes)
{
    struct reading *r = ctx;
    int rc = TZ_OK;
    if (strcmp(name, "workbookPr") == 0)
        r->workbook->date1904 = is_true(tz_xml_attribute(attributes, "date1904"));
    else if (strcmp(name, "sheet") == 0)
        rc = add_sheet(r->workbook, attributes);
    if (rc != TZ_OK)
        tz_xml_stop(r->xml, rc);
}

int tz_workbook_read_sheets(struct tz_workbook *w, struct tz_xml_input bytes)
{
    static const struct tz_xml_handler handler = {.start = on_workbook};
    struct reading r = {.workbook = w};
    return run(bytes, &handler, &r, &r.xml);
}

/* --- the links --- */

/* The part that a link names, from the folder that it stands in; . and .. as in a path. NULL: none. */
static const char *resolve(struct tz_arena *arena, const char *folder, const char *target)
{
    char path[PATH_MAX_BYTES];
    size_t n = 0;
    if (strlen(folder) + strlen(target) + 1 >= sizeof path)
        return NULL;
    if (*target != '/') {
        n = strlen(folder);
        memcpy(path, folder, n);
    }
    while (*target) {
        size_t len = strcspn(target, "/");
        if (len == 2 && memcmp(target, "..", 2) == 0) {
            for (n -= n > 0; n > 0 && path[n - 1] != '/';)
                n--;
        } else if (len > 0 && !(len == 1 && *target == '.')) {
            memcpy(path + n, target, len);
            n += len;
            if (target[len])
                path[n++] = '/';
        }
        target += len + (target[len] != '\0');
    }
    return tz_arena_strndup(arena, path, n);
}

static void on_link(void *ctx, const char *name, const char **attributes)
{
    struct reading *r = ctx;
    struct tz_workbook *w = r->workbook;
    if (strcmp(name, "Relationship") != 0)
        return;
    const char *id = tz_xml_attribute(attributes, "Id");
    const char *type = tz_xml_attribute(attributes, "Type");
    const char *target = tz_xml_attribute(attributes, "Target");
    if (!id || !type || !target || ++r->links > TZ_WORKBOOK_LINKS_MAX) {
        tz_xml_stop(r->xml, r->links > TZ_WORKBOOK_LINKS_MAX ? TZ_ELIMIT : TZ_EINVAL);
        return;
    }
    const char **out = NULL;
    if (ends_with(type, "/sharedStrings"))
        out = &w->strings;
    else if (ends_with(type, "/styles"))
        out = &w->styles;
    for (size_t i = 0; i < w->count && ends_with(type, "/worksheet"); i++)
        if (strcmp(w->sheet[i].id, id) == 0)
            out = &w->sheet[i].part;
    if (out && !(*out = resolve(&w->arena, r->folder, target)))
        tz_xml_stop(r->xml, TZ_EINVAL);
}

int tz_workbook_read_links(struct tz_workbook *w, struct tz_xml_input bytes, const char *folder)
{
    static const struct tz_xml_handler handler = {.start = on_link};
    struct reading r = {.workbook = w, .folder = folder};
    int rc = run(bytes, &handler, &r, &r.xml);
    size_t n = 0;
    for (size_t i = 0; i < w->count; i++) /* chart sheets and the like have no cells */
        if (w->sheet[i].part)
            w->sheet[n++] = w->sheet[i];
    w->count = n;
    return rc;
}

/* --- the package --- */

static void on_package_link(void *ctx, const char *name, const char **attributes)
{
    struct reading *r = ctx;
    const char *type = tz_xml_attribute(attributes, "Type");
    const char *target = tz_xml_attribute(attributes, "Target");
    if (strcmp(name, "Relationship") != 0 || !type || !target || r->found ||
        !ends_with(type, "/officeDocument"))
        return;
    r->found = (char *)(uintptr_t)resolve(&r->workbook->arena, "", target);
}

/* Where the workbook stands; where the package does not say, at its usual place. */
static const char *find_workbook(struct tz_workbook *w, struct tz_package *package)
{
    static const struct tz_xml_handler handler = {.start = on_package_link};
    struct reading r = {.workbook = w};
    struct tz_part *part = NULL;
    if (tz_part_open(package, "_rels/.rels", &part) == TZ_OK &&
        run(tz_part_bytes(part), &handler, &r, &r.xml) != TZ_OK)
        r.found = NULL;
    tz_part_close(part);
    return r.found ? r.found : "xl/workbook.xml";
}

static bool is_ods(struct tz_package *package)
{
    static const char wanted[] = "application/vnd.oasis.opendocument.spreadsheet";
    char text[128] = "";
    struct tz_part *part = NULL;
    if (tz_part_open(package, "mimetype", &part) == TZ_OK) {
        struct tz_xml_input bytes = tz_part_bytes(part);
        ssize_t n = bytes.read(bytes.ctx, text, sizeof text - 1);
        text[n > 0 ? n : 0] = '\0';
    }
    tz_part_close(part);
    return strncmp(text, wanted, sizeof wanted - 1) == 0;
}

/* What else the package may be. */
static enum tz_sheet_problem other_kind(struct tz_package *package)
{
    if (tz_package_has(package, "xl/workbook.bin"))
        return TZ_FAULT_XLSB;
    if (is_ods(package))
        return TZ_FAULT_ODS;
    if (tz_package_has(package, "word/document.xml") || tz_package_has(package, "ppt/presentation.xml"))
        return TZ_FAULT_DOCUMENT;
    return TZ_FAULT_ARCHIVE;
}

static int read_part(struct tz_workbook *w, struct tz_package *package, const char *name, const char *folder,
                     struct tz_sheet_fault *fault)
{
    struct tz_part *part = NULL;
    int rc = tz_part_open(package, name, &part);
    if (rc == TZ_OK)
        rc = folder ? tz_workbook_read_links(w, tz_part_bytes(part), folder)
                    : tz_workbook_read_sheets(w, tz_part_bytes(part));
    if (rc != TZ_OK)
        rc = tz_workbook_fail(fault, rc, part, name, 0);
    tz_part_close(part);
    return rc;
}

int tz_workbook_read(struct tz_workbook *w, struct tz_package *package, struct tz_sheet_fault *fault)
{
    char folder[PATH_MAX_BYTES], links[PATH_MAX_BYTES + 16];
    memset(w, 0, sizeof *w);
    tz_arena_init(&w->arena, ARENA_MAX);
    const char *name = find_workbook(w, package);
    const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    if (!tz_package_has(package, name) || ends_with(name, ".bin") || strncmp(name, "word/", 5) == 0 ||
        strncmp(name, "ppt/", 4) == 0) {
        fault->problem = other_kind(package);
        return TZ_EINVAL;
    }
    memcpy(folder, name, (size_t)(base - name));
    folder[base - name] = '\0';
    snprintf(links, sizeof links, "%s_rels/%s.rels", folder, base);
    int rc = read_part(w, package, name, NULL, fault);
    if (rc == TZ_OK)
        rc = read_part(w, package, links, folder, fault);
    if (rc == TZ_OK && w->count == 0) {
        fault->problem = TZ_FAULT_NONE;
        rc = TZ_EINVAL;
    }
    return rc;
}

void tz_workbook_free(struct tz_workbook *w)
{
    tz_arena_free(&w->arena);
}
