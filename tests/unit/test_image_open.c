/*
 * test_image_open.c - headers and TLV areas at each of their limits. What they mean together is in
 * test_image_hostile.c. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/image.h"

#define AREA_LEN 512u
#define IMAGE_AT 8u /* where the image stands in the area */

static uint8_t mem[AREA_LEN];
static unsigned reads, reads_outside;

static twin_err_t read_mem(void *ctx, uint32_t addr, void *buf, size_t len)
{
    (void)ctx;
    reads++;
    if (addr > AREA_LEN || len > AREA_LEN - addr) {
        reads_outside++;
        return TWIN_E_IO;
    }
    memcpy(buf, &mem[addr], len);
    return TWIN_OK;
}

static const struct twin_flash flash = {
    .size = AREA_LEN, .page_bytes = AREA_LEN, .write_bytes = 1, .erased = 0xff, .read = read_mem};
static const struct twin_area area = {&flash, 0, AREA_LEN};

static void put_header(uint8_t *raw, uint16_t hdr_size, uint16_t prot, uint32_t img_size,
                       uint32_t flags)
{
    memset(raw, 0, TWIN_IMAGE_HEADER_LEN);
    twin_put_le32(raw, TWIN_IMAGE_MAGIC);
    twin_put_le16(&raw[8], hdr_size);
    twin_put_le16(&raw[10], prot);
    twin_put_le32(&raw[12], img_size);
    twin_put_le32(&raw[16], flags);
}

static twin_err_t parse(uint16_t hdr_size, uint16_t prot, uint32_t img_size, uint32_t flags)
{
    uint8_t raw[TWIN_IMAGE_HEADER_LEN];
    struct twin_image_header header;

    put_header(raw, hdr_size, prot, img_size, flags);
    return twin_image_header_parse(raw, &header);
}

static void check_fields(void)
{
    uint8_t raw[TWIN_IMAGE_HEADER_LEN];
    struct twin_image_header h;

    for (unsigned i = 0; i < sizeof(raw); i++) {
        raw[i] = (uint8_t)(i + 1);
    }
    twin_put_le32(raw, TWIN_IMAGE_MAGIC);
    CHECK_EQ(twin_image_header_parse(raw, &h), TWIN_OK);
    CHECK_EQ(h.load_addr, 0x08070605);
    CHECK_EQ(h.hdr_size, 0x0a09);
    CHECK_EQ(h.protect_tlv_size, 0x0c0b);
    CHECK_EQ(h.img_size, 0x100f0e0d);
    CHECK_EQ(h.flags, 0x14131211);
    CHECK_EQ(h.version.major, 0x15);
    CHECK_EQ(h.version.minor, 0x16);
    CHECK_EQ(h.version.revision, 0x1817);
    CHECK_EQ(h.version.build, 0x1c1b1a19);
    for (unsigned i = 0; i < 4; i++) {
        raw[i] ^= 1;
        CHECK_EQ(twin_image_header_parse(raw, &h), TWIN_E_NOT_FOUND);
        raw[i] ^= 1;
    }
}

static void check_sizes(void)
{
    CHECK_EQ(parse(0, 0, 100, 0), TWIN_E_FORMAT);
    CHECK_EQ(parse(31, 0, 100, 0), TWIN_E_FORMAT);
    CHECK_EQ(parse(32, 0, 0, 0), TWIN_OK);
    CHECK_EQ(parse(UINT16_MAX, UINT16_MAX, 100, 0), TWIN_OK);
    /* Each length may be the one that runs over. */
    CHECK_EQ(parse(32, 0, UINT32_MAX - 32, 0), TWIN_OK);
    CHECK_EQ(parse(33, 0, UINT32_MAX - 32, 0), TWIN_E_FORMAT);
    CHECK_EQ(parse(32, 1, UINT32_MAX - 32, 0), TWIN_E_FORMAT);
    CHECK_EQ(parse(32, 0, UINT32_MAX - 31, 0), TWIN_E_FORMAT);
    CHECK_EQ(parse(32, 100, UINT32_MAX - 132, 0), TWIN_OK);
    CHECK_EQ(parse(32, 0, UINT32_MAX, 0), TWIN_E_FORMAT);
}

static void check_flags(void)
{
    for (unsigned a = 0; a < 32; a++) {
        for (unsigned b = a; b < 32; b++) { /* with a == b: each flag alone */
            uint32_t flags = (uint32_t)1 << a | (uint32_t)1 << b;
            bool contradict = flags == 0x00c || flags == 0x600;
            CHECK_EQ(parse(32, 0, 100, flags), contradict ? TWIN_E_FORMAT : TWIN_OK);
            CHECK_EQ(parse(32, 0, 100, flags | 0x00c), TWIN_E_FORMAT);
            CHECK_EQ(parse(32, 0, 100, flags | 0x600), TWIN_E_FORMAT);
        }
    }
}

/* Header 32, payload 8, a protected area of two TLVs (3 and 0 bytes), one with a TLV of 5. */
static const uint8_t areas[] = {0x08, 0x69, 15,   0,  0xa0, 0,    3, 0, 1, 2, 3, 0xa1, 0, 0,
                                0,    0x07, 0x69, 13, 0,    0x10, 0, 5, 0, 9, 9, 9,    9, 9};
#define PROT_AT   (IMAGE_AT + 40)
#define PROT_LEN  15u
#define FREE_AT   (PROT_AT + PROT_LEN)
#define FREE_LEN  13u
#define TOTAL_LEN (40 + PROT_LEN + FREE_LEN)

static void put_image(void)
{
    memset(mem, 0xee, sizeof(mem));
    put_header(&mem[IMAGE_AT], 32, PROT_LEN, 8, 0);
    memcpy(&mem[PROT_AT], areas, sizeof(areas));
}

static twin_err_t open_with(uint32_t off, uint32_t max_len)
{
    struct twin_image image;

    return twin_image_open(&image, &area, off, max_len);
}

/* Open the image after one change of a byte. */
static twin_err_t open_changed(uint32_t at, uint8_t value)
{
    put_image();
    mem[at] = value;
    return open_with(IMAGE_AT, TOTAL_LEN);
}

static void check_walk(void)
{
    static const struct twin_tlv want[] = {
        {0xa0, 3, 48, true}, {0xa1, 0, 55, true}, {0x10, 5, 63, false}};
    struct twin_image image;
    struct twin_tlv tlv;
    uint32_t cursor = 0;

    put_image();
    reads = 0;
    CHECK_EQ(twin_image_open(&image, &area, IMAGE_AT, TOTAL_LEN), TWIN_OK);
    CHECK_EQ(reads, 3 + 3); /* as the header promises */
    CHECK(image.area == &area);
    CHECK_EQ(image.off, IMAGE_AT);
    CHECK_EQ(image.hashed_len, 40 + PROT_LEN);
    CHECK_EQ(image.total_len, TOTAL_LEN);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(twin_image_tlv_next(&image, &cursor, &tlv), TWIN_OK);
        CHECK_EQ(tlv.type, want[i].type);
        CHECK_EQ(tlv.len, want[i].len);
        CHECK_EQ(tlv.off, want[i].off);
        CHECK_EQ(tlv.is_protected, want[i].is_protected);
    }
    CHECK_EQ(twin_image_tlv_next(&image, &cursor, &tlv), TWIN_E_NOT_FOUND);
    CHECK_EQ(twin_image_tlv_next(&image, &cursor, &tlv), TWIN_E_NOT_FOUND);
    cursor += 4; /* somebody else's cursor */
    CHECK_EQ(twin_image_tlv_next(&image, &cursor, &tlv), TWIN_E_FORMAT);
}

static void check_room(void)
{
    put_image();
    for (uint32_t max_len = 0; max_len < TOTAL_LEN; max_len++) {
        CHECK_EQ(open_with(IMAGE_AT, max_len), max_len < 32 ? TWIN_E_ARG : TWIN_E_SPACE);
    }
    CHECK_EQ(open_with(IMAGE_AT, TOTAL_LEN), TWIN_OK);
    CHECK_EQ(open_with(IMAGE_AT, AREA_LEN - IMAGE_AT), TWIN_OK);
    CHECK_EQ(open_with(IMAGE_AT, AREA_LEN - IMAGE_AT + 1), TWIN_E_ARG);
    CHECK_EQ(open_with(IMAGE_AT, UINT32_MAX), TWIN_E_ARG);
    CHECK_EQ(open_with(AREA_LEN - 32, 32), TWIN_E_NOT_FOUND);
    CHECK_EQ(open_with(AREA_LEN, 0), TWIN_E_ARG);
    CHECK_EQ(open_with(AREA_LEN, 32), TWIN_E_ARG);
    CHECK_EQ(open_with(AREA_LEN + 1, 32), TWIN_E_ARG);
    CHECK_EQ(open_with(UINT32_MAX, 32), TWIN_E_ARG);
    CHECK_EQ(open_with(IMAGE_AT + 1, TOTAL_LEN), TWIN_E_NOT_FOUND);

    /* A header that claims more than there is: nothing outside is read. */
    static const uint32_t payloads[] = {
        AREA_LEN - 40 - 4, AREA_LEN - 40 - 3,          AREA_LEN - 40,
        AREA_LEN,          UINT32_MAX - 40 - PROT_LEN, 0x80000000u};
    for (unsigned i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
        put_header(&mem[IMAGE_AT], 32, 0, payloads[i], 0);
        CHECK_EQ(open_with(IMAGE_AT, AREA_LEN - IMAGE_AT), TWIN_E_SPACE);
        put_header(&mem[IMAGE_AT], 32, PROT_LEN, payloads[i], 0);
        CHECK_EQ(open_with(IMAGE_AT, AREA_LEN - IMAGE_AT), TWIN_E_SPACE);
    }
    CHECK_EQ(reads_outside, 0);
}

static void check_areas(void)
{
    CHECK_EQ(open_changed(PROT_AT, 0x07), TWIN_E_FORMAT); /* its magic */
    CHECK_EQ(open_changed(FREE_AT, 0x08), TWIN_E_FORMAT); /* the other's */
    CHECK_EQ(open_changed(FREE_AT + 1, 0x68), TWIN_E_FORMAT);
    CHECK_EQ(open_changed(IMAGE_AT + 10, PROT_LEN - 1), TWIN_E_FORMAT); /* the header's word */
    CHECK_EQ(open_changed(IMAGE_AT + 10, PROT_LEN + 1), TWIN_E_FORMAT);
    CHECK_EQ(open_changed(IMAGE_AT + 10, 0), TWIN_E_FORMAT);
    CHECK_EQ(open_changed(PROT_AT + 2, PROT_LEN - 1), TWIN_E_FORMAT); /* the area's own */
    CHECK_EQ(open_changed(PROT_AT + 2, PROT_LEN + 1), TWIN_E_FORMAT);
    CHECK_EQ(open_changed(PROT_AT + 2, 3), TWIN_E_FORMAT);
    CHECK_EQ(open_changed(FREE_AT + 2, 3), TWIN_E_FORMAT); /* less than itself */
    CHECK_EQ(open_changed(FREE_AT + 2, 0), TWIN_E_FORMAT);
    CHECK_EQ(open_changed(FREE_AT + 2, 4), TWIN_OK); /* no entries */
    for (uint8_t len = 5; len < FREE_LEN; len++) {   /* 1 to 8 bytes of one */
        CHECK_EQ(open_changed(FREE_AT + 2, len), TWIN_E_FORMAT);
    }
    CHECK_EQ(open_changed(FREE_AT + 2, FREE_LEN + 1), TWIN_E_SPACE);
}

static void check_entries(void)
{
    CHECK_EQ(open_changed(FREE_AT + 6, 6), TWIN_E_FORMAT); /* ends behind its area */
    CHECK_EQ(open_changed(FREE_AT + 7, 0xff), TWIN_E_FORMAT);
    for (uint8_t len = 1; len < 5; len++) { /* 4 to 1 bytes are left behind it */
        CHECK_EQ(open_changed(FREE_AT + 6, len), TWIN_E_FORMAT);
    }
    CHECK_EQ(open_changed(PROT_AT + 13, 1), TWIN_E_FORMAT); /* reaches into the next area */
    CHECK_EQ(open_changed(PROT_AT + 13, 4), TWIN_E_FORMAT);
    CHECK_EQ(open_changed(PROT_AT + 6, 7), TWIN_OK); /* swallows the second, ends with it */
    CHECK_EQ(open_changed(PROT_AT + 6, 8), TWIN_E_FORMAT);
    for (uint8_t len = 4; len < 7; len++) {
        CHECK_EQ(open_changed(PROT_AT + 6, len), TWIN_E_FORMAT);
    }
}

/*
 * One byte is left in the protected area. With what follows it looks like an entry of 105 bytes
 * that ends where an entry of the other area does; read so, all would be well formed.
 */
static void check_straddling(void)
{
    uint8_t *at = &mem[IMAGE_AT + 40];

    put_image();
    twin_put_le16(&mem[IMAGE_AT + 10], 5);
    twin_put_le16(&at[2], 5);
    at += 5;
    twin_put_le16(at, TWIN_TLV_MAGIC);
    twin_put_le16(&at[2], 256);
    twin_put_le32(&at[4], 100u << 16 | 0xa0);
    twin_put_le32(&at[108], 144u << 16 | 0xa1);
    CHECK_EQ(open_with(IMAGE_AT, AREA_LEN - IMAGE_AT), TWIN_E_FORMAT);
    twin_put_le16(&mem[IMAGE_AT + 10], 4); /* without that byte it is sound */
    twin_put_le16(&mem[PROT_AT + 2], 4);
    memmove(&mem[PROT_AT + 4], &mem[PROT_AT + 5], 256);
    CHECK_EQ(open_with(IMAGE_AT, AREA_LEN - IMAGE_AT), TWIN_OK);
}

static void check_order(void)
{
    static const struct twin_version sorted[] = {
        {0, 0, 0, 0}, {0, 0, 1, 0},   {0, 0, 65535, 0}, {0, 1, 0, 0},       {0, 255, 0, 0},
        {1, 0, 0, 0}, {1, 0, 256, 0}, {1, 2, 0, 0},     {255, 255, 255, 0},
    };
    int count = sizeof(sorted) / sizeof(sorted[0]);

    for (int a = 0; a < count; a++) {
        for (int b = 0; b < count; b++) {
            int order = twin_version_compare(&sorted[a], &sorted[b]);
            CHECK_EQ((order > 0) - (order < 0), (a > b) - (a < b));
        }
    }
}

static struct twin_span span_of(const char *text)
{
    return (struct twin_span){(const uint8_t *)text, strlen(text)};
}

static void check_text(void)
{
    static const struct {
        struct twin_version version;
        const char *text;
    } rows[] = {
        {{0, 0, 0, 0}, "0.0.0"},
        {{1, 2, 3, 0}, "1.2.3"},
        {{9, 10, 99, 1}, "9.10.99.1"},
        {{100, 200, 1000, 109}, "100.200.1000.109"},
        {{10, 0, 65535, 10}, "10.0.65535.10"},
        {{255, 255, 65535, UINT32_MAX}, "255.255.65535.4294967295"},
    };
    char out[TWIN_VERSION_STR_MAX];

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        memset(out, '?', sizeof(out));
        CHECK_EQ(twin_version_print(&rows[i].version, out), strlen(rows[i].text));
        CHECK(strcmp(out, rows[i].text) == 0);
    }
}

/* Printed in full and read again, it is the same; what is no version, or too large, is none. */
static void check_parse(void)
{
    static const struct {
        const char *text;
        struct twin_version version;
        unsigned parts;
        const char *full;
    } good[] = {
        {"7", {7, 0, 0, 0}, 1, "7.0.0+0"},
        {"1.2", {1, 2, 0, 0}, 2, "1.2.0+0"},
        {"0.0.0", {0, 0, 0, 0}, 3, "0.0.0+0"},
        {"1.2.3+4", {1, 2, 3, 4}, 4, "1.2.3+4"},
        {"1.2.3.4", {1, 2, 3, 4}, 4, "1.2.3+4"},
        {"255.255.65535+4294967295", {255, 255, 65535, UINT32_MAX}, 4, "255.255.65535+4294967295"},
    };
    static const char *const bad[] = {
        "",         "a",  "1.",       "01",   "1.02", "1+2", "1.2+3",     "1.2.3+",
        "1.2.3+4 ", "-1", "1.2.3+-1", "1..2", " 1",   ".1",  "1.2.3.4.5", "1.2.3+4+5"};
    static const struct {
        const char *text;
        unsigned part;
    } large[] = {{"256", 1},
                 {"1.256", 2},
                 {"1.2.65536", 3},
                 {"1.2.3+4294967296", 4},
                 {"1.2.3+42949672950", 4},
                 {"18446744073709551617", 1}, /* 1, in 64 bits */
                 {"99999999999999999999", 1}};
    struct twin_version v = {9, 9, 9, 9};
    char out[TWIN_VERSION_STR_MAX];
    unsigned parts;

    for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        CHECK_EQ(twin_version_parse(span_of(good[i].text), &v, &parts), TWIN_OK);
        CHECK_EQ(parts, good[i].parts);
        CHECK_EQ(twin_version_compare_build(&v, &good[i].version), 0);
        CHECK_EQ(twin_version_print_full(&v, out), strlen(good[i].full));
        CHECK(strcmp(out, good[i].full) == 0);
    }
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_EQ(twin_version_parse(span_of(bad[i]), &v, &parts), TWIN_E_FORMAT);
    }
    for (unsigned i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
        CHECK_EQ(twin_version_parse(span_of(large[i].text), &v, &parts), TWIN_E_ARG);
        CHECK_EQ(parts, large[i].part);
    }
    CHECK_EQ(v.build, UINT32_MAX); /* as the last good one left it */
    /* Of a text without an end, the first `len` bytes count. */
    for (size_t len = 1; len <= 3; len += 2) {
        struct twin_span start = {(const uint8_t *)"1.23.4", len};
        CHECK_EQ(twin_version_parse(start, &v, &parts), TWIN_OK);
        CHECK(v.minor == (len == 3 ? 2 : 0) && parts == (len + 1) / 2);
    }
}

static void check_build_order(void)
{
    static const struct twin_version rows[] = {{1, 2, 3, 0}, {1, 2, 3, 9}, {1, 2, 3, UINT32_MAX},
                                               {1, 2, 4, 0}, {1, 3, 0, 0}, {2, 0, 0, 0}};

    for (int a = 0; a < 6; a++) {
        for (int b = 0; b < 6; b++) {
            int order = twin_version_compare_build(&rows[a], &rows[b]);
            CHECK_EQ((order > 0) - (order < 0), (a > b) - (a < b));
        }
    }
}

int main(void)
{
    check_fields();
    check_sizes();
    check_flags();
    check_walk();
    check_room();
    check_areas();
    check_entries();
    check_straddling();
    check_order();
    check_text();
    check_parse();
    check_build_order();
    return check_report();
}
