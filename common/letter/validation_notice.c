#include "letter/validation_notice.h"

#include <string.h>

#include <glib.h>

#include "rules/rules.h"

#define BLOCKS_MAX 16

/* The words around what the law lists. */
struct fixed_words {
    const char *title, *shows, *account, *creditor_then, *creditor_now, *as_of, *between, *interest, *fees, *payments,
        *credits, *now, *where_to, *how_dispute, *what_else, *how_respond, *check_all, *enclosed, *payable, *mail_to,
        *from, *reference, *basis[NOTICE_BASIS_JUDGMENT + 1];
};
static const struct fixed_words ENGLISH = {
    .title = "Validation notice",
    .shows = "Our information shows:",
    .account = "Account number: ",
    .creditor_then = "You had an account with {creditor_then}.",
    .creditor_now = "The debt is now owed to {creditor}.",
    .as_of = "As of {itemization_date} ({basis}), you owed:",
    .between = "Between {itemization_date} and today:",
    .interest = "+  You were charged this amount in interest:",
    .fees = "+  You were charged this amount in fees:",
    .payments = "–  You paid this amount toward the debt:",
    .credits = "–  You were credited this amount toward the debt:",
    .now = "Total amount of the debt now:",
    .where_to = "Where to write to us:",
    .how_dispute = "How can you dispute the debt?",
    .what_else = "What else can you do?",
    .how_respond = "How do you want to respond?",
    .check_all = "Check all that apply:",
    .enclosed = "I enclosed this amount:  $ ____________________",
    .payable = "Make your check payable to {collector}. Include the reference number.",
    .mail_to = "Mail this form to:",
    .from = "From:",
    .reference = "Reference: ",
    .basis = {[NOTICE_BASIS_LAST_STATEMENT] = "the date of the last statement or invoice",
              [NOTICE_BASIS_CHARGE_OFF] = "the date of charge-off",
              [NOTICE_BASIS_LAST_PAYMENT] = "the date of the last payment",
              [NOTICE_BASIS_TRANSACTION] = "the date of the transaction",
              [NOTICE_BASIS_JUDGMENT] = "the date of the judgment"},
};
static const struct fixed_words SPANISH = {
    .title = "Aviso de validación",
    .shows = "Nuestra información muestra:",
    .account = "Número de cuenta: ",
    .creditor_then = "Usted tenía una cuenta con {creditor_then}.",
    .creditor_now = "La deuda se debe ahora a {creditor}.",
    .as_of = "Al {itemization_date} ({basis}), usted debía:",
    .between = "Entre el {itemization_date} y hoy:",
    .interest = "+  Se le cobró esta cantidad en intereses:",
    .fees = "+  Se le cobró esta cantidad en cargos:",
    .payments = "–  Usted pagó esta cantidad de la deuda:",
    .credits = "–  Se le acreditó esta cantidad de la deuda:",
    .now = "Cantidad total de la deuda ahora:",
    .where_to = "Adónde escribirnos:",
    .how_dispute = "¿Cómo puede disputar la deuda?",
    .what_else = "¿Qué más puede hacer?",
    .how_respond = "¿Cómo quiere responder?",
    .check_all = "Marque todo lo que corresponda:",
    .enclosed = "Adjunto esta cantidad:  $ ____________________",
    .payable = "Haga su cheque a nombre de {collector}. Incluya el número de referencia.",
    .mail_to = "Envíe este formulario por correo a:",
    .from = "De:",
    .reference = "Referencia: ",
    .basis = {[NOTICE_BASIS_LAST_STATEMENT] = "fecha del último estado de cuenta o factura",
              [NOTICE_BASIS_CHARGE_OFF] = "fecha de cancelación contable",
              [NOTICE_BASIS_LAST_PAYMENT] = "fecha del último pago",
              [NOTICE_BASIS_TRANSACTION] = "fecha de la transacción",
              [NOTICE_BASIS_JUDGMENT] = "fecha de la sentencia"},
};

static bool is_spanish(const char *language)
{
    return language && g_ascii_strncasecmp(language, "es", 2) == 0;
}

/* Money and dates. */

char *notice_money(struct money amount)
{
    g_autofree char *text = letter_amount(amount);
    const bool is_negative = amount.minor < 0;
    const char *digits = text + (is_negative ? strlen(LETTER_MINUS) : 0);
    const bool is_dollar = strcmp(amount.currency, "USD") == 0;
    return g_strconcat(is_negative ? LETTER_MINUS : "", is_dollar ? "$" : amount.currency, is_dollar ? "" : " ", digits,
                       NULL);
}

char *notice_date(struct date date, const char *language)
{
    static const char *const MONTHS[2][12] = {{"January", "February", "March", "April", "May", "June", "July", "August",
                                               "September", "October", "November", "December"},
                                              {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
                                               "septiembre", "octubre", "noviembre", "diciembre"}};
    int year, month, day;
    date_to_ymd(date, &year, &month, &day);
    if (is_spanish(language))
        return g_strdup_printf("%d de %s de %d", day, MONTHS[1][month - 1], year);
    return g_strdup_printf("%s %d, %d", MONTHS[0][month - 1], day, year);
}

struct date validation_notice_end(const struct validation_notice *notice)
{
    return law_validation_period_end(notice->sent, notice->assumption_days, LAW_HOLIDAYS_OBSERVED);
}

/* What is missing. */

static bool is_blank(const char *text)
{
    if (!text)
        return true;
    for (; *text; text = g_utf8_next_char(text))
        if (!g_unichar_isspace(g_utf8_get_char(text)))
            return false;
    return true;
}

static bool has_lines(const char *const lines[static LETTER_LINES_MAX])
{
    for (size_t i = 0; i < LETTER_LINES_MAX && lines[i]; i++)
        if (!is_blank(lines[i]))
            return true;
    return false;
}

static bool names(const char *text, const char *value)
{
    return !is_blank(text) && strstr(text, value) != NULL;
}

static bool has_prompts(const struct notice_wording *wording)
{
    for (size_t i = 0; i < NOTICE_PROMPTS; i++)
        if (is_blank(wording->dispute_prompts[i]))
            return false;
    return true;
}

static bool is_there(const struct validation_notice *notice, enum notice_field field)
{
    const struct notice_wording *wording = notice->wording;
    switch (field) {
    case NOTICE_MINI_MIRANDA:
        return !is_blank(wording->mini_miranda);
    case NOTICE_COLLECTOR_NAME:
        return !is_blank(notice->collector_name);
    case NOTICE_COLLECTOR_DISPUTE_MAIL_ADDRESS:
        return has_lines(notice->collector_dispute_mail_address);
    case NOTICE_CONSUMER_NAME:
        return !is_blank(notice->consumer_name);
    case NOTICE_CONSUMER_MAIL_ADDRESS:
        return has_lines(notice->consumer_mail_address);
    case NOTICE_CREDITOR_ON_ITEMIZATION_DATE:
        return !is_blank(notice->creditor_on_itemization_date);
    case NOTICE_ACCOUNT_NUMBER:
        return !is_blank(notice->account_number);
    case NOTICE_CURRENT_CREDITOR:
        return !is_blank(notice->current_creditor);
    case NOTICE_ITEMIZATION_DATE:
        return notice->basis != NOTICE_BASIS_UNSPECIFIED && notice->itemization_date.days != 0;
    case NOTICE_AMOUNT_ON_ITEMIZATION_DATE:
        return notice->amount_on_itemization_date != NULL;
    case NOTICE_ITEMIZATION_INTEREST:
        return notice->interest != NULL;
    case NOTICE_ITEMIZATION_FEES:
        return notice->fees != NULL;
    case NOTICE_ITEMIZATION_PAYMENTS:
        return notice->payments != NULL;
    case NOTICE_ITEMIZATION_CREDITS:
        return notice->credits != NULL;
    case NOTICE_CURRENT_AMOUNT:
        return notice->current_amount != NULL;
    case NOTICE_END_DATE_DISPUTE:
        return names(wording->dispute_statement, "{end_date}");
    case NOTICE_END_DATE_ORIGINAL_CREDITOR:
        return names(wording->original_creditor_statement, "{end_date}");
    case NOTICE_ASSUMED_VALID:
        return names(wording->assumed_valid, "{end_date}");
    case NOTICE_CFPB_WEBSITE:
        return names(wording->cfpb_website, "www.cfpb.gov/debt-collection");
    case NOTICE_ELECTRONIC_DISPUTE:
        return !is_blank(wording->electronic_dispute);
    case NOTICE_DISPUTE_PROMPTS:
        return has_prompts(wording);
    case NOTICE_ORIGINAL_CREDITOR_PROMPT:
        return !is_blank(wording->original_creditor_prompt);
    case NOTICE_RESPONSE_MAIL_ADDRESSES:
        return has_lines(notice->response_mail_address);
    case NOTICE_FIELD_COUNT:
        break;
    }
    return false;
}

static bool is_required(const struct validation_notice *notice, enum notice_field field)
{
    if (field == NOTICE_CREDITOR_ON_ITEMIZATION_DATE || field == NOTICE_CFPB_WEBSITE)
        return notice->is_consumer_financial_product;
    return field != NOTICE_ELECTRONIC_DISPUTE || notice->is_electronic;
}

/* 1006.34(c)(2)(viii): what was added and taken off explains the whole difference. */
static enum status check_sum(const struct validation_notice *notice, struct error *err)
{
    const struct {
        enum notice_field field;
        const struct money *amount;
        int sign;
    } rows[] = {{NOTICE_ITEMIZATION_INTEREST, notice->interest, 1},
                {NOTICE_ITEMIZATION_FEES, notice->fees, 1},
                {NOTICE_ITEMIZATION_PAYMENTS, notice->payments, -1},
                {NOTICE_ITEMIZATION_CREDITS, notice->credits, -1}};
    struct money sum = *notice->amount_on_itemization_date;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct money change = *rows[i].amount;
        if (change.minor < 0)
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is negative", notice_field_name(rows[i].field));
        change.minor *= rows[i].sign;
        const enum status st = money_add(sum, change, &sum, err);
        if (st != STATUS_OK)
            return error_wrap(err, STATUS_INVALID_ARGUMENT, "%s", notice_field_name(rows[i].field));
    }
    if (sum.minor == notice->current_amount->minor && strcmp(sum.currency, notice->current_amount->currency) == 0)
        return STATUS_OK;
    g_autofree char *adds_up = notice_money(sum);
    g_autofree char *current = notice_money(*notice->current_amount);
    return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is %s, but the itemization adds up to %s",
                     notice_field_name(NOTICE_CURRENT_AMOUNT), current, adds_up);
}

enum status validation_notice_check(const struct validation_notice *notice, struct error *err)
{
    for (int field = 0; field < NOTICE_FIELD_COUNT; field++)
        if (is_required(notice, (enum notice_field)field) && !is_there(notice, (enum notice_field)field))
            return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is missing",
                             notice_field_name((enum notice_field)field));
    if (notice->assumption_days < LAW_RECEIPT_ASSUMPTION_DAYS)
        return error_set(err, STATUS_INVALID_ARGUMENT, "assumption_days: %d; the law wants at least %d",
                         notice->assumption_days, LAW_RECEIPT_ASSUMPTION_DAYS);
    if (notice->itemization_date.days > notice->sent.days)
        return error_set(err, STATUS_INVALID_ARGUMENT, "%s: is after the notice",
                         notice_field_name(NOTICE_ITEMIZATION_DATE));
    return check_sum(notice, err);
}

/* The letter. */

struct draft {
    const struct validation_notice *notice;
    const struct fixed_words *words;
    GPtrArray *texts; /* g_free: whatever was made for the blocks */
    struct letter_block head[BLOCKS_MAX], left[BLOCKS_MAX], right[BLOCKS_MAX], reply[BLOCKS_MAX], mail[BLOCKS_MAX];
    size_t n_head, n_left, n_right, n_reply, n_mail;
};

static const char *keep(struct draft *draft, char *text)
{
    g_ptr_array_add(draft->texts, text);
    return text;
}

static const char *money_text(struct draft *draft, const struct money *amount)
{
    return keep(draft, notice_money(*amount));
}

/* In one pass: what a value brings is not looked at again. */
static const char *fill(struct draft *draft, const char *text)
{
    const struct validation_notice *notice = draft->notice;
    const char *language = notice->wording->language;
    g_autofree char *end = notice_date(validation_notice_end(notice), language);
    g_autofree char *from = notice_date(notice->itemization_date, language);
    const struct {
        const char *name, *value;
    } values[] = {{"{collector}", notice->collector_name},
                  {"{creditor}", notice->current_creditor},
                  {"{creditor_then}", notice->creditor_on_itemization_date},
                  {"{end_date}", end},
                  {"{itemization_date}", from},
                  {"{basis}", draft->words->basis[notice->basis]}};
    GString *out = g_string_new(NULL);
    while (*text) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(values) && !g_str_has_prefix(text, values[i].name))
            i++;
        if (i < G_N_ELEMENTS(values)) {
            g_string_append(out, values[i].value ? values[i].value : "");
            text += strlen(values[i].name);
        } else {
            g_string_append_c(out, *text++);
        }
    }
    return keep(draft, g_string_free(out, FALSE));
}

static const char *lines(struct draft *draft, const char *first, const char *const rest[static LETTER_LINES_MAX])
{
    GString *out = g_string_new(first);
    for (size_t i = 0; i < LETTER_LINES_MAX && rest[i]; i++)
        g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "", rest[i]);
    return keep(draft, g_string_free(out, FALSE));
}

static void push(struct letter_block *blocks, size_t *n, enum letter_block_kind kind, unsigned indent, const char *text)
{
    g_assert(*n < BLOCKS_MAX);
    blocks[(*n)++] = (struct letter_block){.kind = kind, .indent = indent, .text = text};
}

static void push_table(struct letter_block *blocks, size_t *n, const struct letter_row *rows, size_t n_rows)
{
    push(blocks, n, LETTER_TABLE, 0, NULL);
    blocks[*n - 1].rows = rows;
    blocks[*n - 1].n_rows = n_rows;
}

static void write_itemization(struct draft *draft)
{
    const struct validation_notice *notice = draft->notice;
    const struct fixed_words *words = draft->words;
    const size_t n = notice->n_more_rows + 6;
    struct letter_row *rows = g_new0(struct letter_row, n);
    size_t at = 0;
    (void)keep(draft, (char *)(void *)rows);
    rows[at++] = (struct letter_row){.words = fill(draft, words->as_of),
                                     .amount = money_text(draft, notice->amount_on_itemization_date)};
    for (size_t i = 0; i < notice->n_more_rows; i++)
        rows[at++] = notice->more_rows[i];
    rows[at++] = (struct letter_row){.words = words->interest, .amount = money_text(draft, notice->interest)};
    rows[at++] = (struct letter_row){.words = words->fees, .amount = money_text(draft, notice->fees)};
    rows[at++] = (struct letter_row){.words = words->payments, .amount = money_text(draft, notice->payments)};
    rows[at++] = (struct letter_row){.words = words->credits, .amount = money_text(draft, notice->credits)};
    rows[at++] =
        (struct letter_row){.words = words->now, .amount = money_text(draft, notice->current_amount), .is_total = true};
    /* The sum's date and what was owed on it, then what has changed since. */
    const size_t before = 1 + notice->n_more_rows;
    push_table(draft->left, &draft->n_left, rows, before);
    push(draft->left, &draft->n_left, LETTER_PARAGRAPH, 0, fill(draft, words->between));
    push_table(draft->left, &draft->n_left, rows + before, n - before);
}

static void write_information(struct draft *draft)
{
    const struct validation_notice *notice = draft->notice;
    push(draft->left, &draft->n_left, LETTER_HEADING, 0, draft->words->shows);
    if (notice->creditor_on_itemization_date)
        push(draft->left, &draft->n_left, LETTER_PARAGRAPH, 0, fill(draft, draft->words->creditor_then));
    push(draft->left, &draft->n_left, LETTER_PARAGRAPH, 0, fill(draft, draft->words->creditor_now));
    push(draft->left, &draft->n_left, LETTER_PARAGRAPH, 0,
         keep(draft, g_strconcat(draft->words->account, notice->account_number, NULL)));
    write_itemization(draft);
    push(draft->left, &draft->n_left, LETTER_HEADING, 0, draft->words->where_to);
    push(draft->left, &draft->n_left, LETTER_LINES, 0,
         lines(draft, notice->collector_name, notice->collector_dispute_mail_address));
}

static void write_rights(struct draft *draft)
{
    const struct validation_notice *notice = draft->notice;
    const struct notice_wording *wording = notice->wording;
    push(draft->right, &draft->n_right, LETTER_HEADING, 0, draft->words->how_dispute);
    push(draft->right, &draft->n_right, LETTER_BULLET, 0, fill(draft, wording->dispute_statement));
    push(draft->right, &draft->n_right, LETTER_BULLET, 0, fill(draft, wording->assumed_valid));
    if (notice->is_electronic)
        push(draft->right, &draft->n_right, LETTER_BULLET, 0, fill(draft, wording->electronic_dispute));
    push(draft->right, &draft->n_right, LETTER_HEADING, 0, draft->words->what_else);
    push(draft->right, &draft->n_right, LETTER_BULLET, 0, fill(draft, wording->original_creditor_statement));
    if (notice->is_consumer_financial_product)
        push(draft->right, &draft->n_right, LETTER_BULLET, 0, fill(draft, wording->cfpb_website));
}

static void write_reply(struct draft *draft)
{
    const struct validation_notice *notice = draft->notice;
    const struct notice_wording *wording = notice->wording;
    push(draft->reply, &draft->n_reply, LETTER_HEADING, 0, draft->words->how_respond);
    push(draft->reply, &draft->n_reply, LETTER_PARAGRAPH, 0, draft->words->check_all);
    for (unsigned i = 0; i < NOTICE_PROMPTS; i++)
        push(draft->reply, &draft->n_reply, LETTER_CHECKBOX, i > 0, fill(draft, wording->dispute_prompts[i]));
    push(draft->reply, &draft->n_reply, LETTER_CHECKBOX, 0, fill(draft, wording->original_creditor_prompt));
    push(draft->reply, &draft->n_reply, LETTER_CHECKBOX, 0, draft->words->enclosed);
    push(draft->reply, &draft->n_reply, LETTER_PARAGRAPH, 1, fill(draft, draft->words->payable));

    push(draft->mail, &draft->n_mail, LETTER_HEADING, 0, draft->words->mail_to);
    push(draft->mail, &draft->n_mail, LETTER_LINES, 0,
         lines(draft, notice->collector_name, notice->response_mail_address));
    push(draft->mail, &draft->n_mail, LETTER_HEADING, 0, draft->words->from);
    push(draft->mail, &draft->n_mail, LETTER_LINES, 0,
         lines(draft, notice->consumer_name, notice->consumer_mail_address));
    if (notice->reference)
        push(draft->mail, &draft->n_mail, LETTER_STRONG, 0,
             keep(draft, g_strconcat(draft->words->reference, notice->reference, NULL)));
}

static void write_all(struct draft *draft)
{
    push(draft->head, &draft->n_head, LETTER_STRONG, 0, fill(draft, draft->notice->wording->mini_miranda));
    write_information(draft);
    write_rights(draft);
    push(draft->head, &draft->n_head, LETTER_COLUMNS, 0, NULL);
    draft->head[draft->n_head - 1].left = draft->left;
    draft->head[draft->n_head - 1].n_left = draft->n_left;
    draft->head[draft->n_head - 1].right = draft->right;
    draft->head[draft->n_head - 1].n_right = draft->n_right;
    write_reply(draft);
    push(draft->head, &draft->n_head, LETTER_TEAR_OFF, 0, NULL);
    push(draft->head, &draft->n_head, LETTER_COLUMNS, 0, NULL);
    draft->head[draft->n_head - 1].left = draft->reply;
    draft->head[draft->n_head - 1].n_left = draft->n_reply;
    draft->head[draft->n_head - 1].right = draft->mail;
    draft->head[draft->n_head - 1].n_right = draft->n_mail;
}

static void address(const struct validation_notice *notice, struct letter *letter)
{
    letter->addressee[0] = notice->consumer_name;
    for (size_t i = 0; i + 1 < LETTER_LINES_MAX && notice->consumer_mail_address[i]; i++)
        letter->addressee[i + 1] = notice->consumer_mail_address[i];
    memcpy(letter->sender_lines, notice->collector_lines, sizeof(letter->sender_lines));
}

enum status validation_notice_render(const struct validation_notice *notice, struct letter_document *ret_document,
                                     struct error *err)
{
    enum status st = validation_notice_check(notice, err);
    if (st != STATUS_OK)
        return st;
    struct draft draft = {.notice = notice, .words = is_spanish(notice->wording->language) ? &SPANISH : &ENGLISH};
    draft.texts = g_ptr_array_new_with_free_func(g_free);
    write_all(&draft);
    struct letter letter = {.paper = notice->paper,
                            .language = notice->wording->language,
                            .title = draft.words->title,
                            .sender_name = notice->collector_name,
                            .return_line = notice->collector_return_line,
                            .date = notice->sent,
                            .blocks = draft.head,
                            .n_blocks = draft.n_head};
    size_t n_info = 0;
    if (notice->reference)
        letter.info[n_info++] = keep(&draft, g_strconcat(draft.words->reference, notice->reference, NULL));
    letter.info[n_info] = keep(&draft, notice_date(notice->sent, notice->wording->language));
    address(notice, &letter);
    st = letter_render(&letter, ret_document, err);
    g_ptr_array_free(draft.texts, TRUE);
    return st;
}
