#include "intake_places.h"

#include <string.h>
#include <strings.h>

#include "status/scope.h"

/* Zones by 49 CFR Part 71 (boundaries of the standard time zones, incl. § 71.9: West Wendover, NV is Mountain), 15
 * U.S.C. 260a (Arizona and Hawaii are exempt from daylight time; the Navajo Nation in Arizona is not) and the IANA
 * database's zone.tab. Unofficial local custom (Phenix City, AL) does not count. */
static const struct {
    const char *code;
    const char *name;
    const char *zones;
} STATES[] = {
    {"AL", "Alabama", "America/Chicago"},
    {"AK", "Alaska", "America/Anchorage,America/Adak"},
    {"AZ", "Arizona", "America/Phoenix,America/Denver"},
    {"AR", "Arkansas", "America/Chicago"},
    {"CA", "California", "America/Los_Angeles"},
    {"CO", "Colorado", "America/Denver"},
    {"CT", "Connecticut", "America/New_York"},
    {"DE", "Delaware", "America/New_York"},
    {"DC", "District of Columbia", "America/New_York"},
    {"FL", "Florida", "America/New_York,America/Chicago"},
    {"GA", "Georgia", "America/New_York"},
    {"HI", "Hawaii", "Pacific/Honolulu"},
    {"ID", "Idaho", "America/Boise,America/Los_Angeles"},
    {"IL", "Illinois", "America/Chicago"},
    {"IN", "Indiana", "America/Indiana/Indianapolis,America/Chicago"},
    {"IA", "Iowa", "America/Chicago"},
    {"KS", "Kansas", "America/Chicago,America/Denver"},
    {"KY", "Kentucky", "America/New_York,America/Chicago"},
    {"LA", "Louisiana", "America/Chicago"},
    {"ME", "Maine", "America/New_York"},
    {"MD", "Maryland", "America/New_York"},
    {"MA", "Massachusetts", "America/New_York"},
    {"MI", "Michigan", "America/Detroit,America/Menominee"},
    {"MN", "Minnesota", "America/Chicago"},
    {"MS", "Mississippi", "America/Chicago"},
    {"MO", "Missouri", "America/Chicago"},
    {"MT", "Montana", "America/Denver"},
    {"NE", "Nebraska", "America/Chicago,America/Denver"},
    {"NV", "Nevada", "America/Los_Angeles,America/Denver"},
    {"NH", "New Hampshire", "America/New_York"},
    {"NJ", "New Jersey", "America/New_York"},
    {"NM", "New Mexico", "America/Denver"},
    {"NY", "New York", "America/New_York"},
    {"NC", "North Carolina", "America/New_York"},
    {"ND", "North Dakota", "America/Chicago,America/Denver"},
    {"OH", "Ohio", "America/New_York"},
    {"OK", "Oklahoma", "America/Chicago"},
    {"OR", "Oregon", "America/Los_Angeles,America/Boise"},
    {"PA", "Pennsylvania", "America/New_York"},
    {"RI", "Rhode Island", "America/New_York"},
    {"SC", "South Carolina", "America/New_York"},
    {"SD", "South Dakota", "America/Chicago,America/Denver"},
    {"TN", "Tennessee", "America/New_York,America/Chicago"},
    {"TX", "Texas", "America/Chicago,America/Denver"},
    {"UT", "Utah", "America/Denver"},
    {"VT", "Vermont", "America/New_York"},
    {"VA", "Virginia", "America/New_York"},
    {"WA", "Washington", "America/Los_Angeles"},
    {"WV", "West Virginia", "America/New_York"},
    {"WI", "Wisconsin", "America/Chicago"},
    {"WY", "Wyoming", "America/Denver"},
    {"PR", "Puerto Rico", "America/Puerto_Rico"},
    {"VI", "Virgin Islands", "America/St_Thomas"},
    {"GU", "Guam", "Pacific/Guam"},
    {"MP", "Northern Mariana Islands", "Pacific/Saipan"},
    {"AS", "American Samoa", "Pacific/Pago_Pago"},
    {"MH", "Marshall Islands", "Pacific/Majuro"},
    {"PW", "Palau", "Pacific/Palau"},
    {"AA", "Armed Forces Americas", ""},
    {"AE", "Armed Forces Europe", ""},
    {"AP", "Armed Forces Pacific", ""},
};

/* ISO 3166-1 alpha-2, officially assigned, as of 2024. */
static const char COUNTRIES[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

/* IANA zone.tab: countries with one zone, or two that an address does not tell apart. */
static const struct {
    const char *code;
    const char *zones;
} COUNTRY_ZONES[] = {
    {"AE", "Asia/Dubai"},
    {"AT", "Europe/Vienna"},
    {"BE", "Europe/Brussels"},
    {"BG", "Europe/Sofia"},
    {"CH", "Europe/Zurich"},
    {"CO", "America/Bogota"},
    {"CZ", "Europe/Prague"},
    {"DE", "Europe/Berlin"},
    {"DK", "Europe/Copenhagen"},
    {"EE", "Europe/Tallinn"},
    {"ES", "Europe/Madrid,Atlantic/Canary"},
    {"FI", "Europe/Helsinki"},
    {"FR", "Europe/Paris"},
    {"GB", "Europe/London"},
    {"GR", "Europe/Athens"},
    {"GU", "Pacific/Guam"},
    {"HK", "Asia/Hong_Kong"},
    {"HR", "Europe/Zagreb"},
    {"HU", "Europe/Budapest"},
    {"IE", "Europe/Dublin"},
    {"IL", "Asia/Jerusalem"},
    {"IN", "Asia/Kolkata"},
    {"IS", "Atlantic/Reykjavik"},
    {"IT", "Europe/Rome"},
    {"JP", "Asia/Tokyo"},
    {"KR", "Asia/Seoul"},
    {"LI", "Europe/Vaduz"},
    {"LT", "Europe/Vilnius"},
    {"LU", "Europe/Luxembourg"},
    {"LV", "Europe/Riga"},
    {"MC", "Europe/Monaco"},
    {"MT", "Europe/Malta"},
    {"NL", "Europe/Amsterdam"},
    {"NO", "Europe/Oslo"},
    {"PE", "America/Lima"},
    {"PH", "Asia/Manila"},
    {"PL", "Europe/Warsaw"},
    {"PR", "America/Puerto_Rico"},
    {"PT", "Europe/Lisbon,Atlantic/Azores"},
    {"RO", "Europe/Bucharest"},
    {"RS", "Europe/Belgrade"},
    {"SE", "Europe/Stockholm"},
    {"SG", "Asia/Singapore"},
    {"SI", "Europe/Ljubljana"},
    {"SK", "Europe/Bratislava"},
    {"TR", "Europe/Istanbul"},
    {"TW", "Asia/Taipei"},
    {"VI", "America/St_Thomas"},
    {"ZA", "Africa/Johannesburg"},
};

bool country_is_known(const char *code)
{
    if (strlen(code) != 2 || strchr(code, ' '))
        return false;
    for (const char *at = COUNTRIES; *at; at += 3)
        if (memcmp(at, code, 2) == 0)
            return true;
    return false;
}

const char *us_state_code(const char *text)
{
    for (size_t i = 0; i < ARRAY_SIZE(STATES); i++)
        if (strcasecmp(text, STATES[i].code) == 0 || strcasecmp(text, STATES[i].name) == 0)
            return STATES[i].code;
    return NULL;
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

bool us_postcode_is_valid(const char *text)
{
    size_t n = count_digits(text);

    if (n == 9 || n == 5)
        text += n;
    else
        return false;
    if (n == 5 && *text == '-')
        return count_digits(text + 1) == 4 && text[5] == '\0';
    return *text == '\0';
}

const char *us_state_zones(const char *code)
{
    for (size_t i = 0; i < ARRAY_SIZE(STATES); i++)
        if (strcmp(code, STATES[i].code) == 0)
            return STATES[i].zones;
    return "";
}

const char *country_zones(const char *code)
{
    for (size_t i = 0; i < ARRAY_SIZE(COUNTRY_ZONES); i++)
        if (strcmp(code, COUNTRY_ZONES[i].code) == 0)
            return COUNTRY_ZONES[i].zones;
    return "";
}
