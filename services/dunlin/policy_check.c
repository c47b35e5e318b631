#include "policy_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/nearest.h"
#include "policy/policy_folder.h"
#include "policy/sop_reach.h"
#include "policy_permitted.h"
#include "template/template_load.h"

struct check {
    struct policy_files *files;
    const struct policy_shipped *shipped;
    struct date today;
    struct error *err;
    struct rules_book *book;        /* that is shipped; NULL until it is needed */
    struct template_set *templates; /* that are shipped; NULL until they are needed */
    struct rules_book packs;        /* of the files and, for other names, shipped; its packs are lent */
    GPtrArray *messages;            /* const struct template: the same */
    bool has_packs, has_messages;   /* they are made */
};

/* An SOP under the check. */
struct subject {
    struct check *check;
    const struct policy_entry *entry;
    const struct sop *sop;
    struct sop_reach *reaches;         /* of its classes */
    struct rules_selection *selection; /* NULL where a pack is not there */
    const char *packs[RULES_SELECTION_PACKS_MAX];
    size_t n_packs;
};

#define FIND(subject, is_warning, path, ...)                                                                           \
    policy_files_find((subject)->check->files, (subject)->entry, is_warning, path, __VA_ARGS__)

static void check_fini(struct check *check)
{
    rules_book_free(check->book);
    templates_free(check->templates);
    g_free(check->packs.packs);
    if (check->messages != NULL)
        g_ptr_array_unref(check->messages);
}

static void subject_fini(struct subject *subject)
{
    free(subject->reaches);
    rules_selection_free(subject->selection);
}

static const struct policy_entry *entry_at(const struct check *check, guint i)
{
    return check->files->entries->pdata[i];
}

/* --- what is there, of the files and shipped -----------------------------------------------------------------------*/

static enum status gather_packs(struct check *check)
{
    g_autoptr(GArray) packs = g_array_new(FALSE, FALSE, sizeof(struct rules_pack));
    if (check->has_packs)
        return STATUS_OK;
    enum status st = rules_book_load(check->shipped->rules, &check->book, check->err);
    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < check->files->entries->len; i++)
        if (entry_at(check, i)->is_good && entry_at(check, i)->kind == POLICY_PACK)
            g_array_append_val(packs, entry_at(check, i)->pack);
    check->packs.n_packs = packs->len;
    check->packs.packs = (struct rules_pack *)(void *)packs->data;
    for (size_t i = 0; i < check->book->n_packs; i++)
        if (rules_book_pack(&check->packs, check->book->packs[i].name) == NULL) {
            g_array_append_val(packs, check->book->packs[i]);
            check->packs.packs = (struct rules_pack *)(void *)packs->data; /* the array may have moved */
        }
    check->packs.n_packs = packs->len;
    check->packs.packs = (struct rules_pack *)(void *)g_array_free(g_steal_pointer(&packs), FALSE);
    check->has_packs = true;
    return STATUS_OK;
}

static const struct template *find_exact(const GPtrArray *messages, const char *name, const char *language)
{
    for (guint i = 0; i < messages->len; i++) {
        const struct template *message = messages->pdata[i];
        if (strcmp(message->name, name) == 0 && (language == NULL || strcasecmp(message->language, language) == 0))
            return message;
    }
    return NULL;
}

static enum status gather_messages(struct check *check)
{
    if (check->has_messages)
        return STATUS_OK;
    enum status st = templates_load(check->shipped->templates, &check->templates, check->err);
    if (st != STATUS_OK)
        return st;
    for (guint i = 0; i < check->files->entries->len; i++)
        if (entry_at(check, i)->is_good && entry_at(check, i)->kind == POLICY_TEMPLATE)
            g_ptr_array_add(check->messages, &entry_at(check, i)->templates->all[0]);
    for (size_t i = 0; i < check->templates->n; i++) {
        struct template *message = &check->templates->all[i];
        if (find_exact(check->messages, message->name, message->language) == NULL)
            g_ptr_array_add(check->messages, message);
    }
    check->has_messages = true;
    return STATUS_OK;
}

/* "; is 'x' meant?" or nothing. */
static char *suggest(const char *nearest)
{
    return nearest == NULL ? g_strdup("") : g_strdup_printf("; is '%s' meant?", nearest);
}

static char *suggest_pack(const struct check *check, const char *name)
{
    const char *found = NULL;
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < check->packs.n_packs; i++)
        if (nearest_improves(&nearest, check->packs.packs[i].name))
            found = check->packs.packs[i].name;
    return suggest(found);
}

static char *suggest_message(const struct check *check, const char *name)
{
    const char *found = NULL;
    struct nearest nearest = nearest_to(name);
    for (guint i = 0; i < check->messages->len; i++)
        if (nearest_improves(&nearest, ((const struct template *)check->messages->pdata[i])->name))
            found = ((const struct template *)check->messages->pdata[i])->name;
    return suggest(found);
}

/* --- an SOP's head ------------------------------------------------------------------------------------------------ */

void policy_check_review(struct policy_files *files, const struct policy_entry *entry, const char *owner,
                         struct date review_by, struct date today)
{
    char by[DATE_TEXT_SIZE];
    char now[DATE_TEXT_SIZE];
    if (owner[0] == '\0')
        policy_files_find(files, entry, true, policy_path("owner"), "missing: who answers for it?");
    if (review_by.days == 0)
        policy_files_find(files, entry, true, policy_path("review_by"), "missing: until when does it hold unreviewed?");
    else if (review_by.days < today.days)
        policy_files_find(files, entry, false, policy_path("review_by"),
                          "the review is overdue: it was for %s, today is %s", date_format(review_by, by),
                          date_format(today, now));
}

static void check_head(const struct subject *subject)
{
    const struct sop *sop = subject->sop;
    policy_check_review(subject->check->files, subject->entry, sop->owner, sop->review_by, subject->check->today);
    if (sop->debts == 0)
        FIND(subject, true, policy_path("debts"), "missing: rules are asked as of consumers' debts");
    if (sop->n_languages == 0)
        FIND(subject, true, policy_path("languages"), "missing: only '%s' is looked for", TEMPLATES_DEFAULT_LANGUAGE);
}

static enum sop_debts debts_of(const struct sop *sop)
{
    return sop->debts == 0 ? SOP_DEBTS_CONSUMER : sop->debts;
}

/* The packs that it names, or those that Dunlin starts with. */
static enum status select_rules(struct subject *subject)
{
    static const char *const USUAL[] = {"us-federal", "house"};
    const struct sop *sop = subject->sop;
    struct check *check = subject->check;
    struct error why;
    bool is_whole = true;
    if (sop->n_rule_packs == 0)
        FIND(subject, true, policy_path("rule_packs"), "missing: us-federal and house are taken");
    for (size_t i = 0; i < (sop->n_rule_packs == 0 ? ARRAY_SIZE(USUAL) : sop->n_rule_packs); i++) {
        const char *name = sop->n_rule_packs == 0 ? USUAL[i] : sop->rule_packs[i];
        subject->packs[subject->n_packs++] = name;
        if (rules_book_pack(&check->packs, name) != NULL)
            continue;
        g_autofree char *suggestion = suggest_pack(check, name);
        FIND(subject, false, policy_path("rule_packs[%zu]", i), "no pack '%s'%s", name, suggestion);
        is_whole = false;
    }
    if (!is_whole)
        return STATUS_OK;
    enum status st = rules_select(&check->packs, subject->packs, subject->n_packs, &subject->selection, check->err);
    if (st == STATUS_OK &&
        rules_selection_check_limits(subject->selection, debts_of(sop) == SOP_DEBTS_COMMERCIAL, &why) != STATUS_OK)
        FIND(subject, false, policy_path("rule_packs"), "%s", why.text);
    return st;
}

/* --- classes and strategies --------------------------------------------------------------------------------------- */

static void check_classes(const struct subject *subject)
{
    const struct sop *sop = subject->sop;
    for (size_t c = 0; c + 1 < sop->n_classes; c++) { /* the last one is for what nobody thought of */
        const struct sop_reach *reach = &subject->reaches[c];
        const struct policy_path path = policy_path("classes[%zu].when", c);
        if (!reach->is_possible)
            FIND(subject, false, path, "class '%s' can never match: no account has such facts", sop->classes[c].code);
        else if (!reach->is_reachable && reach->shadowed_by < sop->n_classes)
            FIND(subject, false, path, "class '%s' can never match: '%s' before it takes all of its accounts",
                 sop->classes[c].code, sop->classes[reach->shadowed_by].code);
        else if (!reach->is_reachable)
            FIND(subject, false, path, "class '%s' can never match: the classes before it take all of its accounts",
                 sop->classes[c].code);
    }
    for (size_t i = 0; i < sop->n_escalations; i++)
        if (!sop_conditions_can_hold(sop->escalations[i].conditions, sop->escalations[i].n_conditions))
            FIND(subject, false, policy_path("escalations[%zu].when", i),
                 "escalation '%s' can never happen: no account has such facts", sop->escalations[i].code);
}

/* The strategy is the aim of another's exit. */
static bool is_exit_aim(const struct sop *sop, const struct sop_strategy *strategy)
{
    for (size_t s = 0; s < sop->n_strategies; s++)
        for (size_t i = 0; i < sop->strategies[s].n_exits; i++)
            if (&sop->strategies[s] != strategy && strcmp(sop->strategies[s].exits[i].strategy, strategy->code) == 0)
                return true;
    return false;
}

static const struct sop_exit *find_exit(const struct sop_strategy *strategy, enum sop_exit_event on)
{
    for (size_t i = 0; i < strategy->n_exits; i++)
        if (strategy->exits[i].on == on)
            return &strategy->exits[i];
    return NULL;
}

/* Where accounts go in time that nothing happens to; NULL where they leave strategies. */
static const struct sop_strategy *next_strategy(const struct sop *sop, const struct sop_strategy *strategy)
{
    const struct sop_exit *exit = find_exit(strategy, SOP_EXIT_DAYS_IN_STRATEGY);
    if (exit == NULL)
        exit = find_exit(strategy, SOP_EXIT_STEPS_DONE);
    return exit == NULL || exit->to != SOP_TO_STRATEGY ? NULL : sop_strategy(sop, exit->strategy);
}

/* What happens by itself where something happens to an account, and by whose escalation a person hears of it. Time is
 * not here: wherever it leads, contact and dispute carry that out. */
static const struct carried_out {
    enum sop_exit_to to[2];
    enum sop_trigger told_by; /* 0: nobody is */
} CARRIED_OUT[] = {
    [SOP_EXIT_PAID] = {{SOP_TO_CLOSE, SOP_TO_HOLD}, 0},
    [SOP_EXIT_PROMISE_MADE] = {{SOP_TO_HOLD}, 0},
    [SOP_EXIT_PLAN_AGREED] = {{SOP_TO_HOLD}, 0},
    [SOP_EXIT_DISPUTE_OPENED] = {{SOP_TO_HOLD}, SOP_ON_DISPUTE_OPENED},
    [SOP_EXIT_CEASE_RECEIVED] = {{SOP_TO_HOLD}, SOP_ON_CEASE_RECEIVED},
    [SOP_EXIT_ATTORNEY_NAMED] = {{SOP_TO_HOLD}, SOP_ON_ATTORNEY_NAMED},
    [SOP_EXIT_BANKRUPTCY_FILED] = {{SOP_TO_HOLD}, SOP_ON_BANKRUPTCY_FILED},
    [SOP_EXIT_DECEASED] = {{SOP_TO_HOLD}, SOP_ON_DECEASED},
    [SOP_EXIT_RECALLED] = {{SOP_TO_CLOSE, SOP_TO_RETURN}, 0},
    [SOP_EXIT_CLASS_CHANGED] = {{SOP_TO_CLASS}, 0},
};

static bool has_escalation(const struct sop *sop, enum sop_trigger on)
{
    for (size_t i = 0; i < sop->n_escalations; i++)
        if (sop->escalations[i].on == on)
            return true;
    return false;
}

static void check_carried_out(const struct subject *subject, const struct sop_exit *exit, struct policy_path path)
{
    const struct carried_out *does = &CARRIED_OUT[exit->on];
    const bool leads_on = exit->to == SOP_TO_STRATEGY || exit->to == SOP_TO_CLASS;
    if (exit->to == does->to[0] || exit->to == does->to[1])
        return;
    if (leads_on || does->told_by == 0)
        FIND(subject, true, path, "nobody carries out '%s' on '%s': what happens is '%s'", sop_exit_to_name(exit->to),
             sop_exit_event_name(exit->on), sop_exit_to_name(does->to[0]));
    else if (!has_escalation(subject->sop, does->told_by))
        FIND(subject, true, path, "nobody hears of '%s' on '%s': there is no escalation on '%s'",
             sop_exit_to_name(exit->to), sop_exit_event_name(exit->on), sop_trigger_name(does->told_by));
}

/* A common exit is looked at with the first strategy that has it. */
static bool was_looked_at(const struct sop *sop, size_t s, const struct sop_exit *exit)
{
    for (size_t before = 0; exit->is_common && before < s; before++) {
        const struct sop_exit *other = find_exit(&sop->strategies[before], exit->on);
        if (other != NULL && other->is_common)
            return true;
    }
    return false;
}

static void check_each_exit(const struct subject *subject, size_t s)
{
    const struct sop_strategy *strategy = &subject->sop->strategies[s];
    for (size_t i = 0; i < strategy->n_exits; i++) {
        const struct sop_exit *exit = &strategy->exits[i];
        if (exit->on < ARRAY_SIZE(CARRIED_OUT) && !was_looked_at(subject->sop, s, exit))
            check_carried_out(subject, exit,
                              exit->is_common ? policy_path("exits") : policy_path("strategies[%zu].exits", s));
    }
}

static void check_exits(const struct subject *subject, size_t s)
{
    const struct sop *sop = subject->sop;
    const struct sop_strategy *strategy = &sop->strategies[s];
    const struct policy_path path = policy_path("strategies[%zu].exits", s);
    if (strategy->n_exits == 0) {
        FIND(subject, false, path, "missing: when does an account leave '%s'?", strategy->code);
        return;
    }
    check_each_exit(subject, s);
    if (find_exit(strategy, SOP_EXIT_PAID) == NULL)
        FIND(subject, false, path, "strategy '%s' has no exit for who pays", strategy->code);
    if (find_exit(strategy, SOP_EXIT_STEPS_DONE) == NULL && find_exit(strategy, SOP_EXIT_DAYS_IN_STRATEGY) == NULL)
        FIND(subject, false, path, "strategy '%s' has no exit once its steps are done: accounts stay for ever",
             strategy->code);
    const struct sop_strategy *next = strategy;
    for (size_t i = 0; i < sop->n_strategies && next != NULL; i++)
        next = next_strategy(sop, next);
    if (next != NULL)
        FIND(subject, true, path, "from strategy '%s' accounts go round for ever: each exit in time leads to another",
             strategy->code);
}

/* --- steps that can never happen ---------------------------------------------------------------------------------- */

/* When accounts are in a strategy. */
struct stay {
    int64_t first_day, last_day; /* past due; INT64_MIN / INT64_MAX: open */
    int64_t days;                /* the longest that one stays */
    bool is_by_exit;             /* `days` is that of an exit, else of classes */
    bool has_broken_promise;     /* some may have one */
};

static struct stay stay_in(const struct subject *subject, const struct sop_strategy *strategy)
{
    const struct sop_reach reach = sop_reach_strategy(subject->sop, subject->reaches, strategy->code);
    const struct sop_exit *exit = find_exit(strategy, SOP_EXIT_DAYS_IN_STRATEGY);
    struct stay stay = {.first_day = INT64_MIN, .last_day = INT64_MAX, .days = INT64_MAX, .has_broken_promise = true};
    if (reach.is_reachable && !is_exit_aim(subject->sop, strategy)) {
        stay.first_day = reach.min[SOP_DAYS_PAST_DUE];
        stay.last_day = reach.max[SOP_DAYS_PAST_DUE];
        stay.has_broken_promise = reach.max[SOP_BROKEN_PROMISES] > 0;
    }
    if (stay.first_day != INT64_MIN && stay.last_day != INT64_MAX)
        stay.days = stay.last_day - stay.first_day;
    if (exit != NULL && exit->days < stay.days) {
        stay.days = exit->days;
        stay.is_by_exit = true;
    }
    return stay;
}

/* Why a step can never happen; NULL where it can. g_free. */
static char *why_never(const struct sop_strategy *strategy, const struct sop_step *step, const struct stay *stay)
{
    if (step->anchor == SOP_ANCHOR_PROMISE_BROKEN && !stay->has_broken_promise)
        return g_strdup_printf("no account of strategy '%s' has a broken promise", strategy->code);
    if (step->anchor == SOP_ANCHOR_DUE && step->day > stay->last_day)
        return g_strdup_printf("day %" PRId32 " past due; accounts leave '%s' after day %" PRId64, step->day,
                               strategy->code, stay->last_day);
    if (step->anchor != SOP_ANCHOR_CLASSIFIED || step->day <= stay->days)
        return NULL;
    if (stay->is_by_exit)
        return g_strdup_printf("day %" PRId32 "; accounts leave '%s' after %" PRId64 " days", step->day, strategy->code,
                               stay->days);
    return g_strdup_printf("day %" PRId32 "; its classes keep accounts in '%s' for %" PRId64 " days at the longest",
                           step->day, strategy->code, stay->days);
}

static void check_steps(const struct subject *subject, size_t s)
{
    const struct sop_strategy *strategy = &subject->sop->strategies[s];
    const struct stay stay = stay_in(subject, strategy);
    size_t told = SIZE_MAX; /* the file's step of which a repeat was told already */
    for (size_t i = 0; i < strategy->n_steps; i++) {
        const struct sop_step *step = &strategy->steps[i];
        const struct policy_path path = policy_path("strategies[%zu].steps[%zu].day", s, step->source);
        const struct policy_path repeat = policy_path("strategies[%zu].steps[%zu].repeat", s, step->source);
        const bool is_repeat = i > 0 && strategy->steps[i - 1].source == step->source;
        g_autofree char *why = step->source == told ? NULL : why_never(strategy, step, &stay);
        if (why != NULL) {
            FIND(subject, false, is_repeat ? repeat : path, "step '%s' can never happen: %s", step->code, why);
            told = step->source;
        } else if (!is_repeat && step->anchor == SOP_ANCHOR_DUE && step->day < stay.first_day) {
            FIND(subject, true, path,
                 "step '%s' is always late: day %" PRId32 " past due; accounts come into '%s' on day %" PRId64,
                 step->code, step->day, strategy->code, stay.first_day);
        }
    }
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

/* A language is there by itself or as what it falls back to, but for the default. */
static bool has_language(const struct check *check, const char *name, const char *language)
{
    g_autofree char *wanted = g_strdup(language);
    while (find_exact(check->messages, name, wanted) == NULL) {
        char *last = strrchr(wanted, '-');
        if (last == NULL)
            return false;
        *last = '\0';
    }
    return true;
}

static void check_languages(const struct subject *subject, const struct policy_path *path, const char *name)
{
    const struct sop *sop = subject->sop;
    for (size_t i = 0; i < sop->n_languages; i++)
        if (!has_language(subject->check, name, sop->languages[i]))
            FIND(subject, false, *path, "template '%s' is not there in '%s'", name, sop->languages[i]);
    if (sop->n_languages == 0 && !has_language(subject->check, name, TEMPLATES_DEFAULT_LANGUAGE))
        FIND(subject, false, *path, "template '%s' is not there in '%s'", name, TEMPLATES_DEFAULT_LANGUAGE);
}

/* What a letter offers, somebody must be allowed to agree to. */
static void check_discount(const struct subject *subject, const struct policy_path *path,
                           const struct template *message)
{
    int32_t largest = 0;
    for (size_t i = 0; i < subject->sop->n_authorities; i++)
        largest = MAX(largest, subject->sop->authorities[i].largest_discount_percent);
    if (message->discount_percent > largest)
        FIND(subject, false, *path, "template '%s' offers %d %% off; nobody may agree to more than %d %%",
             message->name, (int)message->discount_percent, (int)largest);
}

/* The step's message; NULL where it has none or none that it can have, which is told. *ret_is_told then. */
static const struct template *check_message(const struct subject *subject, size_t s, const struct sop_step *step,
                                            bool *ret_is_told)
{
    const bool is_call = step->channel == SOP_CHANNEL_CALL;
    const char *name = is_call ? step->script : step->template;
    const struct policy_path path =
        policy_path("strategies[%zu].steps[%zu].%s", s, step->source, is_call ? "script" : "template");
    *ret_is_told = false;
    if (name[0] == '\0')
        return NULL;
    const struct template *message = find_exact(subject->check->messages, name, TEMPLATES_DEFAULT_LANGUAGE);
    if (message == NULL)
        message = find_exact(subject->check->messages, name, NULL);
    *ret_is_told = message == NULL || (message->channels & TEMPLATE_CHANNEL_BIT(step->channel)) == 0;
    if (message == NULL) {
        g_autofree char *suggestion = suggest_message(subject->check, name);
        FIND(subject, false, path, "no template '%s'%s", name, suggestion);
        return NULL;
    }
    check_languages(subject, &path, name);
    check_discount(subject, &path, message);
    if (*ret_is_told)
        FIND(subject, false, path, "template '%s' is not for channel '%s'", name, sop_channel_name(step->channel));
    return *ret_is_told ? NULL : message;
}

/* --- what the rules say to it ------------------------------------------------------------------------------------- */

/* The packs that may come on top where the debtor is: states' and cities', of those whose federal law it works under.
 */
static bool is_overlay(const struct subject *subject, const char *name)
{
    bool is_federal = false;
    for (size_t i = 0; i < subject->n_packs; i++) {
        if (strcmp(subject->packs[i], name) == 0)
            return false;
        is_federal = is_federal || strcmp(subject->packs[i], "us-federal") == 0;
    }
    return is_federal && g_str_has_prefix(name, "us-");
}

static enum status check_overlay(const struct subject *subject, size_t s, const struct sop_step *step,
                                 const struct template *message, const struct rules_pack *pack)
{
    SCOPED(rules_selection_freep) struct rules_selection *selection = NULL;
    struct check *check = subject->check;
    const char *names[RULES_SELECTION_PACKS_MAX];
    g_autoptr(GString) why = g_string_new(NULL);
    if (subject->n_packs == RULES_SELECTION_PACKS_MAX || !is_overlay(subject, pack->name))
        return STATUS_OK;
    memcpy(names, subject->packs, sizeof(names));
    names[subject->n_packs] = pack->name;
    enum status st = rules_select(&check->packs, names, subject->n_packs + 1, &selection, check->err);
    if (st != STATUS_OK)
        return st;
    if (!policy_is_ever_permitted(selection, debts_of(subject->sop), step, message, check->today, why))
        FIND(subject, true, policy_path("strategies[%zu].steps[%zu].channel", s, step->source),
             "step '%s' is never permitted in %s: %s", step->code, pack->title, why->str);
    return STATUS_OK;
}

static enum status check_permitted(const struct subject *subject, size_t s, const struct sop_step *step,
                                   const struct template *message)
{
    struct check *check = subject->check;
    g_autoptr(GString) why = g_string_new(NULL);
    if (subject->selection == NULL)
        return STATUS_OK;
    if (!policy_is_ever_permitted(subject->selection, debts_of(subject->sop), step, message, check->today, why)) {
        FIND(subject, false, policy_path("strategies[%zu].steps[%zu].channel", s, step->source),
             "step '%s' is never permitted: %s", step->code, why->str);
        return STATUS_OK;
    }
    for (size_t i = 0; i < check->packs.n_packs; i++) {
        enum status st = check_overlay(subject, s, step, message, &check->packs.packs[i]);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

static enum status check_contacts(const struct subject *subject, size_t s)
{
    const struct sop_strategy *strategy = &subject->sop->strategies[s];
    for (size_t i = 0; i < strategy->n_steps; i++) {
        const struct sop_step *step = &strategy->steps[i];
        bool is_told = false;
        if (i > 0 && strategy->steps[i - 1].source == step->source)
            continue; /* a repeat */
        const struct template *message = check_message(subject, s, step, &is_told);
        enum status st = is_told ? STATUS_OK : check_permitted(subject, s, step, message);
        if (st != STATUS_OK)
            return st;
    }
    return STATUS_OK;
}

/* Regulation F wants one within five days of the first communication (12 CFR 1006.34(a)). */
static void check_validation_notice(const struct subject *subject)
{
    const struct sop *sop = subject->sop;
    bool is_federal = false;
    for (size_t i = 0; i < subject->n_packs; i++)
        is_federal = is_federal || strcmp(subject->packs[i], "us-federal") == 0;
    if (is_federal && debts_of(sop) != SOP_DEBTS_COMMERCIAL && !sop->sends_notices)
        FIND(subject, true, policy_path("strategies"),
             "no strategy sends a validation notice (12 CFR 1006.34(a)): that it is sent in time is left to others");
}

static enum status check_sop(struct check *check, const struct policy_entry *entry)
{
    SCOPED(subject_fini) struct subject subject = {.check = check, .entry = entry, .sop = entry->sop};
    enum status st = sop_reach_classes(entry->sop, &subject.reaches, check->err);
    if (st == STATUS_OK)
        st = gather_packs(check);
    if (st == STATUS_OK)
        st = gather_messages(check);
    if (st != STATUS_OK)
        return st;
    check_head(&subject);
    st = select_rules(&subject);
    check_classes(&subject);
    check_validation_notice(&subject);
    for (size_t s = 0; s < entry->sop->n_strategies && st == STATUS_OK; s++) {
        const struct sop_strategy *strategy = &entry->sop->strategies[s];
        if (!sop_reach_strategy(entry->sop, subject.reaches, strategy->code).is_reachable &&
            !is_exit_aim(entry->sop, strategy))
            FIND(&subject, true, policy_path("strategies[%zu].code", s), "no class and no exit leads to strategy '%s'",
                 strategy->code);
        check_exits(&subject, s);
        check_steps(&subject, s);
        st = check_contacts(&subject, s);
    }
    return st;
}

/* --- templates and packs ------------------------------------------------------------------------------------------ */

static enum status check_template(struct check *check, const struct policy_entry *entry)
{
    enum status st = gather_messages(check);
    if (st != STATUS_OK)
        return st;
    const struct template *message = policy_entry_template(entry);
    const struct template *standard = find_exact(check->messages, message->name, TEMPLATES_DEFAULT_LANGUAGE);
    const char *differs = standard == NULL ? NULL : template_difference(message, standard);
    g_autofree char *name = g_strdup_printf("%s.%s.yaml", message->name, message->language);
    if (strcmp(policy_file_name(entry->file.path), name) != 0)
        policy_files_find(check->files, entry, false, policy_path("name"), "the file must be called %s", name);
    if (standard == NULL)
        policy_files_find(check->files, entry, false, policy_path("language"), "template '%s' is not there in '%s'",
                          message->name, TEMPLATES_DEFAULT_LANGUAGE);
    if (differs != NULL)
        policy_files_find(check->files, entry, false, policy_path("%s", differs), "not as in %s.%s.yaml", message->name,
                          standard->language);
    for (unsigned i = 0; i < TEMPLATE_FIELD_COUNT; i++)
        if ((message->fields & ~message->used & TEMPLATE_FIELD_BIT(i)) != 0)
            policy_files_find(check->files, entry, true, policy_path("fields"), "'%s' is declared and not used",
                              template_field_row((enum template_field)i)->name);
    return STATUS_OK;
}

/* Twice the same name is one too many: which of them would be in force? */
static void check_twin(struct check *check, guint index)
{
    const struct policy_entry *entry = entry_at(check, index);
    for (guint i = 0; i < index; i++) {
        const struct policy_entry *other = entry_at(check, i);
        if (!other->is_good || other->kind != entry->kind ||
            strcmp(policy_entry_name(other), policy_entry_name(entry)) != 0)
            continue;
        if (entry->kind == POLICY_TEMPLATE &&
            strcasecmp(policy_entry_template(other)->language, policy_entry_template(entry)->language) != 0)
            continue;
        policy_files_find(check->files, entry, false, policy_path("name"), "'%s' is the name of %s as well",
                          policy_entry_name(entry), other->file.path);
        return;
    }
}

enum status policy_check(struct policy_files *files, const struct policy_shipped *shipped, struct date today,
                         struct error *err)
{
    SCOPED(check_fini)
    struct check check = {
        .files = files, .shipped = shipped, .today = today, .err = err, .messages = g_ptr_array_new()};
    enum status st = STATUS_OK;
    for (guint i = 0; i < files->entries->len && st == STATUS_OK; i++) {
        const struct policy_entry *entry = entry_at(&check, i);
        if (!entry->is_good)
            continue;
        check_twin(&check, i);
        if (entry->kind == POLICY_SOP)
            st = check_sop(&check, entry);
        else if (entry->kind == POLICY_TEMPLATE)
            st = check_template(&check, entry);
        else if (entry->kind == POLICY_AGREEMENTS)
            policy_check_agreements(files, entry, today);
    }
    return st;
}
