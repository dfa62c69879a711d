/*
 * test_signing_formats.c - Intel HEX, what fits into slots, compression, exchange of keys: each by
 * itself. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "keys/key.h"
#include "signing/encrypt.h"
#include "signing/fit.h"
#include "signing/hexfile.h"
#include "signing/lzma.h"
#include "signing/trailer.h"
#include "signing/wrap.h"
#include <stdlib.h>

static struct twin_span text_span(const char *text)
{
    return (struct twin_span){(const uint8_t *)text, strlen(text)};
}

static enum twin_hexfile_fault hex(const char *text, struct twin_buf *out, uint32_t *addr)
{
    unsigned line;

    twin_buf_free(out);
    return twin_hexfile_read(text_span(text), out, addr, &line);
}

static void test_hex_read(void)
{
    struct twin_buf out = {0};
    uint32_t addr = 0;

    CHECK_EQ(hex(":0300300002337A1E\n:00000001FF\n", &out, &addr), TWIN_HEXFILE_OK);
    CHECK(addr == 0x30 && out.len == 3 && memcmp(out.data, "\x02\x33\x7a", 3) == 0);
    /* Lower case, Windows line ends, no newline at the end, extended segment, a gap, any order. */
    CHECK_EQ(hex(":020000021000EC\r\n:0100050001F9\r\n:0100020002fb\r\n:00000001ff", &out, &addr),
             TWIN_HEXFILE_OK);
    CHECK(addr == 0x10002 && out.len == 4 && memcmp(out.data, "\x02\xff\xff\x01", 4) == 0);
    CHECK_EQ(hex(":02000004FFFFFC\n:01FFFE00AA58\n:00000001FF\n", &out, &addr), TWIN_HEXFILE_OK);
    CHECK_EQ(addr, 0xfffffffe);

    CHECK_EQ(hex("", &out, &addr), TWIN_HEXFILE_NO_END);
    CHECK_EQ(hex(":00000001FF\n", &out, &addr), TWIN_HEXFILE_EMPTY);
    CHECK_EQ(hex(":0300300002337A1E\n", &out, &addr), TWIN_HEXFILE_NO_END);
    CHECK_EQ(hex(":0300300002337A1F\n:00000001FF\n", &out, &addr), TWIN_HEXFILE_CHECKSUM);
    CHECK_EQ(hex("0300300002337A1E\n", &out, &addr), TWIN_HEXFILE_SYNTAX);
    CHECK_EQ(hex(":0300300002337A1\n", &out, &addr), TWIN_HEXFILE_SYNTAX);
    CHECK_EQ(hex(":0300300002337AXX\n", &out, &addr), TWIN_HEXFILE_SYNTAX);
    CHECK_EQ(hex(":0400300002337A1D\n", &out, &addr), TWIN_HEXFILE_SYNTAX);
    CHECK_EQ(hex(":00000006FA\n", &out, &addr), TWIN_HEXFILE_RECORD);
    CHECK_EQ(hex(":0100000400FB\n", &out, &addr), TWIN_HEXFILE_RECORD);
    CHECK_EQ(hex(":0100050001F9\n:0100050001F9\n:00000001FF\n", &out, &addr), TWIN_HEXFILE_OVERLAP);
    CHECK_EQ(hex(":0100000001FE\n:020000042000DA\n:0100000001FE\n:00000001FF\n", &out, &addr),
             TWIN_HEXFILE_TOO_WIDE);
    CHECK_EQ(hex(":02000004FFFFFC\n:02FFFE00AA55FF02\n:00000001FF\n", &out, &addr),
             TWIN_HEXFILE_SYNTAX);
    CHECK_EQ(hex(":02000004FFFFFC\n:02FFFE00AA5502\n:00000001FF\n", &out, &addr), TWIN_HEXFILE_OK);
    CHECK(addr == 0xfffffffe && out.len == 2);
    CHECK_EQ(hex(":02000004FFFFFC\n:03FFFE00AA550100\n:00000001FF\n", &out, &addr),
             TWIN_HEXFILE_TOO_HIGH);
    twin_buf_free(&out);
}

/* Where it is wrong: for an overlap the first line that repeats an address, whatever the order. */
static void test_hex_lines(void)
{
    static const struct {
        const char *text;
        enum twin_hexfile_fault fault;
        unsigned line;
    } cases[] = {
        {":0100050001F9\n:0100060001F8\n:0100050001F9\n:00000001FF\n", TWIN_HEXFILE_OVERLAP, 3},
        {":0100050001F9\n:0100050001F9\n:0100050001F9\n:00000001FF\n", TWIN_HEXFILE_OVERLAP, 2},
        {":0100060001F8\n\n:030004000102030F0\n:00000001FF\n", TWIN_HEXFILE_SYNTAX, 3},
        {":0100060001F8\n\n:03000400010203F3\n:0100000001FE\n:00000001FF\n", TWIN_HEXFILE_OVERLAP,
         3},
        {":03000400010203F3\n:0100000001FE\n:0100050001F9\n:00000001FF\n", TWIN_HEXFILE_OVERLAP, 3},
        {":0100000001FE\n:020000042000DA\n:0100000001FE\n:020000040000FA\n:0100010001FD\n"
         ":00000001FF\n",
         TWIN_HEXFILE_TOO_WIDE, 3},
        {":0100050001F9\r\n:0100060001FF\r\n", TWIN_HEXFILE_CHECKSUM, 2},
        {"\t\n:0100050001F9 \t\r\n", TWIN_HEXFILE_NO_END, 3},
    };
    struct twin_buf out = {0};
    uint32_t addr;
    unsigned line;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_EQ(twin_hexfile_read(text_span(cases[i].text), &out, &addr, &line), cases[i].fault);
        CHECK_EQ(line, cases[i].line);
    }
    twin_buf_free(&out);
}

/* What is written reads back as it was, with one byte or with thousands, across 64 KiB borders. */
static void test_hex_round_trip(void)
{
    static const uint32_t addrs[] = {0, 1, 0xfff8, 0x10000, 0xc000, 0xfffff060};
    static const size_t lens[] = {1, 15, 16, 17, 4000};
    uint8_t bytes[4000];
    uint32_t addr;
    unsigned line;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    for (size_t i = 0; i < 6 * 5; i++) {
        struct twin_buf text = {0}, back = {0};
        struct twin_hexfile_segment segment = {addrs[i / 5], {bytes, lens[i % 5]}};
        twin_hexfile_write(&text, &segment, 1);
        CHECK_EQ(twin_hexfile_read(twin_buf_span(&text), &back, &addr, &line), TWIN_HEXFILE_OK);
        CHECK(addr == segment.addr && back.len == segment.bytes.len);
        CHECK_MEM(back.data, bytes, back.len);
        twin_buf_free(&text);
        twin_buf_free(&back);
    }
}

#define PAIR(bytes) ((struct twin_fit_slots){spec.slot_size, spec.slot_size, bytes})

/* Against docs/spec-image.md section 7, whose examples were measured on the real loader. */
static void test_trailer(void)
{
    struct twin_sign_spec spec = {
        .align = 4, .max_align = 8, .max_sectors = 128, .slot_size = 0x60000, .aes_len = 16};

    CHECK_EQ(twin_fit_reserved(&spec, 0), 1584);
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_MOVE, PAIR(4096), 0), 0x60000 - 2 * 4096);
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_OFFSET, PAIR(4096), 0), 0x60000 - 2 * 4096);
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_MOVE, PAIR(1024), 0), 0x60000 - 3 * 1024);
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_OFFSET, PAIR(1024), 0), 0x60000 - 3 * 1024);
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_OFFSET, PAIR(512), 0),
             0x60000 - 4 * 512); /* 1080 bytes */
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_SCRATCH, PAIR(4096), 0), 0x60000 - 1584);
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_XIP, PAIR(4096), 0), 0x60000 - 40);
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_OVERWRITE, PAIR(4096), 0), 0x60000 - 40);
    spec.slot_size = 4096;
    CHECK_EQ(twin_fit_image_max(&spec, TWIN_FIT_MOVE, PAIR(4096), 0), 0);
    spec.overwrite_only = true;
    CHECK_EQ(twin_fit_reserved(&spec, 0), 32);
    CHECK_EQ(twin_slot_trailer_image_ok(8), 24);
    CHECK_EQ(twin_slot_trailer_image_ok(16), 32);
    CHECK_EQ(twin_slot_trailer_image_ok(32), 64);
}

/* Compressed bytes come back; cut, longer or damaged ones are refused. */
static void test_compression(void)
{
    uint8_t bytes[6000], header[TWIN_LZMA_HEADER_LEN];
    struct twin_buf packed = {0}, out = {0};

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(i / 7);
    }
    twin_lzma_header(header);
    for (int thumb = 0; thumb < 2; thumb++) {
        twin_buf_free(&packed);
        twin_buf_add(&packed, header, sizeof(header));
        CHECK(twin_lzma_pack(thumb != 0 ? TWIN_COMPRESSION_LZMA2_THUMB : TWIN_COMPRESSION_LZMA2,
                             (struct twin_span){bytes, sizeof(bytes)}, &packed));
        CHECK(packed.len < sizeof(bytes) / 2);
        CHECK(twin_lzma_unpack(thumb != 0, twin_buf_span(&packed), sizeof(bytes), &out));
        CHECK(out.len == sizeof(bytes) && memcmp(out.data, bytes, out.len) == 0);
        twin_buf_free(&out);
        for (size_t cut = 0; cut < packed.len; cut++) {
            struct twin_span part = {packed.data, cut};
            CHECK(!twin_lzma_unpack(thumb != 0, part, sizeof(bytes), &out));
            twin_buf_free(&out);
        }
        CHECK(!twin_lzma_unpack(thumb != 0, twin_buf_span(&packed), sizeof(bytes) - 1, &out));
        twin_buf_free(&out);
        CHECK(!twin_lzma_unpack(thumb != 0, twin_buf_span(&packed), sizeof(bytes) + 1, &out));
        twin_buf_free(&out);
    }
    twin_buf_free(&packed);
}

/* Every kind of receiver: what is wrapped unwraps, with another key or a changed bit it does not.
 */
static void test_key_exchange(void)
{
    static const struct {
        enum twin_key_id key;
        enum twin_hash_id hmac;
        uint8_t aes_len;
        uint16_t tlv;
    } cases[] = {
        {TWIN_KEY_RSA2048, TWIN_HASH_SHA256, 16, TWIN_TLV_ENC_RSA2048},
        {TWIN_KEY_RSA2048, TWIN_HASH_SHA256, 32, TWIN_TLV_ENC_RSA2048},
        {TWIN_KEY_P256, TWIN_HASH_SHA256, 16, TWIN_TLV_ENC_EC256},
        {TWIN_KEY_P256, TWIN_HASH_SHA256, 32, TWIN_TLV_ENC_EC256},
        {TWIN_KEY_X25519, TWIN_HASH_SHA256, 16, TWIN_TLV_ENC_X25519},
        {TWIN_KEY_X25519, TWIN_HASH_SHA512, 32, TWIN_TLV_ENC_X25519_SHA512},
    };
    uint8_t plain[33] = "thirty-two bytes and one more...", image_key[TWIN_AES_KEY_MAX];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct twin_key_type *type = &twin_key_types[cases[i].key];
        struct twin_error error;
        struct twin_key keys[2];
        for (int k = 0; k < 2; k++) {
            EVP_PKEY *pkey = NULL;
            CHECK_EQ(twin_key_generate(type, &pkey, &error), 0);
            CHECK_EQ(twin_key_adopt(&keys[k], pkey, true, "key", &error), 0);
        }
        struct twin_sign_spec spec = {.enc_key = &keys[0],
                                      .hmac_hash = &twin_hashes[cases[i].hmac],
                                      .aes_len = cases[i].aes_len};
        struct twin_tlv_area area = {TWIN_TLV_MAGIC, false, {0}};
        uint8_t payload[sizeof(plain)];
        struct twin_span none = {NULL, 0};
        memcpy(payload, plain, sizeof(plain));
        CHECK_EQ(twin_encrypt_check(&spec, &error), TWIN_ERROR_NONE);
        CHECK_EQ(twin_encrypt_payload(&spec, payload, sizeof(payload), &area, &error),
                 TWIN_ERROR_NONE);
        CHECK(memcmp(payload, plain, sizeof(plain)) != 0);
        CHECK_EQ(twin_get_le16(area.entries.data), cases[i].tlv);
        struct twin_span value = {area.entries.data + 4, area.entries.len - 4};
        CHECK_EQ(twin_unwrap_key(cases[i].tlv, value, &keys[0], none, image_key), spec.aes_len);
        CHECK(twin_payload_cipher(image_key, spec.aes_len, payload, sizeof(payload)));
        CHECK_MEM(payload, plain, sizeof(plain));
        CHECK_EQ(twin_unwrap_key(cases[i].tlv, value, &keys[1], none, image_key), 0);
        CHECK_EQ(twin_unwrap_key(cases[i].tlv, value, NULL, none, image_key), 0);
        for (size_t byte = 4; byte < area.entries.len; byte++) {
            area.entries.data[byte] ^= 0x01;
            CHECK_EQ(twin_unwrap_key(cases[i].tlv, value, &keys[0], none, image_key), 0);
            area.entries.data[byte] ^= 0x01;
        }
        for (size_t cut = 0; cut < value.len; cut++) {
            struct twin_span part = {value.ptr, cut};
            CHECK_EQ(twin_unwrap_key(cases[i].tlv, part, &keys[0], none, image_key), 0);
        }
        twin_buf_free(&area.entries);
        twin_key_free(&keys[0]);
        twin_key_free(&keys[1]);
    }
}

int main(void)
{
    test_hex_read();
    test_hex_lines();
    test_hex_round_trip();
    test_trailer();
    test_compression();
    test_key_exchange();
    return check_report();
}
