/*
 * recovery.c - serial recovery: the SMP server in the bootloader, with the commands of the
 * application's server. What it stores is an update like any other: verified and swapped in by the
 * start that follows, never written over the image in slot 0. It ends with a reset, so whatever is
 * started begins with a processor, and a look at the flash, that are fresh.
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

const bool boot_recovery_serial = true;
static struct serve serve;

/* ---- Nothing can be started ---- */

static twin_srv_fn erase_slot;

static bool is_protected(enum twin_plan plan)
{
    return plan == TWIN_PLAN_TRIAL || plan == TWIN_PLAN_REVERT || plan == TWIN_PLAN_RESUME;
}

/*
 * A swap under way and an image to go back to keep a slot from being erased: until somebody says
 * so, with nothing left that starts. Then it is forgotten, and an upload finds room.
 */
static unsigned erase(const struct twin_srv_call *call)
{
    for (unsigned i = 0; i < twin_board_map.count; i++) {
        const struct twin_slots *slots = &twin_board_map.images[i];
        struct twin_slots_state state;

        twin_slots_read(slots, &state);
        if (is_protected(state.plan) && twin_trailer_erase(slots, TWIN_PRIMARY) != TWIN_OK) {
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

static twin_err_t begin(bool nothing_starts)
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
    groups[1] = images_entry(nothing_starts);
    if (nothing_starts) {
        groups[1].group = group_that_forgets(groups[1].group);
    }
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

static void recover(bool nothing_starts)
{
    if (begin(nothing_starts) != TWIN_OK) {
        return; /* this board's slots are not usable, and twin_boot_init() has said so too */
    }
    boot_log_recovery();
    twin_board_receive_start();
    answer(nothing_starts ? 0 : CONFIG_TWIN_BOOT_RECOVERY_MS);
    twin_board_reset();
}

void boot_recovery_asked(void)
{
    if (twin_board_start_cause() == TWIN_BOARD_START_RECOVERY || twin_board_button()) {
        recover(false);
    }
}

void boot_recovery_stuck(void)
{
    recover(true);
}
