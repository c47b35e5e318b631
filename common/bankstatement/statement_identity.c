#include <string.h>

#include <sodium.h>

#include "bankstatement/statement_draft.h"
#include "bankstatement/statement_values.h"

/* What makes a detail's id (README, "Identity"). Each part is hashed with its NUL or in a fixed width, so that no two
 * lists of parts are the same bytes. Never change it: ids of money that was posted are kept. */
#define KEY_BYTES 16

static void hash_text(crypto_generichash_state *state, const char *text)
{
    (void)crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

static void hash_number(crypto_generichash_state *state, int64_t number)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (56 - 8 * i));
    (void)crypto_generichash_update(state, bytes, sizeof(bytes));
}

/* Without a reference of the bank's: the statement's id and the entry's reference within it, or in CSV, which has no
 * such thing, what the row says. */
static void hash_reference(crypto_generichash_state *state, const struct bank_statement *statement,
                           const struct bank_entry *entry, const struct bank_detail *detail)
{
    const char *of_bank = *detail->bank_reference ? detail->bank_reference : entry->bank_reference;

    if (*of_bank) {
        hash_text(state, "bank reference");
        hash_text(state, of_bank);
    } else if (*statement->id) {
        hash_text(state, "statement");
        hash_text(state, statement->id);
        hash_number(state, statement->page);
        hash_text(state, entry->entry_reference);
    } else {
        hash_text(state, "row");
        hash_number(state, entry->has_value_date ? entry->value_date.days : INT64_MIN);
        hash_text(state, detail->end_to_end_id);
        hash_text(state, detail->counterparty_name);
        hash_text(state, detail->counterparty_account);
        hash_text(state, detail->text);
    }
}

static void hash_detail(const struct bank_statement *statement, const struct bank_entry *entry,
                        const struct bank_detail *detail, unsigned char key[static KEY_BYTES])
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, KEY_BYTES);
    hash_text(&state, "bank detail 1");
    hash_text(&state, statement->account);
    hash_text(&state, statement->currency);
    hash_reference(&state, statement, entry, detail);
    hash_number(&state, entry->booking_date.days);
    hash_number(&state, entry->is_credit);
    hash_number(&state, entry->is_reversal);
    hash_number(&state, entry->money.minor);
    (void)crypto_generichash_final(&state, key, KEY_BYTES);
}

static void write_id(const unsigned char key[static KEY_BYTES], guint ordinal, char id[static BANK_DETAIL_ID_SIZE])
{
    crypto_generichash_state state;
    unsigned char hash[KEY_BYTES];

    (void)crypto_generichash_init(&state, NULL, 0, sizeof(hash));
    (void)crypto_generichash_update(&state, key, KEY_BYTES);
    hash_number(&state, ordinal);
    (void)crypto_generichash_final(&state, hash, sizeof(hash));
    (void)sodium_bin2hex(id, BANK_DETAIL_ID_SIZE, hash, sizeof(hash));
}

void statement_identify(struct bank_statement *statement)
{
    g_autoptr(GHashTable) ordinals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (size_t i = 0; i < statement->n_entries; i++) {
        const struct bank_entry *entry = &statement->entries[i];
        for (size_t j = 0; j < entry->n_details; j++) {
            struct bank_detail *detail = &entry->details[j];
            unsigned char key[KEY_BYTES];
            char text[2 * KEY_BYTES + 1];
            hash_detail(statement, entry, detail, key);
            (void)sodium_bin2hex(text, sizeof(text), key, sizeof(key));
            const guint ordinal = GPOINTER_TO_UINT(g_hash_table_lookup(ordinals, text)) + 1;
            g_hash_table_insert(ordinals, g_strdup(text), GUINT_TO_POINTER(ordinal));
            write_id(key, ordinal, detail->id);
        }
    }
}
