#ifndef DUNLIN_REPORTING_REPORT_H
#define DUNLIN_REPORTING_REPORT_H

#include "dunlin/reporting/v1/reporting.pb-c.h"
#include "policy/sop.h"
#include "reporting_figures.h"

/* Figures as the wire's Report. Its texts are lent by the figures, the SOP and `agency`, which must outlive it; its
 * lists are its own. */
struct report {
    Dunlin__Reporting__V1__Report message;
    GPtrArray *memory;
};

struct report *report_new(const struct figures *figures, const struct sop *sop, const char *agency,
                          int32_t aging_as_of_days);
void report_free(struct report *report);
void report_freep(struct report **report);

#endif
