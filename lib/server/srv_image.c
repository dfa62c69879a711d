/*
 * srv_image.c - image group, device side: list, mark and confirm, erase, slot info.
 *
 * One image with two slots; the running one is the primary. What may be done when is in two const
 * tables. Spec: docs/spec-smp.md section 3.2. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_priv.h"

#define SLOT_COUNT 2

const struct twin_srv_fault twin_srv_read_fault = {.group_rc = TWIN_IMAGE_RC_FLASH_READ,
                                                   .rsn = "fa read fail"};
const struct twin_srv_fault twin_srv_write_fault = {.group_rc = TWIN_IMAGE_RC_FLASH_WRITE,
                                                    .rsn = "fa write fail"};
const struct twin_srv_fault twin_srv_erase_fault = {.group_rc = TWIN_IMAGE_RC_FLASH_ERASE,
                                                    .rsn = "fa erase fail"};

/* Why the secondary may not be touched, for each plan. */
static const struct twin_srv_fault slot_faults[] = {
    [TWIN_PLAN_TRIAL] = {.group_rc = TWIN_IMAGE_RC_NO_FREE_SLOT,
                         .rsn = "slot holds the image to go back to"},
    [TWIN_PLAN_REVERT] = {.group_rc = TWIN_IMAGE_RC_NO_FREE_SLOT,
                          .rsn = "slot holds the image to go back to"},
    [TWIN_PLAN_RESUME] = {.group_rc = TWIN_IMAGE_RC_NO_FREE_SLOT, .rsn = "swap under way"},
    [TWIN_PLAN_TEST] = {.group_rc = TWIN_IMAGE_RC_NO_FREE_SLOT, .rsn = "update pending"},
    [TWIN_PLAN_PERM] = {.group_rc = TWIN_IMAGE_RC_NO_FREE_SLOT, .rsn = "update pending"},
};

static bool is_pending(enum twin_plan plan)
{
    return plan == TWIN_PLAN_TEST || plan == TWIN_PLAN_PERM;
}

const struct twin_srv_fault *twin_srv_slot_fault(const struct twin_slots *slots,
                                                 bool withdraw_pending)
{
    struct twin_slots_state state;

    if (twin_slots_read(slots, &state) != TWIN_OK) {
        return &twin_srv_read_fault;
    }
    if (state.plan == TWIN_PLAN_NONE || (withdraw_pending && is_pending(state.plan))) {
        return NULL;
    }
    return &slot_faults[state.plan];
}

twin_err_t twin_srv_clear(const struct twin_area *area, uint32_t off, uint32_t len)
{
    bool blank;

    TWIN_TRY(twin_area_is_blank(area, off, len, &blank));
    return blank ? TWIN_OK : twin_area_erase(area, off, len);
}

/* An image that the device lists. */
struct found {
    struct twin_image image;
    uint8_t hash[TWIN_SHA256_LEN];
};

/*
 * Look into a slot. An update is stored one sector in; while the primary is on trial, the image to
 * go back to is at the very start. A slot that an upload is filling holds no image.
 */
static bool find_image(const struct twin_srv *srv, enum twin_plan plan, enum twin_slot slot,
                       struct found *found)
{
    const struct twin_slots *slots = srv->priv.config->slots;
    const struct twin_area *area = &slots->area[slot];
    bool is_update = slot == TWIN_SECONDARY && plan != TWIN_PLAN_TRIAL && plan != TWIN_PLAN_REVERT;
    uint32_t off = is_update ? twin_slots_update_off(slots) : 0;

    return !(is_update && srv->priv.upload.active) &&
           twin_image_open(&found->image, area, off, area->len - off) == TWIN_OK &&
           twin_image_hash_read(&found->image, found->hash) == TWIN_OK;
}

enum { PENDING = 1, CONFIRMED = 2, ACTIVE = 4, PERMANENT = 8 };

/* What the list says of primary and secondary, for each plan. */
static const uint8_t flags[][SLOT_COUNT] = {
    [TWIN_PLAN_NONE] = {ACTIVE | CONFIRMED, 0},
    [TWIN_PLAN_TRIAL] = {ACTIVE, CONFIRMED},
    [TWIN_PLAN_TEST] = {ACTIVE | CONFIRMED, PENDING},
    [TWIN_PLAN_PERM] = {ACTIVE | CONFIRMED, PENDING | PERMANENT},
    [TWIN_PLAN_REVERT] = {ACTIVE, CONFIRMED},
    [TWIN_PLAN_RESUME] = {ACTIVE, 0},
};

/* found and version must live until entry has been encoded. */
static void describe(const struct found *found, uint8_t flag, char version[TWIN_VERSION_STR_MAX],
                     struct twin_image_slot *entry)
{
    const struct twin_image_header *header = &found->image.header;
    size_t len = twin_version_print(&header->version, version);

    entry->present = TWIN_IMAGE_SLOT_HASH | TWIN_IMAGE_SLOT_FLAGS;
    entry->version = (struct twin_span){(const uint8_t *)version, len};
    entry->hash = (struct twin_span){found->hash, sizeof(found->hash)};
    entry->bootable = (header->flags & TWIN_IMAGE_NON_BOOTABLE) == 0;
    entry->pending = (flag & PENDING) != 0;
    entry->confirmed = (flag & CONFIRMED) != 0;
    entry->active = (flag & ACTIVE) != 0;
    entry->permanent = (flag & PERMANENT) != 0;
}

static const struct twin_srv_fault *image_list(struct twin_srv *srv, const void *req,
                                               struct twin_cbor_writer *rsp)
{
    struct twin_image_state_rsp list = {.present = TWIN_IMAGE_STATE_RSP_SPLIT};
    char versions[SLOT_COUNT][TWIN_VERSION_STR_MAX];
    struct found found[SLOT_COUNT];
    struct twin_slots_state state;

    (void)req;
    if (twin_slots_read(srv->priv.config->slots, &state) != TWIN_OK) {
        return &twin_srv_read_fault;
    }
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++) {
        if (find_image(srv, state.plan, (enum twin_slot)slot, &found[slot])) {
            struct twin_image_slot *entry = &list.slots[list.slots_count];
            entry->slot = slot;
            describe(&found[slot], flags[state.plan][slot], versions[slot], entry);
            list.slots_count++;
        }
    }
    twin_msg_encode(rsp, &twin_image_state_rsp_msg, &list);
    return NULL;
}

/* What a state write comes to. */
enum action {
    NOTHING, /* it is so already */
    MARK_TEST,
    MARK_PERMANENT,
    CONFIRM,
    FAIL_ACTIVE, /* the running image cannot be marked for test */
    FAIL_PENDING /* another decision stands */
};

/* For each plan and slot: when asked for a test, when asked to confirm. */
static const uint8_t actions[][SLOT_COUNT][2] = {
    [TWIN_PLAN_NONE] = {{FAIL_ACTIVE, NOTHING}, {MARK_TEST, MARK_PERMANENT}},
    [TWIN_PLAN_TRIAL] = {{FAIL_ACTIVE, CONFIRM}, {FAIL_PENDING, NOTHING}},
    [TWIN_PLAN_TEST] = {{FAIL_ACTIVE, FAIL_PENDING}, {NOTHING, FAIL_PENDING}},
    [TWIN_PLAN_PERM] = {{FAIL_ACTIVE, FAIL_PENDING}, {FAIL_PENDING, NOTHING}},
    [TWIN_PLAN_REVERT] = {{FAIL_ACTIVE, FAIL_PENDING}, {FAIL_PENDING, NOTHING}},
    [TWIN_PLAN_RESUME] = {{FAIL_ACTIVE, FAIL_PENDING}, {FAIL_PENDING, FAIL_PENDING}},
};

static const struct twin_srv_fault bad_hash = {.group_rc = TWIN_IMAGE_RC_BAD_HASH};
static const struct twin_srv_fault not_found = {.group_rc = TWIN_IMAGE_RC_HASH_NOT_FOUND,
                                                .rsn = "no such hash"};
static const struct twin_srv_fault damaged = {.group_rc = TWIN_IMAGE_RC_HASH_NOT_FOUND,
                                              .rsn = "image damaged"};
static const struct twin_srv_fault is_active = {.group_rc = TWIN_IMAGE_RC_TEST_ACTIVE_DENIED,
                                                .rsn = "image is running"};
static const struct twin_srv_fault decided = {.group_rc = TWIN_IMAGE_RC_PENDING};

/*
 * Ask the bootloader for the swap. The list takes the hash from the image's end, which may outlast
 * an upload that was broken off, so the content is checked here: better now than at the next start.
 */
static const struct twin_srv_fault *mark(struct twin_srv *srv, const struct found *found,
                                         bool permanent)
{
    const struct twin_srv_question question = {.event =
                                                   permanent ? TWIN_SRV_PERMANENT : TWIN_SRV_TEST,
                                               .version = found->image.header.version};
    uint8_t hash[TWIN_SHA256_LEN];

    if (twin_image_hash_compute(&found->image, hash) != TWIN_OK) {
        return &twin_srv_read_fault;
    }
    if (memcmp(hash, found->hash, sizeof(hash)) != 0) {
        return &damaged;
    }
    const struct twin_srv_fault *refusal = twin_srv_ask(srv, &question);
    if (refusal != NULL) {
        return refusal;
    }
    twin_err_t err = twin_slots_request(srv->priv.config->slots, permanent);
    if (err != TWIN_OK) {
        return err == TWIN_E_STATE ? &decided : &twin_srv_write_fault;
    }
    return NULL;
}

static const struct twin_srv_fault *act(struct twin_srv *srv, enum action action,
                                        const struct found *found)
{
    switch (action) {
    case NOTHING:
        break;
    case MARK_TEST:
    case MARK_PERMANENT:
        return mark(srv, found, action == MARK_PERMANENT);
    case CONFIRM:
        if (twin_slots_confirm(srv->priv.config->slots) != TWIN_OK) {
            return &twin_srv_write_fault;
        }
        break;
    case FAIL_ACTIVE:
        return &is_active;
    case FAIL_PENDING:
        return &decided;
    }
    return NULL;
}

/* The slot that a request means: that with the hash, or without one the running slot. */
static bool find_target(const struct twin_srv *srv, enum twin_plan plan, struct twin_span hash,
                        enum twin_slot *target, struct found *found)
{
    if (hash.len == 0) {
        *target = TWIN_PRIMARY;
        return true;
    }
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++) {
        *target = (enum twin_slot)slot;
        if (find_image(srv, plan, *target, found) &&
            memcmp(hash.ptr, found->hash, sizeof(found->hash)) == 0) {
            return true;
        }
    }
    return false;
}

static const struct twin_srv_fault *image_state_write(struct twin_srv *srv, const void *req_,
                                                      struct twin_cbor_writer *rsp)
{
    const struct twin_image_state_req *req = req_;
    struct twin_slots_state state;
    struct found found;
    enum twin_slot target;

    if (req->hash.len == 0 ? !req->confirm : req->hash.len != TWIN_SHA256_LEN) {
        return &bad_hash;
    }
    if (twin_slots_read(srv->priv.config->slots, &state) != TWIN_OK) {
        return &twin_srv_read_fault;
    }
    if (!find_target(srv, state.plan, req->hash, &target, &found)) {
        return &not_found;
    }
    enum action action = (enum action)actions[state.plan][target][req->confirm];
    const struct twin_srv_fault *fault = act(srv, action, &found);
    return fault != NULL ? fault : image_list(srv, NULL, rsp);
}

/* Erase the secondary, its trailer first: a pending update is withdrawn before it goes. */
static twin_err_t erase_secondary(const struct twin_slots *slots)
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint32_t trailer = twin_trailer_map(slots, TWIN_SECONDARY).sector;

    TWIN_TRY(twin_srv_clear(area, trailer, area->len - trailer));
    for (uint32_t off = 0; off < trailer; off += slots->sector_bytes) {
        TWIN_TRY(twin_srv_clear(area, off, slots->sector_bytes));
    }
    return TWIN_OK;
}

static const struct twin_srv_fault no_slot = {.group_rc = TWIN_IMAGE_RC_INVALID_SLOT};
static const struct twin_srv_fault is_running = {.group_rc = TWIN_IMAGE_RC_NO_FREE_SLOT,
                                                 .rsn = "slot holds the running image"};

static const struct twin_srv_fault *image_erase(struct twin_srv *srv, const void *req_,
                                                struct twin_cbor_writer *rsp)
{
    const struct twin_image_erase_req *req = req_;
    const struct twin_slots *slots = srv->priv.config->slots;
    const struct twin_srv_question question = {.event = TWIN_SRV_ERASE};
    uint32_t slot = (req->present & TWIN_IMAGE_ERASE_REQ_SLOT) != 0 ? req->slot : TWIN_SECONDARY;

    (void)rsp;
    if (slot != TWIN_SECONDARY) {
        return slot == TWIN_PRIMARY ? &is_running : &no_slot;
    }
    const struct twin_srv_fault *fault = twin_srv_slot_fault(slots, true);
    if (fault == NULL) {
        fault = twin_srv_ask(srv, &question);
    }
    if (fault != NULL) {
        return fault;
    }
    srv->priv.upload.active = false;
    return erase_secondary(slots) == TWIN_OK ? NULL : &twin_srv_erase_fault;
}

static const struct twin_srv_fault *image_slot_info(struct twin_srv *srv, const void *req,
                                                    struct twin_cbor_writer *rsp)
{
    const struct twin_slots *slots = srv->priv.config->slots;
    struct twin_image_slot_info_rsp info = {.images_count = 1};
    struct twin_image_slot_info_image *image = &info.images[0];

    (void)req;
    image->present = TWIN_IMAGE_SLOT_INFO_MAX;
    image->max_image_size = twin_slots_image_max(slots);
    image->slots_count = SLOT_COUNT;
    for (unsigned slot = 0; slot < SLOT_COUNT; slot++) {
        image->slots[slot].present = TWIN_IMAGE_SLOT_INFO_SIZE;
        image->slots[slot].slot = slot;
        image->slots[slot].size = slots->area[slot].len;
    }
    image->slots[TWIN_SECONDARY].present |= TWIN_IMAGE_SLOT_INFO_UPLOAD_ID; /* 0: see upload */
    twin_msg_encode(rsp, &twin_image_slot_info_rsp_msg, &info);
    return NULL;
}

_Static_assert(sizeof(struct twin_image_state_req) <= TWIN_SRV_REQUEST_MAX &&
                   sizeof(struct twin_image_upload_req) <= TWIN_SRV_REQUEST_MAX &&
                   sizeof(struct twin_image_erase_req) <= TWIN_SRV_REQUEST_MAX,
               "requests of this group fit the server's room");

static const struct twin_srv_cmd cmds[] = {
    {TWIN_SMP_READ, TWIN_IMAGE_STATE, image_list, NULL},
    {TWIN_SMP_WRITE, TWIN_IMAGE_STATE, image_state_write, &twin_image_state_req_msg},
    {TWIN_SMP_WRITE, TWIN_IMAGE_UPLOAD, twin_srv_upload, &twin_image_upload_req_msg},
    {TWIN_SMP_WRITE, TWIN_IMAGE_ERASE, image_erase, &twin_image_erase_req_msg},
    {TWIN_SMP_READ, TWIN_IMAGE_SLOT_INFO, image_slot_info, NULL},
};

const struct twin_srv_group twin_srv_image = {
    .id = TWIN_GRP_IMAGE, .cmds = cmds, .cmd_count = sizeof(cmds) / sizeof(cmds[0])};
