#include "rules/metro2.h"

#include <string.h>

#include "status/status.h"

#define WORD_ENDS "_ -"

/* The `words` of a row, parted by blanks, must all be met by a situation: "a|b" by a word that begins with either, "a."
 * by that very word, "!a" by the absence of words that begin so. */
const struct metro2_code METRO2_CODES[] = {
    {"portfolio_type", "O", "open", "open|collect|debt", "open account, which a collection is furnished as"},
    {"account_type", "48", "collection_agency_or_attorney", "agency|attorney|collect !buyer !check !factor !purchas",
     "collection agency or attorney"},
    {"account_type", "77", "returned_check", "check|nsf", "returned check"},
    {"account_type", "0C", "debt_buyer", "buyer|factor|purchas", "factoring company, debt buyer"},
    {"account_status", "93", "assigned_to_collections", "collect|assigned|placed !paid !delet",
     "account assigned to collections"},
    {"account_status", "62", "paid_in_full_was_collection", "paid !delet", "paid in full, was a collection account"},
    {"account_status", "DA", "delete_not_fraud", "delet", "delete the entire account for a reason other than fraud"},
    {"account_status", "DF", "delete_fraud", "delet fraud !not !non !other !without",
     "delete the entire account because of confirmed fraud"},
    {"payment_rating", "G", "collection", "collect", "collection"},
    {"payment_rating", "L", "charge_off", "charge", "charge-off"},
    {"compliance_condition_code", "XA", "closed_by_consumer", "closed !disput !investigat !disagree !fcba !remov",
     "closed at the consumer's request"},
    {"compliance_condition_code", "XB", "dispute_under_investigation",
     "disput|investigat !closed !fcba !previous !complet !disagree !remov",
     "disputed under the FCRA, investigation under way"},
    {"compliance_condition_code", "XC", "investigation_completed_consumer_disagrees", "disagree !closed !fcba !remov",
     "FCRA investigation done, the consumer disagrees"},
    {"compliance_condition_code", "XD", "closed_by_consumer_and_dispute_under_investigation",
     "closed disput|investigat !fcba !disagree !complet !remov", "XA and XB"},
    {"compliance_condition_code", "XE", "closed_by_consumer_and_consumer_disagrees", "closed disagree !fcba !remov",
     "XA and XC"},
    {"compliance_condition_code", "XF", "fcba_dispute", "fcba !closed !disagree !complet !remov",
     "disputed under the FCBA"},
    {"compliance_condition_code", "XG", "fcba_investigation_completed_consumer_disagrees",
     "fcba disagree !closed !remov", "FCBA investigation done, the consumer disagrees"},
    {"compliance_condition_code", "XH", "previously_in_dispute_investigation_completed",
     "previous|complet !disagree !closed !fcba !remov", "previously in dispute, investigation done"},
    {"compliance_condition_code", "XJ", "closed_by_consumer_and_fcba_dispute", "closed fcba !disagree !remov",
     "closed at the consumer's request and disputed under the FCBA"},
    {"compliance_condition_code", "XR", "remove", "remov", "removes the code reported before"},
    {"consumer_information_indicator", "A", "petition_chapter_7",
     "petition|fil|bankrupt 7.|chapter7.|ch7. !discharg !dismiss !withdr !remov", "petition for chapter 7"},
    {"consumer_information_indicator", "B", "petition_chapter_11",
     "petition|fil|bankrupt 11.|chapter11.|ch11. !discharg !dismiss !withdr !remov", "petition for chapter 11"},
    {"consumer_information_indicator", "C", "petition_chapter_12",
     "petition|fil|bankrupt 12.|chapter12.|ch12. !discharg !dismiss !withdr !remov", "petition for chapter 12"},
    {"consumer_information_indicator", "D", "petition_chapter_13",
     "petition|fil|bankrupt 13.|chapter13.|ch13. !discharg !dismiss !withdr !remov", "petition for chapter 13"},
    {"consumer_information_indicator", "E", "discharge_chapter_7", "discharg 7.|chapter7.|ch7. !remov",
     "discharged, chapter 7"},
    {"consumer_information_indicator", "F", "discharge_chapter_11", "discharg 11.|chapter11.|ch11. !remov",
     "discharged, chapter 11"},
    {"consumer_information_indicator", "G", "discharge_chapter_12", "discharg 12.|chapter12.|ch12. !remov",
     "discharged, chapter 12"},
    {"consumer_information_indicator", "H", "discharge_chapter_13", "discharg 13.|chapter13.|ch13. !remov",
     "discharged, chapter 13"},
    {"consumer_information_indicator", "Q", "remove", "remov", "removes a bankruptcy indicator"},
    {"special_comment", "AU", "paid_for_less", "less|settle", "paid in full for less than the full balance"},
    {"special_comment", "AC", "partial_payment_agreement", "partial|agreement !less",
     "paying under a partial payment agreement"},
    {"special_comment", "AH", "purchased_by_another_company", "purchas|sold|bought !partial !less",
     "purchased by another company"},
    {"k2_indicator", "1", "purchased_from", "purchas|bought !sold !remov", "purchased from the company named"},
    {"k2_indicator", "2", "sold_to", "sold !purchas !remov", "sold to the company named"},
    {"k2_indicator", "9", "remove", "remov", "removes what was reported before"},
    {"ecoa_code", "1", "individual", "individual|sole", "individual"},
    {"ecoa_code", "2", "joint", "joint", "joint contractual liability"},
    {"ecoa_code", "3", "authorized_user", "authori", "authorised user"},
    {"ecoa_code", "5", "co_maker_or_guarantor", "co.|comaker|cosign|guarantor", "co-maker or guarantor"},
    {"ecoa_code", "7", "maker", "maker. !co. !comaker", "maker"},
    {"ecoa_code", "T", "terminated", "terminat", "association with the account terminated"},
    {"ecoa_code", "X", "deceased", "deceased|died", "consumer deceased"},
    {"ecoa_code", "W", "business", "business|commercial", "business or commercial"},
    {"ecoa_code", "Z", "delete_consumer", "delet|remov", "delete the consumer"},
    {0},
};

/* clang-format off */
const struct metro2_position METRO2_POSITIONS[] = {
    {"base", "record_descriptor_word", 1, 4},
    {"base", "processing_indicator", 5, 5},
    {"base", "time_stamp", 6, 19},
    {"base", "reserved_20", 20, 20},
    {"base", "identification_number", 21, 40},
    {"base", "cycle_identifier", 41, 42},
    {"base", "account_number", 43, 72},
    {"base", "portfolio_type", 73, 73},
    {"base", "account_type", 74, 75},
    {"base", "date_opened", 76, 83},
    {"base", "credit_limit", 84, 92},
    {"base", "original_loan_amount", 93, 101},
    {"base", "terms_duration", 102, 104},
    {"base", "terms_frequency", 105, 105},
    {"base", "scheduled_payment_amount", 106, 114},
    {"base", "actual_payment_amount", 115, 123},
    {"base", "account_status", 124, 125},
    {"base", "payment_rating", 126, 126},
    {"base", "payment_history", 127, 150},
    {"base", "special_comment", 151, 152},
    {"base", "compliance_condition_code", 153, 154},
    {"base", "current_balance", 155, 163},
    {"base", "amount_past_due", 164, 172},
    {"base", "original_charge_off_amount", 173, 181},
    {"base", "date_of_account_information", 182, 189},
    {"base", "date_of_first_delinquency", 190, 197},
    {"base", "date_closed", 198, 205},
    {"base", "date_of_last_payment", 206, 213},
    {"base", "interest_type_indicator", 214, 214},
    {"base", "reserved_215", 215, 231},
    {"base", "surname", 232, 256},
    {"base", "first_name", 257, 276},
    {"base", "middle_name", 277, 296},
    {"base", "generation_code", 297, 297},
    {"base", "social_security_number", 298, 306},
    {"base", "date_of_birth", 307, 314},
    {"base", "telephone_number", 315, 324},
    {"base", "ecoa_code", 325, 325},
    {"base", "consumer_information_indicator", 326, 327},
    {"base", "country_code", 328, 329},
    {"base", "address_1", 330, 361},
    {"base", "address_2", 362, 393},
    {"base", "city", 394, 413},
    {"base", "state", 414, 415},
    {"base", "zip", 416, 424},
    {"base", "address_indicator", 425, 425},
    {"base", "residence_code", 426, 426},
    {"k1", "segment_identifier", 1, 2},
    {"k1", "original_creditor_name", 3, 32},
    {"k1", "creditor_classification", 33, 34},
    {"k2", "segment_identifier", 1, 2},
    {"k2", "purchased_sold_indicator", 3, 3},
    {"k2", "purchased_from_sold_to_name", 4, 33},
    {0},
};

/* Other names of fields in use. */
static const struct {
    const char *alias, *field;
} ALIASES[] = {
    {"rdw", "record_descriptor_word"},
    {"timestamp", "time_stamp"},
    {"cycle", "cycle_identifier"},
    {"consumer_account_number", "account_number"},
    {"highest_credit", "original_loan_amount"},
    {"frequency", "terms_frequency"},
    {"scheduled_payment", "scheduled_payment_amount"},
    {"actual_payment", "actual_payment_amount"},
    {"status", "account_status"},
    {"payment_history_profile", "payment_history"},
    {"special_comment_code", "special_comment"},
    {"special_comments", "special_comment"},
    {"compliance_condition", "compliance_condition_code"},
    {"compliance_code", "compliance_condition_code"},
    {"ccc", "compliance_condition_code"},
    {"past_due", "amount_past_due"},
    {"original_charge_off", "original_charge_off_amount"},
    {"dofd", "date_of_first_delinquency"},
    {"fcra_dofd", "date_of_first_delinquency"},
    {"last_payment", "date_of_last_payment"},
    {"last_payment_date", "date_of_last_payment"},
    {"ssn", "social_security_number"},
    {"dob", "date_of_birth"},
    {"phone", "telephone_number"},
    {"ecoa", "ecoa_code"},
    {"cii", "consumer_information_indicator"},
    {"k2", "k2_indicator"},
    {"k2_code", "k2_indicator"},
    {"k2_purchased_sold", "k2_indicator"},
    {"k2_purchased_sold_indicator", "k2_indicator"},
    {"k2_purchased_from_sold_to_indicator", "k2_indicator"},
    {"purchased_sold_indicator", "k2_indicator"},
    {"purchased_from_sold_to_indicator", "k2_indicator"},
    {"original_creditor", "original_creditor_name"},
};
/* clang-format on */

static const char *field_name(const char *field)
{
    for (size_t i = 0; i < ARRAY_SIZE(ALIASES); i++)
        if (strcmp(ALIASES[i].alias, field) == 0)
            return ALIASES[i].field;
    return field;
}

/* True where a word of `situation` begins with the `len` letters of `stem`, or is them where a point ends them. */
static bool has_word(const char *situation, const char *stem, size_t len)
{
    const bool is_whole = stem[len - 1] == '.';
    const size_t letters = len - is_whole;
    for (const char *at = situation; *at != '\0';) {
        const size_t word = strcspn(at, WORD_ENDS);
        if (strncmp(at, stem, letters) == 0 && (is_whole ? word == letters : word >= letters))
            return true;
        at += word;
        at += strspn(at, WORD_ENDS);
    }
    return false;
}

/* One of "a|b". */
static bool has_any(const char *situation, const char *stems, size_t len)
{
    for (size_t i = 0; i < len;) {
        const size_t part = strcspn(stems + i, "| ");
        if (has_word(situation, stems + i, part))
            return true;
        i += part + 1;
    }
    return false;
}

/* How many demands of `words` the situation meets; 0 where it fails one. */
static size_t fitness(const char *situation, const char *words)
{
    size_t n = 0;
    for (const char *at = words; *at != '\0';) {
        const size_t len = strcspn(at, " ");
        const bool is_unwanted = *at == '!';
        if (has_any(situation, at + is_unwanted, len - is_unwanted) == is_unwanted)
            return 0;
        n += !is_unwanted;
        at += len;
        at += strspn(at, " ");
    }
    return n;
}

const struct metro2_code *metro2_find_code(const char *field, const char *situation)
{
    const char *name = field_name(field);
    const struct metro2_code *found = NULL;
    size_t best = 0;
    for (const struct metro2_code *row = METRO2_CODES; row->field != NULL; row++) {
        if (strcmp(row->field, name) != 0)
            continue;
        if (strcmp(row->situation, situation) == 0)
            return row;
        const size_t n = fitness(situation, row->words);
        if (n >= best)
            found = n > best ? row : NULL;
        best = n > best ? n : best;
    }
    return found;
}

bool metro2_is_field(const char *field)
{
    const char *name = field_name(field);
    for (const struct metro2_code *row = METRO2_CODES; row->field != NULL; row++)
        if (strcmp(row->field, name) == 0)
            return true;
    return false;
}

const struct metro2_position *metro2_find_position(const char *segment, const char *field)
{
    const char *name = field_name(field);
    if (strcmp(name, "k2_indicator") == 0)
        name = "purchased_sold_indicator";
    for (const struct metro2_position *row = METRO2_POSITIONS; row->field != NULL; row++)
        if (strcmp(row->segment, segment) == 0 && strcmp(row->field, name) == 0)
            return row;
    return NULL;
}

bool metro2_needs_original_creditor(const char *account_type)
{
    static const char *const TYPES[] = {"48", "77", "0C"};
    for (size_t i = 0; i < ARRAY_SIZE(TYPES); i++)
        if (strcmp(TYPES[i], account_type) == 0)
            return true;
    return false;
}
