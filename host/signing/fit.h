/*
 * fit.h - does an image fit into its slot? Spec: docs/spec-image.md section 7.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/sign.h"

/* How the bootloader installs the image; decides how large it may be. */
enum twin_fit_mode {
    TWIN_FIT_MOVE,
    TWIN_FIT_OFFSET,
    TWIN_FIT_SCRATCH,
    TWIN_FIT_OVERWRITE,
    TWIN_FIT_XIP,
    TWIN_FIT_COUNT
};
extern const char *const twin_fit_mode_names[TWIN_FIT_COUNT + 1]; /* ends with NULL */

/*
 * Bytes to keep free as MCUboot's tool reckons: three status entries a sector whatever the mode.
 *
 * enc_tlv_len  bytes of the key exchange TLV, 0 for a plain image.
 */
uint64_t twin_fit_reserved(const struct twin_sign_spec *spec, size_t enc_tlv_len);

/* The two slots of an image. */
struct twin_fit_slots {
    uint32_t primary, secondary; /* bytes */
    uint32_t sector;             /* bytes of a sector, the same in both; not 0 */
};

/* Would a loader in this mode work with these slots at all? TWIN_ERROR_USAGE if not. */
enum twin_error_code twin_fit_check_slots(const struct twin_sign_spec *spec,
                                          enum twin_fit_mode mode, struct twin_fit_slots slots,
                                          struct twin_error *error);

/*
 * Bytes, header to last TLV, that really fit under one mode; 0 if none do. Modes that shift by a
 * sector need it in one of the slots only, so that one may be longer by it.
 */
uint64_t twin_fit_image_max(const struct twin_sign_spec *spec, enum twin_fit_mode mode,
                            struct twin_fit_slots slots, size_t enc_tlv_len);
