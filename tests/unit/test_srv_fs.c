/*
 * test_srv_fs.c - file group of the SMP server, on a store in memory that counts.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "srv_hostile.h"
#include "twin/grp_fs.h"

#define FILES    3
#define FILE_MAX 4096

static struct device device;
static struct file {
    char name[TWIN_SRV_FS_NAME_MAX];
    uint8_t bytes[FILE_MAX];
    uint32_t len;
} files[FILES];
static struct file *opened;
static bool is_to_write;
static unsigned opens, closes;
static enum twin_fs_rc fails; /* what reading and writing give, if it is not TWIN_FS_OK */

static struct file *find(const char *name)
{
    for (unsigned i = 0; i < FILES; i++) {
        if (files[i].name[0] != '\0' && strcmp(files[i].name, name) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

/* What the group promises of names. */
static void check_name(const char *name)
{
    CHECK(name[0] == '/' && strlen(name) < TWIN_SRV_FS_NAME_MAX);
    CHECK(strstr(name, "//") == NULL && strstr(name, "/../") == NULL &&
          strstr(name, "/./") == NULL);
}

static enum twin_fs_rc store_size(void *ctx, const char *name, uint32_t *len)
{
    const struct file *file = find(name);

    CHECK(ctx == &device);
    check_name(name);
    *len = file != NULL ? file->len : 0;
    return file != NULL ? TWIN_FS_OK : TWIN_FS_RC_NOT_FOUND;
}

static enum twin_fs_rc store_open(void *ctx, const char *name, bool to_write)
{
    (void)ctx;
    check_name(name);
    CHECK(opened == NULL);
    opened = find(name);
    if (opened == NULL && to_write) {
        opened = &files[FILES - 1]; /* a store of limited room: the last one gives way */
        for (unsigned i = 0; i < FILES && opened->name[0] != '\0'; i++) {
            opened = files[i].name[0] == '\0' ? &files[i] : opened;
        }
        memset(opened, 0, sizeof(*opened));
        memcpy(opened->name, name, strlen(name));
    }
    is_to_write = to_write;
    opens += opened != NULL;
    return opened != NULL ? TWIN_FS_OK : TWIN_FS_RC_NOT_FOUND;
}

static enum twin_fs_rc store_read(void *ctx, uint32_t off, void *buf, size_t len)
{
    (void)ctx;
    CHECK(opened != NULL && !is_to_write && off <= opened->len && len <= opened->len - off);
    memcpy(buf, opened->bytes + off, len);
    return fails;
}

static enum twin_fs_rc store_write(void *ctx, uint32_t off, const void *data, size_t len)
{
    (void)ctx;
    CHECK(opened != NULL && is_to_write && (off == 0 || off == opened->len));
    if (fails != TWIN_FS_OK || len > FILE_MAX - off) {
        return TWIN_FS_RC_WRITE_FAILED;
    }
    if (len != 0) {
        memcpy(opened->bytes + off, data, len);
    }
    opened->len = off + (uint32_t)len;
    return TWIN_FS_OK;
}

static enum twin_fs_rc store_close(void *ctx)
{
    (void)ctx;
    CHECK(opened != NULL);
    opened = NULL;
    closes++;
    return TWIN_FS_OK;
}

static struct twin_srv_fs_config config = {.size = store_size,
                                           .open = store_open,
                                           .read = store_read,
                                           .write = store_write,
                                           .close = store_close,
                                           .ctx = &device};
static struct twin_srv_fs_state state;

static void start(void)
{
    static const struct twin_srv_entry groups[] = {TWIN_SRV_FS(&config, &state)};

    memset(files, 0, sizeof(files));
    opened = NULL;
    opens = closes = 0;
    device.config.groups = groups;
    device.config.group_count = TWIN_COUNT(groups);
    device_start(&device);
}

static uint8_t content[1000];

/* Send a part; true if it was taken. */
static bool put(const char *name, uint32_t off, uint32_t len, uint32_t part)
{
    const struct twin_fs_upload_req req = {.present = off == 0 ? TWIN_FS_UPLOAD_REQ_LEN : 0u,
                                           .off = off,
                                           .len = len,
                                           .name = twin_span_text(name),
                                           .data = {content + off, part}};
    struct twin_fs_upload_rsp rsp;

    const bool done = device_call(&device, &twin_fs_upload_cmd, &req, &rsp);
    CHECK(!done || rsp.off == off + part);
    return done;
}

static void put_all(const char *name, uint32_t len)
{
    for (uint32_t off = 0; off < len; off += 100) {
        CHECK(put(name, off, len, len - off < 100 ? len - off : 100));
    }
}

static bool get(const char *name, uint32_t off, struct twin_fs_download_rsp *rsp)
{
    const struct twin_fs_download_req req = {.off = off, .name = twin_span_text(name)};

    return device_call(&device, &twin_fs_download_cmd, &req, rsp);
}

static bool status(const char *name, uint64_t *len)
{
    const struct twin_fs_status_req req = {.name = twin_span_text(name)};
    struct twin_fs_status_rsp rsp;

    const bool done = device_call(&device, &twin_fs_status_cmd, &req, &rsp);
    *len = rsp.len;
    return done;
}

static void test_up_and_down(void)
{
    struct twin_fs_download_rsp rsp;
    uint8_t back[sizeof(content)];
    uint32_t off = 0;
    uint64_t len = 0;

    start();
    put_all("/lfs/a.txt", sizeof(content));
    CHECK(opened == NULL && opens == 1 && closes == 1); /* one handle for all parts, then safe */
    CHECK(status("/lfs/a.txt", &len) && len == sizeof(content));
    do {
        CHECK(get("/lfs/a.txt", off, &rsp));
        CHECK_EQ(rsp.off, off);
        CHECK_EQ(rsp.present & TWIN_FS_DOWNLOAD_RSP_LEN ? 1 : 0, off == 0);
        CHECK(off != 0 || rsp.len == sizeof(content));
        CHECK(rsp.data.len <= sizeof(back) - off);
        memcpy(back + off, rsp.data.ptr, rsp.data.len);
        off += (uint32_t)rsp.data.len;
    } while (rsp.data.len != 0);
    CHECK_EQ(off, sizeof(content));
    CHECK_MEM(back, content, sizeof(content));
    CHECK_EQ(opens, 2);
    CHECK(get("/lfs/a.txt", 5000, &rsp) && rsp.data.len == 0); /* past the end: no error */
    CHECK(device_call(&device, &twin_fs_close_cmd, NULL, NULL) && opened == NULL);
    CHECK(device_call(&device, &twin_fs_close_cmd, NULL, NULL));
    CHECK_EQ(closes, 2);
}

/* An answer fits the buffers that were announced, with a console's framing. */
static void test_small_buffers(void)
{
    struct twin_fs_download_rsp rsp;

    start();
    put_all("/a", sizeof(content));
    device.config.buf_size = 96;
    CHECK(get("/a", 0, &rsp));
    CHECK(rsp.data.len > 32 && rsp.data.len < 96 - 8 - 4);
    device.config.buf_size = 48;
    CHECK(!get("/a", 0, &rsp));
    CHECK_EQ(device.rc, TWIN_RC_TOO_LARGE);
    device.config.buf_size = DEVICE_BUF;
}

static void test_offsets(void)
{
    uint64_t len = 0;

    start();
    CHECK(!put("/a", 100, 0, 10)); /* of a file that is not there: none is made */
    CHECK_EQ(device.group_rc, TWIN_FS_RC_NOT_FOUND);
    CHECK(find("/a") == NULL);
    CHECK(put("/a", 0, 300, 100) && put("/a", 100, 0, 100));
    CHECK(!put("/a", 100, 0, 100)); /* again: it is written already */
    CHECK_EQ(device.group_rc, TWIN_FS_RC_OFFSET_NOT_VALID);
    CHECK(!put("/a", 250, 0, 10));
    CHECK_EQ(device.group_rc, TWIN_FS_RC_OFFSET_NOT_VALID);
    CHECK(!put("/a", 200, 0, 101)); /* more than was announced */
    CHECK_EQ(device.group_rc, TWIN_FS_RC_OFFSET_TOO_LARGE);
    CHECK(status("/a", &len) && len == 200);
    twin_srv_fs_rest(&config, &state);
    CHECK(opened == NULL);
    CHECK(put("/a", 200, 0, 100)); /* goes on, though it was closed meanwhile */
    CHECK(put("/a", 0, 50, 50));   /* and a new one replaces it */
    CHECK(status("/a", &len) && len == 50);
    CHECK(put("/a", 0, 0, 0)); /* an empty one */
    CHECK(status("/a", &len) && len == 0 && opened == NULL);
    device.version = TWIN_SMP_V1;
    CHECK(!put("/a", 3, 0, 2));
    CHECK_EQ(device.rc, TWIN_RC_UNKNOWN);
    device.version = TWIN_SMP_V2;
    const struct twin_fs_upload_req unmeasured = {.name = twin_span_text("/a")};
    CHECK(!device_call(&device, &twin_fs_upload_cmd, &unmeasured, NULL));
    CHECK_EQ(device.rc, TWIN_RC_INVALID);
}

static void test_names(void)
{
    static const char *const bad[] = {
        "",      "/",       "a",
        "a/b",   "/..",     "/.",
        "/a/..", "/a/../b", "/a/./b",
        "//a",   "/a//b",   "/a/",
        "/a\nb", "/\x7f",   "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    static const char *const good[] = {
        "/...",   "/.a",       "/a..",
        "/a/b.c", "/\xc3\xa9", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct twin_fs_download_rsp rsp;
    uint64_t len;

    start();
    for (size_t i = 0; i < TWIN_COUNT(bad); i++) {
        CHECK(!put(bad[i], 0, 10, 10) && device.group_rc == TWIN_FS_RC_INVALID_NAME);
        CHECK(!get(bad[i], 0, &rsp) && device.group_rc == TWIN_FS_RC_INVALID_NAME);
        CHECK(!status(bad[i], &len) && device.group_rc == TWIN_FS_RC_INVALID_NAME);
    }
    for (size_t i = 0; i < TWIN_COUNT(good); i++) {
        CHECK(put(good[i], 0, 10, 10));
        CHECK(get(good[i], 0, &rsp) && rsp.data.len == 10);
    }
    const struct twin_fs_status_req nul = {.name = {(const uint8_t *)"/a\0b", 4}};
    CHECK(!device_call(&device, &twin_fs_status_cmd, &nul, NULL));
    CHECK_EQ(device.group_rc, TWIN_FS_RC_INVALID_NAME);
}

static bool hash(const struct twin_fs_hash_req *req, struct twin_fs_hash_rsp *rsp)
{
    return device_call(&device, &twin_fs_hash_cmd, req, rsp);
}

static void test_hashes(void)
{
    static const uint8_t sha_abcde[] = {0x58, 0x20, 0x36, 0xbb, 0xe5, 0x0e, 0xd9, 0x68, 0x41,
                                        0xd1, 0x04, 0x43, 0xbc, 0xb6, 0x70, 0xd6, 0x55, 0x4f,
                                        0x0a, 0x34, 0xb7, 0x61, 0xbe, 0x67, 0xec, 0x9c, 0x4a,
                                        0x8a, 0xd2, 0xc0, 0xc4, 0x4c, 0xa4, 0x2c};
    static const uint8_t crc_check[] = {0x1a, 0xcb, 0xf4, 0x39, 0x26};
    struct twin_fs_hash_req req = {.name = twin_span_text("/a"), .type = twin_span_text("sha256")};
    struct twin_fs_hash_rsp rsp;

    start();
    CHECK(!hash(&req, &rsp) && device.group_rc == TWIN_FS_RC_NOT_FOUND);
    CHECK(put("/a", 0, 0, 0));
    CHECK(!hash(&req, &rsp) && device.group_rc == TWIN_FS_RC_EMPTY);
    memcpy(find("/a")->bytes, "abcde123456789", 14);
    find("/a")->len = 14;
    req.present = TWIN_FS_HASH_REQ_TYPE | TWIN_FS_HASH_REQ_LEN;
    req.len = 5;
    CHECK(hash(&req, &rsp) && rsp.len == 5 && !(rsp.present & TWIN_FS_HASH_RSP_OFF));
    CHECK_EQ(rsp.output.len, sizeof(sha_abcde));
    CHECK_MEM(rsp.output.ptr, sha_abcde, sizeof(sha_abcde));
    req.present = TWIN_FS_HASH_REQ_OFF;
    req.off = 5;
    CHECK(hash(&req, &rsp) && rsp.off == 5 && rsp.len == 9 && span_is(rsp.type, "crc32", 5));
    CHECK_EQ(rsp.output.len, sizeof(crc_check));
    CHECK_MEM(rsp.output.ptr, crc_check, sizeof(crc_check));
    req.off = 14;
    CHECK(!hash(&req, &rsp) && device.group_rc == TWIN_FS_RC_OFFSET_TOO_LARGE);
    req.off = 0;
    req.len = 0;
    req.present = TWIN_FS_HASH_REQ_LEN;
    CHECK(!hash(&req, &rsp) && device.rc == TWIN_RC_INVALID);
    req.type = twin_span_text("sha25");
    req.present = TWIN_FS_HASH_REQ_TYPE;
    CHECK(!hash(&req, &rsp) && device.group_rc == TWIN_FS_RC_HASH_NOT_FOUND);
}

static void test_types(void)
{
    struct twin_fs_types_rsp rsp;
    struct twin_fs_type type = {0};

    CHECK(device_call(&device, &twin_fs_types_cmd, NULL, &rsp));
    struct twin_items items = twin_msg_items(rsp.types);
    CHECK(twin_msg_next(&items, &twin_fs_type_msg, &type) && type.format == 0 && type.size == 4);
    CHECK(twin_msg_next(&items, &twin_fs_type_msg, &type) && type.format == 1 && type.size == 32);
    CHECK(!twin_msg_next(&items, &twin_fs_type_msg, &type));
}

/* The application, and the store, may say no; then nothing has changed, or it is said. */
static void test_refusals(void)
{
    struct twin_fs_download_rsp rsp;

    start();
    device.refuses = true;
    device.reason = "not now";
    CHECK(!put("/a", 0, 10, 10) && device.rc == TWIN_RC_BUSY);
    CHECK_EQ(strcmp(device.rsn, "not now"), 0);
    CHECK(device.asked_cmd == &twin_fs_upload_cmd && find("/a") == NULL);
    device.refuses = false;
    CHECK(put("/a", 0, 20, 10));
    fails = TWIN_FS_RC_READ_FAILED;
    CHECK(!put("/a", 10, 0, 10) && device.group_rc == TWIN_FS_RC_WRITE_FAILED);
    CHECK(!get("/a", 0, &rsp) && device.group_rc == TWIN_FS_RC_READ_FAILED);
    fails = TWIN_FS_OK;
    config.write = NULL;
    CHECK(!put("/a", 0, 10, 10) && device.group_rc == TWIN_FS_RC_READ_ONLY);
    config.write = store_write;
}

static void test_init(void)
{
    const struct twin_srv_fs_config none = {.size = store_size};
    const struct twin_srv_entry groups[] = {TWIN_SRV_FS(&none, &state)};
    const struct twin_srv_config bad = {.groups = groups, .group_count = 1};
    struct twin_srv srv;

    CHECK_EQ(twin_srv_init(&srv, &bad), TWIN_E_ARG);
}

int main(void)
{
    device_make(&device, &small_shape);
    for (size_t i = 0; i < sizeof(content); i++) {
        content[i] = (uint8_t)(i * 7 + i / 256);
    }
    test_up_and_down();
    test_small_buffers();
    test_offsets();
    test_names();
    test_hashes();
    test_types();
    test_refusals();
    test_init();
    start();
    hostile_requests(&device, 20000);
    rig_free(&device.rig);
    return check_report();
}
