#include "email_message.h"

#include <glib.h>
#include <string.h>

#include "clock/clock.h"

#define LINE_CHARACTERS 76
#define WORD_BYTES      42 /* of UTF-8 in one encoded word of at most 75 characters (RFC 2047) */

static bool is_header_text(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F)
            return false;
    return true;
}

enum status email_address_check(const char *address, const char *what, struct error *err)
{
    const char *at = strrchr(address, '@');
    bool is_fine = at && at != address && at[1] != '\0' && strlen(address) <= 320;
    for (const char *c = address; *c && is_fine; c++)
        is_fine = (unsigned char)*c > 0x20 && (unsigned char)*c < 0x7F && !strchr("<>()[]\\,;:\"", *c);
    return is_fine ? STATUS_OK : error_set(err, STATUS_INVALID_ARGUMENT, "%s: is no e-mail address", what);
}

enum status email_address_split(const char *text, char **ret_name, char **ret_address, struct error *err)
{
    const char *open = strrchr(text, '<');
    g_autofree char *name = g_strstrip(open ? g_strndup(text, (gsize)(open - text)) : g_strdup(""));
    g_autofree char *address = g_strstrip(g_strdup(open ? open + 1 : text));
    const size_t len = strlen(address);
    if (open && len > 0 && address[len - 1] == '>')
        address[len - 1] = '\0';
    const enum status st = email_address_check(address, "address", err);
    if (st != STATUS_OK)
        return st;
    *ret_name = g_steal_pointer(&name);
    *ret_address = g_steal_pointer(&address);
    return STATUS_OK;
}

/* Words of the text in base64, each within its line. */
static void append_words(GString *out, const char *text)
{
    for (bool is_first = true; *text; is_first = false) {
        const char *end = text;
        while (*end && (size_t)(g_utf8_next_char(end) - text) <= WORD_BYTES)
            end = g_utf8_next_char(end);
        g_autofree char *word = g_base64_encode((const guchar *)text, (gsize)(end - text));
        g_string_append_printf(out, "%s=?UTF-8?B?%s?=", is_first ? "" : "\r\n ", word);
        text = end;
    }
}

static void append_base64(GString *out, const uint8_t *bytes, size_t len)
{
    g_autofree char *text = g_base64_encode(bytes, len);
    for (size_t at = 0, n = strlen(text); at < n; at += LINE_CHARACTERS) {
        g_string_append_len(out, text + at, (gssize)MIN((size_t)LINE_CHARACTERS, n - at));
        g_string_append(out, "\r\n");
    }
}

static void append_text_part(GString *out, const char *body)
{
    g_auto(GStrv) lines = g_strsplit(body, "\n", -1);
    g_autofree char *text = g_strjoinv("\r\n", lines);
    g_string_append(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    append_base64(out, (const uint8_t *)text, strlen(text));
}

static void append_parts(GString *out, const struct email_message *message, const char *permit)
{
    if (!message->attachment_name) {
        append_text_part(out, message->body);
        return;
    }
    g_string_append_printf(out, "Content-Type: multipart/mixed; boundary=\"part-%s\"\r\n\r\n--part-%s\r\n", permit,
                           permit);
    append_text_part(out, message->body);
    g_string_append_printf(out,
                           "--part-%s\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
                           "Content-Disposition: attachment; filename=\"%s\"\r\n\r\n",
                           permit, message->attachment_name);
    append_base64(out, message->attachment, message->attachment_len);
    g_string_append_printf(out, "--part-%s--\r\n", permit);
}

/* Without the locale: RFC 5322 has its own names. */
static void append_date(GString *out, int64_t us)
{
    static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(us / US_PER_S);
    g_string_append_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
                           DAYS[g_date_time_get_day_of_week(date) - 1], g_date_time_get_day_of_month(date),
                           MONTHS[g_date_time_get_month(date) - 1], g_date_time_get_year(date),
                           g_date_time_get_hour(date), g_date_time_get_minute(date), g_date_time_get_second(date));
}

static enum status check(const struct email_message *message, struct error *err)
{
    enum status st = email_address_check(message->from_address, "from", err);
    if (st == STATUS_OK)
        st = email_address_check(message->to_address, "to", err);
    if (st == STATUS_OK && (!is_header_text(message->subject) || !is_header_text(message->from_name)))
        st = error_set(err, STATUS_INVALID_ARGUMENT, "subject: has control characters");
    if (st == STATUS_OK && message->subject[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "subject: is missing");
    if (st == STATUS_OK && !message->unsubscribe_url)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "unsubscribe link: is missing (12 CFR 1006.6(e))");
    return st;
}

enum status email_message_write(const struct email_message *message, char **ret_bytes, size_t *ret_len,
                                struct error *err)
{
    char permit[ID_TEXT_SIZE];
    const enum status st = check(message, err);
    if (st != STATUS_OK)
        return st;
    (void)id_format(&message->permit_id, permit);
    GString *out = g_string_new(NULL);
    append_date(out, message->date_us);
    g_string_append(out, "From: ");
    append_words(out, message->from_name);
    g_string_append_printf(out, "%s<%s>\r\nTo: <%s>\r\nSubject: ", message->from_name[0] ? " " : "",
                           message->from_address, message->to_address);
    append_words(out, message->subject);
    g_string_append_printf(out, "\r\nMessage-ID: <%s@%s>\r\n", permit, message->message_domain);
    g_string_append_printf(out,
                           "List-Unsubscribe: <%s>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
                           "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
                           message->unsubscribe_url);
    append_parts(out, message, permit);
    *ret_len = out->len;
    *ret_bytes = g_string_free(out, FALSE);
    return STATUS_OK;
}
