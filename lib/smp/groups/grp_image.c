/*
 * grp_image.c - key tables of the image group. Spec: docs/spec-smp.md section 3.2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_image.h"

static const struct twin_field slot[] = {
    TWIN_FIELD(twin_image_slot, image, "image", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, slot, "slot", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, version, "version", TWIN_F_TSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, hash, "hash", TWIN_F_BSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, bootable, "bootable", TWIN_F_BOOL, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, pending, "pending", TWIN_F_BOOL, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, confirmed, "confirmed", TWIN_F_BOOL, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, active, "active", TWIN_F_BOOL, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot, permanent, "permanent", TWIN_F_BOOL, TWIN_OPTIONAL),
};

static const struct twin_field state_rsp[] = {
    TWIN_FIELD(twin_image_state_rsp, slots, TWIN_IMAGE_KEY_IMAGES, TWIN_F_LIST, TWIN_REQUIRED),
    TWIN_FIELD(twin_image_state_rsp, split_status, TWIN_IMAGE_KEY_SPLIT, TWIN_F_I64, TWIN_OPTIONAL),
};
static const struct twin_field mark_rsp[] = {
    TWIN_FIELD(twin_image_state_rsp, slots, TWIN_IMAGE_KEY_IMAGES, TWIN_F_LIST, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_state_rsp, split_status, TWIN_IMAGE_KEY_SPLIT, TWIN_F_I64, TWIN_OPTIONAL),
};
static const struct twin_field state_req[] = {
    TWIN_FIELD(twin_image_state_req, hash, "hash", TWIN_F_BSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_state_req, confirm, "confirm", TWIN_F_BOOL, TWIN_OPTIONAL),
};

static const struct twin_field upload_req[] = {
    TWIN_FIELD(twin_image_upload_req, image, "image", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_upload_req, len, "len", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_upload_req, off, "off", TWIN_F_U32, TWIN_REQUIRED),
    TWIN_FIELD(twin_image_upload_req, sha, "sha", TWIN_F_BSTR, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_upload_req, data, "data", TWIN_F_BSTR, TWIN_REQUIRED),
    TWIN_FIELD(twin_image_upload_req, upgrade, "upgrade", TWIN_F_BOOL, TWIN_OPTIONAL),
};
static const struct twin_field upload_rsp[] = {
    TWIN_FIELD(twin_image_upload_rsp, off, "off", TWIN_F_U32, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_upload_rsp, match, "match", TWIN_F_BOOL, TWIN_OPTIONAL),
};

static const struct twin_field erase_req[] = {
    TWIN_FIELD(twin_image_erase_req, slot, "slot", TWIN_F_U32, TWIN_OPTIONAL),
};

static const struct twin_field slot_info_slot[] = {
    TWIN_FIELD(twin_image_slot_info_slot, slot, "slot", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot_info_slot, size, "size", TWIN_F_U64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot_info_slot, upload_image_id, "upload_image_id", TWIN_F_I64,
               TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot_info_slot, rc, "rc", TWIN_F_I64, TWIN_OPTIONAL),
};
static const struct twin_field slot_info_image[] = {
    TWIN_FIELD(twin_image_slot_info_image, image, "image", TWIN_F_I64, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot_info_image, slots, "slots", TWIN_F_LIST, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_slot_info_image, max_image_size, "max_image_size", TWIN_F_U64,
               TWIN_OPTIONAL),
};
static const struct twin_field slot_info_rsp[] = {
    TWIN_FIELD(twin_image_slot_info_rsp, images, TWIN_IMAGE_KEY_IMAGES, TWIN_F_LIST, TWIN_REQUIRED),
};

const struct twin_msg twin_image_slot_msg = TWIN_MSG(twin_image_slot, slot);
const struct twin_msg twin_image_state_rsp_msg = TWIN_MSG(twin_image_state_rsp, state_rsp);
const struct twin_msg twin_image_mark_rsp_msg = TWIN_MSG(twin_image_state_rsp, mark_rsp);
const struct twin_msg twin_image_state_req_msg = TWIN_MSG(twin_image_state_req, state_req);
const struct twin_msg twin_image_upload_req_msg = TWIN_MSG(twin_image_upload_req, upload_req);
const struct twin_msg twin_image_upload_rsp_msg = TWIN_MSG(twin_image_upload_rsp, upload_rsp);
const struct twin_msg twin_image_erase_req_msg = TWIN_MSG(twin_image_erase_req, erase_req);
const struct twin_msg twin_image_slot_info_rsp_msg =
    TWIN_MSG(twin_image_slot_info_rsp, slot_info_rsp);
const struct twin_msg twin_image_slot_info_image_msg =
    TWIN_MSG(twin_image_slot_info_image, slot_info_image);
const struct twin_msg twin_image_slot_info_slot_msg =
    TWIN_MSG(twin_image_slot_info_slot, slot_info_slot);
