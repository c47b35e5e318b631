#include "policy/agreement_load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/agreement_make.h"

enum status agreement_out_of_memory(const struct agreement_maker *maker)
{
    return error_set(maker->err, STATUS_RESOURCE_EXHAUSTED, "%s: out of memory", maker->file->path);
}

bool agreement_stops(const struct agreement_maker *maker, enum status st)
{
    return st != STATUS_OK && !policy_goes_on(maker->file, st);
}

enum status agreement_read_percent(const struct agreement_maker *maker, struct policy_path path, const char *text,
                                   bool may_be_zero, int32_t max, struct rate *ret_rate)
{
    struct error why;
    char shown[ERROR_SHOWN_SIZE];
    struct rate rate;
    if (rate_parse(text, &rate, &why) != STATUS_OK)
        return policy_refuse(maker->file, maker->err, path, "%s", why.text);
    if (rate.millionths < 0 || rate.millionths > max * (int64_t)RATE_SCALE || (rate.millionths == 0 && !may_be_zero))
        return policy_refuse(maker->file, maker->err, path, "%s is not %s 0 and at most %d", error_shown(text, shown),
                             may_be_zero ? "at least" : "above", max);
    *ret_rate = rate;
    return STATUS_OK;
}

enum status agreement_take_line(const struct agreement_maker *maker, struct policy_path path, const char *text,
                                char *copy, size_t size)
{
    size_t n_blanks = strspn(text, " ");
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == '\x7f')
            return policy_refuse(maker->file, maker->err, path, "must be one line without control characters");
    if (text[n_blanks] == '\0')
        return policy_refuse(maker->file, maker->err, path, "says nothing");
    (void)snprintf(copy, size, "%s", text);
    return STATUS_OK;
}

enum status agreement_take_amount(const struct agreement_maker *maker, struct policy_path path, const int64_t *value,
                                  int64_t min, int64_t absent, int64_t *ret_minor)
{
    *ret_minor = value == NULL ? absent : *value;
    return value == NULL ? STATUS_OK : policy_check_range(maker->file, path, *value, min, INT64_MAX, maker->err);
}

/* --- an agreement ------------------------------------------------------------------------------------------------- */

static bool is_for_all(const struct agreement *agreement)
{
    return strcmp(agreement->client, "*") == 0;
}

static enum status make_validity(const struct agreement_maker *maker, size_t i)
{
    const struct agreement_values *values = &maker->values->agreements[i];
    struct agreement *agreement = &maker->agreements->all[i];
    const struct policy_path from = policy_path("agreements[%zu].valid_from", i);
    const struct policy_path until = policy_path("agreements[%zu].valid_until", i);
    char text[DATE_TEXT_SIZE];
    agreement->valid_from.days = INT32_MIN;
    agreement->valid_until.days = INT32_MAX;
    if (is_for_all(agreement) && (values->valid_from != NULL || values->valid_until != NULL))
        return policy_refuse(maker->file, maker->err, values->valid_from != NULL ? from : until,
                             "'*' has no days: there must always be terms");
    enum status st = STATUS_OK;
    if (values->valid_from != NULL)
        st = policy_read_date(maker->file, from, values->valid_from, &agreement->valid_from, maker->err);
    if (st == STATUS_OK && values->valid_until != NULL)
        st = policy_read_date(maker->file, until, values->valid_until, &agreement->valid_until, maker->err);
    if (st == STATUS_OK && agreement->valid_from.days > agreement->valid_until.days)
        return policy_refuse(maker->file, maker->err, until, "before valid_from %s",
                             date_format(agreement->valid_from, text));
    return st;
}

static enum status check_twins(const struct agreement_maker *maker, size_t i)
{
    const struct agreement *agreement = &maker->agreements->all[i];
    char shown[ERROR_SHOWN_SIZE];
    for (size_t k = 0; k < i; k++) {
        const struct agreement *other = &maker->agreements->all[k];
        if (agreement->client[0] != '\0' && strcmp(agreement->client, other->client) == 0 &&
            agreement->valid_from.days <= other->valid_until.days &&
            other->valid_from.days <= agreement->valid_until.days)
            return policy_refuse(maker->file, maker->err, policy_path("agreements[%zu].client", i),
                                 "'%s' has terms for the same days on line %zu", error_shown(agreement->client, shown),
                                 policy_line(maker->file, policy_path("agreements[%zu].client", k)));
    }
    return STATUS_OK;
}

static enum status make_client(const struct agreement_maker *maker, size_t i)
{
    struct agreement *agreement = &maker->agreements->all[i];
    const struct policy_path path = policy_path("agreements[%zu].client", i);
    enum status st = agreement_take_line(maker, path, maker->values->agreements[i].client, agreement->client,
                                         sizeof(agreement->client));
    const size_t len = strlen(agreement->client);
    if (st == STATUS_OK && (agreement->client[0] == ' ' || agreement->client[len - 1] == ' '))
        st = policy_refuse(maker->file, maker->err, path, "has a blank at an end: no placement names such a client");
    const enum status validity = make_validity(maker, i);
    if (st != STATUS_OK || validity != STATUS_OK)
        return st != STATUS_OK ? st : validity;
    return check_twins(maker, i);
}

static enum status make_waterfall(const struct agreement_maker *maker, size_t i)
{
    const struct agreement_values *values = &maker->values->agreements[i];
    bool is_there[AGREEMENT_BUCKET_COUNT] = {false};
    for (size_t k = 0; k < values->n_apply; k++) {
        if (is_there[values->apply[k]])
            return policy_refuse(maker->file, maker->err, policy_path("agreements[%zu].apply[%zu]", i, k),
                                 "'%s' is there twice", agreement_bucket_name(values->apply[k]));
        is_there[values->apply[k]] = true;
        maker->agreements->all[i].apply[k] = values->apply[k];
    }
    for (size_t bucket = 0; bucket < AGREEMENT_BUCKET_COUNT; bucket++)
        if (!is_there[bucket])
            return policy_refuse(maker->file, maker->err, policy_path("agreements[%zu].apply", i),
                                 "'%s' is missing: a payment must find each bucket",
                                 agreement_bucket_name((enum agreement_bucket)bucket));
    return STATUS_OK;
}

static enum status make_remittance(const struct agreement_maker *maker, size_t i)
{
    const struct remittance_values *values = &maker->values->agreements[i].remittance;
    struct agreement_remittance *remittance = &maker->agreements->all[i].remittance;
    remittance->method = values->method;
    remittance->every = values->every;
    enum status st = agreement_take_amount(maker, policy_path("agreements[%zu].remittance.minimum_minor", i),
                                           values->minimum_minor, 0, 0, &remittance->minimum_minor);
    if (agreement_stops(maker, st))
        return st;
    st = agreement_take_line(maker, policy_path("agreements[%zu].remittance.payee", i), values->payee,
                             remittance->payee, sizeof(remittance->payee));
    if (agreement_stops(maker, st))
        return st;
    return agreement_take_line(maker, policy_path("agreements[%zu].remittance.reference", i), values->reference,
                               remittance->reference, sizeof(remittance->reference));
}

static enum status make_agreement(const struct agreement_maker *maker, size_t i)
{
    static enum status (*const PARTS[])(const struct agreement_maker *, size_t) = {
        make_client,     make_waterfall,          agreement_make_fees,
        make_remittance, agreement_make_interest, agreement_make_debtor_fees};
    const struct agreement_values *values = &maker->values->agreements[i];
    struct agreement *agreement = &maker->agreements->all[i];
    agreement->order = values->order;
    agreement->overpayment = values->overpayment == 0 ? AGREEMENT_SUSPENSE : values->overpayment;
    for (size_t part = 0; part < ARRAY_SIZE(PARTS); part++) {
        const enum status st = PARTS[part](maker, i);
        if (agreement_stops(maker, st))
            return st;
    }
    return STATUS_OK;
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

static enum status make_all(const struct agreement_maker *maker)
{
    const size_t n = maker->values->n_agreements;
    bool has_rest = false;
    maker->agreements->all = calloc(n, sizeof(*maker->agreements->all));
    if (maker->agreements->all == NULL)
        return agreement_out_of_memory(maker);
    maker->agreements->n = n;
    for (size_t i = 0; i < n; i++) {
        const enum status st = make_agreement(maker, i);
        if (agreement_stops(maker, st))
            return st;
        has_rest = has_rest || is_for_all(&maker->agreements->all[i]);
    }
    if (!has_rest)
        return policy_refuse(maker->file, maker->err, policy_path("agreements"),
                             "none is for client '*': there must always be terms");
    return STATUS_OK;
}

static enum status make_head(const struct agreement_maker *maker)
{
    const struct agreements_values *values = maker->values;
    struct agreements *agreements = maker->agreements;
    enum status st = policy_check_code(maker->file, policy_path("name"), values->name, maker->err);
    (void)snprintf(agreements->name, sizeof(agreements->name), "%s", values->name);
    (void)snprintf(agreements->title, sizeof(agreements->title), "%s", values->title == NULL ? "" : values->title);
    (void)snprintf(agreements->owner, sizeof(agreements->owner), "%s", values->owner == NULL ? "" : values->owner);
    memcpy(agreements->version, maker->file->version, sizeof(agreements->version));
    if (agreement_stops(maker, st) || values->review_by == NULL)
        return st;
    return policy_read_date(maker->file, policy_path("review_by"), values->review_by, &agreements->review_by,
                            maker->err);
}

static enum status make_file(const struct agreement_maker *maker)
{
    static enum status (*const PARTS[])(const struct agreement_maker *) = {make_head, agreement_make_references,
                                                                           make_all};
    for (size_t part = 0; part < ARRAY_SIZE(PARTS); part++) {
        const enum status st = PARTS[part](maker);
        if (agreement_stops(maker, st))
            return st;
    }
    return policy_problem(maker->file, maker->err);
}

enum status agreements_from_file(const struct policy_file *file, struct agreements **ret_agreements, struct error *err)
{
    void *values = NULL;
    enum status st = policy_file_values(file, &AGREEMENTS_SCHEMA, &values, err);
    if (st != STATUS_OK)
        return st;
    SCOPED(agreements_freep) struct agreements *agreements = calloc(1, sizeof(*agreements));
    const struct agreement_maker maker = {.file = file, .values = values, .agreements = agreements, .err = err};
    st = agreements == NULL ? agreement_out_of_memory(&maker) : make_file(&maker);
    policy_values_free(&AGREEMENTS_SCHEMA, values);
    if (st == STATUS_OK)
        *ret_agreements = TAKE(agreements);
    return st;
}

enum status agreements_load(const char *path, struct agreements **ret_agreements, struct error *err)
{
    SCOPED(policy_file_fini) struct policy_file file = {0};
    enum status st = policy_file_read(path, &file, err);
    return st == STATUS_OK ? agreements_from_file(&file, ret_agreements, err) : st;
}
