/*
 * srv_os.c - OS group, device side: echo, taskstat, reset, params, info, bootloader.
 * Spec: docs/spec-smp.md section 3.1. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/grp_os.h"
#include "twin/server.h"

enum { FAULT_FORMAT = 1, FAULT_NO_ANSWER };
static const struct twin_srv_fault faults[] = {
    [FAULT_FORMAT] = {TWIN_OS_V1_INVALID_FORMAT, TWIN_OS_RC_INVALID_FORMAT, NULL},
    [FAULT_NO_ANSWER] = {TWIN_OS_V1_NO_ANSWER, TWIN_OS_RC_NO_ANSWER, NULL},
};

static unsigned os_echo(const struct twin_srv_call *call)
{
    const struct twin_os_echo_req *req = call->req;
    struct twin_os_echo_rsp echo = {.text = req->text};

    return twin_srv_answer(call, &echo);
}

/* One task at a time goes into the reply: a struct with all of them would need much stack. */
static unsigned os_taskstat(const struct twin_srv_call *call)
{
    const struct twin_srv_os_config *config = call->config;
    struct twin_os_task task = {0};
    unsigned count = 0;

    if (config->task == NULL) {
        return TWIN_SRV_RC(TWIN_RC_NOT_SUPPORTED);
    }
    while (count < TWIN_OS_TASKS_MAX && config->task(config->ctx, count, &task)) {
        count++;
    }
    twin_srv_begin_list(call, count);
    for (unsigned i = 0; i < count; i++) {
        memset(&task, 0, sizeof(task));
        (void)config->task(config->ctx, i, &task); /* was there a moment ago */
        twin_cbor_put_bytes(call->rsp, TWIN_CBOR_TSTR, task.name);
        twin_msg_encode(call->rsp, &twin_os_task_msg, &task);
    }
    return 0;
}

static unsigned os_reset(const struct twin_srv_call *call)
{
    const struct twin_os_reset_req *req = call->req;
    const struct twin_srv_os_question question = {.forced = req->force};

    if (req->boot_mode > UINT8_MAX) {
        return TWIN_SRV_RC(TWIN_RC_INVALID);
    }
    unsigned refusal = twin_srv_ask(call, &question);
    if (refusal == 0) {
        call->srv->boot_mode = (uint8_t)req->boot_mode;
        call->srv->reset_requested = true;
    }
    return refusal;
}

static unsigned os_params(const struct twin_srv_call *call)
{
    const struct twin_srv_config *config = call->srv->priv.config;
    struct twin_os_params_rsp params = {.present =
                                            TWIN_OS_PARAMS_RSP_SIZE | TWIN_OS_PARAMS_RSP_COUNT,
                                        .buf_size = config->buf_size,
                                        .buf_count = config->buf_count};

    return twin_srv_answer(call, &params);
}

/* Letters of the info command in the order of enum twin_srv_info; the last one asks for all. */
static const char letters[] = "snrvbmpioa";
_Static_assert(sizeof(letters) - 1 == TWIN_INFO_COUNT + 1, "a letter for each text");

/* A bit for each text that the format asks for; above those of the table, a bit for "unknown". */
static uint32_t texts_wanted(struct twin_span format)
{
    uint32_t wanted = 0;

    for (size_t i = 0; i < format.len; i++) {
        unsigned letter = 0;
        while (letter < sizeof(letters) - 1 && (uint8_t)letters[letter] != format.ptr[i]) {
            letter++;
        }
        wanted |= UINT32_C(1) << letter;
    }
    return wanted;
}

static unsigned os_info(const struct twin_srv_call *call)
{
    const struct twin_srv_os_config *config = call->config;
    const struct twin_os_info_req *req = call->req;
    uint32_t wanted = texts_wanted(req->format.len != 0 ? req->format : twin_span_text("s"));
    uint8_t output[1 + TWIN_SRV_INFO_MAX]; /* a blank before each text; the first is left out */
    struct twin_cbor_writer w = {.buf = output, .cap = sizeof(output)};

    if (wanted >> (TWIN_INFO_COUNT + 1) != 0) {
        return FAULT_FORMAT;
    }
    if (wanted >> TWIN_INFO_COUNT != 0) {
        wanted = UINT32_MAX;
    }
    for (unsigned i = 0; i < TWIN_INFO_COUNT; i++) {
        if ((wanted >> i & 1) != 0) {
            const char *text = config->info[i];
            twin_cbor_put_raw(&w, twin_span_text(" "));
            twin_cbor_put_raw(&w, twin_span_text(text != NULL ? text : "unknown"));
        }
    }
    const struct twin_os_info_rsp info = {.output = {output + 1, w.len - 1}};
    call->rsp->failed = w.failed;
    return twin_srv_answer(call, &info);
}

static unsigned os_bootloader(const struct twin_srv_call *call)
{
    const struct twin_os_bootloader_req *req = call->req;
    const struct twin_srv_os_config *config = call->config;
    struct twin_span mode = twin_span_text("mode");
    struct twin_os_bootloader_rsp bootloader = {0};

    if (config->bootloader == NULL) {
        return FAULT_NO_ANSWER;
    }
    if (req->query.len == 0) {
        bootloader.present = TWIN_OS_BOOTLOADER_RSP_NAME;
        bootloader.bootloader = twin_span_text(config->bootloader);
    } else if (req->query.len == mode.len && memcmp(req->query.ptr, mode.ptr, mode.len) == 0) {
        bootloader.present = TWIN_OS_BOOTLOADER_RSP_MODE;
        bootloader.present |= config->no_downgrade ? TWIN_OS_BOOTLOADER_RSP_NO_DOWNGRADE : 0;
        bootloader.mode = config->boot_mode;
        bootloader.no_downgrade = config->no_downgrade;
    } else {
        return FAULT_NO_ANSWER;
    }
    return twin_srv_answer(call, &bootloader);
}

static const struct twin_srv_cmd cmds[] = {
    {&twin_os_echo_cmd, os_echo},     {&twin_os_echo_read_cmd, os_echo},
    {&twin_os_reset_cmd, os_reset},   {&twin_os_taskstat_cmd, os_taskstat},
    {&twin_os_params_cmd, os_params}, {&twin_os_bootloader_cmd, os_bootloader},
    {&twin_os_info_cmd, os_info},
};

const struct twin_srv_group twin_srv_os = {
    .cmds = cmds, .cmd_count = TWIN_COUNT(cmds), .faults = faults};
