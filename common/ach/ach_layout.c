#include "ach/ach_layout.h"

#include "status/scope.h"

/* clang-format off */
static const struct ach_field FILE_HEADER[] = {
    {"record type", 1, 1, CONTENT_FIXED, "1"},
    {"priority code", 2, 3, CONTENT_FIXED, "01"},
    {"immediate destination", 4, 13, CONTENT_NEEDED_TEXT, 0},
    {"immediate origin", 14, 23, CONTENT_NEEDED_TEXT, 0},
    {"file creation date", 24, 29, CONTENT_DATE, 0},
    {"file creation time", 30, 33, CONTENT_OPTIONAL_MINUTE, 0},
    {"file id modifier", 34, 34, CONTENT_NEEDED_TEXT, 0},
    {"record size", 35, 37, CONTENT_FIXED, "094"},
    {"blocking factor", 38, 39, CONTENT_FIXED, "10"},
    {"format code", 40, 40, CONTENT_FIXED, "1"},
    {"immediate destination name", 41, 63, CONTENT_TEXT, 0},
    {"immediate origin name", 64, 86, CONTENT_TEXT, 0},
    {"reference code", 87, 94, CONTENT_TEXT, 0},
};

static const struct ach_field BATCH_HEADER[] = {
    {"record type", 1, 1, CONTENT_FIXED, "5"},
    {"service class code", 2, 4, CONTENT_NUMBER, 0},
    {"company name", 5, 20, CONTENT_NEEDED_TEXT, 0},
    {"company discretionary data", 21, 40, CONTENT_TEXT, 0},
    {"company identification", 41, 50, CONTENT_NEEDED_TEXT, 0},
    {"standard entry class code", 51, 53, CONTENT_NEEDED_TEXT, 0},
    {"company entry description", 54, 63, CONTENT_NEEDED_TEXT, 0},
    {"company descriptive date", 64, 69, CONTENT_TEXT, 0},
    {"effective entry date", 70, 75, CONTENT_OPTIONAL_DATE, 0},
    {"settlement date", 76, 78, CONTENT_OPTIONAL_DAY, 0},
    {"originator status code", 79, 79, CONTENT_NUMBER, 0},
    {"originating dfi identification", 80, 87, CONTENT_NUMBER, 0},
    {"batch number", 88, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field ENTRY[] = {
    {"record type", 1, 1, CONTENT_FIXED, "6"},
    {"transaction code", 2, 3, CONTENT_NUMBER, 0},
    {"receiving dfi identification", 4, 11, CONTENT_MASKED, 0},
    {"check digit", 12, 12, CONTENT_NUMBER, 0},
    {"account number", 13, 29, CONTENT_NEEDED_TEXT, 0},
    {"amount", 30, 39, CONTENT_MASKED, 0},
    {"individual id number", 40, 54, CONTENT_TEXT, 0},
    {"individual name", 55, 76, CONTENT_TEXT, 0},
    {"discretionary data", 77, 78, CONTENT_TEXT, 0},
    {"addenda record indicator", 79, 79, CONTENT_NUMBER, 0},
    {"trace number", 80, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field PAYMENT_ADDENDUM[] = {
    {"record type", 1, 1, CONTENT_FIXED, "7"},
    {"addenda type code", 2, 3, CONTENT_FIXED, "05"},
    {"payment related information", 4, 83, CONTENT_TEXT, 0},
    {"addenda sequence number", 84, 87, CONTENT_NUMBER, 0},
    {"entry detail sequence number", 88, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field CHANGE_ADDENDUM[] = {
    {"record type", 1, 1, CONTENT_FIXED, "7"},
    {"addenda type code", 2, 3, CONTENT_FIXED, "98"},
    {"change code", 4, 6, CONTENT_NEEDED_TEXT, 0},
    {"original entry trace number", 7, 21, CONTENT_NUMBER, 0},
    {"reserved", 22, 27, CONTENT_BLANK, 0},
    {"original receiving dfi identification", 28, 35, CONTENT_MASKED, 0},
    {"corrected data", 36, 64, CONTENT_TEXT, 0},
    {"reserved", 65, 79, CONTENT_BLANK, 0},
    {"trace number", 80, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field REFUSED_CHANGE_ADDENDUM[] = {
    {"record type", 1, 1, CONTENT_FIXED, "7"},
    {"addenda type code", 2, 3, CONTENT_FIXED, "98"},
    {"refused change code", 4, 6, CONTENT_NEEDED_TEXT, 0},
    {"original entry trace number", 7, 21, CONTENT_NUMBER, 0},
    {"reserved", 22, 27, CONTENT_BLANK, 0},
    {"original receiving dfi identification", 28, 35, CONTENT_MASKED, 0},
    {"corrected data", 36, 64, CONTENT_TEXT, 0},
    {"change code", 65, 67, CONTENT_NEEDED_TEXT, 0},
    {"trace sequence number", 68, 74, CONTENT_MASKED, 0},
    {"reserved", 75, 79, CONTENT_BLANK, 0},
    {"trace number", 80, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field RETURN_ADDENDUM[] = {
    {"record type", 1, 1, CONTENT_FIXED, "7"},
    {"addenda type code", 2, 3, CONTENT_FIXED, "99"},
    {"return reason code", 4, 6, CONTENT_NEEDED_TEXT, 0},
    {"original entry trace number", 7, 21, CONTENT_NUMBER, 0},
    {"date of death", 22, 27, CONTENT_OPTIONAL_DATE, 0},
    {"original receiving dfi identification", 28, 35, CONTENT_NUMBER, 0},
    {"addenda information", 36, 79, CONTENT_TEXT, 0},
    {"trace number", 80, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field DISHONORED_ADDENDUM[] = {
    {"record type", 1, 1, CONTENT_FIXED, "7"},
    {"addenda type code", 2, 3, CONTENT_FIXED, "99"},
    {"dishonored return reason code", 4, 6, CONTENT_NEEDED_TEXT, 0},
    {"original entry trace number", 7, 21, CONTENT_NUMBER, 0},
    {"reserved", 22, 27, CONTENT_BLANK, 0},
    {"original receiving dfi identification", 28, 35, CONTENT_NUMBER, 0},
    {"reserved", 36, 38, CONTENT_BLANK, 0},
    {"return trace number", 39, 53, CONTENT_NUMBER, 0},
    {"return settlement date", 54, 56, CONTENT_OPTIONAL_DAY, 0},
    {"return reason code", 57, 58, CONTENT_NUMBER, 0},
    {"addenda information", 59, 79, CONTENT_TEXT, 0},
    {"trace number", 80, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field CONTESTED_ADDENDUM[] = {
    {"record type", 1, 1, CONTENT_FIXED, "7"},
    {"addenda type code", 2, 3, CONTENT_FIXED, "99"},
    {"contested dishonored return reason code", 4, 6, CONTENT_NEEDED_TEXT, 0},
    {"original entry trace number", 7, 21, CONTENT_NUMBER, 0},
    {"date original entry returned", 22, 27, CONTENT_OPTIONAL_DATE, 0},
    {"original receiving dfi identification", 28, 35, CONTENT_NUMBER, 0},
    {"original settlement date", 36, 38, CONTENT_OPTIONAL_DAY, 0},
    {"return trace number", 39, 53, CONTENT_NUMBER, 0},
    {"return settlement date", 54, 56, CONTENT_OPTIONAL_DAY, 0},
    {"return reason code", 57, 58, CONTENT_NUMBER, 0},
    {"dishonored return trace number", 59, 73, CONTENT_NUMBER, 0},
    {"dishonored return settlement date", 74, 76, CONTENT_OPTIONAL_DAY, 0},
    {"dishonored return reason code", 77, 78, CONTENT_NUMBER, 0},
    {"reserved", 79, 79, CONTENT_BLANK, 0},
    {"trace number", 80, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field BATCH_CONTROL[] = {
    {"record type", 1, 1, CONTENT_FIXED, "8"},
    {"service class code", 2, 4, CONTENT_NUMBER, 0},
    {"entry/addenda count", 5, 10, CONTENT_NUMBER, 0},
    {"entry hash", 11, 20, CONTENT_NUMBER, 0},
    {"total debits", 21, 32, CONTENT_NUMBER, 0},
    {"total credits", 33, 44, CONTENT_NUMBER, 0},
    {"company identification", 45, 54, CONTENT_NEEDED_TEXT, 0},
    {"message authentication code", 55, 73, CONTENT_TEXT, 0},
    {"reserved", 74, 79, CONTENT_BLANK, 0},
    {"originating dfi identification", 80, 87, CONTENT_NUMBER, 0},
    {"batch number", 88, 94, CONTENT_NUMBER, 0},
};

static const struct ach_field FILE_CONTROL[] = {
    {"record type", 1, 1, CONTENT_FIXED, "9"},
    {"batch count", 2, 7, CONTENT_NUMBER, 0},
    {"block count", 8, 13, CONTENT_NUMBER, 0},
    {"entry/addenda count", 14, 21, CONTENT_NUMBER, 0},
    {"entry hash", 22, 31, CONTENT_NUMBER, 0},
    {"total debits", 32, 43, CONTENT_NUMBER, 0},
    {"total credits", 44, 55, CONTENT_NUMBER, 0},
    {"reserved", 56, 94, CONTENT_BLANK, 0},
};

const struct ach_layout ACH_LAYOUTS[ACH_N_RECORDS] = {
    [ACH_FILE_HEADER] = {"file header", FILE_HEADER, ARRAY_SIZE(FILE_HEADER)},
    [ACH_BATCH_HEADER] = {"batch header", BATCH_HEADER, ARRAY_SIZE(BATCH_HEADER)},
    [ACH_ENTRY] = {"entry", ENTRY, ARRAY_SIZE(ENTRY)},
    [ACH_PAYMENT_ADDENDUM] = {"addendum 05", PAYMENT_ADDENDUM, ARRAY_SIZE(PAYMENT_ADDENDUM)},
    [ACH_CHANGE_ADDENDUM] = {"addendum 98", CHANGE_ADDENDUM, ARRAY_SIZE(CHANGE_ADDENDUM)},
    [ACH_REFUSED_CHANGE_ADDENDUM] = {"addendum 98, refused", REFUSED_CHANGE_ADDENDUM, ARRAY_SIZE(REFUSED_CHANGE_ADDENDUM)},
    [ACH_RETURN_ADDENDUM] = {"addendum 99", RETURN_ADDENDUM, ARRAY_SIZE(RETURN_ADDENDUM)},
    [ACH_DISHONORED_ADDENDUM] = {"addendum 99, dishonored", DISHONORED_ADDENDUM, ARRAY_SIZE(DISHONORED_ADDENDUM)},
    [ACH_CONTESTED_ADDENDUM] = {"addendum 99, contested", CONTESTED_ADDENDUM, ARRAY_SIZE(CONTESTED_ADDENDUM)},
    [ACH_BATCH_CONTROL] = {"batch control", BATCH_CONTROL, ARRAY_SIZE(BATCH_CONTROL)},
    [ACH_FILE_CONTROL] = {"file control", FILE_CONTROL, ARRAY_SIZE(FILE_CONTROL)},
};
/* clang-format on */
