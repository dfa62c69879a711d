/*
 * start.c - start an image that the bootloader has verified: its payload is a Linux program, which
 * takes the place of the bootloader in this process. Descriptors, watchdog and parent stay.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "internal.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The bootloader sees the slots as they are. */
unsigned twin_board_running_slot(void)
{
    return TWIN_PRIMARY;
}

_Noreturn void twin_board_start_image(const struct twin_boot_handover *handover)
{
    static char name[] = "twinslot-image";
    char *arguments[] = {name, NULL};
    int fd = memfd_create(name, MFD_CLOEXEC);

    twin_proof_demand(&handover->proof);
    twin_native_hardware->slot = handover->slot;
    if (write(fd, twin_native_flash_at(handover->image_addr), handover->image_len) ==
        (ssize_t)handover->image_len) {
        fexecve(fd, arguments, environ);
    }
    abort(); /* signed, but not a program: as good as a fault in its first instruction */
}
