#ifndef DUNLIN_CORRESPONDENCE_SIGNATURE_H
#define DUNLIN_CORRESPONDENCE_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "id/id.h"
#include "status/status.h"

/* HMAC-SHA-256 under a shared secret: of requests to and from a gateway, and of links in e-mails. Compared in constant
 * time. */
#define SIGNATURE_HEX_SIZE 65

/* Of "<timestamp>.<body>", as hexadecimal digits. */
void signature_make(const char *secret, const char *timestamp, const void *body, size_t len,
                    char signature[static SIGNATURE_HEX_SIZE]);

/* Checks a request signed at `timestamp`, seconds since 1970 as text. Fails with UNAUTHENTICATED where the signature is
 * not this secret's, DEADLINE_EXCEEDED where it is more than SIGNATURE_WINDOW_S old or ahead of `now_s`: a genuine
 * request recorded and sent again later. */
#define SIGNATURE_WINDOW_S 300
MUST_USE enum status signature_check(const char *secret, const char *timestamp, const char *signature, const void *body,
                                     size_t len, int64_t now_s, struct error *err);

/* What stands in an unsubscribe link: account and contact point, and that we made it. Good for ever: the opt-out of an
 * address may be asked for as long as the e-mail lies there. */
#define UNSUBSCRIBE_TOKEN_SIZE 129
void unsubscribe_token_make(const char *secret, const struct id *account_id, const struct id *contact_point_id,
                            char token[static UNSUBSCRIBE_TOKEN_SIZE]);
/* Fails with UNAUTHENTICATED. */
MUST_USE enum status unsubscribe_token_read(const char *secret, const char *token, struct id *ret_account_id,
                                            struct id *ret_contact_point_id, struct error *err);

#endif
