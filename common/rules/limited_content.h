#ifndef DUNLIN_RULES_LIMITED_CONTENT_H
#define DUNLIN_RULES_LIMITED_CONTENT_H

#include <stdbool.h>

/* Whether a voicemail is a limited-content message (12 CFR 1006.2(j)): one that says who called for which business and
 * asks for a call back, and nothing else, so that it conveys nothing about a debt. Conservative: what cannot be placed
 * among the items of (j)(1) and (j)(2) is other content, and the message is none. Engineering facts, not legal advice.
 */
struct limited_content {
    bool is_one;
    /* (j)(1), all required */
    bool names_business; /* that does not indicate debt collection */
    bool asks_for_reply;
    bool names_person; /* a natural person to contact: who called, or another */
    bool gives_number;
    /* (j)(2), optional */
    bool has_salutation, has_time, suggests_times, offers_representatives;
    bool indicates_collection; /* the business name does */
    char other[64];            /* the first words that are none of these; empty where there are none */
};

/* `text` in UTF-8, as it was spoken or recorded, in English with names and businesses capitalised. Pure. */
struct limited_content limited_content_read(const char *text);

#endif
