#include "composition.h"

#include <glib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "dunlin/dispute/v1/dispute.pb-c.h"
#include "id/id.h"
#include "letter_wording.h"
#include "template/template_format.h"

#define SMS_MAX_CHARACTERS 1600 /* what gateways take: ten parts */

/* An address as intake writes it: "street\ncity\nregion\npostcode\ncountry"; parts may be empty. */
enum part {
    PART_STREET,
    PART_CITY,
    PART_REGION,
    PART_POSTCODE,
    PART_COUNTRY,
    PART_COUNT,
};

struct writing {
    const struct composition_order *order;
    const struct template *template; /* NULL: a form that has none */
    const char *language;            /* of what is written */
    struct template_values values;
    GPtrArray *texts; /* g_free */
    const char *addressee[LETTER_LINES_MAX];
    char **address; /* PART_COUNT texts */
};

static const char *keep(struct writing *writing, char *text)
{
    g_ptr_array_add(writing->texts, text);
    return text;
}

static bool is_domestic(const char *country)
{
    return country[0] == '\0' || strcmp(country, "US") == 0;
}

/* As the post wants it: city, region and postcode on one line in the US, "postcode city" elsewhere. */
static void fill_addressee(struct writing *writing)
{
    char **part = writing->address;
    size_t n = 0;
    writing->addressee[n++] = writing->order->account->debtor_name;
    if (part[PART_STREET][0])
        writing->addressee[n++] = part[PART_STREET];
    if (is_domestic(part[PART_COUNTRY])) {
        writing->addressee[n++] =
            keep(writing, g_strdup_printf("%s%s%s%s%s", part[PART_CITY], part[PART_CITY][0] ? ", " : "",
                                          part[PART_REGION], part[PART_REGION][0] ? " " : "", part[PART_POSTCODE]));
    } else {
        writing->addressee[n++] = keep(writing, g_strdup_printf("%s%s%s", part[PART_POSTCODE],
                                                                part[PART_POSTCODE][0] ? " " : "", part[PART_CITY]));
        writing->addressee[n++] = part[PART_COUNTRY];
    }
}

static enum status take_addressee(struct writing *writing, struct error *err)
{
    const char *const *lines = writing->order->addressee;
    size_t n = 0;
    while (lines[n] && n < LETTER_LINES_MAX - 1) {
        writing->addressee[n] = lines[n];
        n++;
    }
    return n > 0 ? STATUS_OK : error_set(err, STATUS_INVALID_ARGUMENT, "addressee: is missing");
}

static enum status read_address(struct writing *writing, struct error *err)
{
    if (writing->order->addressee)
        return take_addressee(writing, err);
    const char *text = writing->order->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER
                           ? writing->order->account->address
                           : writing->order->account->postal_address;
    writing->address = g_strsplit(text, "\n", PART_COUNT);
    if (g_strv_length(writing->address) == PART_COUNT && writing->address[PART_CITY][0] != '\0') {
        fill_addressee(writing);
        return STATUS_OK;
    }
    g_strfreev(writing->address);
    writing->address = NULL;
    if (writing->order->channel != DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "consumer_mail_address: is missing");
}

static const char *joined(struct writing *writing, char *const *lines, unsigned n)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", lines[i]);
    return keep(writing, g_string_free(text, FALSE));
}

/* What a human finds an account or a dispute by: the last twelve digits of its id. */
static const char *reference_of(struct writing *writing, const struct id *id)
{
    char text[ID_TEXT_SIZE];
    (void)id_format(id, text);
    return keep(writing, g_ascii_strup(text + 24, 12));
}

static struct money money_of(const struct writing *writing, int64_t minor)
{
    struct money money = {.minor = minor};
    g_strlcpy(money.currency, writing->order->account->currency, sizeof(money.currency));
    return money;
}

/* "es-MX" is Spanish. */
static bool is_of_language(const char *language, const char *primary)
{
    const size_t len = strlen(primary);
    return g_ascii_strncasecmp(language, primary, len) == 0 && (language[len] == '\0' || language[len] == '-');
}

static const char *opt_out_words(struct writing *writing)
{
    static const struct {
        const char *language, *text, *email;
    } WORDS[] = {
        {"es", "Responda STOP para no recibir más.", "Para no recibir más correos en esta dirección: "},
        {"de", "Mit STOP antworten, um keine mehr zu erhalten.", "Keine weiteren E-Mails an diese Adresse: "},
        {"en", "Reply STOP to stop.", "To stop e-mails to this address: "},
    };
    const char *link = writing->order->opt_out_link;
    size_t i = 0;
    while (i + 1 < ARRAY_SIZE(WORDS) && !is_of_language(writing->language, WORDS[i].language))
        i++;
    if (writing->order->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT)
        return WORDS[i].text;
    return link ? keep(writing, g_strconcat(WORDS[i].email, link, NULL)) : NULL;
}

/* As a notice of today says it. */
static struct date validation_end(const struct composition_order *order)
{
    return law_validation_period_end(order->today, order->profile->assumption_days, LAW_HOLIDAYS_OBSERVED);
}

/* Of both kinds of patterns, the one place for a word is %s. */
static const char *with_word(struct writing *writing, const char *pattern, const char *word)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "%s", 2);
    return keep(writing, g_strjoinv(word, parts));
}

/* As the language writes it; NULL where it cannot be written. */
static const char *with_amount(struct writing *writing, const char *pattern, int64_t minor, struct error *err)
{
    const struct template_value value = {.is_set = true, .money = money_of(writing, minor)};
    char amount[TEMPLATE_FORMATTED_SIZE];
    if (template_format(writing->template->locale, TEMPLATE_MONEY, &value, amount, err) != STATUS_OK)
        return NULL;
    return with_word(writing, pattern, amount);
}

/* NULL where it cannot be written; the template then lacks the field's value. */
static const char *disputed_part(struct writing *writing, const struct dispute_description *dispute,
                                 const struct letter_wording *wording)
{
    if (dispute->disputed_minor == 0)
        return wording->whole_debt;
    return with_amount(writing, wording->part_of_debt, dispute->disputed_minor, NULL);
}

static const char *dispute_cause(const struct dispute_description *dispute, const struct letter_wording *wording)
{
    if (dispute->root_cause == DUNLIN__DISPUTE__V1__ROOT_CAUSE__ROOT_CAUSE_OTHER)
        return dispute->root_cause_text;
    const char *text = dispute->root_cause >= 0 && dispute->root_cause < (int)ARRAY_SIZE(wording->cause)
                           ? wording->cause[dispute->root_cause]
                           : NULL;
    return text ? text : wording->unknown;
}

static const char *dispute_outcome(const struct dispute_description *dispute, const struct letter_wording *wording)
{
    const char *text = dispute->outcome >= 0 && dispute->outcome < (int)ARRAY_SIZE(wording->outcome)
                           ? wording->outcome[dispute->outcome]
                           : NULL;
    return text ? text : wording->unknown;
}

static void fill_dispute(struct writing *writing, const struct dispute_description *dispute)
{
    struct template_values *values = &writing->values;
    const struct letter_wording *wording = letter_wording(writing->language);
    const char *client = writing->order->account->client;
    template_set_date(values, TEMPLATE_DISPUTE_DATE, dispute->received_on);
    template_set_text(values, TEMPLATE_DISPUTE_REFERENCE, reference_of(writing, &dispute->dispute_id));
    template_set_text(values, TEMPLATE_DISPUTE_REASON, dispute->reason[0] ? dispute->reason : wording->no_reason);
    template_set_text(values, TEMPLATE_DISPUTE_OUTCOME, dispute_outcome(dispute, wording));
    template_set_text(values, TEMPLATE_DISPUTE_CAUSE, dispute_cause(dispute, wording));
    template_set_money(values, TEMPLATE_CREDIT_AMOUNT, money_of(writing, dispute->credited_minor));
    template_set_text(values, TEMPLATE_DISPUTE_SUBJECT, disputed_part(writing, dispute, wording));
    template_set_text(values, TEMPLATE_DISPUTE_PROOF,
                      dispute->documents[0] ? dispute->documents : with_word(writing, wording->records_of, client));
    if (dispute->explanation[0])
        template_set_text(values, TEMPLATE_DISPUTE_EXPLANATION, dispute->explanation);
    if (dispute->earlier_answered_on.days > 0)
        template_set_date(values, TEMPLATE_DISPUTE_ANSWER_DATE, dispute->earlier_answered_on);
}

bool composition_asks(Dunlin__Contact__V1__Purpose purpose)
{
    switch (purpose) {
    case DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_COLLECTION:
    case DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_CALLBACK:
    case DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_PAYMENT_CONFIRMATION:
    case DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_REMEDY_NOTICE:
        return true;
    default:
        return false;
    }
}

/* That must not be asked for. */
static int64_t held_minor(const struct composition_order *order)
{
    return composition_asks(order->purpose) ? order->account->held_minor : 0;
}

/* The account by its kind and last four digits, as payment has them: nothing else of it is known. */
static void fill_debit(struct writing *writing, const struct debit_description *debit)
{
    struct template_values *values = &writing->values;
    const struct letter_wording *wording = letter_wording(writing->language);
    const size_t kind = debit->kind > 0 && debit->kind < (int)ARRAY_SIZE(wording->account) ? (size_t)debit->kind : 0;
    template_set_money(values, TEMPLATE_DEBIT_AMOUNT, debit->amount);
    template_set_date(values, TEMPLATE_DEBIT_DATE, debit->drawn_on);
    template_set_text(values, TEMPLATE_DEBIT_ACCOUNT,
                      debit->last4[0] ? with_word(writing, wording->ending[kind], debit->last4)
                                      : wording->account[kind]);
}

/* As a validation notice has it, 12 CFR 1006.34(c)(2)(viii). */
static void fill_itemization(struct writing *writing)
{
    const struct account_description *account = writing->order->account;
    struct template_values *values = &writing->values;
    const struct money asked = money_of(writing, account->balance_minor - held_minor(writing->order));
    template_set_money(values, TEMPLATE_ORIGINAL_AMOUNT, money_of(writing, account->placed_minor));
    template_set_money(values, TEMPLATE_INTEREST_ADDED, money_of(writing, account->interest_minor));
    template_set_money(values, TEMPLATE_FEES_ADDED, money_of(writing, account->charged_minor));
    template_set_money(values, TEMPLATE_PAYMENTS_MADE, money_of(writing, account->paid_minor));
    template_set_money(values, TEMPLATE_CREDITS_GIVEN, money_of(writing, account->credited_minor));
    template_set_money(values, TEMPLATE_BALANCE, asked);
    template_set_money(values, TEMPLATE_TOTAL_AMOUNT, asked);
}

static void fill_values(struct writing *writing)
{
    const struct composition_order *order = writing->order;
    const struct agency_profile *profile = order->profile;
    struct template_values *values = &writing->values;
    const struct {
        enum template_field field;
        const char *text;
    } texts[] = {
        {TEMPLATE_DEBTOR_NAME, order->account->debtor_name},
        {TEMPLATE_CLIENT, order->account->client},
        {TEMPLATE_CLIENT_REFERENCE, order->account->client_reference},
        {TEMPLATE_INVOICE_NUMBER, order->account->client_reference},
        {TEMPLATE_AGENCY_REFERENCE, reference_of(writing, &order->account->account_id)},
        {TEMPLATE_AGENCY_NAME, profile->name},
        {TEMPLATE_AGENCY_ADDRESS, joined(writing, profile->address, profile->n_address)},
        {TEMPLATE_DISPUTE_ADDRESS, joined(writing, profile->dispute_address, profile->n_dispute_address)},
        {TEMPLATE_AGENCY_PHONE, profile->phone},
        {TEMPLATE_AGENCY_HOURS, profile->hours},
        {TEMPLATE_AGENCY_EMAIL, profile->email},
        {TEMPLATE_AGENCY_LICENSE, profile->license},
        {TEMPLATE_PAYMENT_LINK, profile->payment_link},
        {TEMPLATE_DISPUTE_LINK, profile->dispute_link},
        {TEMPLATE_OPT_OUT_INSTRUCTIONS, opt_out_words(writing)},
        {TEMPLATE_OPT_OUT_LINK, order->opt_out_link},
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        template_set_text(values, texts[i].field, texts[i].text);
    if (writing->address)
        template_set_text(values, TEMPLATE_DEBTOR_ADDRESS,
                          joined(writing, (char *const *)(void *)&writing->addressee[1], 2));
    fill_itemization(writing);
    template_set_date(values, TEMPLATE_DUE_DATE, order->account->due_on);
    template_set_date(values, TEMPLATE_INVOICE_DATE, order->account->opened_on);
    template_set_date(values, TEMPLATE_LETTER_DATE, order->today);
    template_set_number(values, TEMPLATE_DAYS_PAST_DUE, order->today.days - order->account->due_on.days);
    template_set_date(values, TEMPLATE_VALIDATION_END_DATE, validation_end(order));
    if (order->dispute && writing->template)
        fill_dispute(writing, order->dispute);
    if (order->debit && writing->template)
        fill_debit(writing, order->debit);
}

/* The letterhead, and the addressee. */
static void fill_frame(struct writing *writing, struct letter *letter)
{
    const struct agency_profile *profile = writing->order->profile;
    size_t n = 0;
    letter->paper = profile->paper;
    letter->sender_name = profile->name;
    for (unsigned i = 0; i < profile->n_address; i++)
        letter->sender_lines[n++] = profile->address[i];
    letter->sender_lines[n++] = keep(writing, g_strdup_printf("%s, %s", profile->phone, profile->hours));
    if (profile->email)
        letter->sender_lines[n++] = profile->email;
    if (profile->website)
        letter->sender_lines[n++] = profile->website;
    memcpy(letter->addressee, writing->addressee, sizeof(letter->addressee));
    GString *line = g_string_new(profile->name);
    for (unsigned i = 0; i < profile->n_address; i++)
        g_string_append_printf(line, " · %s", profile->address[i]);
    letter->return_line = keep(writing, g_string_free(line, FALSE));
    letter->date = writing->order->today;
}

/* Words to blocks: a blank line parts paragraphs, "- " begins a point. */
static GArray *blocks_of(struct writing *writing, const char *subject, const char *body)
{
    GArray *blocks = g_array_new(FALSE, TRUE, sizeof(struct letter_block));
    char **paragraphs = g_strsplit(body, "\n\n", -1);
    if (subject && subject[0]) {
        const struct letter_block heading = {.kind = LETTER_HEADING, .text = subject};
        g_array_append_val(blocks, heading);
    }
    for (size_t i = 0; paragraphs[i]; i++) {
        char *text = g_strstrip(paragraphs[i]);
        const bool is_point = g_str_has_prefix(text, "- ");
        const struct letter_block block = {.kind = is_point ? LETTER_BULLET : LETTER_PARAGRAPH,
                                           .text = keep(writing, g_strdup(is_point ? text + 2 : text))};
        if (text[0] != '\0')
            g_array_append_val(blocks, block);
    }
    g_strfreev(paragraphs);
    return blocks;
}

static enum status write_letter(struct writing *writing, const struct template *template, const char *subject,
                                const char *body, struct letter_document *ret_pdf, struct error *err)
{
    struct letter letter = {.language = template->language, .title = template->title};
    const struct template_value day = {.is_set = true, .date = writing->order->today};
    char date[TEMPLATE_FORMATTED_SIZE];
    fill_frame(writing, &letter);
    letter.info[0] = writing->values.of[TEMPLATE_AGENCY_REFERENCE].text;
    enum status st = template_format(template->locale, TEMPLATE_DATE, &day, date, err);
    if (st != STATUS_OK)
        return st;
    letter.info[1] = date;
    GArray *blocks = blocks_of(writing, subject, body);
    letter.blocks = (const struct letter_block *)(const void *)blocks->data;
    letter.n_blocks = blocks->len;
    st = letter_render(&letter, ret_pdf, err);
    g_array_free(blocks, TRUE);
    return st;
}

static void copy_lines(const char *to[static LETTER_LINES_MAX], char *const *from, unsigned n)
{
    for (unsigned i = 0; i < n && i < LETTER_LINES_MAX; i++)
        to[i] = from[i];
}

/* The date of opening is the itemization date; what has come since is the ledger's: README.md, "The itemization". In
 * the agency's language, whatever the debtor's is: a translation alone is no notice (12 CFR 1006.34(e)(1)). */
static enum status write_notice(struct writing *writing, struct letter_document *ret_pdf, struct error *err)
{
    const struct composition_order *order = writing->order;
    const struct account_description *account = order->account;
    const struct money placed = money_of(writing, account->placed_minor);
    const struct money interest = money_of(writing, account->interest_minor);
    const struct money charged = money_of(writing, account->charged_minor);
    const struct money paid = money_of(writing, account->paid_minor);
    const struct money credited = money_of(writing, account->credited_minor);
    const struct money now = money_of(writing, account->balance_minor);
    struct letter frame = {0};
    if (!writing->address)
        return error_set(err, STATUS_INVALID_ARGUMENT, "consumer_mail_address: is missing");
    fill_frame(writing, &frame);
    struct validation_notice notice = {
        .paper = frame.paper,
        .wording = notice_wording(order->profile->language),
        .is_consumer_financial_product = order->profile->consumer_financial_product,
        .is_electronic = order->channel != DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER,
        .sent = order->today,
        .assumption_days = order->profile->assumption_days,
        .collector_name = order->profile->name,
        .collector_return_line = frame.return_line,
        .consumer_name = account->debtor_name,
        .reference = writing->values.of[TEMPLATE_AGENCY_REFERENCE].text,
        .creditor_on_itemization_date = account->client,
        .current_creditor = account->client,
        .account_number = account->client_reference,
        .basis = order->profile->itemization,
        .itemization_date = account->opened_on,
        .amount_on_itemization_date = &placed,
        .interest = &interest,
        .fees = &charged,
        .payments = &paid,
        .credits = &credited,
        .current_amount = &now,
    };
    memcpy(notice.collector_lines, frame.sender_lines, sizeof(notice.collector_lines));
    memcpy(notice.consumer_mail_address, &writing->addressee[1],
           sizeof(notice.consumer_mail_address) - sizeof(notice.consumer_mail_address[0]));
    copy_lines(notice.collector_dispute_mail_address, order->profile->dispute_address,
               order->profile->n_dispute_address);
    copy_lines(notice.response_mail_address, order->profile->dispute_address, order->profile->n_dispute_address);
    return validation_notice_render(&notice, ret_pdf, err);
}

static bool is_notice(const struct composition_order *order)
{
    return order->purpose == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE &&
           order->channel != DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
}

/* It confirms the opt-out and says nothing else: 12 CFR 1006.14(h)(2)(i), 47 CFR 64.1200(a)(12). */
static enum status check_confirmation(const struct template *template, struct error *err)
{
    const template_field_set allowed =
        TEMPLATE_FIELD_BIT(TEMPLATE_AGENCY_NAME) | TEMPLATE_FIELD_BIT(TEMPLATE_AGENCY_PHONE);
    if ((template->used & ~allowed) == 0)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT,
                     "template '%s' (%s): what confirms an opt-out has no fields but {{agency_name}} and "
                     "{{agency_phone}} (12 CFR 1006.14(h)(2)(i))",
                     template->name, template->language);
}

enum status composition_check_confirmation(const struct template_set *templates, const char *name, struct error *err)
{
    const struct template *any = templates_find(templates, name, NULL);
    enum status st = STATUS_OK;
    if (!any)
        return error_set(err, STATUS_NOT_FOUND, "no template '%s'", name);
    if ((any->channels & TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_TEXT)) == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "template '%s' may not be sent by text", name);
    for (size_t i = 0; i < templates->n && st == STATUS_OK; i++)
        if (strcmp(templates->all[i].name, name) == 0)
            st = check_confirmation(&templates->all[i], err);
    return st;
}

/* 15 USC 1692g(b): collection has ceased, and what answers the debtor is none; nor is what a law has him told. */
static enum status check_notice_letter(const struct template *template, struct error *err)
{
    static const enum template_field ASKING[] = {TEMPLATE_PAYMENT_LINK, TEMPLATE_PAY_BY_DATE,
                                                 TEMPLATE_SETTLEMENT_AMOUNT};
    if ((template->channels & TEMPLATE_CHANNEL_BIT(SOP_CHANNEL_LETTER)) == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "template '%s' may not be sent by letter", template->name);
    for (size_t i = 0; i < ARRAY_SIZE(ASKING); i++)
        if ((template->used & TEMPLATE_FIELD_BIT(ASKING[i])) != 0)
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "template '%s' (%s): {{%s}} asks for payment, which an answer to a dispute may not, nor "
                             "the notice of a debit",
                             template->name, template->language, template_field_row(ASKING[i])->name);
    return STATUS_OK;
}

static enum status check_debit_letter(const struct template *template, struct error *err)
{
    static const enum template_field SAID[] = {TEMPLATE_DEBIT_AMOUNT, TEMPLATE_DEBIT_DATE};
    for (size_t i = 0; i < ARRAY_SIZE(SAID); i++)
        if ((template->used & TEMPLATE_FIELD_BIT(SAID[i])) == 0)
            return error_set(err, STATUS_INVALID_ARGUMENT,
                             "template '%s' (%s): the notice of a debit says its {{%s}} (12 CFR 1005.10(d)(1))",
                             template->name, template->language, template_field_row(SAID[i])->name);
    return check_notice_letter(template, err);
}

/* Of every language. */
static enum status check_letters(const struct template_set *templates, const char *name,
                                 enum status (*check)(const struct template *template, struct error *err),
                                 struct error *err)
{
    enum status st = STATUS_OK;
    if (!templates_find(templates, name, NULL))
        return error_set(err, STATUS_NOT_FOUND, "no template '%s'", name);
    for (size_t i = 0; i < templates->n && st == STATUS_OK; i++)
        if (strcmp(templates->all[i].name, name) == 0)
            st = check(&templates->all[i], err);
    return st;
}

enum status composition_check_dispute_letter(const struct template_set *templates, const char *name, struct error *err)
{
    return check_letters(templates, name, check_notice_letter, err);
}

enum status composition_check_debit_letter(const struct template_set *templates, const char *name, struct error *err)
{
    return check_letters(templates, name, check_debit_letter, err);
}

static enum status find_template(const struct composition_order *order, const struct template **ret_template,
                                 struct error *err)
{
    const char *wanted = order->account->language; /* empty: he has asked for none */
    const struct template *template = templates_find(order->templates, order->template_name, wanted);
    if (!template || !is_of_language(wanted, template->language))
        template = templates_find(order->templates, order->template_name, order->profile->language);
    if (!template)
        return error_set(err, STATUS_NOT_FOUND, "no template '%s'", order->template_name);
    if ((template->channels & TEMPLATE_CHANNEL_BIT((unsigned)order->channel)) == 0)
        return error_set(err, STATUS_INVALID_ARGUMENT, "template '%s' may not be sent by %s", template->name,
                         sop_channel_name((enum sop_channel)order->channel));
    if (order->purpose == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_OPT_OUT_CONFIRMATION) {
        const enum status st = check_confirmation(template, err);
        if (st != STATUS_OK)
            return st;
    } else if (order->channel != DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER && !template->has_opt_out_notice) {
        return error_set(err, STATUS_INVALID_ARGUMENT,
                         "template '%s' does not say how to stop such messages (12 CFR 1006.6(e))", template->name);
    }
    *ret_template = template;
    return STATUS_OK;
}

/* A message without amounts asks for none, and others may see it (a text on a telephone): it stays as it is. */
static bool names_amount(const struct template *template)
{
    const template_field_set asked = TEMPLATE_FIELD_BIT(TEMPLATE_BALANCE) | TEMPLATE_FIELD_BIT(TEMPLATE_TOTAL_AMOUNT) |
                                     TEMPLATE_FIELD_BIT(TEMPLATE_SETTLEMENT_AMOUNT);
    return (template->used & asked) != 0;
}

/* The words of the template, and where they leave a part out, that it is disputed. */
static enum status take_body(struct writing *writing, const char *body, struct composition *to, struct error *err)
{
    const int64_t minor = names_amount(writing->template) ? held_minor(writing->order) : 0;
    const bool is_text = writing->order->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT;
    g_autofree char *text = g_strdup(body);
    if (is_text || minor != 0)
        g_strchomp(text); /* a file's last line end is a character of the text */
    if (minor == 0) {
        to->body = TAKE(text);
        return STATUS_OK;
    }
    const char *dispute = with_amount(writing, letter_wording(writing->language)->held_part, minor, err);
    if (!dispute)
        return err->code;
    to->body = g_strjoin(is_text ? " " : "\n\n", text, dispute, NULL);
    return STATUS_OK;
}

/* An itemization whose parts are not the whole says nothing: README.md, "The itemization". */
static enum status check_itemization(const struct writing *writing, struct error *err)
{
    const template_field_set parts =
        TEMPLATE_FIELD_BIT(TEMPLATE_INTEREST_ADDED) | TEMPLATE_FIELD_BIT(TEMPLATE_FEES_ADDED) |
        TEMPLATE_FIELD_BIT(TEMPLATE_PAYMENTS_MADE) | TEMPLATE_FIELD_BIT(TEMPLATE_CREDITS_GIVEN);
    const struct account_description *account = writing->order->account;
    if ((writing->template->used & parts) == 0 || account->placed_minor + account->interest_minor +
                                                          account->charged_minor - account->paid_minor -
                                                          account->credited_minor ==
                                                      account->balance_minor)
        return STATUS_OK;
    return error_set(err, STATUS_INVALID_ARGUMENT, "template '%s': the parts of what is owed do not add up to %s",
                     writing->template->name, template_field_row(TEMPLATE_BALANCE)->name);
}

static enum status write_from_template(struct writing *writing, struct composition *to, struct error *err)
{
    const struct composition_order *order = writing->order;
    const struct template *template = writing->template;
    struct template_text text = {0};
    enum status st = check_itemization(writing, err);
    if (st == STATUS_OK)
        st = template_render(template, &writing->values, &text, err);
    if (st != STATUS_OK)
        return st;
    g_strlcpy(to->template_version, template->version, sizeof(to->template_version));
    to->subject = g_strdup(text.subject);
    st = take_body(writing, text.body, to, err);
    const bool has_pdf = order->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER ||
                         (order->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_EMAIL && template->attaches_pdf);
    if (st == STATUS_OK && has_pdf && !is_notice(order) && writing->addressee[0] == NULL)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "debtor_address: no postal address is known");
    else if (st == STATUS_OK && has_pdf && !is_notice(order))
        st = write_letter(writing, template, text.subject, to->body, &to->pdf, err);
    if (st == STATUS_OK && order->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT &&
        g_utf8_strlen(to->body, -1) > SMS_MAX_CHARACTERS)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "template '%s': the text has more than %d characters",
                       template->name, SMS_MAX_CHARACTERS);
    template_text_fini(&text);
    return st;
}

static enum status write_all(struct writing *writing, struct composition *to, struct error *err)
{
    const struct composition_order *order = writing->order;
    /* A notice by letter is a form of its own; whatever words a template of that name has are for e-mails. */
    const bool is_form = is_notice(order) && order->channel == DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_LETTER;
    enum status st = read_address(writing, err);
    if (st == STATUS_OK && !is_form)
        st = find_template(order, &writing->template, err);
    if (st != STATUS_OK)
        return st;
    writing->language = writing->template ? writing->template->language : order->profile->language;
    fill_values(writing);
    if (is_form) {
        to->subject = g_strdup("");
        to->body = g_strdup("");
        g_strlcpy(to->template_version, "12 CFR 1006.34, B-1", sizeof(to->template_version));
    } else {
        st = write_from_template(writing, to, err);
    }
    if (st == STATUS_OK && order->purpose == DUNLIN__CONTACT__V1__PURPOSE__PURPOSE_VALIDATION_NOTICE)
        to->notice_ends_on = validation_end(order);
    if (st == STATUS_OK && is_notice(order))
        st = write_notice(writing, &to->pdf, err);
    to->postcode = g_strdup(writing->address ? writing->address[PART_POSTCODE] : "");
    to->country = g_strdup(writing->address ? writing->address[PART_COUNTRY] : "");
    return st;
}

enum status composition_write(const struct composition_order *order, struct composition *ret_composition,
                              struct error *err)
{
    struct writing writing = {.order = order, .texts = g_ptr_array_new_with_free_func(g_free)};
    struct composition composition = {0};
    const enum status st = write_all(&writing, &composition, err);
    g_strfreev(writing.address);
    g_ptr_array_free(writing.texts, TRUE);
    if (st != STATUS_OK)
        composition_fini(&composition);
    else
        *ret_composition = composition;
    return st;
}

void composition_fini(struct composition *composition)
{
    g_free(composition->subject);
    g_free(composition->body);
    g_free(composition->postcode);
    g_free(composition->country);
    letter_document_fini(&composition->pdf);
    *composition = (struct composition){0};
}

void composition_hash(const void *bytes, size_t len, uint8_t hash[static COMPOSITION_HASH_BYTES])
{
    (void)crypto_generichash(hash, COMPOSITION_HASH_BYTES, bytes, len, NULL, 0);
}
