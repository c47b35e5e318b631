#include "classification_model.h"

#include <string.h>

#include <glib.h>

int32_t account_days_past_due(const struct account_facts *account, struct date today)
{
    return today.days - account->due_on.days;
}

static const char *closed_reason(const struct account_facts *account)
{
    if (account->is_recalled)
        return "RECALLED";
    if (account->is_upheld)
        return "DISPUTE_UPHELD";
    if (account->balance_minor <= 0)
        return "PAID";
    return NULL;
}

bool account_is_late(const struct account_facts *account, struct date today)
{
    if (account->counts_as_late)
        return true;
    if (account->balance_minor > 0)
        return account_days_past_due(account, today) > 0;
    return account->last_payment_on > account->due_on.days;
}

void account_note_lateness(struct account_facts *account, struct debtor_facts *debtor, struct date today)
{
    if (account->counts_as_late || !account_is_late(account, today))
        return;
    account->counts_as_late = true;
    account->is_changed = true;
    debtor->late_accounts++;
}

static void gather(const struct account_facts *account, const struct debtor_facts *debtor, struct date today,
                   int64_t facts[SOP_FACT_COUNT])
{
    for (size_t fact = 0; fact < SOP_FACT_COUNT; fact++) /* those of escalations */
        facts[fact] = SOP_UNKNOWN_FACT;
    facts[SOP_DAYS_PAST_DUE] = account_days_past_due(account, today);
    facts[SOP_BALANCE_MINOR] = account->balance_minor;
    facts[SOP_PAYMENTS] = account->payments;
    facts[SOP_DAYS_SINCE_PAYMENT] = account->last_payment_on ? today.days - account->last_payment_on : SOP_UNKNOWN_FACT;
    facts[SOP_BROKEN_PROMISES] = account->broken_promises;
    facts[SOP_OPEN_DISPUTES] = account->open_disputes;
    facts[SOP_DEBTOR_ACCOUNTS] = debtor->accounts;
    facts[SOP_DEBTOR_LATE_ACCOUNTS] = debtor->late_accounts;
}

static void join_reasons(const struct sop_class *class, char text[CLASSIFICATION_REASONS_SIZE])
{
    for (size_t i = 0; i < class->n_conditions; i++) {
        if (i > 0)
            (void)g_strlcat(text, " ", CLASSIFICATION_REASONS_SIZE);
        (void)g_strlcat(text, class->conditions[i].reason, CLASSIFICATION_REASONS_SIZE);
    }
}

void account_classify(const struct sop *sop, const struct account_facts *account, const struct debtor_facts *debtor,
                      struct date today, struct classified *ret_classified)
{
    struct classified result = {.days_past_due = account_days_past_due(account, today)};
    const char *closed = closed_reason(account);
    g_strlcpy(result.bucket, sop_bucket(sop, result.days_past_due)->code, sizeof(result.bucket));
    if (closed) {
        g_strlcpy(result.reasons, closed, sizeof(result.reasons));
        g_strlcpy(result.class_code, "closed", sizeof(result.class_code));
        g_strlcpy(result.segment, "closed", sizeof(result.segment));
        result.risk = SOP_RISK_LOW;
    } else {
        int64_t facts[SOP_FACT_COUNT];
        gather(account, debtor, today, facts);
        const struct sop_class *class = sop_classify(sop, facts);
        join_reasons(class, result.reasons);
        g_strlcpy(result.class_code, class->code, sizeof(result.class_code));
        g_strlcpy(result.segment, class->segment, sizeof(result.segment));
        g_strlcpy(result.strategy, class->strategy, sizeof(result.strategy));
        result.risk = class->risk;
        result.priority = class->priority;
    }
    *ret_classified = result;
}

bool account_class_differs(const struct account_facts *account, const struct classified *classified,
                           const char *sop_version)
{
    return strcmp(account->class_code, classified->class_code) != 0 ||
           strcmp(account->strategy, classified->strategy) != 0 || strcmp(account->bucket, classified->bucket) != 0 ||
           strcmp(account->segment, classified->segment) != 0 || account->priority != classified->priority ||
           account->risk != classified->risk || strcmp(account->sop_version, sop_version) != 0;
}

void account_take_class(struct account_facts *account, const struct classified *classified, const char *sop_version)
{
    g_strlcpy(account->class_code, classified->class_code, sizeof(account->class_code));
    g_strlcpy(account->strategy, classified->strategy, sizeof(account->strategy));
    g_strlcpy(account->bucket, classified->bucket, sizeof(account->bucket));
    g_strlcpy(account->segment, classified->segment, sizeof(account->segment));
    g_strlcpy(account->sop_version, sop_version, sizeof(account->sop_version));
    g_strlcpy(account->reasons, classified->reasons, sizeof(account->reasons));
    account->priority = classified->priority;
    account->risk = classified->risk;
    account->days_past_due = classified->days_past_due;
}

bool account_next_boundary(const struct sop *sop, const struct account_facts *account, struct date today,
                           struct date *ret_day)
{
    if (closed_reason(account))
        return false;
    const int32_t days = account_days_past_due(account, today);
    int32_t boundary = sop_next_boundary(sop, days);
    if (!account->counts_as_late && days <= 0) /* becoming late matters to the debtor's other accounts */
        boundary = MIN(boundary, 1);
    if (boundary == INT32_MAX)
        return false;
    ret_day->days = account->due_on.days + boundary;
    return true;
}
