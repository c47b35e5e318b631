#include "rules/facts.h"

const struct fact_particulars *facts_particulars(const struct facts *facts)
{
    static const struct fact_particulars NONE;
    return facts->particulars != NULL ? facts->particulars : &NONE;
}

const struct fact_debt_particulars *debt_particulars(const struct facts *facts, const struct fact_debt *debt)
{
    static const struct fact_debt_particulars NONE = {.attorney = FACT_NONE};
    return debt->particulars != 0 ? &facts->particulars->debts[debt->particulars - 1] : &NONE;
}

const struct fact_address_particulars *address_particulars(const struct facts *facts,
                                                           const struct fact_address *address)
{
    static const struct fact_address_particulars NONE;
    return address->particulars != 0 ? &facts->particulars->addresses[address->particulars - 1] : &NONE;
}

static size_t particulars_size(const struct facts *facts)
{
    const struct fact_particulars *particulars = facts->particulars;
    if (particulars == NULL)
        return 0;
    size_t size = sizeof(*particulars) + particulars->n_designations * sizeof(*particulars->designations) +
                  particulars->n_consents * sizeof(*particulars->consents) +
                  particulars->n_requests * sizeof(*particulars->requests);
    for (size_t i = 0; i < facts->n_debts; i++)
        size += facts->debts[i].particulars != 0 ? sizeof(*particulars->debts) : 0;
    for (size_t i = 0; i < facts->n_addresses; i++)
        size += facts->addresses[i].particulars != 0 ? sizeof(*particulars->addresses) : 0;
    return size;
}

/* Addresses of the same zones may share one list of them. */
static size_t zones_size(const struct facts *facts)
{
    size_t n = facts->n_zones;
    for (size_t i = 0; i < facts->n_addresses; i++) {
        bool is_shared = false;
        for (size_t j = 0; j < i; j++)
            is_shared = is_shared || facts->addresses[j].zones == facts->addresses[i].zones;
        n += is_shared ? 0 : facts->addresses[i].n_zones;
    }
    return n * sizeof(*facts->zones);
}

static size_t n_subjects(const struct facts *facts)
{
    size_t n = 0;
    for (size_t i = 0; i < facts->n_contacts; i++)
        n = facts->contacts[i].subject >= n ? facts->contacts[i].subject + 1u : n;
    return n;
}

size_t facts_size(const struct facts *facts)
{
    return sizeof(*facts) + facts->n_debts * sizeof(*facts->debts) + facts->n_addresses * sizeof(*facts->addresses) +
           facts->n_persons * sizeof(*facts->persons) + facts->n_contacts * sizeof(*facts->contacts) +
           n_subjects(facts) * sizeof(*facts->subjects) + zones_size(facts) + particulars_size(facts);
}
