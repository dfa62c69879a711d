/*
 * twin/grp_image.h - image group (1): commands and messages. What a device sets for it:
 * twin/srv_image.h. Spec: docs/spec-smp.md section 3.2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

enum { TWIN_GRP_IMAGE = 1 };

/* Group codes of v2 errors: name, value, generic code for v1, text for people. */
#define TWIN_IMAGE_RC_LIST(X)                                                                      \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(FLASH_CONFIG, 2, UNKNOWN, "the flash layout could not be read")                              \
    X(NO_IMAGE, 3, NO_ENTRY, "there is no image in the slot")                                      \
    X(NO_TLVS, 4, NO_ENTRY, "the image has no TLV area")                                           \
    X(INVALID_TLV, 5, UNKNOWN, "the image has an invalid TLV")                                     \
    X(TLV_MULTIPLE_HASHES, 6, UNKNOWN, "the image has several hash TLVs")                          \
    X(TLV_INVALID_SIZE, 7, UNKNOWN, "the image has a TLV of a wrong size")                         \
    X(HASH_NOT_FOUND, 8, UNKNOWN, "no image with this hash is on the device")                      \
    X(NO_FREE_SLOT, 9, BAD_STATE, "no slot is free for an image")                                  \
    X(FLASH_OPEN, 10, UNKNOWN, "the flash could not be opened")                                    \
    X(FLASH_READ, 11, UNKNOWN, "the flash could not be read")                                      \
    X(FLASH_WRITE, 12, UNKNOWN, "the flash could not be written")                                  \
    X(FLASH_ERASE, 13, UNKNOWN, "the flash could not be erased")                                   \
    X(INVALID_SLOT, 14, INVALID, "no such slot")                                                   \
    X(NO_MEMORY, 15, NO_MEMORY, "not enough memory")                                               \
    X(CONTEXT_SET, 16, UNKNOWN, "the flash is already in use")                                     \
    X(CONTEXT_UNSET, 17, UNKNOWN, "the flash is not in use")                                       \
    X(NO_FLASH_DEVICE, 18, UNKNOWN, "the flash device is missing")                                 \
    X(BAD_PAGE_OFFSET, 19, INVALID, "the page offset is wrong")                                    \
    X(NO_OFFSET, 20, INVALID, "the request has no offset")                                         \
    X(NO_LENGTH, 21, INVALID, "the first request has no length")                                   \
    X(NO_HEADER, 22, INVALID, "the first part is shorter than an image header")                    \
    X(BAD_MAGIC, 23, UNKNOWN, "this is not a signed firmware image")                               \
    X(BAD_HASH, 24, INVALID, "the hash has a wrong length")                                        \
    X(BAD_ADDRESS, 25, INVALID, "the image is linked for another address")                         \
    X(NO_VERSION, 26, UNKNOWN, "the version of the running image could not be read")               \
    X(NOT_NEWER, 27, BAD_STATE, "the running image is as new or newer")                            \
    X(PENDING, 28, BAD_STATE, "an update is already pending or on trial")                          \
    X(BAD_VECTOR_TABLE, 29, UNKNOWN, "the image has an invalid vector table")                      \
    X(TOO_LARGE, 30, UNKNOWN, "the image is too large for the slot")                               \
    X(OVERRUN, 31, UNKNOWN, "more data than announced")                                            \
    X(CONFIRM_DENIED, 32, UNKNOWN, "this image may not be confirmed")                              \
    X(TEST_ACTIVE_DENIED, 33, UNKNOWN, "the running image cannot be marked for test")              \
    X(NO_ACTIVE_SLOT, 34, UNKNOWN, "the running slot is not known")

enum twin_image_rc {
#define X(name, value, v1, text) TWIN_IMAGE_RC_##name = value,
    TWIN_IMAGE_RC_LIST(X)
#undef X
};

/* The generic code (enum twin_smp_rc) that stands for each towards a v1 client. */
enum {
#define X(name, value, v1, text) TWIN_IMAGE_V1_##name = TWIN_RC_##v1,
    TWIN_IMAGE_RC_LIST(X)
#undef X
};

#define TWIN_IMAGE_HASH_MAX 64 /* bytes of the longest image hash */

/* A missing flag is false; a missing image number is 0. */
struct twin_image_slot {
    uint32_t present;
    int64_t image, slot;
    struct twin_span version, hash;
    bool bootable, pending, confirmed, active, permanent;
};
enum {
    TWIN_IMAGE_SLOT_IMAGE = 1 << 0,
    TWIN_IMAGE_SLOT_SLOT = 1 << 1,
    TWIN_IMAGE_SLOT_VERSION = 1 << 2,
    TWIN_IMAGE_SLOT_HASH = 1 << 3,
    TWIN_IMAGE_SLOT_FLAGS = 0x1f << 4 /* all five flags */
};

struct twin_image_state_rsp {
    uint32_t present;
    struct twin_span slots; /* twin_msg_items() over twin_image_slot_msg */
    int64_t split_status;
};
enum { TWIN_IMAGE_STATE_RSP_SLOTS = 1 << 0, TWIN_IMAGE_STATE_RSP_SPLIT = 1 << 1 };

struct twin_image_state_req {
    uint32_t present;
    struct twin_span hash;
    bool confirm;
};
enum { TWIN_IMAGE_STATE_REQ_HASH = 1 << 0, TWIN_IMAGE_STATE_REQ_CONFIRM = 1 << 1 };

/* In this order on the wire, as the Go client sends it. */
struct twin_image_upload_req {
    uint32_t present;
    uint32_t image, len, off;
    struct twin_span sha; /* SHA-256 of the whole file */
    struct twin_span data;
    bool upgrade;
};
enum {
    TWIN_IMAGE_UPLOAD_REQ_IMAGE = 1 << 0,
    TWIN_IMAGE_UPLOAD_REQ_LEN = 1 << 1,
    TWIN_IMAGE_UPLOAD_REQ_OFF = 1 << 2,
    TWIN_IMAGE_UPLOAD_REQ_SHA = 1 << 3,
    TWIN_IMAGE_UPLOAD_REQ_DATA = 1 << 4,
    TWIN_IMAGE_UPLOAD_REQ_UPGRADE = 1 << 5
};

struct twin_image_upload_rsp {
    uint32_t present;
    uint32_t off;
    bool match;
};
enum { TWIN_IMAGE_UPLOAD_RSP_OFF = 1 << 0, TWIN_IMAGE_UPLOAD_RSP_MATCH = 1 << 1 };

struct twin_image_erase_req {
    uint32_t present;
    uint32_t slot;
};
enum { TWIN_IMAGE_ERASE_REQ_SLOT = 1 << 0 };

struct twin_image_slot_info_slot {
    uint32_t present;
    int64_t slot;
    uint64_t size;
    int64_t upload_image_id;
    int64_t rc;
};
enum {
    TWIN_IMAGE_SLOT_INFO_SLOT = 1 << 0,
    TWIN_IMAGE_SLOT_INFO_SIZE = 1 << 1,
    TWIN_IMAGE_SLOT_INFO_UPLOAD_ID = 1 << 2,
    TWIN_IMAGE_SLOT_INFO_RC = 1 << 3
};
struct twin_image_slot_info_image {
    uint32_t present;
    int64_t image;
    struct twin_span slots; /* twin_msg_items() over twin_image_slot_info_slot_msg */
    uint64_t max_image_size;
};
enum {
    TWIN_IMAGE_SLOT_INFO_IMAGE = 1 << 0,
    TWIN_IMAGE_SLOT_INFO_SLOTS = 1 << 1,
    TWIN_IMAGE_SLOT_INFO_MAX = 1 << 2
};
struct twin_image_slot_info_rsp {
    uint32_t present;
    struct twin_span images; /* twin_msg_items() over twin_image_slot_info_image_msg */
};

extern const struct twin_msg twin_image_slot_msg, twin_image_slot_info_image_msg,
    twin_image_slot_info_slot_msg;

/*
 * Request and answer: the structs twin_image_NAME_req and twin_image_NAME_rsp; twin_empty where
 * there is none. Both state commands answer with the list; some servers send none after a write,
 * then it is empty.
 */
extern const struct twin_cmd twin_image_state_cmd, twin_image_state_write_cmd,
    twin_image_upload_cmd, twin_image_erase_cmd, twin_image_slot_info_cmd;

TWIN_C_END
