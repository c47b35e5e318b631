#include <curl/curl.h>
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ca_file.h"
#include "clock/clock.h"
#include "sender.h"
#include "signature.h"

/* Texts over HTTP to a gateway, as README.md, "The gateway of texts", has it. At most once: what the gateway may have
 * taken is never sent again. */

#define REPLY_MAX_BYTES 16384

struct text_sender {
    struct sender base;
    CURL *curl;
    char *url, *token, *secret, *ca_file;
    long timeout_ms;
};

struct answer {
    GString *text;
};

static void text_close(struct sender *base)
{
    struct text_sender *sender = (struct text_sender *)base;
    curl_easy_cleanup(sender->curl);
    g_free(sender->url);
    g_free(sender->token);
    g_free(sender->secret);
    g_free(sender->ca_file);
    g_free(sender);
}

static enum status text_open(const struct config *config, const char *instance_id, struct sender **ret_sender,
                             struct error *err)
{
    (void)instance_id;
    struct text_sender *sender = g_new0(struct text_sender, 1);
    sender->base.kind = &TEXT_SENDER;
    sender->url = g_strdup(config_text(config, "text-url"));
    sender->token = g_strdup(config_text(config, "text-token"));
    sender->secret = g_strdup(config_text(config, "callback-secret"));
    sender->timeout_ms = (long)config_integer(config, "send-timeout");
    sender->curl = curl_easy_init();
    enum status st = ca_file_read(config, "text-ca-file", &sender->ca_file, err);
    if (st == STATUS_OK && sender->token[0] == '\0')
        st = error_set(err, STATUS_INVALID_ARGUMENT, "text-token: the gateway wants one (text-token-file)");
    if (st == STATUS_OK && !sender->curl)
        st = error_set(err, STATUS_RESOURCE_EXHAUSTED, "no memory for libcurl");
    if (st != STATUS_OK) {
        text_close(&sender->base);
        return st;
    }
    *ret_sender = &sender->base;
    return STATUS_OK;
}

static enum status text_prepare(struct sender *base, struct outgoing *outgoing, struct error *err)
{
    char permit[ID_TEXT_SIZE];
    (void)base;
    json_t *request = json_pack("{s:s, s:s, s:s}", "message_id", id_format(&outgoing->permit_id, permit), "to",
                                outgoing->address, "text", outgoing->composition->body);
    char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    if (!text)
        return error_set(err, STATUS_INVALID_ARGUMENT, "text: is not UTF-8");
    outgoing->packed = (struct letter_document){.bytes = (uint8_t *)text, .len = strlen(text)};
    composition_hash(outgoing->composition->body, strlen(outgoing->composition->body), outgoing->hash);
    g_strlcpy(outgoing->document, permit, sizeof(outgoing->document));
    return STATUS_OK;
}

static void text_forget(struct outgoing *outgoing)
{
    free(outgoing->packed.bytes);
    outgoing->packed = (struct letter_document){0};
}

static size_t take_answer(char *bytes, size_t size, size_t n, void *context)
{
    struct answer *answer = context;
    if (answer->text->len + size * n <= REPLY_MAX_BYTES)
        g_string_append_len(answer->text, bytes, (gssize)(size * n));
    return size * n;
}

static struct curl_slist *headers_of(const struct text_sender *sender, const struct outgoing *outgoing)
{
    char signature[SIGNATURE_HEX_SIZE];
    g_autofree char *timestamp = g_strdup_printf("%lld", (long long)(clock_wall_us() / US_PER_S));
    signature_make(sender->secret, timestamp, outgoing->packed.bytes, outgoing->packed.len, signature);
    g_autofree char *bearer = g_strdup_printf("Authorization: Bearer %s", sender->token);
    g_autofree char *key = g_strdup_printf("Idempotency-Key: %s", outgoing->document);
    g_autofree char *at = g_strdup_printf("X-Dunlin-Timestamp: %s", timestamp);
    g_autofree char *mac = g_strdup_printf("X-Dunlin-Signature: %s", signature);
    const char *const all[] = {"Content-Type: application/json", "Expect:", bearer, key, at, mac};
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        headers = curl_slist_append(headers, all[i]);
    return headers;
}

static bool is_refusal(const GString *text)
{
    static const char *const REASONS[] = {"invalid_number", "unreachable", "opted_out"};
    bool is = false;
    json_t *reply = json_loadb(text->str, text->len, 0, NULL);
    const char *reason = json_string_value(json_object_get(reply, "error"));
    for (size_t i = 0; reason && i < ARRAY_SIZE(REASONS); i++)
        is = is || strcmp(reason, REASONS[i]) == 0;
    json_decref(reply);
    return is;
}

static enum send_result judge(CURLcode code, long reply, long said, const GString *text)
{
    if (code != CURLE_OK && said == 0)
        return SEND_LATER; /* no connection, or not with whom we want to speak */
    if (code != CURLE_OK)
        return SEND_UNCERTAIN;
    if (reply >= 200 && reply < 300)
        return SEND_ACCEPTED;
    if (reply == 401 || reply == 403 || reply == 408 || reply == 429 || reply == 503)
        return SEND_LATER; /* not taken, says HTTP */
    if (reply >= 400 && reply < 500)
        return is_refusal(text) ? SEND_REFUSED : SEND_FAILED;
    return SEND_UNCERTAIN;
}

static enum send_result text_send(struct sender *base, struct outgoing *outgoing, struct error *why)
{
    struct text_sender *sender = (struct text_sender *)base;
    struct answer answer = {.text = g_string_new(NULL)};
    struct curl_slist *headers = headers_of(sender, outgoing);
    CURL *curl = sender->curl;
    char trouble[CURL_ERROR_SIZE] = "";
    long reply = 0, said = 0;
    curl_easy_reset(curl);
    (void)curl_easy_setopt(curl, CURLOPT_URL, sender->url);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, sender->timeout_ms);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble);
    if (sender->ca_file[0])
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, sender->ca_file);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    /* Where a kept connection ends without an answer, libcurl would say the request once more. */
    (void)curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, outgoing->packed.bytes);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)outgoing->packed.len);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    const CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    (void)curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &said);
    const enum send_result result = judge(code, reply, said, answer.text);
    if (result != SEND_ACCEPTED && code != CURLE_OK)
        (void)error_set(why, STATUS_UNAVAILABLE, "gateway: %s", trouble[0] ? trouble : curl_easy_strerror(code));
    else if (result != SEND_ACCEPTED)
        (void)error_set(why, STATUS_UNAVAILABLE, "gateway: HTTP %ld", reply);
    curl_slist_free_all(headers);
    g_string_free(answer.text, TRUE);
    return result;
}

static enum send_result text_find_out(struct sender *base, const Dunlin__Correspondence__V1__Message *message,
                                      struct error *why)
{
    (void)base;
    (void)message;
    (void)error_set(why, STATUS_UNKNOWN, "the process ended while it was being sent");
    return SEND_UNCERTAIN;
}

const struct sender_kind TEXT_SENDER = {.channel = DUNLIN__CONTACT__V1__CHANNEL__CHANNEL_TEXT,
                                        .name = "text",
                                        .open = text_open,
                                        .close = text_close,
                                        .prepare = text_prepare,
                                        .send = text_send,
                                        .forget = text_forget,
                                        .find_out = text_find_out};
