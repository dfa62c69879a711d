/*
 * test_msg_types.c - the types of fields that only some groups have: 64-bit numbers, raw values,
 * lists and maps of scalars. SPDX-License-Identifier: Apache-2.0
 */
#include "msg_room.h"

static struct twin_span span(const void *bytes, size_t len)
{
    return (struct twin_span){bytes, len};
}
#define SPAN(bytes) span((bytes), sizeof(bytes) - 1)

static size_t encode_any(uint8_t buf[CAP])
{
    struct twin_cbor_writer w = {.buf = buf, .cap = CAP};
    const struct any any = {
        .present = UINT32_MAX,
        .u32 = UINT32_MAX,
        .flag = true,
        .u64 = UINT64_MAX,
        .i64 = INT64_MIN,
        .text = SPAN("text"),
        .bytes = SPAN("\0\xff"),
        .raw = SPAN("\xd8\x18\x9f\x01\xff"),
        .texts = SPAN("\x83\x64show\x60\x64stat"),
        .numbers = SPAN("\x83\x00\x20\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"),
        .flags = SPAN("\xa2\x61t\xf5\x61u\xf4"),
        .counters = SPAN("\xbf\x61n\x1b\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        .names = SPAN("\xa1\x60\x63max"),
        .list = SPAN("\x81\xa1\x64slot\x01"),
        .map = SPAN("\xa1\x63hex\xa1\x64size\x04"),
    };

    twin_msg_encode(&w, &any_msg, &any);
    CHECK(!w.failed);
    return w.len;
}

static void check_texts(bool is_exact, struct twin_span list)
{
    static const char *const want[] = {"show", "", "stat"};
    struct twin_items items = twin_msg_items(list);
    struct twin_span text;
    size_t count = 0;

    for (; (is_exact ? twin_msg_next_exact : twin_msg_next_value)(&items, TWIN_F_TSTR, &text);
         count++) {
        CHECK(count < COUNT(want) && text.len == strlen(want[count]));
        CHECK(text.len == 0 || memcmp(text.ptr, want[count], text.len) == 0);
    }
    CHECK_EQ(count, COUNT(want));
}

static void check_numbers(bool is_exact, struct twin_span list)
{
    static const int64_t want[] = {0, -1, INT64_MAX};
    struct twin_items items = twin_msg_items(list);
    int64_t number;
    size_t count = 0;

    for (; (is_exact ? twin_msg_next_exact : twin_msg_next_value)(&items, TWIN_F_I64, &number);
         count++) {
        CHECK(count < COUNT(want) && number == want[count]);
    }
    CHECK_EQ(count, COUNT(want));
}

static void check_counters(bool is_exact, struct twin_span map)
{
    struct twin_items items = twin_msg_items(map);
    uint64_t number = 0;
    bool (*const next)(struct twin_items *, enum twin_field_type, void *) =
        is_exact ? twin_msg_next_exact : twin_msg_next_value;

    CHECK(next(&items, TWIN_F_U64, &number));
    CHECK(number == UINT64_MAX);
    const struct twin_span name = twin_cbor_get_bytes(&items.key, TWIN_CBOR_TSTR);
    CHECK(name.len == 1 && name.ptr[0] == 'n');
    CHECK(!next(&items, TWIN_F_U64, &number));
}

/* There and back, on either side; every truncation is refused, by the device's plain reading too.
 */
static void test_all_types(void)
{
    uint8_t buf[CAP], again[CAP];
    const size_t len = encode_any(buf);

    for (int is_exact = 0; is_exact < 2; is_exact++) {
        const reading how = is_exact ? twin_msg_decode_more : twin_msg_read;
        CHECK(take(how, &any_msg, buf, len));
        CHECK_EQ(out.present, (1u << COUNT(any_fields)) - 1);
        CHECK(out.any.u64 == UINT64_MAX && out.any.i64 == INT64_MIN && out.any.flag);
        CHECK_EQ(out.any.raw.len, 5); /* with its tag */
        CHECK_MEM(out.any.raw.ptr, "\xd8\x18\x9f\x01\xff", 5);
        check_texts(is_exact, out.any.texts);
        check_numbers(is_exact, out.any.numbers);
        check_counters(is_exact, out.any.counters);
        struct twin_cbor_writer w = {.buf = again, .cap = sizeof(again)};
        twin_msg_encode(&w, &any_msg, &out.any);
        CHECK_EQ(w.len, len);
        CHECK_MEM(again, buf, len);
        for (size_t cut = 0; cut < len; cut++) {
            CHECK(!take(how, &any_msg, buf, cut));
        }
    }
    CHECK(!take(twin_msg_decode, &any_msg, buf, len)); /* knows no u64 */
}

/* ---- An item in a list or a map is what it would be as a field ---- */

/* By which types a request's field may be this: a letter of `letters` for each of `types`. */
#define ROW(bytes, types)                                                                          \
    {                                                                                              \
        {(const uint8_t *)(bytes), sizeof(bytes) - 1}, (types)                                     \
    }
static const struct {
    struct twin_span bytes;
    const char *types;
} items[] = {
    ROW("\x00", "ubUIr"),
    ROW("\x1a\xff\xff\xff\xff", "ubUIr"),
    ROW("\x1b\0\0\0\x01\0\0\0\0", "bUIr"),
    ROW("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff", "bUIr"),
    ROW("\x1b\x80\0\0\0\0\0\0\0", "bUr"),
    ROW("\x20", "Ir"),
    ROW("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff", "Ir"),
    ROW("\x3b\x80\0\0\0\0\0\0\0", "r"),
    ROW("\x40", "sr"),
    ROW("\x61z", "tr"),
    ROW("\x7f\x61z\xff", "r"),
    ROW("\x80", "r"),
    ROW("\xa0", "r"),
    ROW("\xc1\x05", "ubUIr"),
    ROW("\xf4", "br"),
    ROW("\xf5", "br"),
    ROW("\xf6", "sr"),
    ROW("\xf9\x3c\x00", "r"),
    ROW("\xfb\x41\xf0\0\0\0\0\0\0", "r"),
};
static const uint8_t types[] = {TWIN_F_U32, TWIN_F_BOOL, TWIN_F_BSTR, TWIN_F_TSTR,
                                TWIN_F_U64, TWIN_F_I64,  TWIN_F_RAW};
static const char letters[] = "ubstUIr";

struct one {
    uint32_t present;
    union {
        struct twin_span span;
        uint64_t bits[2];
    } value;
};

/* A message {"k": ...} of one field. before, behind: around the item. */
static bool take_one(reading how, uint8_t type, const char *before, struct twin_span item,
                     struct one *one)
{
    const struct twin_field field = {
        .key = "k", .type = type, .flags = TWIN_REQUIRED, .offset = offsetof(struct one, value)};
    const struct twin_msg msg = {.fields = &field, .field_count = 1, .size = sizeof(*one)};
    uint8_t buf[64];
    struct twin_cbor_writer w = {.buf = buf, .cap = sizeof(buf)};

    twin_cbor_put_raw(&w, SPAN("\xa1\x61k"));
    twin_cbor_put_raw(&w, twin_span_text(before));
    twin_cbor_put_raw(&w, item);
    const bool ok = take(how, &msg, buf, w.len);
    memcpy(one, &out, sizeof(*one));
    return ok;
}

/* The same value: of strings and raw ones the same bytes. */
static bool is_same(uint8_t type, const struct one *a, const struct one *b)
{
    const bool is_span = type == TWIN_F_BSTR || type == TWIN_F_TSTR || type == TWIN_F_RAW;

    if (!is_span) {
        return memcmp(&a->value, &b->value, sizeof(a->value)) == 0;
    }
    return a->value.span.len == b->value.span.len &&
           (a->value.span.len == 0 ||
            memcmp(a->value.span.ptr, b->value.span.ptr, a->value.span.len) == 0);
}

static void check_item(uint8_t type, struct twin_span item)
{
    struct one alone, inside, kept;
    struct twin_items walk;

    for (int is_map = 0; is_map < 2; is_map++) {
        const char *const before = is_map ? "\xa1\x61m" : "\x81";
        const uint8_t container = (uint8_t)((is_map ? TWIN_F_MAP : TWIN_F_LIST) | type);
        /* Exactly: a list is refused for what the field would be refused for. */
        const bool ok = take_one(twin_msg_decode_more, type, "", item, &alone);
        kept = alone;
        uint8_t bytes[16] = {0}; /* spans of alone do not outlive the next message */
        if (ok && (type == TWIN_F_BSTR || type == TWIN_F_TSTR || type == TWIN_F_RAW) &&
            alone.value.span.len != 0) {
            memcpy(bytes, alone.value.span.ptr, alone.value.span.len);
            kept.value.span.ptr = bytes;
        }
        CHECK_EQ(take_one(twin_msg_decode_more, container, before, item, &inside), ok);
        if (ok) {
            walk = twin_msg_items(inside.value.span);
            memset(&inside, 0, sizeof(inside));
            CHECK(twin_msg_next_exact(&walk, (enum twin_field_type)type, &inside.value));
            CHECK(is_same(type, &kept, &inside));
            CHECK(!twin_msg_next_exact(&walk, (enum twin_field_type)type, &inside.value));
        }
        /* Leniently: the list is taken, and an item that cannot be understood passed over. */
        const bool is_understood = take_one(twin_msg_read, type, "", item, &alone);
        CHECK(take_one(twin_msg_read, container, before, item, &inside));
        walk = twin_msg_items(inside.value.span);
        CHECK_EQ(twin_msg_next_value(&walk, (enum twin_field_type)type, &inside.value),
                 is_understood);
    }
}

static void test_items(void)
{
    for (size_t i = 0; i < COUNT(items); i++) {
        for (size_t t = 0; t < COUNT(types); t++) {
            struct one one;
            CHECK_EQ(take_one(twin_msg_decode_more, types[t], "", items[i].bytes, &one),
                     strchr(items[i].types, letters[t]) != NULL);
            check_item(types[t], items[i].bytes);
        }
    }
}

/* ---- Hostile containers ---- */

static bool decodes(uint8_t type, const char *before, struct twin_span item)
{
    struct one one;

    return take_one(twin_msg_decode_more, type, before, item, &one);
}

static void test_containers(void)
{
    const uint8_t texts = TWIN_F_LIST_OF(TWIN_F_TSTR), counters = TWIN_F_MAP_OF(TWIN_F_U64);

    CHECK(decodes(texts, "", SPAN("\x80")));
    CHECK(decodes(texts, "", SPAN("\x9f\x60\x61z\xff")));
    CHECK(decodes(counters, "", SPAN("\xbf\x60\x00\xff")));
    CHECK(!decodes(texts, "", SPAN("\xa0"))); /* the other container */
    CHECK(!decodes(counters, "", SPAN("\x80")));
    CHECK(!decodes(texts, "", SPAN("\x60")));     /* none */
    CHECK(!decodes(texts, "", SPAN("\x82\x60"))); /* cut */
    CHECK(!decodes(texts, "", SPAN("\x9f\x60")));
    CHECK(!decodes(texts, "", SPAN("\x9a\xff\xff\xff\xff\x60")));
    CHECK(!decodes(texts, "", SPAN("\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x60")));
    CHECK(!decodes(texts, "", SPAN("\x82\x60\x01")));    /* the second item */
    CHECK(!decodes(texts, "", SPAN("\x82\x01\x60")));    /* the first */
    CHECK(!decodes(texts, "", SPAN("\x81\x80")));        /* a list in it */
    CHECK(!decodes(counters, "", SPAN("\xa1\x00\x00"))); /* a number as key */
    CHECK(!decodes(counters, "", SPAN("\xa1\x41z\x00")));
    CHECK(!decodes(counters, "", SPAN("\xa1\x7f\x61z\xff\x00"))); /* in pieces */
    CHECK(!decodes(counters, "", SPAN("\xa2\x61z\x00\x00\x00")));
    CHECK(!decodes(counters, "", SPAN("\xbf\x61z\xff"))); /* a key without a value */
    CHECK(!decodes(TWIN_F_LIST, "", SPAN("\xa0")));
    CHECK(!decodes(TWIN_F_MAP, "", SPAN("\x80")));
    CHECK(decodes(TWIN_F_LIST, "", SPAN("\x82\x01\xa0"))); /* of whatever */
    CHECK(decodes(TWIN_F_MAP, "", SPAN("\xa1\x01\x80")));
    CHECK(!decodes(TWIN_F_WHOLE, "", SPAN("\xa0"))); /* of answers only */
    CHECK(decodes(TWIN_F_RAW, "", SPAN("\xa1\x01\x80")));
    CHECK(!decodes(TWIN_F_RAW, "", SPAN("\xa1\x01")));
    CHECK(!decodes(TWIN_F_RAW, "", SPAN("")));
}

/* An answer may be a map of names that no table has: it is seen as a whole then. */
static void test_whole(void)
{
    const struct twin_field fields[] = {
        {.key = "", .type = TWIN_F_WHOLE, .offset = offsetof(struct one, value)}};
    const struct twin_msg msg = {.fields = fields, .field_count = 1, .size = sizeof(struct one)};
    const struct twin_span pools = SPAN("\xa2\x60\x07\x64pool\xa1\x65nfree\x05");
    struct one one;

    CHECK(take(twin_msg_read, &msg, pools.ptr, pools.len));
    memcpy(&one, &out, sizeof(one));
    CHECK_EQ(one.present, 1);
    CHECK_EQ(one.value.span.len, pools.len);
    CHECK_MEM(one.value.span.ptr, pools.ptr, pools.len);
    CHECK(!take(twin_msg_read, &msg, pools.ptr, pools.len - 1));
    CHECK(!take(twin_msg_read, &msg, "\x80", 1));
}

/* Random bytes behind the beginning of a container: whatever is taken in can be gone through. */
static void test_random(void)
{
    unsigned taken = 0;

    srand(11);
    for (int round = 0; round < 40000; round++) {
        const uint8_t type = types[(unsigned)rand() % COUNT(types)];
        const bool is_map = rand() % 2 != 0;
        uint8_t bytes[16];
        for (size_t i = 0; i < sizeof(bytes); i++) {
            bytes[i] = (uint8_t)(rand() % 2 != 0 ? rand() : 0x60 + rand() % 3);
        }
        bytes[0] = (uint8_t)((is_map ? 0xa0 : 0x80) + (rand() % 4 == 0 ? 0x1f : rand() % 4));
        const size_t len = 1 + (size_t)rand() % sizeof(bytes);
        struct one one;
        if (!take_one(twin_msg_decode_more, (uint8_t)((is_map ? TWIN_F_MAP : TWIN_F_LIST) | type),
                      "", span(bytes, len), &one)) {
            continue;
        }
        struct twin_items walk = twin_msg_items(one.value.span);
        uint64_t value[2];
        size_t count = 0;
        while (twin_msg_next_exact(&walk, (enum twin_field_type)type, value)) {
            count++;
        }
        CHECK(count < len && !walk.priv.r.failed && walk.priv.r.off == walk.priv.r.len);
        taken++;
    }
    CHECK(taken > 500);
}

int main(void)
{
    test_all_types();
    test_items();
    test_containers();
    test_whole();
    test_random();
    return check_report();
}
