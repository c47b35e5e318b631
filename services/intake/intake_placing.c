#include "intake_placing.h"

#include <string.h>

#include "id/id_table.h"
#include "intake_codec.h"
#include "service/wire.h"

/* A row that is still accepted, on its way. */
struct item {
    struct work *work;
    struct row *row;
    struct provenance provenance;
    struct reference reference;
    struct debtor *debtor;   /* borrowed from the table of debtors */
    struct account *account; /* borrowed */
};

/* Everything that a unit's rows of one kind need. */
struct placing {
    struct unit *unit;
    struct db *db;
    GStringChunk *texts;
    struct item *items;
    size_t n_items;
    GHashTable *debtors; /* id -> struct debtor, owned */
    struct account *accounts;
    size_t n_accounts;
    struct codec_scratch scratch;
};

static struct item item_of(struct work *work, struct row *row)
{
    struct item item = {
        .work = work,
        .row = row,
        .provenance = {.placement_id = work->placement->id,
                       .file_name = work->placement->file_name,
                       .line = row->raw.line},
        .reference = {.agency_id = work->placement->agency_id,
                      .client = row->values[FIELD_CLIENT].text,
                      .client_reference = row->values[FIELD_CLIENT_REFERENCE].text},
    };

    memcpy(item.provenance.record_hash, row->hash, sizeof(row->hash));
    item.reference.partition = identity_reference_partition(item.reference.agency_id, item.reference.client_reference);
    return item;
}

static void collect_items(struct placing *placing, struct work *works, size_t n_works, enum file_kind kind)
{
    GArray *items = g_array_new(FALSE, TRUE, sizeof(struct item));

    for (size_t i = 0; i < n_works; i++) {
        if (works[i].mapping->kind != kind)
            continue;
        for (size_t j = 0; j < works[i].n_rows; j++) {
            if (works[i].rows[j].outcome != ROW_ACCEPTED)
                continue;
            struct item item = item_of(&works[i], &works[i].rows[j]);
            g_array_append_val(items, item);
        }
    }
    placing->n_items = items->len;
    placing->items = (struct item *)(void *)g_array_free(items, FALSE);
}

/* Drops the items whose rows have been rejected since. */
static void keep_accepted(struct placing *placing)
{
    size_t n = 0;

    for (size_t i = 0; i < placing->n_items; i++)
        if (placing->items[i].row->outcome == ROW_ACCEPTED)
            placing->items[n++] = placing->items[i];
    placing->n_items = n;
}

static void free_debtor(gpointer debtor)
{
    debtor_free(debtor);
}

static struct placing placing_begin(struct unit *unit, struct work *works, size_t n_works, enum file_kind kind,
                                    GStringChunk *texts)
{
    struct placing placing = {.unit = unit, .db = unit_db(unit), .texts = texts, .scratch = codec_scratch_new()};

    placing.debtors = id_table_new(free_debtor);
    collect_items(&placing, works, n_works, kind);
    return placing;
}

static void placing_end(struct placing *placing)
{
    g_hash_table_unref(placing->debtors);
    g_free(placing->items);
    g_free(placing->accounts);
    codec_scratch_fini(&placing->scratch);
}

static struct debtor **list_debtors(const struct placing *placing, size_t *ret_n)
{
    GHashTableIter iter;
    gpointer debtor = NULL;
    struct debtor **list = g_new0(struct debtor *, g_hash_table_size(placing->debtors) + 1);

    *ret_n = 0;
    g_hash_table_iter_init(&iter, placing->debtors);
    while (g_hash_table_iter_next(&iter, NULL, &debtor))
        list[(*ret_n)++] = debtor;
    return list;
}

static struct debtor *debtor_of(struct placing *placing, const struct id *id, int32_t agency_id)
{
    struct debtor *debtor = g_hash_table_lookup(placing->debtors, id);

    if (!debtor) {
        debtor = debtor_new(id, agency_id);
        (void)id_table_put(placing->debtors, &debtor->id, debtor);
    }
    return debtor;
}

static enum status emit(struct placing *placing, const struct item *item, const ProtobufCMessage *message,
                        struct error *err)
{
    struct subject subject = {
        .agency_id = item->account->agency_id, .debtor_id = item->account->debtor_id, .account_id = item->account->id};

    return unit_emit(placing->unit, &subject, item->work->actor, message, err);
}

/* What came first, for the reasons of duplicates. */
struct first {
    struct item *item;
    struct id placement_id;
    int64_t line;
};

static enum status reject_duplicates(struct placing *placing, struct first *firsts, size_t n, int field,
                                     enum reject_code code, const char *what, struct error *err)
{
    g_autoptr(GHashTable) names = NULL;
    g_autofree struct id *ids = g_new0(struct id, n + 1);

    if (n == 0)
        return STATUS_OK;
    for (size_t i = 0; i < n; i++)
        ids[i] = firsts[i].placement_id;
    enum status st = store_placement_names(placing->db, ids, n, &names, err);
    if (st != STATUS_OK)
        return st;
    for (size_t i = 0; i < n; i++) {
        const char *name = g_hash_table_lookup(names, &firsts[i].placement_id);
        bool is_same = id_equal(&firsts[i].placement_id, &firsts[i].item->work->placement->id);
        row_reject(firsts[i].item->row, placing->texts, field, code,
                   "%s already by line %" G_GINT64_FORMAT " of %s%s%s", what, firsts[i].line,
                   is_same ? "this file" : "'", is_same ? "" : (name ? name : "another file"), is_same ? "" : "'");
    }
    return STATUS_OK;
}

/* Placements: references. */

static guint hash_reference(gconstpointer key)
{
    const struct reference *reference = key;
    return g_str_hash(reference->client_reference) * 31 + g_str_hash(reference->client) + (guint)reference->agency_id;
}

static gboolean references_are_equal(gconstpointer a, gconstpointer b)
{
    const struct reference *x = a;
    const struct reference *y = b;
    return x->agency_id == y->agency_id && strcmp(x->client_reference, y->client_reference) == 0 &&
           strcmp(x->client, y->client) == 0;
}

/* References that stand twice among the rows at hand: the first row has it. */
static void split_doubles(struct placing *placing, GPtrArray *firsts_of_all, GArray *doubles)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(hash_reference, references_are_equal);

    for (size_t i = 0; i < placing->n_items; i++) {
        struct item *item = &placing->items[i];
        const struct item *first = g_hash_table_lookup(seen, &item->reference);
        if (first) {
            struct first before = {item, first->provenance.placement_id, first->provenance.line};
            g_array_append_val(doubles, before);
        } else {
            (void)g_hash_table_insert(seen, &item->reference, item);
            g_ptr_array_add(firsts_of_all, item);
        }
    }
}

static struct account *find_account(const struct placing *placing, const struct id *id)
{
    size_t low = 0, high = placing->n_accounts;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = id_compare(&placing->accounts[middle].id, id);
        if (order == 0)
            return &placing->accounts[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Where the references of `taken` were placed first: `ids` are their accounts. */
static enum status find_earlier(struct placing *placing, const GPtrArray *taken, const GArray *ids, GArray *doubles,
                                struct error *err)
{
    enum status st = store_accounts_load(placing->db, (const struct id *)(void *)ids->data, ids->len, false,
                                         placing->texts, &placing->accounts, &placing->n_accounts, err);

    for (guint i = 0; st == STATUS_OK && i < taken->len; i++) {
        const struct account *account = find_account(placing, &g_array_index(ids, struct id, i));
        if (!account)
            return error_set(err, STATUS_DATA_LOSS, "a registered reference leads to no account");
        struct first before = {taken->pdata[i], account->provenance.placement_id, account->provenance.line};
        g_array_append_val(doubles, before);
    }
    g_clear_pointer(&placing->accounts, g_free);
    placing->n_accounts = 0;
    return st;
}

static enum status look_up_references(struct placing *placing, const GPtrArray *items, GArray *doubles,
                                      struct error *err)
{
    g_autofree const struct reference **references = g_new0(const struct reference *, items->len + 1);
    g_autofree struct id *accounts = g_new0(struct id, items->len + 1);
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(struct id));

    for (guint i = 0; i < items->len; i++)
        references[i] = &((struct item *)items->pdata[i])->reference;
    enum status st = store_references_find(placing->db, references, items->len, accounts, err);
    for (guint i = 0; st == STATUS_OK && i < items->len; i++)
        if (!id_is_none(&accounts[i])) {
            g_ptr_array_add(taken, items->pdata[i]);
            g_array_append_val(ids, accounts[i]);
        }
    return st == STATUS_OK && taken->len > 0 ? find_earlier(placing, taken, ids, doubles, err) : st;
}

/* Rejects the rows whose references are taken. The others are free as far as anybody can see; whoever registers them
 * first has them. */
static enum status check_references(struct placing *placing, struct error *err)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    g_autoptr(GArray) doubles = g_array_new(FALSE, TRUE, sizeof(struct first));

    split_doubles(placing, items, doubles);
    enum status st = look_up_references(placing, items, doubles, err);
    if (st == STATUS_OK)
        st = reject_duplicates(placing, (struct first *)(void *)doubles->data, doubles->len, FIELD_CLIENT_REFERENCE,
                               REJECT_DUPLICATE_REFERENCE, "placed", err);
    keep_accepted(placing);
    return st;
}

static enum status register_references(struct placing *placing, struct error *err)
{
    g_autofree const struct reference **references = g_new0(const struct reference *, placing->n_items + 1);
    size_t n = 0;

    for (size_t i = 0; i < placing->n_items; i++)
        if (placing->items[i].account)
            references[n++] = &placing->items[i].reference;
    return store_references_insert(placing->db, references, n, err);
}

/* Placements: debtors and accounts. */

static void identify(struct placing *placing, struct item *item)
{
    const struct placement *placement = item->work->placement;
    struct identity_facts facts = row_identity(item->row);
    uint8_t key[IDENTITY_KEY_BYTES] = {0};

    (void)identity_key(&facts, placement->agency_key, key);
    struct id debtor_id = identity_debtor_id(placement->agency_id, key);
    item->debtor = debtor_of(placing, &debtor_id, placement->agency_id);
    item->reference.account_id =
        identity_account_id(&debtor_id, item->reference.client, item->reference.client_reference,
                            placement->opened_at_us, item->row->raw.line);
}

/* The last row with a name gives it; a row without one says nothing. */
static void describe_debtor(const struct item *item)
{
    const struct row_value *person = &item->row->values[FIELD_IS_NATURAL_PERSON];

    debtor_describe(item->debtor, item->row->debtor_name, !person->has_value || person->truth);
}

static void add_contacts(struct placing *placing, struct item *item, GArray *changed)
{
    for (size_t i = 0; i < item->row->n_contacts; i++) {
        size_t index = 0;
        enum contact_change change = debtor_add_contact(item->debtor, &item->row->contacts[i], placing->texts, &index);
        if (changed && change != CONTACT_KNOWN)
            g_array_append_val(changed, index);
    }
}

static bool reject_crowded(struct placing *placing, struct item *item)
{
    if (debtor_has_room(item->debtor, item->row))
        return false;
    row_reject(item->row, placing->texts, FIELD_NONE, REJECT_TOO_MANY_CONTACT_POINTS,
               "the debtor would have more than %d", DEBTOR_CONTACTS_MAX);
    return true;
}

static enum status place_item(struct placing *placing, struct item *item, struct error *err)
{
    if (reject_crowded(placing, item))
        return STATUS_OK;
    add_contacts(placing, item, NULL);
    struct account *account = &placing->accounts[placing->n_accounts++];
    *account = account_from_row(item->row, &item->reference.account_id, &item->debtor->id, item->debtor->agency_id,
                                &item->provenance, unit_now(placing->unit));
    item->account = account;
    struct codec_placed placed;
    codec_account_placed(account, item->debtor, &placing->scratch, &placed);
    enum status st = emit(placing, item, &placed.message.base, err);
    codec_scratch_reset(&placing->scratch);
    return st;
}

static enum status place_items(struct placing *placing, struct error *err)
{
    enum status st = STATUS_OK;

    placing->accounts = g_new0(struct account, placing->n_items + 1);
    for (size_t i = 0; st == STATUS_OK && i < placing->n_items; i++)
        st = place_item(placing, &placing->items[i], err);
    return st;
}

/* What two units write first is one's and makes the other start again: all write in the same order, so that they wait
 * for each other and never in a circle. */
static enum status save_placed(struct placing *placing, struct debtor *const *debtors, size_t n_debtors,
                               struct error *err)
{
    enum status st = store_debtors_save(placing->db, debtors, n_debtors, err);

    if (st == STATUS_OK)
        st = register_references(placing, err);
    return st == STATUS_OK ? store_accounts_insert(placing->db, placing->accounts, placing->n_accounts, err) : st;
}

static enum status place_accounts(struct placing *placing, struct error *err)
{
    size_t n_debtors = 0;
    enum status st = check_references(placing, err);

    if (st != STATUS_OK || placing->n_items == 0)
        return st;
    for (size_t i = 0; i < placing->n_items; i++)
        identify(placing, &placing->items[i]);
    g_autofree struct debtor **debtors = list_debtors(placing, &n_debtors);
    st = store_debtors_lock(placing->db, debtors, n_debtors, placing->texts, err);
    for (size_t i = 0; st == STATUS_OK && i < placing->n_items; i++)
        describe_debtor(&placing->items[i]);
    if (st == STATUS_OK)
        st = place_items(placing, err);
    return st == STATUS_OK ? save_placed(placing, debtors, n_debtors, err) : st;
}

/* Updates, recalls, payments: the account. */

/* ret_ids[i]: the account of the i-th item that is kept. */
static enum status find_references(struct placing *placing, struct id *ret_ids, struct error *err)
{
    g_autofree const struct reference **references = g_new0(const struct reference *, placing->n_items + 1);
    size_t n = 0;

    for (size_t i = 0; i < placing->n_items; i++)
        references[i] = &placing->items[i].reference;
    enum status st = store_references_find(placing->db, references, placing->n_items, ret_ids, err);
    for (size_t i = 0; st == STATUS_OK && i < placing->n_items; i++) {
        if (id_is_none(&ret_ids[i]))
            row_reject(placing->items[i].row, placing->texts, FIELD_CLIENT_REFERENCE, REJECT_UNKNOWN_REFERENCE,
                       "no account of '%s' has the reference '%s'", references[i]->client,
                       references[i]->client_reference);
        else
            ret_ids[n++] = ret_ids[i];
    }
    keep_accepted(placing);
    return st;
}

/* Items whose accounts are loaded, and locked where `is_locked`. */
static enum status find_accounts(struct placing *placing, bool is_locked, struct error *err)
{
    g_autofree struct id *ids = g_new0(struct id, placing->n_items + 1);
    enum status st = find_references(placing, ids, err);

    if (st != STATUS_OK || placing->n_items == 0)
        return st;
    st = store_accounts_load(placing->db, ids, placing->n_items, is_locked, placing->texts, &placing->accounts,
                             &placing->n_accounts, err);
    for (size_t i = 0; st == STATUS_OK && i < placing->n_items; i++) {
        placing->items[i].account = find_account(placing, &ids[i]);
        if (!placing->items[i].account)
            st = error_set(err, STATUS_DATA_LOSS, "a registered reference leads to no account");
    }
    return st;
}

static enum status emit_updated(struct placing *placing, struct item *item, const struct account_changes *changes,
                                const GArray *contacts, struct error *err)
{
    Dunlin__Intake__V1__AccountUpdated message;
    Dunlin__Intake__V1__Provenance provenance;

    codec_provenance(&item->provenance, &provenance);
    dunlin__intake__v1__account_updated__init(&message);
    message.account_id = wire_id(&item->account->id);
    message.debtor_id = wire_id(&item->account->debtor_id);
    message.currency = wire_text(item->account->balance.currency);
    if (changes->has_due_on) {
        message.due_on_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__DUE_ON_PRESENCE_DUE_ON_DAYS;
        message.due_on_days = item->account->due_on.days;
    }
    if (changes->has_balance) {
        message.balance_presence_case = DUNLIN__INTAKE__V1__ACCOUNT_UPDATED__BALANCE_PRESENCE_BALANCE_MINOR;
        message.balance_minor = item->account->balance.minor;
    }
    message.n_new_contact_points = contacts->len;
    message.new_contact_points =
        codec_contact_points(item->debtor, (const size_t *)(void *)contacts->data, contacts->len, &placing->scratch);
    message.provenance = &provenance;
    enum status st = emit(placing, item, &message.base, err);
    codec_scratch_reset(&placing->scratch);
    return st;
}

static enum status update_item(struct placing *placing, struct item *item, struct error *err)
{
    struct account_changes changes = {0};
    g_autoptr(GArray) contacts = g_array_new(FALSE, TRUE, sizeof(size_t));

    if (reject_crowded(placing, item) || !account_update(item->account, item->row, placing->texts, &changes))
        return STATUS_OK;
    add_contacts(placing, item, contacts);
    /* An update that says what is known already is accepted and changes nothing. */
    if (!changes.has_balance && !changes.has_due_on && contacts->len == 0)
        return STATUS_OK;
    return emit_updated(placing, item, &changes, contacts, err);
}

static enum status update_accounts(struct placing *placing, struct error *err)
{
    size_t n_debtors = 0;
    enum status st = find_accounts(placing, true, err);

    if (st != STATUS_OK || placing->n_items == 0)
        return st;
    for (size_t i = 0; i < placing->n_items; i++)
        placing->items[i].debtor =
            debtor_of(placing, &placing->items[i].account->debtor_id, placing->items[i].account->agency_id);
    g_autofree struct debtor **debtors = list_debtors(placing, &n_debtors);
    st = store_debtors_lock(placing->db, debtors, n_debtors, placing->texts, err);
    for (size_t i = 0; st == STATUS_OK && i < placing->n_items; i++)
        st = update_item(placing, &placing->items[i], err);
    if (st == STATUS_OK)
        st = store_accounts_update(placing->db, placing->accounts, placing->n_accounts, err);
    if (st == STATUS_OK)
        st = store_debtors_save(placing->db, debtors, n_debtors, err);
    return st;
}

static enum status recall_item(struct placing *placing, struct item *item, struct error *err)
{
    Dunlin__Intake__V1__AccountRecalled message;
    Dunlin__Intake__V1__Provenance provenance;

    if (!account_recall(item->account, item->row, placing->texts))
        return STATUS_OK;
    codec_provenance(&item->provenance, &provenance);
    dunlin__intake__v1__account_recalled__init(&message);
    message.account_id = wire_id(&item->account->id);
    message.debtor_id = wire_id(&item->account->debtor_id);
    message.reason = wire_text(item->row->values[FIELD_REASON].text);
    message.provenance = &provenance;
    return emit(placing, item, &message.base, err);
}

static enum status recall_accounts(struct placing *placing, struct error *err)
{
    enum status st = find_accounts(placing, true, err);

    if (st != STATUS_OK || placing->n_items == 0)
        return st;
    for (size_t i = 0; st == STATUS_OK && i < placing->n_items; i++)
        st = recall_item(placing, &placing->items[i], err);
    if (st == STATUS_OK)
        st = store_accounts_update(placing->db, placing->accounts, placing->n_accounts, err);
    return st;
}

static struct payment payment_of(const struct item *item)
{
    const struct placement *placement = item->work->placement;

    return (struct payment){
        .id = payment_id_of_row(&item->account->id, item->row, placement->file_hash, placement->file_hash_len),
        .account_id = item->account->id,
        .agency_id = item->account->agency_id,
        .amount = item->row->values[FIELD_AMOUNT].money,
        .paid_on = item->row->values[FIELD_PAID_DATE].date,
        .reference = item->row->values[FIELD_PAYMENT_REFERENCE].text,
        .placement_id = placement->id,
        .line = item->row->raw.line,
    };
}

static enum status emit_payment(struct placing *placing, const struct item *item, const struct payment *payment,
                                struct error *err)
{
    Dunlin__Intake__V1__PaymentReported message;
    Dunlin__Intake__V1__Provenance provenance;

    codec_provenance(&item->provenance, &provenance);
    dunlin__intake__v1__payment_reported__init(&message);
    message.account_id = wire_id(&payment->account_id);
    message.debtor_id = wire_id(&item->account->debtor_id);
    message.payment_id = wire_id(&payment->id);
    message.reference = wire_text(payment->reference);
    message.amount_minor = payment->amount.minor;
    message.currency = wire_text(payment->amount.currency);
    message.paid_on_days = payment->paid_on.days;
    message.provenance = &provenance;
    return emit(placing, item, &message.base, err);
}

/* Payments that stand twice among the rows at hand go to `doubles`; the others are `firsts`, and payments[i] is theirs.
 */
static size_t split_payments(struct placing *placing, struct payment *payments, struct item **firsts, GArray *doubles)
{
    g_autoptr(GHashTable) seen = id_table_new(NULL);
    size_t n = 0;

    for (size_t i = 0; i < placing->n_items; i++) {
        struct item *item = &placing->items[i];
        payments[n] = payment_of(item);
        const struct payment *first = g_hash_table_lookup(seen, &payments[n].id);
        if (first) {
            struct first before = {item, first->placement_id, first->line};
            g_array_append_val(doubles, before);
            continue;
        }
        firsts[n] = item;
        (void)id_table_put(seen, &payments[n].id, &payments[n]);
        n++;
    }
    return n;
}

static enum status find_earlier_payments(struct placing *placing, const struct payment *payments, struct item **items,
                                         const bool *is_new, size_t n, GArray *doubles, struct error *err)
{
    g_autofree struct payment *known = g_new0(struct payment, n + 1);
    g_autofree struct item **known_items = g_new0(struct item *, n + 1);
    size_t n_known = 0;

    for (size_t i = 0; i < n; i++)
        if (!is_new[i]) {
            known_items[n_known] = items[i];
            known[n_known++] = payments[i];
        }
    if (n_known == 0)
        return STATUS_OK;
    enum status st = store_payments_find(placing->db, known, n_known, err);
    for (size_t i = 0; st == STATUS_OK && i < n_known; i++) {
        struct first before = {known_items[i], known[i].placement_id, known[i].line};
        g_array_append_val(doubles, before);
    }
    return st;
}

static enum status report_payments(struct placing *placing, struct error *err)
{
    g_autofree struct payment *payments = g_new0(struct payment, placing->n_items + 1);
    g_autofree struct item **items = g_new0(struct item *, placing->n_items + 1);
    g_autofree bool *is_new = g_new0(bool, placing->n_items + 1);
    g_autoptr(GArray) doubles = g_array_new(FALSE, TRUE, sizeof(struct first));
    size_t n = split_payments(placing, payments, items, doubles);
    enum status st = store_payments_claim(placing->db, payments, n, is_new, err);

    for (size_t i = 0; st == STATUS_OK && i < n; i++)
        if (is_new[i])
            st = emit_payment(placing, items[i], &payments[i], err);
    if (st == STATUS_OK)
        st = find_earlier_payments(placing, payments, items, is_new, n, doubles, err);
    if (st == STATUS_OK)
        st = reject_duplicates(placing, (struct first *)(void *)doubles->data, doubles->len, FIELD_PAYMENT_REFERENCE,
                               REJECT_DUPLICATE_PAYMENT, "reported", err);
    return st;
}

static enum status place_payments(struct placing *placing, struct error *err)
{
    enum status st = find_accounts(placing, false, err);

    if (st != STATUS_OK || placing->n_items == 0)
        return st;
    for (size_t i = 0; i < placing->n_items; i++)
        (void)account_takes_payment(placing->items[i].account, placing->items[i].row, placing->texts);
    keep_accepted(placing);
    return placing->n_items > 0 ? report_payments(placing, err) : STATUS_OK;
}

static enum status place_kind(struct placing *placing, enum file_kind kind, struct error *err)
{
    switch (kind) {
    case FILE_PLACEMENT:
        return place_accounts(placing, err);
    case FILE_PAYMENT:
        return place_payments(placing, err);
    case FILE_UPDATE:
        return update_accounts(placing, err);
    case FILE_RECALL:
        return recall_accounts(placing, err);
    }
    return error_set(err, STATUS_INTERNAL, "file kind %d", kind);
}

static void count_row(struct row_counts *counts, const struct row *row)
{
    switch (row->outcome) {
    case ROW_ACCEPTED:
        counts->accepted++;
        break;
    case ROW_REJECTED:
        counts->rejected++;
        break;
    case ROW_SKIPPED:
        counts->skipped++;
        break;
    }
}

static enum status save_rejects(struct placing *placing, struct work *works, size_t n_works, struct error *err)
{
    g_autoptr(GArray) lines = g_array_new(FALSE, TRUE, sizeof(struct reject_line));

    for (size_t i = 0; i < n_works; i++)
        for (size_t j = 0; j < works[i].n_rows; j++) {
            const struct row *row = &works[i].rows[j];
            struct reject_line line = {&works[i].placement->id, works[i].placement->agency_id, row, works[i].mapping};
            if (row->outcome == ROW_REJECTED)
                g_array_append_val(lines, line);
        }
    return store_rejects_insert(placing->db, (const struct reject_line *)(void *)lines->data, lines->len, err);
}

enum status placing_place(struct unit *unit, struct work *works, size_t n_works, GStringChunk *texts, struct error *err)
{
    enum status st = STATUS_OK;
    struct placing all = {.unit = unit, .db = unit_db(unit), .texts = texts};

    for (enum file_kind kind = FILE_KIND_FIRST; st == STATUS_OK && kind <= FILE_KIND_LAST; kind++) {
        struct placing placing = placing_begin(unit, works, n_works, kind, texts);
        if (placing.n_items > 0)
            st = place_kind(&placing, kind, err);
        placing_end(&placing);
    }
    if (st == STATUS_OK)
        st = save_rejects(&all, works, n_works, err);
    for (size_t i = 0; st == STATUS_OK && i < n_works; i++)
        for (size_t j = 0; j < works[i].n_rows; j++) {
            const struct row *row = &works[i].rows[j];
            count_row(&works[i].counts, row);
            if (row->outcome == ROW_ACCEPTED && row->has_amount)
                row_counts_add_amount(&works[i].counts, &row->amount);
        }
    return st;
}

void placing_count(struct work *work)
{
    for (size_t i = 0; i < work->n_rows; i++) {
        count_row(&work->counts, &work->rows[i]);
        if (work->rows[i].has_amount)
            row_counts_add_amount(&work->counts, &work->rows[i].amount);
    }
}
