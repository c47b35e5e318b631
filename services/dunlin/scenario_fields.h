#ifndef DUNLIN_CLI_SCENARIO_FIELDS_H
#define DUNLIN_CLI_SCENARIO_FIELDS_H

#include "scenario.h"

/* Typed fields out of a scenario's JSON. Each that is read is taken away; what is left over at the end is a field that
 * the vocabulary does not have. The first error is kept and everything after it reads as absent, so that callers need
 * not look after each field. Internal to scenario_*.c. */

struct scenario_reader {
    struct scenario *scenario;
    bool is_lenient;
    GString *ignored;
    enum status status;
    struct error *err;
};

#define FIELDS_PATH_SIZE 96
struct fields {
    struct scenario_reader *reader;
    json_t *rest; /* a copy, owned; NULL where there is no such object */
    char path[FIELDS_PATH_SIZE];
};

/* An object at `path`; anything else is refused. fields_close refuses what was not read. */
struct fields fields_open(struct scenario_reader *reader, json_t *object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void fields_close(struct fields *fields);

/* Keeps the first error: "<place>: <path>.<field>: <why>". `field` NULL: the object itself. */
void fields_refuse(const struct fields *fields, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool field_is_there(const struct fields *fields, const char *field); /* and not null */
json_t *field_any(struct fields *fields, const char *field);         /* lent; NULL where it is absent or null */
const char *field_text(struct fields *fields, const char *field);    /* lent; NULL where it is absent */
bool field_bool(struct fields *fields, const char *field, bool otherwise);
int64_t field_integer(struct fields *fields, const char *field, int64_t otherwise);
/* True and the value where it is there. Dates also as instants: their local day. Money is text with two decimals. */
bool field_instant(struct fields *fields, const char *field, struct instant *ret_instant);
bool field_date(struct fields *fields, const char *field, struct date *ret_date);
bool field_money(struct fields *fields, const char *field, int64_t *ret_minor);
/* "21:30" to seconds of the day; 24:00 is its end. */
bool field_second(struct fields *fields, const char *field, int32_t *ret_second);
/* Ids of debts: a list of them. */
debt_set field_debts(struct fields *fields, const char *field);
uint8_t field_address(struct fields *fields, const char *field);
uint8_t field_person(struct fields *fields, const char *field);
/* The person called `id`; the words for professionals ("creditor", "cra") make one where there is none. */
uint8_t fields_person(struct fields *fields, const char *field, const char *id);

/* One word of a list. */
struct word {
    const char *text; /* NULL ends a list */
    int value;
};
bool word_find(const struct word *words, const char *text, int *ret_value);
int field_word(struct fields *fields, const char *field, const struct word *words, int otherwise);
void fields_refuse_word(const struct fields *fields, const char *field, const char *text, const struct word *words);

/* For words that people make up as they go ("county_where_contract_was_signed"): the first row one of whose stems,
 * parted by "|", stands in the text; no stem fits every text. */
bool word_find_like(const struct word *stems, const char *text, int *ret_value);
/* The name of the first field left whose name has one of these stems; lent until it is read. NULL where none has. */
const char *field_like(const struct fields *fields, const char *stems);

/* Passes over fields that only people read; ended by NULL. */
void fields_skip(struct fields *fields, const char *const *names);

/* The consumer's local date of an instant. */
struct date scenario_date(const struct scenario *scenario, struct instant at);

/* Sections of a scenario, in their own files. */
void scenario_read_entities(struct scenario_reader *reader, struct fields *facts);
void scenario_read_history(struct scenario_reader *reader, json_t *history);
void scenario_read_question(struct scenario_reader *reader, json_t *question);
void scenario_read_judged(struct fields *question, enum question_action action);
void scenario_read_compute(struct scenario_reader *reader, struct fields *question);

/* Words that several of them use. */
extern const struct word WORDS_MEDIUM[], WORDS_TECHNOLOGY[], WORDS_OUTCOME[], WORDS_PURPOSE[], WORDS_PLACE[],
    WORDS_RELATION[];

#endif
