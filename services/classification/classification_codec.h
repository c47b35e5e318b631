#ifndef DUNLIN_CLASSIFICATION_CODEC_H
#define DUNLIN_CLASSIFICATION_CODEC_H

#include "classification_model.h"
#include "dunlin/classification/v1/classification.pb-c.h"
#include "service/service.h"

/* AccountClassified as it stands in the log and in replies. The message borrows from `account` and from `storage`,
 * which must live as long. */
struct classified_wire {
    Dunlin__Classification__V1__AccountClassified message;
    char reasons[CLASSIFICATION_REASONS_SIZE];
    char *codes[64];
};
void classification_fill(const struct account_facts *account, const char *because, struct classified_wire *storage);

/* Emits AccountClassified for what the account was just classified as. */
MUST_USE enum status classification_emit(struct unit *unit, const struct account_facts *account, const char *because,
                                         struct error *err);

#endif
