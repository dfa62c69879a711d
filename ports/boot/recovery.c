/*
 * recovery.c - serial recovery: the SMP server in the bootloader, with the commands of the
 * application's server. What it stores is an update like any other: verified and swapped in by the
 * start that follows, never written over the image that could be started. So a start comes first:
 * it finishes what is under way, and says which image that is; in place of it recovery serves, and
 * ends with a reset.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "images.h"
#include "log.h"
#include "options.h"
#include "serve.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include <string.h>

#define COMMANDS_MAX 8 /* of the image group */
#define SLOTS        2 /* of an image */

const bool boot_recovery_serial = true;
static struct serve serve;

/* ---- Nothing can be started ---- */

static twin_srv_fn erase_slot;

/*
 * A swap under way and an image to go back to keep a slot from being erased: until somebody says
 * so, with nothing left that starts. Then it is forgotten, and an upload finds room.
 */
static unsigned erase(const struct twin_srv_call *call)
{
    const struct twin_image_erase_req *req = call->req;
    const bool is_named = (req->present & TWIN_IMAGE_ERASE_REQ_SLOT) != 0;
    const unsigned image = is_named ? req->slot / SLOTS : 0;
    struct twin_slots_state state;

    if (image < twin_board_map.count) {
        const struct twin_slots *slots = &twin_board_map.images[image];
        twin_slots_read(slots, &state);
        const bool is_kept = state.plan == TWIN_PLAN_TRIAL || state.plan == TWIN_PLAN_REVERT ||
                             state.plan == TWIN_PLAN_RESUME;
        if (is_kept && twin_trailer_erase(slots, TWIN_PRIMARY) != TWIN_OK) {
            return TWIN_SRV_RC(TWIN_RC_UNKNOWN);
        }
    }
    return erase_slot(call);
}

/* The image group, with another way to erase. */
static const struct twin_srv_group *group_that_forgets(const struct twin_srv_group *images)
{
    static struct twin_srv_group group;
    static struct twin_srv_cmd cmds[COMMANDS_MAX];

    group = *images;
    group.cmds = cmds;
    for (unsigned i = 0; i < group.cmd_count && i < COMMANDS_MAX; i++) {
        cmds[i] = images->cmds[i];
        if (cmds[i].cmd == &twin_image_erase_cmd) {
            erase_slot = cmds[i].run;
            cmds[i].run = erase;
        }
    }
    return group.cmd_count <= COMMANDS_MAX ? &group : images;
}

/* ---- The server ---- */

/* The map, as it is seen from the slot of the first image that is not to be written. */
static const struct twin_map *seen_from(enum twin_slot slot)
{
    static struct twin_slots slots[TWIN_IMAGES_MAX];
    static struct twin_map map = {.images = slots};

    map.count = twin_board_map.count;
    memcpy(slots, twin_board_map.images, map.count * sizeof(slots[0]));
    slots[0] = twin_slots_seen_from(&twin_board_map.images[0], slot);
    return &map;
}

/* handover: of the image that could be started; NULL if there is none. */
static struct twin_srv_entry images(const struct twin_boot_handover *handover)
{
    const bool is_single = twin_board_map.images->mode->id == TWIN_MODE_SINGLE;
    struct twin_srv_entry entry;

    if (is_single) { /* there is no other slot than the one that is started */
        return images_entry(seen_from(TWIN_SECONDARY), TWIN_SECONDARY, TWIN_PRIMARY);
    }
    if (handover != NULL) {
        return images_entry(seen_from(handover->slot), handover->slot, TWIN_PRIMARY);
    }
    entry = images_entry(&twin_board_map, TWIN_PRIMARY, TWIN_SECONDARY);
    entry.group = group_that_forgets(entry.group);
    return entry;
}

static twin_err_t begin(const struct twin_boot_handover *handover)
{
    static struct twin_srv_os_config os = {
        .info = {[TWIN_INFO_KERNEL] = "Twinslot",
                 [TWIN_INFO_NODE] = "recovery",
                 [TWIN_INFO_KERNEL_VERSION] = CONFIG_TWIN_VERSION,
                 [TWIN_INFO_OS] = "bootloader"},
        .bootloader = "MCUboot"};
    static struct twin_srv_entry groups[] = {TWIN_SRV_OS(&os), {0}};
    static const struct twin_srv_config config = {.groups = groups,
                                                  .group_count = TWIN_COUNT(groups),
                                                  .buf_size = CONFIG_TWIN_SMP_BUF_SIZE,
                                                  .buf_count = CONFIG_TWIN_SMP_BUF_COUNT};

    os.info[TWIN_INFO_BOARD] = twin_board_names.board;
    os.boot_mode = (uint8_t)twin_board_map.images->mode->id;
    os.no_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE != NULL;
    groups[1] = images(handover);
    return serve_init(&serve, &config);
}

/* quiet_ms: end when nobody has asked for anything in that time; 0: never. */
static void answer(uint32_t quiet_ms)
{
    uint32_t answered = 0, heard_ms = twin_board_now_ms();

    while (quiet_ms == 0 || twin_board_now_ms() - heard_ms < quiet_ms) {
        if (serve_run(&serve, twin_board_now_ms())) {
            serve_restart(&serve);
        }
        if (answered != serve.answered) {
            answered = serve.answered;
            heard_ms = twin_board_now_ms();
        }
        twin_board_watchdog_feed();
        twin_board_sleep();
    }
}

static void recover(const struct twin_boot_handover *handover)
{
    if (begin(handover) != TWIN_OK) {
        return; /* this board's slots are not usable, and twin_boot_init() has said so too */
    }
    twin_board_receive_start();
    boot_log_recovery(); /* who waits for these words may talk at once */
    answer(handover != NULL ? CONFIG_TWIN_BOOT_RECOVERY_MS : 0);
    twin_board_reset();
}

void boot_recovery_asked(const struct twin_boot_handover *handover)
{
    if (twin_board_start_cause() == TWIN_BOARD_START_RECOVERY || twin_board_button()) {
        recover(handover);
    }
}

void boot_recovery_stuck(void)
{
    recover(NULL);
}
