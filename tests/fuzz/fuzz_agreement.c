#include <string.h>

#include "fuzz.h"
#include "fuzz_problems.h"
#include "policy/agreement_load.h"

/* A file read as agreements with clients. Either there are terms for every client on every day, each of which answers
 * every question, or an error names the file and, where it is about something in it, the line. */

static const int32_t DAYS[] = {-25567, -1, 0, 19723, 20454, 20634, 20635, 84005};

static void check_waterfall(const struct agreement *agreement)
{
    unsigned seen = 0;
    for (size_t i = 0; i < AGREEMENT_BUCKET_COUNT; i++) {
        FUZZ_CHECK(agreement->apply[i] < AGREEMENT_BUCKET_COUNT, "bucket %d", (int)agreement->apply[i]);
        seen |= 1U << agreement->apply[i];
    }
    FUZZ_CHECK(seen == (1U << AGREEMENT_BUCKET_COUNT) - 1, "a bucket that no payment finds: %x", seen);
    FUZZ_CHECK(agreement->order >= AGREEMENT_OLDEST && agreement->order <= AGREEMENT_LARGEST, "order");
    FUZZ_CHECK(agreement->overpayment == AGREEMENT_SUSPENSE, "overpayment");
    FUZZ_CHECK(agreement->remittance.minimum_minor >= 0 && agreement->remittance.payee[0] != '\0' &&
                   agreement->remittance.reference[0] != '\0',
               "remittance of '%s'", agreement->client);
}

static void check_fees(const struct agreement *agreement)
{
    static const int32_t AGES[] = {AGREEMENT_UNKNOWN_AGE, -36525, -1, 0, 30, 90, 181, 366, 36525, INT32_MAX};
    static const int64_t AMOUNTS[] = {INT64_MIN, -1, 0, 1, 99, 10000, INT64_MAX};
    for (size_t a = 0; a < G_N_ELEMENTS(AGES); a++)
        for (size_t b = 0; b < G_N_ELEMENTS(AMOUNTS); b++) {
            const struct agreement_facts facts = {AGES[a], AMOUNTS[b], (enum agreement_paid)(1 + a % 3),
                                                  (enum agreement_stage)(1 + b % 2)};
            const struct agreement_fee *fee = agreement_fee(agreement, &facts);
            const int64_t earned = agreement_fee_of(fee, AMOUNTS[b]);
            FUZZ_CHECK(fee == &agreement->fees[fee->number - 1] && fee->number <= agreement->n_fees, "no row");
            FUZZ_CHECK(earned >= 0 && (earned == 0 || earned <= AMOUNTS[b]),
                       "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, earned, AMOUNTS[b]);
        }
}

static void check_interest(const struct agreements *agreements, const struct agreement_interest *interest)
{
    struct error err;
    FUZZ_CHECK(interest->evidence[0] != '\0', "interest without evidence");
    FUZZ_CHECK(interest->rate.millionths > 0, "no rate");
    for (size_t i = 0; i < G_N_ELEMENTS(DAYS); i++) {
        struct rate rate = {-1};
        const enum status st =
            agreement_rate(agreements, interest, (struct date){DAYS[0]}, (struct date){DAYS[i]}, &rate, &err);
        FUZZ_CHECK(st == STATUS_OK ? rate.millionths >= 0 : st == STATUS_NOT_FOUND && interest->reference[0] != '\0',
                   "%s", status_name(st));
        FUZZ_CHECK(agreement_interest_cap(interest, INT64_MAX >> i) >= 0, "a cap below 0");
    }
}

static void check_debtor_fees(const struct agreement *agreement)
{
    for (size_t i = 0; i < agreement->n_debtor_fees; i++) {
        const struct agreement_debtor_fee *fee = &agreement->debtor_fees[i];
        int64_t charged = 0;
        FUZZ_CHECK(agreement_debtor_fee(agreement, fee->code) == fee, "'%s' is there twice", fee->code);
        FUZZ_CHECK(fee->evidence[0] != '\0', "'%s' without evidence", fee->code);
        FUZZ_CHECK(fee->bucket == AGREEMENT_FEES || fee->bucket == AGREEMENT_COSTS, "'%s'", fee->code);
        for (int times = 0; times < 3 && charged < INT64_MAX / 4; times++) {
            const int64_t once = agreement_debtor_fee_of(fee, 1000000, charged);
            FUZZ_CHECK(once >= 0 && once <= fee->cap_minor - charged, "'%s' beyond its cap", fee->code);
            charged += once;
        }
    }
}

static void check_terms(const struct agreements *agreements)
{
    for (size_t i = 0; i < agreements->n; i++)
        for (size_t d = 0; d < G_N_ELEMENTS(DAYS); d++) {
            const char *client = agreements->all[i].client;
            const struct agreement *found = agreements_find(agreements, client, (struct date){DAYS[d]});
            FUZZ_CHECK(found != NULL && (strcmp(found->client, client) == 0 || strcmp(found->client, "*") == 0),
                       "no terms for '%s'", client);
            FUZZ_CHECK(found->valid_from.days <= DAYS[d] && found->valid_until.days >= DAYS[d], "of another day");
        }
}

static enum status read_agreements(const struct policy_file *file, struct error *err)
{
    SCOPED(agreements_freep) struct agreements *agreements = NULL;
    return agreements_from_file(file, &agreements, err);
}

static void check_agreements(const uint8_t *bytes, size_t len)
{
    SCOPED(agreements_freep) struct agreements *agreements = NULL;
    struct error err = {0};
    const char *path = fuzz_file(0, bytes, len);
    const enum status st = agreements_load(path, &agreements, &err);
    if (st != STATUS_OK) {
        FUZZ_CHECK(agreements == NULL, "an error and agreements");
        fuzz_refusal(st, &err, path, len);
        fuzz_problems(path, len, true, read_agreements);
        return;
    }
    fuzz_problems(path, len, false, read_agreements);
    check_terms(agreements);
    for (size_t i = 0; i < agreements->n; i++) {
        const struct agreement *agreement = &agreements->all[i];
        check_waterfall(agreement);
        check_fees(agreement);
        check_debtor_fees(agreement);
        if (agreement->interest != NULL)
            check_interest(agreements, agreement->interest);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    check_agreements(bytes, len);
    return 0;
}
