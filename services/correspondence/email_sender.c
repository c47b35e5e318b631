#include <curl/curl.h>
#include <glib.h>
#include <string.h>

#include "ca_file.h"
#include "clock/clock.h"
#include "email_message.h"
#include "sender.h"

/* E-mail over SMTP. At most once: what may have been accepted is never sent again. Until the line with the single dot
 * is sent the server has nothing (RFC 5321 §4.1.1.4), so a failure before it is certain. */

struct email_sender {
    struct sender base;
    CURL *curl;
    char *url, *user, *password, *ca_file, *from_name, *from_address;
    bool wants_tls;
    long timeout_ms;
};

struct upload {
    const uint8_t *bytes;
    size_t len, at;
    bool is_over; /* curl has asked for more and heard that there is none: the end of the message may have gone out */
};

static size_t read_upload(char *to, size_t size, size_t n, void *context)
{
    struct upload *upload = context;
    const size_t part = MIN(size * n, upload->len - upload->at);
    memcpy(to, upload->bytes + upload->at, part);
    upload->at += part;
    upload->is_over = upload->is_over || part == 0;
    return part;
}

static void email_close(struct sender *base)
{
    struct email_sender *sender = (struct email_sender *)base;
    curl_easy_cleanup(sender->curl);
    g_free(sender->url);
    g_free(sender->user);
    g_free(sender->password);
    g_free(sender->ca_file);
    g_free(sender->from_name);
    g_free(sender->from_address);
    g_free(sender);
}

static enum status email_open(const struct config *config, const char *instance_id, struct sender **ret_sender,
                              struct error *err)
{
    (void)instance_id;
    struct email_sender *sender = g_new0(struct email_sender, 1);
    const char *tls = config_text(config, "email-tls");
    sender->base.kind = &EMAIL_SENDER;
    sender->url = g_strdup(config_text(config, "email-url"));
    sender->user = g_strdup(config_text(config, "email-user"));
    sender->password = g_strdup(config_text(config, "email-password"));
    sender->wants_tls = strcmp(tls, "required") == 0;
    sender->timeout_ms = (long)config_integer(config, "send-timeout");
    enum status st =
        email_address_split(config_text(config, "email-from"), &sender->from_name, &sender->from_address, err);
    if (st != STATUS_OK)
        st = error_wrap(err, st, "email-from");
    if (st == STATUS_OK && !sender->wants_tls && strcmp(tls, "none") != 0)
        st = error_set(err, STATUS_INVALID_ARGUMENT, "email-tls: '%s' is not required or none", tls);
    if (st == STATUS_OK)
        st = ca_file_read(config, "email-ca-file", &sender->ca_file, err);
    if (st == STATUS_OK && config_text(config, "public-url")[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT,
                       "public-url: e-mails say where to stop them (12 CFR 1006.6(e)), so it must be set");
    sender->curl = curl_easy_init();
    if (st == STATUS_OK && !sender->curl)
        st = error_set(err, STATUS_RESOURCE_EXHAUSTED, "no memory for libcurl");
    if (st != STATUS_OK) {
        email_close(&sender->base);
        return st;
    }
    *ret_sender = &sender->base;
    return STATUS_OK;
}

static enum status email_prepare(struct sender *base, struct outgoing *outgoing, struct error *err)
{
    const struct email_sender *sender = (const struct email_sender *)base;
    const struct composition *composition = outgoing->composition;
    char permit[ID_TEXT_SIZE];
    char *bytes = NULL;
    size_t len = 0;
    const struct email_message message = {
        .from_name = sender->from_name[0] ? sender->from_name : outgoing->profile->name,
        .from_address = sender->from_address,
        .to_address = outgoing->address,
        .subject = composition->subject,
        .body = composition->body,
        .message_domain = strrchr(sender->from_address, '@') + 1,
        .unsubscribe_url = outgoing->opt_out_link,
        .attachment_name = composition->pdf.len > 0 ? "letter.pdf" : NULL,
        .attachment = composition->pdf.bytes,
        .attachment_len = composition->pdf.len,
        .permit_id = outgoing->permit_id,
        .date_us = clock_wall_us(),
    };
    const enum status st = email_message_write(&message, &bytes, &len, err);
    if (st != STATUS_OK)
        return st;
    outgoing->packed = (struct letter_document){.bytes = (uint8_t *)bytes, .len = len};
    composition_hash(bytes, len, outgoing->hash);
    (void)g_snprintf(outgoing->document, sizeof(outgoing->document), "%s@%s", id_format(&outgoing->permit_id, permit),
                     message.message_domain);
    return STATUS_OK;
}

static void email_forget(struct outgoing *outgoing)
{
    g_free(outgoing->packed.bytes);
    outgoing->packed = (struct letter_document){0};
}

static void set_options(struct email_sender *sender, const struct outgoing *outgoing, struct upload *upload,
                        struct curl_slist *to, char *trouble)
{
    CURL *curl = sender->curl;
    curl_easy_reset(curl);
    (void)curl_easy_setopt(curl, CURLOPT_URL, sender->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, sender->timeout_ms);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble);
    (void)curl_easy_setopt(curl, CURLOPT_USE_SSL, sender->wants_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    if (sender->ca_file[0])
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, sender->ca_file);
    if (sender->user[0]) {
        (void)curl_easy_setopt(curl, CURLOPT_USERNAME, sender->user);
        (void)curl_easy_setopt(curl, CURLOPT_PASSWORD, sender->password);
    }
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender->from_address);
    (void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    (void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
    (void)curl_easy_setopt(curl, CURLOPT_READDATA, upload);
    (void)curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)outgoing->packed.len);
}

/* The server's last reply says where it said no: to the recipient, before the message's end, or after it. */
static enum send_result judge(CURLcode code, long reply, const struct upload *upload, const char *trouble)
{
    if (code == CURLE_OK)
        return SEND_ACCEPTED;
    if (upload->is_over && (code != CURLE_WEIRD_SERVER_REPLY || reply < 400))
        return SEND_UNCERTAIN;
    if (reply >= 500 && strstr(trouble, "RCPT failed"))
        return SEND_REFUSED;
    return reply >= 500 && upload->is_over ? SEND_FAILED : SEND_LATER;
}

static enum send_result email_send(struct sender *base, struct outgoing *outgoing, struct error *why)
{
    struct email_sender *sender = (struct email_sender *)base;
    struct upload upload = {.bytes = outgoing->packed.bytes, .len = outgoing->packed.len};
    char trouble[CURL_ERROR_SIZE] = "";
    long reply = 0;
    g_autofree char *recipient = g_strdup_printf("<%s>", outgoing->address);
    struct curl_slist *to = curl_slist_append(NULL, recipient);
    set_options(sender, outgoing, &upload, to, trouble);
    const CURLcode code = curl_easy_perform(sender->curl);
    (void)curl_easy_getinfo(sender->curl, CURLINFO_RESPONSE_CODE, &reply);
    curl_slist_free_all(to);
    const enum send_result result = judge(code, reply, &upload, trouble);
    if (result != SEND_ACCEPTED)
        (void)error_set(why, STATUS_UNAVAILABLE, "mail server: %s (reply %ld)",
                        trouble[0] ? trouble : curl_easy_strerror(code), reply);
    return result;
}

/* What a process had handed over, nobody can say afterwards. */
static enum send_result email_find_out(struct sender *base, const Dunlin__Correspondence__V1__Message *message,
                                       struct error *why)
{
    (void)base;
    (void)message;
    (void)error_set(why, STATUS_UNKNOWN, "the process ended while it was being sent");
    return SEND_UNCERTAIN;
}

const struct sender_kind EMAIL_SENDER = {.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_EMAIL,
                                         .name = "email",
                                         .open = email_open,
                                         .close = email_close,
                                         .prepare = email_prepare,
                                         .send = email_send,
                                         .forget = email_forget,
                                         .find_out = email_find_out};
