#include "debit_facts.h"

#include <glib.h>

#include "clock/clock.h"
#include "debtor_address.h"
#include "dunlin/payment/v1/payment.pb-c.h"

enum { REPLY_DEBIT, REPLY_CONTACT };

void debit_facts_fini(struct debit_facts *facts)
{
    for (size_t i = 0; i < ARRAY_SIZE(facts->replies); i++)
        edge_reply_freep(&facts->replies[i]);
    *facts = (struct debit_facts){0};
}

static struct debit_description describe(const Dunlin__Payment__V1__DebitView *view)
{
    struct debit_description description = {
        .amount.minor = view->amount_minor, .drawn_on = {view->due_on_days}, .last4 = ""};
    g_strlcpy(description.amount.currency, view->currency, sizeof(description.amount.currency));
    if (view->instrument) {
        description.kind = (int)view->instrument->kind;
        description.last4 = view->instrument->last4;
    }
    return description;
}

/* A notice of a debit is worth writing until the day that it announces: its end says which. */
static bool is_drawn_then(const Dunlin__Payment__V1__DebitView *view, int64_t until_us)
{
    switch (view->state) {
    case DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_SCHEDULED:
    case DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_RESERVED:
    case DUNLIN__PAYMENT__V1__DEBIT_STATE__DEBIT_STATE_SENT:
        return view->due_on_days * US_PER_DAY == until_us;
    default:
        return false;
    }
}

enum status debit_facts_ask(const struct edge_caller *caller, const Dunlin__Correspondence__V1__Notice *notice,
                            struct debit_facts *ret_facts, struct error *err)
{
    struct debit_facts facts = {0};
    Dunlin__Payment__V1__GetDebitRequest request;
    dunlin__payment__v1__get_debit_request__init(&request);
    request.debit_id = notice->subject_id;
    enum status st = edge_call_any(caller, EDGE_PAYMENT, "GetDebit", &request.base, &facts.replies[REPLY_DEBIT], err);
    if (st == STATUS_OK)
        st = debtor_address_ask(caller, &notice->account_id, true, &facts.replies[REPLY_CONTACT],
                                &facts.contact_point_id, err);
    if (st != STATUS_OK) {
        debit_facts_fini(&facts);
        return st;
    }
    const Dunlin__Payment__V1__DebitView *view = (const Dunlin__Payment__V1__DebitView *)facts.replies[REPLY_DEBIT];
    facts.debit = describe(view);
    facts.is_drawn = is_drawn_then(view, notice->until_us);
    *ret_facts = facts;
    return STATUS_OK;
}
