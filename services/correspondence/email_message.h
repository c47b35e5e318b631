#ifndef DUNLIN_CORRESPONDENCE_EMAIL_MESSAGE_H
#define DUNLIN_CORRESPONDENCE_EMAIL_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "id/id.h"
#include "status/status.h"

/* An e-mail as it goes over the wire (RFC 5322, MIME): pure. */
struct email_message {
    const char *from_name, *from_address, *to_address;
    const char *subject, *body;  /* UTF-8 */
    const char *message_domain;  /* of the Message-ID */
    const char *unsubscribe_url; /* RFC 8058: one click */
    const char *attachment_name; /* NULL: none */
    const uint8_t *attachment;
    size_t attachment_len;
    struct id permit_id; /* gives the Message-ID: whoever gets the same e-mail twice can tell */
    int64_t date_us;     /* wall clock */
};

/* *ret_bytes is owned by the caller: g_free. Fails with INVALID_ARGUMENT where an address or the subject could break
 * out of its header. */
MUST_USE enum status email_message_write(const struct email_message *message, char **ret_bytes, size_t *ret_len,
                                         struct error *err);

/* "Name <a@b.example>" or "a@b.example" into its parts, g_free. INVALID_ARGUMENT. */
MUST_USE enum status email_address_split(const char *text, char **ret_name, char **ret_address, struct error *err);

/* One that may stand in a header and in an SMTP command as it is. */
MUST_USE enum status email_address_check(const char *address, const char *what, struct error *err);

#endif
