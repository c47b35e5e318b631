#include "classification_codec.h"
#include "service/wire.h"

#include <string.h>

#include <glib.h>

static Dunlin__Classification__V1__Risk wire_risk(enum sop_risk risk)
{
    switch (risk) {
    case SOP_RISK_LOW:
        return DUNLIN__CLASSIFICATION__V1__RISK__RISK_LOW;
    case SOP_RISK_MEDIUM:
        return DUNLIN__CLASSIFICATION__V1__RISK__RISK_MEDIUM;
    case SOP_RISK_HIGH:
        return DUNLIN__CLASSIFICATION__V1__RISK__RISK_HIGH;
    }
    return DUNLIN__CLASSIFICATION__V1__RISK__RISK_UNSPECIFIED;
}

static size_t split_reasons(struct classified_wire *storage)
{
    size_t n = 0;
    char *rest = storage->reasons;
    for (char *code = strsep(&rest, " "); code && n < ARRAY_SIZE(storage->codes); code = strsep(&rest, " "))
        if (code[0] != '\0')
            storage->codes[n++] = code;
    return n;
}

void classification_fill(const struct account_facts *account, const char *because, struct classified_wire *storage)
{
    Dunlin__Classification__V1__AccountClassified *message = &storage->message;
    dunlin__classification__v1__account_classified__init(message);
    (void)g_strlcpy(storage->reasons, account->reasons, sizeof(storage->reasons));
    message->account_id = wire_id(&account->account_id);
    message->debtor_id = wire_id(&account->debtor_id);
    message->class_ = wire_text(account->class_code);
    message->segment = wire_text(account->segment);
    message->risk = wire_risk(account->risk);
    message->priority = (uint32_t)account->priority;
    message->strategy = wire_text(account->strategy);
    message->aging_bucket = wire_text(account->bucket);
    message->days_past_due = account->days_past_due;
    message->n_reason_codes = split_reasons(storage);
    message->reason_codes = storage->codes;
    message->sop_version = wire_text(account->sop_version);
    message->balance_minor = account->balance_minor;
    message->currency = wire_text(account->currency);
    message->because = wire_text(because);
}

enum status classification_emit(struct unit *unit, const struct account_facts *account, const char *because,
                                struct error *err)
{
    struct classified_wire wire;
    classification_fill(account, because, &wire);
    const struct subject subject = {
        .agency_id = account->agency_id, .debtor_id = account->debtor_id, .account_id = account->account_id};
    return unit_emit(unit, &subject, NULL, &wire.message.base, err);
}
