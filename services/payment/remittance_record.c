#include "remittance_record.h"

#include "service/wire.h"

_Static_assert((int)AGREEMENT_NET == DUNLIN__PAYMENT__V1__REMITTANCE_METHOD__REMITTANCE_METHOD_NET,
               "stored as on the wire");
_Static_assert((int)AGREEMENT_GROSS == DUNLIN__PAYMENT__V1__REMITTANCE_METHOD__REMITTANCE_METHOD_GROSS,
               "stored as on the wire");

void remittance_figures_view(const struct remittance_figures *figures, Dunlin__Payment__V1__RemittanceFigures *ret_view)
{
    dunlin__payment__v1__remittance_figures__init(ret_view);
    ret_view->lines = figures->n_lines;
    ret_view->collected_minor = figures->collected_minor;
    ret_view->reversed_minor = figures->reversed_minor;
    ret_view->collected_elsewhere_minor = figures->collected_elsewhere_minor;
    ret_view->reversed_elsewhere_minor = figures->reversed_elsewhere_minor;
    ret_view->fees_minor = figures->fees_minor;
    ret_view->payable_minor = figures->payable_minor;
    ret_view->remitted_minor = figures->remitted_minor;
    ret_view->invoiced_minor = figures->invoiced_minor;
}

enum status record_remittance(const struct record *record, const struct remittance_part *part, struct error *err)
{
    const struct subject subject = {.agency_id = part->subject.agency_id, .partition = part->subject.partition};
    Dunlin__Payment__V1__RemittancePosted message;
    Dunlin__Payment__V1__RemittanceFigures figures;
    struct trust_entry trust;

    if (!trust_of_remittance(part, &trust))
        return STATUS_OK;
    book_add_trust(record->book, &trust);
    remittance_figures_view(&part->figures, &figures);
    dunlin__payment__v1__remittance_posted__init(&message);
    message.part_id = wire_id(&part->part_id);
    message.client = wire_text(part->subject.client);
    message.currency = wire_text(part->subject.currency);
    message.run_key = wire_text(part->run_key);
    message.method = (Dunlin__Payment__V1__RemittanceMethod)part->method;
    message.first_entry = part->first_entry;
    message.last_entry = part->last_entry;
    message.figures = &figures;
    return unit_emit(record->unit, &subject, record->actor, &message.base, err);
}
