#include "instrument_model.h"

#include <string.h>

#include <glib.h>

#include "ach/ach.h"
#include "cardmask/cardmask.h"

static const char *const CLASS_NAMES[DEBIT_CLASSES_END] = {
    [DEBIT_PPD] = "PPD",
    [DEBIT_WEB] = "WEB",
    [DEBIT_TEL] = "TEL",
};

const char *instrument_class_name(enum debit_class class)
{
    return CLASS_NAMES[class];
}

static bool has_card_number(const char *text)
{
    g_autofree char *copy = g_strdup(text);

    return mask_card_numbers(copy) > 0;
}

/* Digits, however they are parted: a bank account's number, or a card's. */
static bool is_bare_number(const char *text)
{
    return strspn(text, "0123456789 -./_") == strlen(text);
}

static bool is_printable(const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return true;
}

static enum status check_token(const char *token, struct error *err)
{
    const size_t len = strlen(token);

    if (len == 0 || len > INSTRUMENT_TOKEN_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "token: %zu bytes; it has 1 to %d", len, INSTRUMENT_TOKEN_MAX);
    if (!is_printable(token))
        return error_set(err, STATUS_INVALID_ARGUMENT, "token: has blanks, or letters outside of ASCII");
    if (has_card_number(token))
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "token: is a card number; a token of the payment provider is "
                         "needed");
    if (is_bare_number(token))
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "token: could be an account number, being digits only; a token "
                         "of the payment provider is needed");
    return STATUS_OK;
}

static enum status check_last4(const char *last4, struct error *err)
{
    const size_t len = strlen(last4);

    if (len == 0 || (len == INSTRUMENT_LAST_DIGITS && strspn(last4, "0123456789") == len))
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "last4: is not %d digits", INSTRUMENT_LAST_DIGITS);
}

static enum status check_holder(const char *holder, struct error *err)
{
    const size_t len = strlen(holder);

    if (len == 0 || len > INSTRUMENT_HOLDER_MAX)
        return error_set(err, STATUS_INVALID_ARGUMENT, "holder: %zu bytes; it has 1 to %d", len, INSTRUMENT_HOLDER_MAX);
    if (has_card_number(holder) || is_bare_number(holder))
        return error_set(err, STATUS_INVALID_ARGUMENT, "holder: is a number, no name");
    return STATUS_OK;
}

static enum status check_authorization(const struct instrument *instrument, int32_t today, struct error *err)
{
    if (!instrument->authorization_hash)
        return error_set(err, STATUS_INVALID_ARGUMENT, "authorization_hash: is not %d bytes",
                         INSTRUMENT_AUTHORIZATION_BYTES);
    if (instrument->authorized_on_days <= 0 || instrument->authorized_on_days > today)
        return error_set(err, STATUS_INVALID_ARGUMENT, "authorized_on_days: day %d is not between 1970 and today",
                         instrument->authorized_on_days);
    return STATUS_OK;
}

enum status instrument_check(const struct instrument *instrument, int32_t today, struct error *err)
{
    if ((int)instrument->kind <= 0 || (int)instrument->kind >= INSTRUMENT_KINDS_END)
        return error_set(err, STATUS_INVALID_ARGUMENT, "kind: %d is none", (int)instrument->kind);
    if ((int)instrument->class <= 0 || (int)instrument->class >= DEBIT_CLASSES_END)
        return error_set(err, STATUS_INVALID_ARGUMENT, "authorization_class: %d is none", (int)instrument->class);
    if (!ach_routing_is_valid(instrument->routing))
        return error_set(err, STATUS_INVALID_ARGUMENT, "routing: is not nine digits with the right check digit");
    enum status st = check_token(instrument->token, err);
    if (st == STATUS_OK)
        st = check_last4(instrument->last4, err);
    if (st == STATUS_OK)
        st = check_holder(instrument->holder, err);
    return st == STATUS_OK ? check_authorization(instrument, today, err) : st;
}

bool instrument_is_same(const struct instrument *a, const struct instrument *b)
{
    return id_equal(&a->debtor_id, &b->debtor_id) && a->kind == b->kind && strcmp(a->routing, b->routing) == 0 &&
           strcmp(a->token, b->token) == 0 && strcmp(a->last4, b->last4) == 0 && strcmp(a->holder, b->holder) == 0 &&
           a->class == b->class && a->authorized_on_days == b->authorized_on_days &&
           memcmp(a->authorization_hash, b->authorization_hash, INSTRUMENT_AUTHORIZATION_BYTES) == 0;
}

bool instrument_stop(struct instrument *instrument, const char *reason)
{
    if (instrument->state == INSTRUMENT_STOPPED)
        return false;
    instrument->state = INSTRUMENT_STOPPED;
    instrument->reason = reason;
    return true;
}
