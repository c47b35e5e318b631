#include "ach/ach.h"

#include <string.h>

#include "status/scope.h"

#define ROUTING_DIGITS 9

bool ach_routing_is_valid(const char *routing)
{
    static const int WEIGHTS[] = {3, 7, 1};
    int sum = 0;
    size_t n = 0;

    for (; routing[n] != '\0'; n++) {
        if (n == ROUTING_DIGITS || routing[n] < '0' || routing[n] > '9')
            return false;
        sum += WEIGHTS[n % ARRAY_SIZE(WEIGHTS)] * (routing[n] - '0');
    }
    return n == ROUTING_DIGITS && sum % 10 == 0;
}

/* The first digit is the kind of account: checking, savings, general ledger, loan. */
static const struct ach_transaction TRANSACTIONS[] = {
    {21, false, ACH_COMES_BACK}, {22, false, ACH_LIVE}, {23, false, ACH_PRENOTE}, {24, false, ACH_ZERO_AMOUNT},
    {26, true, ACH_COMES_BACK},  {27, true, ACH_LIVE},  {28, true, ACH_PRENOTE},  {29, true, ACH_ZERO_AMOUNT},
    {31, false, ACH_COMES_BACK}, {32, false, ACH_LIVE}, {33, false, ACH_PRENOTE}, {34, false, ACH_ZERO_AMOUNT},
    {36, true, ACH_COMES_BACK},  {37, true, ACH_LIVE},  {38, true, ACH_PRENOTE},  {39, true, ACH_ZERO_AMOUNT},
    {41, false, ACH_COMES_BACK}, {42, false, ACH_LIVE}, {43, false, ACH_PRENOTE}, {44, false, ACH_ZERO_AMOUNT},
    {46, true, ACH_COMES_BACK},  {47, true, ACH_LIVE},  {48, true, ACH_PRENOTE},  {49, true, ACH_ZERO_AMOUNT},
    {51, false, ACH_COMES_BACK}, {52, false, ACH_LIVE}, {53, false, ACH_PRENOTE}, {54, false, ACH_ZERO_AMOUNT},
    {55, true, ACH_LIVE}, /* takes back a 52; a loan is not debited otherwise */
    {56, true, ACH_COMES_BACK},
};

const struct ach_transaction *ach_find_transaction(int code)
{
    for (size_t i = 0; i < ARRAY_SIZE(TRANSACTIONS); i++)
        if (TRANSACTIONS[i].code == code)
            return &TRANSACTIONS[i];
    return NULL;
}

const struct ach_class ACH_CLASSES[] = {
    {.code = "ARC"},
    {.code = "BOC"},
    {.code = "CCD", .is_written = true, .has_payment_information = true},
    {.code = "CIE", .has_payment_information = true},
    {.code = "COR"}, /* notifications of change, whatever class the entry was of */
    {.code = "POP"},
    {.code = "POS"},
    {.code = "PPD", .is_written = true, .has_payment_information = true},
    {.code = "RCK"},
    {.code = "TEL", .is_written = true},
    {.code = "WEB", .is_written = true, .has_payment_information = true, .needs_payment_type = true},
    {0},
};

const struct ach_class *ach_find_class(const char *code)
{
    for (const struct ach_class *row = ACH_CLASSES; row->code != NULL; row++)
        if (strcmp(row->code, code) == 0)
            return row;
    return NULL;
}
