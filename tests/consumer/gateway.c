/*
 * gateway.c - the smallest gateway: one loop asks two devices for an echo at the same time. The
 * devices are processes of its own, each an SMP server behind a UDP port. Exit status 0: both gave
 * the right answer. SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "session/session.h"
#include "twin/grp_os.h"
#include "twin/server.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEVICES = 2, LONGEST_S = 20 };

/* One device and what the gateway has with it. */
struct device {
    pid_t pid;
    char connstring[32];
    struct twin_session session;
    struct twin_client client;
    struct twin_os_echo_req ask;
    struct twin_os_echo_rsp answer;
    struct twin_request request;
    struct twin_task task;
    int is_right;
};

/* What runs on a device: answer each datagram. Does not return. */
static void serve(int fd)
{
    static const struct twin_srv_os_config os = {.bootloader = "none"};
    static const struct twin_srv_entry groups[] = {TWIN_SRV_OS(&os)};
    static const struct twin_srv_config config = {
        .groups = groups, .group_count = 1, .buf_size = 512, .buf_count = 1};
    static struct twin_srv server;
    uint8_t request[512], reply[512];
    struct sockaddr_in from;

    alarm(LONGEST_S);
    if (twin_srv_init(&server, &config) != TWIN_OK) {
        _exit(1);
    }
    for (;;) {
        socklen_t from_len = sizeof(from);
        ssize_t got =
            recvfrom(fd, request, sizeof(request), 0, (struct sockaddr *)&from, &from_len);
        struct twin_span packet = {request, got > 0 ? (size_t)got : 0};
        size_t len = twin_srv_handle(&server, &packet, reply, sizeof(reply));

        if (len > 0) {
            (void)sendto(fd, reply, len, 0, (struct sockaddr *)&from, from_len);
        }
    }
}

static int device_start(struct device *device)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        return -1;
    }
    snprintf(device->connstring, sizeof(device->connstring), "127.0.0.1:%u",
             ntohs(address.sin_port));
    device->pid = fork();
    if (device->pid == 0) {
        serve(fd);
    }
    close(fd);
    return device->pid > 0 ? 0 : -1;
}

/* The answer is a part of the packet, which stays until the link gets another one. */
static void look_at_answer(struct twin_task *task)
{
    struct device *device = task->ctx;
    struct twin_span asked = device->ask.text, answer = device->answer.text;

    if (task->result != TWIN_OK) {
        printf("gateway: %s: %s\n", device->connstring, device->session.error.why);
        return;
    }
    device->is_right = answer.len == asked.len && memcmp(answer.ptr, asked.ptr, asked.len) == 0;
    printf("gateway: asked %.*s, a device said %.*s\n", (int)asked.len, (const char *)asked.ptr,
           (int)answer.len, (const char *)answer.ptr);
}

/* Open the link and queue the question. */
static enum twin_error_code device_ask(struct device *device, struct twin_loop *loop,
                                       const char *text)
{
    const struct twin_client_config client = {
        .timeout_ms = 5000, .tries = 2, .version = TWIN_SMP_V2, .seq = 7};
    const struct twin_session_config config = {.kind = twin_transport_find("udp"),
                                               .connstring = device->connstring};

    device->ask =
        (struct twin_os_echo_req){.present = TWIN_OS_ECHO_REQ_TEXT, .text = twin_span_text(text)};
    device->request = (struct twin_request){
        .cmd = &twin_os_echo_cmd, .req = &device->ask, .rsp = &device->answer};
    twin_client_init(&device->client, &client);
    twin_client_begin(&device->client, &device->request);
    device->task =
        (struct twin_task){.job = &device->client.job, .on_done = look_at_answer, .ctx = device};
    enum twin_error_code code = twin_session_open(&device->session, loop, &config);
    if (code == TWIN_ERROR_NONE) {
        twin_session_add(&device->session, &device->task);
    }
    return code;
}

int main(void)
{
    static const char *const texts[DEVICES] = {"ping", "pong"};
    static struct device devices[DEVICES];
    static struct twin_loop loop;
    int bad = 0;

    twin_loop_init(&loop, -1);
    for (int i = 0; i < DEVICES; i++) {
        bad |= device_start(&devices[i]) != 0 ||
               device_ask(&devices[i], &loop, texts[i]) != TWIN_ERROR_NONE;
    }
    bad |= twin_loop_run(&loop) != TWIN_ERROR_NONE;
    for (int i = 0; i < DEVICES; i++) {
        bad |= !devices[i].is_right;
        twin_session_close(&devices[i].session);
        if (devices[i].pid > 0) {
            kill(devices[i].pid, SIGKILL);
            waitpid(devices[i].pid, NULL, 0);
        }
    }
    twin_loop_free(&loop);
    return bad;
}
