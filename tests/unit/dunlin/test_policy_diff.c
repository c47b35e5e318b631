#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy_diff.h"

/* Two texts, and what is said of their difference: each row changes one thing of a whole, there and back. */

#define SOP                                                                                                            \
    "name: small\n"                                                                                                    \
    "title: Small\n"                                                                                                   \
    "owner: Ann\n"                                                                                                     \
    "review_by: 2027-01-31\n"                                                                                          \
    "rule_packs: [us-federal, house]\n"                                                                                \
    "languages: [en]\n"                                                                                                \
    "promise_grace_days: 2\n"                                                                                          \
    "verification_days: 30\n"                                                                                          \
    "buckets: [ { code: current, to_day: 0 }, { code: late, from_day: 1 } ]\n"                                         \
    "classes:\n"                                                                                                       \
    "  - { code: none, title: None, when: [ { fact: balance_minor, at_most: 0 } ], segment: s, risk: low, priority: "  \
    "1 }\n"                                                                                                            \
    "  - { code: early, title: Early, when: [ { fact: days_past_due, at_least: 1, at_most: 30 } ],\n"                  \
    "      segment: s, risk: low, priority: 5, strategy: soft }\n"                                                     \
    "  - { code: rest, title: Rest, segment: s, risk: low, priority: 5, strategy: soft }\n"                            \
    "strategies:\n"                                                                                                    \
    "  - code: soft\n"                                                                                                 \
    "    title: Soft\n"                                                                                                \
    "    steps:\n"                                                                                                     \
    "      - { code: letter-1, from: placed, day: 0, channel: letter, template: hello }\n"                             \
    "      - { code: call-1, from: classified, day: 3, channel: call, repeat: { every_days: 7, times: 3 } }\n"         \
    "      - { code: call-2, from: classified, day: 40, channel: call }\n"                                             \
    "    exits: [ { on: days_in_strategy, days: 50, to: return } ]\n"                                                  \
    "exits: [ { on: paid, to: close } ]\n"                                                                             \
    "authority:\n"                                                                                                     \
    "  - { role: manager, minimum_payment_minor: 500, longest_plan_months: 6, largest_discount_percent: 20 }\n"        \
    "escalations:\n"                                                                                                   \
    "  - { code: big, title: Big, on: condition, when: [ { fact: payments, at_most: 0 } ], to: manager,\n"             \
    "      within_hours: 24, action: call }\n"                                                                         \
    "targets: [ { kpi: recovery_rate, at_least: 18 } ]\n"

#define PACK                                                                                                           \
    "name: small\n"                                                                                                    \
    "title: Small\n"                                                                                                   \
    "rules:\n"                                                                                                         \
    "  - { id: HOURS, citation: law 1, title: Hours, kind: calling_window, from: \"08:00\", to: \"21:00\", scope: "    \
    "reg_f }\n"                                                                                                        \
    "  - { id: CAP, citation: law 2, title: Cap, kind: contact_cap, limit: 5, days: 7, media: [call, text],\n"         \
    "      counts: communications, per: consumer_and_debt, target: personal, leaves_out: [replies],\n"                 \
    "      severity: block_presumed, effective_from: 2026-01-01, effective_to: 2026-12-31 }\n"                         \
    "  - { id: WARN, citation: law 3, title: Warn, kind: cumulative, limit: 9, days: 7, severity: warn }\n"            \
    "  - { id: RATE, citation: law 4, title: Rate, kind: computed }\n"                                                 \
    "  - { id: COOL, citation: law 5, title: Cool, kind: cool_down, days: 7, scope: all }\n"                           \
    "  - { id: HOLD, citation: law 6, title: Hold, kind: hold, hold: paid }\n"

#define TEMPLATE                                                                                                       \
    "name: small\n"                                                                                                    \
    "language: en\n"                                                                                                   \
    "title: Small\n"                                                                                                   \
    "channels: [email, letter]\n"                                                                                      \
    "subject: Hello\n"                                                                                                 \
    "opt_out_notice: true\n"                                                                                           \
    "disclosures: [debt_collector]\n"                                                                                  \
    "body: |\n"                                                                                                        \
    "  one\n"                                                                                                          \
    "  two\n"                                                                                                          \
    "  STOP\n"

#define AGREEMENTS                                                                                                     \
    "name: small\n"                                                                                                    \
    "owner: Ann\n"                                                                                                     \
    "reference_rates: [ { authority: ecb, half: 2026-H1, percent: 2.15 } ]\n"                                          \
    "agreements:\n"                                                                                                    \
    "  - client: a\n"                                                                                                  \
    "    valid_from: 2026-01-01\n"                                                                                     \
    "    apply: [costs, fees, interest, principal]\n"                                                                  \
    "    order: oldest\n"                                                                                              \
    "    fees: [ { paid: client, to_day: 90, percent: 10 }, { percent: 25, minimum_minor: 50 } ]\n"                    \
    "    remittance: { method: net, every: month, payee: A, reference: R }\n"                                          \
    "    interest: { basis: law, rate_percent: 5, day_count: actual/365, from: due, evidence: s. 1 }\n"                \
    "    debtor_fees: [ { code: nsf, amount_minor: 500, bucket: fees, basis: agreement, evidence: c. 9 } ]\n"          \
    "  - client: \"*\"\n"                                                                                              \
    "    apply: [principal, interest, fees, costs]\n"                                                                  \
    "    order: largest\n"                                                                                             \
    "    fees: [ { percent: 25 } ]\n"                                                                                  \
    "    remittance: { method: gross, every: week, minimum_minor: 5, payee: P, reference: R }\n"

struct row {
    const char *from, *to; /* texts of the whole */
    const char *forth;     /* what is said where the second takes the place of the first; a line each */
    const char *back;      /* the other way round; NULL: the same with the signs turned */
};

static char *replaced(const char *whole, const char *from, const char *to)
{
    const char *at = strstr(whole, from);
    if (at == NULL)
        fail_msg("'%s' is not there", from);
    return g_strdup_printf("%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
}

static void read_text(struct policy_files *files, const char *text)
{
    char path[] = "/tmp/policy-diff-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    (void)close(fd);
    policy_files_init(files);
    policy_files_add(files, path);
    (void)unlink(path);
    if (files->findings->len > 0) {
        const struct policy_finding *finding = files->findings->pdata[0];
        fail_msg("%zu: %s: %s in\n%s", finding->line, finding->field, finding->text, text);
    }
}

static char *difference(const char *old_text, const char *new_text)
{
    struct policy_files old, new;
    struct policy_diff diff;
    GString *said = g_string_new(NULL);
    read_text(&old, old_text);
    read_text(&new, new_text);
    policy_diff_init(&diff);
    policy_diff_files(&diff, &old, &new);
    for (guint i = 0; i < diff.changes->len; i++) {
        const struct policy_change *change = diff.changes->pdata[i];
        const char *effect = policy_effect_name(change->effect);
        assert_string_equal(change->name,
                            new.entries->len > 0 && change->kind == POLICY_TEMPLATE ? "small.en" : "small");
        g_string_append_printf(said, "%s%s%s%s\n%s", change->text, effect[0] == '\0' ? "" : " (", effect,
                               effect[0] == '\0' ? "" : ")", change->lines == NULL ? "" : change->lines);
    }
    policy_diff_fini(&diff);
    policy_files_fini(&old);
    policy_files_fini(&new);
    return g_string_free(said, FALSE);
}

static void check_said(const char *what, const char *said, const char *expected)
{
    if (strcmp(said, expected) != 0)
        fail_msg("%s:\n%s-- expected:\n%s", what, said, expected);
}

static void check_rows(const char *whole, const struct row *rows, size_t n_rows)
{
    g_autofree char *nothing = difference(whole, whole);
    check_said("the same", nothing, "");
    for (size_t i = 0; i < n_rows; i++) {
        g_autofree char *other = replaced(whole, rows[i].from, rows[i].to);
        g_autofree char *forth = difference(whole, other);
        g_autofree char *back = difference(other, whole);
        check_said(rows[i].to, forth, rows[i].forth);
        if (rows[i].back != NULL)
            check_said(rows[i].from, back, rows[i].back);
    }
}

static void says_what_changes_in_an_sop(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"name: small\n", "# a remark\nname:   small\n", "", ""},
        {"owner: Ann", "owner: Bob", "the owner 'Ann' becomes 'Bob'\n", "the owner 'Bob' becomes 'Ann'\n"},
        {"owner: Ann\n", "", "the owner 'Ann' is gone\n", "the owner is 'Ann' now; there was none\n"},
        {"2027-01-31", "2028-01-31", "the day of review '2027-01-31' becomes '2028-01-31'\n",
         "the day of review '2028-01-31' becomes '2027-01-31'\n"},
        {"[us-federal, house]", "[us-federal]", "no longer works under the rule pack house (looser)\n",
         "works under the rule pack house (stricter)\n"},
        {"promise_grace_days: 2", "promise_grace_days: 4",
         "a promise counts as broken after 2 → 4 days of grace (stricter)\n"
         "an instalment is missed after 2 → 4 days of grace (stricter)\n",
         "a promise counts as broken after 4 → 2 days of grace (looser)\n"
         "an instalment is missed after 4 → 2 days of grace (looser)\n"},
        {"promise_grace_days: 2", "promise_grace_days: 2\npromise_tolerance: { percent: 5 }",
         "a promise counts as paid with 0 minor units → 5 % less (stricter)\n",
         "a promise counts as paid with 5 % → 0 minor units less (looser)\n"},
        {"promise_grace_days: 2",
         "promise_grace_days: 2\nplans: { tolerance: { minor: 9 }, breaks_in_a_row: 2, breaks_in_total: 3, "
         "settlement_percent: 10 }",
         "an instalment counts as paid with 0 minor units → 9 minor units less (stricter)\n"
         "a plan is broken by 1 → 2 missed instalments in a row, 0 → 3 in total (0: never)\n"
         "0 → 10 % are offered off for all at once\n",
         NULL},
        {"verification_days: 30", "verification_days: 20", "a dispute is verified within 30 → 20 days (stricter)\n",
         "a dispute is verified within 20 → 30 days (looser)\n"},
        {"verification_days: 30", "verification_days: 30\ndispute_holds: law",
         "a dispute holds contact only where the law demands it, no longer always (looser)\n",
         "a dispute always holds contact, no longer only where the law demands it (stricter)\n"},
        {"verification_days: 30",
         "verification_days: 30\n"
         "complaints: [ { severity: low, acknowledge_within_hours: 24, resolve_within_days: 30, holds_contact: true } "
         "]",
         "a complaint of severity low is acknowledged within 120 → 24 hours (stricter)\n"
         "a complaint of severity low now stops contact (stricter)\n",
         "a complaint of severity low is acknowledged within 24 → 120 hours (looser)\n"
         "a complaint of severity low no longer stops contact (looser)\n"},
        {"{ code: late, from_day: 1 }", "{ code: soon, from_day: 1, to_day: 9 }, { code: late, from_day: 10 }",
         "Bucket soon is new: days 1 to 9\nBucket late: days 1 to open → 10 to open\n",
         "Bucket soon is gone\nBucket late: days 10 to open → 1 to open\n"},
        {"at_least: 1, at_most: 30", "at_least: 1, at_most: 60",
         "Class early: days past due 1 to 30 → days past due 1 to 60\n",
         "Class early: days past due 1 to 60 → days past due 1 to 30\n"},
        {"balance_minor, at_most: 0", "balance_minor, at_most: 999",
         "Class none: balance at most 0.00 → balance at most 9.99\n",
         "Class none: balance at most 9.99 → balance at most 0.00\n"},
        {"priority: 1 }", "priority: 1, strategy: soft }", "Class none: leads to soft instead of no contact (looser)\n",
         "Class none: leads to no contact instead of soft (stricter)\n"},
        {"title: Early,", "title: Soon,", "Class early: the title 'Early' becomes 'Soon'\n",
         "Class early: the title 'Soon' becomes 'Early'\n"},
        {"  - { code: rest,",
         "  - { code: old, title: Old, when: [ { fact: days_past_due, at_least: 90 }, { fact: payments, at_most: 0 } "
         "],\n"
         "      segment: s, risk: low, priority: 5 }\n  - { code: rest,",
         "Class old is new: days past due at least 90 and payments at most 0 leads to no contact\n",
         "Class old is gone: days past due at least 90 and payments at most 0 led to no contact\n"},
        {"title: Soft", "title: Softly", "Strategy soft: the title 'Soft' becomes 'Softly'\n",
         "Strategy soft: the title 'Softly' becomes 'Soft'\n"},
        {"day: 40, channel", "day: 45, channel", "Strategy soft: step call-2 moves from day 40 to day 45 (stricter)\n",
         "Strategy soft: step call-2 moves from day 45 to day 40 (looser)\n"},
        {"from: classified, day: 40, channel", "from: placed, day: 41, channel",
         "Strategy soft: step call-2 counts from placed instead of classified\n"
         "Strategy soft: step call-2 moves from day 40 to day 41\n",
         "Strategy soft: step call-2 counts from classified instead of placed\n"
         "Strategy soft: step call-2 moves from day 41 to day 40\n"},
        {"every_days: 7, times: 3", "every_days: 5, times: 4",
         "Strategy soft: step call-1 is taken 3 → 4 times (looser)\n"
         "Strategy soft: step call-1 is repeated every 7 → 5 days (looser)\n",
         "Strategy soft: step call-1 is taken 4 → 3 times (stricter)\n"
         "Strategy soft: step call-1 is repeated every 5 → 7 days (stricter)\n"},
        {"channel: letter, template: hello", "channel: email, template: bye, purpose: remedy_notice",
         "Strategy soft: step letter-1 goes by email instead of letter\n"
         "Strategy soft: step letter-1 is for remedy_notice instead of collection\n"
         "Strategy soft: step letter-1: the template 'hello' becomes 'bye'\n",
         "Strategy soft: step letter-1 goes by letter instead of email\n"
         "Strategy soft: step letter-1 is for collection instead of remedy_notice\n"
         "Strategy soft: step letter-1: the template 'bye' becomes 'hello'\n"},
        {"      - { code: letter-1, from: placed, day: 0, channel: letter, template: hello }\n", "",
         "Strategy soft: step letter-1 is gone: letter (hello) on day 0 from placed (stricter)\n",
         "Strategy soft: step letter-1 is new: letter (hello) on day 0 from placed (looser)\n"},
        {"      - { code: call-1, from: classified, day: 3, channel: call, repeat: { every_days: 7, times: 3 } }\n", "",
         "Strategy soft: step call-1 is gone: call on day 3 from classified (stricter)\n",
         "Strategy soft: step call-1 is new: call on day 3 from classified, 3 times every 7 days (looser)\n"},
        {"days: 50, to: return", "days: 60, to: return",
         "Strategy soft: on days_in_strategy accounts go to return after 60 days instead of return after 50 days "
         "(looser)\n",
         "Strategy soft: on days_in_strategy accounts go to return after 50 days instead of return after 60 days "
         "(stricter)\n"},
        {"[ { on: paid, to: close } ]", "[ { on: paid, to: review }, { on: recalled, to: close } ]",
         "All strategies: on paid accounts go to review instead of close\n"
         "All strategies: an exit on recalled is new: close (stricter)\n",
         "All strategies: the exit on recalled is gone: close (looser)\n"
         "All strategies: on paid accounts go to close instead of review\n"},
        {"minimum_payment_minor: 500, longest_plan_months: 6, largest_discount_percent: 20",
         "minimum_payment_minor: 1050, longest_plan_months: 9, largest_discount_percent: 10",
         "Authority of the manager: smallest payment 5.00 → 10.50 (stricter)\n"
         "Authority of the manager: longest plan 6 → 9 months (looser)\n"
         "Authority of the manager: largest discount 20 → 10 % (stricter)\n",
         "Authority of the manager: smallest payment 10.50 → 5.00 (looser)\n"
         "Authority of the manager: longest plan 9 → 6 months (stricter)\n"
         "Authority of the manager: largest discount 10 → 20 % (looser)\n"},
        {"within_hours: 24, action: call", "within_hours: 48, action: review",
         "Escalation big: within 24 → 48 hours (looser)\nEscalation big: review instead of call\n",
         "Escalation big: within 48 → 24 hours (stricter)\nEscalation big: call instead of review\n"},
        {"to: manager,\n      within_hours: 24, action: call",
         "to: manager, client: acme, class: early, agency: northern, again_after_days: 30,\n      priority: 5, "
         "within_hours: 24, action: hand_over",
         "Escalation big: for the client any → acme\n"
         "Escalation big: for the class any → early\n"
         "Escalation big: into the hands of the role → northern\n"
         "Escalation big: again after 0 → 30 days (0: never)\n"
         "Escalation big: priority 0 → 5\n"
         "Escalation big: hand_over instead of call\n",
         "Escalation big: for the client acme → any\n"
         "Escalation big: for the class early → any\n"
         "Escalation big: into the hands of northern → the role\n"
         "Escalation big: again after 30 → 0 days (0: never)\n"
         "Escalation big: priority 5 → 0\n"
         "Escalation big: call instead of hand_over\n"},
        {"at_least: 18", "at_least: 20, at_most: 90", "Target recovery_rate: at least 18 % → 20 to 90 %\n",
         "Target recovery_rate: 20 to 90 % → at least 18 %\n"},
    };
    check_rows(SOP, rows, ARRAY_SIZE(rows));
}

static void says_that_classes_change_places(void **state)
{
    (void)state;
    const char *early =
        "  - { code: early, title: Early, when: [ { fact: days_past_due, at_least: 1, at_most: 30 } ],\n"
        "      segment: s, risk: low, priority: 5, strategy: soft }\n";
    g_autofree char *without = replaced(SOP, early, "");
    g_autofree char *first = g_strconcat("classes:\n", early, NULL);
    g_autofree char *moved = replaced(without, "classes:\n", first);
    g_autofree char *said = difference(SOP, moved);
    check_said("moved", said,
               "Class early is asked in place 1 instead of 2: the first that matches wins\n"
               "Class none is asked in place 2 instead of 1: the first that matches wins\n");
}

static void says_what_changes_in_a_rule_pack(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"from: \"08:00\", to: \"21:00\"", "from: \"09:30\", to: \"20:00\"",
         "Rule HOURS: hours begin at 08:00 → 09:30 (stricter)\nRule HOURS: hours end at 21:00 → 20:00 (stricter)\n",
         "Rule HOURS: hours begin at 09:30 → 08:00 (looser)\nRule HOURS: hours end at 20:00 → 21:00 (looser)\n"},
        {"limit: 5, days: 7", "limit: 3, days: 7", "Rule CAP: limit 5 → 3 in 7 days (stricter)\n",
         "Rule CAP: limit 3 → 5 in 7 days (looser)\n"},
        {"limit: 5, days: 7", "limit: 5, days: 30", "Rule CAP: days 7 → 30 (stricter)\n",
         "Rule CAP: days 30 → 7 (looser)\n"},
        {"media: [call, text]", "media: [call]", "Rule CAP: for calls, texts → for calls (looser)\n",
         "Rule CAP: for calls → for calls, texts (stricter)\n"},
        {"media: [call, text]", "media: [call, email]", "Rule CAP: for calls, texts → for calls, e-mails\n",
         "Rule CAP: for calls, e-mails → for calls, texts\n"},
        {"leaves_out: [replies]", "leaves_out: [replies, consented]",
         "Rule CAP: leaves out replies → leaves out consented calls, replies (looser)\n",
         "Rule CAP: leaves out consented calls, replies → leaves out replies (stricter)\n"},
        {"counts: communications", "counts: attempts", "Rule CAP: counts communications → counts attempts (stricter)\n",
         "Rule CAP: counts attempts → counts communications (looser)\n"},
        {"per: consumer_and_debt", "per: consumer",
         "Rule CAP: counts for each consumer and debt → for each consumer, all debts together (stricter)\n",
         "Rule CAP: counts for each consumer, all debts together → for each consumer and debt (looser)\n"},
        {"target: personal", "target: any", "Rule CAP: anywhere but at work → anywhere (stricter)\n",
         "Rule CAP: anywhere → anywhere but at work (looser)\n"},
        {"severity: block_presumed", "severity: block", "Rule CAP: block_presumed → block (stricter)\n",
         "Rule CAP: block → block_presumed (looser)\n"},
        {"scope: reg_f", "scope: all",
         "Rule HOURS: for collectors under Regulation F → for anybody and any debt (stricter)\n",
         "Rule HOURS: for anybody and any debt → for collectors under Regulation F (looser)\n"},
        {"scope: reg_f", "scope: commercial", "Rule HOURS: for collectors under Regulation F → for commercial debts\n",
         "Rule HOURS: for commercial debts → for collectors under Regulation F\n"},
        {"scope: all", "scope: commercial", "Rule COOL: for anybody and any debt → for commercial debts (looser)\n",
         "Rule COOL: for commercial debts → for anybody and any debt (stricter)\n"},
        {"effective_from: 2026-01-01", "effective_from: 2026-03-01",
         "Rule CAP: holds since 2026-01-01 → since 2026-03-01 (looser)\n",
         "Rule CAP: holds since 2026-03-01 → since 2026-01-01 (stricter)\n"},
        {", effective_to: 2026-12-31", "", "Rule CAP: holds until 2026-12-31 → until for good (stricter)\n",
         "Rule CAP: holds until for good → until 2026-12-31 (looser)\n"},
        {"limit: 9, days: 7, severity: warn", "limit: 4, days: 7, severity: warn", "Rule WARN: limit 9 → 4 in 7 days\n",
         "Rule WARN: limit 4 → 9 in 7 days\n"},
        {"limit: 9, days: 7, severity: warn", "limit: 9, days: 7", "Rule WARN: warn → block (stricter)\n",
         "Rule WARN: block → warn (looser)\n"},
        {"kind: cool_down, days: 7", "kind: cool_down, days: 10", "Rule COOL: days 7 → 10 (stricter)\n",
         "Rule COOL: days 10 → 7 (looser)\n"},
        {"hold: paid", "hold: promise", "Rule HOLD: holds on paid → promise\n", "Rule HOLD: holds on promise → paid\n"},
        {"law 5, title: Cool", "law 7, title: Cold",
         "Rule COOL: the citation 'law 5' becomes 'law 7'\nRule COOL: the title 'Cool' becomes 'Cold'\n",
         "Rule COOL: the citation 'law 7' becomes 'law 5'\nRule COOL: the title 'Cold' becomes 'Cool'\n"},
        {"  - { id: HOLD, citation: law 6, title: Hold, kind: hold, hold: paid }\n", "",
         "Rule HOLD is gone: Hold (law 6) (looser)\n", "Rule HOLD is new: Hold (law 6) (stricter)\n"},
        {"  - { id: RATE, citation: law 4, title: Rate, kind: computed }\n", "", "Rule RATE is gone: Rate (law 4)\n",
         "Rule RATE is new: Rate (law 4)\n"},
    };
    check_rows(PACK, rows, ARRAY_SIZE(rows));
}

static void says_what_changes_in_a_template(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"  two\n", "  2\n  3\n", "the text changes\n- two\n+ 2\n+ 3\n", "the text changes\n- 2\n- 3\n+ two\n"},
        {"subject: Hello", "subject: Bye", "the subject changes\n- Hello\n+ Bye\n",
         "the subject changes\n- Bye\n+ Hello\n"},
        {"channels: [email, letter]", "channels: [email, text]",
         "may be sent by text as well (looser)\nmay no longer be sent by letter (stricter)\n",
         "may no longer be sent by text (stricter)\nmay be sent by letter as well (looser)\n"},
        {"opt_out_notice: true\n", "", "no longer says how to opt out (looser)\n", "says how to opt out (stricter)\n"},
        {"[debt_collector]", "[debt_collector_full]",
         "no longer makes the disclosure debt_collector (looser)\nmakes the disclosure debt_collector_full "
         "(stricter)\n",
         "makes the disclosure debt_collector (stricter)\nno longer makes the disclosure debt_collector_full "
         "(looser)\n"},
        {"opt_out_notice: true\n", "opt_out_notice: true\nattach_pdf: true\n", "brings a PDF with it\n",
         "no longer brings a PDF with it\n"},
        {"language: en\n", "language: en\nformats: en-GB\n",
         "the way of writing money and dates 'en' becomes 'en_GB'\n",
         "the way of writing money and dates 'en_GB' becomes 'en'\n"},
    };
    check_rows(TEMPLATE, rows, ARRAY_SIZE(rows));
}

static void says_what_changes_in_an_offer(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"pay_within_days: 14", "pay_within_days: 7", "gives 14 → 7 days to pay (looser)\n",
         "gives 7 → 14 days to pay (stricter)\n"},
        {"discount_percent: 20", "discount_percent: 30", "offers 20 → 30 % off\n", "offers 30 → 20 % off\n"},
    };
    check_rows("name: small\nlanguage: en\ntitle: Small\nchannels: [letter]\npay_within_days: 14\n"
               "discount_percent: 20\nfields: [settlement_amount, pay_by_date]\n"
               "body: |\n  {{settlement_amount}} by {{pay_by_date}}\n",
               rows, ARRAY_SIZE(rows));
}

#define CHARGES    "Client a: the charges of the debtor change"
#define INTEREST   "interest of 5.00 % from due, actual/365, by law: s. 1\n"
#define NSF        "nsf of 500, to fees, by agreement: c. 9\n"
#define OVER(rate) "interest of " rate " % over ecb from due, actual/365, by statute_eu: s. 1\n"

static void says_what_changes_in_agreements(void **state)
{
    (void)state;
    static const struct row ROWS[] = {
        {"owner: Ann", "owner: Bea", "the owner 'Ann' becomes 'Bea'\n", "the owner 'Bea' becomes 'Ann'\n"},
        {"percent: 2.15", "percent: 2.4", "the reference rates change\n- ecb 2026-H1: 2.15 %\n+ ecb 2026-H1: 2.40 %\n",
         "the reference rates change\n- ecb 2026-H1: 2.40 %\n+ ecb 2026-H1: 2.15 %\n"},
        {"[costs, fees, interest, principal]\n    order: oldest",
         "[fees, costs, interest, principal]\n    order: smallest",
         "Client a: the terms change\n- payments go to costs, fees, interest, principal\n- the oldest debt first\n"
         "+ payments go to fees, costs, interest, principal\n+ the smallest debt first\n",
         "Client a: the terms change\n- payments go to fees, costs, interest, principal\n- the smallest debt first\n"
         "+ payments go to costs, fees, interest, principal\n+ the oldest debt first\n"},
        {"to_day: 90, percent: 10", "at_least_minor: 7, stage: legal, percent: 12.5",
         "Client a: the terms change\n- fee to day 90 paid to client: 10.00 %\n"
         "+ fee of at least 7 paid to client in legal: 12.50 %\n",
         "Client a: the terms change\n- fee of at least 7 paid to client in legal: 12.50 %\n"
         "+ fee to day 90 paid to client: 10.00 %\n"},
        {"minimum_minor: 5,", "minimum_minor: 6,",
         "Client *: the terms change\n- paid out gross every week, at least 5, to P: R\n"
         "+ paid out gross every week, at least 6, to P: R\n",
         "Client *: the terms change\n- paid out gross every week, at least 6, to P: R\n"
         "+ paid out gross every week, at least 5, to P: R\n"},
        {"valid_from: 2026-01-01", "valid_from: 2026-01-01\n    valid_until: 2026-12-31",
         "Client a: the terms change\n+ until 2026-12-31\n", "Client a: the terms change\n- until 2026-12-31\n"},
        {"rate_percent: 5,", "rate_percent: 5.5,",
         CHARGES " (looser)\n- " INTEREST "+ interest of 5.50 % from due, actual/365, by law: s. 1\n",
         CHARGES " (stricter)\n- interest of 5.50 % from due, actual/365, by law: s. 1\n+ " INTEREST},
        {"from: due, evidence", "from: due, cap_percent: 20, cap_minor: 9, evidence",
         CHARGES " (stricter)\n- " INTEREST
                 "+ interest of 5.00 % from due, actual/365, at most 9, at most 20.00 %, by law: s. 1\n",
         CHARGES
         " (looser)\n- interest of 5.00 % from due, actual/365, at most 9, at most 20.00 %, by law: s. 1\n+ " INTEREST},
        {"rate_percent: 5, day_count: actual/365, from: due", "rate_percent: 4, day_count: actual/365, from: placed",
         CHARGES "\n- " INTEREST "+ interest of 4.00 % from placed, actual/365, by law: s. 1\n",
         CHARGES "\n- interest of 4.00 % from placed, actual/365, by law: s. 1\n+ " INTEREST},
        {"basis: law, rate_percent: 5", "basis: statute_eu, reference: ecb", CHARGES "\n- " INTEREST "+ " OVER("8.00"),
         CHARGES "\n- " OVER("8.00") "+ " INTEREST},
        {"    interest: { basis: law, rate_percent: 5, day_count: actual/365, from: due, evidence: s. 1 }\n", "",
         CHARGES " (stricter)\n- " INTEREST, CHARGES " (looser)\n+ " INTEREST},
        {"amount_minor: 500", "percent: 3", CHARGES "\n- " NSF "+ nsf of 3.00 %, to fees, by agreement: c. 9\n",
         CHARGES "\n- nsf of 3.00 %, to fees, by agreement: c. 9\n+ " NSF},
        {"code: nsf", "code: late", CHARGES "\n- " NSF "+ late of 500, to fees, by agreement: c. 9\n",
         CHARGES "\n- late of 500, to fees, by agreement: c. 9\n+ " NSF},
        {"amount_minor: 500", "amount_minor: 500, cap_minor: 900",
         CHARGES " (stricter)\n- " NSF "+ nsf of 500, at most 900, to fees, by agreement: c. 9\n",
         CHARGES " (looser)\n- nsf of 500, at most 900, to fees, by agreement: c. 9\n+ " NSF},
        {"valid_from: 2026-01-01", "valid_from: 2026-02-01",
         "Client a: the agreement from 2026-01-01 is gone (stricter)\n"
         "- payments go to costs, fees, interest, principal\n- the oldest debt first\n"
         "- fee to day 90 paid to client: 10.00 %\n- fee: 25.00 %, at least 50\n"
         "- paid out net every month, at least 0, to A: R\n- " INTEREST "- " NSF
         "Client a: the agreement from 2026-02-01 is new (looser)\n"
         "+ payments go to costs, fees, interest, principal\n+ the oldest debt first\n"
         "+ fee to day 90 paid to client: 10.00 %\n+ fee: 25.00 %, at least 50\n"
         "+ paid out net every month, at least 0, to A: R\n+ " INTEREST "+ " NSF,
         NULL},
    };
    check_rows(AGREEMENTS, ROWS, ARRAY_SIZE(ROWS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_changes_in_an_sop),      cmocka_unit_test(says_that_classes_change_places),
        cmocka_unit_test(says_what_changes_in_a_rule_pack), cmocka_unit_test(says_what_changes_in_a_template),
        cmocka_unit_test(says_what_changes_in_an_offer),    cmocka_unit_test(says_what_changes_in_agreements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
