/*
 * main.c - the example application: a patient monitor that can be updated in the field. Portable;
 * everything it knows about the hardware is in ports/board.h.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "monitor.h"
#include "print.h"
#include "selftest.h"
#include "update.h"
#include "variant.h"

#define WATCHDOG_MS 4000

int main(void)
{
    static struct monitor monitor;
    static struct update update;
    static struct commands commands;
    static struct selftest selftest;

    twin_board_init();
    twin_board_receive_start();
    monitor_init(&monitor);
    app_variant.at_start();
    if (update_init(&update, &monitor) != TWIN_OK) {
        twin_print("the slots of this board are not usable\n");
        twin_board_reset();
    }
    twin_board_watchdog_start(WATCHDOG_MS);
    for (;;) {
        uint32_t now_ms = twin_board_now_ms();
        monitor_run(&monitor, now_ms);
        commands_run(&commands, &monitor);
        selftest_run(&selftest, &monitor, now_ms);
        update_run(&update, now_ms);
        twin_board_watchdog_feed();
        twin_board_sleep();
    }
}
