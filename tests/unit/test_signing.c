/*
 * test_signing.c - host/signing as a program of somebody else uses it: sign, look at, verify and
 * dump images in memory, through its public headers alone. Whatever cannot be done is an error
 * with a code and a cause; nothing is printed. SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* mkstemps */
#include "check.h"
#include "signing/downgrade.h"
#include "signing/dump.h"
#include "signing/encrypt.h"
#include "signing/fit.h"
#include "signing/image_file.h"
#include "signing/sign.h"
#include "signing/verify.h"
#include <stdlib.h>
#include <unistd.h>

#define KEYS        TEST_VECTORS "/image/keys/"
#define PAYLOAD_LEN 3000

static struct twin_key rsa, p256, ed25519, x25519, public_p256;
static struct twin_error error;

static void load(struct twin_key *key, const char *name)
{
    CHECK_EQ(twin_key_load(key, name, NULL, &error), TWIN_ERROR_NONE);
}

/* Room for a header of the least size, then a payload that compresses well. */
static void fill_input(struct twin_buf *input)
{
    twin_buf_fill(input, 0, TWIN_IMAGE_HEADER_LEN);
    for (unsigned i = 0; i < PAYLOAD_LEN; i++) {
        twin_buf_fill(input, (uint8_t)(i / 40), 1);
    }
}

static enum twin_error_code sign(const struct twin_sign_spec *spec, struct twin_signed *image)
{
    struct twin_buf input = {0};

    fill_input(&input);
    enum twin_error_code code = twin_sign_image(spec, &input, image, &error);
    CHECK(input.len == 0 && input.data == NULL); /* taken over, also after an error */
    CHECK(code == TWIN_ERROR_NONE || (code == error.code && error.why[0] != '\0'));
    return code;
}

static enum twin_error_code verify(const struct twin_signed *image, const struct twin_key *key,
                                   const struct twin_key *dec_key, struct twin_span kek,
                                   struct twin_verify_result *result)
{
    const struct twin_verify_input input = {.bytes = twin_buf_span(&image->bytes),
                                            .keys = key,
                                            .key_count = key != NULL,
                                            .dec_key = dec_key,
                                            .kek = kek};
    enum twin_error_code code = twin_verify_image(&input, result, &error);

    CHECK_EQ(code == TWIN_ERROR_NONE, result->fault == TWIN_FAULT_NONE);
    if (code != TWIN_ERROR_NONE) {
        CHECK(code == error.code && error.why[0] != '\0');
        CHECK(strcmp(error.reason, twin_fault_reason(result->fault)) == 0);
    }
    return code;
}

static const struct twin_span no_kek = {NULL, 0};

/* ---- What can be made, and checks out ---- */

/* Each kind of signature, in either byte order, with everything that a spec can add. */
static void check_signatures(void)
{
    static const uint8_t bytes[] = {1, 2, 3};
    static const struct twin_sign_dependency dependencies[] = {{0, {1, 0, 0, 0}},
                                                               {2, {3, 1, 0, 0}}};
    static const struct twin_sign_tlv custom[] = {{0xa0, {bytes, 3}}, {0xabcd, {NULL, 0}}};
    const struct twin_key *const keys[] = {&rsa, &p256, &ed25519};

    for (unsigned i = 0; i < 2 * 3 * 2; i++) {
        struct twin_sign_spec spec = twin_sign_defaults();
        struct twin_verify_result result;
        struct twin_signed image;
        struct twin_view view;
        struct twin_view_tlv tlv;

        spec.version = (struct twin_version){1, 2, 3, 4};
        spec.pad_sig = true;
        spec.key = keys[i % 3];
        spec.big_endian = i / 3 % 2 == 1;
        spec.full_key = i / 6 == 1;
        spec.pure = spec.full_key && spec.key == &ed25519;
        spec.has_security_counter = true;
        spec.security_counter = 9;
        spec.has_vid = true;
        spec.sw_type = "APP";
        spec.dependencies = dependencies;
        spec.dependency_count = 2;
        spec.custom = custom;
        spec.custom_count = 2;
        CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
        CHECK(image.signatures == 1 && image.sig_len > 0 && image.payload_len == PAYLOAD_LEN);
        CHECK_EQ(verify(&image, spec.key, NULL, no_kek, &result), TWIN_ERROR_NONE);
        CHECK(result.signatures == 1 && result.version.build == 4 && result.pure == spec.pure);
        CHECK(result.hash == &twin_hashes[spec.pure ? TWIN_HASH_SHA512 : TWIN_HASH_SHA256]);
        CHECK_EQ(twin_view_open(&view, twin_buf_span(&image.bytes)), TWIN_FAULT_NONE);
        CHECK(
            twin_view_find(&view, spec.full_key ? TWIN_TLV_PUBKEY : TWIN_TLV_KEYHASH, false, &tlv));
        CHECK(spec.key != &p256 || image.sig_len == p256.type->padded_len);
        CHECK_MEM(result.digest, image.digest, result.hash->len);
        twin_signed_free(&image);
    }
}

static void check_compressed(void)
{
    for (int kind = TWIN_COMPRESSION_LZMA2; kind <= TWIN_COMPRESSION_LZMA2_THUMB; kind++) {
        struct twin_sign_spec spec = twin_sign_defaults();
        struct twin_verify_result result;
        struct twin_signed image;

        spec.key = &p256;
        spec.compression = (enum twin_compression)kind;
        CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
        CHECK(image.signatures == 2 && image.packed_len > 0 && image.packed_len < PAYLOAD_LEN / 2);
        CHECK_EQ(image.payload_len, image.packed_len + 2);
        CHECK_EQ(verify(&image, &p256, NULL, no_kek, &result), TWIN_ERROR_NONE);
        CHECK(result.compressed);
        twin_signed_free(&image);
    }
}

static void check_encrypted(void)
{
    static const uint8_t secret[32] = {7};
    const struct twin_span kek = {secret, sizeof(secret)};
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_verify_result result;
    struct twin_signed image;

    spec.key = &ed25519;
    spec.enc_key = &x25519;
    CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
    CHECK(image.enc_tlv_len == 80 && image.payload_len % 16 == 0);
    CHECK_EQ(verify(&image, &ed25519, &x25519, no_kek, &result), TWIN_ERROR_NONE);
    CHECK(result.encrypted && !result.clear);
    CHECK_EQ(verify(&image, &ed25519, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
    CHECK_EQ(result.fault, TWIN_FAULT_LOCKED);
    CHECK_EQ(verify(&image, &ed25519, &p256, no_kek, &result), TWIN_ERROR_VERIFY);
    CHECK_EQ(result.fault, TWIN_FAULT_IMAGE_KEY);
    twin_signed_free(&image);

    spec.enc_key = NULL;
    spec.kek = kek;
    spec.aes_len = sizeof(secret);
    CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
    CHECK_EQ(verify(&image, &ed25519, NULL, kek, &result), TWIN_ERROR_NONE);
    twin_signed_free(&image);
}

/* What is signed elsewhere: the vector goes out, the signature comes back and is checked. */
static void check_elsewhere(void)
{
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_verify_result result;
    struct twin_signed vector, image;
    struct twin_buf input = {0};
    uint8_t sig[TWIN_SIG_LEN_MAX];
    size_t len = 0;

    spec.key = &public_p256;
    fill_input(&input);
    CHECK_EQ(twin_sign_vector(&spec, &input, &vector, &error), TWIN_ERROR_NONE);
    CHECK_EQ(vector.bytes.len, TWIN_IMAGE_HEADER_LEN + PAYLOAD_LEN);
    CHECK_EQ(twin_key_sign(&p256, twin_sign_hash(&spec),
                           (struct twin_span){vector.digest, TWIN_SHA256_LEN}, sig, &len, &error),
             TWIN_ERROR_NONE);
    spec.fixed = true;
    spec.fixed_sig = (struct twin_span){sig, len};
    CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
    CHECK_EQ(image.signatures, 0);
    CHECK_EQ(verify(&image, &p256, NULL, no_kek, &result), TWIN_ERROR_NONE);
    twin_signed_free(&image);
    sig[len - 1] ^= 1;
    CHECK_EQ(sign(&spec, &image), TWIN_ERROR_REFUSED);
    twin_signed_free(&image);
    twin_signed_free(&vector);
}

/* ---- What cannot be made ---- */

struct change {
    void (*make)(struct twin_sign_spec *spec);
    enum twin_error_code code;
    const char *word; /* in the cause */
};

#define CHANGE(name, ...)                                                                          \
    static void name(struct twin_sign_spec *spec)                                                  \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }

static struct twin_sign_tlv tlvs[2];
static uint8_t long_value[40000];

static void set_tlvs(struct twin_sign_spec *spec, uint16_t first, uint16_t second, size_t len)
{
    tlvs[0] = (struct twin_sign_tlv){first, {long_value, len}};
    tlvs[1] = (struct twin_sign_tlv){second, {long_value, len}};
    spec->custom = tlvs;
    spec->custom_count = 2;
}

CHANGE(no_header, spec->header_size = 31)
CHANGE(no_room, spec->header_size = PAYLOAD_LEN + 33)
CHANGE(two_addresses, spec->load_addr = 1, spec->rom_fixed = 1)
CHANGE(odd_align, spec->align = 3)
CHANGE(no_align, spec->align = 0)
CHANGE(small_max_align, spec->align = 32)
CHANGE(odd_max_align, spec->max_align = 64)
CHANGE(no_slot, spec->pad = true)
CHANGE(long_type, spec->sw_type = "thirteen char")
CHANGE(broken_type,
       spec->sw_type = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
                       "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
                       "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
                       "\x80")
CHANGE(tlv_twice, set_tlvs(spec, 0xa0, 0xa0, 1))
CHANGE(tlv_known, set_tlvs(spec, 0xa0, TWIN_TLV_SHA256, 1))
CHANGE(tlv_low, set_tlvs(spec, 0x9f, 0xa0, 1))
CHANGE(tlv_high, set_tlvs(spec, 0xa0, 0xffff, 1))
CHANGE(tlvs_long, set_tlvs(spec, 0xa0, 0xa1, sizeof(long_value)))
CHANGE(tlv_long, set_tlvs(spec, 0xa0, 0xa1, 65536)) /* refused before it is read */
CHANGE(cannot_sign, spec->key = &x25519)
CHANGE(only_public, spec->key = &public_p256)
CHANGE(not_pure, spec->pure = true)
CHANGE(wrong_hash, spec->hash = &twin_hashes[TWIN_HASH_SHA512])
CHANGE(fixed_unsigned, spec->fixed = true, spec->key = NULL)
CHANGE(fixed_nothing, spec->fixed = true)
CHANGE(fixed_packed, spec->fixed = true, spec->compression = TWIN_COMPRESSION_LZMA2)
CHANGE(wrong_receiver, spec->enc_key = &ed25519)
CHANGE(other_kind, spec->enc_key = &x25519)
CHANGE(wrong_exchange, spec->enc_key = &p256, spec->hmac_hash = &twin_hashes[TWIN_HASH_SHA512])
CHANGE(rsa_exchange, spec->enc_key = &rsa, spec->hmac_hash = &twin_hashes[TWIN_HASH_SHA512])
CHANGE(wrong_aes_len, spec->enc_key = &p256, spec->aes_len = 24)
CHANGE(wrong_kek, spec->kek = (struct twin_span){long_value, 32})
CHANGE(kek_exchange, spec->kek = (struct twin_span){long_value, 16},
       spec->hmac_hash = &twin_hashes[TWIN_HASH_SHA512])
CHANGE(small_slot, spec->slot_size = PAYLOAD_LEN)

/* Twelve characters of one, two, three and four bytes. */
#define LONGEST_TYPE "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x81"
CHANGE(short_type, spec->sw_type = "twelve chars")
CHANGE(longest_type, spec->sw_type = LONGEST_TYPE LONGEST_TYPE LONGEST_TYPE)
CHANGE(widest_type,
       spec->sw_type = "\xf0\x9f\x98\x81\xf0\x9f\x98\x81\xf0\x9f\x98\x81\xf0\x9f\x98\x81"
                       "\xf0\x9f\x98\x81\xf0\x9f\x98\x81\xf0\x9f\x98\x81\xf0\x9f\x98\x81"
                       "\xf0\x9f\x98\x81\xf0\x9f\x98\x81\xf0\x9f\x98\x81\xf0\x9f\x98\x81")
CHANGE(to_load, spec->load_addr = 1)
CHANGE(for_place, spec->rom_fixed = 1)
CHANGE(most_align, spec->align = spec->max_align = 32)
CHANGE(padded, spec->pad = true, spec->slot_size = 16384)
CHANGE(first_types, set_tlvs(spec, TWIN_TLV_VENDOR_MIN, TWIN_TLV_VENDOR_MAX, 1))
CHANGE(least_header, spec->header_size = PAYLOAD_LEN + 32)

/* The last value before each that is refused. */
static void check_edges(void)
{
    static void (*const changes[])(struct twin_sign_spec *) = {
        short_type, longest_type, widest_type, to_load,     for_place,
        most_align, padded,       first_types, least_header};

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct twin_sign_spec spec = twin_sign_defaults();
        struct twin_verify_result result;
        struct twin_signed image;

        spec.key = &p256;
        changes[i](&spec);
        CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
        CHECK_EQ(verify(&image, &p256, NULL, no_kek, &result), TWIN_ERROR_NONE);
        twin_signed_free(&image);
    }
    /* Who signs elsewhere may have hashed otherwise. */
    CHECK(!twin_sign_hash_suits(p256.type, false, &twin_hashes[TWIN_HASH_SHA512]));
    CHECK(twin_sign_hash_suits(p256.type, true, &twin_hashes[TWIN_HASH_SHA512]));
    CHECK(!twin_sign_hash_suits(p256.type, true, &twin_hashes[TWIN_HASH_SHA384]));
}

static void check_refusals(void)
{
    static const struct change changes[] = {
        {no_header, TWIN_ERROR_USAGE, "32 bytes"},
        {no_room, TWIN_ERROR_USAGE, "no room for the header"},
        {two_addresses, TWIN_ERROR_USAGE, "not both"},
        {odd_align, TWIN_ERROR_USAGE, "alignment"},
        {no_align, TWIN_ERROR_USAGE, "alignment"},
        {small_max_align, TWIN_ERROR_USAGE, "alignment of the trailer"},
        {odd_max_align, TWIN_ERROR_USAGE, "alignment of the trailer"},
        {no_slot, TWIN_ERROR_USAGE, "size of the slot"},
        {long_type, TWIN_ERROR_USAGE, "12 characters"},
        {broken_type, TWIN_ERROR_USAGE, "UTF-8"},
        {tlv_twice, TWIN_ERROR_USAGE, "exists"},
        {tlv_known, TWIN_ERROR_USAGE, "predefined"},
        {tlv_low, TWIN_ERROR_USAGE, "0x9f"},
        {tlv_high, TWIN_ERROR_USAGE, "0xffff"},
        {tlvs_long, TWIN_ERROR_USAGE, "80012 bytes"},
        {tlv_long, TWIN_ERROR_USAGE, "longer than 65535"},
        {cannot_sign, TWIN_ERROR_USAGE, "cannot sign"},
        {only_public, TWIN_ERROR_USAGE, "private key"},
        {not_pure, TWIN_ERROR_USAGE, "Ed25519"},
        {wrong_hash, TWIN_ERROR_USAGE, "SHA512"},
        {fixed_unsigned, TWIN_ERROR_USAGE, "public key"},
        {fixed_nothing, TWIN_ERROR_REFUSED, "does not match"},
        {fixed_packed, TWIN_ERROR_USAGE, "two signatures"},
        {wrong_receiver, TWIN_ERROR_USAGE, "no loader can decrypt"},
        {other_kind, TWIN_ERROR_USAGE, "same type of key"},
        {wrong_exchange, TWIN_ERROR_USAGE, "HMAC-SHA512"},
        {rsa_exchange, TWIN_ERROR_USAGE, "HMAC-SHA512"},
        {wrong_aes_len, TWIN_ERROR_USAGE, "16 or 32"},
        {wrong_kek, TWIN_ERROR_USAGE, "as long as"},
        {kek_exchange, TWIN_ERROR_USAGE, "HMAC-SHA512"},
        {small_slot, TWIN_ERROR_USAGE, "exceeds"},
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct twin_sign_spec spec = twin_sign_defaults();
        struct twin_signed image;

        spec.key = &p256;
        changes[i].make(&spec);
        CHECK_EQ(sign(&spec, &image), changes[i].code);
        if (strstr(error.why, changes[i].word) == NULL) {
            fprintf(stderr, "%s: not about '%s'\n", error.why, changes[i].word);
        }
        CHECK(strstr(error.why, changes[i].word) != NULL);
        twin_signed_free(&image);
    }
}

/* ---- What does not check out ---- */

static void check_faults(void)
{
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_verify_result result;
    struct twin_signed image, none = {0};

    CHECK_EQ(verify(&none, NULL, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
    CHECK_EQ(result.fault, TWIN_FAULT_SHORT);
    spec.key = &p256;
    CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
    CHECK_EQ(verify(&image, NULL, NULL, no_kek, &result), TWIN_ERROR_NONE);
    CHECK(result.signatures == 0 && result.foreign_signatures == 1);
    CHECK_EQ(verify(&image, &ed25519, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
    CHECK_EQ(result.fault, TWIN_FAULT_SIGNATURE);
    CHECK_EQ(verify(&image, &x25519, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
    CHECK_EQ(result.fault, TWIN_FAULT_KEY_TYPE);

    /* Every byte counts, and none of them can be left away. */
    for (size_t i = 0; i < image.bytes.len; i += i < 64 || i > PAYLOAD_LEN ? 1 : 97) {
        image.bytes.data[i] ^= 0x10;
        CHECK_EQ(verify(&image, &p256, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
        image.bytes.data[i] ^= 0x10;
    }
    size_t whole = image.bytes.len;
    for (image.bytes.len = 0; image.bytes.len < whole; image.bytes.len += 31) {
        CHECK_EQ(verify(&image, &p256, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
    }
    twin_signed_free(&image);

    spec.key = NULL;
    CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
    CHECK_EQ(verify(&image, &p256, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
    CHECK_EQ(result.fault, TWIN_FAULT_UNSIGNED);
    CHECK(strcmp(error.reason, "unsigned") == 0);
    /* One that begins later is found, and where. */
    struct twin_signed slot = {0};
    twin_buf_fill(&slot.bytes, 0xff, 4096);
    twin_buf_append(&slot.bytes, &image.bytes);
    CHECK_EQ(verify(&slot, NULL, NULL, no_kek, &result), TWIN_ERROR_VERIFY);
    CHECK(result.fault == TWIN_FAULT_MAGIC && result.image_at == 4096 && error.hint[0] != '\0');
    twin_signed_free(&slot);
    twin_signed_free(&image);
}

static void check_view(void)
{
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_signed image;
    struct twin_view view;
    struct twin_view_tlv tlv;

    spec.key = &p256;
    spec.version.major = 7;
    CHECK_EQ(sign(&spec, &image), TWIN_ERROR_NONE);
    CHECK_EQ(twin_view_open(&view, twin_buf_span(&image.bytes)), TWIN_FAULT_NONE);
    CHECK(view.header.version.major == 7 && view.end == image.bytes.len);
    CHECK(view.payload_len == PAYLOAD_LEN && twin_view_is_signed(&view));
    CHECK(twin_view_find_hash(&view, &tlv) && tlv.value.len == TWIN_SHA256_LEN);
    CHECK_MEM(tlv.value.ptr, image.digest, TWIN_SHA256_LEN);
    CHECK(!twin_view_find_wrapped_key(&view, &tlv));
    for (int form = TWIN_DUMP_HUMAN; form <= TWIN_DUMP_JSON; form++) {
        struct twin_buf text = {0};
        twin_dump(&view, "image.bin", (enum twin_dump_form)form, &text);
        CHECK_EQ(twin_buf_check(&text, &error), TWIN_ERROR_NONE);
        twin_buf_fill(&text, 0, 1);
        CHECK(strstr((char *)text.data, "ECDSASIG") != NULL);
        CHECK(strstr((char *)text.data, "7.0.0+0") != NULL);
        twin_buf_free(&text);
    }
    twin_signed_free(&image);
}

static void check_downgrade(void)
{
    static const struct {
        struct twin_version next;
        int64_t counter;   /* below 0: none */
        unsigned refusing; /* 1 << enum twin_downgrade_rule */
    } rows[] = {
        {{1, 2, 3, 4}, 5, 0},
        {{1, 2, 3, 3}, 6, 1 << TWIN_DOWNGRADE_BUILD},
        {{1, 2, 2, 9}, 5, 1 << TWIN_DOWNGRADE_VERSION | 1 << TWIN_DOWNGRADE_BUILD},
        {{2, 0, 0, 0}, 4, 1 << TWIN_DOWNGRADE_COUNTER},
        {{2, 0, 0, 0}, -1, 1 << TWIN_DOWNGRADE_COUNTER},
    };
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_signed installed, next;
    struct twin_view installed_view, view;

    spec.version = (struct twin_version){1, 2, 3, 4};
    spec.has_security_counter = true;
    spec.security_counter = 5;
    CHECK_EQ(sign(&spec, &installed), TWIN_ERROR_NONE);
    CHECK_EQ(twin_view_open(&installed_view, twin_buf_span(&installed.bytes)), TWIN_FAULT_NONE);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        spec.version = rows[i].next;
        spec.has_security_counter = rows[i].counter >= 0;
        spec.security_counter = (uint32_t)rows[i].counter;
        CHECK_EQ(sign(&spec, &next), TWIN_ERROR_NONE);
        CHECK_EQ(twin_view_open(&view, twin_buf_span(&next.bytes)), TWIN_FAULT_NONE);
        for (int rule = 0; rule < TWIN_DOWNGRADE_COUNT; rule++) {
            bool refuses = (rows[i].refusing >> rule & 1) != 0;
            CHECK_EQ(twin_downgrade_check(&view, &installed_view, (enum twin_downgrade_rule)rule,
                                          &error),
                     refuses ? TWIN_ERROR_VERIFY : TWIN_ERROR_NONE);
            CHECK(!refuses || error.why[0] != '\0');
        }
        twin_signed_free(&next);
    }
    twin_signed_free(&installed);
}

/* ---- Files ---- */

static void check_files(void)
{
    static const char hex[] = ":0100000001FE\n:0100000001FF\n";
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_image_file file, back;
    struct twin_buf kek = {0};
    char path[] = "/tmp/test_signing.XXXXXX.hex", raw[] = "/tmp/test_signing.XXXXXX";

    CHECK(close(mkstemps(path, 4)) == 0 && close(mkstemp(raw)) == 0);
    CHECK_EQ(twin_image_file_read("nosuch", 0, 0, &file, &error), TWIN_ERROR_USAGE);
    CHECK_EQ(twin_image_file_read("/", 0, 0, &file, &error), TWIN_ERROR_REFUSED);
    twin_buf_free(&file.bytes);
    CHECK_EQ(twin_kek_load("nosuch", &kek, &error), TWIN_ERROR_REFUSED);
    CHECK_EQ(twin_kek_load(raw, &kek, &error), TWIN_ERROR_USAGE); /* empty */

    /* Padded to a slot, and back from Intel HEX at its address. */
    spec.slot_size = 256;
    spec.pad = spec.confirm = true;
    file = (struct twin_image_file){.has_addr = true, .addr = 0x8000};
    twin_buf_fill(&file.bytes, 1, 100);
    CHECK_EQ(twin_image_file_write(path, &spec, &file, &error), TWIN_ERROR_NONE);
    CHECK_EQ(twin_image_file_read(path, 4, 0xee, &back, &error), TWIN_ERROR_NONE);
    CHECK(back.has_addr && back.addr == 0x8000 && back.bytes.len == 4 + 256);
    CHECK(back.bytes.data[3] == 0xee && back.bytes.data[4 + 99] == 1);
    CHECK(back.bytes.data[4 + 100] == 0xff && back.bytes.data[4 + 256 - 24] == 1);
    twin_buf_free(&back.bytes);
    CHECK_EQ(twin_image_file_write(raw, &spec, &file, &error), TWIN_ERROR_NONE);
    CHECK_EQ(twin_image_file_read(raw, 0, 0, &back, &error), TWIN_ERROR_NONE);
    CHECK(!back.has_addr && back.bytes.len == 256 && back.bytes.data[256 - 24] == 1);
    twin_buf_free(&back.bytes);

    file.addr = UINT32_MAX - 10;
    CHECK_EQ(twin_image_file_write(path, &spec, &file, &error), TWIN_ERROR_USAGE);
    file.has_addr = false;
    CHECK_EQ(twin_image_file_write(path, &spec, &file, &error), TWIN_ERROR_USAGE);
    spec.slot_size = (uint32_t)file.bytes.len;
    CHECK_EQ(twin_image_file_write(raw, &spec, &file, &error), TWIN_ERROR_USAGE);
    spec.pad = false;
    CHECK_EQ(twin_image_file_write("/nosuch/file", &spec, &file, &error), TWIN_ERROR_REFUSED);

    FILE *bad = fopen(path, "w");
    CHECK(bad != NULL && fputs(hex, bad) > 0 && fclose(bad) == 0);
    CHECK_EQ(twin_image_file_read(path, 0, 0, &back, &error), TWIN_ERROR_REFUSED);
    CHECK(strstr(error.why, "line 2") != NULL);
    twin_buf_free(&back.bytes);
    twin_buf_free(&file.bytes);
    twin_buf_free(&kek);
    CHECK(unlink(path) == 0 && unlink(raw) == 0);
}

int main(void)
{
    load(&rsa, KEYS "rsa-2048.pem");
    load(&p256, KEYS "ecdsa-p256.pem");
    load(&ed25519, KEYS "ed25519.pem");
    load(&x25519, KEYS "x25519.pem");
    load(&public_p256, TEST_VECTORS "/image/pub/ecdsa-p256.pem");
    check_signatures();
    check_compressed();
    check_encrypted();
    check_elsewhere();
    check_edges();
    check_refusals();
    check_faults();
    check_view();
    check_downgrade();
    check_files();
    struct twin_key *const keys[] = {&rsa, &p256, &ed25519, &x25519, &public_p256};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        twin_key_free(keys[i]);
    }
    return check_report();
}
