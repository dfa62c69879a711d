/*
 * main.c - the bootloader: configuration, the step loop, watchdog and hand-over. What it decides
 * is in lib/boot; what it says is in log.c. SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "log.h"
#include "public_key.h"
#include "twin_config.h"

#define COPY_BUF_LEN 1024 /* flash is copied in pieces of this size */

static void start(const struct twin_boot_handover *handover)
{
    boot_log_handover(handover);
    if (handover->unconfirmed && CONFIG_TWIN_BOOT_WATCHDOG_MS != 0) {
        twin_board_watchdog_start(CONFIG_TWIN_BOOT_WATCHDOG_MS);
    }
    twin_board_start_image(handover);
}

static enum twin_boot_status run(struct twin_boot *boot, const struct twin_boot_config *config)
{
    enum twin_boot_status status = TWIN_BOOT_AGAIN;

    if (twin_boot_init(boot, config) != TWIN_OK) {
        return TWIN_BOOT_STOP;
    }
    while (status == TWIN_BOOT_AGAIN) {
        status = twin_boot_step(boot);
    }
    return status;
}

int main(void)
{
    static uint8_t copy_buf[COPY_BUF_LEN];
    static struct twin_boot boot;
    const struct twin_pubkey key = {.der = TWIN_PUBLIC_KEY, .len = TWIN_PUBLIC_KEY_LEN};
    const struct twin_boot_config config = {
        .mode = &TWIN_BOOT_MODE,
        .slots = &twin_board_slots,
        .keys = &key,
        .alg = &CONFIG_TWIN_SIGNATURE,
        .key_count = 1,
        .attempts = CONFIG_TWIN_BOOT_ATTEMPTS,
        .is_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE,
        .buf = copy_buf,
        .buf_len = sizeof(copy_buf),
        .log = boot_log_event,
    };

    twin_board_init();
    twin_board_start_settle();
    boot_log_begin(twin_board_start_cause());
    if (run(&boot, &config) == TWIN_BOOT_START) {
        start(&boot.handover);
    }
    boot_log_stop();
    for (;;) {
        twin_board_halt();
    }
}
