#include "contact_state.h"

#include <stdlib.h>
#include <string.h>

#include "fact_model.h"
#include "id/id_table.h"

#define TEXT_CHUNK_BYTES 16384

static void account_free(gpointer data)
{
    struct account *account = data;
    if (account->attempts != NULL)
        g_array_unref(account->attempts);
    g_free(account);
}

static void debtor_free(gpointer data)
{
    struct debtor *debtor = data;
    g_ptr_array_unref(debtor->points);
    g_ptr_array_unref(debtor->accounts);
    g_ptr_array_unref(debtor->facts);
    g_free(debtor);
}

static void permit_free(gpointer data)
{
    struct permit *permit = data;
    if (permit->discussions != NULL)
        g_array_unref(permit->discussions);
    g_free(permit);
}

struct contact_book *contact_book_new(void)
{
    struct contact_book *book = g_new0(struct contact_book, 1);
    book->accounts = id_table_new(account_free);
    book->debtors = id_table_new(debtor_free);
    book->permits = id_table_new(permit_free);
    book->texts = g_string_chunk_new(TEXT_CHUNK_BYTES);
    return book;
}

void contact_book_free(struct contact_book *book)
{
    if (book == NULL)
        return;
    g_hash_table_destroy(book->accounts);
    g_hash_table_destroy(book->debtors);
    g_hash_table_destroy(book->permits);
    g_string_chunk_free(book->texts);
    g_free(book);
}

void contact_book_freep(struct contact_book **book)
{
    contact_book_free(*book);
}

const char *contact_text(struct contact_book *book, const char *text)
{
    return text == NULL ? "" : contact_text_of(book, text, strlen(text));
}

const char *contact_text_of(struct contact_book *book, const char *text, size_t len)
{
    return len == 0 ? "" : g_string_chunk_insert_len(book->texts, text, (gssize)len);
}

struct account *contact_find_account(const struct contact_book *book, const struct id *id)
{
    return g_hash_table_lookup(book->accounts, id);
}

struct debtor *contact_find_debtor(const struct contact_book *book, const struct id *id)
{
    return g_hash_table_lookup(book->debtors, id);
}

struct permit *contact_find_permit(const struct contact_book *book, const struct id *id)
{
    return g_hash_table_lookup(book->permits, id);
}

struct contact_point *debtor_find_point(const struct debtor *debtor, const struct id *id)
{
    for (guint i = 0; i < debtor->points->len; i++) {
        struct contact_point *point = g_ptr_array_index(debtor->points, i);
        if (id_equal(&point->id, id))
            return point;
    }
    return NULL;
}

struct debtor *contact_add_debtor(struct contact_book *book, const struct id *id, int32_t agency_id)
{
    struct debtor *debtor = contact_find_debtor(book, id);
    if (debtor != NULL)
        return debtor;
    debtor = g_new0(struct debtor, 1);
    debtor->id = *id;
    debtor->agency_id = agency_id;
    debtor->points = g_ptr_array_new_with_free_func(g_free);
    debtor->accounts = g_ptr_array_new();
    debtor->facts = g_ptr_array_new_with_free_func(person_fact_free);
    (void)id_table_put(book->debtors, &debtor->id, debtor);
    return debtor;
}

struct account *contact_add_account(struct contact_book *book, const struct id *id, struct debtor *debtor)
{
    struct account *account = contact_find_account(book, id);
    if (account != NULL)
        return account;
    account = g_new0(struct account, 1);
    account->id = *id;
    account->debtor = debtor;
    account->strategy = account->left_strategy = account->step = account->sop_version = account->part.currency = "";
    account->steps_done = ",";
    g_ptr_array_add(debtor->accounts, account);
    (void)id_table_put(book->accounts, &account->id, account);
    return account;
}

struct permit *contact_add_permit(struct contact_book *book, const struct id *id)
{
    struct permit *permit = contact_find_permit(book, id);
    if (permit != NULL)
        return permit;
    permit = g_new0(struct permit, 1);
    permit->id = *id;
    permit->dialer = permit->campaign = permit->strategy = permit->step = permit->rule_version = "";
    (void)id_table_put(book->permits, &permit->id, permit);
    return permit;
}

/* Where a point with the id belongs. */
static guint point_place(const struct debtor *debtor, const struct id *id)
{
    guint at = debtor->points->len;
    while (at > 0 && id_compare(&((struct contact_point *)g_ptr_array_index(debtor->points, at - 1))->id, id) > 0)
        at--;
    return at;
}

struct contact_point *debtor_add_point(struct debtor *debtor, const struct id *id)
{
    struct contact_point *point = debtor_find_point(debtor, id);
    if (point != NULL)
        return point;
    point = g_new0(struct contact_point, 1);
    point->id = *id;
    point->value = point->zones = "";
    g_ptr_array_insert(debtor->points, (gint)point_place(debtor, id), point);
    return point;
}

void account_add_attempt(struct account *account, const struct attempt *attempt)
{
    if (account->attempts == NULL)
        account->attempts = g_array_new(FALSE, FALSE, sizeof(struct attempt));
    g_array_append_vals(account->attempts, attempt, 1);
}

const struct discussion *permit_find_discussion(const struct permit *permit, const struct id *account_id)
{
    for (guint i = 0; permit->discussions != NULL && i < permit->discussions->len; i++) {
        const struct discussion *discussion = &g_array_index(permit->discussions, struct discussion, i);
        if (id_equal(&discussion->account_id, account_id))
            return discussion;
    }
    return NULL;
}

struct discussion *permit_add_discussion(struct permit *permit, const struct id *account_id)
{
    const struct discussion *known = permit_find_discussion(permit, account_id);
    if (known != NULL)
        return (struct discussion *)(uintptr_t)known;
    const struct discussion added = {.account_id = *account_id};
    if (permit->discussions == NULL)
        permit->discussions = g_array_new(FALSE, FALSE, sizeof(struct discussion));
    g_array_append_val(permit->discussions, added);
    return &g_array_index(permit->discussions, struct discussion, permit->discussions->len - 1);
}

/* Keeps the zones in the order of their names, so that a decision's record does not depend on who was loaded first. */
static void add_zone(struct debtor *debtor, const char *name)
{
    const struct zone *zone = NULL;
    size_t at = 0;
    while (at < debtor->n_zones && strcmp(zone_name(debtor->zones[at]), name) < 0)
        at++;
    if (at < debtor->n_zones && strcmp(zone_name(debtor->zones[at]), name) == 0)
        return;
    if (debtor->n_zones == CONTACT_ZONES_MAX || zone_open(name, &zone, NULL) != STATUS_OK) {
        debtor->has_unreadable_zone = true;
        return;
    }
    memmove(&debtor->zones[at + 1], &debtor->zones[at], (debtor->n_zones - at) * sizeof(debtor->zones[0]));
    debtor->zones[at] = zone;
    debtor->n_zones++;
}

void debtor_update_zones(struct debtor *debtor)
{
    debtor->n_zones = 0;
    debtor->has_unreadable_zone = false;
    memset(debtor->rules, 0, sizeof(debtor->rules));
    for (guint i = 0; i < debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(debtor->points, i);
        if (point->kind == CONTACT_POINT_EMAIL || point->is_wrong || point->zones[0] == '\0')
            continue;
        g_auto(GStrv) names = g_strsplit(point->zones, ",", -1);
        for (char **name = names; *name != NULL; name++)
            add_zone(debtor, *name);
    }
}

bool contact_point_is_usable(const struct contact_point *point)
{
    return !point->is_opted_out && !point->is_wrong && !point->is_returned;
}

bool debtor_has_usable_point(const struct debtor *debtor, enum contact_point_kind kind)
{
    for (guint i = 0; i < debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(debtor->points, i);
        if (point->kind == kind && contact_point_is_usable(point))
            return true;
    }
    return kind == CONTACT_POINT_NONE;
}

static hold_set point_holds(const struct contact_point *point)
{
    return (point->is_opted_out ? HOLD_BIT(HOLD_OPT_OUT_CONTACT_POINT) : 0) |
           (point->is_wrong ? HOLD_BIT(HOLD_WRONG_NUMBER) : 0);
}

/* Why no contact point of the kind may be used; nothing where one may, or where there never was one. */
static hold_set points_holds(const struct debtor *debtor, enum contact_point_kind kind)
{
    hold_set holds = 0;
    if (debtor_has_usable_point(debtor, kind))
        return 0;
    for (guint i = 0; i < debtor->points->len; i++) {
        const struct contact_point *point = g_ptr_array_index(debtor->points, i);
        if (point->kind == kind)
            holds |= point_holds(point);
    }
    return holds;
}

int64_t account_held_minor(const struct account *account)
{
    const bool is_rest_owed = account->is_owed_known && account->owed_minor > account->part.minor;
    const bool is_open = !account->is_dispute_claimed && !id_is_none(&account->dispute_id);
    return is_open && is_rest_owed ? account->part.minor : 0;
}

static hold_set own_holds(const struct account *account)
{
    bool is_disputed =
        account->is_dispute_claimed || (!id_is_none(&account->dispute_id) && account_held_minor(account) == 0);
    return account->holds | account->debtor->holds | (is_disputed ? HOLD_BIT(HOLD_DISPUTE) : 0) |
           (account->unposted_seq != 0 ? HOLD_BIT(HOLD_UNPOSTED) : 0);
}

hold_set account_holds_by(const struct account *account, enum contact_point_kind kind)
{
    return own_holds(account) | points_holds(account->debtor, kind);
}

hold_set account_holds(const struct account *account)
{
    return account_holds_by(account, CONTACT_POINT_PHONE);
}

hold_set account_holds_at(const struct account *account, const struct contact_point *point)
{
    return own_holds(account) | (point == NULL ? 0 : point_holds(point));
}
