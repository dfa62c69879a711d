/*
 * test_client_files.c - files up and down against the real server over a simulated line: losses,
 * repeats, what is there already, devices that lie.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "client_device.h"
#include "twin/crypto.h"
#include "twin/files.h"

#define FILE_LEN 20000

static uint8_t content[FILE_LEN];

/* ---- The device's store: one file in memory ---- */

static uint8_t stored[FILE_LEN + 1];
static uint32_t stored_len;
static bool is_there;
static unsigned writes;

static enum twin_fs_rc store_size(void *ctx, const char *name, uint32_t *len)
{
    (void)ctx;
    *len = stored_len;
    return is_there && strcmp(name, "/f") == 0 ? TWIN_FS_OK : TWIN_FS_RC_NOT_FOUND;
}

static enum twin_fs_rc store_open(void *ctx, const char *name, bool to_write)
{
    (void)ctx;
    (void)name;
    if (!is_there && to_write) {
        is_there = true;
        stored_len = 0;
    }
    return is_there ? TWIN_FS_OK : TWIN_FS_RC_NOT_FOUND;
}

static enum twin_fs_rc store_read(void *ctx, uint32_t off, void *buf, size_t len)
{
    (void)ctx;
    memcpy(buf, stored + off, len);
    return TWIN_FS_OK;
}

static enum twin_fs_rc store_write(void *ctx, uint32_t off, const void *data, size_t len)
{
    (void)ctx;
    writes++;
    if (len > sizeof(stored) - off) {
        return TWIN_FS_RC_WRITE_FAILED;
    }
    if (len != 0) {
        memcpy(stored + off, data, len);
    }
    stored_len = off + (uint32_t)len;
    return TWIN_FS_OK;
}

static enum twin_fs_rc store_close(void *ctx)
{
    (void)ctx;
    return TWIN_FS_OK;
}

/* ---- The file here ---- */

static uint8_t here[FILE_LEN + 1];
static uint32_t here_len;
static const uint8_t *digested; /* what digest() is of */

static void digest(void *ctx, uint32_t len, uint8_t sha[TWIN_FILE_SHA_LEN])
{
    struct twin_sha256 hash;

    (void)ctx;
    CHECK(len <= FILE_LEN);
    twin_sha256_init(&hash);
    twin_sha256_update(&hash, digested, len);
    twin_sha256_final(&hash, sha);
}

static twin_err_t read_here(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    (void)ctx;
    CHECK(off + len <= FILE_LEN);
    *data = content + off;
    return TWIN_OK;
}

static twin_err_t write_here(void *ctx, uint32_t off, struct twin_span data)
{
    (void)ctx;
    CHECK(off == 0 || off == here_len);
    CHECK(data.len <= sizeof(here) - off);
    if (data.len != 0) {
        memcpy(here + off, data.ptr, data.len);
    }
    here_len = off + (uint32_t)data.len;
    return TWIN_OK;
}

/* ---- A job and its device ---- */

static struct device *device;
static struct twin_client client;
static struct twin_file file;
static struct twin_file_config config;

static struct twin_srv_fs_config store = {.size = store_size,
                                          .open = store_open,
                                          .read = store_read,
                                          .write = store_write,
                                          .close = store_close};
static struct twin_srv_fs_state store_state;
static struct twin_srv_os_config os;

static void make(void)
{
    static const struct twin_srv_entry groups[] = {TWIN_SRV_OS(&os),
                                                   TWIN_SRV_FS(&store, &store_state)};

    device = device_make();
    device->srv_config.groups = groups;
    device->srv_config.group_count = TWIN_COUNT(groups);
    device_restart(device);
    is_there = false;
    stored_len = here_len = 0;
    writes = 0;
    digested = content;
    config = (struct twin_file_config){.name = twin_span_text("/f"),
                                       .digest = digest,
                                       .len = FILE_LEN,
                                       .packet_max = 65533,
                                       .frame_bytes = 4,
                                       .read = read_here,
                                       .max = FILE_LEN,
                                       .write = write_here};
}

static void new_client(enum twin_smp_version version)
{
    static uint8_t seq = 3;
    const struct twin_client_config client_config = {
        .timeout_ms = 1000, .tries = 10, .version = version, .seq = seq};

    seq = (uint8_t)(seq + 91);
    twin_client_init(&client, &client_config);
}

static twin_err_t upload(uint32_t stop_after)
{
    new_client(TWIN_SMP_V2);
    twin_file_upload(&file, &client, &config);
    return device_run(device, &file.job, stop_after);
}

static twin_err_t download(uint32_t stop_after)
{
    new_client(TWIN_SMP_V2);
    twin_file_download(&file, &client, &config);
    return device_run(device, &file.job, stop_after);
}

static void put_on_device(void)
{
    memcpy(stored, content, FILE_LEN);
    stored_len = FILE_LEN;
    is_there = true;
}

static void check_uploaded(void)
{
    CHECK(is_there && stored_len == config.len);
    CHECK_MEM(stored, content, config.len);
    CHECK(file.status.done == config.len && (config.len == 0 || file.status.has_matched));
}

static void check_downloaded(void)
{
    CHECK_EQ(here_len, stored_len);
    CHECK_MEM(here, stored, stored_len);
    CHECK(file.status.done == stored_len && file.status.total == stored_len);
}

/* ---- What works ---- */

static void test_plain(void)
{
    make();
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    CHECK_EQ(file.status.resumed_from, 0);
    CHECK(file.status.parts <= FILE_LEN / 335 + 1); /* packets of 380 bytes are used */
    CHECK_EQ(writes, file.status.parts);
    digested = here;
    CHECK_EQ(download(0), TWIN_OK);
    check_downloaded();
    CHECK(file.status.has_matched);

    config.len = 0; /* an empty one replaces it */
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    CHECK_EQ(download(0), TWIN_OK);
    check_downloaded();
    device_free(device);
}

/* The same again costs no part; what was broken off goes on. */
static void test_goes_on(void)
{
    make();
    CHECK_EQ(upload(20), TWIN_E_BUSY); /* broken off */
    const uint32_t had = stored_len;
    CHECK(had > 3000 && had < FILE_LEN);
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    CHECK_EQ(file.status.resumed_from, had);
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    CHECK_EQ(file.status.parts, 0);
    stored[7] ^= 1; /* something else, of the same length */
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    CHECK_EQ(file.status.resumed_from, 0);

    digested = here;
    CHECK_EQ(download(10), TWIN_E_BUSY);
    config.have = here_len;
    CHECK(here_len > 2000);
    CHECK_EQ(download(0), TWIN_OK);
    check_downloaded();
    CHECK_EQ(file.status.resumed_from, config.have);
    here[3] ^= 1;
    CHECK_EQ(download(0), TWIN_OK); /* that was not it: from the beginning */
    check_downloaded();
    CHECK_EQ(file.status.resumed_from, 0);
    device_free(device);
}

/* ---- A bad line ---- */

static uint32_t every, chance;

static bool lose(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)index;
    (void)packet;
    (void)len;
    return (sim_random(&chance) >> 12) % every != 0;
}

/* A loss costs no more than a few answers, not the client's patience. */
static void test_losses(void)
{
    uint64_t free_us;

    make();
    CHECK_EQ(upload(0), TWIN_OK);
    free_us = device->now_us;
    device_free(device);
    for (every = 3; every < 9; every++) {
        make();
        device->request_filter = lose;
        device->reply_filter = lose;
        chance = every;
        CHECK_EQ(upload(0), TWIN_OK);
        check_uploaded();
        printf("one packet in %u lost each way: %.2f of the time without losses\n", (unsigned)every,
               (double)device->now_us / (double)free_us);
        CHECK(device->now_us < free_us * (every < 6 ? 12 : 5));
        digested = here;
        CHECK_EQ(download(0), TWIN_OK);
        check_downloaded();
        device_free(device);
    }
}

static void test_doubles(void)
{
    make();
    device->doubles = true;
    device->queue_limit = 100;
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    digested = here;
    CHECK_EQ(download(0), TWIN_OK);
    check_downloaded();
    device_free(device);
}

/* One answer after the other is lost, in turn: each end is a whole file. */
static uint32_t only;

static bool lose_one(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)packet;
    (void)len;
    return index != only;
}

static void test_each_answer_lost(void)
{
    for (only = 1; only < 16; only++) {
        make();
        config.len = 3000;
        device->reply_filter = lose_one;
        CHECK_EQ(upload(0), TWIN_OK);
        check_uploaded();
        device_free(device);
    }
}

static void test_silence(void)
{
    make();
    device->is_deaf = true;
    CHECK_EQ(upload(0), TWIN_E_TIMEOUT);
    CHECK_EQ(download(0), TWIN_E_TIMEOUT);
    CHECK(device->requests < 80);
    device_free(device);
}

/* ---- Devices that cannot, lie, or are disturbed ---- */

static bool is_fs_reply(const uint8_t *reply, uint8_t id)
{
    return reply[5] == TWIN_GRP_FS && reply[7] == id;
}

/* No status, no hash: as servers of Mynewt. */
static bool know_parts_only(void *ctx, uint32_t index, uint8_t *reply, size_t len)
{
    (void)index;
    (void)len;
    if (reply[5] == TWIN_GRP_FS && reply[7] != 0) {
        return DEVICE_SAYS((struct device *)ctx, reply, "\xa1\x62rc\x08");
    }
    return true;
}

static void test_old_device(void)
{
    make();
    device->reply_filter = know_parts_only;
    device->ctx = device;
    CHECK_EQ(upload(0), TWIN_OK);
    CHECK(stored_len == FILE_LEN && !file.status.has_matched);
    CHECK_MEM(stored, content, FILE_LEN);
    CHECK_EQ(download(0), TWIN_OK);
    check_downloaded();
    CHECK(!file.status.has_matched);
    device_free(device);
}

/* Zephyr's servers tell the length that a file had when it was opened, until it is closed; and they
 * close it only at the end of an upload that they saw from its beginning. */
static bool is_closed;
static uint32_t length_before;

static bool tell_old_length(void *ctx, uint32_t index, uint8_t *reply, size_t len)
{
    static char told[] = "\xa1\x63len\x19??";

    (void)index;
    (void)len;
    if (is_fs_reply(reply, 0)) {
        is_closed = false;
    } else if (is_fs_reply(reply, 4)) {
        is_closed = true;
        length_before = stored_len;
    } else if (is_fs_reply(reply, 1) && !is_closed) {
        told[6] = (char)(length_before >> 8);
        told[7] = (char)length_before;
        return device_says(ctx, reply, told, sizeof(told) - 1);
    }
    return true;
}

static bool lose_tenth(void *ctx, uint32_t index, uint8_t *reply, size_t len)
{
    return index % 10 != 0 && tell_old_length(ctx, index, reply, len);
}

static void test_stale_length(void)
{
    make();
    device->reply_filter = tell_old_length;
    device->ctx = device;
    is_closed = false;
    length_before = 0;
    CHECK_EQ(upload(20), TWIN_E_BUSY); /* broken off: the file stays open there */
    const uint32_t had = stored_len;
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    CHECK_EQ(file.status.resumed_from, had);
    device->reply_filter = lose_tenth; /* what is settled has to be closed, too */
    stored[0] ^= 1;
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    device_free(device);
}

static const char *lie;
static size_t lie_len;
static uint8_t lie_id;

static bool tell_a_lie(void *ctx, uint32_t index, uint8_t *reply, size_t len)
{
    (void)index;
    (void)len;
    return is_fs_reply(reply, lie_id) ? device_says(ctx, reply, lie, lie_len) : true;
}

static twin_err_t lied_to(bool is_upload, uint8_t id, const char *text, size_t len)
{
    make();
    put_on_device();
    stored[0] ^= 1; /* or nothing would be sent */
    lie_id = id;
    lie = text;
    lie_len = len;
    device->reply_filter = tell_a_lie;
    device->ctx = device;
    const twin_err_t err = is_upload ? upload(0) : download(0);
    CHECK(device->requests < 100);
    device_free(device);
    return err;
}
#define LIED_TO(is_upload, id, text) lied_to((is_upload), (id), (text), sizeof(text) - 1)

static void test_lies(void)
{
    CHECK_EQ(LIED_TO(true, 0, "\xa1\x63off\x19\xff\xff"), TWIN_E_FORMAT); /* beyond */
    CHECK_EQ(LIED_TO(true, 0, "\xa1\x63off\x00"), TWIN_E_IO);             /* never on */
    CHECK_EQ(LIED_TO(true, 0, "\xa1\x62rc\x0a"), TWIN_E_REFUSED);         /* at once */
    CHECK_EQ(LIED_TO(true, 0, "\xa0"), TWIN_E_FORMAT);                    /* where? */
    CHECK_EQ(LIED_TO(true, 1, "\xa1\x63len\x05"), TWIN_E_VERIFY);         /* not all there */
    CHECK_EQ(LIED_TO(true, 1, "\xa1\x63len\x1b\x01\0\0\0\0\0\0\0"), TWIN_E_VERIFY);
    CHECK_EQ(LIED_TO(false, 0,
                     "\xa3\x63off\0\x64"
                     "data\x41x\x63len\x1b\x01\0\0\0\0\0\0\0"),
             TWIN_E_SPACE); /* too long for here */
    CHECK_EQ(LIED_TO(false, 0,
                     "\xa3\x63off\0\x64"
                     "data\x43xyz\x63len\x02"),
             TWIN_E_FORMAT); /* more than it is long */
    CHECK_EQ(LIED_TO(false, 0,
                     "\xa3\x63off\0\x64"
                     "data\x40\x63len\x02"),
             TWIN_E_FORMAT);
    CHECK_EQ(LIED_TO(false, 0,
                     "\xa3\x63off\x05\x64"
                     "data\x41x\x63len\x06"),
             TWIN_E_FORMAT);
    CHECK_EQ(LIED_TO(false, 0,
                     "\xa2\x63off\0\x64"
                     "data\x41x"),
             TWIN_E_FORMAT);
    CHECK_EQ(LIED_TO(false, 0, "\xa1\x63off\0"), TWIN_E_FORMAT);
    CHECK_EQ(LIED_TO(false, 2, "\xa3\x64type\x66sha256\x63len\x19\x4e\x20\x66output\x41x"),
             TWIN_E_VERIFY);
    CHECK_EQ(LIED_TO(false, 2, "\xa3\x64type\x66sha256\x63len\x19\x4e\x20\x66output\xf6"),
             TWIN_E_VERIFY);
}

/* Another client writes to the file, or cuts it, in the middle. */
static uint32_t disturbed_len;

static bool disturb(void *ctx, uint32_t index, uint8_t *packet, size_t len)
{
    (void)ctx;
    (void)packet;
    (void)len;
    if (index == 10) {
        stored_len = disturbed_len < stored_len ? disturbed_len : stored_len + disturbed_len;
    }
    return true;
}

static void test_disturbed(void)
{
    make();
    device->request_filter = disturb;
    disturbed_len = 500; /* the device lost some: what is there is not sent again */
    CHECK_EQ(upload(0), TWIN_OK);
    check_uploaded();
    device_free(device);
    make();
    device->request_filter = disturb;
    disturbed_len = 6000; /* somebody else's */
    CHECK_EQ(upload(0), TWIN_E_STATE);
    device_free(device);
}

static void test_refused(void)
{
    make();
    store.write = NULL;
    CHECK_EQ(upload(0), TWIN_E_REFUSED);
    CHECK_EQ(client.refusal.rc, TWIN_FS_RC_READ_ONLY);
    store.write = store_write;
    config.name = twin_span_text("/../f");
    CHECK_EQ(upload(0), TWIN_E_REFUSED);
    CHECK_EQ(client.refusal.rc, TWIN_FS_RC_INVALID_NAME);
    CHECK_EQ(download(0), TWIN_E_REFUSED);
    config.name.len = 0;
    config.name = twin_span_text("/f");
    CHECK_EQ(download(0), TWIN_E_REFUSED);
    CHECK_EQ(client.refusal.rc, TWIN_FS_RC_NOT_FOUND);
    config.max = 100;
    put_on_device();
    CHECK_EQ(download(0), TWIN_E_SPACE);
    stored[0] ^= 1;
    config.packet_max = 40;
    CHECK_EQ(upload(0), TWIN_E_SPACE);
    CHECK_EQ(writes, 0);
    device_free(device);
}

/* Version 1 tells no group codes: a refusal is settled all the same. */
static void test_v1(void)
{
    make();
    only = 9;
    device->reply_filter = lose_one;
    new_client(TWIN_SMP_V1);
    twin_file_upload(&file, &client, &config);
    CHECK_EQ(device_run(device, &file.job, 0), TWIN_OK);
    check_uploaded();
    device_free(device);
}

int main(void)
{
    uint32_t random = 1;

    for (size_t i = 0; i < sizeof(content); i++) {
        content[i] = (uint8_t)(sim_random(&random) >> 8);
    }
    test_plain();
    test_goes_on();
    test_losses();
    test_doubles();
    test_each_answer_lost();
    test_silence();
    test_old_device();
    test_stale_length();
    test_lies();
    test_disturbed();
    test_refused();
    test_v1();
    return check_report();
}
