/*
 * client.c - the smallest SMP client: asks for an echo, and reads the answer that a device would
 * give. Exit status 0: it is what was asked for. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/client.h"
#include "twin/grp_os.h"
#include <stdio.h>

static const uint8_t wanted[] = "\x0a\0\0\x08\0\0\x07\0\xa1\x61\x64\x64ping"; /* {"d": "ping"} */
static const uint8_t from_device[] =
    "\x0b\0\0\x08\0\0\x07\0\xa1\x61\x72\x64ping"; /* {"r": "ping"} */

int main(void)
{
    const struct twin_client_config config = {
        .timeout_ms = 1000, .tries = 1, .version = TWIN_SMP_V2, .seq = 7};
    struct twin_os_echo_req ask = {.present = TWIN_OS_ECHO_REQ_TEXT,
                                   .text = twin_span_text("ping")};
    struct twin_os_echo_rsp answer;
    const struct twin_request request = {.cmd = &twin_os_echo_cmd, .req = &ask, .rsp = &answer};
    struct twin_client client;
    uint8_t packet[128];
    size_t len;

    twin_client_init(&client, &config);
    twin_client_begin(&client, &request);
    if (twin_job_poll(&client.job, 0, packet, sizeof(packet), &len) != TWIN_STEP_SEND ||
        len != sizeof(wanted) - 1 || memcmp(packet, wanted, len) != 0) {
        puts("client: the request is not right");
        return 1;
    }
    twin_job_receive(&client.job, (struct twin_span){from_device, sizeof(from_device) - 1}, 10);
    if (twin_job_poll(&client.job, 10, packet, sizeof(packet), &len) != TWIN_STEP_DONE ||
        client.job.result != TWIN_OK) {
        puts("client: the answer was not understood");
        return 1;
    }
    printf("client: asked ping, the device said %.*s\n", (int)answer.text.len,
           (const char *)answer.text.ptr);
    return answer.text.len != 4 || memcmp(answer.text.ptr, "ping", 4) != 0;
}
