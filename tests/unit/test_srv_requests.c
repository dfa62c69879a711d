/*
 * test_srv_requests.c - requests as clients of many makes write them: understood whatever the CBOR
 * looks like; and refused, with nothing done, where a field is not what it should be.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "srv_upload_parts.h"

/* How a client writes. */
struct style {
    unsigned head_bytes; /* of value behind each head's first byte: 0 (shortest), 1, 2, 4, 8 */
    bool open_map;       /* without a count, ended by a break */
    bool reversed;       /* the last field first */
    bool tagged;         /* a tag before the map, each key and each value */
    bool extras;         /* keys that nobody knows, between the others */
};

/* A field of a request, its value as bytes on the wire or as a number or string. */
struct item {
    const char *key;
    enum { NUMBER, BYTES, TEXT, RAW } kind;
    uint64_t number;
    struct twin_span span;
};

#define RAW_ITEM(key, raw)                                                                         \
    {                                                                                              \
        key, RAW, 0,                                                                               \
        {                                                                                          \
            (const uint8_t *)(raw), sizeof(raw) - 1                                                \
        }                                                                                          \
    }
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t packet[DEVICE_BUF];
static size_t packet_len;

static void put(const void *bytes, size_t len)
{
    CHECK(len <= sizeof(packet) - packet_len);
    memcpy(&packet[packet_len], bytes, len);
    packet_len += len;
}

static void put_head(unsigned major, uint64_t value, unsigned head_bytes)
{
    static const uint8_t info[] = {0, 24, 25, 0, 26, 0, 0, 0, 27};
    unsigned need = value < 24 ? 0 : value < 0x100 ? 1 : value < 0x10000 ? 2 : value >> 32 ? 8 : 4;
    unsigned bytes = head_bytes > need ? head_bytes : need;
    uint8_t head[9] = {(uint8_t)(major << 5 | (bytes == 0 ? (unsigned)value : info[bytes]))};

    for (unsigned i = 0; i < bytes; i++) {
        head[1 + i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    }
    put(head, 1 + bytes);
}

static void put_string(unsigned major, struct twin_span s, const struct style *style)
{
    put_head(major, s.len, style->head_bytes);
    put(s.ptr, s.len);
}

static void put_tag(const struct style *style)
{
    if (style->tagged) {
        put("\xd9\xd9\xf7\xc9", 4); /* two of them */
    }
}

static void put_item(const struct item *item, const struct style *style)
{
    put_tag(style);
    put_string(TWIN_CBOR_TSTR, twin_span_text(item->key), style);
    put_tag(style);
    switch (item->kind) {
    case NUMBER:
        put_head(TWIN_CBOR_UINT, item->number, style->head_bytes);
        break;
    case BYTES:
        put_string(TWIN_CBOR_BSTR, item->span, style);
        break;
    case TEXT:
        put_string(TWIN_CBOR_TSTR, item->span, style);
        break;
    case RAW:
        put(item->span.ptr, item->span.len);
        break;
    }
}

/* Keys and values of every kind. */
static const char *const extras[] = {"\x61x\xfb\x3f\xf8\0\0\0\0\0\0",
                                     "\x61y\x82\x01\xa1\x02\xf6",
                                     "\x05\x63int",
                                     "\xf6\xf7",
                                     "\x64off1\x18\x2a",
                                     "\x61p\x7f\x61\x61\x61\x62\xff",
                                     "\x43off\xbf\x61k\x9f\x01\xff\xff",
                                     "\x61s\xf8\xff",
                                     "\x20\xc2\x41\x01"};
static const uint8_t extra_lens[] = {11, 7, 5, 2, 7, 8, 11, 4, 4};

static void put_extra(size_t i, const struct style *style)
{
    if (style->extras) {
        put(extras[i % COUNT(extras)], extra_lens[i % COUNT(extras)]);
    }
}

/* Send a request; the reply's result goes to device.rc and device.group_rc. */
static bool call(const struct twin_cmd *cmd, const struct item *items, size_t count,
                 const struct style *style)
{
    struct twin_smp_header header = {.op = (enum twin_smp_op)cmd->op,
                                     .version = TWIN_SMP_V2,
                                     .group = cmd->group,
                                     .id = cmd->id};
    size_t all = style->extras ? COUNT(extras) : count;

    CHECK(all >= count);
    packet_len = TWIN_SMP_HEADER_LEN;
    put_tag(style);
    if (style->open_map) {
        put("\xbf", 1);
    } else {
        put_head(TWIN_CBOR_MAP, count + (style->extras ? all : 0), style->head_bytes);
    }
    for (size_t i = 0; i < all; i++) {
        put_extra(i, style);
        if (i < count) {
            put_item(&items[style->reversed ? count - 1 - i : i], style);
        }
    }
    put("\xff", style->open_map ? 1 : 0);
    header.len = (uint16_t)(packet_len - TWIN_SMP_HEADER_LEN);
    twin_smp_header_write(packet, &header);
    size_t len = device_handle(&device, packet, packet_len);
    CHECK(len > TWIN_SMP_HEADER_LEN);
    device_read_result(
        &device, (struct twin_span){device.reply + TWIN_SMP_HEADER_LEN, len - TWIN_SMP_HEADER_LEN});
    return device.rc == 0 && device.group_rc == 0;
}

static enum twin_plan plan(void)
{
    struct twin_slots_state state;

    twin_slots_read(slots(), &state);
    return state.plan;
}

/* ---- Understood ---- */

static void upload(const struct style *style)
{
    for (uint32_t off = 0, len; off < new_image()->len; off += len) {
        len = new_image()->len - off < 600 ? new_image()->len - off : 600;
        const struct item items[] = {
            {"data", BYTES, 0, {new_image()->bytes + off, len}},
            {"off", NUMBER, off, {0}},
            {"image", NUMBER, 0, {0}},
            {"len", NUMBER, new_image()->len, {0}},
            {"sha", BYTES, 0, {sha_of_new, sizeof(sha_of_new)}},
            {"upgrade", RAW, 0, {(const uint8_t *)"\xf5", 1}},
        };
        CHECK(call(&twin_image_upload_cmd, items, off == 0 ? COUNT(items) : 2, style));
    }
    CHECK(is_stored());
}

static void mark_and_erase(const struct style *style)
{
    const struct item items[] = {{"hash", BYTES, 0, image_hash(new_image())},
                                 {"confirm", NUMBER, 1, {0}}};
    const struct item slot = {"slot", NUMBER, 1, {0}};

    CHECK(call(&twin_image_state_write_cmd, items, COUNT(items), style));
    CHECK_EQ(plan(), TWIN_PLAN_PERM);
    CHECK(call(&twin_image_erase_cmd, &slot, 1, style));
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK(!is_stored());
}

static void os_commands(const struct style *style)
{
    const struct item text = {"d", TEXT, 0, twin_span_text("hello")};
    const struct item format = {"format", TEXT, 0, twin_span_text("sv")};
    const struct item query = {"query", TEXT, 0, twin_span_text("mode")};
    const struct item reset[] = {{"force", NUMBER, 7, {0}}, {"boot_mode", NUMBER, 1, {0}}};

    CHECK(call(&twin_os_echo_cmd, &text, 1, style));
    CHECK_MEM(device.reply + 8, "\xa1\x61r\x65hello", 9);
    CHECK(call(&twin_os_info_cmd, &format, 1, style));
    CHECK(call(&twin_os_bootloader_cmd, &query, 1, style));
    CHECK_MEM(device.reply + 8, "\xa1\x64mode\x09", 7);
    CHECK(call(&twin_os_reset_cmd, reset, COUNT(reset), style));
    CHECK(device.srv.reset_requested && device.forced);
    CHECK_EQ(device.srv.boot_mode, 1);
}

static void test_styles(void)
{
    static const unsigned head_bytes[] = {0, 1, 2, 4, 8};

    for (size_t i = 0; i < COUNT(head_bytes); i++) {
        for (unsigned bits = 0; bits < 16; bits++) {
            const struct style style = {.head_bytes = head_bytes[i],
                                        .open_map = (bits & 1) != 0,
                                        .reversed = (bits & 2) != 0,
                                        .tagged = (bits & 4) != 0,
                                        .extras = (bits & 8) != 0};
            fresh();
            upload(&style);
            mark_and_erase(&style);
            os_commands(&style);
        }
    }
    CHECK_EQ(device.rig.sim.violations, 0);
}

/* A null where bytes may be left out is the same as leaving them out. */
static void test_null(void)
{
    const struct style plain = {0};
    const struct item items[] = {RAW_ITEM("hash", "\xf6"), RAW_ITEM("confirm", "\xf5")};
    const struct item first[] = {
        {"data", BYTES, 0, {new_image()->bytes, 200}},
        {"off", NUMBER, 0, {0}},
        {"len", NUMBER, new_image()->len, {0}},
        RAW_ITEM("sha", "\xf6"),
    };

    put_prior();
    CHECK(device_set(&device, &prior, false));
    CHECK_EQ(device_boot(&device).major, PRIOR);
    CHECK(call(&twin_image_state_write_cmd, items, COUNT(items), &plain));
    CHECK_EQ(plan(), TWIN_PLAN_NONE);
    CHECK(call(&twin_image_upload_cmd, first, COUNT(first), &plain));
}

/* ---- Refused ---- */

/* Not a number of 32 bits; not bytes; not a boolean. */
static const struct item not_numbers[] = {
    RAW_ITEM("", "\x61\x31"),               /* text */
    RAW_ITEM("", "\x41\x01"),               /* bytes */
    RAW_ITEM("", "\x20"),                   /* -1 */
    RAW_ITEM("", "\x1b\0\0\0\x01\0\0\0\0"), /* 2^32 */
    RAW_ITEM("", "\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),
    RAW_ITEM("", "\x3b\xff\xff\xff\xff\xff\xff\xff\xff"),
    RAW_ITEM("", "\xf9\0\0"), /* 0.0 */
    RAW_ITEM("", "\xf4"),     /* false */
    RAW_ITEM("", "\xf6"),     /* null */
    RAW_ITEM("", "\xf7"),     /* undefined */
    RAW_ITEM("", "\x80"),     /* [] */
    RAW_ITEM("", "\xa0"),     /* {} */
    RAW_ITEM("", "\xc2\x40"), /* a big 0 */
};
static const struct item not_bytes[] = {
    RAW_ITEM("", "\x60"),
    RAW_ITEM("", "\x01"),
    RAW_ITEM("", "\xf4"),
    RAW_ITEM("", "\xf7"),
    RAW_ITEM("", "\x80"),
    RAW_ITEM("", "\xa0"),
    RAW_ITEM("", "\x5f\x41\x01\xff"), /* in pieces */
    RAW_ITEM("", "\x5f\xff"),
    RAW_ITEM("", "\xf9\0\0"),
};
static const struct item not_booleans[] = {
    RAW_ITEM("", "\x64true"), RAW_ITEM("", "\x41\x01"),     RAW_ITEM("", "\x20"),
    RAW_ITEM("", "\xf6"),     RAW_ITEM("", "\xf7"),         RAW_ITEM("", "\x80"),
    RAW_ITEM("", "\xa0"),     RAW_ITEM("", "\xf9\x3c\x00"),
};

/* Replace one field after the other by each of these, and see that nothing comes of it. */
static void refuse_odd(const struct twin_cmd *cmd, const struct item *items, size_t count,
                       size_t at, const struct item *odd, size_t odd_count)
{
    const struct style plain = {0};
    struct item changed[8];
    enum twin_plan before = plan();

    for (size_t i = 0; i < odd_count; i++) {
        memcpy(changed, items, count * sizeof(*items));
        changed[at].kind = RAW;
        changed[at].span = odd[i].span;
        sim_arm(&device.rig.sim, 0, SIM_CUT_BEFORE, 1);
        CHECK(!call(cmd, changed, count, &plain));
        CHECK_EQ(device.rc, TWIN_RC_INVALID);
        CHECK_EQ(device.rig.sim.ops, 0);
        CHECK_EQ(device.asked, 0);
        CHECK_EQ(plan(), before);
    }
}

static void test_odd_upload(void)
{
    const struct item items[] = {
        {"data", BYTES, 0, {new_image()->bytes, 200}},
        {"off", NUMBER, 0, {0}},
        {"image", NUMBER, 0, {0}},
        {"len", NUMBER, new_image()->len, {0}},
        {"sha", BYTES, 0, {sha_of_new, sizeof(sha_of_new)}},
        RAW_ITEM("upgrade", "\xf5"),
    };

    put_prior();
    CHECK(device_set(&device, &prior, false)); /* pending: so it has to stay */
    device.asked = 0;
    refuse_odd(&twin_image_upload_cmd, items, 6, 0, not_bytes, COUNT(not_bytes));
    refuse_odd(&twin_image_upload_cmd, items, 6, 1, not_numbers, COUNT(not_numbers));
    refuse_odd(&twin_image_upload_cmd, items, 6, 2, not_numbers, COUNT(not_numbers));
    refuse_odd(&twin_image_upload_cmd, items, 6, 3, not_numbers, COUNT(not_numbers));
    refuse_odd(&twin_image_upload_cmd, items, 6, 4, not_bytes, COUNT(not_bytes));
    refuse_odd(&twin_image_upload_cmd, items, 6, 5, not_booleans, COUNT(not_booleans));
    CHECK(slot_holds(&prior));
}

/* On trial: a hash that nobody understands does not confirm what runs. */
static void test_odd_state(void)
{
    const struct item items[] = {{"hash", BYTES, 0, image_hash(new_image())},
                                 RAW_ITEM("confirm", "\xf5")};

    put_prior();
    CHECK(device_set(&device, &prior, false));
    CHECK_EQ(device_boot(&device).major, PRIOR);
    CHECK_EQ(plan(), TWIN_PLAN_TRIAL);
    refuse_odd(&twin_image_state_write_cmd, items, 2, 0, not_bytes, COUNT(not_bytes));
    refuse_odd(&twin_image_state_write_cmd, items, 2, 1, not_booleans, COUNT(not_booleans));
    refuse_odd(&twin_image_state_write_cmd, &items[1], 1, 0, not_booleans, COUNT(not_booleans));

    const struct item twice[] = {items[0], items[1], RAW_ITEM("hash", "\x01")};
    const struct style plain = {0};
    CHECK(!call(&twin_image_state_write_cmd, twice, 3, &plain));
    CHECK_EQ(device.rc, TWIN_RC_INVALID);
    CHECK_EQ(plan(), TWIN_PLAN_TRIAL);
}

static void test_odd_erase(void)
{
    const struct item slot = {"slot", NUMBER, 1, {0}};

    put_prior();
    refuse_odd(&twin_image_erase_cmd, &slot, 1, 0, not_numbers, COUNT(not_numbers));
    CHECK(slot_holds(&prior));
}

static void test_odd_reset(void)
{
    const struct style plain = {0};
    struct item item = {"force", RAW, 0, {0}};

    fresh();
    for (size_t i = 0; i < COUNT(not_booleans); i++) {
        item.span = not_booleans[i].span;
        CHECK(!call(&twin_os_reset_cmd, &item, 1, &plain));
        CHECK_EQ(device.rc, TWIN_RC_INVALID);
    }
    item.key = "boot_mode";
    for (size_t i = 0; i < COUNT(not_numbers); i++) {
        item.span = not_numbers[i].span;
        CHECK(!call(&twin_os_reset_cmd, &item, 1, &plain));
        CHECK_EQ(device.rc, TWIN_RC_INVALID);
    }
    CHECK(!device.srv.reset_requested);
    CHECK_EQ(device.asked, 0);
}

int main(void)
{
    make(&small_shape);
    make_prior(small_shape.new_len - 1000);
    test_styles();
    test_null();
    test_odd_upload();
    test_odd_state();
    test_odd_erase();
    test_odd_reset();
    test_image_free(&prior);
    rig_free(&device.rig);
    return check_report();
}
