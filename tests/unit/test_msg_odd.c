/*
 * test_msg_odd.c - every message table against every kind of CBOR item, as value and as key of each
 * of its fields, and against random bytes. SPDX-License-Identifier: Apache-2.0
 */
#include "msg_room.h"

#define ITEM(bytes)                                                                                \
    {                                                                                              \
        (const uint8_t *)(bytes), sizeof(bytes) - 1                                                \
    }

/* A value of each type that the tables have, as an ordinary server would write it. */
static const struct twin_span usual[] = {
    [TWIN_F_U32] = ITEM("\x1a\xff\xff\xff\xff"),
    [TWIN_F_U64] = ITEM("\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),
    [TWIN_F_I64] = ITEM("\x24"),
    [TWIN_F_BOOL] = ITEM("\xf5"),
    [TWIN_F_TSTR] = ITEM("\x64text"),
    [TWIN_F_BSTR] = ITEM("\x43\0\xff\x80"),
    [TWIN_F_RAW] = ITEM("\xc1\x81\xf6"),
    [TWIN_F_LIST_OF(TWIN_F_TSTR)] = ITEM("\x82\x61"
                                         "a\x60"),
    [TWIN_F_LIST_OF(TWIN_F_U32)] = ITEM("\x82\x0a\x18\xff"),
    [TWIN_F_LIST_OF(TWIN_F_I64)] = ITEM("\x82\x3b\x7f\xff\xff\xff\xff\xff\xff\xff\x00"),
    [TWIN_F_MAP_OF(TWIN_F_BOOL)] = ITEM("\xa1\x61t\xf5"),
    [TWIN_F_MAP_OF(TWIN_F_U64)] = ITEM("\xa2\x61u\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x60\x07"),
    [TWIN_F_MAP_OF(TWIN_F_TSTR)] = ITEM("\xbf\x64name\x61n\xff"),
    [TWIN_F_LIST] = ITEM("\x81\xa0"),
    [TWIN_F_MAP] = ITEM("\xa1\x62rc\xa0"),
};

/* Items of every type, size and manner of writing. */
static const struct twin_span odd_items[] = {
    ITEM("\x00"),
    ITEM("\x17"),
    ITEM("\x18\x05"),
    ITEM("\x19\xff\xff"),
    ITEM("\x1b\0\0\0\x01\0\0\0\0"),
    ITEM("\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),
    ITEM("\x20"),
    ITEM("\x3b\xff\xff\xff\xff\xff\xff\xff\xff"),
    ITEM("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"),
    ITEM("\x40"),
    ITEM("\x42\x61\x62"),
    ITEM("\x58\x03"
         "abc"),
    ITEM("\x5b\0\0\0\0\0\0\0\x01"
         "a"),
    ITEM("\x5f\xff"),
    ITEM("\x5f\x41"
         "a\x42"
         "bc\xff"),
    ITEM("\x60"),
    ITEM("\x62\xff\xfe"),
    ITEM("\x7f\x61"
         "a\x60\xff"),
    ITEM("\x7a\0\0\0\x01"
         "a"),
    ITEM("\x80"),
    ITEM("\x9f\xff"),
    ITEM("\x82\x01\x9f\x60\xff"),
    ITEM("\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81\x80"),
    ITEM("\xa0"),
    ITEM("\xbf\xff"),
    ITEM("\xa1\x01\x02"),
    ITEM("\xbf\x62rc\x7f\x61"
         "a\xff\xff"),
    ITEM("\xa1\xa1\x80\x80\xf6"),
    ITEM("\xc0\x60"),
    ITEM("\xc2\x41\x05"),
    ITEM("\xc3\x49\0\0\0\0\0\0\0\0\x01"),
    ITEM("\xc2\x49\x01\0\0\0\0\0\0\0\0"),
    ITEM("\xd8\x18\xd9\xd9\xf7\xc1\x01"),
    ITEM("\xe0"),
    ITEM("\xf4"),
    ITEM("\xf5"),
    ITEM("\xf6"),
    ITEM("\xf7"),
    ITEM("\xf8\xff"),
    ITEM("\xf9\x3c\x00"),
    ITEM("\xf9\x7c\x00"),
    ITEM("\xf9\x7e\x00"),
    ITEM("\xfa\x4f\x80\0\0"),
    ITEM("\xfa\xff\x80\0\0"),
    ITEM("\xfb\x41\xf0\0\0\0\0\0\0"),
    ITEM("\xfb\xc0\x10\0\0\0\0\0\0"),
    ITEM("\xfb\x7f\xf0\0\0\0\0\0\0"),
    ITEM("\xfb\x7f\xef\xff\xff\xff\xff\xff\xff"),
};

static void put_field(struct twin_cbor_writer *w, const struct twin_msg *msg, unsigned i,
                      struct twin_span value)
{
    twin_cbor_put_text(w, msg->fields[i].key);
    twin_cbor_put_raw(w, value);
}

/* A message with `odd` as the value of one field and usual ones in the others, in either order. */
static size_t build(uint8_t *buf, const struct twin_msg *msg, unsigned odd_field,
                    struct twin_span odd, bool is_reversed)
{
    struct twin_cbor_writer w = {.buf = buf, .cap = CAP};

    twin_cbor_put_head(&w, TWIN_CBOR_MAP, msg->field_count);
    for (unsigned i = 0; i < msg->field_count; i++) {
        const unsigned field = is_reversed ? msg->field_count - 1u - i : i;
        put_field(&w, msg, field, field == odd_field ? odd : usual[msg->fields[field].type]);
    }
    CHECK(!w.failed);
    return w.len;
}

/* Does this member have its usual value? */
static bool is_usual(const struct twin_field *field)
{
    uint8_t buf[64];
    struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};
    const struct twin_msg alone = {.fields = field, .field_count = 1};
    union room copy = out;

    copy.present = 1; /* of the only field of that message */
    twin_msg_encode(&w, &alone, &copy);
    const struct twin_span want = usual[field->type];
    return !w.failed && w.len > want.len && memcmp(&buf[w.len - want.len], want.ptr, want.len) == 0;
}

/* Has every field but this one its usual value? */
static void check_others(const struct twin_msg *msg, unsigned odd_field)
{
    for (unsigned i = 0; i < msg->field_count; i++) {
        if (i != odd_field) {
            CHECK(out.present >> i & 1u);
            CHECK(is_usual(&msg->fields[i]));
        }
    }
}

static void check_odd_answer(const struct twin_msg *msg, unsigned field, uint8_t *buf, size_t len)
{
    const unsigned flags = msg->fields[field].flags;
    const bool is_needed = (flags & (TWIN_REQUIRED | TWIN_VITAL)) != 0;
    const bool ok = take(twin_msg_read, msg, buf, len);

    CHECK_EQ(ok, !is_needed || (out.present >> field & 1u));
    if (ok || (flags & TWIN_VITAL) == 0) {
        check_others(msg, field);
    }
}

/* In a request the field is understood, or the request refused. */
static void check_odd_request(const struct twin_msg *msg, unsigned field, uint8_t *buf, size_t len)
{
    const bool ok = take(decode_of(msg), msg, buf, len);

    CHECK_EQ(ok, out.present >> field & 1u);
    if (ok) {
        check_others(msg, field);
    }
}

static void check_odd_field(const struct twin_msg *msg, bool is_answer, unsigned field,
                            struct twin_span odd)
{
    uint8_t buf[CAP];

    for (int is_reversed = 0; is_reversed < 2; is_reversed++) {
        size_t len = build(buf, msg, field, odd, is_reversed);
        if (!is_answer) {
            check_odd_request(msg, field, buf, len);
            continue;
        }
        check_odd_answer(msg, field, buf, len);
        CHECK_EQ(twin_cbor_join(buf, &len), TWIN_OK); /* as the client does */
        check_odd_answer(msg, field, buf, len);
    }
}

static void test_odd_fields(void)
{
    for (size_t item = 0; item < COUNT(odd_items); item++) {
        for (size_t m = 0; m < answer_count; m++) {
            for (unsigned i = 0; i < answers[m]->field_count; i++) {
                check_odd_field(answers[m], true, i, odd_items[item]);
            }
        }
        for (size_t m = 0; m < request_count; m++) {
            for (unsigned i = 0; i < requests[m]->field_count; i++) {
                check_odd_field(requests[m], false, i, odd_items[item]);
            }
        }
    }
}

/* An odd key with an odd value costs nothing at all. */
static void test_odd_keys(void)
{
    uint8_t buf[CAP];

    for (size_t key = 0; key < COUNT(odd_items); key++) {
        for (size_t m = 0; m < answer_count; m++) {
            struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};
            twin_cbor_put_head(&w, TWIN_CBOR_MAP, answers[m]->field_count + 1u);
            twin_cbor_put_raw(&w, odd_items[key]);
            twin_cbor_put_raw(&w, odd_items[COUNT(odd_items) - 1 - key]);
            for (unsigned i = 0; i < answers[m]->field_count; i++) {
                put_field(&w, answers[m], i, usual[answers[m]->fields[i].type]);
            }
            CHECK(take(twin_msg_read, answers[m], buf, w.len));
            check_others(answers[m], UINT32_MAX);
            for (size_t cut = 0; cut < w.len; cut++) {
                CHECK(!take(twin_msg_read, answers[m], buf, cut));
            }
        }
    }
}

/* Go through what a list or a map holds, whatever it is. Returns the number of items. */
static unsigned walk(struct twin_span list)
{
    struct twin_items items = twin_msg_items(list);
    union room item;
    unsigned count = 0;

    for (; twin_msg_next(&items, answers[count % answer_count], &item); count++) {
        struct twin_cbor_reader key = items.key;
        struct twin_cbor_number number;
        (void)!twin_cbor_get_number(&key, &number);
    }
    return count;
}

static void walk_lists(const struct twin_msg *msg)
{
    for (unsigned i = 0; i < msg->field_count; i++) {
        const struct twin_field *field = &msg->fields[i];
        struct twin_span list;
        if (field->type >= TWIN_F_LIST) {
            memcpy(&list, out.bytes + field->offset, sizeof(list));
            CHECK(walk(list) <= list.len);
        }
    }
}

/* Every bit of an ordinary message flipped: nothing is read beyond its end, and what is taken in
 * can be gone through. */
static void check_flips(reading how, const struct twin_msg *msg)
{
    uint8_t buf[CAP];
    const size_t len = build(buf, msg, UINT32_MAX, (struct twin_span){NULL, 0}, false);

    for (size_t bit = 0; bit < 8 * len; bit++) {
        buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (take(how, msg, buf, len)) {
            walk_lists(msg);
        }
        size_t joined = len;
        uint8_t copy[CAP];
        memcpy(copy, buf, len);
        if (twin_cbor_join(copy, &joined) == TWIN_OK && take(how, msg, copy, joined)) {
            walk_lists(msg);
        }
        buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    CHECK(take(how, msg, buf, len));
    walk_lists(msg);
}

static void test_flips(void)
{
    for (size_t m = 0; m < answer_count; m++) {
        check_flips(twin_msg_read, answers[m]);
    }
    for (size_t m = 0; m < request_count; m++) {
        check_flips(decode_of(requests[m]), requests[m]);
    }
}

/* Random bytes, half of them shaped like messages: nothing out of bounds, and a request that
 * decodes does so again after encoding. */
static void check_random(reading how, const struct twin_msg *msg, unsigned *taken)
{
    uint8_t buf[64];
    size_t len = 1 + (size_t)rand() % (sizeof(buf) - 1);

    for (size_t i = 0; i < len; i++) {
        buf[i] = (uint8_t)rand();
    }
    buf[0] = (uint8_t)(rand() % 2 != 0 ? 0xbf : 0xa0 + rand() % 4);
    if (msg->field_count != 0) {
        const char *key = msg->fields[(unsigned)rand() % msg->field_count].key;
        if (strlen(key) + 2 < len) {
            buf[1] = (uint8_t)(0x60 + strlen(key));
            memcpy(buf + 2, key, strlen(key));
        }
    }
    if (take(how, msg, buf, len)) {
        walk_lists(msg);
        uint8_t again[CAP];
        struct twin_cbor_writer w = {.buf = again, .cap = sizeof(again)};
        twin_msg_encode(&w, msg, &out);
        CHECK(!w.failed);
        CHECK(take(how, msg, again, w.len));
        (*taken)++;
    }
}

static void test_random(void)
{
    unsigned taken = 0;

    srand(4);
    for (int round = 0; round < 40000; round++) {
        const struct twin_msg *request = requests[(unsigned)rand() % request_count];
        check_random(decode_of(request), request, &taken);
        check_random(twin_msg_read, answers[(unsigned)rand() % answer_count], &taken);
    }
    CHECK(taken > 100);
}

int main(void)
{
    collect();
    test_odd_fields();
    test_odd_keys();
    test_flips();
    test_random();
    take(twin_msg_decode, &twin_empty_msg, "", 0); /* frees what is kept */
    return check_report();
}
