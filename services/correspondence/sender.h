#ifndef DUNLIN_CORRESPONDENCE_SENDER_H
#define DUNLIN_CORRESPONDENCE_SENDER_H

#include "composition.h"
#include "config/config.h"
#include "id/id.h"

/* A way to a debtor: letters, e-mail, text. One thread uses a sender (pump.c). */

enum send_result {
    SEND_ACCEPTED,  /* the carrier has it */
    SEND_UNCERTAIN, /* the carrier may have it: counts as sent, is never sent again */
    SEND_REFUSED,   /* the carrier says that this address takes nothing */
    SEND_LATER,     /* it certainly did not leave, for a reason that may pass: may be tried again */
    SEND_FAILED,    /* it certainly did not leave, and will not */
};

#define OUTGOING_NAME_SIZE 128

/* One message with its permit. */
struct outgoing {
    struct id permit_id, contact_point_id;
    const char *address; /* as the permit has it */
    const struct agency_profile *profile;
    const struct composition *composition;
    const char *opt_out_link; /* may be NULL */
    /* What `prepare` decides: under which name it is known, and what is proven by its hash. */
    char document[OUTGOING_NAME_SIZE], batch[OUTGOING_NAME_SIZE];
    uint8_t hash[COMPOSITION_HASH_BYTES];
    struct letter_document packed; /* e-mail, text: the bytes as they leave; owned by the sender between the calls */
};

struct sender;

struct sender_kind {
    Dunlin__Contact__V1__Channel channel;
    const char *name; /* "letter" */
    /* Fails where the options cannot work. *ret_sender is owned by the caller (close). */
    enum status (*open)(const struct config *config, const char *instance_id, struct sender **ret_sender,
                        struct error *err);
    void (*close)(struct sender *sender);
    /* Before the message is begun: nothing leaves. */
    enum status (*prepare)(struct sender *sender, struct outgoing *outgoing, struct error *err);
    /* Hands it over. `why` says it for people wherever it is not ACCEPTED; for ACCEPTED, the carrier's words. */
    enum send_result (*send)(struct sender *sender, struct outgoing *outgoing, struct error *why);
    void (*forget)(struct outgoing *outgoing); /* what `prepare` made; may be NULL */
    /* What became of a message that a process began which is gone. LATER: not known yet, ask again. */
    enum send_result (*find_out)(struct sender *sender, const Dunlin__Correspondence__V1__Message *message,
                                 struct error *why);
    /* Now and then, whatever happens. May be NULL. */
    void (*tend)(struct sender *sender);
};

struct sender {
    const struct sender_kind *kind;
};

extern const struct sender_kind LETTER_SENDER, EMAIL_SENDER, TEXT_SENDER;

#endif
