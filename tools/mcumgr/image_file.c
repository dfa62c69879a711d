/*
 * image_file.c - read and check an image file: the file is looked at as if it were flash. Hashes
 * and signatures are checked with the code of imgtool.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "image_file.h"
#include "base/file.h"
#include "cli/ask.h"
#include "cmd_image.h"
#include "keys/hash.h"
#include "keys/key.h"
#include "signing/verify.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (256u * 1024 * 1024)
#define HIDDEN   (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)

static twin_err_t read_memory(void *ctx, uint32_t addr, void *buf, size_t len)
{
    const struct image_file *file = ctx;

    memcpy(buf, file->bytes.data + addr, len);
    return TWIN_OK;
}

/* ---- What is refused, and why ---- */

/* reason is the word for programs. */
static int refuse(const struct image_file *file, int code, const char *reason, const char *why,
                  const char *hint)
{
    char text[1000];

    snprintf(text, sizeof(text), "%.300s: %s", file->path, why);
    return cli_fail_as(&(struct cli_failure){.code = code,
                                             .what = "use the image file",
                                             .why = text,
                                             .hint = hint,
                                             .more = json_pack("{s:s}", "reason", reason)});
}

#define UNTOUCHED "The device was not touched"

static int refuse_damaged(const struct image_file *file, const char *why)
{
    return refuse(file, CLI_VERIFY, "damaged", why, "Build or copy it again. " UNTOUCHED);
}

/* ---- Hashes and signatures ---- */

/*
 * Check every hash TLV, and keep the first: devices list the image under it. An encrypted image's
 * hash is over what is inside, which cannot be seen here.
 */
static int check_hashes(struct image_file *file, const struct twin_image *image)
{
    const struct twin_span hashed = {file->bytes.data, image->hashed_len};
    uint8_t computed[TWIN_HASH_LEN_MAX];
    struct twin_error error;
    struct twin_tlv tlv;
    uint32_t cursor = 0;

    while (twin_image_tlv_next(image, &cursor, &tlv) == TWIN_OK) {
        const struct twin_hash *alg = twin_hash_by_tlv(tlv.type);
        if (alg == NULL) {
            continue;
        }
        if (tlv.len != alg->len) {
            return refuse_damaged(file, "its hash has a wrong length");
        }
        if (twin_hash_compute(alg, hashed, computed, &error) != TWIN_ERROR_NONE) {
            return cli_fail_error(&error);
        }
        if ((image->header.flags & HIDDEN) == 0 &&
            memcmp(computed, file->bytes.data + tlv.off, tlv.len) != 0) {
            return refuse_damaged(file, "it is damaged: its content does not match its hash");
        }
        if (file->hash_len == 0) {
            memcpy(file->hash, file->bytes.data + tlv.off, tlv.len);
            file->hash_len = tlv.len;
        }
    }
    return CLI_DONE;
}

static bool has_signature(const struct twin_image *image)
{
    struct twin_tlv tlv;
    uint32_t cursor = 0;

    while (twin_image_tlv_next(image, &cursor, &tlv) == TWIN_OK) {
        if (tlv.type == TWIN_TLV_RSA2048 || tlv.type == TWIN_TLV_RSA3072 ||
            tlv.type == TWIN_TLV_ECDSA || tlv.type == TWIN_TLV_ED25519) {
            return true;
        }
    }
    return false;
}

/* Unsigned is no damage: there are bootloaders that want no signature. */
static int check_unsigned(const struct image_file *file, const struct image_rules *rules)
{
    if (file->is_signed) {
        return CLI_DONE;
    }
    if (rules->unsigned_too && rules->key == NULL) {
        cli_warn("%s is not signed: a bootloader that checks signatures will refuse it",
                 file->path);
        return CLI_DONE;
    }
    return refuse(file, CLI_VERIFY, "unsigned",
                  "it is not signed, and a bootloader that checks signatures refuses it",
                  "'imgtool sign --key FILE' signs; for a bootloader that wants no signature there "
                  "is --allow-unsigned. " UNTOUCHED);
}

static int check_with(struct image_file *file, const struct twin_key *key, const char *name)
{
    const struct twin_verify_input input = {.bytes = {file->bytes.data, file->bytes.len},
                                            .keys = key,
                                            .key_count = 1,
                                            .dec_key = key->is_private ? key : NULL};
    struct twin_verify_result result;
    struct twin_error error;
    char why[600];

    file->is_verified = twin_verify_image(&input, &result, &error) == TWIN_ERROR_NONE;
    if (file->is_verified) {
        return CLI_DONE;
    }
    snprintf(why, sizeof(why), "the key %.200s did not sign it: %.300s", name, error.why);
    return refuse(
        file, CLI_VERIFY, "wrong-key", why,
        "Sign it with that key, or give --key the one that the device trusts. " UNTOUCHED);
}

/* Nobody is asked for a passphrase: the public half is enough, and scripts have no terminal. */
static int check_key(struct image_file *file, const struct image_rules *rules)
{
    struct cli_secrets secrets = {.passphrase = {-1, "--passphrase-fd", "IMGTOOL_PASSPHRASE"},
                                  .pin = {-1, "--pin-fd", "IMGTOOL_PIN"},
                                  .quiet = true};
    const struct twin_ask ask = cli_ask(&secrets);
    struct twin_key key = {0};
    struct twin_error error;
    int code = CLI_USAGE;

    if (rules->key == NULL) {
        return CLI_DONE;
    }
    twin_secret_no_dumps();
    if (twin_key_load(&key, rules->key, &ask, &error) == TWIN_ERROR_NONE) {
        code = check_with(file, &key, rules->key);
    } else {
        cli_fail_error(&error);
    }
    twin_wipe(&secrets, sizeof(secrets));
    twin_key_free(&key);
    return code;
}

/* ---- The file ---- */

static int check_image(struct image_file *file, const struct image_rules *rules)
{
    const uint32_t len = (uint32_t)file->bytes.len;
    const struct twin_flash memory = {
        .ctx = file, .size = len, .page_bytes = 1, .write_bytes = 1, .read = read_memory};
    const struct twin_area area = {.flash = &memory, .len = len};
    struct twin_image image;

    const twin_err_t err = twin_image_open(&image, &area, 0, len);
    if (err == TWIN_E_NOT_FOUND || len < TWIN_IMAGE_HEADER_LEN) {
        return refuse(file, CLI_VERIFY, "no-image", "it is not an MCUboot image",
                      "Is it the file before signing? 'imgtool sign' makes one that devices take. "
                      "'mcumgr image upload --any' sends whatever it is. " UNTOUCHED);
    }
    if (err != TWIN_OK) {
        return refuse_damaged(file, "it is cut short or damaged: its header and TLVs do not fit "
                                    "its length");
    }
    file->version = image.header.version;
    file->is_signed = has_signature(&image);
    int code = check_hashes(file, &image);
    if (code == CLI_DONE) {
        code = check_unsigned(file, rules);
    }
    return code == CLI_DONE ? check_key(file, rules) : code;
}

static int refuse_unreadable(const struct image_file *file, int why)
{
    return refuse(file, CLI_USAGE, "unreadable", strerror(why), NULL);
}

/* Only what ends: a file, or a pipe until its writer closes it. */
static int check_kind(const struct image_file *file)
{
    struct stat info;

    if (stat(file->path, &info) != 0) {
        return refuse_unreadable(file, errno);
    }
    if (S_ISDIR(info.st_mode)) {
        return refuse(file, CLI_USAGE, "no-file", "it is a folder", "Name the image file in it");
    }
    if (S_ISFIFO(info.st_mode)) {
        fprintf(stderr, "Reading the pipe %s until its writer closes it\n", file->path);
    } else if (!S_ISREG(info.st_mode)) {
        return refuse(file, CLI_USAGE, "no-file", "it is a device, not a file",
                      "The port goes into --connstring dev=PORT");
    }
    return CLI_DONE;
}

int image_file_load(struct image_file *file, const char *path, const struct image_rules *rules)
{
    struct twin_sha256 sha;

    memset(file, 0, sizeof(*file));
    file->path = path;
    int code = check_kind(file);
    if (code != CLI_DONE) {
        return code;
    }
    const int why = twin_file_read(path, FILE_MAX, &file->bytes);
    if (why != 0) {
        return refuse_unreadable(file, why);
    }
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, file->bytes.data, file->bytes.len);
    twin_sha256_final(&sha, file->sha);
    if (!rules->any) {
        return check_image(file, rules);
    }
    if (file->bytes.len < TWIN_IMAGE_HEADER_LEN) {
        return refuse(file, CLI_USAGE, "too-short", "no device takes fewer than 32 bytes",
                      UNTOUCHED);
    }
    return CLI_DONE;
}

void image_file_free(struct image_file *file)
{
    twin_buf_free(&file->bytes);
}

static twin_err_t read_part(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct twin_buf *bytes = ctx;

    (void)len; /* the upload asks for nothing behind the length that it was told */
    *data = bytes->data + off;
    return TWIN_OK;
}

void image_file_describe(struct image_file *file, struct twin_upload_config *config)
{
    config->len = (uint32_t)file->bytes.len;
    config->sha = file->sha;
    config->image_hash = (struct twin_span){file->hash, file->hash_len};
    config->read = read_part;
    config->ctx = &file->bytes;
}
