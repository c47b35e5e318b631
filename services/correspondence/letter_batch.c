#include "letter_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "calendar/calendar.h"
#include "clock/clock.h"
#include "composition.h"

#define JOURNAL  ".journal" /* a line a letter, written before the letter itself */
#define MANIFEST "manifest.json"
#define LIST     "manifest.csv"

struct letter_batch {
    char *spool, *name, *mail_class, *folder;
    int folder_fd, journal_fd;
    size_t n; /* letters begun: the last one's number */
    bool is_adopted;
};

static enum status os_error(struct error *err, const char *what, const char *path)
{
    return error_set(err, STATUS_UNAVAILABLE, "%s '%s': %s", what, path, g_strerror(errno));
}

static void batch_free(struct letter_batch *batch)
{
    if (batch->journal_fd >= 0)
        (void)close(batch->journal_fd);
    if (batch->folder_fd >= 0)
        (void)close(batch->folder_fd); /* and unlocks */
    g_free(batch->spool);
    g_free(batch->name);
    g_free(batch->mail_class);
    g_free(batch->folder);
    g_free(batch);
}

void letter_batch_abandon(struct letter_batch **batch)
{
    if (*batch)
        batch_free(*batch);
    *batch = NULL;
}

static struct letter_batch *batch_new(const char *spool, const char *name, const char *mail_class)
{
    struct letter_batch *batch = g_new0(struct letter_batch, 1);
    batch->spool = g_strdup(spool);
    batch->name = g_strdup(name);
    batch->mail_class = g_strdup(mail_class);
    batch->folder = g_build_filename(spool, name, NULL);
    batch->folder_fd = batch->journal_fd = -1;
    return batch;
}

/* `flags` O_CREAT: a new one; 0: it must have a journal, or it is no batch. */
static enum status lock(struct letter_batch *batch, int flags, struct error *err)
{
    batch->folder_fd = open(batch->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (batch->folder_fd < 0 && errno == ENOENT)
        return error_set(err, STATUS_NOT_FOUND, "no folder '%s'", batch->folder);
    if (batch->folder_fd < 0)
        return os_error(err, "open folder", batch->folder);
    if (flock(batch->folder_fd, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, STATUS_UNAVAILABLE, "batch '%s' is being written", batch->name);
    batch->journal_fd = openat(batch->folder_fd, JOURNAL, O_RDWR | O_APPEND | O_CLOEXEC | flags, 0640);
    if (batch->journal_fd < 0 && errno == ENOENT)
        return error_set(err, STATUS_NOT_FOUND, "'%s' is no batch that was left open", batch->folder);
    return batch->journal_fd >= 0 ? STATUS_OK : os_error(err, "open journal of", batch->folder);
}

enum status letter_batch_open(const char *spool, const char *name, const char *mail_class,
                              struct letter_batch **ret_batch, struct error *err)
{
    struct letter_batch *batch = batch_new(spool, name, mail_class);
    enum status st = STATUS_OK;
    if (g_mkdir_with_parents(batch->folder, 0750) != 0)
        st = os_error(err, "make folder", batch->folder);
    if (st == STATUS_OK)
        st = lock(batch, O_CREAT, err);
    if (st != STATUS_OK) {
        batch_free(batch);
        return st;
    }
    *ret_batch = batch;
    return STATUS_OK;
}

static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char part[4096];
    ssize_t n;
    off_t at = 0;
    while ((n = pread(fd, part, sizeof(part), at)) > 0) {
        g_string_append_len(text, part, n);
        at += n;
    }
    return g_string_free(text, FALSE);
}

/* The journal's letters, in order; a last line that was cut belongs to a letter that never came. */
static json_t *read_journal(const struct letter_batch *batch)
{
    g_autofree char *text = read_all(batch->journal_fd);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    json_t *letters = json_array();
    for (size_t i = 0; lines[i]; i++) {
        json_t *line = json_loads(lines[i], 0, NULL);
        if (line)
            (void)json_array_append_new(letters, line);
    }
    return letters;
}

enum status letter_batch_adopt(const char *spool, const char *name, const char *mail_class,
                               struct letter_batch **ret_batch, struct error *err)
{
    if (letter_batch_is_closed(spool, name))
        return error_set(err, STATUS_FAILED_PRECONDITION, "batch '%s' is closed", name);
    struct letter_batch *batch = batch_new(spool, name, mail_class);
    enum status st = lock(batch, 0, err);
    /* It may have been closed between the look and the lock. */
    if (st == STATUS_OK && letter_batch_is_closed(spool, name))
        st = error_set(err, STATUS_FAILED_PRECONDITION, "batch '%s' is closed", name);
    if (st == STATUS_NOT_FOUND)
        (void)g_rmdir(batch->folder); /* its process ended before it had a journal: it is empty, or it is no batch */
    if (st != STATUS_OK) {
        batch_free(batch);
        return st;
    }
    json_t *letters = read_journal(batch);
    batch->n = json_array_size(letters);
    batch->is_adopted = true;
    json_decref(letters);
    *ret_batch = batch;
    return STATUS_OK;
}

void letter_batch_next_name(const struct letter_batch *batch, const struct id *permit_id,
                            char name[static LETTER_FILE_NAME_SIZE])
{
    char text[ID_TEXT_SIZE];
    (void)g_snprintf(name, LETTER_FILE_NAME_SIZE, "%04zu-%s.pdf", batch->n + 1, id_format(permit_id, text));
}

size_t letter_batch_count(const struct letter_batch *batch)
{
    return batch->n;
}

const char *letter_batch_name(const struct letter_batch *batch)
{
    return batch->name;
}

static bool write_all(int fd, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    while (len > 0) {
        const ssize_t n = write(fd, at, len);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Whole, or not at all, under its name; `replaces` whatever is there. */
static enum status write_file(const struct letter_batch *batch, const char *name, const void *bytes, size_t len,
                              bool replaces, struct error *err)
{
    g_autofree char *temporary = g_strconcat(".", name, ".part", NULL);
    const int fd = openat(batch->folder_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return os_error(err, "make file in", batch->folder);
    const bool is_written = write_all(fd, bytes, len) && fsync(fd) == 0;
    const int write_errno = errno;
    (void)close(fd);
    errno = write_errno;
    const bool is_named = is_written && renameat2(batch->folder_fd, temporary, batch->folder_fd, name,
                                                  replaces ? 0 : RENAME_NOREPLACE) == 0;
    if (is_named && fsync(batch->folder_fd) == 0)
        return STATUS_OK;
    const enum status st = is_written && errno == EEXIST
                               ? error_set(err, STATUS_ALREADY_EXISTS, "'%s' is there already", name)
                               : os_error(err, "write file in", batch->folder);
    (void)unlinkat(batch->folder_fd, is_named ? name : temporary, 0);
    return st;
}

static char *hex(const uint8_t *bytes, size_t len)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < len; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}

static enum status note(struct letter_batch *batch, const struct batched_letter *letter, const char *name,
                        struct error *err)
{
    uint8_t hash[COMPOSITION_HASH_BYTES];
    char permit[ID_TEXT_SIZE];
    composition_hash(letter->bytes, letter->len, hash);
    g_autofree char *hash_text = hex(hash, sizeof(hash));
    json_t *line = json_pack("{s:I, s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:s}", "number", (json_int_t)batch->n + 1,
                             "file", name, "permit_id", id_format(&letter->permit_id, permit), "pages",
                             (json_int_t)letter->pages, "postcode", letter->postcode, "country", letter->country,
                             "class", batch->mail_class, "bytes", (json_int_t)letter->len, "blake2b_256", hash_text);
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    if (!text)
        return error_set(err, STATUS_INVALID_ARGUMENT, "postcode or country is not UTF-8");
    g_autofree char *record = g_strconcat(text, "\n", NULL);
    free(text);
    if (!write_all(batch->journal_fd, record, strlen(record)) || fsync(batch->journal_fd) != 0)
        return os_error(err, "write journal of", batch->folder);
    return STATUS_OK;
}

enum status letter_batch_add(struct letter_batch *batch, const struct batched_letter *letter, struct error *err)
{
    char name[LETTER_FILE_NAME_SIZE];
    letter_batch_next_name(batch, &letter->permit_id, name);
    enum status st = note(batch, letter, name, err);
    if (st != STATUS_OK)
        return st;
    batch->n++; /* a number is never given twice */
    return write_file(batch, name, letter->bytes, letter->len, false, err);
}

/* Closing. */

static bool is_there(const struct letter_batch *batch, const char *file)
{
    return faccessat(batch->folder_fd, file, F_OK, 0) == 0;
}

static json_t *letters_there(const struct letter_batch *batch)
{
    json_t *all = read_journal(batch), *letters = json_array(), *letter;
    size_t i;
    json_array_foreach(all, i, letter)
    {
        const char *file = json_string_value(json_object_get(letter, "file"));
        if (file && is_there(batch, file))
            (void)json_array_append(letters, letter);
    }
    json_decref(all);
    return letters;
}

static json_int_t number_of(const json_t *letter, const char *key)
{
    return json_integer_value(json_object_get(letter, key));
}

static const char *text_of(const json_t *letter, const char *key)
{
    const char *text = json_string_value(json_object_get(letter, key));
    return text ? text : "";
}

/* Quoted as RFC 4180 has it; a postcode that a spreadsheet would take for a formula stays what it is. */
static void append_cell(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    g_string_append(out, "\",");
}

static char *list_text(const json_t *letters)
{
    GString *out = g_string_new("number,file,permit_id,postcode,country,class,blake2b_256,pages,bytes\r\n");
    const json_t *letter;
    size_t i;
    json_array_foreach(letters, i, letter)
    {
        static const char *const TEXTS[] = {"file", "permit_id", "postcode", "country", "class", "blake2b_256"};
        g_string_append_printf(out, "%lld,", (long long)number_of(letter, "number"));
        for (size_t k = 0; k < ARRAY_SIZE(TEXTS); k++)
            append_cell(out, text_of(letter, TEXTS[k]));
        g_string_append_printf(out, "%lld,%lld\r\n", (long long)number_of(letter, "pages"),
                               (long long)number_of(letter, "bytes"));
    }
    return g_string_free(out, FALSE);
}

/* Control totals: a printer that counts the same has lost nothing. */
static json_t *manifest_of(const struct letter_batch *batch, json_t *letters)
{
    json_int_t pages = 0, bytes = 0;
    char closed_at[INSTANT_TEXT_SIZE];
    uint8_t hash[COMPOSITION_HASH_BYTES];
    g_autoptr(GString) hashes = g_string_new(NULL);
    const json_t *letter;
    size_t i;
    json_array_foreach(letters, i, letter)
    {
        pages += number_of(letter, "pages");
        bytes += number_of(letter, "bytes");
        g_string_append(hashes, text_of(letter, "blake2b_256"));
    }
    composition_hash(hashes->str, hashes->len, hash);
    g_autofree char *hash_text = hex(hash, sizeof(hash));
    return json_pack("{s:s, s:s, s:{s:I, s:I, s:I, s:s}, s:O}", "batch", batch->name, "closed_at",
                     instant_format(clock_now(), closed_at), "totals", "letters", (json_int_t)json_array_size(letters),
                     "pages", pages, "bytes", bytes, "blake2b_256", hash_text, "letters", letters);
}

static enum status write_manifest(const struct letter_batch *batch, json_t *letters, struct error *err)
{
    g_autofree char *list = list_text(letters);
    json_t *manifest = manifest_of(batch, letters);
    char *text = json_dumps(manifest, JSON_INDENT(2));
    json_decref(manifest);
    enum status st = write_file(batch, LIST, list, strlen(list), true, err);
    if (st == STATUS_OK)
        st = write_file(batch, MANIFEST, text, strlen(text), true, err);
    free(text);
    return st;
}

enum status letter_batch_close(struct letter_batch **ref, struct error *err)
{
    struct letter_batch *batch = *ref;
    json_t *letters = letters_there(batch);
    enum status st = STATUS_OK;
    /* Of one that was adopted somebody may still ask what was in it. */
    const bool is_empty = json_array_size(letters) == 0 && !batch->is_adopted;
    if (!is_empty)
        st = write_manifest(batch, letters, err);
    json_decref(letters);
    if (st == STATUS_OK)
        (void)unlinkat(batch->folder_fd, JOURNAL, 0);
    if (st == STATUS_OK && is_empty && g_rmdir(batch->folder) != 0)
        st = os_error(err, "remove folder", batch->folder);
    letter_batch_abandon(ref);
    return st;
}

bool letter_batch_has(const char *spool, const char *batch, const char *file)
{
    g_autofree char *path = g_build_filename(spool, batch, file, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

bool letter_batch_is_closed(const char *spool, const char *batch)
{
    return letter_batch_has(spool, batch, MANIFEST);
}
