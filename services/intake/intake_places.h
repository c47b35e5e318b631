#ifndef DUNLIN_INTAKE_PLACES_H
#define DUNLIN_INTAKE_PLACES_H

#include <stdbool.h>

/* States, countries, postcodes, and the IANA zones in which somebody there may be. Zones are a list joined by commas,
 * "" for unknown: never a guess. */

/* True for a code of ISO 3166-1 alpha-2, in capitals. */
bool country_is_known(const char *code);

/* The two capital letters of a US state, district, territory or military post by its code or its name, in any case;
 * NULL where there is none. Static storage. */
const char *us_state_code(const char *text);

/* 12345, 123456789 or 12345-6789. */
bool us_postcode_is_valid(const char *text);

/* All zones of a US state: those that straddle two list both, since the address alone does not say which. "" for
 * military posts, which may be anywhere. Static storage. */
const char *us_state_zones(const char *code);

/* All zones of a country that has one or two that matter; "" for those with more (of the US, ask the state) and those
 * not in the table. Static storage. */
const char *country_zones(const char *code);

#endif
