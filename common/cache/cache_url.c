#include "cache/cache_url.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REDIS_PORT     6379
#define PORT_MAX       65535
#define DATABASE_MAX   65535 /* a server has 16 unless configured otherwise */
#define TCP_SCHEME     "redis://"
#define UNIX_SCHEME    "unix://"
#define DATABASE_QUERY "?db="

void cache_url_clear(struct cache_url *url)
{
    g_free(url->host);
    g_free(url->path);
    g_free(url->password);
    *url = (struct cache_url){0};
}

static bool read_number(const char *text, int min, int max, int *ret_number)
{
    if (!g_ascii_isdigit(text[0]))
        return false;
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || number < min || number > max)
        return false;
    *ret_number = (int)number;
    return true;
}

static enum status read_database(const char *text, struct cache_url *url, struct error *err)
{
    if (!read_number(text, 0, DATABASE_MAX, &url->database))
        return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: the database is no number from 0 to %d",
                         DATABASE_MAX);
    return STATUS_OK;
}

static enum status read_password(const char *text, struct cache_url *url, struct error *err)
{
    if (text[0] != ':')
        return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: before '@' only ':password' is known, no user");
    url->password = g_uri_unescape_string(text + 1, NULL);
    if (url->password == NULL)
        return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: the password is badly percent-encoded");
    return STATUS_OK;
}

/* `text` is "host", "host:port", "[v6]" or "[v6]:port"; it is cut up in place. */
static enum status read_address(char *text, struct cache_url *url, struct error *err)
{
    char *port = NULL;
    if (text[0] == '[') {
        char *end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: the address in brackets does not end");
        port = end[1] == ':' ? end + 2 : NULL;
        *end = '\0';
        text++;
    } else {
        char *colon = strchr(text, ':');
        if (colon != NULL) {
            port = colon + 1;
            *colon = '\0';
        }
    }
    if (text[0] == '\0')
        return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: the host is missing");
    url->port = REDIS_PORT;
    if (port != NULL && !read_number(port, 1, PORT_MAX, &url->port))
        return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: the port is no number from 1 to %d", PORT_MAX);
    url->host = g_strdup(text);
    return STATUS_OK;
}

static enum status read_tcp(char *text, struct cache_url *url, struct error *err)
{
    char *address = text;
    /* The last '@': a password may hold one that nobody encoded. */
    char *at = strrchr(text, '@');
    if (at != NULL) {
        *at = '\0';
        address = at + 1;
        enum status st = read_password(text, url, err);
        if (st != STATUS_OK)
            return st;
    }
    char *slash = strchr(address, '/');
    if (slash != NULL) {
        *slash = '\0';
        if (slash[1] != '\0') {
            enum status st = read_database(slash + 1, url, err);
            if (st != STATUS_OK)
                return st;
        }
    }
    return read_address(address, url, err);
}

static enum status read_unix(char *text, struct cache_url *url, struct error *err)
{
    char *query = strchr(text, '?');
    if (query != NULL) {
        if (strncmp(query, DATABASE_QUERY, strlen(DATABASE_QUERY)) != 0)
            return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: after the path only '?db=N' is known");
        enum status st = read_database(query + strlen(DATABASE_QUERY), url, err);
        if (st != STATUS_OK)
            return st;
        *query = '\0';
    }
    if (text[0] != '/')
        return error_set(err, STATUS_INVALID_ARGUMENT, "redis URL: the socket's path is not absolute");
    url->path = g_strdup(text);
    return STATUS_OK;
}

enum status cache_url_parse(const char *text, struct cache_url *ret_url, struct error *err)
{
    SCOPED(cache_url_clear) struct cache_url url = {0};
    enum status st;
    if (g_str_has_prefix(text, TCP_SCHEME)) {
        g_autofree char *rest = g_strdup(text + strlen(TCP_SCHEME));
        st = read_tcp(rest, &url, err);
    } else if (g_str_has_prefix(text, UNIX_SCHEME)) {
        g_autofree char *rest = g_strdup(text + strlen(UNIX_SCHEME));
        st = read_unix(rest, &url, err);
    } else {
        st = error_set(err, STATUS_INVALID_ARGUMENT,
                       "redis URL: begins neither with " TCP_SCHEME " nor with " UNIX_SCHEME);
    }
    if (st != STATUS_OK)
        return st;
    *ret_url = url;
    url = (struct cache_url){0};
    return STATUS_OK;
}
