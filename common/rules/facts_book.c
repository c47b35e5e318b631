#include "rules/facts_book.h"

#include <string.h>

#include "rules/judgement.h"

#define FACT_ZONES_MAX JUDGED_ZONES_MAX

struct facts_book *facts_book_new(void)
{
    struct facts_book *book = g_new0(struct facts_book, 1);
    book->debt_ids = g_ptr_array_new_with_free_func(g_free);
    book->address_ids = g_ptr_array_new_with_free_func(g_free);
    book->person_ids = g_ptr_array_new_with_free_func(g_free);
    book->accounts = g_ptr_array_new_with_free_func(g_free);
    book->address_zones = g_ptr_array_new_with_free_func(g_free);
    book->debts = g_array_new(FALSE, TRUE, sizeof(struct fact_debt));
    book->addresses = g_array_new(FALSE, TRUE, sizeof(struct fact_address));
    book->persons = g_array_new(FALSE, TRUE, sizeof(struct fact_person));
    book->debt_particulars = g_array_new(FALSE, TRUE, sizeof(struct fact_debt_particulars));
    book->address_particulars = g_array_new(FALSE, TRUE, sizeof(struct fact_address_particulars));
    book->subjects = g_array_new(FALSE, TRUE, sizeof(struct fact_subject));
    book->contacts = g_array_new(FALSE, TRUE, sizeof(struct fact_contact));
    book->designations = g_array_new(FALSE, TRUE, sizeof(struct fact_designation));
    book->consents = g_array_new(FALSE, TRUE, sizeof(struct fact_consent));
    book->requests = g_array_new(FALSE, TRUE, sizeof(struct fact_request));
    book->zones = g_array_new(FALSE, TRUE, sizeof(const struct zone *));
    const struct fact_person consumer = {.relation = RELATION_CONSUMER};
    g_array_append_val(book->persons, consumer);
    g_ptr_array_add(book->person_ids, g_strdup(""));
    book->facts.collector = COLLECTOR_THIRD_PARTY;
    book->facts.is_covered = true;
    book->facts.is_natural_person = true;
    book->last_us = INT64_MIN;
    return book;
}

void facts_book_free(struct facts_book *book)
{
    if (book == NULL)
        return;
    GPtrArray *ids[] = {book->debt_ids, book->address_ids, book->person_ids, book->accounts, book->address_zones};
    GArray *lists[] = {
        book->debts,    book->addresses, book->persons, book->contacts,         book->designations,
        book->consents, book->requests,  book->zones,   book->debt_particulars, book->address_particulars,
        book->subjects};
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
        g_ptr_array_free(ids[i], TRUE);
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        g_array_free(lists[i], TRUE);
    g_free(book);
}

void facts_book_freep(struct facts_book **book)
{
    facts_book_free(*book);
}

struct facts *facts_book_scope(struct facts_book *book)
{
    return &book->facts;
}

struct fact_particulars *facts_book_particulars(struct facts_book *book)
{
    return &book->particulars;
}

/* --- who and what there is -----------------------------------------------------------------------------------------
 */

static uint8_t find_id(const GPtrArray *ids, const char *id)
{
    for (guint i = 0; i < ids->len; i++)
        if (strcmp(g_ptr_array_index(ids, i), id) == 0)
            return (uint8_t)i;
    return FACT_NONE;
}

static enum status add_id(GPtrArray *ids, const char *id, guint max, uint8_t *ret_index, struct error *err)
{
    if (find_id(ids, id) != FACT_NONE)
        return error_set(err, STATUS_ALREADY_EXISTS, "'%s' is there twice", id);
    if (ids->len >= max)
        return error_set(err, STATUS_RESOURCE_EXHAUSTED, "'%s': more than %u", id, max);
    *ret_index = (uint8_t)ids->len;
    g_ptr_array_add(ids, g_strdup(id));
    return STATUS_OK;
}

uint8_t facts_book_find_debt(const struct facts_book *book, const char *id)
{
    return find_id(book->debt_ids, id);
}

uint8_t facts_book_find_address(const struct facts_book *book, const char *id)
{
    return find_id(book->address_ids, id);
}

uint8_t facts_book_find_person(const struct facts_book *book, const char *id)
{
    return find_id(book->person_ids, id);
}

uint8_t facts_book_account(struct facts_book *book, const char *number)
{
    uint8_t index = find_id(book->accounts, number);
    if (index == FACT_NONE && book->accounts->len < FACT_DEBTS_MAX) {
        index = (uint8_t)book->accounts->len;
        g_ptr_array_add(book->accounts, g_strdup(number));
    }
    return index;
}

struct fact_debt fact_debt_plain(void)
{
    return (struct fact_debt){.account = FACT_NONE, .is_consumer_debt = true};
}

struct fact_address fact_address_plain(enum address_kind kind, uint8_t person)
{
    return (struct fact_address){.kind = kind, .person = person};
}

enum status facts_book_add_debt(struct facts_book *book, const char *id, const struct fact_debt *debt,
                                uint8_t *ret_index, struct error *err)
{
    enum status st = add_id(book->debt_ids, id, FACT_DEBTS_MAX, ret_index, err);
    if (st == STATUS_OK)
        g_array_append_vals(book->debts, debt, 1);
    return st;
}

enum status facts_book_add_person(struct facts_book *book, const char *id, const struct fact_person *person,
                                  uint8_t *ret_index, struct error *err)
{
    enum status st = add_id(book->person_ids, id, FACT_PERSONS_MAX, ret_index, err);
    if (st == STATUS_OK)
        g_array_append_vals(book->persons, person, 1);
    return st;
}

enum status facts_book_name_consumer(struct facts_book *book, const char *id, struct error *err)
{
    uint8_t taken = find_id(book->person_ids, id);
    if (taken != FACT_NONE && taken != FACT_CONSUMER)
        return error_set(err, STATUS_ALREADY_EXISTS, "'%s' is there twice", id);
    g_free(g_ptr_array_index(book->person_ids, FACT_CONSUMER));
    g_ptr_array_index(book->person_ids, FACT_CONSUMER) = g_strdup(id);
    return STATUS_OK;
}

/* --- what only few have --------------------------------------------------------------------------------------------
 */

struct fact_debt_particulars *facts_book_debt(struct facts_book *book, struct fact_debt *debt)
{
    if (debt->particulars == 0) {
        const struct fact_debt_particulars none = {.attorney = FACT_NONE};
        g_array_append_val(book->debt_particulars, none);
        debt->particulars = (uint8_t)book->debt_particulars->len;
    }
    return &g_array_index(book->debt_particulars, struct fact_debt_particulars, debt->particulars - 1u);
}

struct fact_address_particulars *facts_book_address(struct facts_book *book, struct fact_address *address)
{
    if (address->particulars == 0) {
        const struct fact_address_particulars none = {0};
        g_array_append_val(book->address_particulars, none);
        address->particulars = (uint8_t)book->address_particulars->len;
    }
    return &g_array_index(book->address_particulars, struct fact_address_particulars, address->particulars - 1u);
}

unsigned facts_book_subject(struct facts_book *book, const struct fact_subject *subject)
{
    for (guint i = book->subjects->len; i > 0; i--) {
        const struct fact_subject *known = &g_array_index(book->subjects, struct fact_subject, i - 1);
        if (known->person == subject->person && known->debts == subject->debts &&
            known->discussed == subject->discussed && known->consented == subject->consented)
            return i - 1;
    }
    g_assert(book->subjects->len < FACT_SUBJECTS_MAX);
    g_array_append_vals(book->subjects, subject, 1);
    return book->subjects->len - 1;
}

/* --- zones ---------------------------------------------------------------------------------------------------------
 */

/* More than fit are as good as unknown: none is dropped in silence. */
static void add_candidate(struct facts_book *book, const struct zone *zone)
{
    for (guint i = 0; i < book->zones->len; i++)
        if (g_array_index(book->zones, const struct zone *, i) == zone)
            return;
    if (book->zones->len < FACT_ZONES_MAX)
        g_array_append_val(book->zones, zone);
    else
        book->facts.has_unreadable_zone = true;
}

void facts_book_update_zones(struct facts_book *book)
{
    g_array_set_size(book->zones, 0);
    for (guint i = 0; i < book->addresses->len; i++) {
        const struct fact_address *address = &g_array_index(book->addresses, struct fact_address, i);
        const bool is_his = address->person == FACT_CONSUMER &&
                            address_particulars(facts_book_facts(book), address)->wrong_since_us == 0;
        for (size_t z = 0; is_his && z < address->n_zones; z++)
            add_candidate(book, address->zones[z]);
    }
}

/* A copy; one for all addresses of the same zones. */
static const struct zone *const *keep_zones(struct facts_book *book, const struct fact_address *address)
{
    const size_t size = address->n_zones * sizeof(*address->zones);
    for (guint i = 0; i < book->addresses->len; i++) {
        const struct fact_address *other = &g_array_index(book->addresses, struct fact_address, i);
        if (other->n_zones == address->n_zones && size > 0 && memcmp(other->zones, address->zones, size) == 0)
            return other->zones;
    }
    if (size == 0)
        return NULL;
    void *zones = g_memdup2(address->zones, size);
    g_ptr_array_add(book->address_zones, zones);
    return zones;
}

enum status facts_book_add_address(struct facts_book *book, const char *id, const struct fact_address *address,
                                   uint8_t *ret_index, struct error *err)
{
    enum status st = add_id(book->address_ids, id, FACT_ADDRESSES_MAX, ret_index, err);
    if (st != STATUS_OK)
        return st;
    struct fact_address copy = *address;
    copy.zones = keep_zones(book, address);
    g_array_append_val(book->addresses, copy);
    facts_book_update_zones(book);
    return STATUS_OK;
}

static const void *data_of(const GArray *list)
{
    return list->len > 0 ? list->data : NULL;
}

/* Whether there are any is told by comparing: a list that is empty is no pointer. */
static const struct fact_particulars *lend_particulars(struct facts_book *book)
{
    static const struct fact_particulars NONE;
    struct fact_particulars *particulars = &book->particulars;
    particulars->n_designations = (uint16_t)book->designations->len;
    particulars->n_consents = (uint16_t)book->consents->len;
    particulars->n_requests = (uint16_t)book->requests->len;
    particulars->designations = data_of(book->designations);
    particulars->consents = data_of(book->consents);
    particulars->requests = data_of(book->requests);
    particulars->debts = data_of(book->debt_particulars);
    particulars->addresses = data_of(book->address_particulars);
    return memcmp(particulars, &NONE, sizeof(NONE)) != 0 ? particulars : NULL;
}

const struct facts *facts_book_facts(struct facts_book *book)
{
    struct facts *facts = &book->facts;
    facts->n_debts = (uint8_t)book->debts->len;
    facts->n_addresses = (uint8_t)book->addresses->len;
    facts->n_persons = (uint8_t)book->persons->len;
    facts->n_zones = (uint8_t)book->zones->len;
    facts->n_contacts = book->contacts->len;
    facts->debts = data_of(book->debts);
    facts->addresses = data_of(book->addresses);
    facts->persons = data_of(book->persons);
    facts->zones = data_of(book->zones);
    facts->contacts = data_of(book->contacts);
    facts->subjects = data_of(book->subjects);
    facts->particulars = lend_particulars(book);
    return facts;
}
