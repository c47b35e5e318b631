#include "recordfile/recordfile.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A record must lie in the buffer whole, with its line end ("\r\n"). Three times as much again, so that the rest of a
 * record is moved to the front once in some 200 KiB. */
#define WINDOW_BYTES (RECORD_MAX_BYTES + 2)
#define BUFFER_BYTES (4 * RECORD_MAX_BYTES)
#define HASH_CHUNK   (16 * 1024)

struct recordfile {
    int fd;
    char *path;
    bool has_quotes;
    uint8_t quote;
    int64_t size_bytes;
    int64_t read_bytes;  /* of the file, into the buffer */
    int64_t line;        /* of the byte at `begin` */
    bool is_at_end;      /* of the file: nothing more to read */
    bool is_in_oversize; /* `begin` stands within a line to be skipped */
    size_t begin;
    size_t end;
    uint8_t buffer[BUFFER_BYTES];
};

static enum status open_failed(const char *path, int error_number, struct error *err)
{
    enum status code = STATUS_UNAVAILABLE;

    if (error_number == ENOENT || error_number == ENOTDIR)
        code = STATUS_NOT_FOUND;
    else if (error_number == EACCES || error_number == EPERM)
        code = STATUS_PERMISSION_DENIED;
    return error_set(err, code, "open '%s': %s", path, g_strerror(error_number));
}

/* O_NONBLOCK, or opening a pipe that nobody writes to would wait for ever. */
static enum status open_regular(const char *path, int *ret_fd, int64_t *ret_size_bytes, struct error *err)
{
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return open_failed(path, errno, err);
    if (fstat(fd, &stat) != 0) {
        enum status st = open_failed(path, errno, err);
        (void)close(fd);
        return st;
    }
    if (!S_ISREG(stat.st_mode)) {
        (void)close(fd);
        return error_set(err, STATUS_NOT_FOUND, "open '%s': not a regular file", path);
    }
    *ret_fd = fd;
    *ret_size_bytes = stat.st_size;
    return STATUS_OK;
}

/* 0 bytes at the end of the file. */
static enum status read_some(int fd, const char *path, void *bytes, size_t max, size_t *ret_n, struct error *err)
{
    ssize_t n;

    do
        n = read(fd, bytes, max);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_set(err, STATUS_UNAVAILABLE, "read '%s': %s", path, g_strerror(errno));
    *ret_n = (size_t)n;
    return STATUS_OK;
}

static size_t unread_bytes(const struct recordfile *file)
{
    return file->end - file->begin;
}

/* Reads until `wanted` bytes lie in the buffer or the file ends. Bytes lent by the last record are lost. */
static enum status fill(struct recordfile *file, size_t wanted, struct error *err)
{
    if (unread_bytes(file) >= wanted || file->is_at_end)
        return STATUS_OK;
    memmove(file->buffer, file->buffer + file->begin, unread_bytes(file));
    file->end = unread_bytes(file);
    file->begin = 0;
    while (file->end < wanted && !file->is_at_end) {
        size_t n = 0;
        enum status st = read_some(file->fd, file->path, file->buffer + file->end, BUFFER_BYTES - file->end, &n, err);
        if (st != STATUS_OK)
            return st;
        file->end += n;
        file->read_bytes += (int64_t)n;
        file->is_at_end = n == 0;
    }
    return STATUS_OK;
}

static enum status skip_byte_order_mark(struct recordfile *file, struct error *err)
{
    static const uint8_t MARK[] = {0xef, 0xbb, 0xbf};
    enum status st = fill(file, WINDOW_BYTES, err);

    if (st == STATUS_OK && unread_bytes(file) >= sizeof(MARK) && memcmp(file->buffer, MARK, sizeof(MARK)) == 0)
        file->begin = sizeof(MARK);
    return st;
}

enum status recordfile_open(const char *path, enum recordfile_format format, char quote, struct recordfile **ret_file,
                            struct error *err)
{
    SCOPED(recordfile_freep) struct recordfile *file = malloc(sizeof(*file));

    if (!file)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "open '%s': out of memory", path);
    /* Not all of it is cleared: the buffer would be touched for nothing. */
    memset(file, 0, offsetof(struct recordfile, buffer));
    file->fd = -1;
    file->line = 1;
    file->has_quotes = format == RECORDFILE_CSV && quote != '\0';
    file->quote = (uint8_t)quote;
    file->path = strdup(path);
    if (!file->path)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "open '%s': out of memory", path);
    enum status st = open_regular(path, &file->fd, &file->size_bytes, err);
    if (st == STATUS_OK)
        st = skip_byte_order_mark(file, err);
    if (st != STATUS_OK)
        return st;
    *ret_file = TAKE(file);
    return STATUS_OK;
}

void recordfile_free(struct recordfile *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        (void)close(file->fd);
    free(file->path);
    free(file);
}

void recordfile_freep(struct recordfile **file)
{
    recordfile_free(*file);
    *file = NULL;
}

int64_t recordfile_size_bytes(const struct recordfile *file)
{
    return file->size_bytes;
}

int64_t recordfile_position_bytes(const struct recordfile *file)
{
    return file->read_bytes - (int64_t)unread_bytes(file);
}

/* What a record was found to be. */
struct cut {
    size_t len;      /* of the record */
    size_t skip;     /* bytes to the next record: `len` and the line end, if there is one */
    int64_t n_lines; /* line ends among `skip` */
    bool is_oversize;
    bool is_unterminated;
};

/* "\n", "\r\n" or, in files of old spreadsheets, "\r". The byte at `at` is '\r' or '\n'. */
static size_t line_end_bytes(const uint8_t *bytes, size_t n, size_t at)
{
    return bytes[at] == '\r' && at + 1 < n && bytes[at + 1] == '\n' ? 2 : 1;
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

/* Letters, digits and all that is not ASCII: what cannot be a delimiter. */
static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte >= 0x80;
}

/* Up to the first line end, whatever the quotes say. */
static struct cut cut_line(const uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at < n && at <= RECORD_MAX_BYTES; at++)
        if (is_line_end(bytes[at]))
            return (struct cut){.len = at, .skip = at + line_end_bytes(bytes, n, at), .n_lines = 1};
    if (n > RECORD_MAX_BYTES)
        return (struct cut){.len = RECORD_MAX_BYTES, .skip = RECORD_MAX_BYTES, .is_oversize = true};
    return (struct cut){.len = n, .skip = n};
}

static struct cut cut_unterminated(const uint8_t *bytes, size_t n)
{
    struct cut cut = cut_line(bytes, n);

    cut.is_unterminated = true;
    return cut;
}

/* Where a walk over a CSV record stands. The delimiter is unknown here, so that two signs stand in for it: a quote
 * right after a word byte does not open a cell (5" pipe), and a quote before a word byte does not close one. The
 * second, met on a later line than the first, shows that a quote was left open above: else such a file would be read
 * inside out, cells for gaps, from there to the next mistake. */
enum place { OUTSIDE, INSIDE, AFTER_QUOTE };

static enum place place_outside(const uint8_t *bytes, size_t at, uint8_t quote)
{
    bool is_inch_mark = at > 0 && (is_word(bytes[at - 1]) || bytes[at - 1] == quote);

    return bytes[at] == quote && !is_inch_mark ? INSIDE : OUTSIDE;
}

static enum place place_after_quote(uint8_t byte, uint8_t quote)
{
    return byte == quote ? INSIDE : OUTSIDE;
}

static struct cut cut_quoted(const uint8_t *bytes, size_t n, uint8_t quote)
{
    enum place place = OUTSIDE;
    int64_t n_lines = 0;

    for (size_t at = 0; at < n && at <= RECORD_MAX_BYTES; at++) {
        uint8_t byte = bytes[at];
        if (is_line_end(byte)) {
            size_t end_bytes = line_end_bytes(bytes, n, at);
            n_lines++;
            if (place != INSIDE)
                return (struct cut){.len = at, .skip = at + end_bytes, .n_lines = n_lines};
            at += end_bytes - 1;
        } else if (place == INSIDE) {
            place = byte == quote ? AFTER_QUOTE : INSIDE;
        } else if (place == AFTER_QUOTE) {
            if (n_lines > 0 && is_word(byte))
                return cut_unterminated(bytes, n);
            place = place_after_quote(byte, quote);
        } else {
            place = place_outside(bytes, at, quote);
        }
    }
    if (place == INSIDE)
        return cut_unterminated(bytes, n);
    if (n > RECORD_MAX_BYTES)
        return (struct cut){.len = RECORD_MAX_BYTES, .skip = RECORD_MAX_BYTES, .n_lines = n_lines, .is_oversize = true};
    return (struct cut){.len = n, .skip = n, .n_lines = n_lines};
}

static struct cut cut_record(const struct recordfile *file)
{
    const uint8_t *bytes = file->buffer + file->begin;

    return file->has_quotes ? cut_quoted(bytes, unread_bytes(file), file->quote) : cut_line(bytes, unread_bytes(file));
}

static void advance(struct recordfile *file, const struct cut *cut)
{
    file->begin += cut->skip;
    file->line += cut->n_lines;
    file->is_in_oversize = cut->is_oversize;
}

/* Done when the next record is asked for, since the beginning of the oversize one was lent from the buffer. */
static enum status skip_oversize(struct recordfile *file, struct error *err)
{
    while (file->is_in_oversize) {
        enum status st = fill(file, WINDOW_BYTES, err);
        if (st != STATUS_OK)
            return st;
        struct cut rest = cut_line(file->buffer + file->begin, unread_bytes(file));
        advance(file, &rest);
    }
    return STATUS_OK;
}

enum status recordfile_next(struct recordfile *file, struct recordfile_record *ret_record, struct error *err)
{
    enum status st = skip_oversize(file, err);

    while (st == STATUS_OK) {
        st = fill(file, WINDOW_BYTES, err);
        if (st != STATUS_OK)
            break;
        if (unread_bytes(file) == 0)
            return STATUS_OUT_OF_RANGE;
        struct cut cut = cut_record(file);
        *ret_record = (struct recordfile_record){.line = file->line,
                                                 .bytes = file->buffer + file->begin,
                                                 .len = cut.len,
                                                 .is_oversize = cut.is_oversize,
                                                 .is_unterminated = cut.is_unterminated};
        advance(file, &cut);
        if (cut.len > 0)
            return STATUS_OK;
    }
    return st;
}

static enum status hash_fd(int fd, const char *path, uint8_t ret_hash[static RECORDFILE_HASH_BYTES], struct error *err)
{
    crypto_generichash_state state;
    uint8_t chunk[HASH_CHUNK];
    size_t n = 0;

    (void)crypto_generichash_init(&state, NULL, 0, RECORDFILE_HASH_BYTES);
    do {
        enum status st = read_some(fd, path, chunk, sizeof(chunk), &n, err);
        if (st != STATUS_OK)
            return st;
        (void)crypto_generichash_update(&state, chunk, n);
    } while (n > 0);
    (void)crypto_generichash_final(&state, ret_hash, RECORDFILE_HASH_BYTES);
    return STATUS_OK;
}

enum status recordfile_hash(const char *path, uint8_t ret_hash[static RECORDFILE_HASH_BYTES], struct error *err)
{
    int64_t size_bytes;
    int fd = -1;

    if (sodium_init() < 0)
        return error_set(err, STATUS_INTERNAL, "hash '%s': libsodium does not start", path);
    enum status st = open_regular(path, &fd, &size_bytes, err);
    if (st != STATUS_OK)
        return st;
    st = hash_fd(fd, path, ret_hash, err);
    (void)close(fd);
    return st;
}
