/*
 * firmware/firmware.h - the file that a device is to get, checked before a device is touched.
 *
 *     struct twin_firmware firmware;
 *     const struct twin_firmware_rules rules = {.key = "root.pem"};
 *     if (twin_firmware_load(&firmware, "app.bin", &rules, NULL, &error) == TWIN_ERROR_NONE) {
 *         twin_firmware_describe(&firmware, &config.upload);
 *         ...begin the upload or the update...
 *     }
 *     twin_firmware_free(&firmware);
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/ask.h"
#include "base/buf.h"
#include "twin/image.h"
#include "twin/upload.h"

struct twin_firmware {
    const char *path;
    struct twin_buf bytes;
    uint8_t sha[TWIN_SHA256_LEN]; /* of the whole file */
    uint8_t hash[TWIN_IMAGE_HASH_MAX];
    size_t hash_len; /* the image's hash TLV; 0: it has none that devices list */
    uint8_t unpacked_hash[TWIN_IMAGE_HASH_MAX];
    size_t unpacked_hash_len; /* of a compressed image: what it will be listed under; else 0 */
    struct twin_version version;
    bool is_signed;   /* there is a signature, whoever made it */
    bool is_verified; /* and it is by the key that was given */
};

/* What is asked of the file. */
struct twin_firmware_rules {
    bool any;          /* nothing: it need not even be an image */
    bool unsigned_too; /* an image without signature gets a warning; else it is refused */
    const char *key;   /* PEM file or pkcs11: URI whose signature it must have; NULL: not checked */
};

/*
 * Read a file, once and whole, then check that it is an undamaged MCUboot image and keeps the
 * rules. A pipe is read to its end. Folders and devices are refused: a serial port would be read
 * for ever.
 *
 * ask  for the passphrase of the key, and for warnings; NULL: nobody hears.
 *
 * TWIN_ERROR_USAGE: it cannot be read ("unreadable", "no-file"), is too short for any device
 * ("too-short"), or the key cannot. TWIN_ERROR_VERIFY: "no-image", "damaged", "unsigned",
 * "wrong-key". The words are the error's reason. Free it in any case.
 */
enum twin_error_code twin_firmware_load(struct twin_firmware *firmware, const char *path,
                                        const struct twin_firmware_rules *rules,
                                        const struct twin_ask *ask, struct twin_error *error);
void twin_firmware_free(struct twin_firmware *firmware);

/* What an upload of this file needs to know of it; the rest of config stays as it is. */
void twin_firmware_describe(struct twin_firmware *firmware, struct twin_upload_config *config);
