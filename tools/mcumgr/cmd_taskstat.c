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

struct row {
    char *own;    /* the name that the device gave it, printable */
    char *shown;  /* one that no other row has: own, or a copy with a number */
    size_t index; /* in the device's order */
    struct twin_os_task task;
};

struct rows {
    struct row *row;
    size_t count;
};

/* ---- Names ---- */

/* The key as text, whatever it is; malloc'ed. */
static char *key_text(struct twin_cbor_reader key, bool is_json)
{
    char number[REPORT_NUMBER_MAX] = "?";
    struct twin_cbor_reader as_number = key;
    struct twin_cbor_number value;
    uint64_t len;

    const enum twin_cbor_major major = twin_cbor_get_head(&key, &len);
    if ((major == TWIN_CBOR_TSTR || major == TWIN_CBOR_BSTR) && len != TWIN_CBOR_INDEFINITE) {
        const struct twin_span text = {&key.buf[key.off], (size_t)len};
        return is_json ? report_json_key(text) : report_text(text);
    }
    if (twin_cbor_get_number(&as_number, &value)) {
        const bool is_lowest = value.is_negative && value.magnitude == UINT64_MAX;
        snprintf(number, sizeof(number), "%s%llu", value.is_negative ? "-" : "",
                 (unsigned long long)value.magnitude + (value.is_negative && !is_lowest));
        number[strlen(number) - 1] += is_lowest; /* one more than 64 bits hold: ...615 to ...616 */
    }
    return report_text(twin_span_text(number));
}

static int by_own_name(const void *a_, const void *b_)
{
    const struct row *a = a_, *b = b_;
    const int order = strcmp(a->own, b->own);

    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static int by_shown_name(const void *a_, const void *b_)
{
    const struct row *a = a_, *b = b_;

    return strcmp(a->shown, b->shown);
}

static int is_named(const void *name, const void *row)
{
    return strcmp(name, ((const struct row *)row)->own);
}

/* NAME#2, or with the next number that makes it a name of no other row; malloc'ed. */
static char *numbered(const struct rows *rows, const char *name, unsigned *number)
{
    const size_t cap = strlen(name) + REPORT_NUMBER_MAX;
    char *text = report_room(cap);

    do { /* as often as there are rows, at most */
        ++*number;
        snprintf(text, cap, "%s#%u", name, *number);
    } while (bsearch(text, rows->row, rows->count, sizeof(rows->row[0]), is_named) != NULL);
    return text;
}

/* Each row needs a name of its own, which is its key in JSON: of equal ones the first keeps it. */
static void number_equal_names(struct rows *rows)
{
    unsigned number = 1;

    qsort(rows->row, rows->count, sizeof(rows->row[0]), by_own_name);
    for (size_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->row[i];
        if (i > 0 && strcmp(row->own, rows->row[i - 1].own) == 0) {
            row->shown = numbered(rows, row->own, &number);
        } else {
            row->shown = row->own;
            number = 1;
        }
    }
    qsort(rows->row, rows->count, sizeof(rows->row[0]), by_shown_name);
}

/* ---- Rows ---- */

static void read_rows(struct rows *rows, struct twin_span tasks, bool is_json)
{
    struct twin_msg_items items = twin_msg_items(tasks);
    struct twin_os_task task;

    /* An entry takes two bytes at least. */
    rows->row = report_room((tasks.len / 2 + 1) * sizeof(rows->row[0]));
    while (twin_msg_next(&items, &twin_os_task_msg, &task)) {
        rows->row[rows->count] =
            (struct row){.own = key_text(items.key, is_json), .index = rows->count, .task = task};
        rows->count++;
    }
    number_equal_names(rows);
}

static void free_rows(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->row[i].shown != rows->row[i].own) {
            free(rows->row[i].shown);
        }
        free(rows->row[i].own);
    }
    free(rows->row);
}

/* ---- Printing ---- */

/* One number of a task, in the order of the table. */
struct column {
    const char *key, *title;
    int width;
    uint32_t flag;
    size_t offset;
};
#define COLUMN(key_, title_, width_, flag_, member_)                                               \
    {                                                                                              \
        key_, title_, width_, TWIN_OS_TASK_##flag_, offsetof(struct twin_os_task, member_)         \
    }

static const struct column columns[] = {
    COLUMN("tid", "tid", 3, TID, tid),
    COLUMN("runtime", "runtime", 8, RUNTIME, runtime),
    COLUMN("cswcnt", "csw", 8, SWITCHES, switches),
    COLUMN("stksiz", "stksz", 8, STKSIZ, stack_size_words),
    COLUMN("stkuse", "stkuse", 8, STKUSE, stack_use_words),
    COLUMN("last_checkin", "last_checkin", 8, LAST_CHECKIN, last_checkin),
    COLUMN("next_checkin", "next_checkin", 8, NEXT_CHECKIN, next_checkin),
    COLUMN("state", NULL, 0, STATE, state), /* in JSON only: the Go tool has no such column */
};
#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static uint64_t column_value(const struct column *column, const struct twin_os_task *task)
{
    uint64_t value;

    memcpy(&value, (const uint8_t *)task + column->offset, sizeof(value));
    return value;
}

static void print_row(const struct row *row)
{
    char number[REPORT_NUMBER_MAX];

    printf("  %8s %3s", row->shown,
           report_number(row->task.present & TWIN_OS_TASK_PRIO, row->task.prio, number));
    for (size_t i = 0; i < COLUMN_COUNT && columns[i].title != NULL; i++) {
        const bool is_there = row->task.present & columns[i].flag;
        printf(" %*s", columns[i].width,
               report_unsigned(is_there, column_value(&columns[i], &row->task), number));
    }
    printf("\n");
}

static void print_table(const struct rows *rows)
{
    printf("  %8s %3s", "task", "pri");
    for (size_t i = 0; i < COLUMN_COUNT && columns[i].title != NULL; i++) {
        printf(" %*s", columns[i].width, columns[i].title);
    }
    printf("\n");
    for (size_t i = 0; i < rows->count; i++) {
        print_row(&rows->row[i]);
    }
}

static json_t *task_json(const struct twin_os_task *task)
{
    json_t *object = json_object();

    if (task->present & TWIN_OS_TASK_PRIO) {
        json_object_set_new(object, "prio", json_integer(task->prio));
    }
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (task->present & columns[i].flag) {
            json_object_set_new(object, columns[i].key,
                                report_json_unsigned(column_value(&columns[i], task)));
        }
    }
    return object;
}

static void print_json(const struct rows *rows)
{
    json_t *tasks = json_object();

    for (size_t i = 0; i < rows->count; i++) {
        json_object_set_new(tasks, rows->row[i].shown, task_json(&rows->row[i].task));
    }
    cli_json_print(json_pack("{s:o}", "tasks", tasks));
}

static void print_tasks(const struct session *session, struct twin_span tasks)
{
    struct rows rows = {NULL, 0};

    read_rows(&rows, tasks, session->common->json);
    (session->common->json ? print_json : print_table)(&rows);
    free_rows(&rows);
}

static int run(const struct cli_call *call)
{
    struct twin_os_taskstat_rsp rsp;
    const struct twin_request request = {.cmd = &twin_os_taskstat_cmd, .rsp = &rsp};
    struct session session;

    int code = session_open(&session, call);
    if (code == CLI_DONE) {
        code = session_request(&session, &request, "read the tasks");
    }
    if (code == CLI_DONE) {
        print_tasks(&session, rsp.tasks);
    }
    session_close(&session);
    return code;
}

const struct cli_cmd cmd_taskstat = {.path = "taskstat",
                                     .args = "",
                                     .spare = CLI_SPARE_IGNORED,
                                     .help = "Show the device's tasks",
                                     .more = "Stack sizes are in words of 4 bytes.",
                                     .run = run};
