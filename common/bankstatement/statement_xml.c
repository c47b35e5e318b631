#include "bankstatement/statement_xml.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include <glib.h>
#include <libxml/xmlreader.h>

#include "bankstatement/bankstatement.h"

/* Finds start tags by itself: libxml2 reads ahead, and counts lines of elements to 65,535 only. Simple, since it is
 * asked for the next start tag only after libxml2 has found one. */
struct tag_finder {
    const char *at;
    const char *end;
    int64_t line;
};

struct frame {
    size_t path_len; /* of its parent */
    int64_t line;
    bool has_elements;
    bool is_foreign; /* SplmtryData, or in it */
    xmlChar *currency;
};

struct walking {
    const char *name;
    const struct xml_walk *walk;
    xmlTextReaderPtr reader;
    struct tag_finder tags;
    struct frame frames[XML_DEPTH_MAX];
    size_t depth;
    GString *path;
    GString *text; /* of the element at hand, as long as it has no elements */
    char *root_namespace;
    struct {
        bool is_there;
        bool is_memory;
        int line;
        char text[200];
    } problem; /* libxml2's first */
};

/* A path as an error may quote it: elements that we read lie some 80 bytes deep, all others may be called anything. */
#define PATH_SHOWN_SIZE 120
static const char *path_shown(const char *path, char shown[static PATH_SHOWN_SIZE])
{
    if (g_strlcpy(shown, path, PATH_SHOWN_SIZE) >= PATH_SHOWN_SIZE)
        memcpy(shown + PATH_SHOWN_SIZE - 4, "...", 4);
    for (char *at = shown; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
    return shown;
}

static enum status refuse_at(const struct walking *walking, int64_t line, struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static enum status refuse_at(const struct walking *walking, int64_t line, struct error *err, const char *format, ...)
{
    char shown[PATH_SHOWN_SIZE];
    va_list args;

    va_start(args, format);
    (void)error_vset(err, STATUS_INVALID_ARGUMENT, format, args);
    va_end(args);
    if (walking->path->len > 0)
        (void)error_wrap(err, STATUS_INVALID_ARGUMENT, "%s", path_shown(walking->path->str, shown));
    return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s:%" PRId64, walking->name, line);
}

static int64_t line_of(const char *bytes, const char *at)
{
    int64_t line = 1;

    for (; bytes < at; bytes++)
        line += *bytes == '\n';
    return line;
}

static bool starts_with(const char *at, const char *end, const char *what)
{
    const size_t len = strlen(what);
    return (size_t)(end - at) >= len && memcmp(at, what, len) == 0;
}

/* Past `what`, or the end. */
static const char *skip_past(const char *at, const char *end, const char *what)
{
    const size_t len = strlen(what);
    const char *found = memmem(at, (size_t)(end - at), what, len);
    return found ? found + len : end;
}

/* Past comments and processing instructions, or NULL where there is neither. */
static const char *skip_aside(const char *at, const char *end)
{
    if (starts_with(at, end, "<!--"))
        return skip_past(at + 4, end, "-->");
    if (starts_with(at, end, "<?"))
        return skip_past(at + 2, end, "?>");
    return NULL;
}

static void move_to(struct tag_finder *tags, const char *to)
{
    for (; tags->at < to; tags->at++)
        tags->line += *tags->at == '\n';
}

/* The line of the next start tag, past whose '<' it moves. */
static int64_t next_tag_line(struct tag_finder *tags)
{
    while (tags->at < tags->end) {
        const char *tag = memchr(tags->at, '<', (size_t)(tags->end - tags->at));
        if (!tag)
            break;
        move_to(tags, tag);
        const char *aside = skip_aside(tag, tags->end);
        if (!aside && starts_with(tag, tags->end, "<![CDATA["))
            aside = skip_past(tag, tags->end, "]]>");
        if (aside) {
            move_to(tags, aside);
            continue;
        }
        tags->at = tag + 1;
        if (!starts_with(tag, tags->end, "</"))
            break;
    }
    return tags->line;
}

/* Before libxml2 sees a byte: UTF-8, and no DTD, which may stand only before the root. */
static enum status check_bytes(const struct walking *walking, const char *bytes, size_t len, struct error *err)
{
    const char *end = bytes + len;
    const char *bad = NULL;
    const char *at = bytes;

    if (len == 0)
        return refuse_at(walking, 1, err, "the file is empty");
    if (len > BANK_FILE_MAX_BYTES)
        return refuse_at(walking, 1, err, "%zu bytes; at most %d are read", len, BANK_FILE_MAX_BYTES);
    if (!g_utf8_validate_len(bytes, len, &bad))
        return refuse_at(walking, line_of(bytes, bad), err, "not UTF-8, which ISO 20022 demands");
    if (starts_with(at, end, "\xEF\xBB\xBF"))
        at += 3;
    while (at < end) {
        const char *aside = skip_aside(at, end);
        if (aside)
            at = aside;
        else if (g_ascii_isspace(*at))
            at++;
        else
            break;
    }
    if (at == end)
        return refuse_at(walking, line_of(bytes, at), err, "there is no element in it");
    if (starts_with(at, end, "<!DOCTYPE"))
        return refuse_at(walking, line_of(bytes, at), err, "a document type definition (DTD), which is not allowed");
    return STATUS_OK;
}

/* libxml2's words name elements and entities; what a log cannot carry becomes '?'. */
static void on_problem(void *context, xmlErrorPtr error)
{
    struct walking *walking = context;

    if (walking->problem.is_there || error->level < XML_ERR_ERROR)
        return;
    walking->problem.is_there = true;
    walking->problem.is_memory = error->code == XML_ERR_NO_MEMORY;
    walking->problem.line = error->line;
    const char *text = error->message ? error->message : "unreadable";
    const xmlParserCtxt *parser = error->ctxt;
    /* libxml2 has the same words, "Extra content at the end", for too little and for too much. */
    if (error->code == XML_ERR_DOCUMENT_END && parser && parser->nameNr > 0)
        text = "the file ends before its last element does";
    (void)g_strlcpy(walking->problem.text, text, sizeof(walking->problem.text));
    walking->problem.text[strcspn(walking->problem.text, "\n")] = '\0';
    for (char *at = walking->problem.text; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = '?';
}

static enum status tell_problem(struct walking *walking, struct error *err)
{
    if (walking->problem.is_memory)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", walking->name);
    g_string_truncate(walking->path, 0);
    return refuse_at(walking, MAX(walking->problem.line, 1), err, "not well-formed XML: %s",
                     walking->problem.is_there ? walking->problem.text : "unreadable");
}

/* NULL outside of the root. */
static struct frame *top(struct walking *walking)
{
    return walking->depth > 0 ? &walking->frames[walking->depth - 1] : NULL;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static enum status refuse_mixed(const struct walking *walking, int64_t line, struct error *err)
{
    return refuse_at(walking, line, err, "text between elements");
}

static enum status check_namespace(struct walking *walking, int64_t line, const char *element, struct error *err)
{
    const char *uri = (const char *)xmlTextReaderConstNamespaceUri(walking->reader);

    if (!uri)
        uri = "";
    if (walking->depth > 0) {
        if (strcmp(uri, walking->root_namespace) == 0)
            return STATUS_OK;
        char shown[ERROR_SHOWN_SIZE];
        return refuse_at(walking, line, err, "an element '%s' of another namespace", error_shown(element, shown));
    }
    walking->root_namespace = g_strdup(uri);
    enum status st = walking->walk->root(walking->walk->context, element, uri, err);
    return st == STATUS_OK ? st : error_wrap(err, st, "%s:%" PRId64, walking->name, line);
}

/* Puts the element on the stack. */
static enum status push(struct walking *walking, const char *element, int64_t line, struct error *err)
{
    struct frame *parent = top(walking);

    if (walking->depth == XML_DEPTH_MAX)
        return refuse_at(walking, line, err, "elements lie deeper than %d", XML_DEPTH_MAX);
    if (parent && !parent->is_foreign && !is_blank(walking->text->str))
        return refuse_mixed(walking, parent->line, err);
    struct frame frame = {.path_len = walking->path->len, .line = line};
    frame.is_foreign = parent && (parent->is_foreign || strcmp(element, "SplmtryData") == 0);
    if (parent)
        parent->has_elements = true;
    if (!frame.is_foreign) {
        enum status st = check_namespace(walking, line, element, err);
        if (st != STATUS_OK)
            return st;
        g_string_append_printf(walking->path, "%s%s", walking->path->len > 0 ? "/" : "", element);
        frame.currency = xmlTextReaderGetAttribute(walking->reader, BAD_CAST "Ccy");
    }
    walking->frames[walking->depth++] = frame;
    g_string_truncate(walking->text, 0);
    return STATUS_OK;
}

static enum status on_end(struct walking *walking, struct error *err)
{
    struct frame *frame = &walking->frames[walking->depth - 1];
    const struct xml_place place = {walking->path->str, frame->line};
    enum status st = STATUS_OK;

    if (!frame->is_foreign)
        st = walking->walk->end(walking->walk->context, &place, frame->has_elements ? NULL : walking->text->str,
                                (const char *)frame->currency, err);
    xmlFree(frame->currency);
    frame->currency = NULL;
    g_string_truncate(walking->path, frame->path_len);
    g_string_truncate(walking->text, 0);
    walking->depth--;
    return st;
}

static enum status on_begin(struct walking *walking, struct error *err)
{
    const char *element = (const char *)xmlTextReaderConstLocalName(walking->reader);
    const bool is_empty = xmlTextReaderIsEmptyElement(walking->reader) == 1;
    const int64_t line = next_tag_line(&walking->tags);
    enum status st = push(walking, element ? element : "", line, err);

    if (st == STATUS_OK && !walking->frames[walking->depth - 1].is_foreign) {
        const struct xml_place place = {walking->path->str, line};
        st = walking->walk->begin(walking->walk->context, &place, err);
    }
    return st == STATUS_OK && is_empty ? on_end(walking, err) : st;
}

static enum status on_text(struct walking *walking, struct error *err)
{
    const char *text = (const char *)xmlTextReaderConstValue(walking->reader);
    const struct frame *frame = top(walking);

    if (!text || !frame || frame->is_foreign)
        return STATUS_OK;
    if (frame->has_elements)
        return is_blank(text) ? STATUS_OK : refuse_mixed(walking, frame->line, err);
    if (walking->text->len + strlen(text) > BANK_TEXT_MAX_BYTES)
        return refuse_at(walking, frame->line, err, "a text longer than %d bytes", BANK_TEXT_MAX_BYTES);
    g_string_append(walking->text, text);
    return STATUS_OK;
}

static enum status on_node(struct walking *walking, struct error *err)
{
    const struct frame *frame = top(walking);

    switch (xmlTextReaderNodeType(walking->reader)) {
    case XML_READER_TYPE_ELEMENT:
        return on_begin(walking, err);
    case XML_READER_TYPE_END_ELEMENT:
        return on_end(walking, err);
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        return on_text(walking, err);
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        return refuse_at(walking, frame ? frame->line : 1, err, "an entity or document type definition");
    default:
        return STATUS_OK; /* comments and the like */
    }
}

static enum status run(struct walking *walking, struct error *err)
{
    for (;;) {
        const int answer = xmlTextReaderRead(walking->reader);
        if (answer < 0 || walking->problem.is_there)
            return tell_problem(walking, err);
        if (answer == 0)
            return STATUS_OK;
        enum status st = on_node(walking, err);
        if (st != STATUS_OK)
            return st;
    }
}

static void fini(struct walking *walking)
{
    for (size_t i = 0; i < walking->depth; i++)
        xmlFree(walking->frames[i].currency);
    xmlFreeTextReader(walking->reader);
    g_string_free(walking->path, TRUE);
    g_string_free(walking->text, TRUE);
    g_free(walking->root_namespace);
}

static gpointer start_libxml(gpointer unused)
{
    xmlInitParser();
    return unused;
}

enum status xml_walk(const char *name, const char *bytes, size_t len, const struct xml_walk *walk, struct error *err)
{
    static GOnce started = G_ONCE_INIT;

    if (len == 0)
        bytes = ""; /* what is empty may be NULL, of which there is no end to compare with */
    struct walking walking = {.name = name, .walk = walk, .tags = {bytes, bytes + len, 1}};

    (void)g_once(&started, start_libxml, NULL);
    walking.path = g_string_sized_new(256);
    walking.text = g_string_sized_new(1024);
    enum status st = check_bytes(&walking, bytes, len, err);
    if (st == STATUS_OK) {
        /* The encoding is given, so that none that the file may claim is believed. */
        walking.reader = xmlReaderForMemory(bytes, (int)len, NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_BIG_LINES);
        if (walking.reader) {
            xmlTextReaderSetStructuredErrorHandler(walking.reader, on_problem, &walking);
            st = run(&walking, err);
        } else {
            st = error_set(err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", name);
        }
    }
    fini(&walking);
    return st;
}
