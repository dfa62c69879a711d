/*
 * sign.c - turn a payload into an image. Spec: docs/spec-image.md sections 1 to 5.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "signing/sign.h"
#include "cli/cli.h"
#include "signing/encrypt.h"
#include "signing/fit.h"
#include "twin/cbor.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CIPHER_BLOCK    16
#define BOOT_RECORD_MAX 256

void twin_sign_spec_free(struct twin_sign_spec *spec)
{
    for (size_t i = 0; i < spec->custom_count; i++) {
        twin_buf_free(&spec->custom[i].value);
    }
    free(spec->custom);
    free(spec->dependencies);
    twin_buf_free(&spec->fixed_sig);
    twin_buf_free_secret(&spec->kek);
}

void twin_signed_free(struct twin_signed *build)
{
    twin_buf_free(&build->bytes);
    twin_buf_free(&build->extra.entries);
}

static uint32_t header_flags(const struct twin_sign_spec *spec, const struct twin_signed *build)
{
    uint32_t flags = build->flags;

    if (twin_sign_encrypts(spec)) {
        flags |= spec->aes_len == 16 ? TWIN_IMAGE_ENCRYPTED_AES128 : TWIN_IMAGE_ENCRYPTED_AES256;
    }
    if (spec->load_addr != 0) {
        flags |= TWIN_IMAGE_RAM_LOAD;
    }
    if (spec->rom_fixed != 0) {
        flags |= TWIN_IMAGE_ROM_FIXED;
    }
    if (spec->non_bootable) {
        flags |= TWIN_IMAGE_NON_BOOTABLE;
    }
    return flags;
}

static void add_version(struct twin_buf *out, bool big, const struct twin_version *version)
{
    uint8_t first[2] = {version->major, version->minor};

    twin_buf_add(out, first, sizeof(first));
    twin_buf_add_u16(out, big, version->revision);
    twin_buf_add_u32(out, big, version->build);
}

static void write_header(const struct twin_sign_spec *spec, struct twin_signed *build,
                         size_t prot_len)
{
    struct twin_buf header = {0};
    bool big = spec->big_endian;

    twin_buf_add_u32(&header, big, TWIN_IMAGE_MAGIC);
    twin_buf_add_u32(&header, big, spec->rom_fixed != 0 ? spec->rom_fixed : spec->load_addr);
    twin_buf_add_u16(&header, big, spec->header_size);
    twin_buf_add_u16(&header, big, (uint16_t)prot_len);
    twin_buf_add_u32(&header, big, (uint32_t)build->payload_len);
    twin_buf_add_u32(&header, big, header_flags(spec, build));
    add_version(&header, big, &spec->version);
    twin_buf_add_u32(&header, big, 0);
    memcpy(build->bytes.data, header.data, header.len);
    twin_buf_free(&header);
}

/* The digest in it stays 0: it would have to contain itself, so the loader fills it in. */
static void add_boot_record(const struct twin_sign_spec *spec, struct twin_tlv_area *area)
{
    enum { SW_TYPE = 1, MEASUREMENT = 2, VERSION = 4, SIGNER = 5, MEASUREMENT_NAME = 6 };
    static const uint8_t zeros[TWIN_HASH_LEN_MAX];
    uint8_t record[BOOT_RECORD_MAX], signer[TWIN_HASH_LEN_MAX] = {0};
    struct twin_cbor_writer w = {.buf = record, .cap = sizeof(record)};
    size_t signer_len = spec->key != NULL ? spec->hash->len : TWIN_SHA256_LEN;
    struct twin_version version = spec->version;
    char text[TWIN_VERSION_STR_MAX];

    if (spec->key != NULL) {
        memcpy(signer, twin_key_hash(spec->key, spec->hash).ptr, signer_len);
    }
    version.build = 0; /* the record has three numbers */
    twin_version_print(&version, text);
    twin_cbor_put_head(&w, TWIN_CBOR_MAP, 5);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, SW_TYPE);
    twin_cbor_put_text(&w, spec->sw_type);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, VERSION);
    twin_cbor_put_text(&w, text);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, SIGNER);
    twin_cbor_put_bytes(&w, TWIN_CBOR_BSTR, (struct twin_span){signer, signer_len});
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, MEASUREMENT_NAME);
    twin_cbor_put_text(&w, spec->hash->name);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, MEASUREMENT);
    twin_cbor_put_bytes(&w, TWIN_CBOR_BSTR, (struct twin_span){zeros, spec->hash->len});
    twin_tlv_add(area, TWIN_TLV_BOOT_RECORD, record, w.len);
}

static void add_dependency(const struct twin_sign_dependency *dependency,
                           struct twin_tlv_area *area)
{
    uint8_t image[4] = {dependency->image};
    struct twin_buf value = {0};

    twin_buf_add(&value, image, sizeof(image));
    add_version(&value, area->big_endian, &dependency->version);
    twin_tlv_add(area, TWIN_TLV_DEPENDENCY, value.data, value.len);
    twin_buf_free(&value);
}

/* In the order that the reference tool writes. */
static void add_protected(const struct twin_sign_spec *spec, const struct twin_signed *build,
                          struct twin_tlv_area *area)
{
    if (spec->has_security_counter) {
        twin_tlv_add_u32(area, TWIN_TLV_SEC_CNT, spec->security_counter);
    }
    if (spec->sw_type != NULL) {
        add_boot_record(spec, area);
    }
    for (size_t i = 0; i < spec->dependency_count; i++) {
        add_dependency(&spec->dependencies[i], area);
    }
    twin_buf_add_span(&area->entries, twin_buf_span(&build->extra.entries));
    if (spec->has_vid) {
        twin_tlv_add(area, TWIN_TLV_UUID_VID, spec->vid, TWIN_UUID_LEN);
    }
    if (spec->has_cid) {
        twin_tlv_add(area, TWIN_TLV_UUID_CID, spec->cid, TWIN_UUID_LEN);
    }
    for (size_t i = 0; i < spec->custom_count; i++) {
        const struct twin_sign_tlv *custom = &spec->custom[i];
        twin_tlv_add(area, custom->type, custom->value.data, custom->value.len);
    }
}

static bool enciphers(const struct twin_sign_spec *spec, const struct twin_signed *build)
{
    return twin_sign_encrypts(spec) && !build->plain;
}

int twin_sign_hashed(const struct twin_sign_spec *spec, struct twin_signed *build)
{
    struct twin_tlv_area area = {TWIN_TLV_MAGIC_PROT, spec->big_endian, {0}};
    size_t rest = build->bytes.len % CIPHER_BLOCK;

    add_protected(spec, build, &area);
    size_t prot_len = twin_tlv_area_len(&area);
    if (prot_len > UINT16_MAX) {
        twin_buf_free(&area.entries);
        return cli_fail(CLI_USAGE, "the protected TLVs need %zu bytes, at most 65535 are possible",
                        prot_len);
    }
    if (enciphers(spec, build) && rest > 0) {
        twin_buf_fill(&build->bytes, 0, CIPHER_BLOCK - rest);
    }
    build->payload_len = build->bytes.len - spec->header_size;
    write_header(spec, build, prot_len);
    twin_tlv_area_append(&area, &build->bytes);
    twin_buf_free(&area.entries);
    struct twin_error error;
    if (twin_buf_check(&build->bytes, &error) != TWIN_ERROR_NONE ||
        twin_hash_compute(spec->hash, twin_buf_span(&build->bytes), build->digest, &error) !=
            TWIN_ERROR_NONE) {
        return cli_fail_error(&error);
    }
    return CLI_DONE;
}

/* Sign, or take the signature made elsewhere; both have to match the key. */
static int make_signature(const struct twin_sign_spec *spec, struct twin_signed *build)
{
    struct twin_span message = {build->digest, spec->hash->len};

    if (spec->pure) {
        message = twin_buf_span(&build->bytes);
    }
    if (!spec->fixed) {
        if (!spec->quiet) { /* the words of the reference tool, which scripts may look for */
            printf("image.py: sign the %s\n",
                   spec->key->type->scheme == TWIN_SCHEME_EDDSA ? "digest" : "payload");
        }
        struct twin_error error;
        return twin_key_sign(spec->key, spec->hash, message, build->sig, &build->sig_len, &error) ==
                       TWIN_ERROR_NONE
                   ? CLI_DONE
                   : cli_fail_error(&error);
    }
    if (!twin_key_verify(spec->key, spec->hash, message, twin_buf_span(&spec->fixed_sig))) {
        return cli_fail(CLI_REFUSED,
                        "the fixed signature does not match this image and %s; were all other "
                        "options the same when the vector to sign was made?",
                        spec->key->name);
    }
    memcpy(build->sig, spec->fixed_sig.data, spec->fixed_sig.len);
    build->sig_len = spec->fixed_sig.len;
    return CLI_DONE;
}

static int add_signature(const struct twin_sign_spec *spec, struct twin_signed *build,
                         struct twin_tlv_area *area)
{
    const struct twin_key_type *type = spec->key->type;
    int rc = make_signature(spec, build);

    if (rc != CLI_DONE) {
        return rc;
    }
    if (spec->pad_sig && build->sig_len < type->padded_len) {
        memset(build->sig + build->sig_len, 0, type->padded_len - build->sig_len);
        build->sig_len = type->padded_len;
    }
    if (spec->full_key) {
        twin_tlv_add(area, TWIN_TLV_PUBKEY, spec->key->der.data, spec->key->der.len);
    } else {
        twin_tlv_add(area, TWIN_TLV_KEYHASH, twin_key_hash(spec->key, spec->hash).ptr,
                     spec->hash->len);
    }
    twin_tlv_add(area, type->sig_tlv, build->sig, build->sig_len);
    return CLI_DONE;
}

static int add_unprotected(const struct twin_sign_spec *spec, struct twin_signed *build,
                           struct twin_tlv_area *area)
{
    static const uint8_t yes = 1;
    size_t before;
    int rc;

    twin_tlv_add(area, spec->hash->tlv, build->digest, spec->hash->len);
    if (spec->pure) {
        twin_tlv_add(area, TWIN_TLV_SIG_PURE, &yes, sizeof(yes));
    }
    if (spec->key != NULL && (rc = add_signature(spec, build, area)) != CLI_DONE) {
        return rc;
    }
    if (!enciphers(spec, build)) {
        return CLI_DONE;
    }
    before = area->entries.len;
    rc =
        twin_encrypt_payload(spec, build->bytes.data + spec->header_size, build->payload_len, area);
    build->enc_tlv_len = area->entries.len - before - TWIN_TLV_HEADER_LEN;
    return rc;
}

int twin_sign_image(const struct twin_sign_spec *spec, struct twin_signed *build)
{
    struct twin_tlv_area area = {TWIN_TLV_MAGIC, spec->big_endian, {0}};
    int rc = twin_sign_hashed(spec, build);

    if (rc == CLI_DONE) {
        rc = add_unprotected(spec, build, &area);
    }
    if (rc == CLI_DONE) {
        twin_tlv_area_append(&area, &build->bytes);
    }
    twin_buf_free(&area.entries);
    return rc;
}

int twin_sign_check_size(const struct twin_sign_spec *spec, const struct twin_signed *build)
{
    uint64_t trailer = twin_fit_reserved(spec, build->enc_tlv_len);

    if (spec->slot_size == 0 || build->bytes.len + trailer <= spec->slot_size) {
        return CLI_DONE;
    }
    return cli_fail(
        CLI_USAGE, "Image size (0x%zx) + trailer (0x%" PRIx64 ") exceeds requested size 0x%" PRIx32,
        build->bytes.len, trailer, spec->slot_size);
}
