#include "bus/bus_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE      1024
#define FILE_MAX_BYTES 4095 /* of a certificate: they have some 500 */

bool bus_name_is_valid(const char *name, size_t size)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char other[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    return name != NULL && name[0] != '\0' && strchr(first, name[0]) != NULL && strspn(name, other) == strlen(name) &&
           strlen(name) < size;
}

static enum status check_name(const char *what, const char *name, size_t size, struct error *err)
{
    if (bus_name_is_valid(name, size))
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT,
                     "%s '%s' is not 1 to %zu of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit", what,
                     name == NULL ? "" : name, size - 1);
}

static enum status make_path(char path[static PATH_SIZE], const char *folder, const char *kind, const char *name,
                             const char *suffix, struct error *err)
{
    int n = snprintf(path, PATH_SIZE, "%s/%s/%s%s", folder, kind, name, suffix);
    if (n < 0 || n >= PATH_SIZE)
        return error_set(err, STATUS_INVALID_ARGUMENT, "the path of keys folder '%s' is too long", folder);
    return STATUS_OK;
}

/* Our own reader of czmq's format: zcert_load prefers a secret that lies beside a public file, takes what is not Z85
 * for zeros, and leaks where the file is damaged. */
static zcert_t *certificate_of(zconfig_t *root, bool wants_secret)
{
    byte public_key[32];
    byte secret_key[32] = {0};
    const char *public_text = zconfig_get(root, "curve/public-key", "");
    const char *secret_text = zconfig_get(root, "curve/secret-key", "");
    if (strlen(public_text) != BUS_KEY_TEXT_SIZE - 1 || zmq_z85_decode(public_key, public_text) == NULL)
        return NULL;
    if (wants_secret) {
        char derived[BUS_KEY_TEXT_SIZE];
        if (strlen(secret_text) != BUS_KEY_TEXT_SIZE - 1 || zmq_z85_decode(secret_key, secret_text) == NULL ||
            zmq_curve_public(derived, secret_text) != 0 || strcmp(derived, public_text) != 0)
            return NULL;
    }
    zcert_t *cert = zcert_new_from(public_key, secret_key);
    explicit_bzero(secret_key, sizeof(secret_key));
    zcert_set_meta(cert, "name", "%s", zconfig_get(root, "metadata/name", ""));
    zcert_set_meta(cert, "role", "%s", zconfig_get(root, "metadata/role", ""));
    zcert_set_meta(cert, "agency", "%s", zconfig_get(root, "metadata/agency", "0"));
    return cert;
}

static enum status read_file(const char *path, char text[static FILE_MAX_BYTES + 1], struct error *err)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return error_set(err, STATUS_NOT_FOUND, "key file '%s': %s", path, strerror(errno));
    size_t len = fread(text, 1, FILE_MAX_BYTES, file);
    text[len] = '\0';
    (void)fclose(file);
    return STATUS_OK;
}

/* "0" to "2147483647". A number that cannot be read must not let its holder in as bound to none. */
static bool is_agency_valid(const char *text)
{
    guint64 number = 0;
    return g_ascii_string_to_unsigned(text, 10, 0, INT32_MAX, &number, NULL);
}

static enum status read_certificate(const char *path, const char *name, bool wants_secret, zcert_t **ret_cert,
                                    struct error *err)
{
    char text[FILE_MAX_BYTES + 1];
    enum status st = read_file(path, text, err);
    if (st != STATUS_OK)
        return st;
    zconfig_t *root = zconfig_str_load(text);
    explicit_bzero(text, sizeof(text));
    zcert_t *cert = root == NULL ? NULL : certificate_of(root, wants_secret);
    zconfig_destroy(&root);
    if (cert == NULL)
        st = error_set(err, STATUS_FAILED_PRECONDITION, "key file '%s' is damaged", path);
    else if (strcmp(zcert_meta(cert, "name"), name) != 0)
        st = error_set(err, STATUS_FAILED_PRECONDITION, "key file '%s' is of '%s', which is not its file's name", path,
                       zcert_meta(cert, "name"));
    else if (!bus_name_is_valid(zcert_meta(cert, "role"), BUS_ROLE_SIZE))
        st = error_set(err, STATUS_FAILED_PRECONDITION, "key file '%s' has no valid role", path);
    else if (!is_agency_valid(zcert_meta(cert, "agency")))
        st = error_set(err, STATUS_FAILED_PRECONDITION, "key file '%s' has no valid agency", path);
    else
        *ret_cert = TAKE(cert);
    zcert_destroy(&cert);
    return st;
}

enum status bus_certificate_load(const char *folder, const char *name, zcert_t **ret_cert, struct error *err)
{
    char path[PATH_SIZE];
    enum status st = check_name("key name", name, REGISTRY_NAME_SIZE, err);
    if (st == STATUS_OK)
        st = make_path(path, folder, "public", name, ".key", err);
    return st == STATUS_OK ? read_certificate(path, name, false, ret_cert, err) : st;
}

static enum status check_secret_file(const char *path, struct error *err)
{
    struct stat file;
    if (stat(path, &file) != 0)
        return error_set(err, STATUS_NOT_FOUND, "secret key '%s': %s (make it with `dunlin keys init`)", path,
                         strerror(errno));
    /* The group may read it: Kubernetes mounts secrets so. Everybody may not. */
    if ((file.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return error_set(err, STATUS_FAILED_PRECONDITION, "secret key '%s' is open to others (mode %04o): chmod 0600",
                         path, (unsigned)(file.st_mode & 07777));
    return STATUS_OK;
}

/* The whole pair, checked to belong together. */
static enum status load_secret(const char *folder, const char *name, zcert_t **ret_cert, struct error *err)
{
    char path[PATH_SIZE];
    enum status st = make_path(path, folder, "private", name, ".key_secret", err);
    if (st == STATUS_OK)
        st = check_secret_file(path, err);
    return st == STATUS_OK ? read_certificate(path, name, true, ret_cert, err) : st;
}

struct key_book {
    GMutex lock;
    GHashTable *texts; /* name -> Z85 text. Nothing leaves it, so that lent texts stay */
};

enum status bus_keys_open(const char *folder, const char *name, struct bus_keys **ret_keys, struct error *err)
{
    zcert_t *own = NULL;
    enum status st = check_name("key name", name, REGISTRY_NAME_SIZE, err);
    if (st == STATUS_OK)
        st = load_secret(folder, name, &own, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "open keys of '%s'", name == NULL ? "" : name);
    struct bus_keys *keys = g_new0(struct bus_keys, 1);
    keys->folder = g_strdup(folder);
    keys->name = g_strdup(name);
    keys->own = own;
    keys->book = g_new0(struct key_book, 1);
    g_mutex_init(&keys->book->lock);
    keys->book->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    *ret_keys = keys;
    return STATUS_OK;
}

void bus_keys_free(struct bus_keys *keys)
{
    if (keys == NULL)
        return;
    g_hash_table_destroy(keys->book->texts);
    g_mutex_clear(&keys->book->lock);
    g_free(keys->book);
    zcert_destroy(&keys->own);
    g_free(keys->name);
    g_free(keys->folder);
    g_free(keys);
}

void bus_keys_freep(struct bus_keys **keys)
{
    bus_keys_free(*keys);
    *keys = NULL;
}

const zcert_t *bus_keys_own(const struct bus_keys *keys)
{
    return keys->own;
}

const char *bus_keys_public(const struct bus_keys *keys, const char *name)
{
    struct key_book *book = keys->book;
    g_mutex_lock(&book->lock);
    char *text = g_hash_table_lookup(book->texts, name);
    if (text == NULL) {
        /* Unknown ones are not remembered: their file may come later. */
        zcert_t *cert = NULL;
        if (bus_certificate_load(keys->folder, name, &cert, NULL) == STATUS_OK) {
            text = g_strdup(zcert_public_txt(cert));
            g_hash_table_insert(book->texts, g_strdup(name), text);
        }
        zcert_destroy(&cert);
    }
    g_mutex_unlock(&book->lock);
    return text;
}

static enum status make_folder(const char *folder, const char *kind, mode_t mode, struct error *err)
{
    char *path = g_build_filename(folder, kind, NULL);
    enum status st = STATUS_OK;
    if (g_mkdir_with_parents(path, (int)mode) != 0)
        st = error_set(err, STATUS_UNAVAILABLE, "make folder '%s': %s", path, strerror(errno));
    g_free(path);
    return st;
}

static bool sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        (void)close(fd);
    return is_synced;
}

static int save_certificate(zcert_t *cert, const char *path, bool is_secret)
{
    if (!is_secret)
        return zcert_save_public(cert, path) == 0 && chmod(path, 0644) == 0 ? 0 : -1;
    /* czmq narrows the mask too, but does not restore one that was 0. */
    mode_t mask = umask(077);
    int rc = zcert_save_secret(cert, path);
    (void)umask(mask);
    return rc == 0 && chmod(path, 0600) == 0 ? 0 : -1;
}

/* Into a file beside it and then under its name in one step, so that nobody ever reads half a key. A secret that
 * appeared in between stays (*ret_is_new false); a public file is replaced. */
static enum status publish_certificate(zcert_t *cert, const char *path, bool is_secret, bool *ret_is_new,
                                       struct error *err)
{
    char temporary[PATH_SIZE + 32];
    (void)snprintf(temporary, sizeof(temporary), "%s.%d.new", path, (int)getpid());
    errno = 0;
    enum status st = STATUS_OK;
    if (save_certificate(cert, temporary, is_secret) != 0 || !sync_file(temporary))
        st = error_set(err, STATUS_UNAVAILABLE, "write key file '%s': %s", temporary, strerror(errno));
    else if ((is_secret ? link(temporary, path) : rename(temporary, path)) == 0)
        *ret_is_new = true;
    else if (is_secret && errno == EEXIST)
        *ret_is_new = false;
    else
        st = error_set(err, STATUS_UNAVAILABLE, "make key file '%s': %s", path, strerror(errno));
    (void)unlink(temporary);
    return st;
}

static enum status make_secret(const char *folder, const char *name, const char *role, int32_t agency_id,
                               bool *ret_is_new, struct error *err)
{
    char path[PATH_SIZE];
    char public_path[PATH_SIZE];
    enum status st = make_path(path, folder, "private", name, ".key_secret", err);
    if (st == STATUS_OK)
        st = make_path(public_path, folder, "public", name, ".key", err);
    if (st != STATUS_OK)
        return st;
    *ret_is_new = false;
    if (access(path, F_OK) == 0)
        return STATUS_OK;
    /* A new pair would lock out whoever holds the secret of that public key. */
    if (access(public_path, F_OK) == 0)
        return error_set(err, STATUS_FAILED_PRECONDITION,
                         "'%s' is there without its secret '%s': remove it to make a new pair", public_path, path);
    zcert_t *cert = zcert_new();
    if (cert == NULL)
        return error_set(err, STATUS_INTERNAL, "libzmq was built without CURVE");
    zcert_set_meta(cert, "name", "%s", name);
    zcert_set_meta(cert, "role", "%s", role);
    zcert_set_meta(cert, "agency", "%" PRId32, agency_id);
    st = publish_certificate(cert, path, true, ret_is_new, err);
    zcert_destroy(&cert);
    return st;
}

/* The public file follows from the secret one; an existing one that fits is left alone. */
static enum status make_public(const char *folder, const char *name, struct error *err)
{
    char path[PATH_SIZE];
    zcert_t *cert = NULL;
    zcert_t *published = NULL;
    enum status st = make_path(path, folder, "public", name, ".key", err);
    if (st == STATUS_OK)
        st = load_secret(folder, name, &cert, err);
    if (st != STATUS_OK)
        goto out;
    bool is_new = false;
    st = bus_certificate_load(folder, name, &published, err);
    if (st == STATUS_NOT_FOUND)
        st = publish_certificate(cert, path, false, &is_new, err);
    else if (st == STATUS_OK && strcmp(zcert_public_txt(cert), zcert_public_txt(published)) != 0)
        st = error_set(err, STATUS_FAILED_PRECONDITION, "'%s' is not the public key of its secret", path);
out:
    zcert_destroy(&cert);
    zcert_destroy(&published);
    return st;
}

enum status bus_keys_make(const char *folder, const char *name, const char *role, bool *ret_is_new, struct error *err)
{
    return bus_keys_make_bound(folder, name, role, 0, ret_is_new, err);
}

enum status bus_keys_make_bound(const char *folder, const char *name, const char *role, int32_t agency_id,
                                bool *ret_is_new, struct error *err)
{
    bool is_new = false;
    enum status st = check_name("key name", name, REGISTRY_NAME_SIZE, err);
    if (st == STATUS_OK)
        st = check_name("role", role, BUS_ROLE_SIZE, err);
    /* In this order: folders above it get the same mode. */
    if (st == STATUS_OK)
        st = make_folder(folder, "public", 0755, err);
    if (st == STATUS_OK)
        st = make_folder(folder, "private", 0700, err);
    if (st == STATUS_OK)
        st = make_secret(folder, name, role, agency_id, &is_new, err);
    if (st == STATUS_OK)
        st = make_public(folder, name, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "make keys of '%s'", name == NULL ? "" : name);
    if (ret_is_new != NULL)
        *ret_is_new = is_new;
    return STATUS_OK;
}
