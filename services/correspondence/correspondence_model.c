#include "correspondence_model.h"

static const struct message_row {
    enum message_state from;
    enum message_event event;
    enum message_state to;
    const char *text;
} MOVES[] = {
    {MESSAGE_PERMITTED, MESSAGE_EVENT_FAILED, MESSAGE_NOT_SENT, "it was never begun"},
    {MESSAGE_SENDING, MESSAGE_EVENT_ACCEPTED, MESSAGE_SENT, "the carrier has it"},
    {MESSAGE_SENDING, MESSAGE_EVENT_FAILED, MESSAGE_NOT_SENT, "it never left"},
    {MESSAGE_SENDING, MESSAGE_EVENT_REFUSED, MESSAGE_UNDELIVERABLE, "the carrier refused the address"},
    {MESSAGE_SENDING, MESSAGE_EVENT_RECEIPT, MESSAGE_DELIVERED, "delivered"},
    {MESSAGE_SENDING, MESSAGE_EVENT_RETURNED, MESSAGE_UNDELIVERABLE, "came back"},
    {MESSAGE_SENT, MESSAGE_EVENT_ACCEPTED, MESSAGE_SENT, "the carrier has it"},
    {MESSAGE_SENT, MESSAGE_EVENT_RECEIPT, MESSAGE_DELIVERED, "delivered"},
    {MESSAGE_SENT, MESSAGE_EVENT_RETURNED, MESSAGE_UNDELIVERABLE, "came back"},
    {MESSAGE_NOT_SENT, MESSAGE_EVENT_FAILED, MESSAGE_NOT_SENT, "it never left"},
    {MESSAGE_DELIVERED, MESSAGE_EVENT_ACCEPTED, MESSAGE_DELIVERED, "delivered"},
    {MESSAGE_DELIVERED, MESSAGE_EVENT_RECEIPT, MESSAGE_DELIVERED, "delivered"},
    {MESSAGE_DELIVERED, MESSAGE_EVENT_RETURNED, MESSAGE_UNDELIVERABLE, "came back"},
    {MESSAGE_UNDELIVERABLE, MESSAGE_EVENT_REFUSED, MESSAGE_UNDELIVERABLE, "came back"},
    {MESSAGE_UNDELIVERABLE, MESSAGE_EVENT_RETURNED, MESSAGE_UNDELIVERABLE, "came back"},
};

static const char *const STATES[] = {[MESSAGE_SENDING] = "sending",
                                     [MESSAGE_SENT] = "sent",
                                     [MESSAGE_NOT_SENT] = "not sent",
                                     [MESSAGE_DELIVERED] = "delivered",
                                     [MESSAGE_UNDELIVERABLE] = "undeliverable",
                                     [MESSAGE_PERMITTED] = "permitted"};

enum status message_move(enum message_state *state, enum message_event event, const char **ret_text, struct error *err)
{
    static const char *const EVENTS[] = {[MESSAGE_EVENT_ACCEPTED] = "accepted",
                                         [MESSAGE_EVENT_FAILED] = "failed",
                                         [MESSAGE_EVENT_REFUSED] = "refused",
                                         [MESSAGE_EVENT_RECEIPT] = "delivered",
                                         [MESSAGE_EVENT_RETURNED] = "returned"};
    for (size_t i = 0; i < ARRAY_SIZE(MOVES); i++) {
        if (MOVES[i].from != *state || MOVES[i].event != event)
            continue;
        *state = MOVES[i].to;
        *ret_text = MOVES[i].text;
        return STATUS_OK;
    }
    return error_set(err, STATUS_FAILED_PRECONDITION, "a message that is %s cannot be %s", STATES[*state],
                     EVENTS[event]);
}

const char *message_state_name(enum message_state state)
{
    return STATES[state];
}
