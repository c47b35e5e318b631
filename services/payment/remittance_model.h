#ifndef DUNLIN_PAYMENT_REMITTANCE_MODEL_H
#define DUNLIN_PAYMENT_REMITTANCE_MODEL_H

#include "policy/agreement.h"
#include "trust_model.h"

/* What clients are paid out of trust, and what the agency takes. No I/O.
 *
 * A part of a run pays one client, in one currency and partition, all that came into his trust account since the part
 * before it: what he is owed and what the agency has earned go to zero there. By his agreement he is paid net (the fees
 * are kept back) or gross (they are invoiced): the same cash leaves trust. Where less than nothing is owed to him (he
 * was paid himself, or what he has been paid was taken back) it is due from him, and the agency makes the trust account
 * good. What is in suspense stays there. */

#define REMITTANCE_KEY_MAX 64 /* bytes */

/* Minor units. payable = collected - reversed - fees; remitted - invoiced = payable. */
struct remittance_figures {
    int64_t n_lines;                   /* payments and reversals */
    int64_t collected_minor;           /* by the agency */
    int64_t reversed_minor;            /* of that */
    int64_t collected_elsewhere_minor; /* by the client himself and by other agencies */
    int64_t reversed_elsewhere_minor;  /* of that */
    int64_t fees_minor;                /* earned, and given back by reversals */
    int64_t payable_minor;             /* to the client after fees; negative: by him */
    int64_t remitted_minor;            /* paid to him; negative: due from him */
    int64_t invoiced_minor;            /* fees that are not kept back */
};

/* Whose trust account. The text is borrowed. */
struct remittance_subject {
    int32_t agency_id;
    uint16_t partition;
    const char *client;
    char currency[CURRENCY_SIZE];
};

/* Of a trust account, before a part. */
struct remittance_head {
    int64_t n_entries, payable_minor, earned_minor; /* of the trust account */
    int32_t n_parts;
    int64_t last_entry;              /* that a part has covered */
    struct remittance_figures since; /* of the lines after it; remitted and invoiced are not looked at */
};

/* Texts are borrowed. */
struct remittance_part {
    struct remittance_subject subject;
    struct id part_id;
    int32_t number; /* in the trust account, from 1 */
    const char *run_key;
    enum agreement_method method;
    const char *payee, *reference;
    int64_t first_entry, last_entry; /* nothing is covered where the last comes first */
    struct remittance_figures figures;
    struct instant remitted_at;
};

/* The trust account's name among ids, and that of the part of a run: the same run makes the same part. */
struct id remittance_account_id(const struct remittance_subject *subject);
struct id remittance_part_id(const struct id *account_id, const char *run_key);

/* What the client is paid and what is invoiced to him, by the method. */
void remittance_settle(struct remittance_figures *figures, enum agreement_method method);

/* Less than what his agreement says is to be paid out, or claimed: it is carried on. */
bool remittance_is_below(const struct remittance_figures *figures, int64_t minimum_minor);

/* Makes `part`, of which all is set but what follows from the head (number, entries and figures), and moves the head
 * on. Nothing is remitted where there are no lines: figures are 0 then. Fails with INTERNAL where the lines do not add
 * up to the trust account: money is never paid out on figures that contradict each other. */
MUST_USE enum status remittance_make(struct remittance_head *head, struct remittance_part *part, struct error *err);

/* What the part is to the client's money; false where nothing is remitted. */
bool trust_of_remittance(const struct remittance_part *part, struct trust_entry *ret_entry);

#endif
