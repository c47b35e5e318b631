#include "charge_record.h"

#include "interest_record.h"
#include "payment_codec.h"
#include "service/wire.h"

static enum status emit(const struct record *record, const struct account *account, const ProtobufCMessage *message,
                        struct error *err)
{
    const struct subject subject = {
        .agency_id = account->agency_id,
        .debtor_id = account->debtor_id,
        .account_id = account->account_id,
    };

    return unit_emit(record->unit, &subject, record->actor, message, err);
}

enum status record_fee(const struct record *record, struct account *account, const struct fee *fee,
                       const struct posting *posting, const struct fee **ret_fee, struct error *err)
{
    struct book_charges *charges = charge_book_get(record->book->charges, &account->account_id);
    Dunlin__Payment__V1__FeeCharged message;

    *ret_fee = charge_book_add_fee(charges, fee, true);
    dunlin__payment__v1__fee_charged__init(&message);
    message.fee_id = wire_id(&fee->fee_id);
    message.account_id = wire_id(&account->account_id);
    message.debtor_id = wire_id(&account->debtor_id);
    message.code = wire_text(fee->code);
    message.bucket = (Dunlin__Payment__V1__FeeBucket)fee->bucket;
    message.amount_minor = fee->amount_minor;
    message.currency = wire_text(account->balance.currency);
    message.basis = (Dunlin__Payment__V1__ChargeBasis)fee->basis;
    message.evidence = wire_text(fee->evidence);
    message.agreement_version = wire_text(fee->agreement_version);
    message.reason = wire_text(fee->reason);
    enum status st = emit(record, account, &message.base, err);
    return st == STATUS_OK ? record_posting(record, account, posting, NULL, err) : st;
}

enum status record_waiver(const struct record *record, struct account *account, struct fee *fee,
                          const struct posting *posting, struct error *err)
{
    Dunlin__Payment__V1__FeeWaived message;

    fee->waived_at = posting->draft.posted_at;
    fee->waived_reason = posting->draft.reference;
    charge_book_touch_fee(fee);
    dunlin__payment__v1__fee_waived__init(&message);
    message.fee_id = wire_id(&fee->fee_id);
    message.account_id = wire_id(&account->account_id);
    message.debtor_id = wire_id(&account->debtor_id);
    message.code = wire_text(fee->code);
    message.amount_minor = fee->amount_minor;
    message.currency = wire_text(account->balance.currency);
    message.reason = wire_text(fee->waived_reason);
    enum status st = emit(record, account, &message.base, err);
    return st == STATUS_OK ? record_posting(record, account, posting, NULL, err) : st;
}

static enum status emit_judgment(const struct record *record, const struct account *account,
                                 const struct judgment_record *judgment, struct error *err)
{
    Dunlin__Payment__V1__JudgmentRecorded message;

    dunlin__payment__v1__judgment_recorded__init(&message);
    message.judgment_id = wire_id(&judgment->judgment_id);
    message.account_id = wire_id(&account->account_id);
    message.debtor_id = wire_id(&account->debtor_id);
    message.entered_on_days = judgment->terms.entered.days;
    message.principal_minor = judgment->terms.amount_minor;
    message.interest_minor = judgment->charges.minor[AGREEMENT_INTEREST - 1];
    message.fees_minor = judgment->charges.minor[AGREEMENT_FEES - 1];
    message.costs_minor = judgment->charges.minor[AGREEMENT_COSTS - 1];
    message.currency = wire_text(judgment->balance.currency);
    message.rate_millionths = judgment->terms.rate.millionths;
    message.day_count = (Dunlin__Payment__V1__DayCount)judgment->terms.day_count;
    message.court = wire_text(judgment->court);
    message.case_number = wire_text(judgment->case_number);
    message.document_hash.data = (uint8_t *)(uintptr_t)judgment->document_hash;
    message.document_hash.len = judgment->document_hash_len;
    message.balance_minor = judgment->balance.minor;
    return emit(record, account, &message.base, err);
}

enum status record_judgment(const struct record *record, struct account *account,
                            const struct judgment_record *judgment, const struct posting *posting,
                            const struct judgment_record **ret_judgment, struct error *err)
{
    struct book_charges *charges = charge_book_get(record->book->charges, &account->account_id);
    struct judgment_record *kept = charge_book_add_judgment(charges, judgment, true);

    interest_by_judgment(charges, &judgment->terms, posting->number);
    account->is_adjudged = true;
    enum status st = record_posting(record, account, posting, NULL, err);
    if (st != STATUS_OK)
        return st;
    kept->balance = account->balance; /* with the interest of the judgment so far */
    *ret_judgment = kept;
    return emit_judgment(record, account, kept, err);
}
