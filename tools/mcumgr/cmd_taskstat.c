/*
 * cmd_taskstat.c - the verb `taskstat`: the device's tasks and their stacks.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "twin/grp_os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a_, const void *b_)
{
    const struct twin_os_task *a = a_, *b = b_;
    const size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
    const int order = memcmp(a->name.ptr, b->name.ptr, len);

    return order != 0 ? order : (a->name.len > b->name.len) - (a->name.len < b->name.len);
}

static void print_table(const struct twin_os_taskstat_rsp *rsp)
{
    printf("  %8s %3s %3s %8s %8s %8s %8s %8s %8s\n", "task", "pri", "tid", "runtime", "csw",
           "stksz", "stkuse", "last_checkin", "next_checkin");
    for (uint32_t i = 0; i < rsp->tasks_count; i++) {
        const struct twin_os_task *task = &rsp->tasks[i];
        char *name = report_text(task->name);
        printf("  %8s %3d %3u %8u %8u %8u %8u %8u %8u\n", name != NULL ? name : "", (int)task->prio,
               (unsigned)task->tid, (unsigned)task->runtime, (unsigned)task->switches,
               (unsigned)task->stack_size_words, (unsigned)task->stack_use_words,
               (unsigned)task->last_checkin, (unsigned)task->next_checkin);
        free(name);
    }
}

/* One number of a task, if the device sent it. */
struct column {
    const char *key;
    uint32_t flag;
    size_t offset;
};
#define COLUMN(key_, flag_, member_)                                                               \
    {                                                                                              \
        key_, flag_, offsetof(struct twin_os_task, member_)                                        \
    }

static const struct column columns[] = {
    COLUMN("tid", TWIN_OS_TASK_TID, tid),
    COLUMN("state", TWIN_OS_TASK_STATE, state),
    COLUMN("stkuse", TWIN_OS_TASK_STKUSE, stack_use_words),
    COLUMN("stksiz", TWIN_OS_TASK_STKSIZ, stack_size_words),
    COLUMN("cswcnt", TWIN_OS_TASK_SWITCHES, switches),
    COLUMN("runtime", TWIN_OS_TASK_RUNTIME, runtime),
    COLUMN("last_checkin", TWIN_OS_TASK_LAST_CHECKIN, last_checkin),
    COLUMN("next_checkin", TWIN_OS_TASK_NEXT_CHECKIN, next_checkin),
};

static json_t *task_json(const struct twin_os_task *task)
{
    json_t *object = json_object();

    if (task->present & TWIN_OS_TASK_PRIO) {
        json_object_set_new(object, "prio", json_integer(task->prio));
    }
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (task->present & columns[i].flag) {
            uint32_t value;
            memcpy(&value, (const uint8_t *)task + columns[i].offset, sizeof(value));
            json_object_set_new(object, columns[i].key, json_integer(value));
        }
    }
    return object;
}

static void print_json(const struct twin_os_taskstat_rsp *rsp)
{
    json_t *tasks = json_object();

    for (uint32_t i = 0; i < rsp->tasks_count; i++) {
        char *name = report_text(rsp->tasks[i].name);
        json_object_set_new(tasks, name != NULL ? name : "", task_json(&rsp->tasks[i]));
        free(name);
    }
    cli_json_print(json_pack("{s:o}", "tasks", tasks));
}

static int run(const struct cli_call *call)
{
    static const struct twin_empty req;
    struct twin_os_taskstat_rsp rsp;
    const struct twin_request request = {.op = TWIN_SMP_READ,
                                         .group = TWIN_GRP_OS,
                                         .id = TWIN_OS_TASKSTAT,
                                         .req_msg = &twin_empty_msg,
                                         .req = &req,
                                         .rsp_msg = &twin_os_taskstat_rsp_msg,
                                         .rsp = &rsp};
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = session_request(&session, &request, "read the tasks");
    }
    if (code == CLI_DONE) {
        qsort(rsp.tasks, rsp.tasks_count, sizeof(rsp.tasks[0]), by_name);
        (session.common->json ? print_json : print_table)(&rsp);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_taskstat = {.path = "taskstat",
                                     .args = "",
                                     .help = "Show the device's tasks",
                                     .more = "Stack sizes are in words of 4 bytes.",
                                     .run = run};
