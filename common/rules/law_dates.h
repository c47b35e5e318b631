#ifndef DUNLIN_RULES_LAW_DATES_H
#define DUNLIN_RULES_LAW_DATES_H

#include <stdbool.h>

#include "calendar/calendar.h"

/* Periods that laws and rules on collection count: plain arithmetic on civil dates, without facts, clock or zone; which
 * zone's date an event fell on is the caller's to say. "n days after d" is d + n: the day of the event is not counted.
 * Engineering facts, not legal advice. */

/* Which days beside Saturdays and Sundays are no business days. */
enum law_holidays {
    LAW_HOLIDAYS_STATUTE,  /* the dates of 5 USC 6103(a) themselves: what 12 CFR 1006.34(b)(5) names */
    LAW_HOLIDAYS_OBSERVED, /* and the days off in lieu, 5 USC 6103(b) and E.O. 11582: Friday for a Saturday, Monday for
                              a Sunday. Ends of periods come later: the safe choice where the collector waits */
    LAW_HOLIDAYS_BANKS,    /* the Federal Reserve's: Monday for a Sunday, nothing for a Saturday */
};

/* True for a legal public holiday of 5 USC 6103(a), as it stands since 2021 (Juneteenth), that falls or is observed on
 * `date`. */
bool law_is_holiday(struct date date, enum law_holidays holidays);
bool law_is_business_day(struct date date, enum law_holidays holidays);

/* The n-th business day after `date`; before it where `n` is negative; `date` itself for 0. */
struct date law_add_business_days(struct date date, int n, enum law_holidays holidays);

/* Business days after `after` up to and with `through`; 0 where there is none. */
int law_business_days(struct date after, struct date through, enum law_holidays holidays);

/* The same day `years` later (earlier where negative); Mar 1 for a Feb 29 that the year does not have, so that nothing
 * ends early. */
struct date law_add_years(struct date date, int years);

/* 12 CFR 1006.34(b)(5): the validation period ends 30 days after the consumer received the notice, or is assumed to
 * have: at the earliest five business days after it was sent. A weekend at its end does not prolong it.
 * `assumption_days` is that number of business days (5 or more); the notice given in conversation is received the same
 * day: 0. */
#define LAW_VALIDATION_DAYS           30
#define LAW_RECEIPT_ASSUMPTION_DAYS   5
#define LAW_VALIDATION_FOLLOW_UP_DAYS 5 /* 1006.34(a)(1)(i)(B): after the initial communication, calendar days */
struct date law_validation_period_end(struct date sent, int assumption_days, enum law_holidays holidays);

/* 12 CFR 1006.30(a)(1)(ii), comment -2: the first day on which may be furnished what was written of on `sent`; 14 days
 * are waited for a notice that it could not be delivered, the day of sending being the first. */
struct date law_furnishing_earliest(struct date sent);

/* 12 CFR 1006.100: records are kept until three years after the last collection activity, recordings until three years
 * after the call: the date before which nothing is deleted. */
struct date law_retention_end(struct date last_activity);

/* 12 CFR 1006.22(c)(1): the written notice of the deposit of an instrument postdated by more than five days comes not
 * more than ten and not less than three business days before it. */
#define LAW_POSTDATED_FREE_DAYS     5
#define LAW_POSTDATED_NOTICE_MAX_BD 10
#define LAW_POSTDATED_NOTICE_MIN_BD 3
struct date law_postdated_notice_first(struct date deposit);
struct date law_postdated_notice_last(struct date deposit);

/* 12 CFR 1006.6(d)(4)(ii)(C): the earliest end of the opt-out period that a creditor's notice of `sent` may name. */
struct date law_email_opt_out_end(struct date sent);
/* 12 CFR 1006.6(d)(5): the last day on which a text, a renewed consent or a look-up of `since` still covers a text. */
struct date law_text_cover_end(struct date since);

/* 47 CFR 64.1200(a)(10): a revocation is honoured within a reasonable time, ten business days at most. */
struct date law_tcpa_revocation_deadline(struct date revoked);

/* 23 NYCRR 1.4(b): substantiation within 60 days of the request's receipt. 1.4(a) (as in the rule table; confidence M):
 * how to ask for it is told within 14 days of an oral dispute, 21 of a written one. */
struct date law_ny_substantiation_deadline(struct date requested);
struct date law_ny_instructions_deadline(struct date disputed, bool is_written);
/* NYC, 6 RCNY 5-77 from 2026-09-01: verification within 60 days of the dispute. */
struct date law_nyc_verification_deadline(struct date disputed);
/* NRS 649.366: the first day of collecting a medical debt: 60 days after the notice was mailed. */
struct date law_nv_medical_earliest(struct date notified);
/* Tex. Fin. Code 392.202: the third-party collector's investigation, 30 days. */
struct date law_tx_investigation_deadline(struct date disputed);

/* 15 USC 1681i(a)(1): the agency's reinvestigation of a dispute that it received on `received`. */
struct law_dispute {
    struct date received;
    bool is_after_free_report; /* 1681j(a)(3): 45 days */
    bool has_more_information; /* relevant, from the consumer, within the period: 15 days more, 1681i(a)(1)(B), ... */
    struct date more_on;       /* ... where it came on a day of the first 30 days */
    bool is_found_wrong;       /* ... and not where it was found inaccurate, incomplete or unverifiable before, (C) */
};
struct date law_reinvestigation_deadline(const struct law_dispute *dispute);
/* 1681i(a)(2)(A): the agency tells the furnisher; (a)(6)(A): and the consumer what came of it: five business days. */
struct date law_cra_notice_deadline(struct date from);
/* 12 CFR 1022.43(e)(3): a direct dispute, the same period as the agency's. (f)(2): the notice that one is frivolous,
 * five business days after the determination. */
struct date law_direct_dispute_deadline(const struct law_dispute *dispute);
struct date law_frivolous_notice_deadline(struct date determined);
/* 15 USC 1681s-2(a)(5): the date of first delinquency is reported within 90 days of furnishing the collection. */
struct date law_dofd_deadline(struct date furnished);
/* 15 USC 1681c(a)(4), (c)(1): obsolete seven years after the 180th day from the first delinquency. */
struct date law_obsolescence(struct date first_delinquency);

/* 12 CFR 1005.10(c)(1): the last day on which the consumer may stop a preauthorised transfer: three business days
 * before it. (d)(1): the written notice of an amount that varies, ten days before. */
struct date law_stop_payment_latest(struct date transfer);
struct date law_varying_notice_latest(struct date transfer);

/* Nacha Operating Rules: the day by which the entry settled on `settled` may come back under a return code ("R01"): two
 * banking days, 60 calendar days for R05, R07, R10 and R11. False for what is no return code. */
bool law_ach_return_deadline(const char *code, struct date settled, struct date *ret_deadline);
/* The last day on which a returned entry may be presented again: 180 days after the original's settlement. */
struct date law_ach_reinitiation_latest(struct date settled);

/* GDPR art. 17(3)(b), (e): erased when the last ground to keep it ends, a legal duty or the limitation of claims. */
struct date law_gdpr_erasure(struct date duty_ends, struct date limitation_ends);

#endif
