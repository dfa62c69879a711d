/*
 * update.c - see update.h. SPDX-License-Identifier: Apache-2.0
 */
#include "update.h"
#include "images.h"
#include "print.h"
#include "twin/grp_os.h"
#include "twin/grp_stat.h"
#include "twin/srv_history.h"

#define RESET_DELAY_MS 250 /* time for the reply to leave */

/* The line buffer must hold what clients may send while one request is worked on. */
_Static_assert(CONFIG_TWIN_SMP_BUF_COUNT *TWIN_CONSOLE_ENCODED_MAX(CONFIG_TWIN_SMP_BUF_SIZE) <=
                   TWIN_BOARD_SMP_BUFFER,
               "fewer or smaller SMP buffers, or a larger line buffer");

static struct {
    uint32_t requests; /* answered */
    uint32_t refused;  /* because a patient was connected */
} smp;

/*
 * Nothing that ends in a restart begins while somebody depends on the monitor. Whoever forces a
 * reset from afar does not see the bed: that is not a reason to say yes.
 */
static bool may_happen(void *ctx, const struct twin_srv_question *question, const char **reason)
{
    const struct monitor *monitor = ctx;

    (void)question;
    if (monitor->patient) {
        smp.refused++;
        *reason = "a patient is connected";
        twin_print("an update step was refused: a patient is connected\n");
    }
    return !monitor->patient;
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
    const struct monitor *monitor = ctx;
    const struct twin_stat_counter counters[] = {
        {"monitor", "samples", monitor->sensor.samples},
        {"smp", "requests", smp.requests},
        {"smp", "refused", smp.refused},
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

/* What this device can be asked: a row for each group of commands. */
static struct twin_srv_entry groups[] = {
    TWIN_SRV_OS(&os),
    {0}, /* images.h */
    TWIN_SRV_STAT(&counters),
    TWIN_SRV_HISTORY(&history),
};

/* What is known only now, or to the board. */
static void describe_system(const struct monitor *monitor)
{
    os.info[TWIN_INFO_VERSION] = monitor->version;
    os.info[TWIN_INFO_MACHINE] = twin_board_names.arch;
    os.info[TWIN_INFO_PROCESSOR] = twin_board_names.processor;
    os.info[TWIN_INFO_BOARD] = twin_board_names.board;
    os.boot_mode = (uint8_t)twin_board_map.images->mode->id;
    os.no_downgrade = CONFIG_TWIN_BOOT_NO_DOWNGRADE != NULL;
}

twin_err_t update_init(struct update *update, struct monitor *monitor)
{
    update->resetting = false;
    describe_system(monitor);
    groups[1] = images_entry();
    counters.ctx = monitor;
    update->config = (struct twin_srv_config){
        .groups = groups,
        .group_count = TWIN_COUNT(groups),
        .buf_size = CONFIG_TWIN_SMP_BUF_SIZE,
        .buf_count = CONFIG_TWIN_SMP_BUF_COUNT,
        .ask = may_happen,
        .ctx = monitor,
    };
    twin_console_decoder_init(&update->decoder, update->request, sizeof(update->request));
    return twin_srv_init(&update->server, &update->config);
}

static void send_framed(struct update *update, struct twin_span packet)
{
    size_t len;

    if (twin_console_encode(packet, update->frame, sizeof(update->frame), &len) == TWIN_OK) {
        twin_board_write(TWIN_BOARD_SMP, update->frame, len);
    }
}

static void send_plain(struct update *update, struct twin_span packet)
{
    (void)update;
    twin_board_packet_write(packet.ptr, packet.len);
}

typedef void (*send_fn)(struct update *update, struct twin_span packet);

static void answer(struct update *update, struct twin_span packet, send_fn send, uint32_t now_ms)
{
    size_t len;

    while ((len = twin_srv_handle(&update->server, &packet, update->reply,
                                  sizeof(update->reply))) != 0) {
        smp.requests++;
        send(update, (struct twin_span){update->reply, len});
    }
    if (update->server.reset_requested && !update->resetting) {
        update->resetting = true;
        update->reset_at_ms = now_ms + RESET_DELAY_MS;
    }
}

static void serve_line(struct update *update, uint32_t now_ms)
{
    uint8_t bytes[64];
    size_t len = twin_board_read(TWIN_BOARD_SMP, bytes, sizeof(bytes));

    for (size_t i = 0; i < len; i++) {
        if (twin_console_decode(&update->decoder, bytes[i]) == TWIN_CONSOLE_PACKET) {
            answer(update, update->decoder.packet, send_framed, now_ms);
        }
    }
}

/* The room for framing is free here: a plain packet has none. */
static void serve_packet(struct update *update, uint32_t now_ms)
{
    size_t len = twin_board_packet_read(update->frame, sizeof(update->request));

    if (len != 0) {
        answer(update, (struct twin_span){update->frame, len}, send_plain, now_ms);
    }
}

void update_run(struct update *update, uint32_t now_ms)
{
    serve_line(update, now_ms);
    serve_packet(update, now_ms);
    if (update->resetting && (int32_t)(now_ms - update->reset_at_ms) >= 0) {
        twin_print("restarting on request\n");
        twin_board_reset();
    }
}
