/*
 * srv_image.c - image group, device side: list, mark and confirm, erase, slot info.
 *
 * One image with two slots; the running one is the primary. What may be done when is in two const
 * tables. Spec: docs/spec-smp.md section 3.2. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_image_priv.h"

#define SLOT_INFO_MAX 48 /* bytes of one slot's entry in the answer to slot info */

#define FAULT(name, text)                                                                          \
    {                                                                                              \
        TWIN_IMAGE_V1_##name, TWIN_IMAGE_RC_##name, text                                           \
    }
const struct twin_srv_fault twin_srv_image_faults[] = {
    [FAULT_READ] = FAULT(FLASH_READ, "fa read fail"),
    [FAULT_WRITE] = FAULT(FLASH_WRITE, "fa write fail"),
    [FAULT_ERASE] = FAULT(FLASH_ERASE, "fa erase fail"),
    [FAULT_WAY_BACK] = FAULT(NO_FREE_SLOT, "slot holds the image to go back to"),
    [FAULT_UNDER_WAY] = FAULT(NO_FREE_SLOT, "swap under way"),
    [FAULT_PENDING_SLOT] = FAULT(NO_FREE_SLOT, "update pending"),
    [FAULT_RUNNING_SLOT] = FAULT(NO_FREE_SLOT, "slot holds the running image"),
    [FAULT_NO_SLOT] = FAULT(INVALID_SLOT, "no such image or slot"),
    [FAULT_HASH_LEN] = FAULT(BAD_HASH, "wrong hash length"),
    [FAULT_NOT_FOUND] = FAULT(HASH_NOT_FOUND, "no such hash"),
    [FAULT_DAMAGED] = FAULT(HASH_NOT_FOUND, "image damaged"),
    [FAULT_ACTIVE] = FAULT(TEST_ACTIVE_DENIED, "image is running"),
    [FAULT_DECIDED] = FAULT(PENDING, NULL),
    [FAULT_HEADER] = FAULT(NO_HEADER, "header malformed"),
    [FAULT_NO_LENGTH] = FAULT(NO_LENGTH, "header malformed"),
    [FAULT_MAGIC] = FAULT(BAD_MAGIC, "magic mismatch"),
    [FAULT_TOO_LARGE] = FAULT(TOO_LARGE, "img too large"),
    [FAULT_OVERRUN] = FAULT(OVERRUN, "data overrun"),
    [FAULT_NO_TLVS] = FAULT(NO_TLVS, "img cut short"),
    [FAULT_NO_VERSION] = FAULT(NO_VERSION, "no own version"),
    [FAULT_NOT_NEWER] = FAULT(NOT_NEWER, "downgrade"),
};

/* Why the secondary may not be touched, for each plan. */
static const uint8_t slot_faults[] = {
    [TWIN_PLAN_NONE] = 0,
    [TWIN_PLAN_TRIAL] = FAULT_WAY_BACK,
    [TWIN_PLAN_REVERT] = FAULT_WAY_BACK,
    [TWIN_PLAN_RESUME] = FAULT_UNDER_WAY,
    [TWIN_PLAN_TEST] = FAULT_PENDING_SLOT,
    [TWIN_PLAN_PERM] = FAULT_PENDING_SLOT,
    [TWIN_PLAN_PREVIOUS] = FAULT_PENDING_SLOT,
};

unsigned twin_srv_slot_fault(const struct twin_slots *slots, bool withdraw_pending)
{
    struct twin_slots_state state;

    twin_slots_read(slots, &state);
    unsigned fault = slot_faults[state.plan];
    return fault == FAULT_PENDING_SLOT && withdraw_pending ? 0 : fault;
}

/* 0, or why the running image cannot be opened. */
static unsigned open_running(const struct twin_slots *slots, struct twin_image *running)
{
    const struct twin_area *primary = &slots->area[TWIN_PRIMARY];
    twin_err_t err = twin_image_open(running, primary, 0, primary->len);

    return err == TWIN_OK ? 0 : err == TWIN_E_IO ? FAULT_READ : FAULT_NO_VERSION;
}

unsigned twin_srv_upgrade_fault(const struct twin_slots *slots, const struct twin_version *version)
{
    struct twin_image running;

    unsigned fault = open_running(slots, &running);
    if (fault != 0) {
        return fault;
    }
    return twin_version_compare(version, &running.header.version) > 0 ? 0 : FAULT_NOT_NEWER;
}

/* Would the bootloader refuse it as a step back? Where no image runs, nothing is one: recovery. */
static unsigned downgrade_fault(const struct twin_srv_image_config *config,
                                const struct twin_image *choice)
{
    struct twin_image running;

    return config->is_downgrade != NULL && open_running(config->slots, &running) == 0 &&
                   config->is_downgrade(choice, &running)
               ? FAULT_NOT_NEWER
               : 0;
}

twin_err_t twin_srv_clear(const struct twin_area *area, uint32_t off, uint32_t len)
{
    return twin_area_is_blank(area, off, len) ? TWIN_OK : twin_area_erase(area, off, len);
}

twin_err_t twin_srv_clear_slot(const struct twin_slots *slots, uint32_t end)
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint32_t trailer = twin_trailer_sector_off(slots, TWIN_SECONDARY);

    for (uint32_t off = area->len; off > trailer;) { /* from its end, where the magic is */
        off -= slots->sector_bytes;
        TWIN_TRY(twin_srv_clear(area, off, slots->sector_bytes));
    }
    for (uint32_t off = 0; off < end; off += slots->sector_bytes) {
        TWIN_TRY(twin_srv_clear(area, off, slots->sector_bytes));
    }
    return TWIN_OK;
}

/* An image that the device lists. */
struct found {
    struct twin_image image;
    const struct twin_hash_alg *alg; /* of its hash: set by whoever looks for it */
    uint8_t hash[TWIN_HASH_MAX];
};

static const struct twin_hash_alg *alg_of(const struct twin_srv_call *call)
{
    const struct twin_srv_image_config *config = call->config;

    return config->hash != NULL ? config->hash : &twin_hash_sha256;
}

static twin_err_t open_at(const struct twin_area *area, uint32_t off, struct found *found)
{
    TWIN_TRY(twin_image_open(&found->image, area, off, area->len - off));
    return twin_image_hash_read(&found->image, found->alg, found->hash);
}

/*
 * Where the secondary's image can be, for each plan: where the mode stores updates; the image to go
 * back to at the very start, where a swap has left it. An upload begins with erasing that.
 */
enum { AT_START = 1, AS_UPDATE = 2 };
static const uint8_t places[] = {
    [TWIN_PLAN_NONE] = AT_START | AS_UPDATE,
    [TWIN_PLAN_TRIAL] = AT_START,
    [TWIN_PLAN_TEST] = AS_UPDATE,
    [TWIN_PLAN_PERM] = AS_UPDATE,
    [TWIN_PLAN_REVERT] = AT_START,
    [TWIN_PLAN_RESUME] = AS_UPDATE,
    [TWIN_PLAN_PREVIOUS] = AT_START,
};

/*
 * Look into a slot. What stands at the secondary's start and no swap has left there is no image.
 *
 * Returns TWIN_OK; TWIN_E_IO if nobody knows what is there; else there is no image.
 */
static twin_err_t find_image(const struct twin_slots *slots, const struct twin_slots_state *state,
                             enum twin_slot slot, struct found *found)
{
    const struct twin_area *area = &slots->area[slot];
    unsigned place = slot == TWIN_PRIMARY ? AT_START : places[state->plan];
    twin_err_t err = TWIN_E_NOT_FOUND;

    if (place == AT_START || ((place & AT_START) != 0 && twin_slots_has_previous(state))) {
        err = open_at(area, 0, found);
    }
    if ((place & AS_UPDATE) != 0 && err != TWIN_OK && err != TWIN_E_IO) {
        err = open_at(area, twin_slots_update_off(slots), found);
    }
    return err;
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
    [TWIN_PLAN_PREVIOUS] = {ACTIVE | CONFIRMED, PENDING | PERMANENT},
};

/* The number of a slot, and the other way round; they differ when slot 1 is the one that runs. */
static unsigned renumber(const struct twin_srv_call *call, unsigned slot)
{
    return slot ^ ((const struct twin_srv_image_config *)call->config)->running;
}

static void read_state(const struct twin_srv_call *call, struct twin_slots_state *state)
{
    const struct twin_srv_image_config *config = call->config;

    twin_slots_read(config->slots, state);
    if (config->plan != NULL) {
        state->plan = config->plan(config->slots);
    }
}

static void put_slot(const struct twin_srv_call *call, const struct found *found, unsigned slot,
                     uint8_t flag)
{
    const struct twin_srv_image_config *config = call->config;
    const struct twin_image_header *header = &found->image.header;
    char version[TWIN_VERSION_STR_MAX];
    size_t len = twin_version_print(&header->version, version);
    const struct twin_image_slot entry = {
        .present = config->told | TWIN_IMAGE_SLOT_SLOT | TWIN_IMAGE_SLOT_VERSION |
                   TWIN_IMAGE_SLOT_HASH | TWIN_IMAGE_SLOT_FLAGS,
        .image = config->slots->image,
        .slot = renumber(call, slot),
        .version = {(const uint8_t *)version, len},
        .hash = {found->hash, found->alg->len},
        .bootable = (header->flags & TWIN_IMAGE_NON_BOOTABLE) == 0,
        .pending = (flag & PENDING) != 0,
        .confirmed = (flag & CONFIRMED) != 0,
        .active = (flag & ACTIVE) != 0,
        .permanent = (flag & PERMANENT) != 0,
    };

    twin_msg_encode(call->rsp, &twin_image_slot_msg, &entry);
}

unsigned twin_srv_image_put_slots(const struct twin_srv_call *call)
{
    const struct twin_srv_image_config *config = call->config;
    const struct twin_slots *slots = config->slots;
    struct twin_slots_state state;
    struct found found = {.alg = alg_of(call)};
    unsigned count = 0;

    read_state(call, &state);
    for (unsigned number = config->first; number < SLOT_COUNT; number++) {
        const unsigned slot = renumber(call, number);
        if (find_image(slots, &state, (enum twin_slot)slot, &found) == TWIN_OK) {
            put_slot(call, &found, slot, flags[state.plan][slot]);
            count++;
        }
    }
    return count;
}

unsigned twin_srv_image_end_list(const struct twin_srv_call *call, uint8_t *head, unsigned count)
{
    twin_cbor_put_text(call->rsp, call->cmd->rsp->fields[1].key);
    twin_cbor_put_head(call->rsp, TWIN_CBOR_UINT, 0); /* there is no split image */
    if (!call->rsp->failed) {
        *head = (uint8_t)(*head + count);
    }
    return 0;
}

static unsigned image_list(const struct twin_srv_call *call)
{
    uint8_t *head = twin_srv_image_begin_list(call);

    return twin_srv_image_end_list(call, head, twin_srv_image_put_slots(call));
}

/* What a state write comes to: one of these, or a fault. */
enum { NOTHING, ASK_TEST = 0x60, ASK_PERMANENT, CONFIRM };

/* For each plan and slot: when asked for a test, when asked to confirm. */
static const uint8_t actions[][SLOT_COUNT][2] = {
    [TWIN_PLAN_NONE] = {{FAULT_ACTIVE, CONFIRM}, {ASK_TEST, ASK_PERMANENT}},
    [TWIN_PLAN_TRIAL] = {{FAULT_ACTIVE, CONFIRM}, {FAULT_DECIDED, NOTHING}},
    [TWIN_PLAN_TEST] = {{FAULT_ACTIVE, FAULT_DECIDED}, {NOTHING, FAULT_DECIDED}},
    [TWIN_PLAN_PERM] = {{FAULT_ACTIVE, FAULT_DECIDED}, {FAULT_DECIDED, NOTHING}},
    [TWIN_PLAN_REVERT] = {{FAULT_ACTIVE, FAULT_DECIDED}, {FAULT_DECIDED, NOTHING}},
    [TWIN_PLAN_RESUME] = {{FAULT_ACTIVE, FAULT_DECIDED}, {FAULT_DECIDED, FAULT_DECIDED}},
    [TWIN_PLAN_PREVIOUS] = {{FAULT_ACTIVE, FAULT_DECIDED}, {NOTHING, NOTHING}},
};

/* Is its hash that of bytes which only the bootloader can know? */
static bool is_encrypted(const struct twin_slots *slots, const struct twin_image *image)
{
    return slots->key_room != 0 &&
           (image->header.flags & (TWIN_IMAGE_ENCRYPTED_AES128 | TWIN_IMAGE_ENCRYPTED_AES256)) != 0;
}

/*
 * Ask the bootloader for the swap. An image to go back to has been confirmed before: it comes back
 * for good. The list takes the hash from the image's end, so the content is checked here, and
 * the version as the bootloader does: better now than at the next start.
 */
static unsigned request(const struct twin_srv_call *call, const struct found *found, bool permanent)
{
    const struct twin_slots *slots = slots_of(call);
    const bool is_previous = found->image.off != twin_slots_update_off(slots);
    const struct twin_srv_image_question question = {.version = found->image.header.version,
                                                     .permanent = permanent || is_previous};
    uint8_t hash[TWIN_HASH_MAX];

    if (twin_image_hash_compute(&found->image, found->alg, hash) != TWIN_OK) {
        return FAULT_READ;
    }
    if (memcmp(hash, found->hash, found->alg->len) != 0 && !is_encrypted(slots, &found->image)) {
        return FAULT_DAMAGED;
    }
    unsigned fault = downgrade_fault(call->config, &found->image);
    if (slots->mode->row_count == 0) { /* what comes has no need to be asked for */
        fault = FAULT_NOT_NEWER;
    }
    if (fault == 0) {
        fault = twin_srv_ask(call, &question);
    }
    if (fault != 0) {
        return fault;
    }
    twin_err_t err =
        is_previous ? twin_slots_request_previous(slots) : twin_slots_request(slots, permanent);
    if (err != TWIN_OK) {
        return err == TWIN_E_STATE ? FAULT_DECIDED : FAULT_WRITE;
    }
    return 0;
}

/* Find the slot that a request means: that with the hash, or without one the running slot. */
static unsigned find_target(const struct twin_srv_image_config *config,
                            const struct twin_slots_state *state, struct twin_span hash,
                            enum twin_slot *target, struct found *found)
{
    unsigned fault = FAULT_NOT_FOUND;

    *target = TWIN_PRIMARY;
    if (hash.len == 0) {
        return 0;
    }
    for (unsigned slot = config->first; slot < SLOT_COUNT; slot++) {
        *target = (enum twin_slot)slot;
        twin_err_t err = find_image(config->slots, state, *target, found);
        if (err == TWIN_OK && memcmp(hash.ptr, found->hash, hash.len) == 0) {
            return 0;
        }
        if (err == TWIN_E_IO) {
            fault = FAULT_READ;
        }
    }
    return fault;
}

unsigned twin_srv_image_state_write(const struct twin_srv_call *call)
{
    const struct twin_image_state_req *req = call->req;
    const struct twin_slots *slots = slots_of(call);
    struct twin_slots_state state;
    struct found found = {.alg = alg_of(call)}; /* nothing else when the request has no hash */
    enum twin_slot target;

    if (req->hash.len == 0 ? !req->confirm : req->hash.len != found.alg->len) {
        return FAULT_HASH_LEN;
    }
    read_state(call, &state);
    unsigned fault = find_target(call->config, &state, req->hash, &target, &found);
    if (fault != 0) {
        return fault;
    }
    unsigned action = actions[state.plan][target][req->confirm];
    if (action == ASK_TEST || action == ASK_PERMANENT) {
        action = request(call, &found, action == ASK_PERMANENT);
    } else if (action == CONFIRM) {
        action = twin_slots_confirm(slots) == TWIN_OK ? 0 : FAULT_WRITE;
    }
    return action != 0 ? action : image_list(call);
}

unsigned twin_srv_image_erase(const struct twin_srv_call *call)
{
    const struct twin_image_erase_req *req = call->req;
    const struct twin_slots *slots = slots_of(call);
    struct twin_srv_image_state *images = call->state;
    uint32_t slot = (req->present & TWIN_IMAGE_ERASE_REQ_SLOT) != 0 ? renumber(call, req->slot)
                                                                    : TWIN_SECONDARY;

    if (slot != TWIN_SECONDARY) {
        return slot == TWIN_PRIMARY ? FAULT_RUNNING_SLOT : FAULT_NO_SLOT;
    }
    unsigned fault = twin_srv_slot_fault(slots, true);
    if (fault == 0) {
        fault = twin_srv_ask(call, NULL);
    }
    if (fault != 0) {
        return fault;
    }
    images->priv.upload.active = false;
    uint32_t end = twin_trailer_sector_off(slots, TWIN_SECONDARY);
    return twin_srv_clear_slot(slots, end) == TWIN_OK ? 0 : FAULT_ERASE;
}

void twin_srv_image_put_info(const struct twin_srv_call *call)
{
    const struct twin_slots *slots = slots_of(call);
    uint8_t buf[SLOT_COUNT * SLOT_INFO_MAX];
    struct twin_cbor_writer list = {.buf = buf, .cap = sizeof(buf)};
    struct twin_image_slot_info_image image = {
        .present =
            TWIN_IMAGE_SLOT_INFO_IMAGE | TWIN_IMAGE_SLOT_INFO_SLOTS | TWIN_IMAGE_SLOT_INFO_MAX,
        .image = slots->image,
        .max_image_size = twin_slots_image_max(slots),
    };

    twin_cbor_put_head(&list, TWIN_CBOR_ARRAY, SLOT_COUNT);
    for (unsigned number = 0; number < SLOT_COUNT; number++) {
        const unsigned slot = renumber(call, number);
        struct twin_image_slot_info_slot info = {
            .present = TWIN_IMAGE_SLOT_INFO_SLOT | TWIN_IMAGE_SLOT_INFO_SIZE,
            .slot = number,
            .size = slots->area[slot].len,
            .upload_image_id = slots->image,
        };
        if (slot == TWIN_SECONDARY) {
            info.present |= TWIN_IMAGE_SLOT_INFO_UPLOAD_ID;
        }
        twin_msg_encode(&list, &twin_image_slot_info_slot_msg, &info);
    }
    image.slots = (struct twin_span){buf, list.len};
    twin_msg_encode(call->rsp, &twin_image_slot_info_image_msg, &image);
    call->rsp->failed |= list.failed;
}

static unsigned image_slot_info(const struct twin_srv_call *call)
{
    twin_srv_begin_list(call, 1);
    twin_srv_image_put_info(call);
    return 0;
}

/* Without slots the group cannot work. */
static twin_err_t image_init(const struct twin_srv_entry *entry)
{
    const struct twin_srv_image_config *config = entry->config;
    struct twin_srv_image_state *images = entry->state;

    memset(images, 0, sizeof(*images));
    return config->slots == NULL ? TWIN_E_ARG : twin_slots_check(config->slots);
}

static const struct twin_srv_cmd cmds[] = {
    {&twin_image_state_cmd, image_list},
    {&twin_image_state_write_cmd, twin_srv_image_state_write},
    {&twin_image_upload_cmd, twin_srv_upload},
    {&twin_image_erase_cmd, twin_srv_image_erase},
    {&twin_image_slot_info_cmd, image_slot_info},
};

const struct twin_srv_group twin_srv_image = {.cmds = cmds,
                                              .cmd_count = TWIN_COUNT(cmds),
                                              .faults = twin_srv_image_faults,
                                              .init = image_init};
