#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dispute_model.h"

/* Broken once to see it fail: a rejection before the answer that the law demands, a proposal approved by its proposer,
 * a proposal that survived the answer's return, a credit above what is owed, the weaker claim taken over the stricter.
 */

#define OPENED_US  (20600 * US_PER_DAY + 15 * US_PER_HOUR)
#define DAYS       30
#define OWED_MINOR 25000

static const struct account ACCOUNT = {
    .account_id = {{1, [15] = 7}},
    .debtor_id = {{2, [15] = 7}},
    .agency_id = 3,
    .currency = "USD",
    .is_balance_known = true,
    .balance_minor = OWED_MINOR,
};

static struct dispute_claim claim_of(enum dispute_kind kind)
{
    return (struct dispute_claim){
        .dispute_id = {{4, [15] = 7}},
        .source = SOURCE_DEBTOR,
        .kind = kind,
        .reason = "not mine",
        .is_written = kind != KIND_ORAL,
        .is_timely = kind != KIND_LATE,
        .opened_at = {OPENED_US},
        .received_at = {OPENED_US},
        .amount_minor = kind == KIND_PART ? 4000 : 0,
        .answer_due_on = {kind == KIND_BUREAU ? 20620 : 0},
        .opened_by = "user:anna",
        .bureau = "",
        .bureau_reference = "",
        .verification_days = DAYS,
    };
}

static struct dispute opened_as(enum dispute_kind kind)
{
    const struct dispute_claim claim = claim_of(kind);

    return dispute_open(&ACCOUNT, &claim);
}

static struct dispute opened(void)
{
    return opened_as(KIND_WRITTEN);
}

static void must_move(struct dispute *dispute, enum dispute_event event)
{
    const char *text = NULL;
    struct error err = {0};

    if (dispute_move(dispute, event, "", &text, &err) != STATUS_OK)
        fail_msg("%s", err.text);
}

static void must_answer(struct dispute *dispute)
{
    const struct dispute_answer answer = {.at = {OPENED_US + US_PER_DAY},
                                          .medium = MEDIUM_MAIL,
                                          .sent_on = {20601},
                                          .by = "user:anna",
                                          .note = "by post"};

    assert_int_equal(dispute_answer(dispute, &answer, NULL), STATUS_OK);
}

static enum status resolve(struct dispute *dispute, enum dispute_outcome outcome, int64_t credit_minor,
                           struct error *err)
{
    const struct dispute_resolution resolution = {
        .outcome = outcome,
        .credit_minor = credit_minor,
        .root_cause = ROOT_CAUSE_AMOUNT,
        .root_cause_text = "",
        .by = "user:anna",
        .note = "checked",
        .at = {OPENED_US + 2 * US_PER_DAY},
    };

    return dispute_resolve(dispute, &ACCOUNT, &resolution, err);
}

static enum status decide(struct dispute *dispute, const struct account *account, bool is_approved, const char *by,
                          struct error *err)
{
    const struct dispute_decision decision = {
        .is_approved = is_approved, .by = by, .note = "", .at = {OPENED_US + 3 * US_PER_DAY}};

    return dispute_decide(dispute, account, &decision, err);
}

static void a_new_dispute_is_open_until_its_verification_is_due(void **state)
{
    struct dispute dispute = opened();
    (void)state;

    assert_int_equal(dispute.state, DISPUTE_OPEN);
    assert_int_equal(dispute.outcome, OUTCOME_PENDING);
    assert_int_equal(dispute.source, SOURCE_DEBTOR);
    assert_string_equal(dispute.reason, "not mine");
    assert_true(dispute.is_written);
    assert_false(dispute.is_escalated);
    assert_true(dispute.opened_at.us == OPENED_US);
    assert_true(dispute.deadline_at.us == OPENED_US + DAYS * US_PER_DAY);
    assert_true(id_equal(&dispute.account_id, &ACCOUNT.account_id));
    assert_true(id_equal(&dispute.debtor_id, &ACCOUNT.debtor_id));
    assert_int_equal(dispute.agency_id, 3);
    assert_int_equal(dispute.law_hold, LAW_HOLD_WHOLE);
    assert_string_equal(dispute.opened_by, "user:anna");
    assert_string_equal(dispute.currency, "USD");
}

static void policy_frees_only_what_the_law_does_not_hold(void **state)
{
    struct dispute_claim claim = claim_of(KIND_ORAL);
    (void)state;

    assert_int_equal(dispute_open(&ACCOUNT, &claim).contact_hold, LAW_HOLD_WHOLE); /* the strict policy */
    claim.is_held_by_law_alone = true;
    assert_int_equal(dispute_open(&ACCOUNT, &claim).contact_hold, LAW_HOLD_NOTHING);
    claim = claim_of(KIND_WRITTEN);
    claim.is_held_by_law_alone = true;
    assert_int_equal(dispute_open(&ACCOUNT, &claim).contact_hold, LAW_HOLD_WHOLE);
    claim = claim_of(KIND_PART);
    struct dispute part = dispute_open(&ACCOUNT, &claim);
    assert_int_equal(part.contact_hold, LAW_HOLD_WHOLE);
    assert_true(dispute_held_minor(&part) == 0);
    claim.is_held_by_law_alone = true;
    part = dispute_open(&ACCOUNT, &claim);
    assert_int_equal(part.contact_hold, LAW_HOLD_PART);
    assert_true(dispute_held_minor(&part) == 4000);
    claim.is_written = false; /* on the phone the law holds nothing of it */
    part = dispute_open(&ACCOUNT, &claim);
    assert_int_equal(part.contact_hold, LAW_HOLD_NOTHING);
    assert_true(dispute_held_minor(&part) == 0);
}

/* Disputed again before the answer, by the law alone. */
static void what_is_held_grows_and_never_shrinks(void **state)
{
    static const struct {
        int64_t first_minor; /* of a part; 0: said on the phone, of all */
        enum dispute_kind second;
        int64_t second_minor;
        bool is_by_law_alone; /* the SOP when it is disputed again */
        enum law_hold hold;
        int64_t held_minor;
    } rows[] = {
        {0, KIND_ORAL, 0, true, LAW_HOLD_NOTHING, 0},
        {0, KIND_PART, 4000, true, LAW_HOLD_PART, 4000},
        {0, KIND_ORAL, 0, false, LAW_HOLD_WHOLE, 0},
        {4000, KIND_ORAL, 0, true, LAW_HOLD_PART, 4000},
        {4000, KIND_ORAL, 0, false, LAW_HOLD_WHOLE, 0},
        {4000, KIND_PART, 1000, true, LAW_HOLD_PART, 5000},
        {4000, KIND_PART, 1000, false, LAW_HOLD_WHOLE, 0},
        {4000, KIND_PART, OWED_MINOR - 4000, true, LAW_HOLD_WHOLE, 0}, /* together all that is owed */
        {4000, KIND_WRITTEN, 0, true, LAW_HOLD_WHOLE, 0},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct dispute_claim first = claim_of(rows[i].first_minor != 0 ? KIND_PART : KIND_ORAL);
        struct dispute_claim second = claim_of(rows[i].second);
        first.is_held_by_law_alone = true;
        first.amount_minor = rows[i].first_minor;
        second.is_held_by_law_alone = rows[i].is_by_law_alone;
        second.amount_minor = rows[i].second_minor;
        struct dispute dispute = dispute_open(&ACCOUNT, &first);
        const bool is_any = dispute_strengthen(&dispute, &second, OWED_MINOR);
        if (is_any != (rows[i].second != KIND_ORAL || !rows[i].is_by_law_alone) ||
            dispute.contact_hold != rows[i].hold || dispute_held_minor(&dispute) != rows[i].held_minor)
            fail_msg("row %zu", i);
        /* The strict policy's hold stays whole, whatever comes. */
        first.is_held_by_law_alone = false;
        dispute = dispute_open(&ACCOUNT, &first);
        (void)dispute_strengthen(&dispute, &second, OWED_MINOR);
        assert_int_equal(dispute.contact_hold, LAW_HOLD_WHOLE);
    }
}

/* In which way a dispute of a state comes to a test. */
enum variant {
    PLAIN,
    ANSWERED,
    ORAL, /* the law demands no answer */
    VARIANTS_END,
};

struct row {
    enum dispute_state from;
    enum variant variant;
    enum dispute_event event;
    enum dispute_state to;
    enum dispute_outcome outcome;
};

#define ENDS(from, variant)                                                                                            \
    {from, variant, DISPUTE_EVENT_WITHDRAW, DISPUTE_RESOLVED, OUTCOME_WITHDRAWN},                                      \
    {                                                                                                                  \
        from, variant, DISPUTE_EVENT_RECALL, DISPUTE_RESOLVED, OUTCOME_RECALLED                                        \
    }
#define UNANSWERED_OPEN(variant)                                                                                       \
    ENDS(DISPUTE_OPEN, variant), {DISPUTE_OPEN, variant, DISPUTE_EVENT_VERIFY, DISPUTE_VERIFIED, OUTCOME_PENDING},     \
        {DISPUTE_OPEN, variant, DISPUTE_EVENT_UPHOLD, DISPUTE_RESOLVED, OUTCOME_UPHELD},                               \
        {DISPUTE_OPEN, variant, DISPUTE_EVENT_CONCEDE, DISPUTE_RESOLVED, OUTCOME_CONCEDED},                            \
        {DISPUTE_OPEN, variant, DISPUTE_EVENT_OVERDUE, DISPUTE_OPEN, OUTCOME_PENDING},                                 \
        {DISPUTE_OPEN, variant, DISPUTE_EVENT_PROPOSE, DISPUTE_PROPOSED, OUTCOME_PENDING},                             \
        {DISPUTE_OPEN, variant, DISPUTE_EVENT_ASK, DISPUTE_OPEN, OUTCOME_PENDING},                                     \
    {                                                                                                                  \
        DISPUTE_OPEN, variant, DISPUTE_EVENT_AMEND, DISPUTE_OPEN, OUTCOME_PENDING                                      \
    }
#define UNANSWERED_PROPOSED(variant)                                                                                   \
    ENDS(DISPUTE_PROPOSED, variant),                                                                                   \
        {DISPUTE_PROPOSED, variant, DISPUTE_EVENT_APPROVE, DISPUTE_RESOLVED, OUTCOME_PARTLY},                          \
        {DISPUTE_PROPOSED, variant, DISPUTE_EVENT_DECLINE, DISPUTE_OPEN, OUTCOME_PENDING},                             \
        {DISPUTE_PROPOSED, variant, DISPUTE_EVENT_VERIFY, DISPUTE_PROPOSED, OUTCOME_PENDING},                          \
        {DISPUTE_PROPOSED, variant, DISPUTE_EVENT_OVERDUE, DISPUTE_PROPOSED, OUTCOME_PENDING},                         \
        {DISPUTE_PROPOSED, variant, DISPUTE_EVENT_ASK, DISPUTE_PROPOSED, OUTCOME_PENDING},                             \
    {                                                                                                                  \
        DISPUTE_PROPOSED, variant, DISPUTE_EVENT_AMEND, DISPUTE_PROPOSED, OUTCOME_PENDING                              \
    }

static const struct row ROWS[] = {
    UNANSWERED_OPEN(PLAIN),
    UNANSWERED_OPEN(ORAL),
    {DISPUTE_OPEN, ORAL, DISPUTE_EVENT_REJECT, DISPUTE_RESOLVED, OUTCOME_REJECTED},
    ENDS(DISPUTE_VERIFIED, ANSWERED),
    {DISPUTE_VERIFIED, ANSWERED, DISPUTE_EVENT_UPHOLD, DISPUTE_RESOLVED, OUTCOME_UPHELD},
    {DISPUTE_VERIFIED, ANSWERED, DISPUTE_EVENT_REJECT, DISPUTE_RESOLVED, OUTCOME_REJECTED},
    {DISPUTE_VERIFIED, ANSWERED, DISPUTE_EVENT_CONCEDE, DISPUTE_RESOLVED, OUTCOME_CONCEDED},
    {DISPUTE_VERIFIED, ANSWERED, DISPUTE_EVENT_REPEAT, DISPUTE_RESOLVED, OUTCOME_REPEATED},
    {DISPUTE_VERIFIED, ANSWERED, DISPUTE_EVENT_PROPOSE, DISPUTE_PROPOSED, OUTCOME_PENDING},
    {DISPUTE_VERIFIED, ANSWERED, DISPUTE_EVENT_RETURN, DISPUTE_OPEN, OUTCOME_PENDING},
    UNANSWERED_PROPOSED(PLAIN),
    UNANSWERED_PROPOSED(ORAL),
    ENDS(DISPUTE_PROPOSED, ANSWERED),
    {DISPUTE_PROPOSED, ANSWERED, DISPUTE_EVENT_APPROVE, DISPUTE_RESOLVED, OUTCOME_PARTLY},
    {DISPUTE_PROPOSED, ANSWERED, DISPUTE_EVENT_DECLINE, DISPUTE_VERIFIED, OUTCOME_PENDING},
    {DISPUTE_PROPOSED, ANSWERED, DISPUTE_EVENT_REPEAT, DISPUTE_RESOLVED, OUTCOME_REPEATED},
    {DISPUTE_PROPOSED, ANSWERED, DISPUTE_EVENT_RETURN, DISPUTE_OPEN, OUTCOME_PENDING},
    {DISPUTE_RESOLVED, ANSWERED, DISPUTE_EVENT_RETURN, DISPUTE_OPEN, OUTCOME_PENDING},
};

static const struct row *row_of(enum dispute_state from, enum variant variant, enum dispute_event event)
{
    for (size_t i = 0; i < ARRAY_SIZE(ROWS); i++)
        if (ROWS[i].from == from && ROWS[i].variant == variant && ROWS[i].event == event)
            return &ROWS[i];
    return NULL;
}

/* False where there is none such: what is verified is answered. */
static bool bring(enum dispute_state from, enum variant variant, struct dispute *ret_dispute)
{
    if (from == DISPUTE_VERIFIED && variant != ANSWERED)
        return false;
    if (from == DISPUTE_OPEN && variant == ANSWERED)
        return false;
    *ret_dispute = opened_as(variant == ORAL ? KIND_ORAL : KIND_WRITTEN);
    ret_dispute->state = from;
    if (variant == ANSWERED)
        ret_dispute->answered_at.us = OPENED_US;
    if (from == DISPUTE_RESOLVED)
        ret_dispute->outcome = OUTCOME_REJECTED;
    if (from == DISPUTE_PROPOSED)
        ret_dispute->proposed_outcome = OUTCOME_PARTLY;
    return true;
}

static void expect_move(const struct row *row, struct dispute *dispute, enum dispute_event event)
{
    const struct dispute before = *dispute;
    const char *text = NULL;
    enum status st = dispute_move(dispute, event, "because", &text, NULL);

    if (!row) {
        assert_int_equal(st, STATUS_FAILED_PRECONDITION);
        assert_memory_equal(dispute, &before, sizeof(before));
        assert_null(text);
        return;
    }
    assert_int_equal(st, STATUS_OK);
    assert_int_equal(dispute->state, row->to);
    assert_int_equal(dispute->outcome, row->outcome);
    assert_string_equal(dispute->note, "because");
    assert_non_null(text);
}

/* Every state, each as it may be, with every event; what has no row here must be refused and change nothing. */
static void every_state_takes_only_the_events_that_it_has(void **state)
{
    (void)state;
    for (int from = DISPUTE_OPEN; from < DISPUTE_STATES_END; from++)
        for (int variant = PLAIN; variant < VARIANTS_END; variant++)
            for (int event = 0; event < DISPUTE_EVENTS_END; event++) {
                struct dispute dispute;
                if (bring((enum dispute_state)from, (enum variant)variant, &dispute))
                    expect_move(row_of((enum dispute_state)from, (enum variant)variant, (enum dispute_event)event),
                                &dispute, (enum dispute_event)event);
            }
}

static void a_refusal_says_in_which_state_the_dispute_is(void **state)
{
    struct dispute dispute = opened();
    struct error err = {0};
    const char *text;
    (void)state;

    assert_int_equal(dispute_return(&dispute, "", (struct instant){OPENED_US}, DAYS, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "open: nothing stands on an answer"));
    assert_int_equal(resolve(&dispute, OUTCOME_REJECTED, 0, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "1006.38(d)(2)(i)"));
    must_move(&dispute, DISPUTE_EVENT_VERIFY);
    assert_int_equal(dispute_move(&dispute, DISPUTE_EVENT_VERIFY, "", &text, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "verified already"));
}

static void has_no_deadline_once_it_is_answered_or_resolved(void **state)
{
    static const enum dispute_event events[] = {DISPUTE_EVENT_VERIFY, DISPUTE_EVENT_UPHOLD, DISPUTE_EVENT_RECALL};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        struct dispute dispute = opened();
        must_move(&dispute, events[i]);
        assert_true(dispute.deadline_at.us == 0);
    }
    struct dispute proposed = opened();
    must_move(&proposed, DISPUTE_EVENT_PROPOSE);
    assert_true(proposed.deadline_at.us == OPENED_US + DAYS * US_PER_DAY); /* nobody has answered by that */
}

static void an_overdue_dispute_stays_due_and_is_escalated(void **state)
{
    struct dispute dispute = opened();
    (void)state;

    must_move(&dispute, DISPUTE_EVENT_OVERDUE);
    assert_true(dispute.is_escalated);
    assert_true(dispute.deadline_at.us == OPENED_US + DAYS * US_PER_DAY);
    /* Late verification is still verification; that it was escalated is not forgotten. */
    must_move(&dispute, DISPUTE_EVENT_VERIFY);
    assert_true(dispute.is_escalated);
}

static void an_answer_that_came_back_was_not_sent(void **state)
{
    const struct instant later = {OPENED_US + 5 * US_PER_DAY};
    const struct id letter = {{9}}, other = {{8}}, none = {{0}};
    struct dispute dispute = opened();
    (void)state;

    assert_false(dispute_is_answer(&dispute, &none));
    must_answer(&dispute);
    assert_true(dispute_is_answered(&dispute) && !dispute_is_held_by_law(&dispute));
    assert_true(dispute_is_answer(&dispute, &letter)); /* by which permit it went is not known */
    dispute.answer_permit_id = letter;
    assert_true(dispute_is_answer(&dispute, &letter) && dispute_is_answer(&dispute, &none));
    assert_false(dispute_is_answer(&dispute, &other));
    assert_int_equal(dispute_return(&dispute, "moved", later, DAYS, NULL), STATUS_OK);
    assert_int_equal(dispute.state, DISPUTE_OPEN);
    assert_true(dispute_is_held_by_law(&dispute));
    assert_true(dispute.deadline_at.us == later.us + DAYS * US_PER_DAY);
    assert_int_equal(dispute.returns, 1);

    /* A law's own period goes on, whatever came back. */
    struct dispute direct = opened_as(KIND_DIRECT);
    const struct instant due = direct.deadline_at;
    must_answer(&direct);
    assert_int_equal(dispute_return(&direct, "", later, DAYS, NULL), STATUS_OK);
    assert_true(direct.deadline_at.us == due.us);
}

static void what_stood_by_an_answer_falls_with_it(void **state)
{
    static const struct {
        enum dispute_outcome outcome;
        enum status status;
    } rows[] = {
        {OUTCOME_REJECTED, STATUS_OK},
        {OUTCOME_PARTLY, STATUS_OK},
        {OUTCOME_UPHELD, STATUS_FAILED_PRECONDITION},
        {OUTCOME_WITHDRAWN, STATUS_FAILED_PRECONDITION},
        {OUTCOME_CONCEDED, STATUS_FAILED_PRECONDITION},
        {OUTCOME_RECALLED, STATUS_FAILED_PRECONDITION},
        {OUTCOME_REPEATED, STATUS_FAILED_PRECONDITION},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct dispute dispute = opened();
        must_answer(&dispute);
        dispute.state = DISPUTE_RESOLVED;
        dispute.outcome = rows[i].outcome;
        if (dispute_return(&dispute, "", (struct instant){OPENED_US}, DAYS, NULL) != rows[i].status)
            fail_msg("row %zu", i);
    }
}

static void relevant_information_prolongs_a_period_of_the_fcra_once(void **state)
{
    const int64_t end_us = (20600 + 30 + 1) * US_PER_DAY;
    struct dispute_information news = {.at = {OPENED_US + 30 * US_PER_DAY}, .is_relevant = true, .note = ""};
    struct dispute dispute = opened_as(KIND_DIRECT);
    (void)state;

    assert_true(dispute.deadline_at.us == end_us);
    news.at.us += US_PER_DAY; /* the 31st day */
    assert_int_equal(dispute_inform(&dispute, &news, NULL), STATUS_OK);
    assert_true(dispute.deadline_at.us == end_us);
    news.at.us -= US_PER_DAY;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(dispute_inform(&dispute, &news, NULL), STATUS_OK);
        assert_true(dispute.deadline_at.us == end_us + 15 * US_PER_DAY);
    }
    struct dispute found = opened_as(KIND_DIRECT); /* to be wrong */
    assert_int_equal(resolve(&found, OUTCOME_UPHELD, OWED_MINOR, NULL), STATUS_OK);
    assert_int_equal(dispute_inform(&found, &news, NULL), STATUS_OK);
    assert_true(found.deadline_at.us == end_us);
    struct dispute written = opened();
    assert_int_equal(dispute_inform(&written, &news, NULL), STATUS_OK);
    assert_true(written.deadline_at.us == OPENED_US + DAYS * US_PER_DAY);
    assert_int_equal(written.state, DISPUTE_OPEN);
}

static void a_frivolous_dispute_is_answered_within_five_business_days(void **state)
{
    const struct dispute_information news = {.at = {OPENED_US}, .is_frivolous = true, .note = ""};
    struct dispute direct = opened_as(KIND_DIRECT), written = opened();
    struct error err = {0};
    (void)state;

    assert_int_equal(dispute_inform(&direct, &news, NULL), STATUS_OK);
    assert_int_equal(direct.frivolous_on.days, 20600);
    assert_true(direct.deadline_at.us == (20607 + 1) * US_PER_DAY);
    assert_int_equal(dispute_inform(&written, &news, &err), STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(err.text, "1022.43(f)"));
}

static void a_bureau_names_the_day_and_may_name_another(void **state)
{
    const struct dispute_information news = {.at = {OPENED_US}, .answer_due_on = {20635}, .note = ""};
    struct dispute dispute = opened_as(KIND_BUREAU), written = opened();
    (void)state;

    assert_true(dispute.deadline_at.us == 20621 * US_PER_DAY);
    must_move(&dispute, DISPUTE_EVENT_OVERDUE);
    assert_int_equal(dispute_inform(&dispute, &news, NULL), STATUS_OK);
    assert_true(dispute.deadline_at.us == 20636 * US_PER_DAY);
    assert_false(dispute.is_escalated); /* it may be, of the new day */
    assert_int_equal(dispute_inform(&written, &news, NULL), STATUS_FAILED_PRECONDITION);
}

static void a_claim_on_top_takes_what_is_stricter_and_loses_nothing(void **state)
{
    static const struct {
        enum dispute_kind first, second;
        bool is_any;
        enum dispute_kind kind;
        enum law_hold hold;
        int64_t amount_minor;
    } rows[] = {
        {KIND_WRITTEN, KIND_ORAL, false, KIND_WRITTEN, LAW_HOLD_WHOLE, 0},
        {KIND_WRITTEN, KIND_WRITTEN, false, KIND_WRITTEN, LAW_HOLD_WHOLE, 0},
        {KIND_WRITTEN, KIND_PART, false, KIND_WRITTEN, LAW_HOLD_WHOLE, 0},
        {KIND_ORAL, KIND_WRITTEN, true, KIND_WRITTEN, LAW_HOLD_WHOLE, 0},
        {KIND_LATE, KIND_DUPLICATE, true, KIND_DUPLICATE, LAW_HOLD_WHOLE, 0},
        {KIND_ORAL, KIND_PART, true, KIND_PART, LAW_HOLD_PART, 4000},
        {KIND_PART, KIND_WRITTEN, true, KIND_WRITTEN, LAW_HOLD_WHOLE, 0},
        {KIND_PART, KIND_PART, true, KIND_PART, LAW_HOLD_PART, 8000},
        {KIND_PART, KIND_ORAL, false, KIND_PART, LAW_HOLD_PART, 4000},
        {KIND_WRITTEN, KIND_BUREAU, true, KIND_WRITTEN, LAW_HOLD_WHOLE, 0}, /* its day is sooner */
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct dispute dispute = opened_as(rows[i].first);
        const struct dispute_claim claim = claim_of(rows[i].second);
        if (dispute_strengthen(&dispute, &claim, OWED_MINOR) != rows[i].is_any || dispute.kind != rows[i].kind ||
            dispute.law_hold != rows[i].hold || dispute.amount_minor != rows[i].amount_minor)
            fail_msg("row %zu", i);
    }
    /* Parts that are all together are all; what was not held is held now. */
    struct dispute part = opened_as(KIND_PART);
    struct dispute_claim rest = claim_of(KIND_PART);
    rest.amount_minor = OWED_MINOR - 4000;
    assert_true(dispute_strengthen(&part, &rest, OWED_MINOR));
    assert_int_equal(part.amount_minor, 0);
    assert_int_equal(part.law_hold, LAW_HOLD_WHOLE);
    struct dispute_claim said = claim_of(KIND_ORAL), wrote = claim_of(KIND_WRITTEN);
    said.is_held_by_law_alone = wrote.is_held_by_law_alone = true;
    struct dispute free = dispute_open(&ACCOUNT, &said);
    assert_false(dispute_strengthen(&free, &said, OWED_MINOR));
    assert_true(dispute_strengthen(&free, &wrote, OWED_MINOR));
    assert_int_equal(free.contact_hold, LAW_HOLD_WHOLE);
}

static void a_credit_is_what_the_outcome_and_the_account_allow(void **state)
{
    static const struct {
        enum dispute_kind kind;
        enum dispute_outcome outcome;
        int64_t credit_minor;
        const char *why; /* NULL: proposed */
    } rows[] = {
        {KIND_ORAL, OUTCOME_UPHELD, OWED_MINOR, NULL},
        {KIND_ORAL, OUTCOME_PARTLY, 1, NULL},
        {KIND_ORAL, OUTCOME_PARTLY, OWED_MINOR - 1, NULL},
        {KIND_PART, OUTCOME_UPHELD, 4000, NULL},
        {KIND_PART, OUTCOME_CONCEDED, 4000, NULL},
        {KIND_ORAL, OUTCOME_PARTLY, 0, "needs the amount"},
        {KIND_ORAL, OUTCOME_PARTLY, -1, "must be positive"},
        {KIND_ORAL, OUTCOME_PARTLY, OWED_MINOR, "say upheld"},
        {KIND_ORAL, OUTCOME_UPHELD, OWED_MINOR + 1, "more than the 25000"},
        {KIND_ORAL, OUTCOME_UPHELD, 100, "say partly"},
        {KIND_PART, OUTCOME_UPHELD, 4001, "more than the 4000"},
        {KIND_ORAL, OUTCOME_REJECTED, 100, "where the debt stands"},
        {KIND_ORAL, OUTCOME_WITHDRAWN, 100, "where the debt stands"},
        {KIND_WRITTEN, OUTCOME_PARTLY, 100, "once the answer was sent"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct dispute dispute = opened_as(rows[i].kind);
        struct error err = {0};
        enum status st = resolve(&dispute, rows[i].outcome, rows[i].credit_minor, &err);
        if (!rows[i].why && (st != STATUS_OK || dispute.state != DISPUTE_PROPOSED))
            fail_msg("row %zu: %s", i, err.text);
        if (rows[i].why && (st == STATUS_OK || dispute.state != DISPUTE_OPEN || !strstr(err.text, rows[i].why)))
            fail_msg("row %zu: '%s' lacks '%s'", i, err.text, rows[i].why);
    }
}

static void a_credit_takes_two_persons(void **state)
{
    struct account less = ACCOUNT;
    struct dispute dispute = opened();
    struct error err = {0};
    (void)state;

    assert_int_equal(decide(&dispute, &ACCOUNT, true, "user:ben", &err), STATUS_FAILED_PRECONDITION);
    assert_int_equal(resolve(&dispute, OUTCOME_UPHELD, OWED_MINOR, &err), STATUS_OK);
    assert_int_equal(decide(&dispute, &ACCOUNT, true, "user:anna", &err), STATUS_PERMISSION_DENIED);
    assert_int_equal(decide(&dispute, &ACCOUNT, false, "user:anna", &err), STATUS_PERMISSION_DENIED);
    less.balance_minor = OWED_MINOR - 1; /* something was paid meanwhile */
    assert_int_equal(decide(&dispute, &less, true, "user:ben", &err), STATUS_FAILED_PRECONDITION);
    assert_int_equal(dispute.state, DISPUTE_PROPOSED);
    assert_int_equal(decide(&dispute, &ACCOUNT, true, "user:ben", &err), STATUS_OK);
    assert_int_equal(dispute.state, DISPUTE_RESOLVED);
    assert_int_equal(dispute.outcome, OUTCOME_UPHELD);
    assert_int_equal(dispute.credit_minor, OWED_MINOR);
    assert_string_equal(dispute.proposed_by, "user:anna");
    assert_string_equal(dispute.decided_by, "user:ben");
    assert_false(dispute_is_rest_owed(&dispute));
}

static void what_does_not_end_by_approval_takes_no_credit_along(void **state)
{
    static const enum dispute_event events[] = {DISPUTE_EVENT_RECALL, DISPUTE_EVENT_WITHDRAW, DISPUTE_EVENT_RETURN,
                                                DISPUTE_EVENT_REPEAT, DISPUTE_EVENT_DECLINE};
    (void)state;

    for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
        struct dispute dispute = opened();
        must_answer(&dispute);
        assert_int_equal(resolve(&dispute, OUTCOME_PARTLY, 100, NULL), STATUS_OK);
        must_move(&dispute, events[i]);
        assert_int_equal(dispute.credit_minor, 0);
        assert_int_equal(dispute.proposed_outcome, OUTCOME_PENDING);
    }
    struct dispute part = opened_as(KIND_PART);
    assert_int_equal(resolve(&part, OUTCOME_UPHELD, 0, NULL), STATUS_OK); /* the ledger knows already */
    assert_int_equal(part.state, DISPUTE_RESOLVED);
    assert_true(dispute_is_rest_owed(&part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_dispute_is_open_until_its_verification_is_due),
        cmocka_unit_test(policy_frees_only_what_the_law_does_not_hold),
        cmocka_unit_test(what_is_held_grows_and_never_shrinks),
        cmocka_unit_test(every_state_takes_only_the_events_that_it_has),
        cmocka_unit_test(a_refusal_says_in_which_state_the_dispute_is),
        cmocka_unit_test(has_no_deadline_once_it_is_answered_or_resolved),
        cmocka_unit_test(an_overdue_dispute_stays_due_and_is_escalated),
        cmocka_unit_test(an_answer_that_came_back_was_not_sent),
        cmocka_unit_test(what_stood_by_an_answer_falls_with_it),
        cmocka_unit_test(relevant_information_prolongs_a_period_of_the_fcra_once),
        cmocka_unit_test(a_frivolous_dispute_is_answered_within_five_business_days),
        cmocka_unit_test(a_bureau_names_the_day_and_may_name_another),
        cmocka_unit_test(a_claim_on_top_takes_what_is_stricter_and_loses_nothing),
        cmocka_unit_test(a_credit_is_what_the_outcome_and_the_account_allow),
        cmocka_unit_test(a_credit_takes_two_persons),
        cmocka_unit_test(what_does_not_end_by_approval_takes_no_credit_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
