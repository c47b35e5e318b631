#include "reporting_kpi.h"

/* Terms of a row. */
#define N_OF(...)  ARRAY_SIZE(((const struct kpi_term[]){__VA_ARGS__}))
#define OVER(...)  .n_over = N_OF(__VA_ARGS__), .over = {__VA_ARGS__}
#define UNDER(...) .n_under = N_OF(__VA_ARGS__), .under = {__VA_ARGS__}
#define NUMBER(m, k)                                                                                                   \
    {                                                                                                                  \
        MEASURE_##m, k, false                                                                                          \
    }
#define AMOUNT(m, k)                                                                                                   \
    {                                                                                                                  \
        MEASURE_##m, k, true                                                                                           \
    }

/* clang-format off */
const struct kpi KPIS[] = {
    {"placed", "Accounts placed", "Accounts that clients placed and intake accepted.",
     "accounts", KPI_COUNT, OVER(NUMBER(STAGE, "placed"))},
    {"placed_amount", "Amount placed", "Balance at placement of all accounts placed.",
     "minor", KPI_COUNT, .is_per_currency = true, OVER(AMOUNT(STAGE, "placed"))},
    {"open", "Open accounts",
     "Accounts on which something is owed now, neither recalled nor closed by an upheld dispute.",
     "accounts", KPI_COUNT, OVER(NUMBER(OPEN, ""))},
    {"open_amount", "Open amount", "What is owed now on open accounts.",
     "minor", KPI_COUNT, .is_per_currency = true, OVER(AMOUNT(OPEN, ""))},
    {"recalled", "Accounts recalled", "Accounts that clients took back.",
     "accounts", KPI_COUNT, OVER(NUMBER(RECALLED, ""))},

    {"collected_amount", "Amount collected", "Payments posted less payments reversed.",
     "minor", KPI_COUNT, .is_per_currency = true, OVER(AMOUNT(COLLECTED, ""))},
    {"recovery_rate", "Recovery rate",
     "Payments posted less payments reversed, divided by the balance at placement of all accounts placed.",
     "ratio", KPI_RATIO, .is_per_currency = true, OVER(AMOUNT(COLLECTED, "")), UNDER(AMOUNT(STAGE, "placed"))},
    {"settled", "Accounts settled", "Accounts that a payment left with nothing owed and that have stayed so.",
     "accounts", KPI_COUNT, OVER(NUMBER(SETTLED, ""))},
    {"settled_late", "Accounts settled late",
     "Settled accounts on which, by value dates, something was still owed at the end of the due date.",
     "accounts", KPI_COUNT, OVER(NUMBER(SETTLED_LATE, ""))},
    {"late_settlement_rate", "Late settlement rate", "Accounts settled late, divided by accounts settled.",
     "ratio", KPI_RATIO, OVER(NUMBER(SETTLED_LATE, "")), UNDER(NUMBER(SETTLED, ""))},
    {"days_to_pay_mean", "Days to pay, mean",
     "Mean of whole days from opening (invoice) to the value date by which nothing was owed, over settled accounts.",
     "days", KPI_MEAN, .span = SPAN_DAYS_TO_PAY},
    {"days_to_pay_median", "Days to pay, median",
     "Median of whole days from opening (invoice) to the value date by which nothing was owed, over settled accounts.",
     "days", KPI_MEDIAN, .span = SPAN_DAYS_TO_PAY},
    {"time_to_resolve_mean", "Time to resolve, mean",
     "Mean of whole days from placement until nothing was left to do (nothing owed, recalled, dispute upheld).",
     "days", KPI_MEAN, .span = SPAN_DAYS_TO_RESOLVE},
    {"time_to_resolve_median", "Time to resolve, median",
     "Median of whole days from placement until nothing was left to do (nothing owed, recalled, dispute upheld).",
     "days", KPI_MEDIAN, .span = SPAN_DAYS_TO_RESOLVE},

    {"compliance_rate", "Compliance rate",
     "Contacts made that were started while their permit was valid, divided by all contacts made; reports of \"not "
     "placed\" are no contacts.",
     "ratio", KPI_RATIO, OVER(NUMBER(ATTEMPT_IN_PERMIT, "")), UNDER(NUMBER(ATTEMPT_REPORTED, "placed"))},
    {"permits_granted", "Permits granted", "Contacts that the rules allowed at the moment of asking.",
     "permits", KPI_COUNT, OVER(NUMBER(PERMIT_GRANTED, ""))},
    {"permits_refused", "Permits refused", "Contacts that at least one rule forbade at the moment of asking.",
     "permits", KPI_COUNT, OVER(NUMBER(PERMIT_REFUSED, ""))},
    {"permit_grant_rate", "Permit grant rate", "Permits granted, divided by permits granted and refused.",
     "ratio", KPI_RATIO, OVER(NUMBER(PERMIT_GRANTED, "")),
     UNDER(NUMBER(PERMIT_GRANTED, ""), NUMBER(PERMIT_REFUSED, ""))},
    {"permits_unreported", "Permits without report",
     "Permits whose time ran out before anybody said what came of them.",
     "permits", KPI_COUNT, OVER(NUMBER(PERMIT_EXPIRED, ""))},
    {"notices_overdue", "Validation notices overdue",
     "Debts whose validation notice was not sent within five days of the first communication, or of its return.",
     "accounts", KPI_COUNT, OVER(NUMBER(NOTICE_OVERDUE, ""))},
    {"stops", "Requests to stop", "Cease, attorney, bankruptcy, deceased and opt-out flags recorded.",
     "requests", KPI_COUNT, OVER(NUMBER(STOP, NULL))},

    {"attempts", "Attempts", "Contacts that were made and reported.",
     "attempts", KPI_COUNT, OVER(NUMBER(ATTEMPT_REPORTED, "placed"))},
    {"conversations", "Conversations", "Attempts in which somebody spoke with the debtor's side about a debt.",
     "attempts", KPI_COUNT, OVER(NUMBER(CONVERSATION, NULL))},
    {"right_party_contacts", "Right party contacts", "Conversations with the right party.",
     "attempts", KPI_COUNT, OVER(NUMBER(CONVERSATION, "right"))},
    {"right_party_contact_rate", "Right party contact rate", "Conversations with the right party, divided by attempts.",
     "ratio", KPI_RATIO, OVER(NUMBER(CONVERSATION, "right")), UNDER(NUMBER(ATTEMPT_REPORTED, "placed"))},
    {"abandonment_rate", "Abandonment rate",
     "Calls answered with no agent there, divided by all calls answered by a person.",
     "ratio", KPI_RATIO, OVER(NUMBER(ATTEMPT_TELEPHONY, "abandoned")),
     UNDER(NUMBER(ATTEMPT_TELEPHONY, "abandoned"), NUMBER(ATTEMPT_TELEPHONY, "answered"))},

    {"promises_made", "Promises made", "Promises to pay that were taken down.",
     "promises", KPI_COUNT, OVER(NUMBER(PROMISE, "made"))},
    {"promised_amount", "Amount promised", "Sum of all promises to pay that were taken down.",
     "minor", KPI_COUNT, .is_per_currency = true, OVER(AMOUNT(PROMISE, "made"))},
    {"promises_kept", "Promises kept", "Promises whose money came in time.",
     "promises", KPI_COUNT, OVER(NUMBER(PROMISE, "kept"))},
    {"promises_partial", "Promises kept in part", "Promises whose day and grace passed with some of the money.",
     "promises", KPI_COUNT, OVER(NUMBER(PROMISE, "partial"))},
    {"promises_broken", "Promises broken", "Promises whose day and grace passed without the money.",
     "promises", KPI_COUNT, OVER(NUMBER(PROMISE, "broken"))},
    {"promise_kept_rate", "Promise kept rate",
     "Promises kept, divided by promises kept, kept in part and broken; open and cancelled ones are left out.",
     "ratio", KPI_RATIO, OVER(NUMBER(PROMISE, "kept")),
     UNDER(NUMBER(PROMISE, "kept"), NUMBER(PROMISE, "partial"), NUMBER(PROMISE, "broken"))},
    {"promise_kept_amount_rate", "Promise kept rate by amount",
     "Amount of promises kept, divided by the amount of promises kept, kept in part and broken.",
     "ratio", KPI_RATIO, .is_per_currency = true, OVER(AMOUNT(PROMISE, "kept")),
     UNDER(AMOUNT(PROMISE, "kept"), AMOUNT(PROMISE, "partial"), AMOUNT(PROMISE, "broken"))},

    {"plans_agreed", "Plans agreed", "Payment plans that were agreed on, one that replaces another counted again.",
     "plans", KPI_COUNT, OVER(NUMBER(PLAN, "agreed"))},
    {"planned_amount", "Amount planned", "What is to be paid by all payment plans that were agreed on.",
     "minor", KPI_COUNT, .is_per_currency = true, OVER(AMOUNT(PLAN, "agreed"))},
    {"plans_completed", "Plans completed",
     "Payment plans of which every instalment was paid, or nothing is owed any more.",
     "plans", KPI_COUNT, OVER(NUMBER(PLAN, "completed"))},
    {"plans_broken", "Plans broken", "Payment plans of which too many instalments were missed.",
     "plans", KPI_COUNT, OVER(NUMBER(PLAN, "broken"))},
    {"plan_kept_rate", "Plan kept rate",
     "Plans completed, divided by plans completed and broken; running and cancelled ones are left out.",
     "ratio", KPI_RATIO, OVER(NUMBER(PLAN, "completed")), UNDER(NUMBER(PLAN, "completed"), NUMBER(PLAN, "broken"))},
    {"instalments_missed", "Instalments missed", "Instalments of plans whose day and grace passed without the money.",
     "instalments", KPI_COUNT, OVER(NUMBER(INSTALMENT_MISSED, ""))},

    {"disputed", "Accounts disputed", "Accounts on which a dispute was ever opened.",
     "accounts", KPI_COUNT, OVER(NUMBER(STAGE, "disputed"))},
    {"dispute_rate", "Dispute rate", "Accounts on which a dispute was ever opened, divided by accounts placed.",
     "ratio", KPI_RATIO, OVER(NUMBER(STAGE, "disputed")), UNDER(NUMBER(STAGE, "placed"))},
    {"disputes_opened", "Disputes opened", "Disputes opened, several on one account counted each.",
     "disputes", KPI_COUNT, OVER(NUMBER(DISPUTE, "opened"))},
    {"disputes_open", "Disputes unresolved", "Accounts whose dispute is not resolved yet.",
     "accounts", KPI_COUNT, OVER(NUMBER(DISPUTE_OPEN, ""))},
    {"disputes_upheld", "Disputes upheld", "Disputes that ended with the debtor being right.",
     "disputes", KPI_COUNT, OVER(NUMBER(DISPUTE, "upheld"))},
    {"disputes_escalated", "Disputes escalated", "Deadlines of disputes that passed without what they were for.",
     "disputes", KPI_COUNT, OVER(NUMBER(DISPUTE, "escalated"))},

    {"row_reject_rate", "Rejected rows", "Rows of completed files that intake rejected, divided by all their rows.",
     "ratio", KPI_RATIO, OVER(NUMBER(ROW, "rejected")), UNDER(NUMBER(ROW, "rejected"), NUMBER(ROW, "accepted"))},
    {0},
};
/* clang-format on */

static int64_t sum_terms(const struct kpi_term *terms, size_t n, const struct figures *figures, const char *currency)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += terms[i].is_amount ? figures_amount(figures, terms[i].measure, terms[i].key, currency)
                                  : figures_n(figures, terms[i].measure, terms[i].key, currency);
    return sum;
}

struct kpi_value kpi_of(const struct kpi *kpi, const struct figures *figures, const char *currency)
{
    struct kpi_value result = {.denominator = 1};
    size_t n_bars = 0;
    const struct bar *bars = figures_bars(figures, kpi->span, &n_bars);
    switch (kpi->shape) {
    case KPI_COUNT:
        result.numerator = sum_terms(kpi->over, kpi->n_over, figures, currency);
        break;
    case KPI_RATIO:
        result.numerator = sum_terms(kpi->over, kpi->n_over, figures, currency);
        result.denominator = sum_terms(kpi->under, kpi->n_under, figures, currency);
        break;
    case KPI_MEAN:
        result.numerator = days_sum(bars, n_bars);
        result.denominator = bars_count(bars, n_bars);
        break;
    case KPI_MEDIAN:
        result.denominator = days_median_doubled(bars, n_bars, &result.numerator) ? 2 : 0;
        break;
    }
    result.has_value = result.denominator != 0;
    if (result.has_value)
        result.value = (double)result.numerator / (double)result.denominator;
    return result;
}
