#ifndef DUNLIN_CONTACT_HANDLERS_H
#define DUNLIN_CONTACT_HANDLERS_H

#include "contact_work.h"
#include "service/service.h"

/* The methods of dunlin.contact.v1.ContactService (proto/dunlin/contact/v1/contact.proto is their specification). */

/* permit_handlers.c */
enum status contact_request_permits(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status contact_explain(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);

/* attempt_handlers.c */
enum status contact_report_attempts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status contact_record_request(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);

/* fact_handlers.c */
enum status contact_record_facts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status contact_release_facts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status contact_list_facts(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);

/* query_handlers.c */
enum status contact_reserve_dial_list(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status contact_get_account(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);
enum status contact_find_number(struct unit *unit, struct service_call *calls, size_t n_calls, struct error *err);

/* False: for this caller an account of that agency does not exist. */
bool contact_may_concern(const struct service_call *call, int32_t agency_id);

/* Who an event is caused by: the person on whose behalf, else the peer: "dialer:acme". Lent by the book. */
const char *contact_actor(struct contact_book *book, const struct service_call *call);

#define CONTACT_BATCH_MAX 1000 /* requests or reports a call */

#endif
