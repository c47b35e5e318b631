#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "bankstatement/bankstatement.h"

static enum status read_whole(int fd, const char *path, GByteArray *bytes, struct error *err)
{
    uint8_t chunk[64 * 1024];
    ssize_t n;

    do {
        n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno != EINTR)
            return error_set(err, STATUS_UNAVAILABLE, "read '%s': %s", path, g_strerror(errno));
        if (n > 0)
            g_byte_array_append(bytes, chunk, (guint)n);
        if (bytes->len > BANK_FILE_MAX_BYTES)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: larger than %d bytes", path, BANK_FILE_MAX_BYTES);
    } while (n != 0);
    return STATUS_OK;
}

/* O_NONBLOCK, or opening a pipe that nobody writes to would wait for ever. */
static enum status open_regular(const char *path, int *ret_fd, struct error *err)
{
    struct stat stat;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return error_set(err,
                         errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND
                         : errno == EACCES || errno == EPERM ? STATUS_PERMISSION_DENIED
                                                             : STATUS_UNAVAILABLE,
                         "open '%s': %s", path, g_strerror(errno));
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        (void)close(fd);
        return error_set(err, STATUS_NOT_FOUND, "open '%s': not a regular file", path);
    }
    *ret_fd = fd;
    return STATUS_OK;
}

enum status bank_statements_read_camt053(const char *path, enum bank_demand demand,
                                         struct bank_statements **ret_statements, struct error *err)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    int fd = -1;
    enum status st = open_regular(path, &fd, err);

    if (st != STATUS_OK)
        return st;
    st = read_whole(fd, path, bytes, err);
    (void)close(fd);
    return st == STATUS_OK ? bank_statements_parse_camt053(path, bytes->data, bytes->len, demand, ret_statements, err)
                           : st;
}
