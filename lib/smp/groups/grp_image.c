/*
 * grp_image.c - image group: its messages and its commands. Spec: docs/spec-smp.md section 3.2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_image.h"
#include "twin/groups.h"

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
    TWIN_FIELD(twin_image_state_rsp, slots, "images", TWIN_F_LIST, TWIN_REQUIRED),
    TWIN_FIELD(twin_image_state_rsp, split_status, "splitStatus", TWIN_F_I64, TWIN_OPTIONAL),
};
static const struct twin_field state_write_rsp[] = {
    TWIN_FIELD(twin_image_state_rsp, slots, "images", TWIN_F_LIST, TWIN_OPTIONAL),
    TWIN_FIELD(twin_image_state_rsp, split_status, "splitStatus", TWIN_F_I64, TWIN_OPTIONAL),
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
    TWIN_FIELD(twin_image_slot_info_rsp, images, "images", TWIN_F_LIST, TWIN_REQUIRED),
};

const struct twin_msg twin_image_slot_msg = TWIN_MSG(twin_image_slot, slot);
const struct twin_msg twin_image_slot_info_image_msg =
    TWIN_MSG(twin_image_slot_info_image, slot_info_image);
const struct twin_msg twin_image_slot_info_slot_msg =
    TWIN_MSG(twin_image_slot_info_slot, slot_info_slot);

static const struct twin_msg state_rsp_msg = TWIN_MSG(twin_image_state_rsp, state_rsp);
static const struct twin_msg state_write_rsp_msg = TWIN_MSG(twin_image_state_rsp, state_write_rsp);
static const struct twin_msg state_req_msg = TWIN_REQ(twin_image_state_req, state_req);
static const struct twin_msg upload_req_msg = TWIN_REQ(twin_image_upload_req, upload_req);
static const struct twin_msg upload_rsp_msg = TWIN_MSG(twin_image_upload_rsp, upload_rsp);
static const struct twin_msg erase_req_msg = TWIN_REQ(twin_image_erase_req, erase_req);
static const struct twin_msg slot_info_rsp_msg = TWIN_MSG(twin_image_slot_info_rsp, slot_info_rsp);

#define CMD(op, id, req, rsp)                                                                      \
    {                                                                                              \
        TWIN_SMP_##op, (id), TWIN_GRP_IMAGE, (req), (rsp)                                          \
    }
const struct twin_cmd twin_image_state_cmd = CMD(READ, 0, &twin_empty_msg, &state_rsp_msg);
const struct twin_cmd twin_image_state_write_cmd =
    CMD(WRITE, 0, &state_req_msg, &state_write_rsp_msg);
const struct twin_cmd twin_image_upload_cmd = CMD(WRITE, 1, &upload_req_msg, &upload_rsp_msg);
const struct twin_cmd twin_image_erase_cmd = CMD(WRITE, 5, &erase_req_msg, &twin_empty_msg);
const struct twin_cmd twin_image_slot_info_cmd = CMD(READ, 6, &twin_empty_msg, &slot_info_rsp_msg);

static const struct twin_cmd *const cmds[] = {
    &twin_image_state_cmd, &twin_image_state_write_cmd, &twin_image_upload_cmd,
    &twin_image_erase_cmd, &twin_image_slot_info_cmd,
};
static const struct twin_nested nested[] = {
    {&state_rsp_msg, 0, &twin_image_slot_msg},
    {&state_write_rsp_msg, 0, &twin_image_slot_msg},
    {&slot_info_rsp_msg, 0, &twin_image_slot_info_image_msg},
    {&twin_image_slot_info_image_msg, 1, &twin_image_slot_info_slot_msg},
};
static const char texts[][TWIN_RC_TEXT_MAX] = {TWIN_IMAGE_RC_LIST(TWIN_RC_TEXT)};

const struct twin_group twin_image_group = {.name = "image",
                                            .id = TWIN_GRP_IMAGE,
                                            .cmds = cmds,
                                            .cmd_count = TWIN_COUNT(cmds),
                                            .nested = nested,
                                            .nested_count = TWIN_COUNT(nested),
                                            .texts = texts,
                                            .text_count = TWIN_COUNT(texts)};
