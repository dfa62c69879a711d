/*
 * sign_frame.c - what is hashed besides the payload: the header and the protected TLVs. Spec:
 * docs/spec-image.md section 1. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/sign_priv.h"
#include "twin/cbor.h"
#include <string.h>

#define CIPHER_BLOCK    16
#define BOOT_RECORD_MAX 256

static uint32_t header_flags(const struct twin_making *making)
{
    const struct twin_sign_spec *spec = making->spec;
    uint32_t flags = making->flags;

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

static void write_header(const struct twin_making *making, size_t prot_len)
{
    const struct twin_sign_spec *spec = making->spec;
    struct twin_buf *out = &making->image->bytes, header = {0};
    bool big = spec->big_endian;

    twin_buf_add_u32(&header, big, TWIN_IMAGE_MAGIC);
    twin_buf_add_u32(&header, big, spec->rom_fixed != 0 ? spec->rom_fixed : spec->load_addr);
    twin_buf_add_u16(&header, big, spec->header_size);
    twin_buf_add_u16(&header, big, (uint16_t)prot_len);
    twin_buf_add_u32(&header, big, (uint32_t)making->image->payload_len);
    twin_buf_add_u32(&header, big, header_flags(making));
    add_version(&header, big, &spec->version);
    twin_buf_add_u32(&header, big, 0);
    if (header.failed) {
        out->failed = true;
    } else {
        memcpy(out->data, header.data, header.len);
    }
    twin_buf_free(&header);
}

/* The digest in it stays 0: it would have to contain itself, so the loader fills it in. */
static void add_boot_record(const struct twin_making *making, struct twin_tlv_area *area)
{
    enum { SW_TYPE = 1, MEASUREMENT = 2, VERSION = 4, SIGNER = 5, MEASUREMENT_NAME = 6 };
    static const uint8_t zeros[TWIN_HASH_LEN_MAX];
    const struct twin_sign_spec *spec = making->spec;
    uint8_t record[BOOT_RECORD_MAX];
    struct twin_cbor_writer w = {.buf = record, .cap = sizeof(record)};
    struct twin_span signer = {zeros, TWIN_SHA256_LEN};
    struct twin_version version = spec->version;
    char text[TWIN_VERSION_STR_MAX];

    if (spec->key != NULL) {
        signer = twin_key_hash(spec->key, making->hash);
    }
    version.build = 0; /* the record has three numbers */
    twin_version_print(&version, text);
    twin_cbor_put_head(&w, TWIN_CBOR_MAP, 5);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, SW_TYPE);
    twin_cbor_put_text(&w, spec->sw_type);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, VERSION);
    twin_cbor_put_text(&w, text);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, SIGNER);
    twin_cbor_put_bytes(&w, TWIN_CBOR_BSTR, signer);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, MEASUREMENT_NAME);
    twin_cbor_put_text(&w, making->hash->name);
    twin_cbor_put_head(&w, TWIN_CBOR_UINT, MEASUREMENT);
    twin_cbor_put_bytes(&w, TWIN_CBOR_BSTR, (struct twin_span){zeros, making->hash->len});
    twin_tlv_add(area, TWIN_TLV_BOOT_RECORD, record, w.len);
}

static void add_dependency(const struct twin_sign_dependency *dependency,
                           struct twin_tlv_area *area)
{
    uint8_t image[4] = {dependency->image};
    struct twin_buf value = {0};

    twin_buf_add(&value, image, sizeof(image));
    add_version(&value, area->big_endian, &dependency->version);
    area->entries.failed = area->entries.failed || value.failed;
    twin_tlv_add(area, TWIN_TLV_DEPENDENCY, value.data, value.len);
    twin_buf_free(&value);
}

/* In the order that the reference tool writes. */
static void add_protected(const struct twin_making *making, struct twin_tlv_area *area)
{
    const struct twin_sign_spec *spec = making->spec;

    if (spec->has_security_counter) {
        twin_tlv_add_u32(area, TWIN_TLV_SEC_CNT, spec->security_counter);
    }
    if (spec->sw_type != NULL) {
        add_boot_record(making, area);
    }
    for (size_t i = 0; i < spec->dependency_count; i++) {
        add_dependency(&spec->dependencies[i], area);
    }
    twin_buf_append(&area->entries, &making->packed.entries);
    if (spec->has_vid) {
        twin_tlv_add(area, TWIN_TLV_UUID_VID, spec->vid, TWIN_UUID_LEN);
    }
    if (spec->has_cid) {
        twin_tlv_add(area, TWIN_TLV_UUID_CID, spec->cid, TWIN_UUID_LEN);
    }
    for (size_t i = 0; i < spec->custom_count; i++) {
        const struct twin_sign_tlv *custom = &spec->custom[i];
        twin_tlv_add(area, custom->type, custom->value.ptr, custom->value.len);
    }
}

enum twin_error_code twin_making_frame(struct twin_making *making, struct twin_error *error)
{
    struct twin_tlv_area area = {TWIN_TLV_MAGIC_PROT, making->spec->big_endian, {0}};
    struct twin_buf *bytes = &making->image->bytes;
    size_t rest = bytes->len % CIPHER_BLOCK;
    enum twin_error_code code = TWIN_ERROR_NONE;

    if (twin_making_enciphers(making) && rest > 0) {
        twin_buf_fill(bytes, 0, CIPHER_BLOCK - rest);
    }
    making->image->payload_len = bytes->len - making->spec->header_size;
    add_protected(making, &area);
    size_t prot_len = twin_tlv_area_len(&area);
    if (prot_len > UINT16_MAX) {
        code = twin_error_set(error, TWIN_ERROR_USAGE,
                              "the protected TLVs need %zu bytes, at most 65535 are possible",
                              prot_len);
    } else {
        write_header(making, prot_len);
        twin_tlv_area_append(&area, bytes);
        code = twin_buf_check(bytes, error);
    }
    twin_buf_free(&area.entries);
    return code;
}
