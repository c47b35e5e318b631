#include "signature.h"

#include <glib.h>
#include <sodium.h>
#include <string.h>

#define MAC_BYTES crypto_auth_hmacsha256_BYTES

static void mac_of(const char *secret, const char *timestamp, const void *body, size_t len,
                   uint8_t mac[static MAC_BYTES])
{
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, (const uint8_t *)secret, strlen(secret));
    (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)timestamp, strlen(timestamp));
    (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)".", 1);
    (void)crypto_auth_hmacsha256_update(&state, body, len);
    (void)crypto_auth_hmacsha256_final(&state, mac);
}

void signature_make(const char *secret, const char *timestamp, const void *body, size_t len,
                    char signature[static SIGNATURE_HEX_SIZE])
{
    uint8_t mac[MAC_BYTES];
    mac_of(secret, timestamp, body, len, mac);
    (void)sodium_bin2hex(signature, SIGNATURE_HEX_SIZE, mac, sizeof(mac));
}

enum status signature_check(const char *secret, const char *timestamp, const char *signature, const void *body,
                            size_t len, int64_t now_s, struct error *err)
{
    char expected[SIGNATURE_HEX_SIZE];
    gint64 signed_s = 0;
    signature_make(secret, timestamp, body, len, expected);
    if (strlen(signature) != strlen(expected) || sodium_memcmp(signature, expected, strlen(expected)) != 0)
        return error_set(err, STATUS_UNAUTHENTICATED, "the signature is not that of our secret");
    if (!g_ascii_string_to_signed(timestamp, 10, 0, G_MAXINT32, &signed_s, NULL))
        return error_set(err, STATUS_UNAUTHENTICATED, "the timestamp is no number of seconds");
    if (signed_s < now_s - SIGNATURE_WINDOW_S || signed_s > now_s + SIGNATURE_WINDOW_S)
        return error_set(err, STATUS_DEADLINE_EXCEEDED, "the timestamp is more than %d s from now", SIGNATURE_WINDOW_S);
    return STATUS_OK;
}

#define IDS_BYTES (2 * ID_BYTES)

void unsubscribe_token_make(const char *secret, const struct id *account_id, const struct id *contact_point_id,
                            char token[static UNSUBSCRIBE_TOKEN_SIZE])
{
    uint8_t ids[IDS_BYTES + MAC_BYTES];
    memcpy(ids, account_id->bytes, ID_BYTES);
    memcpy(ids + ID_BYTES, contact_point_id->bytes, ID_BYTES);
    mac_of(secret, "unsubscribe", ids, IDS_BYTES, ids + IDS_BYTES);
    (void)sodium_bin2hex(token, UNSUBSCRIBE_TOKEN_SIZE, ids, sizeof(ids));
}

enum status unsubscribe_token_read(const char *secret, const char *token, struct id *ret_account_id,
                                   struct id *ret_contact_point_id, struct error *err)
{
    uint8_t bytes[IDS_BYTES + MAC_BYTES], mac[MAC_BYTES];
    size_t len = 0;
    if (strlen(token) != UNSUBSCRIBE_TOKEN_SIZE - 1 ||
        sodium_hex2bin(bytes, sizeof(bytes), token, strlen(token), NULL, &len, NULL) != 0 || len != sizeof(bytes))
        return error_set(err, STATUS_UNAUTHENTICATED, "this is no link of ours");
    mac_of(secret, "unsubscribe", bytes, IDS_BYTES, mac);
    if (sodium_memcmp(mac, bytes + IDS_BYTES, sizeof(mac)) != 0)
        return error_set(err, STATUS_UNAUTHENTICATED, "this is no link of ours");
    memcpy(ret_account_id->bytes, bytes, ID_BYTES);
    memcpy(ret_contact_point_id->bytes, bytes + ID_BYTES, ID_BYTES);
    return STATUS_OK;
}
