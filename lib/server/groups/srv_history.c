/*
 * srv_history.c - history group, device side: read, acknowledge. Spec: docs/spec-smp.md section
 * 3.12. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/srv_history.h"
#include "twin/image.h"
#include "twin/record.h"

enum { FAULT_FLASH = 1 };
static const struct twin_srv_fault faults[] = {
    [FAULT_FLASH] = {TWIN_HISTORY_V1_FLASH_WRITE, TWIN_HISTORY_RC_FLASH_WRITE, NULL},
};

static const struct twin_map *map_of(const struct twin_srv_call *call)
{
    return ((const struct twin_srv_history_config *)call->config)->map;
}

/* What is not known is not told. */
static void put_record(const struct twin_srv_call *call, const struct twin_record *record)
{
    static const uint8_t no_version[TWIN_RECORD_VERSION_LEN];
    const bool has_starts = record->starts != TWIN_RECORD_STARTS_UNKNOWN;
    const bool has_version = memcmp(record->version, no_version, sizeof(no_version)) != 0;
    char text[TWIN_VERSION_STR_MAX];
    struct twin_version version;

    twin_version_get(record->version, &version);
    const size_t len = twin_version_print(&version, text);
    const struct twin_history_item item = {
        .present = TWIN_HISTORY_IMAGE | TWIN_HISTORY_OUTCOME | TWIN_HISTORY_REASON |
                   TWIN_HISTORY_NEW | (has_starts ? TWIN_HISTORY_STARTS : 0u) |
                   (has_version ? TWIN_HISTORY_VERSION : 0u),
        .image = record->image,
        .outcome = record->outcome,
        .reason = record->reason,
        .starts = record->starts,
        .version = {(const uint8_t *)text, len},
        .is_new = record->is_new,
    };
    twin_msg_encode(call->rsp, &twin_history_item_msg, &item);
}

/* Go through all images: how many records there are, and with `put` each into the answer. */
static uint32_t walk(const struct twin_srv_call *call, bool put)
{
    struct twin_record list[TWIN_RECORD_PLACES];
    uint32_t all = 0;

    for (unsigned i = 0; i < map_of(call)->count; i++) {
        const unsigned count = twin_records_read(&map_of(call)->images[i], list);
        for (unsigned k = 0; k < count && put; k++) {
            put_record(call, &list[k]);
        }
        all += count;
    }
    return all;
}

static unsigned history(const struct twin_srv_call *call)
{
    twin_srv_begin_list(call, walk(call, false));
    walk(call, true);
    return 0;
}

static unsigned acknowledge(const struct twin_srv_call *call)
{
    unsigned fault = 0;

    for (unsigned i = 0; i < map_of(call)->count; i++) {
        if (twin_records_acknowledge(&map_of(call)->images[i]) != TWIN_OK) {
            fault = FAULT_FLASH;
        }
    }
    return fault;
}

static twin_err_t init(const struct twin_srv_entry *entry)
{
    const struct twin_srv_history_config *config = entry->config;

    return config->map == NULL ? TWIN_E_ARG : twin_map_check(config->map);
}

static const struct twin_srv_cmd cmds[] = {
    {&twin_history_cmd, history},
    {&twin_history_acknowledge_cmd, acknowledge},
};

const struct twin_srv_group twin_srv_history = {
    .cmds = cmds, .cmd_count = TWIN_COUNT(cmds), .faults = faults, .init = init};
