#include "rules/limited_content.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "status/status.h"

/* The message is read from its head, piece by piece: each piece is one of the items that 1006.2(j) knows. A piece that
 * does not end where the next begins is other content. */
struct reader {
    const char *at;
    struct limited_content found;
};

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '\'' || c == '&' || (c & 0x80) != 0;
}

static size_t word_length(const char *at)
{
    size_t len = 0;
    while (is_word_char(at[len]) || (at[len] == '-' && is_word_char(at[len + 1])))
        len++;
    return len;
}

static const char *skip_marks(const char *at)
{
    while (*at != '\0' && !is_word_char(*at) && *at != '(' && *at != '+')
        at++;
    return at;
}

/* Past the words of `phrase`, which begin at `at`; NULL where they do not stand there. Case and marks do not matter. */
static const char *match(const char *at, const char *phrase)
{
    at = skip_marks(at);
    while (*phrase != '\0') {
        const size_t len = strcspn(phrase, " ");
        if (word_length(at) != len || strncasecmp(at, phrase, len) != 0)
            return NULL;
        at = skip_marks(at + len);
        phrase += len;
        phrase += *phrase == ' ';
    }
    return at;
}

/* Takes the first of the phrases, a list ended by NULL, that stands here. Longer ones must come before those that they
 * begin with. */
static bool take(struct reader *reader, const char *const *phrases)
{
    for (; *phrases != NULL; phrases++) {
        const char *past = match(reader->at, *phrases);
        if (past != NULL) {
            reader->at = past;
            return true;
        }
    }
    return false;
}

#define TAKE_ANY(reader, ...) take((reader), (const char *const[]){__VA_ARGS__, NULL})

static bool is_any_word(const char *at, size_t len, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == len && strncasecmp(at, *words, len) == 0)
            return true;
    return false;
}

#define IS_ANY(at, len, ...) is_any_word((at), (len), (const char *const[]){__VA_ARGS__, NULL})

/* Words that begin the next item where a name could go on: capitalised at the head of a sentence. */
static bool begins_item(const char *at, size_t len)
{
    return IS_ANY(at, len, "Please", "Kindly", "Call", "Contact", "Hi", "Hello", "It", "Today", "The", "This", "My",
                  "I", "If", "When", "You", "We", "Our", "Reach", "Return", "Give", "Phone", "At", "Or", "And", "From",
                  "Any");
}

/* True where a sentence ends between `from` and `to`: a full stop that is not an abbreviation's inside a name. */
static bool ends_sentence(const char *from, const char *to)
{
    for (; from < to; from++)
        if (*from == '!' || *from == '?' || *from == ';' || *from == '.' || *from == '\n')
            return true;
    return false;
}

static bool is_title(const char *at, size_t len)
{
    return IS_ANY(at, len, "Mr", "Mrs", "Ms", "Miss", "Dr", "Mx");
}

/* A natural person's name: one to four capitalised words, a title before them. */
static bool take_person(struct reader *reader)
{
    const char *at = skip_marks(reader->at);
    int n = 0;
    for (size_t len; n < 4 && (len = word_length(at)) > 0; n++) {
        const bool is_name_word = isupper((unsigned char)at[0]) && !begins_item(at, len);
        if (!is_name_word)
            break;
        const char *next = skip_marks(at + len);
        const bool is_over = (ends_sentence(at + len, next) && !is_title(at, len) && len > 1) || at[len] == ',';
        at = next;
        if (is_over) {
            n++;
            break;
        }
    }
    if (n == 0)
        return false;
    reader->at = at;
    return true;
}

/* Stems that tell what the business does. */
static bool indicates_collection(const char *at, size_t len)
{
    static const char *const STEMS[] = {"debt",    "collect",   "recover", "receivabl", "delinquen",
                                        "arrear",  "owed",      "pastdue", "judgment",  "chargeoff",
                                        "bailiff", "repossess", "skip-",   "default"};
    for (size_t i = 0; i < ARRAY_SIZE(STEMS); i++)
        if (len >= strlen(STEMS[i]) && strncasecmp(at, STEMS[i], strlen(STEMS[i])) == 0)
            return true;
    return false;
}

static bool is_company_form(const char *at, size_t len)
{
    return IS_ANY(at, len, "Inc", "LLC", "Ltd", "Corp", "Corporation", "Company", "Co", "LLP", "LP", "PLC", "Group",
                  "Services", "Associates", "Partners", "Solutions", "Agency", "Bank", "Incorporated", "Limited");
}

/* A business name: capitalised words, with "of", "the", "and", "&" between them. */
static bool take_business(struct reader *reader)
{
    const char *at = skip_marks(reader->at);
    bool has_word = false;
    for (size_t len; (len = word_length(at)) > 0;) {
        const bool joins = IS_ANY(at, len, "of", "the", "and", "&", "for");
        if (!joins &&
            (!(isupper((unsigned char)at[0]) || isdigit((unsigned char)at[0])) || (has_word && begins_item(at, len))))
            break;
        reader->found.indicates_collection |= indicates_collection(at, len);
        has_word = has_word || !joins;
        const char *next = skip_marks(at + len);
        const size_t next_len = word_length(next);
        const bool is_over = ends_sentence(at + len, next) && len > 1 && !is_company_form(next, next_len);
        at = next;
        if (is_over)
            break;
    }
    if (has_word)
        reader->at = at;
    return has_word;
}

/* "1-800-555-1212", "(800) 555-1212 ext. 12", "+1 800 555 1212": seven digits or more. */
static bool take_number(struct reader *reader)
{
    const char *at = skip_marks(reader->at);
    size_t n_digits = 0;
    const char *past = at;
    for (; isdigit((unsigned char)*at) || (*at != '\0' && strchr("+-(). ", *at)); at++)
        if (isdigit((unsigned char)*at)) {
            n_digits++;
            past = at + 1;
        }
    if (n_digits < 7)
        return false;
    reader->at = skip_marks(past);
    if (TAKE_ANY(reader, "extension", "ext", "x"))
        reader->at = skip_marks(reader->at + strspn(reader->at, "0123456789"));
    return true;
}

/* One word that tells a date, a time or a span of them: "4:15", "p.m.", "Wednesday", "until". */
static bool take_time_word(struct reader *reader)
{
    const char *at = skip_marks(reader->at);
    const size_t len = word_length(at);
    static const char *const WORDS[] = {
        "am",       "pm",       "a",       "p",         "m",       "on",        "at",        "until",    "till",
        "to",       "from",     "between", "and",       "or",      "before",    "after",     "through",  "today",
        "tomorrow", "tonight",  "morning", "noon",      "evening", "afternoon", "any",       "every",    "weekday",
        "weekdays", "week",     "day",     "days",      "monday",  "tuesday",   "wednesday", "thursday", "friday",
        "saturday", "sunday",   "mondays", "fridays",   "january", "february",  "march",     "april",    "may",
        "june",     "july",     "august",  "september", "october", "november",  "december",  "eastern",  "central",
        "mountain", "pacific",  "time",    "est",       "edt",     "et",        "cst",       "cdt",      "ct",
        "mst",      "mdt",      "mt",      "pst",       "pdt",     "pt",        "o'clock",   "the",      "of",
        "daily",    "business", "hours",   "during",    "this",    "now",       "by",        "standard", "daylight",
        "anytime",  NULL};
    const size_t n_digits = strspn(at, "0123456789");
    const bool is_number = (n_digits == 1 || n_digits == 2 || n_digits == 4) && memchr(at, '-', len) == NULL;
    if (len == 0 || (!is_number && !is_any_word(at, len, WORDS)))
        return false;
    reader->at = skip_marks(at + len);
    return true;
}

/* A run of such words that has a number, or a day's or a month's name, or the like: not "on the" alone. */
static bool take_times(struct reader *reader)
{
    const char *from = reader->at;
    bool says_something = false;
    for (const char *word = skip_marks(reader->at); take_time_word(reader); word = reader->at) {
        const size_t len = word_length(word);
        says_something = says_something || isdigit((unsigned char)word[0]) || len >= 5;
    }
    if (!says_something)
        reader->at = from;
    return says_something;
}

static bool take_salutation(struct reader *reader)
{
    if (!TAKE_ANY(reader, "hi there", "hello there", "hi", "hello", "hey", "greetings", "good morning",
                  "good afternoon", "good evening", "good day"))
        return false;
    reader->found.has_salutation = true;
    return true;
}

/* "calling from ABC Inc.", "with ABC": what follows a name, or stands for itself. */
static bool take_employer(struct reader *reader)
{
    const char *from = reader->at;
    (void)TAKE_ANY(reader, "and i am calling", "and i'm calling", "calling", "i am calling", "i'm calling", "i am",
                   "i'm");
    if (TAKE_ANY(reader, "from", "with", "at", "of", "on behalf of", "for") && take_business(reader)) {
        reader->found.names_business = true;
        return true;
    }
    reader->at = from;
    return false;
}

/* A name alone is a business where it has a company's form in it: "This is ABC Inc." */
static bool has_company_form(const char *from, const char *to)
{
    for (const char *at = skip_marks(from); at < to;) {
        const size_t len = word_length(at);
        if (len == 0 || is_company_form(at, len) || indicates_collection(at, len))
            return len > 0;
        at = skip_marks(at + len);
    }
    return false;
}

static bool take_identification(struct reader *reader)
{
    const char *from = reader->at;
    if (!TAKE_ANY(reader, "this is", "my name is", "i am", "i'm", "it is", "it's"))
        return take_employer(reader);
    const char *name = reader->at;
    struct reader person = *reader;
    struct reader business = *reader;
    if (take_person(&person) && !has_company_form(name, person.at) && take_employer(&person)) {
        *reader = person;
        reader->found.names_person = true;
        (void)TAKE_ANY(reader, "calling");
        return true;
    }
    if (take_business(&business) && has_company_form(name, business.at)) {
        *reader = business;
        reader->found.names_business = true;
        (void)TAKE_ANY(reader, "calling");
        return true;
    }
    if (take_person(reader)) {
        reader->found.names_person = true;
        return true;
    }
    reader->at = from;
    return take_employer(reader);
}

/* "It is 4:15 p.m. on Wednesday, September 1." */
static bool take_time(struct reader *reader)
{
    const char *from = reader->at;
    if (TAKE_ANY(reader, "it is now", "it is", "it's", "today is", "the time is", "the date is", "i am calling",
                 "i'm calling", "i called", "calling") &&
        take_times(reader)) {
        reader->found.has_time = true;
        return true;
    }
    reader->at = from;
    if (reader->found.names_business && !reader->found.asks_for_reply && take_times(reader)) {
        reader->found.has_time = true; /* "... calling from ABC Inc. on June 10 at 3 p.m." */
        return true;
    }
    return false;
}

static bool take_representatives(struct reader *reader)
{
    if (!TAKE_ANY(reader, "any of our representatives or associates", "any of our representatives",
                  "any of our associates", "any of the representatives", "any representative or associate",
                  "any other representative", "any other associate", "any representative",
                  "any available representative", "any associate", "one of our representatives or associates",
                  "one of our representatives", "one of our associates", "a representative", "an associate"))
        return false;
    reader->found.offers_representatives = true;
    return true;
}

/* "me or Jim Johnson or any of our representatives"; nothing is fine ("call 1-800-555-1212"). */
static void take_whom(struct reader *reader)
{
    do {
        (void)TAKE_ANY(reader, "or", "and", "either", "for", "ask for", "to");
        if (take_representatives(reader) || TAKE_ANY(reader, "me back", "us back", "me", "us", "back"))
            continue;
        if (!take_person(reader))
            break;
        reader->found.names_person = true;
    } while (match(reader->at, "or") != NULL || match(reader->at, "and") != NULL ||
             match(reader->at, "ask for") != NULL);
}

static bool take_request(struct reader *reader)
{
    const char *from = reader->at;
    (void)TAKE_ANY(reader, "would you please", "could you please", "can you please", "please", "kindly", "you can",
                   "you may");
    if (!TAKE_ANY(reader, "return my call", "return our call", "return this call", "give me a call back",
                  "give me a call", "give us a call back", "give us a call", "call back", "call me back",
                  "call us back", "call", "contact", "phone", "telephone", "reach", "reply to", "get back to",
                  "get in touch with", "ask for")) {
        reader->at = from;
        return false;
    }
    reader->found.asks_for_reply = true;
    take_whom(reader);
    return true;
}

/* "at 1-800-555-1212": with a request, or after it ("My number is ..."). */
static bool take_number_given(struct reader *reader)
{
    const char *from = reader->at;
    (void)TAKE_ANY(reader, "at telephone number", "at phone number", "at the number", "at", "on", "by calling",
                   "my telephone number is", "my phone number is", "my number is", "i can be reached at",
                   "i can be reached on", "we can be reached at", "our telephone number is", "our phone number is",
                   "our number is", "the telephone number is", "the number is", "that number is",
                   "again that number is", "again", "or at", "or");
    if (take_number(reader)) {
        reader->found.gives_number = true;
        return true;
    }
    reader->at = from;
    return false;
}

/* "When you call, you may speak to any of our representatives." */
static bool take_offer(struct reader *reader)
{
    const char *from = reader->at;
    (void)TAKE_ANY(reader, "if you reply", "if you call back", "if you call", "when you call back", "when you call",
                   "when you reply", "if i am not available", "if i am unavailable");
    (void)TAKE_ANY(reader, "you may", "you can", "please");
    if (TAKE_ANY(reader, "speak to", "speak with", "talk to", "talk with", "ask for") && take_representatives(reader))
        return true;
    reader->at = from;
    return false;
}

/* Times after a request are suggestions: "until 6:00 p.m. Eastern time". */
static bool take_suggestion(struct reader *reader)
{
    const char *from = reader->at;
    if (!reader->found.asks_for_reply)
        return false;
    (void)TAKE_ANY(reader, "i am available", "i'm available", "we are available", "we are open", "our hours are", "or");
    if (TAKE_ANY(reader, "at your earliest convenience", "at your convenience", "as soon as possible")) {
        reader->found.suggests_times = true;
        return true;
    }
    if (take_times(reader) ||
        TAKE_ANY(reader, "at your earliest convenience", "at your convenience", "as soon as possible")) {
        reader->found.suggests_times = true;
        return true;
    }
    reader->at = from;
    return false;
}

static bool take_piece(struct reader *reader)
{
    return take_salutation(reader) || take_time(reader) || take_offer(reader) || take_request(reader) ||
           take_number_given(reader) || take_suggestion(reader) || take_identification(reader);
}

struct limited_content limited_content_read(const char *text)
{
    struct reader reader = {.at = skip_marks(text)};
    while (*reader.at != '\0' && take_piece(&reader))
        reader.at = skip_marks(reader.at);
    struct limited_content *found = &reader.found;
    (void)snprintf(found->other, sizeof(found->other), "%s", reader.at);
    found->is_one = found->names_business && !found->indicates_collection && found->asks_for_reply &&
                    found->names_person && found->gives_number && found->other[0] == '\0';
    return reader.found;
}
