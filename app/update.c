/*
 * update.c - see update.h. SPDX-License-Identifier: Apache-2.0
 */
#include "update.h"
#include "images.h"
#include "print.h"
#include "shell.h"
#include "twin/grp_os.h"
#include "twin/grp_stat.h"
#include "twin/srv_history.h"

/*
 * Nothing that ends in a restart begins while somebody depends on the monitor. Whoever forces a
 * reset from afar does not see the bed: that is not a reason to say yes.
 */
static bool may_happen(void *ctx, const struct twin_srv_question *question, const char **reason)
{
    struct update *update = ctx;

    if (question->cmd == &twin_shell_exec_cmd) {
        return true; /* its commands only look (shell.c) */
    }
    if (update->monitor->patient) {
        update->refused++;
        *reason = "a patient is connected";
        twin_print("an update step was refused: a patient is connected\n");
    }
    return !update->monitor->patient;
}

/* The program is one loop: one task. */
static bool describe_task(void *ctx, unsigned index, struct twin_os_task *task)
{
    static const uint8_t name[] = {'m', 'a', 'i', 'n'};
    struct twin_board_stack stack = twin_board_stack_use();

    (void)ctx;
    *task = (struct twin_os_task){
        .present = TWIN_OS_TASK_PRIO | TWIN_OS_TASK_TID | TWIN_OS_TASK_STATE | TWIN_OS_TASK_STKUSE |
                   TWIN_OS_TASK_STKSIZ,
        .name = {name, sizeof(name)},
        .prio = 0,
        .tid = 0,
        .state = 0,
        .stack_use_words = stack.used / 4,
        .stack_size_words = stack.size / 4,
    };
    return index == 0;
}

/* What has been counted since the start. */
static bool describe_counter(void *ctx, unsigned index, struct twin_stat_counter *counter)
{
    const struct update *update = ctx;
    const struct twin_stat_counter counters[] = {
        {"monitor", "samples", update->monitor->sensor.samples},
        {"smp", "requests", update->serve.answered},
        {"smp", "refused", update->refused},
    };
    const bool is_there = index < TWIN_COUNT(counters);

    if (is_there) {
        *counter = counters[index];
    }
    return is_there;
}

static struct twin_srv_os_config os = {
    .info = {[TWIN_INFO_KERNEL] = "Twinslot",
             [TWIN_INFO_NODE] = "patient-monitor",
             [TWIN_INFO_KERNEL_VERSION] = CONFIG_TWIN_VERSION,
             [TWIN_INFO_OS] = "bare metal"},
    .bootloader = "MCUboot",
    .task = describe_task,
};
static const struct twin_srv_history_config history = {.map = &twin_board_map};
static struct twin_srv_stat_config counters = {.counter = describe_counter};
static struct twin_srv_shell_config shell = {.exec = shell_exec};

/* What this device can be asked: a row for each group of commands, then those of the board. */
#define OWN_GROUPS 5
static struct twin_srv_entry groups[OWN_GROUPS + TWIN_BOARD_GROUPS_MAX] = {
    TWIN_SRV_OS(&os),         {0}, /* images.h */
    TWIN_SRV_STAT(&counters), TWIN_SRV_HISTORY(&history),
    TWIN_SRV_SHELL(&shell),
};

/* Put those of the board behind our own. Returns how many there are. */
static uint8_t add_board_groups(void)
{
    const struct twin_srv_entry *entries;
    const size_t count = twin_board_groups(&entries);

    for (size_t i = 0; i < count; i++) {
        groups[OWN_GROUPS + i] = entries[i];
    }
    return (uint8_t)(OWN_GROUPS + count);
}

/* The bootloader knows best which mode it is in; one that does not tell is as it was built. */
static uint8_t boot_mode(void)
{
    const struct twin_shared shared = twin_board_shared();
    struct twin_span told;

    return twin_shared_find(&shared, TWIN_SHARED_MODE, &told) && told.len == 1
               ? told.ptr[0]
               : twin_board_map.images->mode->id;
}

/* What the bootloader that has started us says of itself, if it does. */
static void print_bootloader(void)
{
    const struct twin_shared shared = twin_board_shared();
    struct twin_version version;
    struct twin_span told;

    if (twin_shared_find(&shared, TWIN_SHARED_VERSION, &told) && told.len == TWIN_VERSION_LEN) {
        twin_version_get(told.ptr, &version);
        twin_print("the bootloader is ");
        twin_print_version(&version);
        twin_print(", its mode ");
        twin_print_dec(boot_mode());
        twin_print("\n");
    }
}

/* What is known only now, or to the board. */
static void describe_system(const struct monitor *monitor)
{
    os.info[TWIN_INFO_VERSION] = monitor->version;
    os.info[TWIN_INFO_MACHINE] = twin_board_names.arch;
    os.info[TWIN_INFO_PROCESSOR] = twin_board_names.processor;
    os.info[TWIN_INFO_BOARD] = twin_board_names.board;
    os.boot_mode = boot_mode();
    os.no_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE != NULL;
}

twin_err_t update_init(struct update *update, struct monitor *monitor)
{
    update->monitor = monitor;
    update->refused = 0;
    print_bootloader();
    describe_system(monitor);
    groups[1] = images_entry(&twin_board_map, twin_board_running_slot(), TWIN_PRIMARY);
    counters.ctx = update;
    shell.ctx = monitor;
    update->config = (struct twin_srv_config){
        .groups = groups,
        .group_count = add_board_groups(),
        .buf_size = CONFIG_TWIN_SMP_BUF_SIZE,
        .buf_count = CONFIG_TWIN_SMP_BUF_COUNT,
        .ask = may_happen,
        .ctx = update,
    };
    return serve_init(&update->serve, &update->config);
}

void update_run(struct update *update, uint32_t now_ms)
{
    if (serve_run(&update->serve, now_ms)) {
        twin_print("restarting on request\n");
        serve_restart(&update->serve);
    }
}
