/* Loaded before libsodium (LD_PRELOAD), for one measurement alone: what CURVE's cipher costs. Frames are copied instead
 * of sealed and opened; handshakes and keys stay as they are, so nothing in the services knows. Not part of any
 * program. */
#include <string.h>

#define MAC_BYTES  16
#define ZERO_BYTES 16 /* before the MAC in the older of the two interfaces */

int crypto_box_easy_afternm(unsigned char *c, const unsigned char *m, unsigned long long len, const unsigned char *n,
                            const unsigned char *k);
int crypto_box_open_easy_afternm(unsigned char *m, const unsigned char *c, unsigned long long len,
                                 const unsigned char *n, const unsigned char *k);
int crypto_box_afternm(unsigned char *c, const unsigned char *m, unsigned long long len, const unsigned char *n,
                       const unsigned char *k);
int crypto_box_open_afternm(unsigned char *m, const unsigned char *c, unsigned long long len, const unsigned char *n,
                            const unsigned char *k);

int crypto_box_easy_afternm(unsigned char *c, const unsigned char *m, unsigned long long len, const unsigned char *n,
                            const unsigned char *k)
{
    (void)n;
    (void)k;
    memmove(c + MAC_BYTES, m, len);
    memset(c, 0, MAC_BYTES);
    return 0;
}

int crypto_box_open_easy_afternm(unsigned char *m, const unsigned char *c, unsigned long long len,
                                 const unsigned char *n, const unsigned char *k)
{
    (void)n;
    (void)k;
    if (len < MAC_BYTES)
        return -1;
    memmove(m, c + MAC_BYTES, len - MAC_BYTES);
    return 0;
}

int crypto_box_afternm(unsigned char *c, const unsigned char *m, unsigned long long len, const unsigned char *n,
                       const unsigned char *k)
{
    (void)n;
    (void)k;
    if (len < ZERO_BYTES + MAC_BYTES)
        return -1;
    memmove(c, m, len); /* 32 zero bytes and the text: 16 zero bytes, a MAC of zeros, the text */
    return 0;
}

int crypto_box_open_afternm(unsigned char *m, const unsigned char *c, unsigned long long len, const unsigned char *n,
                            const unsigned char *k)
{
    (void)n;
    (void)k;
    if (len < ZERO_BYTES + MAC_BYTES)
        return -1;
    memmove(m, c, len);
    return 0;
}
