/*
 * firmware.c - read and check the file that a device is to get. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "firmware/firmware.h"
#include "base/file.h"
#include "keys/hash.h"
#include "keys/key.h"
#include "signing/verify.h"
#include "signing/view.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (256u * 1024 * 1024)
#define HIDDEN   (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)

/* ---- What is refused, and why ---- */

#define UNTOUCHED "The device was not touched"

/* reason is the word for programs, hint is what to try. */
static enum twin_error_code refuse(const struct twin_firmware *firmware, enum twin_error_code code,
                                   const char *reason, const char *why, const char *hint,
                                   struct twin_error *error)
{
    twin_error_set(error, code, "%.300s: %s", firmware->path, why);
    twin_error_what(error, "use the image file");
    twin_error_hint(error, "%s", hint);
    return twin_error_reason(error, reason);
}

static enum twin_error_code refuse_damaged(const struct twin_firmware *firmware, const char *why,
                                           struct twin_error *error)
{
    return refuse(firmware, TWIN_ERROR_VERIFY, "damaged", why, "Build or copy it again. " UNTOUCHED,
                  error);
}

/* ---- The image ---- */

/*
 * Check every hash TLV, and keep the first: devices list the image under it. An encrypted image's
 * hash is over what is inside, which cannot be seen here.
 */
static enum twin_error_code check_hashes(struct twin_firmware *firmware,
                                         const struct twin_view *view, struct twin_error *error)
{
    const struct twin_span hashed = {view->bytes.ptr, view->hashed_len};
    uint8_t computed[TWIN_HASH_LEN_MAX];
    struct twin_view_tlv tlv;
    size_t cursor = 0;

    while (twin_view_next(view, &cursor, &tlv)) {
        const struct twin_hash *alg = twin_hash_by_tlv(tlv.type);
        if (alg == NULL) {
            continue;
        }
        if (tlv.value.len != alg->len) {
            return refuse_damaged(firmware, "its hash has a wrong length", error);
        }
        if (twin_hash_compute(alg, hashed, computed, error) != TWIN_ERROR_NONE) {
            return error->code;
        }
        if ((view->header.flags & HIDDEN) == 0 && memcmp(computed, tlv.value.ptr, alg->len) != 0) {
            return refuse_damaged(firmware, "it is damaged: its content does not match its hash",
                                  error);
        }
        if (firmware->hash_len == 0) {
            memcpy(firmware->hash, tlv.value.ptr, alg->len);
            firmware->hash_len = alg->len;
        }
    }
    return TWIN_ERROR_NONE;
}

/* Of a compressed image: the hash of what comes out of it. */
static void keep_unpacked_hash(struct twin_firmware *firmware, const struct twin_view *view)
{
    struct twin_view_tlv tlv;

    if ((view->header.flags & TWIN_IMAGE_LZMA2) != 0 &&
        twin_view_find(view, TWIN_TLV_DECOMP_SHA, true, &tlv) &&
        tlv.value.len <= sizeof(firmware->unpacked_hash)) {
        memcpy(firmware->unpacked_hash, tlv.value.ptr, tlv.value.len);
        firmware->unpacked_hash_len = tlv.value.len;
    }
}

/* Unsigned is not damaged: there are bootloaders that want no signature. */
static enum twin_error_code check_unsigned(const struct twin_firmware *firmware,
                                           const struct twin_firmware_rules *rules,
                                           const struct twin_ask *ask, struct twin_error *error)
{
    if (firmware->is_signed) {
        return TWIN_ERROR_NONE;
    }
    if (rules->unsigned_too && rules->key == NULL) {
        twin_ask_warn(ask, "%s is not signed: a bootloader that checks signatures will refuse it",
                      firmware->path);
        return TWIN_ERROR_NONE;
    }
    return refuse(firmware, TWIN_ERROR_VERIFY, "unsigned",
                  "it is not signed, and a bootloader that checks signatures refuses it",
                  "'imgtool sign --key FILE' signs; for a bootloader that wants no signature there "
                  "is --allow-unsigned. " UNTOUCHED,
                  error);
}

static enum twin_error_code check_with(struct twin_firmware *firmware, const struct twin_key *key,
                                       const char *name, struct twin_error *error)
{
    const struct twin_verify_input input = {.bytes = twin_buf_span(&firmware->bytes),
                                            .keys = key,
                                            .key_count = 1,
                                            .dec_key = key->is_private ? key : NULL};
    struct twin_verify_result result;
    struct twin_error fault;
    char why[600];

    firmware->is_verified = twin_verify_image(&input, &result, &fault) == TWIN_ERROR_NONE;
    if (firmware->is_verified) {
        return TWIN_ERROR_NONE;
    }
    snprintf(why, sizeof(why), "the key %.200s did not sign it: %.300s", name, fault.why);
    return refuse(firmware, TWIN_ERROR_VERIFY, "wrong-key", why,
                  "Sign it with that key, or give --key the one that the device trusts. " UNTOUCHED,
                  error);
}

static enum twin_error_code check_key(struct twin_firmware *firmware, const char *name,
                                      const struct twin_ask *ask, struct twin_error *error)
{
    struct twin_key key = {0};

    if (name == NULL) {
        return TWIN_ERROR_NONE;
    }
    enum twin_error_code code = twin_key_load(&key, name, ask, error);
    if (code == TWIN_ERROR_NONE) {
        code = check_with(firmware, &key, name, error);
    } else {
        code = error->code = TWIN_ERROR_USAGE;
    }
    twin_key_free(&key);
    return code;
}

static enum twin_error_code check_image(struct twin_firmware *firmware,
                                        const struct twin_firmware_rules *rules,
                                        const struct twin_ask *ask, struct twin_error *error)
{
    struct twin_view view;

    const enum twin_fault fault = twin_view_open(&view, twin_buf_span(&firmware->bytes));
    if (fault == TWIN_FAULT_SHORT || fault == TWIN_FAULT_MAGIC) {
        return refuse(firmware, TWIN_ERROR_VERIFY, "no-image", "it is not an MCUboot image",
                      "Is it the file before signing? 'imgtool sign' makes one that devices take. "
                      "'mcumgr image upload --any' sends whatever it is. " UNTOUCHED,
                      error);
    }
    if (fault != TWIN_FAULT_NONE) {
        return refuse_damaged(firmware,
                              "it is cut short or damaged: its header and TLVs do not fit its "
                              "length",
                              error);
    }
    firmware->version = view.header.version;
    firmware->is_signed = twin_view_is_signed(&view);
    keep_unpacked_hash(firmware, &view);
    if (check_hashes(firmware, &view, error) != TWIN_ERROR_NONE ||
        check_unsigned(firmware, rules, ask, error) != TWIN_ERROR_NONE) {
        return error->code;
    }
    return check_key(firmware, rules->key, ask, error);
}

/* ---- The file ---- */

static enum twin_error_code refuse_unreadable(const struct twin_firmware *firmware, int why,
                                              struct twin_error *error)
{
    return refuse(firmware, TWIN_ERROR_USAGE, "unreadable", strerror(why), "", error);
}

/* Only what ends: a file, or a pipe until its writer closes it. */
static enum twin_error_code check_kind(const struct twin_firmware *firmware,
                                       const struct twin_ask *ask, struct twin_error *error)
{
    char text[400];
    struct stat info;

    if (stat(firmware->path, &info) != 0) {
        return refuse_unreadable(firmware, errno, error);
    }
    if (S_ISDIR(info.st_mode)) {
        return refuse(firmware, TWIN_ERROR_USAGE, "no-file", "it is a folder",
                      "Name the image file in it", error);
    }
    if (S_ISFIFO(info.st_mode)) {
        snprintf(text, sizeof(text), "Reading the pipe %.300s until its writer closes it",
                 firmware->path);
        twin_ask_note(ask, text);
    } else if (!S_ISREG(info.st_mode)) {
        return refuse(firmware, TWIN_ERROR_USAGE, "no-file", "it is a device, not a file",
                      "The port goes into --connstring dev=PORT", error);
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_firmware_load(struct twin_firmware *firmware, const char *path,
                                        const struct twin_firmware_rules *rules,
                                        const struct twin_ask *ask, struct twin_error *error)
{
    struct twin_sha256 sha;

    *firmware = (struct twin_firmware){.path = path};
    if (check_kind(firmware, ask, error) != TWIN_ERROR_NONE) {
        return error->code;
    }
    const int why = twin_file_read(path, FILE_MAX, &firmware->bytes);
    if (why != 0) {
        return refuse_unreadable(firmware, why, error);
    }
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, firmware->bytes.data, firmware->bytes.len);
    twin_sha256_final(&sha, firmware->sha);
    if (!rules->any) {
        return check_image(firmware, rules, ask, error);
    }
    return firmware->bytes.len >= TWIN_IMAGE_HEADER_LEN
               ? TWIN_ERROR_NONE
               : refuse(firmware, TWIN_ERROR_USAGE, "too-short",
                        "no device takes fewer than 32 bytes", UNTOUCHED, error);
}

void twin_firmware_free(struct twin_firmware *firmware)
{
    twin_buf_free(&firmware->bytes);
}

/* ---- Its upload ---- */

static twin_err_t read_part(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct twin_buf *bytes = ctx;

    (void)len; /* the upload asks for nothing behind the length that it was told */
    *data = bytes->data + off;
    return TWIN_OK;
}

void twin_firmware_describe(struct twin_firmware *firmware, struct twin_upload_config *config)
{
    config->len = (uint32_t)firmware->bytes.len;
    config->sha = firmware->sha;
    config->image_hash = (struct twin_span){firmware->hash, firmware->hash_len};
    config->read = read_part;
    config->ctx = &firmware->bytes;
}
