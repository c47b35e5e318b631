#include "contact_rules.h"

#include <string.h>

/* --- loading ------------------------------------------------------------------------------------------------------ */

/* The base with the packs of some places. */
struct place_rules {
    struct rules_selection *selection;
    bool has_limits[MATTER_END];
};

static void free_place_rules(gpointer data)
{
    struct place_rules *rules = data;
    rules_selection_free(rules->selection);
    g_free(rules);
}

void contact_rules_free(struct contact_rules *rules)
{
    if (rules == NULL)
        return;
    if (rules->by_places != NULL)
        g_hash_table_unref(rules->by_places);
    rules_selection_free(rules->selection);
    rules_selection_free(rules->widest);
    rules_book_free(rules->book);
    g_free(rules->packs);
    g_free(rules);
}

void contact_rules_freep(struct contact_rules **rules)
{
    contact_rules_free(*rules);
}

static enum status select_all(struct contact_rules *rules, struct error *err)
{
    const char *names[RULES_SELECTION_PACKS_MAX];
    const size_t n = MIN(rules->book->n_packs, ARRAY_SIZE(names));
    for (size_t i = 0; i < n; i++)
        names[i] = rules->book->packs[i].name;
    return rules_select(rules->book, names, n, &rules->widest, err);
}

enum status contact_rules_load(const char *path, const char *packs, struct contact_rules **ret_rules, struct error *err)
{
    g_auto(GStrv) names = g_strsplit(packs, ",", -1);
    SCOPED(contact_rules_freep) struct contact_rules *rules = g_new0(struct contact_rules, 1);
    rules->packs = g_strdup(packs);
    rules->by_places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_place_rules);
    enum status st = rules_book_load(path, &rules->book, err);
    if (st == STATUS_OK)
        st = rules_select(rules->book, (const char *const *)names, g_strv_length(names), &rules->selection, err);
    if (st == STATUS_OK)
        st = rules_selection_check_limits(rules->selection, false, err);
    if (st == STATUS_OK)
        st = select_all(rules, err);
    if (st != STATUS_OK)
        return error_wrap(err, st, "%s, packs %s", path, packs);
    *ret_rules = TAKE(rules);
    return STATUS_OK;
}

/* --- places ------------------------------------------------------------------------------------------------------- */

/* Packs of the places where a person may be: names, sorted, without doubles. */
struct places {
    const struct contact_rules *rules;
    GPtrArray *packs; /* const char *, lent by the book */
    bool is_covered;  /* some country is known of which there is a pack */
};

static void add_pack(struct places *places, const char *name)
{
    const struct rules_pack *pack = rules_book_pack(places->rules->book, name);
    guint at = 0;
    if (pack == NULL)
        return;
    while (at < places->packs->len && strcmp(g_ptr_array_index(places->packs, at), pack->name) < 0)
        at++;
    if (at == places->packs->len || strcmp(g_ptr_array_index(places->packs, at), pack->name) != 0)
        g_ptr_array_insert(places->packs, (gint)at, (gpointer)(uintptr_t)pack->name);
}

/* Countries by the prefix of their numbers, and by the pack that is for them. */
static const struct {
    const char *code, *prefix, *pack;
} COUNTRIES[] = {
    {"US", "+1", "us-federal"}, {"GB", "+44", "uk"},  {"AT", "+43", "eu"},  {"BE", "+32", "eu"},  {"BG", "+359", "eu"},
    {"HR", "+385", "eu"},       {"CY", "+357", "eu"}, {"CZ", "+420", "eu"}, {"DK", "+45", "eu"},  {"EE", "+372", "eu"},
    {"FI", "+358", "eu"},       {"FR", "+33", "eu"},  {"DE", "+49", "eu"},  {"GR", "+30", "eu"},  {"HU", "+36", "eu"},
    {"IE", "+353", "eu"},       {"IT", "+39", "eu"},  {"LV", "+371", "eu"}, {"LT", "+370", "eu"}, {"LU", "+352", "eu"},
    {"MT", "+356", "eu"},       {"NL", "+31", "eu"},  {"PL", "+48", "eu"},  {"PT", "+351", "eu"}, {"RO", "+40", "eu"},
    {"SK", "+421", "eu"},       {"SI", "+386", "eu"}, {"ES", "+34", "eu"},  {"SE", "+46", "eu"},
};

static void add_country(struct places *places, const char *pack)
{
    places->is_covered = places->is_covered || rules_book_pack(places->rules->book, pack) != NULL;
    add_pack(places, pack);
}

static void add_phone(struct places *places, const char *number)
{
    for (size_t i = 0; i < ARRAY_SIZE(COUNTRIES); i++)
        if (g_str_has_prefix(number, COUNTRIES[i].prefix))
            add_country(places, COUNTRIES[i].pack);
}

/* ZIP codes of the five boroughs begin with these; some of them lie outside, for which it is the stricter reading. */
static bool is_new_york_city(const char *zip)
{
    static const char *const PREFIXES[] = {"100", "101", "102", "103", "104", "110", "111", "112", "113", "114", "116"};
    for (size_t i = 0; i < ARRAY_SIZE(PREFIXES); i++)
        if (g_str_has_prefix(zip, PREFIXES[i]))
            return true;
    return false;
}

static void add_state(struct places *places, const char *region, const char *city, const char *zip)
{
    static const struct {
        const char *name, *code;
    } NAMES[] = {
        {"massachusetts", "ma"}, {"washington", "wa"},    {"new york", "ny"}, {"district of columbia", "dc"},
        {"florida", "fl"},       {"west virginia", "wv"}, {"nevada", "nv"},
    };
    g_autofree char *lower = g_ascii_strdown(g_str_has_prefix(region, "US-") ? region + strlen("US-") : region, -1);
    const char *code = lower;
    for (size_t i = 0; i < ARRAY_SIZE(NAMES); i++)
        if (strcmp(NAMES[i].name, lower) == 0)
            code = NAMES[i].code;
    g_autofree char *pack = g_strconcat("us-", code, NULL);
    add_pack(places, pack);
    if (strcmp(code, "ny") == 0 && (is_new_york_city(zip) || g_ascii_strncasecmp(city, "new york", 8) == 0))
        add_pack(places, "us-ny-nyc");
}

/* "street\ncity\nregion\npostcode\ncountry". */
static void add_address(struct places *places, const char *value)
{
    g_auto(GStrv) lines = g_strsplit(value, "\n", -1);
    const guint n = g_strv_length(lines);
    if (n < 4)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(COUNTRIES); i++)
        if (strcmp(COUNTRIES[i].code, lines[n - 1]) == 0)
            add_country(places, COUNTRIES[i].pack);
    if (strcmp(lines[n - 1], "US") == 0)
        add_state(places, lines[n - 3], lines[n - 4], lines[n - 2]);
}

static void find_places(const struct debtor *debtor, struct places *places)
{
    for (guint i = 0; i < debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(debtor->points, i);
        if (point->is_wrong)
            continue;
        if (point->kind == CONTACT_POINT_PHONE)
            add_phone(places, point->value);
        else if (point->kind == CONTACT_POINT_ADDRESS)
            add_address(places, point->value);
    }
}

static struct place_rules *place_rules_new(const struct contact_rules *rules, const char *places)
{
    struct rules_selection *selection = NULL;
    g_autofree char *all = g_strconcat(rules->packs, places[0] != '\0' ? "," : "", places, NULL);
    g_auto(GStrv) names = g_strsplit(all, ",", -1);
    const guint n = g_strv_length(names);
    if (n > RULES_SELECTION_PACKS_MAX ||
        rules_select(rules->book, (const char *const *)names, n, &selection, NULL) != STATUS_OK)
        return NULL;
    struct place_rules *made = g_new0(struct place_rules, 1);
    made->selection = selection;
    for (int matter = 0; matter < MATTER_END; matter++)
        made->has_limits[matter] =
            rules_selection_check_limits(selection, matter == MATTER_COMMERCIAL, NULL) == STATUS_OK;
    return made;
}

/* NULL where they are too many to be asked together. */
static const struct place_rules *select_places(const struct contact_rules *rules, const GPtrArray *packs,
                                               const char **ret_key)
{
    g_autoptr(GString) key = g_string_new("");
    gpointer known_key = NULL, known = NULL;
    for (guint i = 0; i < packs->len; i++)
        g_string_append_printf(key, "%s%s", i == 0 ? "" : ",", (const char *)g_ptr_array_index(packs, i));
    if (!g_hash_table_lookup_extended(rules->by_places, key->str, &known_key, &known)) {
        known = place_rules_new(rules, key->str);
        if (known == NULL)
            return NULL;
        known_key = g_strdup(key->str);
        (void)g_hash_table_insert(rules->by_places, known_key, known);
    }
    *ret_key = known_key;
    return known;
}

/* What the base has already, and what says nothing of such debts. */
static void leave_out(const struct contact_rules *rules, enum debt_matter matter, GPtrArray *packs)
{
    g_auto(GStrv) base = g_strsplit(rules->packs, ",", -1);
    for (guint i = packs->len; i > 0; i--) {
        const char *name = g_ptr_array_index(packs, i - 1);
        if (g_strv_contains((const char *const *)base, name) ||
            !rules_pack_is_for(rules_book_pack(rules->book, name), matter == MATTER_COMMERCIAL))
            (void)g_ptr_array_remove_index(packs, i - 1);
    }
}

const struct rules_selection *contact_rules_for(const struct contact_rules *rules, const struct account *account)
{
    const enum debt_matter matter = debt_matter_of(account->debt_kind);
    struct debtor_rules *here = &account->debtor->rules[matter];
    if (here->selection != NULL)
        return here->selection;
    g_autoptr(GPtrArray) packs = g_ptr_array_new();
    struct places places = {.rules = rules, .packs = packs};
    find_places(account->debtor, &places);
    leave_out(rules, matter, packs);
    here->place_packs = "";
    const struct place_rules *selected = select_places(rules, packs, &here->place_packs);
    here->has_no_jurisdiction = !places.is_covered || selected == NULL;
    here->has_no_limits = selected != NULL && !selected->has_limits[matter];
    here->selection = selected != NULL ? selected->selection : rules->selection;
    return here->selection;
}
