/*
 * main.c - twinslot-device: runs devices as Linux processes. SPDX-License-Identifier: Apache-2.0
 */
#include "base/std_fds.h"
#include "process.h"
#include "twin_config.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXIT_NOT_POSSIBLE 1

/* Keep the numbers that devices inherit free of our own descriptors, and allow many of those. */
static void prepare_descriptors(void)
{
    struct rlimit limit;

    while (open("/dev/null", O_RDWR | O_CLOEXEC) < FD_END) {
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Open and run all devices; *opened counts those that process_close() is due for. */
static int run(struct device **devices, const struct options *options, unsigned *opened)
{
    while (*opened < options->count) {
        struct process *process = calloc(1, sizeof(*process));
        if (process == NULL) {
            return EXIT_NOT_POSSIBLE;
        }
        devices[*opened] = &process->device;
        if (process_open(process, options, (*opened)++) != 0) {
            return EXIT_NOT_POSSIBLE;
        }
    }
    return device_run(devices, options->count);
}

/* twinslot-boot, in the folder where this program is. */
static void find_bootloader(char *path, size_t cap)
{
    ssize_t len = readlink("/proc/self/exe", path, cap - 1);

    path[len > 0 ? len : 0] = '\0';
    char *slash = strrchr(path, '/');
    size_t folder_len = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    snprintf(path + folder_len, cap - folder_len, "twinslot-boot");
}

int main(int argc, char **argv)
{
    char bootloader[PATH_MAX];
    unsigned opened = 0;
    struct options options = {
        .console = "-",
        .interface = "lo",
        .mode = CONFIG_TWIN_MODE,
        .bootloader = bootloader,
        .count = 1,
        .geometry = {.page_bytes = 4096,
                     .slot_bytes = 0x76000,
                     .write_bytes = 4,
                     .erased = 0xff,
                     .images = 1},
        .smp_buf_size = CONFIG_TWIN_SMP_BUF_SIZE,
        .smp_buf_count = CONFIG_TWIN_SMP_BUF_COUNT,
    };

    twin_std_fds_open();
    find_bootloader(bootloader, sizeof(bootloader));
    int status = options_parse(&options, argc, argv);
    if (status >= 0) {
        return status;
    }
    prepare_descriptors();
    struct device **devices = calloc(options.count, sizeof(struct device *));
    status = devices == NULL ? EXIT_NOT_POSSIBLE : run(devices, &options, &opened);
    while (opened > 0) {
        struct process *process = (struct process *)devices[--opened];
        process_close(process);
        free(process);
    }
    free(devices);
    return status;
}
