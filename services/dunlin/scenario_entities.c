#include <string.h>

#include <glib.h>

#include "scenario_fields.h"

/* Who and what there is: the members of "facts" beside "history". */

#define ZONES_MAX 8

static const struct word COLLECTORS[] = {
    {"third_party", COLLECTOR_THIRD_PARTY},
    {"agency", COLLECTOR_THIRD_PARTY},
    {"law_firm", COLLECTOR_THIRD_PARTY},
    {"collection_attorney", COLLECTOR_THIRD_PARTY},
    {"debt_buyer", COLLECTOR_DEBT_BUYER},
    {"passive_debt_buyer", COLLECTOR_DEBT_BUYER},
    {"original_creditor", COLLECTOR_CREDITOR},
    {"creditor", COLLECTOR_CREDITOR},
    {"first_party", COLLECTOR_CREDITOR},
    {"creditor_other_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"creditor_using_other_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"original_creditor_other_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"original_creditor_using_other_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"creditor_false_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"creditor_using_another_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"creditor_other_names", COLLECTOR_CREDITOR_OTHER_NAME},
    {"creditor_using_different_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"original_creditor_using_another_name", COLLECTOR_CREDITOR_OTHER_NAME},
    {"servicer", COLLECTOR_OTHER},
    {"affiliate", COLLECTOR_OTHER},
    {"government", COLLECTOR_OTHER},
    {"other", COLLECTOR_OTHER},
    {0},
};

static const struct word DEBTS[] = {
    {"credit_card", DEBT_CREDIT_CARD},
    {"medical", DEBT_MEDICAL},
    {"hospital", DEBT_MEDICAL},
    {"dental", DEBT_MEDICAL},
    {"mortgage", DEBT_MORTGAGE},
    {"student_loan", DEBT_STUDENT_LOAN},
    {"auto", DEBT_AUTO},
    {"auto_loan", DEBT_AUTO},
    {"commercial", DEBT_COMMERCIAL},
    {"business", DEBT_COMMERCIAL},
    {"business_loan", DEBT_COMMERCIAL},
    {"small_business_loan", DEBT_COMMERCIAL},
    {"business_credit_card", DEBT_COMMERCIAL},
    {"trade", DEBT_COMMERCIAL},
    {"invoice", DEBT_COMMERCIAL},
    {"personal_loan", DEBT_OTHER},
    {"loan", DEBT_OTHER},
    {"installment_loan", DEBT_OTHER},
    {"payday_loan", DEBT_OTHER},
    {"payday", DEBT_OTHER},
    {"utility", DEBT_OTHER},
    {"telecom", DEBT_OTHER},
    {"rent", DEBT_OTHER},
    {"retail", DEBT_OTHER},
    {"check", DEBT_OTHER},
    {"returned_check", DEBT_OTHER},
    {"overdraft", DEBT_OTHER},
    {"tax", DEBT_OTHER},
    {"store_card", DEBT_OTHER},
    {"line_of_credit", DEBT_OTHER},
    {"bnpl", DEBT_OTHER},
    {"phone_bill", DEBT_OTHER},
    {"personal", DEBT_OTHER},
    {"hoa", DEBT_OTHER},
    {"fine", DEBT_OTHER},
    {"tuition", DEBT_OTHER},
    {"judgment", DEBT_OTHER},
    {"other", DEBT_OTHER},
    {0},
};

static const struct word DEBT_STATES[] = {
    {"active", DEBT_STATUS_ACTIVE},
    {"open", DEBT_STATUS_ACTIVE},
    {"delinquent", DEBT_STATUS_ACTIVE},
    {"charged_off", DEBT_STATUS_ACTIVE},
    {"disputed", DEBT_STATUS_ACTIVE},
    {"unpaid", DEBT_STATUS_ACTIVE},
    {"paid", DEBT_STATUS_PAID},
    {"paid_in_full", DEBT_STATUS_PAID},
    {"settled", DEBT_STATUS_SETTLED},
    {"discharged", DEBT_STATUS_DISCHARGED},
    {"discharged_bankruptcy", DEBT_STATUS_DISCHARGED},
    {"discharged_in_bankruptcy", DEBT_STATUS_DISCHARGED},
    {"recalled", DEBT_STATUS_RECALLED},
    {0},
};

static const struct word PHONES[] = {
    {"mobile", ADDRESS_MOBILE},          {"cell", ADDRESS_MOBILE},
    {"work_mobile", ADDRESS_MOBILE},     {"landline", ADDRESS_LANDLINE},
    {"home_landline", ADDRESS_LANDLINE}, {"work_landline", ADDRESS_LANDLINE},
    {"office", ADDRESS_LANDLINE},        {"voip", ADDRESS_VOIP},
    {"toll_free", ADDRESS_VOIP},         {0},
};

static const struct word ADDRESSES[] = {
    {"residence", PLACE_HOME},
    {"home", PLACE_HOME},
    {"mailing", PLACE_HOME},
    {"second_residence", PLACE_HOME},
    {"work", PLACE_WORK},
    {"office", PLACE_WORK},
    {"employer", PLACE_WORK},
    {"business", PLACE_OTHER},
    {"po_box", PLACE_OTHER},
    {"other", PLACE_OTHER},
    {0},
};

static const struct word CONSUMERS[] = {
    {"natural_person", 0},
    {"deceased", 1},
    {"deceased_person", 1},
    {"minor", 2},
    {"organization", 3},
    {"organisation", 3},
    {"company", 3},
    {"business", 3},
    {"legal_person", 3},
    {"corporation", 3},
    {"llc", 3},
    {"partnership", 3},
    {0},
};

/* Words about entities that no rule reads. */
static const char *const FOR_PEOPLE[] = {"state",
                                         "city",
                                         "county",
                                         "country",
                                         "zip",
                                         "postcode",
                                         "street",
                                         "nyc",
                                         "name",
                                         "note",
                                         "comment",
                                         "language",
                                         "number",
                                         "carrier",
                                         "label",
                                         "source",
                                         "address",
                                         "creditor",
                                         "original_creditor",
                                         "domain",
                                         "line_type",
                                         "obtained_from",
                                         "shared",
                                         "principal_purpose",
                                         "date_of_birth",
                                         "died_on",
                                         NULL};

static void check_list(struct fields *facts, const char *name, const json_t *list)
{
    if (list != NULL && !json_is_array(list))
        fields_refuse(facts, name, "a list [...] is expected");
}

static const char *id_of(struct fields *fields)
{
    const char *id = field_text(fields, "id");
    if (id == NULL)
        fields_refuse(fields, "id", "is missing");
    return id != NULL ? id : "?";
}

static void keep(struct fields *fields, enum status st, const struct error *why)
{
    if (st != STATUS_OK)
        fields_refuse(fields, NULL, "%s", why->text);
}

static void read_collector(struct scenario_reader *reader, json_t *object)
{
    struct facts *scope = facts_book_scope(reader->scenario->book);
    struct fields fields = fields_open(reader, object, "facts.collector");
    (void)field_text(&fields, "id");
    scope->collector = (enum collector_type)field_word(&fields, "type", COLLECTORS, (int)scope->collector);
    const bool is_usually_covered = scope->collector != COLLECTOR_CREDITOR && scope->collector != COLLECTOR_OTHER;
    scope->is_covered = field_bool(&fields, "covered_by_reg_f", is_usually_covered);
    fields_skip(&fields, FOR_PEOPLE);
    fields_close(&fields);
}

static void read_consumer(struct scenario_reader *reader, json_t *object)
{
    struct facts *scope = facts_book_scope(reader->scenario->book);
    struct fields fields = fields_open(reader, object, "facts.consumer");
    struct error why;
    const char *id = field_text(&fields, "id");
    const int kind = field_word(&fields, "kind", CONSUMERS, 0);
    scope->is_natural_person = kind != 3;
    scope->is_deceased = field_bool(&fields, "deceased", kind == 1);
    scope->is_minor = field_bool(&fields, "minor", kind == 2);
    if (field_integer(&fields, "age", 18) < 18)
        scope->is_minor = true;
    fields_skip(&fields, FOR_PEOPLE);
    fields_close(&fields);
    keep(&fields, facts_book_name_consumer(reader->scenario->book, id != NULL ? id : "C1", &why), &why);
}

static void read_person(struct fields *fields)
{
    struct error why;
    struct fact_person person = {.relation = RELATION_OTHER};
    uint8_t index;
    const char *id = id_of(fields);
    const char *word = field_text(fields, "relation");
    int relation = RELATION_OTHER;
    /* There are more relatives and neighbours than a list can hold: whoever is not on it has no rights of his own. */
    if (word != NULL && word_find(WORDS_RELATION, word, &relation))
        person.relation = (enum relation)relation;
    if (word != NULL && strcmp(word, "parent_of_minor") == 0)
        facts_book_scope(fields->reader->scenario->book)->is_minor = true;
    fields_skip(fields, FOR_PEOPLE);
    if (relation == RELATION_CONSUMER)
        fields_refuse(fields, "relation", "the consumer is facts.consumer");
    keep(fields, facts_book_add_person(fields->reader->scenario->book, id, &person, &index, &why), &why);
}

static void read_debt(struct fields *fields)
{
    struct error why;
    struct fact_debt debt = fact_debt_plain();
    uint8_t index;
    const char *id = id_of(fields);
    debt.type = (enum debt_type)field_word(fields, "type", DEBTS, DEBT_OTHER);
    debt.status = (enum debt_status)field_word(fields, "status", DEBT_STATES, DEBT_STATUS_ACTIVE);
    debt.is_consumer_debt = field_bool(fields, "consumer_debt", debt.type != DEBT_COMMERCIAL);
    if (field_bool(fields, "commercial", false))
        debt.is_consumer_debt = false;
    const char *account = field_text(fields, "student_loan_account");
    if (account != NULL)
        debt.account = facts_book_account(fields->reader->scenario->book, account);
    debt.is_charged_off = field_bool(fields, "charged_off", false);
    debt.has_lien = field_bool(fields, "secured_enforceable_lien", false);
    debt.is_real_property = field_bool(fields, "secured_by_real_property", debt.type == DEBT_MORTGAGE);
    debt.is_limited = field_date(fields, "sol_expired_on", &debt.limitation_ends) ||
                      field_date(fields, "sol_expires_on", &debt.limitation_ends);
    (void)field_money(fields, "balance", &debt.balance_minor);
    fields_skip(fields, FOR_PEOPLE);
    fields_skip(fields,
                (const char *const[]){"account_number", "charged_off_on", "dofd", "principal", "original_amount",
                                      "purpose", "co_obligors", "judgment", "judgment_date", "secured", "collateral",
                                      "interest_rate", "opened_on", "placed_on", "consumer_financial_product", NULL});
    keep(fields, facts_book_add_debt(fields->reader->scenario->book, id, &debt, &index, &why), &why);
}

static void open_zone(struct fields *fields, const char *field, const json_t *name, const struct zone **zones,
                      size_t *n)
{
    struct error why;
    if (!json_is_string(name))
        fields_refuse(fields, field, "the name of an IANA time zone is expected");
    else if (*n == ZONES_MAX)
        fields_refuse(fields, field, "more than %d time zones", ZONES_MAX);
    else if (zone_open(json_string_value(name), &zones[*n], &why) != STATUS_OK)
        fields_refuse(fields, field, "%s", why.text);
    else
        (*n)++;
}

/* "tz" is one zone or a list of them; null or absent: nobody knows. */
static size_t read_zones(struct fields *fields, const struct zone **zones)
{
    const json_t *value = field_any(fields, "tz");
    size_t n = 0;
    if (value != NULL && !json_is_array(value))
        open_zone(fields, "tz", value, zones, &n);
    for (size_t i = 0; i < json_array_size(value); i++)
        open_zone(fields, "tz", json_array_get(value, i), zones, &n);
    return n;
}

static void add_address(struct fields *fields, const char *id, struct fact_address *address)
{
    struct scenario *scenario = fields->reader->scenario;
    const struct zone *zones[ZONES_MAX];
    struct error why;
    uint8_t index;
    const char *owner = field_text(fields, "owner");
    if (owner != NULL)
        address->person = fields_person(fields, "owner", owner);
    address->n_zones = (uint8_t)read_zones(fields, zones);
    address->zones = zones;
    if (scenario->zone == NULL && address->n_zones > 0 && address->person == FACT_CONSUMER)
        scenario->zone = zones[0];
    fields_skip(fields, FOR_PEOPLE);
    keep(fields, facts_book_add_address(scenario->book, id, address, &index, &why), &why);
}

static void read_address(struct fields *fields)
{
    struct fact_address address = fact_address_plain(ADDRESS_POSTAL, FACT_CONSUMER);
    const char *id = id_of(fields);
    address.place = (enum address_place)field_word(fields, "kind", ADDRESSES, PLACE_HOME);
    add_address(fields, id, &address);
}

static void read_phone(struct fields *fields)
{
    const char *id = id_of(fields);
    const char *word = field_text(fields, "kind");
    int kind = ADDRESS_MOBILE;
    if (word != NULL && !word_find(PHONES, word, &kind))
        fields_refuse_word(fields, "kind", word, PHONES);
    struct fact_address address = fact_address_plain((enum address_kind)kind, FACT_CONSUMER);
    if (word != NULL && (g_str_has_prefix(word, "work_") || strcmp(word, "office") == 0))
        address.place = PLACE_WORK;
    address.place = (enum address_place)field_word(fields, "place", WORDS_PLACE, (int)address.place);
    add_address(fields, id, &address);
}

static void read_email(struct fields *fields)
{
    struct fact_address address = fact_address_plain(ADDRESS_EMAIL, FACT_CONSUMER);
    const char *id = id_of(fields);
    const bool is_employers = field_bool(fields, "employer_provided", false);
    address.is_employer_provided = field_bool(fields, "known_to_collector", true) && is_employers;
    address.is_private_domain = !field_bool(fields, "public_domain", true);
    add_address(fields, id, &address);
}

/* Zones of people's addresses are read after the consumer's known location, which counts before them. */
static void read_known_location(struct scenario_reader *reader, json_t *object)
{
    struct fact_particulars *particulars = facts_book_particulars(reader->scenario->book);
    struct fields fields = fields_open(reader, object, "facts.known_location");
    const struct zone *zones[ZONES_MAX];
    struct instant at;
    if (read_zones(&fields, zones) > 0) {
        particulars->known_zone = zones[0];
        reader->scenario->zone = zones[0];
    }
    if (field_is_there(&fields, "place"))
        particulars->known_place = (enum address_place)field_word(&fields, "place", WORDS_PLACE, PLACE_NONE);
    (void)field_instant(&fields, "at", &at);
    fields_skip(&fields, FOR_PEOPLE);
    fields_close(&fields);
}

static void read_known_place(struct scenario_reader *reader, json_t *object)
{
    struct fact_particulars *particulars = facts_book_particulars(reader->scenario->book);
    struct fields fields = fields_open(reader, object, "facts.consumer_location_known");
    struct instant at = {0};
    if (object == NULL) {
        fields_close(&fields);
        return;
    }
    particulars->known_place = (enum address_place)field_word(&fields, "place", WORDS_PLACE, PLACE_NONE);
    if (field_instant(&fields, "at", &at))
        particulars->known_place_at_us = at.us;
    fields_skip(&fields, FOR_PEOPLE);
    fields_close(&fields);
}

static void read_entry(struct scenario_reader *reader, json_t *object)
{
    struct fact_particulars *particulars = facts_book_particulars(reader->scenario->book);
    struct fields fields = fields_open(reader, object, "facts.original_entry");
    (void)field_date(&fields, "settlement_date", &particulars->ach.settled_on);
    (void)field_money(&fields, "amount", &particulars->ach.amount_minor);
    fields_skip(&fields, (const char *const[]){"company_id", "sec_code", "trace_number", NULL});
    fields_close(&fields);
}

static void read_plan(struct scenario_reader *reader, json_t *object)
{
    struct fact_particulars *particulars = facts_book_particulars(reader->scenario->book);
    struct fields fields = fields_open(reader, object, "facts.plan");
    (void)field_money(&fields, "authorized_amount", &particulars->plan.authorized_minor);
    static const char *const FROM[] = {"range_from", "range_min", "authorized_range_from", "range_low"};
    static const char *const TO[] = {"range_to", "range_max", "authorized_range_to", "range_high"};
    for (size_t i = 0; i < ARRAY_SIZE(FROM); i++) {
        (void)field_money(&fields, FROM[i], &particulars->plan.range_from_minor);
        (void)field_money(&fields, TO[i], &particulars->plan.range_to_minor);
    }
    fields_close(&fields);
}

/* A commercial debt, or none at all, needs no list of debts: it is D1. */
static void read_single_debt(struct scenario_reader *reader, struct fields *facts)
{
    struct fields fields = fields_open(reader, field_any(facts, "debt"), "facts.debt");
    struct fact_debt debt = fact_debt_plain();
    struct error why;
    uint8_t index;
    const char *id = field_text(&fields, "id");
    debt.is_consumer_debt = !field_bool(&fields, "commercial", false);
    (void)field_money(&fields, "balance", &debt.balance_minor);
    fields_skip(&fields, (const char *const[]){"amount", "currency", "creditor", "debtor", "public_authority", NULL});
    if (!debt.is_consumer_debt)
        debt.type = DEBT_COMMERCIAL;
    fields_close(&fields);
    if (facts_book_facts(reader->scenario->book)->n_debts == 0)
        keep(&fields, facts_book_add_debt(reader->scenario->book, id != NULL ? id : "D1", &debt, &index, &why), &why);
}

/* Attorneys are persons by the events that name them, and may be written to before. */
static void add_attorneys(struct scenario_reader *reader, const json_t *history)
{
    for (size_t i = 0; i < json_array_size(history); i++) {
        const json_t *attorney = json_object_get(json_array_get(history, i), "attorney");
        const char *id = json_string_value(json_is_object(attorney) ? json_object_get(attorney, "id") : attorney);
        const struct fact_person person = {.relation = RELATION_ATTORNEY};
        uint8_t index;
        if (id != NULL && facts_book_find_person(reader->scenario->book, id) == FACT_NONE)
            (void)!facts_book_add_person(reader->scenario->book, id, &person, &index, NULL);
    }
}

void scenario_read_entities(struct scenario_reader *reader, struct fields *facts)
{
    static const struct {
        const char *name;
        void (*read)(struct fields *entry);
    } LISTS[] = {
        {"persons", read_person}, {"debts", read_debt},   {"addresses", read_address},
        {"phones", read_phone},   {"emails", read_email},
    };
    static const struct {
        const char *name;
        void (*read)(struct scenario_reader *reader, json_t *object);
    } OBJECTS[] = {
        {"collector", read_collector},           {"consumer", read_consumer},
        {"known_location", read_known_location}, {"consumer_location_known", read_known_place},
        {"original_entry", read_entry},          {"plan", read_plan},
    };
    for (size_t i = 0; i < ARRAY_SIZE(OBJECTS); i++)
        OBJECTS[i].read(reader, field_any(facts, OBJECTS[i].name));
    add_attorneys(reader, json_object_get(facts->rest, "history"));
    for (size_t i = 0; i < ARRAY_SIZE(LISTS); i++) {
        const json_t *list = field_any(facts, LISTS[i].name);
        check_list(facts, LISTS[i].name, list);
        for (size_t j = 0; j < json_array_size(list); j++) {
            struct fields entry = fields_open(reader, json_array_get(list, j), "facts.%s[%zu]", LISTS[i].name, j);
            LISTS[i].read(&entry);
            fields_close(&entry);
        }
    }
    read_single_debt(reader, facts);
    if (reader->scenario->zone == NULL && zone_open("UTC", &reader->scenario->zone, NULL) != STATUS_OK)
        fields_refuse(facts, NULL, "no time zone UTC on this machine");
}
