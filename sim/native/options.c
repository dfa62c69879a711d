/*
 * options.c - command line of twinslot-device: one table, for reading it and for the help.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "options.h"
#include "args.h"
#include <stdio.h>

static const char intro[] =
    "usage: twinslot-device --flash FILE [option...]\n"
    "\n"
    "Runs the device as Linux processes: the bootloader, and the image that it starts, with flash\n"
    "in FILE. Its SMP serial port appears as --pty LINK, or its SMP server answers on --udp PORT,\n"
    "or both; its console is on standard output; lines typed here go to the console. Ends with\n"
    "Ctrl-C or SIGTERM; kill -9 is a power failure.\n"
    "\n";
static const char outro[] =
    "\n"
    "With --count, files, links and ports are numbered: FILE.0, LINK.0, PORT + 0 and so on.\n"
    "Exit status: 0 ended by a signal, 1 failure, 2 usage, 10 the power was cut (--cut).\n"
    "Example: twinslot-device --flash f.bin --image device-1.0.0.bin --pty /tmp/device --udp "
    "1337\n";

#define OPTION(member) offsetof(struct options, member)
#define ANY            0, 1000000000

static const struct args_row rows[] = {
    {"--flash", "FILE", "flash of the device; made, erased, if it is not there", OPTION(flash), 0,
     0},
    {"--image", "FILE", "put this signed image into slot 0 of a flash that is made", OPTION(image),
     0, 0},
    {"--pty", "LINK", "name for the SMP serial port", OPTION(pty), 0, 0},
    {"--udp", "PORT", "answer SMP there, over IPv4 and IPv6", OPTION(udp), 1, 65535},
    {"--interface", "NAME", "where --udp answers; default: lo, this machine only; or all",
     OPTION(interface), 0, 0},
    {"--count", "N", "run that many devices", OPTION(count), 1, 1000},
    {"--console", "FILE", "write the console there; - is standard output", OPTION(console), 0, 0},
    {"--bootloader", "PROGRAM", "default: twinslot-boot beside this program", OPTION(bootloader), 0,
     0},
    {"--button", "0|1", "is the button held that asks the bootloader for recovery (0)",
     OPTION(button), 0, 1},
    {"--page", "BYTES", "erase unit of a flash that is made (4096)", OPTION(geometry.page_bytes),
     64, 1 << 20},
    {"--slot", "BYTES", "size of its slots (483328)", OPTION(geometry.slot_bytes), 1024, 1 << 28},
    {"--write-unit", "BYTES", "1, 2, 4, 8, 16 or 32 (4)", OPTION(geometry.write_bytes), 1, 32},
    {"--erased", "BYTE", "value of an erased byte: 0xff or 0x00 (0xff)", OPTION(geometry.erased), 0,
     255},
    {"--images", "N", "images that it has slots for (1); slot 0 of each gets --image",
     OPTION(geometry.images), 1, TWIN_IMAGES_MAX},
    {"--mode", "NAME",
     "how an update comes to run on it: swap_offset, swap_move, overwrite,\n"
     "                      overwrite_fast, overwrite_lzma, xip, xip_revert",
     OPTION(mode), 0, 0},
    {"--encrypted", "BITS",
     "updates for it may be encrypted, with keys of 128 bits\n"
     "                      (imgtool sign --encrypt-kek build/keys/dev-decrypt-kw-128.key)",
     OPTION(geometry.key_bits), 128, 128},
    {"--files", "FOLDER", "the device has files: those in this folder", OPTION(files), 0, 0},
    {"--erase-us", "TIME", "time that erasing a page takes, in microseconds", OPTION(erase_us),
     ANY},
    {"--write-us", "TIME", "time that writing a write unit takes", OPTION(write_us), ANY},
    {"--cut", "N", "cut the power after N write units of flash written or erased",
     OPTION(cut_units), ANY},
    {"--baud", "N", "speed of the serial port, 10 bits a byte; default: no limit",
     OPTION(line.baud), ANY},
    {"--latency", "MS", "delay of what the device sends on the serial port",
     OPTION(line.latency_ms), 0, 60000},
    {"--loss", "N", "lose every Nth packet of the serial port, each way", OPTION(loss), ANY},
    {"--drop", "N", "lose every Nth line, each way", OPTION(line.drop), ANY},
    {"--double", "N", "send every Nth line twice", OPTION(line.twice), ANY},
    {"--garble", "N", "change a bit in every Nth line", OPTION(line.garble), ANY},
    {"--noise", "N", "put log text before every Nth line that the device sends", OPTION(line.noise),
     ANY},
    {"--smp-buf", "BYTES", "SMP buffer size that the device announces", OPTION(smp_buf_size), 64,
     4096},
    {"--smp-count", "N", "SMP buffers that it announces", OPTION(smp_buf_count), 1, 255},
};
static const struct args_program program = {.name = "twinslot-device",
                                            .intro = intro,
                                            .outro = outro,
                                            .rows = rows,
                                            .row_count = sizeof(rows) / sizeof(rows[0])};

/* What the numbers mean together; flash geometry is judged by the code that has to live with it. */
static int check(struct options *options)
{
    const struct twin_flash flash = {.size = geometry_flash_len(&options->geometry),
                                     .page_bytes = options->geometry.page_bytes,
                                     .write_bytes = options->geometry.write_bytes,
                                     .erased = (uint8_t)options->geometry.erased};
    struct twin_slots slots[TWIN_IMAGES_MAX];
    const struct twin_map map = {slots, (uint8_t)options->geometry.images};

    snprintf(options->geometry.mode, sizeof(options->geometry.mode), "%s", options->mode);
    geometry_slots(&options->geometry, &flash, slots);
    if (slots->mode == NULL) {
        return args_wrong(&program, "there is no mode ", options->mode);
    }
    if (options->flash == NULL) {
        return args_wrong(&program, "--flash is needed", "");
    }
    if (flash.page_bytes % flash.write_bytes != 0 || twin_map_check(&map) != TWIN_OK ||
        (flash.erased != 0 && flash.erased != 0xff)) {
        return args_wrong(&program,
                          "page, slot, write unit and erased value do not make a usable flash", "");
    }
    if (options->udp != 0 && options->udp + options->count - 1 > 65535) {
        return args_wrong(&program, "not enough UDP ports above --udp", "");
    }
    return ARGS_GO_ON;
}

int options_parse(struct options *options, int argc, char **argv)
{
    int status = args_parse(&program, options, argc, argv);

    return status == ARGS_GO_ON ? check(options) : status;
}
