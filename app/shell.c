/*
 * shell.c - see shell.h. A new command is one function and one row.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "shell.h"
#include <string.h>

#define NO_COMMAND (-8) /* as other devices say it */

static void version(const struct monitor *monitor, struct twin_srv_shell_output *output)
{
    twin_srv_shell_print(output, monitor->version);
    twin_srv_shell_print(output, "\n");
}

static void patient(const struct monitor *monitor, struct twin_srv_shell_output *output)
{
    twin_srv_shell_print(output, monitor->patient ? "a patient is connected\n"
                                                  : "no patient is connected\n");
}

static void trial(const struct monitor *monitor, struct twin_srv_shell_output *output)
{
    (void)monitor;
    twin_srv_shell_print(output, monitor_on_trial() ? "on trial\n" : "confirmed\n");
}

static void help(const struct monitor *monitor, struct twin_srv_shell_output *output);

static const struct {
    const char *name, *text;
    void (*run)(const struct monitor *monitor, struct twin_srv_shell_output *output);
} rows[] = {
    {"help", "this list", help},
    {"version", "of the firmware", version},
    {"patient", "whether one is connected", patient},
    {"trial", "whether the firmware is confirmed", trial},
};

static void help(const struct monitor *monitor, struct twin_srv_shell_output *output)
{
    (void)monitor;
    for (size_t i = 0; i < TWIN_COUNT(rows); i++) {
        twin_srv_shell_print(output, rows[i].name);
        twin_srv_shell_print(output, ": ");
        twin_srv_shell_print(output, rows[i].text);
        twin_srv_shell_print(output, "\n");
    }
}

int32_t shell_exec(void *ctx, const char *line, struct twin_srv_shell_output *output)
{
    for (size_t i = 0; i < TWIN_COUNT(rows); i++) {
        if (strcmp(rows[i].name, line) == 0) {
            rows[i].run(ctx, output);
            return 0;
        }
    }
    twin_srv_shell_print(output, "no such command; try help\n");
    return NO_COMMAND;
}
