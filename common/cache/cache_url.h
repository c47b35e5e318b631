#ifndef DUNLIN_CACHE_CACHE_URL_H
#define DUNLIN_CACHE_CACHE_URL_H

#include "status/status.h"

/* Where a Redis server is and how to log in. All texts are owned by the struct; cache_url_clear. */
struct cache_url {
    char *host; /* without the brackets of an IPv6 address; NULL: `path` rules */
    int port;
    char *path;     /* of a socket in the file system */
    char *password; /* percent-decoded; NULL: none */
    int database;
};

/* redis://[:password@]host[:port][/db] or unix:///path/redis.sock[?db=N]. Fails with INVALID_ARGUMENT; the text never
 * repeats the URL, which may hold a password. */
MUST_USE enum status cache_url_parse(const char *text, struct cache_url *ret_url, struct error *err);
void cache_url_clear(struct cache_url *url);

#endif
