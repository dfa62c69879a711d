/*
 * test_client_odd.c - answers of other makes as the client reads them: results, strings in pieces.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/client.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"

static struct twin_client client;
static struct twin_os_echo_rsp rsp;

/* Read this payload as the answer to a write to the image group that has a text to bring. */
static twin_err_t decode(const void *payload, size_t len)
{
    static uint8_t packet[128];
    const struct twin_cmd cmd = {
        .op = TWIN_SMP_WRITE, .group = TWIN_GRP_IMAGE, .rsp = twin_os_echo_cmd.rsp};
    const struct twin_request request = {.cmd = &cmd, .rsp = &rsp};
    const struct twin_smp_header header = {.op = TWIN_SMP_WRITE_RSP,
                                           .version = TWIN_SMP_V2,
                                           .len = (uint16_t)len,
                                           .group = TWIN_GRP_IMAGE};

    twin_smp_header_write(packet, &header);
    memcpy(packet + TWIN_SMP_HEADER_LEN, payload, len);
    return twin_client_decode(&client, &request,
                              (struct twin_span){packet, TWIN_SMP_HEADER_LEN + len});
}
#define DECODE(text) decode((text), sizeof(text) - 1)

static void start(uint8_t *room, size_t room_len)
{
    const struct twin_client_config config = {
        .timeout_ms = 100, .tries = 1, .version = TWIN_SMP_V2, .room = room, .room_len = room_len};
    twin_client_init(&client, &config);
}

/* Strings in pieces are put together if there is room for it, and are absent if not. */
static void test_pieces(void)
{
    static const char pieces[] = "\xbf\x61r\x7f\x62he\x60\x63llo\xff\x62rc\x00\xff";
    uint8_t room[sizeof(pieces) - 1];

    start(room, sizeof(room) - 1);
    CHECK_EQ(DECODE(pieces), TWIN_E_FORMAT); /* the text is needed */
    start(NULL, 0);
    CHECK_EQ(DECODE(pieces), TWIN_E_FORMAT);
    start(room, sizeof(room));
    CHECK_EQ(DECODE(pieces), TWIN_OK);
    CHECK_EQ(rsp.text.len, 5);
    CHECK_MEM(rsp.text.ptr, "hello", 5);
    CHECK(rsp.text.ptr > room && rsp.text.ptr < room + sizeof(room));
    CHECK_EQ(DECODE("\xa1\x61r\x7f\x41h\xff"), TWIN_E_FORMAT); /* a piece of another type */
    CHECK_EQ(DECODE("\xa1\x61r\x61h\xff\xff"), TWIN_OK);       /* behind it may be anything */
}

/* Codes of any size and sign; an error that cannot be understood is no success. */
static void test_results(void)
{
    start(NULL, 0);
    CHECK_EQ(DECODE("\xa2\x62rc\x35\x61r\x62hi"), TWIN_E_REFUSED);
    CHECK(!client.refusal.is_group);
    CHECK_EQ(client.refusal.rc, -22);
    CHECK_EQ(DECODE("\xa2\x63"
                    "err\xa1\x62rc\x1b\0\0\0\x01\0\0\0\0\x61r\x60"),
             TWIN_E_REFUSED);
    CHECK(client.refusal.is_group);
    CHECK_EQ(client.refusal.rc, INT64_C(1) << 32);
    CHECK_EQ(DECODE("\xa2\x62rc\x62no\x61r\x60"), TWIN_E_FORMAT);
    CHECK_EQ(DECODE("\xa2\x62rc\xf6\x61r\x60"), TWIN_E_FORMAT);
    CHECK_EQ(DECODE("\xa2\x63"
                    "err\x02\x61r\x60"),
             TWIN_E_FORMAT);
    CHECK_EQ(DECODE("\xa2\x63"
                    "err\xa0\x61r\x60"),
             TWIN_E_FORMAT);
    CHECK_EQ(DECODE("\xa3\x62rc\xf9\0\0\x63" /* nothing is wrong */
                    "err\xa1\x62rc\0\x61r\x60"),
             TWIN_OK);
}

/* What an error does not tell comes from the request, and nothing stays of an earlier one. */
static void test_refusal_is_new(void)
{
    start(NULL, 0);
    CHECK_EQ(DECODE("\xa2\x62rc\x0a\x63rsn\x62on"), TWIN_E_REFUSED);
    CHECK(strcmp(client.refusal.reason, "on") == 0);
    CHECK(!client.refusal.is_group);
    CHECK_EQ(DECODE("\xa1\x63"
                    "err\xa1\x62rc\x08"),
             TWIN_E_REFUSED);
    CHECK_EQ(client.refusal.reason[0], '\0');
    CHECK(client.refusal.is_group);
    CHECK_EQ(client.refusal.group, TWIN_GRP_IMAGE);
    CHECK_EQ(client.refusal.rc, TWIN_IMAGE_RC_HASH_NOT_FOUND);
    CHECK_EQ(DECODE("\xa1\x63"
                    "err\xa2\x62rc\x08\x65group\x00"),
             TWIN_E_REFUSED);
    CHECK_EQ(client.refusal.group, TWIN_GRP_OS);
}

int main(void)
{
    test_pieces();
    test_results();
    test_refusal_is_new();
    return check_report();
}
