#ifndef DUNLIN_BANKSTATEMENT_STATEMENT_XML_H
#define DUNLIN_BANKSTATEMENT_STATEMENT_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/status.h"

/* A walk over an XML document of ISO 20022, element by element, with limits; no business of the module's callers.
 *
 * Nothing is loaded from anywhere. Refused, with file and line: what is not UTF-8, not well-formed, has a DTD or an
 * entity other than XML's own five, lies deeper than XML_DEPTH_MAX, holds a text longer than BANK_TEXT_MAX_BYTES or
 * text between elements, or an element of another namespace than the root's. Within SplmtryData, which is anybody's,
 * anything well-formed may stand and nothing is told of it. */
#define XML_DEPTH_MAX 48 /* the deepest element of camt.053.001.08 lies 18 deep; the rest is for SplmtryData */

struct xml_place {
    const char *path; /* "Document/BkToCstmrStmt/GrpHdr" */
    int64_t line;     /* of the element's beginning */
};

struct xml_walk {
    /* The root: refuse what it is not. */
    enum status (*root)(void *context, const char *element, const char *namespace_uri, struct error *err);
    enum status (*begin)(void *context, const struct xml_place *place, struct error *err);
    /* text      NULL where the element has elements; else lent, as it stands.
     * currency  its attribute Ccy, or NULL; lent. */
    enum status (*end)(void *context, const struct xml_place *place, const char *text, const char *currency,
                       struct error *err);
    void *context;
};

/* Callbacks' failures end the walk as they are: they name file and line themselves (`root`: without them). */
MUST_USE enum status xml_walk(const char *name, const char *bytes, size_t len, const struct xml_walk *walk,
                              struct error *err);

#endif
