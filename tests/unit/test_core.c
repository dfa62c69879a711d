/*
 * test_core.c - errors, byte order, CRC-16 and base64. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/base64.h"
#include "twin/bytes.h"
#include "twin/crc16.h"
#include <stdlib.h>

static void test_err(void)
{
    CHECK(strcmp(twin_err_str(TWIN_OK), "ok") == 0);
    for (int err = TWIN_OK; err <= TWIN_E_DEVICE; err++) {
        CHECK(strlen(twin_err_str((twin_err_t)err)) > 1);
    }
    CHECK(strcmp(twin_err_str((twin_err_t)(TWIN_E_DEVICE + 1)), "unknown error") == 0);
    CHECK(strcmp(twin_err_str((twin_err_t)255), "unknown error") == 0);
}

static void test_bytes(void)
{
    const uint8_t in[4] = {0x12, 0x34, 0x56, 0xff};
    uint8_t out[4];

    CHECK_EQ(twin_get_le16(in), 0x3412);
    CHECK_EQ(twin_get_be16(in), 0x1234);
    CHECK_EQ(twin_get_le32(in), 0xff563412);
    twin_put_le32(out, 0xff563412);
    CHECK_MEM(out, in, 4);
    twin_put_be16(out, 0x1234);
    CHECK_MEM(out, in, 2);
    CHECK_EQ(twin_align_up(33, 32), 64);
    CHECK_EQ(twin_align_down(33, 32), 32);
}

static void test_crc(void)
{
    const uint8_t check[] = "123456789\x31\xc3";

    CHECK_EQ(twin_crc16(0, check, 0), 0);
    CHECK_EQ(twin_crc16(0, check, 9), 0x31c3);
    CHECK_EQ(twin_crc16(0, check, 11), 0);
    CHECK_EQ(twin_crc16(twin_crc16(0, check, 4), check + 4, 5), 0x31c3);
}

/* RFC 4648 section 10. */
static void test_base64_vectors(void)
{
    static const char *const coded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                        "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    uint8_t back[8];
    char text[8];
    size_t back_len;

    for (size_t len = 0; len <= 6; len++) {
        size_t chars = twin_base64_encode((const uint8_t *)"foobar", len, text);
        CHECK_EQ(chars, strlen(coded[len]));
        CHECK_EQ(chars, TWIN_BASE64_LEN(len));
        CHECK_MEM(text, coded[len], chars);
        CHECK_EQ(twin_base64_decode(coded[len], chars, back, sizeof(back), &back_len), TWIN_OK);
        CHECK_EQ(back_len, len);
        CHECK_MEM(back, "foobar", len);
        if (len > 0) {
            CHECK_EQ(twin_base64_decode(coded[len], chars, back, len - 1, &back_len), TWIN_E_SPACE);
        }
        CHECK_EQ(twin_base64_decode(coded[len], chars, back, len, &back_len), TWIN_OK);
    }
}

static void test_base64_hostile(void)
{
    static const char *const wrong[] = {"Z",    "Zm",    "Zm9",  "====", "Z===",     "Zg=v",
                                        "=g==", "Zm9\n", "Zm 9", "Zm9-", "Zg==Zg==", "Zm9v="};
    uint8_t out[8];
    size_t len;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_EQ(twin_base64_decode(wrong[i], strlen(wrong[i]), out, sizeof(out), &len),
                 TWIN_E_FORMAT);
        CHECK_EQ(len, 0);
    }
    CHECK_EQ(twin_base64_decode("Zm9vYmFy", 8, out, 3, &len), TWIN_E_SPACE);
    CHECK_EQ(len, 0);
}

/* Every character, and nothing else, has a value. */
static void test_base64_alphabet(void)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t in[3] = {0}, out[3];
    char text[4];
    size_t len;

    for (int c = 0; c < 256; c++) {
        const char *found = c != 0 ? strchr(alphabet, c) : NULL;
        int value = found != NULL ? (int)(found - alphabet) : -1;
        CHECK_EQ(twin_base64_value((char)c), value);
        for (unsigned place = 0; place < 4 && value >= 0; place++) { /* at each place of a unit */
            uint32_t bits = (uint32_t)value << (18 - 6 * place);
            in[0] = (uint8_t)(bits >> 16);
            in[1] = (uint8_t)(bits >> 8);
            in[2] = (uint8_t)bits;
            CHECK_EQ(twin_base64_encode(in, 3, text), 4);
            CHECK_EQ(text[place], c);
            CHECK_EQ(twin_base64_decode(text, 4, out, 3, &len), TWIN_OK);
            CHECK_MEM(out, in, 3);
        }
    }
}

static void test_base64_round_trips(void)
{
    uint8_t in[96], buf[TWIN_BASE64_LEN(96)];
    size_t len;

    srand(1);
    for (size_t n = 0; n <= sizeof(in); n++) {
        for (size_t i = 0; i < n; i++) {
            in[i] = (uint8_t)rand();
        }
        size_t chars = twin_base64_encode(in, n, (char *)buf);
        CHECK_EQ(twin_base64_decode((const char *)buf, chars, buf, sizeof(buf), &len), TWIN_OK);
        CHECK_EQ(len, n); /* decoded in place */
        CHECK_MEM(buf, in, n);
    }
}

int main(void)
{
    test_err();
    test_bytes();
    test_crc();
    test_base64_vectors();
    test_base64_hostile();
    test_base64_alphabet();
    test_base64_round_trips();
    return check_report();
}
