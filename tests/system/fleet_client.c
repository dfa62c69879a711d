/*
 * fleet_client.c - one process that talks to many devices at once: greets each, then sends each a
 * file. Ends early when its standard input does.
 *
 *     fleet_client FILE [TYPE CONNSTRING]...
 *
 * Prints a line of JSON for what happens, as it happens: a device has a quarter of the file, a task
 * of a device is over, all is over. SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"
#include "session/session.h"
#include "twin/console.h"
#include "twin/crypto.h"
#include "twin/grp_os.h"
#include "twin/upload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define FILE_MAX   (16 * 1024 * 1024)
#define TIMEOUT_MS 20000
#define TRIES      3

struct fleet {
    struct twin_buf file;
    uint8_t sha[TWIN_SHA256_LEN];
    struct twin_loop loop;
};

struct device {
    struct fleet *fleet;
    unsigned number;
    struct twin_session session;
    struct twin_client client;
    struct twin_task greeting, transfer;
    char text[32];
    struct twin_os_echo_req req;
    struct twin_os_echo_rsp rsp;
    struct twin_upload upload;
    bool has_quarter;
};

/* ---- The greeting ---- */

static void greet(struct twin_task *task)
{
    struct device *device = task->ctx;
    const struct twin_request request = {
        .cmd = &twin_os_echo_cmd, .req = &device->req, .rsp = &device->rsp};

    snprintf(device->text, sizeof(device->text), "you are %u", device->number);
    device->req =
        (struct twin_os_echo_req){.present = TWIN_OS_ECHO_REQ_TEXT,
                                  .text = {(const uint8_t *)device->text, strlen(device->text)}};
    twin_client_begin(&device->client, &request);
}

/* What became of a task. */
static const char *outcome(const struct twin_task *task)
{
    const bool is_link = task->result == TWIN_E_IO && task->session->error.code != TWIN_ERROR_NONE;

    return is_link ? task->session->error.why : twin_err_str(task->result);
}

static void greeted(struct twin_task *task)
{
    const struct device *device = task->ctx;
    const bool is_right = device->rsp.text.len == strlen(device->text) &&
                          memcmp(device->rsp.text.ptr, device->text, device->rsp.text.len) == 0;

    printf("{\"device\": %u, \"task\": \"echo\", \"ok\": %s, \"outcome\": \"%s\"}\n",
           device->number, task->result == TWIN_OK && is_right ? "true" : "false", outcome(task));
    fflush(stdout);
}

/* ---- The file ---- */

static twin_err_t read_part(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    const struct fleet *fleet = ctx;

    (void)len;
    *data = fleet->file.data + off;
    return TWIN_OK;
}

static void transfer(struct twin_task *task)
{
    struct device *device = task->ctx;
    const struct twin_transport *kind = device->session.config.kind;
    struct twin_upload_config config = {.len = (uint32_t)device->fleet->file.len,
                                        .sha = device->fleet->sha,
                                        .packet_max = 1400,
                                        .frame_bytes = kind->frame_bytes,
                                        .piece_bytes =
                                            kind->frame_bytes != 0 ? TWIN_CONSOLE_PIECE : 0,
                                        .read = read_part,
                                        .ctx = device->fleet};

    if (device->session.link != NULL) {
        config.packet_max = device->session.link->packet_max;
    }
    twin_upload_begin(&device->upload, &device->client, &config);
}

static void look_at_transfer(struct twin_task *task)
{
    struct device *device = task->ctx;
    const struct twin_upload_status *status = &device->upload.status;

    if (!device->has_quarter && status->done > status->total / 4) {
        device->has_quarter = true;
        printf("{\"device\": %u, \"quarter\": true}\n", device->number);
        fflush(stdout);
    }
}

static void transferred(struct twin_task *task)
{
    const struct device *device = task->ctx;
    const struct twin_session_stats *stats = &device->session.stats;

    printf("{\"device\": %u, \"task\": \"upload\", \"ok\": %s, \"outcome\": \"%s\", "
           "\"parts\": %u, \"losses\": %u, \"sent\": %llu, \"received\": %llu, \"silences\": %u, "
           "\"opens\": %u}\n",
           device->number, task->result == TWIN_OK ? "true" : "false", outcome(task),
           (unsigned)device->upload.status.packets, (unsigned)device->upload.status.losses,
           (unsigned long long)stats->packets_sent, (unsigned long long)stats->packets_received,
           stats->silences, stats->opens);
    fflush(stdout);
}

/* ---- All of them ---- */

static void device_begin(struct device *device, const char *type, const char *connstring)
{
    const struct twin_client_config client = {.timeout_ms = TIMEOUT_MS,
                                              .tries = TRIES,
                                              .version = TWIN_SMP_V2,
                                              .seq = (uint8_t)(getpid() + (int)device->number)};
    const struct twin_session_config config = {.kind = twin_transport_find(type),
                                               .connstring = connstring};

    if (config.kind == NULL) {
        fprintf(stderr, "fleet_client: no connections of type %s\n", type);
        exit(2);
    }
    twin_client_init(&device->client, &client);
    device->greeting = (struct twin_task){
        .job = &device->client.job, .on_begin = greet, .on_done = greeted, .ctx = device};
    device->transfer = (struct twin_task){.job = &device->upload.job,
                                          .on_begin = transfer,
                                          .on_step = look_at_transfer,
                                          .on_done = transferred,
                                          .ctx = device};
    twin_session_open(&device->session, &device->fleet->loop, &config); /* or with the first task */
    twin_session_add(&device->session, &device->greeting);
    twin_session_add(&device->session, &device->transfer);
}

static bool load(struct fleet *fleet, const char *path)
{
    struct twin_sha256 sha;
    const int why = twin_file_read(path, FILE_MAX, &fleet->file);

    if (why != 0) {
        fprintf(stderr, "fleet_client: %s: %s\n", path, strerror(why));
        return false;
    }
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, fleet->file.data, fleet->file.len);
    twin_sha256_final(&sha, fleet->sha);
    return true;
}

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void print_end(const struct fleet *fleet, int64_t begin_ms)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    printf("{\"wakeups\": %llu, \"cpu_s\": %.3f, \"wall_s\": %.3f}\n",
           (unsigned long long)fleet->loop.wakeups, seconds(used.ru_utime) + seconds(used.ru_stime),
           (double)(twin_link_now_ms() - begin_ms) / 1000);
}

int main(int argc, char **argv)
{
    static struct fleet fleet;
    const unsigned count = argc > 2 ? (unsigned)(argc - 2) / 2 : 0;
    struct device *devices = calloc(count + 1, sizeof(*devices));

    if (argc < 2 || devices == NULL || !load(&fleet, argv[1])) {
        return 2;
    }
    twin_loop_init(&fleet.loop, STDIN_FILENO);
    for (unsigned i = 0; i < count; i++) {
        devices[i].fleet = &fleet;
        devices[i].number = i;
        device_begin(&devices[i], argv[2 + 2 * i], argv[3 + 2 * i]);
    }
    const int64_t begin_ms = twin_link_now_ms();
    const enum twin_error_code code = twin_loop_run(&fleet.loop);
    print_end(&fleet, begin_ms);
    for (unsigned i = 0; i < count; i++) {
        twin_session_close(&devices[i].session);
    }
    twin_loop_free(&fleet.loop);
    free(devices);
    twin_buf_free(&fleet.file);
    return (int)code;
}
