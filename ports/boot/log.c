/*
 * log.c - one readable line on the console for each event of the bootloader.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log.h"
#include "print.h"
#include "twin_config.h"

#define PREFIX "boot: "

/* How the argument of an event is printed. */
enum argument { NOTHING, NUMBER, ERROR, SWAP };

static const struct {
    const char *text;
    enum argument argument;
} events[] = {
    [TWIN_BOOT_EV_RESUME] = {"the power failed during a swap; going on, sectors moved: ", NUMBER},
    [TWIN_BOOT_EV_SWAP] = {"swap begins: ", SWAP},
    [TWIN_BOOT_EV_SWAPPED] = {"swap complete: ", SWAP},
    [TWIN_BOOT_EV_REFUSED] = {"update refused: ", ERROR},
    [TWIN_BOOT_EV_ATTEMPT] = {"unconfirmed image, start ", NUMBER},
    [TWIN_BOOT_EV_GIVE_UP] = {"the update was not confirmed; the old firmware returns", NOTHING},
    [TWIN_BOOT_EV_REVERT_IMPOSSIBLE] = {"the old firmware is not valid, cannot return to it",
                                        NOTHING},
    [TWIN_BOOT_EV_INVALID] = {"the firmware is not valid: ", ERROR},
};

static const char *const swap_texts[] = {
    [TWIN_SWAP_NONE] = "none",
    [TWIN_SWAP_TEST] = "update, on trial",
    [TWIN_SWAP_PERM] = "update, permanent",
    [TWIN_SWAP_REVERT] = "back to the old firmware",
};

static void print_argument(enum argument argument, uint32_t value)
{
    switch (argument) {
    case NUMBER:
        twin_print_dec(value);
        break;
    case ERROR:
        twin_print(twin_err_str((twin_err_t)value));
        break;
    case SWAP:
        twin_print(swap_texts[value <= TWIN_SWAP_REVERT && value != 0 ? value : TWIN_SWAP_NONE]);
        break;
    case NOTHING:
        break;
    }
}

void boot_log_begin(enum twin_board_start cause)
{
    twin_print(PREFIX "twinslot " CONFIG_TWIN_VERSION ", started by: ");
    twin_print(twin_board_start_text(cause));
    twin_print("\n");
}

void boot_log_event(void *ctx, enum twin_boot_event event, uint32_t arg)
{
    (void)ctx;
    twin_print(PREFIX);
    twin_print(events[event].text);
    print_argument(events[event].argument, arg);
    twin_print("\n");
}

/* The stack depth is worth a word: nothing else shows how much of the reserve is left. */
void boot_log_handover(const struct twin_boot_handover *handover)
{
    struct twin_board_stack stack = twin_board_stack_use();

    twin_print(PREFIX "starting ");
    twin_print_version(&handover->version);
    if (handover->unconfirmed) {
        twin_print(", on trial, start ");
        twin_print_dec(handover->attempt);
        twin_print(" of ");
        twin_print_dec(handover->attempts);
    }
    twin_print("; stack ");
    twin_print_dec(stack.used);
    twin_print(" of ");
    twin_print_dec(stack.size);
    twin_print("\n");
}

void boot_log_hangs(twin_err_t err)
{
    twin_print(PREFIX "the firmware hangs or faults at every start; asking for the other one: ");
    twin_print(twin_err_str(err));
    twin_print("\n");
}

void boot_log_recover(void)
{
    twin_print(PREFIX "the good image in the other slot comes\n");
}

void boot_log_recovery(void)
{
    twin_print(PREFIX "recovery: listening for an update\n");
}

void boot_log_stop(void)
{
    twin_print(PREFIX "nothing to start; waiting for help\n");
}
