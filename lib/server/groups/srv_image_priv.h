/*
 * srv_image_priv.h - what the files of the image group share and nobody else needs.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/srv_image.h"

#define SLOT_COUNT 2

static inline const struct twin_slots *slots_of(const struct twin_srv_call *call)
{
    return ((const struct twin_srv_image_config *)call->config)->slots;
}

/* What can go wrong in the image group: rows of its table of faults. */
enum {
    FAULT_READ = 1,
    FAULT_WRITE,
    FAULT_ERASE,
    FAULT_WAY_BACK, /* the slot holds the image to go back to */
    FAULT_UNDER_WAY,
    FAULT_PENDING_SLOT,
    FAULT_RUNNING_SLOT,
    FAULT_NO_SLOT,
    FAULT_HASH_LEN,
    FAULT_NOT_FOUND,
    FAULT_DAMAGED,
    FAULT_ACTIVE,
    FAULT_DECIDED, /* another decision stands */
    FAULT_HEADER,
    FAULT_NO_LENGTH,
    FAULT_MAGIC,
    FAULT_TOO_LARGE,
    FAULT_OVERRUN,
    FAULT_NO_TLVS,
    FAULT_NO_VERSION,
    FAULT_NOT_NEWER
};

/*
 * May the secondary be erased and written? Never while it holds the image to go back to or a swap
 * is under way; while an update is pending only by those who mean to withdraw it.
 *
 * Returns 0 if it may.
 */
unsigned twin_srv_slot_fault(const struct twin_slots *slots, bool withdraw_pending);

/* Is this version (major, minor, revision) above that of the running image? Returns 0 if so. */
unsigned twin_srv_upgrade_fault(const struct twin_slots *slots, const struct twin_version *version);

/* Erase len bytes (whole sectors) unless they are blank: spares time and the flash. */
TWIN_MUST_CHECK twin_err_t twin_srv_clear(const struct twin_area *area, uint32_t off, uint32_t len);

/*
 * Empty the secondary up to off `end` (whole sectors), after its trailer: whatever was asked of the
 * bootloader is withdrawn before the image goes, and an image's header goes before the rest of it.
 */
TWIN_MUST_CHECK twin_err_t twin_srv_clear_slot(const struct twin_slots *slots, uint32_t end);

/* Commands, for the slots of the entry's configuration. A fault leaves everything as it was. */
unsigned twin_srv_upload(const struct twin_srv_call *call);
unsigned twin_srv_image_state_write(const struct twin_srv_call *call);
unsigned twin_srv_image_erase(const struct twin_srv_call *call);
extern const struct twin_srv_fault twin_srv_image_faults[];

/* Pieces of answers. The list of slots: its length turns out as it is written, so the byte that
 * says it is completed in the end, if it is there. */
static inline uint8_t *twin_srv_image_begin_list(const struct twin_srv_call *call)
{
    twin_srv_begin_list(call, 0);
    return call->rsp->buf + call->rsp->len - (call->rsp->len != 0);
}
unsigned twin_srv_image_put_slots(const struct twin_srv_call *call); /* returns how many */
/* Returns 0, for the command to return. */
unsigned twin_srv_image_end_list(const struct twin_srv_call *call, uint8_t *head, unsigned count);
/* What slot info says of the image. */
void twin_srv_image_put_info(const struct twin_srv_call *call);
