#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/nearest.h"
#include "policy/sop_make.h"

/* Who answers for an SOP and until when it holds, who may agree to what, what is escalated, and what the work is
 * measured by. */

#define PLAN_MONTHS_MAX         120
#define WITHIN_HOURS_MAX        (24 * 90)
#define RESOLVE_DAYS_MAX        365
#define AGAIN_AFTER_DAYS_MAX    3650
#define ESCALATION_PRIORITY_MAX 1000

/* KPIs that can have a target: what reporting calls them (services/reporting/reporting_kpi.c), those that are a ratio
 * in percent. */
static const struct {
    const char *name;
    bool is_in_days;
} KPIS[] = {
    {"recovery_rate", false},     {"late_settlement_rate", false},     {"compliance_rate", false},
    {"permit_grant_rate", false}, {"right_party_contact_rate", false}, {"abandonment_rate", false},
    {"promise_kept_rate", false}, {"promise_kept_amount_rate", false}, {"plan_kept_rate", false},
    {"dispute_rate", false},      {"row_reject_rate", false},          {"days_to_pay_mean", true},
    {"days_to_pay_median", true}, {"time_to_resolve_mean", true},      {"time_to_resolve_median", true},
};

static bool is_wide_enough(const struct sop_authority *wide, const struct sop_authority *narrow)
{
    return wide->minimum_payment_minor <= narrow->minimum_payment_minor &&
           wide->longest_plan_months >= narrow->longest_plan_months &&
           wide->largest_discount_percent >= narrow->largest_discount_percent;
}

static const struct sop_authority *find_authority(const struct sop *sop, enum sop_role role)
{
    for (size_t i = 0; i < sop->n_authorities; i++)
        if (sop->authorities[i].role == role)
            return &sop->authorities[i];
    return NULL;
}

/* Who approves what another may not do has at least that one's authority: so approvals never go round either, but for
 * two who may do the same. */
static enum status check_approval(const struct sop_maker *maker, size_t i)
{
    const struct sop_authority *authority = &maker->sop->authorities[i];
    const struct policy_path path = policy_path("authority[%zu].approval_by", i);
    if (authority->approval_by == 0 || authority->approval_by == SOP_ROLE_CLIENT)
        return STATUS_OK;
    const struct sop_authority *approver = find_authority(maker->sop, authority->approval_by);
    if (approver == NULL)
        return policy_refuse(maker->file, maker->err, path, "'%s' has no authority here",
                             sop_role_name(authority->approval_by));
    if (approver == authority || approver->approval_by == authority->role)
        return policy_refuse(maker->file, maker->err, path, "approvals go round");
    if (!is_wide_enough(approver, authority))
        return policy_refuse(maker->file, maker->err, path, "'%s' may agree to less than '%s'",
                             sop_role_name(approver->role), sop_role_name(authority->role));
    return STATUS_OK;
}

static enum status make_authority(const struct sop_maker *maker, size_t i)
{
    const struct authority_values *values = &maker->values->authority[i];
    const struct sop_authority *twin = find_authority(maker->sop, values->role);
    struct sop_authority *authority = &maker->sop->authorities[maker->sop->n_authorities++];
    *authority = (struct sop_authority){
        .role = values->role,
        .minimum_payment_minor = values->minimum_payment_minor,
        .longest_plan_months = values->longest_plan_months,
        .largest_discount_percent = values->largest_discount_percent,
        .approval_by = values->approval_by,
    };
    if (twin != NULL)
        return policy_refuse(maker->file, maker->err, policy_path("authority[%zu].role", i), "'%s' is there twice",
                             sop_role_name(values->role));
    if (values->role == SOP_ROLE_CLIENT)
        return policy_refuse(maker->file, maker->err, policy_path("authority[%zu].role", i),
                             "a client's own decisions have no limit here");
    enum status st = sop_check_range(maker, policy_path("authority[%zu].minimum_payment_minor", i),
                                     values->minimum_payment_minor, 0, INT64_MAX);
    if (st == STATUS_OK)
        st = sop_check_range(maker, policy_path("authority[%zu].longest_plan_months", i), values->longest_plan_months,
                             0, PLAN_MONTHS_MAX);
    if (st == STATUS_OK)
        st = sop_check_range(maker, policy_path("authority[%zu].largest_discount_percent", i),
                             values->largest_discount_percent, 0, 100);
    return st;
}

static enum status make_authorities(const struct sop_maker *maker)
{
    const size_t n = maker->values->n_authority;
    maker->sop->authorities = calloc(n == 0 ? 1 : n, sizeof(*maker->sop->authorities));
    if (maker->sop->authorities == NULL)
        return sop_out_of_memory(maker);
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = make_authority(maker, i);
    for (size_t i = 0; i < n && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = check_approval(maker, i);
    return st;
}

static struct policy_path escalation_path(size_t i, const char *field)
{
    return policy_path("escalations[%zu].%s", i, field);
}

static enum status check_escalation_code(const struct sop_maker *maker, size_t i)
{
    const struct escalation_values *values = &maker->values->escalations[i];
    enum status st = policy_check_code(maker->file, escalation_path(i, "code"), values->code, maker->err);
    if (st != STATUS_OK)
        return st;
    for (size_t j = 0; j < i; j++)
        if (strcmp(maker->values->escalations[j].code, values->code) == 0)
            return policy_refuse(maker->file, maker->err, escalation_path(i, "code"), "'%s' is there twice",
                                 values->code);
    return STATUS_OK;
}

static enum status make_escalation_conditions(const struct sop_maker *maker, size_t i)
{
    const struct escalation_values *values = &maker->values->escalations[i];
    struct sop_escalation *escalation = &maker->sop->escalations[i];
    if (values->on == SOP_ON_CONDITION && values->n_when == 0)
        return policy_refuse(maker->file, maker->err, escalation_path(i, "when"), "missing: on which condition?");
    for (size_t j = 0; j < values->n_when; j++)
        if (values->when[j].fact == SOP_DEBTOR_ACCOUNTS || values->when[j].fact == SOP_DEBTOR_LATE_ACCOUNTS)
            return policy_refuse(maker->file, maker->err, policy_path("escalations[%zu].when[%zu].fact", i, j),
                                 "'%s' is asked by classes alone: name the class that asks it",
                                 sop_fact_name(values->when[j].fact));
    escalation->n_conditions = values->n_when;
    return sop_make_conditions(maker, escalation_path(i, "when").text, values->when, values->n_when,
                               &escalation->conditions);
}

static void copy_text(char *copy, size_t size, const char *text)
{
    (void)snprintf(copy, size, "%s", text == NULL ? "" : text);
}

/* Whose accounts it is for, beside its conditions. */
static enum status make_escalation_filters(const struct sop_maker *maker, size_t i)
{
    const struct escalation_values *values = &maker->values->escalations[i];
    struct sop_escalation *escalation = &maker->sop->escalations[i];
    size_t c = 0;
    copy_text(escalation->client, sizeof(escalation->client), values->client);
    copy_text(escalation->currency, sizeof(escalation->currency), values->currency);
    copy_text(escalation->class, sizeof(escalation->class), values->class);
    if (values->currency != NULL && strspn(values->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        return policy_refuse(maker->file, maker->err, escalation_path(i, "currency"), "'%s' is no code such as USD",
                             values->currency);
    while (values->class != NULL && c < maker->values->n_classes &&
           strcmp(maker->values->classes[c].code, values->class) != 0)
        c++;
    if (values->class != NULL && c == maker->values->n_classes)
        return policy_refuse(maker->file, maker->err, escalation_path(i, "class"), "no class '%s'", values->class);
    return STATUS_OK;
}

/* To a queue, the role's own where none is named; to a person; out of the house. */
static enum status make_escalation_route(const struct sop_maker *maker, size_t i)
{
    const struct escalation_values *values = &maker->values->escalations[i];
    struct sop_escalation *escalation = &maker->sop->escalations[i];
    const bool is_out = values->action == SOP_ACTION_HAND_OVER;
    const char *target = values->agency != NULL ? values->agency : values->queue;
    if ((values->queue != NULL) + (values->person != NULL) + (values->agency != NULL) > 1)
        return policy_refuse(maker->file, maker->err, escalation_path(i, "to"),
                             "queue, person and agency: one of them at most");
    if (values->agency != NULL && !is_out)
        return policy_refuse(maker->file, maker->err, escalation_path(i, "agency"), "needs the action hand_over");
    if (is_out && (values->queue != NULL || values->person != NULL))
        return policy_refuse(maker->file, maker->err, escalation_path(i, "action"),
                             "hand_over goes to an agency, or where none is named to a lawyer");
    if (is_out)
        escalation->route = values->agency != NULL ? SOP_ROUTE_AGENCY : SOP_ROUTE_LEGAL;
    else
        escalation->route = values->person != NULL ? SOP_ROUTE_PERSON : SOP_ROUTE_QUEUE;
    if (escalation->route == SOP_ROUTE_QUEUE && target == NULL)
        target = sop_role_name(values->to);
    copy_text(escalation->target, sizeof(escalation->target), values->person != NULL ? values->person : target);
    if (target == NULL)
        return STATUS_OK;
    return policy_check_code(maker->file, escalation_path(i, values->agency != NULL ? "agency" : "queue"), target,
                             maker->err);
}

static enum status make_escalation_numbers(const struct sop_maker *maker, size_t i)
{
    const struct escalation_values *values = &maker->values->escalations[i];
    enum status st =
        sop_check_range(maker, escalation_path(i, "within_hours"), values->within_hours, 0, WITHIN_HOURS_MAX);
    if (st == STATUS_OK)
        st = sop_check_range(maker, escalation_path(i, "again_after_days"), values->again_after_days, 0,
                             AGAIN_AFTER_DAYS_MAX);
    if (st == STATUS_OK)
        st = sop_check_range(maker, escalation_path(i, "priority"), values->priority, 0, ESCALATION_PRIORITY_MAX);
    return st;
}

static enum status make_escalation(const struct sop_maker *maker, size_t i)
{
    static enum status (*const PARTS[])(const struct sop_maker *, size_t) = {
        check_escalation_code, make_escalation_conditions, make_escalation_filters, make_escalation_route,
        make_escalation_numbers};
    const struct escalation_values *values = &maker->values->escalations[i];
    struct sop_escalation *escalation = &maker->sop->escalations[i];
    maker->sop->n_escalations = i + 1;
    copy_text(escalation->code, sizeof(escalation->code), values->code);
    copy_text(escalation->title, sizeof(escalation->title), values->title);
    escalation->on = values->on;
    escalation->to = values->to;
    escalation->within_hours = values->within_hours;
    escalation->again_after_days = values->again_after_days;
    escalation->priority = values->priority;
    escalation->action = values->action;
    for (size_t part = 0; part < ARRAY_SIZE(PARTS); part++) {
        const enum status st = PARTS[part](maker, i);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status make_escalations(const struct sop_maker *maker)
{
    const size_t n = maker->values->n_escalations;
    maker->sop->escalations = calloc(n == 0 ? 1 : n, sizeof(*maker->sop->escalations));
    if (maker->sop->escalations == NULL)
        return sop_out_of_memory(maker);
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = make_escalation(maker, i);
    return st;
}

static enum status refuse_kpi(const struct sop_maker *maker, size_t i, const char *kpi)
{
    const char *found = NULL;
    struct nearest nearest = nearest_to(kpi);
    for (size_t k = 0; k < ARRAY_SIZE(KPIS); k++)
        if (nearest_improves(&nearest, KPIS[k].name))
            found = KPIS[k].name;
    return policy_refuse(maker->file, maker->err, policy_path("targets[%zu].kpi", i),
                         "no KPI '%s' can have a target%s%s%s", kpi, found == NULL ? "" : "; is '",
                         found == NULL ? "" : found, found == NULL ? "" : "' meant?");
}

static enum status make_target(const struct sop_maker *maker, size_t i)
{
    const struct target_values *values = &maker->values->targets[i];
    struct sop_target *target = &maker->sop->targets[maker->sop->n_targets++];
    size_t kpi = 0;
    while (kpi < ARRAY_SIZE(KPIS) && strcmp(KPIS[kpi].name, values->kpi) != 0)
        kpi++;
    if (kpi == ARRAY_SIZE(KPIS))
        return refuse_kpi(maker, i, values->kpi);
    for (size_t j = 0; j < i; j++)
        if (strcmp(maker->values->targets[j].kpi, values->kpi) == 0)
            return policy_refuse(maker->file, maker->err, policy_path("targets[%zu].kpi", i), "'%s' is there twice",
                                 values->kpi);
    if (values->at_least == NULL && values->at_most == NULL)
        return policy_refuse(maker->file, maker->err, policy_path("targets[%zu]", i),
                             "%s needs at_least, at_most or both", values->kpi);
    (void)snprintf(target->kpi, sizeof(target->kpi), "%s", values->kpi);
    target->is_in_days = KPIS[kpi].is_in_days;
    target->min = values->at_least == NULL ? INT64_MIN : *values->at_least;
    target->max = values->at_most == NULL ? INT64_MAX : *values->at_most;
    if (target->min > target->max)
        return policy_refuse(maker->file, maker->err, policy_path("targets[%zu].at_most", i),
                             "%" PRId64 " is below at_least %" PRId64 ": never reached", target->max, target->min);
    const int64_t most = target->is_in_days ? 3650 : 100;
    enum status st = STATUS_OK;
    if (values->at_least != NULL)
        st = sop_check_range(maker, policy_path("targets[%zu].at_least", i), target->min, 0, most);
    if (st == STATUS_OK && values->at_most != NULL)
        st = sop_check_range(maker, policy_path("targets[%zu].at_most", i), target->max, 0, most);
    return st;
}

static enum status make_targets(const struct sop_maker *maker)
{
    const size_t n = maker->values->n_targets;
    maker->sop->targets = calloc(n == 0 ? 1 : n, sizeof(*maker->sop->targets));
    if (maker->sop->targets == NULL)
        return sop_out_of_memory(maker);
    enum status st = STATUS_OK;
    for (size_t i = 0; i < n && (st == STATUS_OK || policy_goes_on(maker->file, st)); i++)
        st = make_target(maker, i);
    return st;
}

/* *ret_words has n entries. */
static enum status make_words(const struct sop_maker *maker, const char *path, char *const *words, size_t n,
                              char (**ret_words)[SOP_CODE_SIZE])
{
    char(*made)[SOP_CODE_SIZE] = calloc(n == 0 ? 1 : n, sizeof(*made));
    if (made == NULL)
        return sop_out_of_memory(maker);
    *ret_words = made; /* sop_free has an eye on them */
    for (size_t i = 0; i < n; i++) {
        enum status st = policy_check_code(maker->file, policy_path("%s[%zu]", path, i), words[i], maker->err);
        (void)snprintf(made[i], sizeof(made[i]), "%s", words[i]);
        for (size_t j = 0; j < i && st == STATUS_OK; j++)
            if (strcmp(made[j], made[i]) == 0)
                st = policy_refuse(maker->file, maker->err, policy_path("%s[%zu]", path, i), "'%s' is there twice",
                                   words[i]);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return STATUS_OK;
}

static enum status make_head(const struct sop_maker *maker)
{
    const struct sop_values *values = maker->values;
    struct sop *sop = maker->sop;
    (void)snprintf(sop->title, sizeof(sop->title), "%s", values->title == NULL ? "" : values->title);
    (void)snprintf(sop->owner, sizeof(sop->owner), "%s", values->owner == NULL ? "" : values->owner);
    sop->debts = values->debts;
    if (values->review_by == NULL)
        return STATUS_OK;
    return policy_read_date(maker->file, policy_path("review_by"), values->review_by, &sop->review_by, maker->err);
}

static enum status make_rule_packs(const struct sop_maker *maker)
{
    maker->sop->n_rule_packs = maker->values->n_rule_packs;
    return make_words(maker, "rule_packs", maker->values->rule_packs, maker->values->n_rule_packs,
                      &maker->sop->rule_packs);
}

static enum status make_languages(const struct sop_maker *maker)
{
    maker->sop->n_languages = maker->values->n_languages;
    return make_words(maker, "languages", maker->values->languages, maker->values->n_languages, &maker->sop->languages);
}

/* What no file says: medium is answered within the 15 days in which the CFPB's portal wants a response, what is graver
 * sooner, and what is gravest stops contact. */
static const struct sop_complaint COMPLAINTS[SOP_SEVERITY_END] = {
    [SOP_SEVERITY_LOW] = {.acknowledge_within_hours = 120, .resolve_within_days = 30},
    [SOP_SEVERITY_MEDIUM] = {.acknowledge_within_hours = 48, .resolve_within_days = 15},
    [SOP_SEVERITY_HIGH] = {.acknowledge_within_hours = 24, .resolve_within_days = 10},
    [SOP_SEVERITY_CRITICAL] = {.acknowledge_within_hours = 8, .resolve_within_days = 5, .holds_contact = true},
};

static enum status make_complaint(const struct sop_maker *maker, size_t i)
{
    const struct complaint_values *values = &maker->values->complaints[i];
    for (size_t before = 0; before < i; before++)
        if (maker->values->complaints[before].severity == values->severity)
            return policy_refuse(maker->file, maker->err, policy_path("complaints[%zu].severity", i),
                                 "'%s' is there twice", sop_severity_name(values->severity));
    maker->sop->complaints[values->severity] = (struct sop_complaint){
        .acknowledge_within_hours = values->acknowledge_within_hours,
        .resolve_within_days = values->resolve_within_days,
        .holds_contact = values->holds_contact,
    };
    enum status st = sop_check_range(maker, policy_path("complaints[%zu].acknowledge_within_hours", i),
                                     values->acknowledge_within_hours, 1, WITHIN_HOURS_MAX);
    if (st == STATUS_OK || policy_goes_on(maker->file, st))
        st = sop_check_range(maker, policy_path("complaints[%zu].resolve_within_days", i), values->resolve_within_days,
                             1, RESOLVE_DAYS_MAX);
    return st;
}

static enum status make_complaints(const struct sop_maker *maker)
{
    memcpy(maker->sop->complaints, COMPLAINTS, sizeof(COMPLAINTS));
    for (size_t i = 0; i < maker->values->n_complaints; i++) {
        enum status st = make_complaint(maker, i);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return STATUS_OK;
}

enum status sop_make_governance(const struct sop_maker *maker)
{
    static enum status (*const PARTS[])(const struct sop_maker *) = {
        make_head, make_rule_packs, make_languages, make_authorities, make_escalations, make_targets, make_complaints};
    for (size_t i = 0; i < ARRAY_SIZE(PARTS); i++) {
        enum status st = PARTS[i](maker);
        if (st != STATUS_OK && !policy_goes_on(maker->file, st))
            return st;
    }
    return STATUS_OK;
}
