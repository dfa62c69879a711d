/*
 * commands.c - see commands.h. A new command is one function and one row.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "print.h"
#include <string.h>

static void status(struct monitor *monitor)
{
    struct twin_board_stack stack = twin_board_stack_use();

    monitor_print(monitor, twin_board_now_ms());
    twin_print("stack ");
    twin_print_dec(stack.used);
    twin_print(" of ");
    twin_print_dec(stack.size);
    twin_print(" bytes\n");
}

static void patient_connect(struct monitor *monitor)
{
    monitor->patient = true;
    twin_print("a patient is connected: updates and restarts are refused\n");
}

static void patient_disconnect(struct monitor *monitor)
{
    monitor->patient = false;
    twin_print("no patient is connected: updates are possible\n");
}

static void help(struct monitor *monitor);

static const struct {
    const char *name, *text;
    void (*run)(struct monitor *monitor);
} rows[] = {
    {"help", "this list", help},
    {"status", "what the monitor does and sees", status},
    {"patient connect", "a patient is connected from now on", patient_connect},
    {"patient disconnect", "no patient is connected any more", patient_disconnect},
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static void help(struct monitor *monitor)
{
    (void)monitor;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        twin_print(rows[i].name);
        twin_print(": ");
        twin_print(rows[i].text);
        twin_print("\n");
    }
}

static void run_line(const char *line, struct monitor *monitor)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, line) == 0) {
            rows[i].run(monitor);
            return;
        }
    }
    twin_print("no such command; try help\n");
}

/* A line ends with either kind of newline; empty ones, and what is too long, are passed over. */
static void take(struct commands *commands, char c, struct monitor *monitor)
{
    if (c != '\n' && c != '\r') {
        if (commands->len < sizeof(commands->line)) {
            commands->line[commands->len++] = c;
        }
        return;
    }
    if (commands->len > 0 && commands->len < sizeof(commands->line)) {
        commands->line[commands->len] = '\0';
        run_line(commands->line, monitor);
    }
    commands->len = 0;
}

void commands_run(struct commands *commands, struct monitor *monitor)
{
    uint8_t bytes[32];
    size_t len = twin_board_read(TWIN_BOARD_CONSOLE, bytes, sizeof(bytes));

    for (size_t i = 0; i < len; i++) {
        take(commands, (char)bytes[i], monitor);
    }
}
