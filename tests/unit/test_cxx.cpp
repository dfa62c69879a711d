/*
 * test_cxx.cpp - a C++ program that includes every public header and links a server and a client:
 * one asks for an echo, the other answers. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/base64.h"
#include "twin/boot.h"
#include "twin/console.h"
#include "twin/crc16.h"
#include "twin/groups.h"
#include "twin/grp_os.h"
#include "twin/grp_stat.h"
#include "twin/server.h"
#include "twin/srv_image.h"
#include "twin/text.h"
#include "twin/update.h"
#include <stdio.h>

static bool echo()
{
    const struct twin_srv_os_config os = {};
    const struct twin_srv_entry groups[] = {TWIN_SRV_OS(&os)};
    struct twin_srv_config srv_config = {};
    struct twin_client_config config = {};
    struct twin_os_echo_req ask = {};
    struct twin_os_echo_rsp answer = {};
    struct twin_request request = {};
    struct twin_srv server;
    struct twin_client client;
    uint8_t packet[128], reply[128];
    size_t len;

    srv_config.groups = groups;
    srv_config.group_count = TWIN_COUNT(groups);
    config.timeout_ms = 1000;
    config.tries = 1;
    config.version = TWIN_SMP_V2;
    ask.present = TWIN_OS_ECHO_REQ_TEXT;
    ask.text = twin_span_text("hello");
    request.cmd = &twin_os_echo_cmd;
    request.req = &ask;
    request.rsp = &answer;
    twin_client_init(&client, &config);
    twin_client_begin(&client, &request);
    if (twin_srv_init(&server, &srv_config) != TWIN_OK ||
        twin_job_poll(&client.job, 0, packet, sizeof(packet), &len) != TWIN_STEP_SEND) {
        return false;
    }
    struct twin_span rest = {packet, len};
    len = twin_srv_handle(&server, &rest, reply, sizeof(reply));
    const struct twin_span received = {reply, len};
    twin_job_receive(&client.job, received, 1);
    return twin_job_poll(&client.job, 1, packet, sizeof(packet), &len) == TWIN_STEP_DONE &&
           client.job.result == TWIN_OK && answer.text.len == 5 &&
           memcmp(answer.text.ptr, "hello", 5) == 0;
}

int main()
{
    if (!echo()) {
        puts("the echo did not come back");
        return 1;
    }
    return 0;
}
