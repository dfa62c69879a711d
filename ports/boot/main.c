/*
 * main.c - the bootloader: configuration and hand-over. The step loop is in run_*.c, what it
 * decides in lib/boot, what it says in log.c, what it may do besides in options.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "decrypt.h"
#include "keys.h"
#include "log.h"
#include "options.h"
#include "run.h"
#include "twin_config.h"

static void start(const struct twin_boot_config *config, const struct twin_boot_handover *handover)
{
    boot_log_handover(handover);
    boot_share(config, handover);
    boot_hangs_start(handover);
    boot_watchdog(handover);
    twin_board_start_image(handover);
}

/* Flash is copied in pieces of this size; where images are unpacked, that is done in it. */
static _Alignas(8) uint8_t copy_buf[TWIN_BOOT_BUF_LEN];

/* Constant, so that the compiler knows what twin_boot_init() makes of it. */
static const struct twin_boot_config built = {
    .mode = &TWIN_BOOT_MODE,
    .slots = twin_board_slots,
    .keys = boot_keys,
    .alg = &CONFIG_TWIN_SIGNATURE,
    .key_count = TWIN_COUNT(boot_keys),
    .attempts = CONFIG_TWIN_BOOT_ATTEMPTS,
    .no_downgrade = TWIN_BOOT_RULE,
    .buf = copy_buf,
    .buf_len = sizeof(copy_buf),
    .log = boot_log_event,
    .ram = TWIN_BOOT_LOAD_RAM,
};

int main(void)
{
    const struct twin_boot_config *config = TWIN_BOOT_CONFIG(&built);

    twin_board_init();
    twin_board_start_settle();
    boot_log_begin(twin_board_start_cause());
    boot_hangs_begin(config);
    const struct twin_boot_handover *handover = boot_run(config);
    boot_forget_keys();
    if (handover != NULL) {
        boot_recovery_asked(handover);
        start(config, handover);
    }
    boot_log_stop();
    boot_recovery_stuck();
    for (;;) {
        twin_board_halt();
    }
}
