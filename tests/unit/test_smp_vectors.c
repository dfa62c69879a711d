/*
 * test_smp_vectors.c - packets that real servers understood and sent (tests/vectors/smp).
 *
 * Every vector: header, CRC, console framing both ways, CBOR. Those of commands that have message
 * tables here: decoded and encoded again without loss, requests to the same bytes.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/console.h"
#include "twin/crc16.h"
#include "twin/groups.h"
#include <jansson.h>
#include <stdlib.h>

#define PACKET_MAX 2048
#define TEXT_MAX   8192

static struct {
    unsigned vectors, same_bytes, reordered, responses, errors, not_built_in;
} count;

static size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len && i < cap; i++) {
        unsigned byte = 0;
        (void)sscanf(hex + 2 * i, "%2x", &byte);
        out[i] = (uint8_t)byte;
    }
    CHECK(len <= cap);
    return len;
}

/* ---- CBOR as diagnostic text, as the vectors have it ---- */

static void print_item(struct twin_cbor_reader *r, bool sorted, char *out);

static void print_string(struct twin_span s, bool is_text, char *out)
{
    out += sprintf(out, is_text ? "\"" : "h'");
    for (size_t i = 0; i < s.len; i++) {
        int c = s.ptr[i];
        if (!is_text) {
            out += sprintf(out, "%02x", (unsigned)c);
        } else if (c == '\r' || c == '\n') {
            out += sprintf(out, c == '\r' ? "\\r" : "\\n");
        } else if (c < ' ') {
            out += sprintf(out, "\\u%04x", (unsigned)c);
        } else {
            out += sprintf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
        }
    }
    (void)sprintf(out, is_text ? "\"" : "'");
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_container(struct twin_cbor_reader *r, bool sorted, char *out)
{
    char *parts[64];
    uint64_t items;
    size_t n = 0;
    bool is_map = twin_cbor_get_head(r, &items) == TWIN_CBOR_MAP;
    uint32_t left = (uint32_t)items;

    while (n < 64 && twin_cbor_next(r, &left)) {
        char *part = parts[n] = malloc(TEXT_MAX);
        n++;
        print_item(r, sorted, part);
        if (is_map) {
            part += strlen(part);
            part += sprintf(part, ": ");
            print_item(r, sorted, part);
        }
    }
    if (is_map && sorted) {
        qsort(parts, n, sizeof(parts[0]), compare_text);
    }
    out += sprintf(out, is_map ? "{" : "[");
    for (size_t i = 0; i < n; i++) {
        out += sprintf(out, "%s%s", i == 0 ? "" : ", ", parts[i]);
        free(parts[i]);
    }
    (void)sprintf(out, is_map ? "}" : "]");
}

static void print_item(struct twin_cbor_reader *r, bool sorted, char *out)
{
    const size_t start = r->off;
    uint64_t value;

    out[0] = '\0';
    const enum twin_cbor_major major = twin_cbor_get_head(r, &value);
    if (r->failed) {
        return;
    }
    if (major == TWIN_CBOR_ARRAY || major == TWIN_CBOR_MAP) {
        r->off = start;
        print_container(r, sorted, out);
    } else if (major == TWIN_CBOR_TSTR || major == TWIN_CBOR_BSTR) {
        r->off = start;
        print_string(twin_cbor_get_bytes(r, major), major == TWIN_CBOR_TSTR, out);
    } else if (major == TWIN_CBOR_SIMPLE) {
        (void)sprintf(out, value == TWIN_CBOR_TRUE    ? "true"
                           : value == TWIN_CBOR_FALSE ? "false"
                                                      : "null");
    } else {
        (void)sprintf(out, major == TWIN_CBOR_NINT ? "-%llu" : "%llu",
                      (unsigned long long)value + (major == TWIN_CBOR_NINT));
    }
}

static void print_cbor(struct twin_span cbor, bool sorted, char *out)
{
    struct twin_cbor_reader r = {.buf = cbor.ptr, .len = cbor.len};

    print_item(&r, sorted, out);
    CHECK(!r.failed);
    CHECK_EQ(r.off, r.len);
}

/* ---- The checks ---- */

static void check_header(json_t *vector, struct twin_span packet, struct twin_smp_header *header)
{
    uint8_t again[TWIN_SMP_HEADER_LEN];
    json_int_t op, version, flags, length, group, seq, id;

    CHECK_EQ(json_unpack(vector, "{s:I s:I s:I s:I s:I s:I s:I}", "op", &op, "smp_version",
                         &version, "flags", &flags, "length", &length, "group", &group, "seq", &seq,
                         "id", &id),
             0);
    CHECK_EQ(twin_smp_header_read(packet, header), TWIN_OK);
    CHECK_EQ(header->op, op);
    CHECK_EQ((int)header->version + 1, version);
    CHECK_EQ(header->len, length);
    CHECK_EQ(header->len + TWIN_SMP_HEADER_LEN, packet.len);
    CHECK_EQ(header->group, group);
    CHECK_EQ(header->seq, seq);
    CHECK_EQ(header->id, id);
    CHECK_EQ(flags, 0);
    twin_smp_header_write(again, header);
    CHECK_MEM(again, packet.ptr, sizeof(again));
}

static void check_decodes(const char *hex, struct twin_span packet)
{
    static uint8_t line[2 * PACKET_MAX], buf[PACKET_MAX];
    struct twin_console_decoder d;
    size_t len = unhex(hex, line, sizeof(line));
    unsigned packets = 0;

    twin_console_decoder_init(&d, buf, sizeof(buf));
    for (size_t i = 0; i < len; i++) {
        enum twin_console_event event = twin_console_decode(&d, line[i]);
        CHECK(event == TWIN_CONSOLE_NONE || event == TWIN_CONSOLE_PACKET);
        if (event == TWIN_CONSOLE_PACKET) {
            packets++;
            CHECK_EQ(d.packet.len, packet.len);
            CHECK_MEM(d.packet.ptr, packet.ptr, packet.len);
        }
    }
    CHECK_EQ(packets, 1);
}

static void check_console(json_t *vector, struct twin_span packet)
{
    static uint8_t want[2 * PACKET_MAX], got[2 * PACKET_MAX];
    const char *hex = json_string_value(json_object_get(vector, "console_hex"));
    size_t len, want_len = unhex(hex, want, sizeof(want));

    CHECK_EQ(strtol(json_string_value(json_object_get(vector, "crc16")), NULL, 16),
             twin_crc16(0, packet.ptr, packet.len));
    CHECK_EQ(twin_console_encode(packet, got, sizeof(got), &len), TWIN_OK);
    CHECK_EQ(len, want_len);
    CHECK_EQ(len, TWIN_CONSOLE_ENCODED_MAX(packet.len));
    CHECK_MEM(got, want, want_len);
    check_decodes(hex, packet);
    check_decodes(json_string_value(json_object_get(vector, "console_zephyr_tx_hex")), packet);
}

static const struct twin_msg *find_msg(const struct twin_smp_header *header, struct twin_span cbor)
{
    struct twin_cbor_reader r = {.buf = cbor.ptr, .len = cbor.len};
    bool is_response = header->op == TWIN_SMP_READ_RSP || header->op == TWIN_SMP_WRITE_RSP;
    struct twin_result result;

    if (is_response) {
        twin_msg_read(&r, &twin_result_msg, &result);
        CHECK(!r.failed);
        if ((result.present & (TWIN_RESULT_RC | TWIN_RESULT_ERR)) != 0) {
            count.errors++;
            return &twin_result_msg;
        }
    }
    const struct twin_group *group = twin_group_find(header->group);
    for (size_t i = 0; group != NULL && i < group->cmd_count; i++) {
        const struct twin_cmd *cmd = group->cmds[i];
        if (cmd->id == header->id && cmd->op + (is_response ? 1u : 0u) == header->op) {
            count.responses += is_response;
            return is_response ? cmd->rsp : cmd->req;
        }
    }
    return NULL;
}

/* What a list or map of messages consists of; NULL for other fields. */
static const struct twin_msg *list_item(const struct twin_msg *msg, unsigned field)
{
    for (size_t i = 0; twin_groups[i] != NULL; i++) {
        for (size_t j = 0; j < twin_groups[i]->nested_count; j++) {
            const struct twin_nested *nested = &twin_groups[i]->nested[j];
            if (nested->msg == msg && nested->field == field) {
                return nested->item;
            }
        }
    }
    CHECK(msg->fields[field].type != TWIN_F_LIST);
    return NULL;
}

/* Every item of a list through its struct and back, so that what the struct cannot hold shows. */
static uint8_t arena[16 * PACKET_MAX];
static size_t used; /* of the arena, by the lists of the present message */

static void rewrite_lists(const struct twin_msg *msg, void *in);

static struct twin_span rewrite_list(struct twin_span list, const struct twin_msg *msg)
{
    uint8_t *start = &arena[used];
    struct twin_items items = twin_msg_items(list);
    const uint32_t head = items.priv.left;
    uint64_t room[64];
    uint32_t left = 0;

    CHECK(msg->size <= sizeof(room) && used + PACKET_MAX <= sizeof(arena));
    used += PACKET_MAX;
    while (twin_msg_next(&items, msg, room)) {
        left++;
    }
    struct twin_cbor_writer w = {.buf = start, .cap = PACKET_MAX};
    CHECK(head == TWIN_CBOR_INDEFINITE || head == left);
    twin_cbor_put_head(&w, items.priv.is_map ? TWIN_CBOR_MAP : TWIN_CBOR_ARRAY, left);
    items = twin_msg_items(list);
    while (twin_msg_next(&items, msg, room)) {
        if (items.priv.is_map) {
            twin_cbor_put_bytes(&w, TWIN_CBOR_TSTR,
                                twin_cbor_get_bytes(&items.key, TWIN_CBOR_TSTR));
        }
        rewrite_lists(msg, room);
        twin_msg_encode(&w, msg, room);
    }
    CHECK(!w.failed);
    return (struct twin_span){start, w.len};
}

static void rewrite_lists(const struct twin_msg *msg, void *in)
{
    for (unsigned i = 0; i < msg->field_count; i++) {
        struct twin_span *list = (void *)((uint8_t *)in + msg->fields[i].offset);
        const struct twin_msg *item = list_item(msg, i);
        if (item != NULL) {
            *list = rewrite_list(*list, item);
        }
    }
}

/* Decode, encode, and find everything again. */
static void check_message(const struct twin_smp_header *header, struct twin_span cbor)
{
    static union {
        uint64_t align_number;
        void *align_pointer;
        uint8_t bytes[4096];
    } room;
    static uint8_t again[PACKET_MAX];
    static char want[TEXT_MAX], got[TEXT_MAX];
    const struct twin_msg *msg = find_msg(header, cbor);
    struct twin_cbor_reader r = {.buf = cbor.ptr, .len = cbor.len};
    struct twin_cbor_writer w = {.buf = again, .cap = sizeof(again)};

    if (msg == NULL) {
        count.not_built_in++;
        return;
    }
    CHECK(msg->size <= sizeof(room));
    bool is_request = header->op == TWIN_SMP_READ || header->op == TWIN_SMP_WRITE;
    (is_request ? twin_msg_decode_more : twin_msg_read)(&r, msg, &room);
    CHECK(!r.failed);
    CHECK_EQ(r.off, r.len);
    used = 0;
    rewrite_lists(msg, &room);
    twin_msg_encode(&w, msg, &room);
    CHECK(!w.failed);
    print_cbor(cbor, true, want);
    print_cbor((struct twin_span){again, w.len}, true, got);
    if (msg == &twin_result_msg) { /* an error may come with keys of the command's own */
        got[strlen(got) - 1] = '\0';
        CHECK(strstr(want, got + 1) != NULL);
    } else {
        CHECK(strcmp(want, got) == 0);
    }
    if (is_request) {
        bool same = w.len == cbor.len && memcmp(again, cbor.ptr, w.len) == 0;
        count.same_bytes += same;
        count.reordered += !same;
        CHECK_EQ(w.len, cbor.len);
    }
}

static void check_vector(json_t *vector)
{
    static uint8_t packet_buf[PACKET_MAX];
    static char diag[TEXT_MAX];
    const char *hex = json_string_value(json_object_get(vector, "packet_hex"));
    const char *want = json_string_value(json_object_get(vector, "cbor_diag"));
    struct twin_span packet = {packet_buf, unhex(hex, packet_buf, sizeof(packet_buf))};
    struct twin_span cbor = {packet.ptr + TWIN_SMP_HEADER_LEN, packet.len - TWIN_SMP_HEADER_LEN};
    struct twin_smp_header header = {0};
    unsigned failed_before = check_failed;

    check_header(vector, packet, &header);
    check_console(vector, packet);
    print_cbor(cbor, false, diag);
    CHECK(strcmp(diag, want) == 0);
    check_message(&header, cbor);
    count.vectors++;
    if (check_failed != failed_before) {
        fprintf(stderr, "in vector \"%s\": %s\n",
                json_string_value(json_object_get(vector, "name")), diag);
    }
}

int main(void)
{
    json_error_t error;
    json_t *vectors = json_load_file(TEST_VECTORS "/smp/golden.json", 0, &error);
    size_t i;
    json_t *vector;

    CHECK(json_is_array(vectors));
    json_array_foreach(vectors, i, vector)
    {
        check_vector(vector);
    }
    CHECK_EQ(count.vectors, json_array_size(vectors));
    CHECK(count.vectors >= 207);
    printf("%u vectors, all: header, CRC, console framing both ways, CBOR\n", count.vectors);
    printf("messages: %u requests encode to the same bytes, %u to another order of keys,\n"
           "%u replies and %u results keep every value, %u are of commands not built in\n",
           count.same_bytes, count.reordered, count.responses, count.errors, count.not_built_in);
    CHECK_EQ(count.same_bytes + count.reordered + count.responses + count.errors +
                 count.not_built_in,
             count.vectors);
    json_decref(vectors);
    return check_report();
}
