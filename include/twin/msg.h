/*
 * twin/msg.h - SMP messages as data, and commands as the rows that bind them.
 *
 * A message is a C struct plus a const table naming its CBOR keys. Both sides use the same table:
 * the host encodes with it what the device decodes, and the reverse, so the two cannot disagree.
 *
 * There are two ways to take a message in, because a wrong guess costs different things:
 *
 *   twin_msg_decode  for requests, on the device. A field that is there has to be what the table
 *                    says, or the request is refused: a "hash" that cannot be understood must never
 *                    turn "confirm this image" into "confirm the running one".
 *   twin_msg_read    for answers, on the host. A field that cannot be understood is absent and
 *                    costs nothing else, however it is written.
 *
 * In both, keys that the table does not have are passed over, whatever they and their values are.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/cbor.h"
#include "twin/smp.h"

TWIN_C_BEGIN

enum twin_field_type {
    /* Numbers, bytes and text: one above the major type that they are written as. */
    TWIN_F_U32 = TWIN_CBOR_UINT + 1, /* uint32_t */
    TWIN_F_BOOL = 2,                 /* bool; read from true, false or an integer (not 0 is true) */
    TWIN_F_BSTR = TWIN_CBOR_BSTR + 1, /* struct twin_span, bytes; null is read as empty */
    TWIN_F_TSTR = TWIN_CBOR_TSTR + 1, /* struct twin_span, text, not terminated */
    /* In answers; in requests only where a device reads them with twin_msg_decode_more(): */
    TWIN_F_U64, /* uint64_t */
    TWIN_F_I64, /* int64_t */
    TWIN_F_RAW, /* struct twin_span: one item as it is on the wire, whatever it is */
    /* In answers only: */
    TWIN_F_WHOLE, /* struct twin_span: the whole message as it is; the key is "" */
    /* Containers, as they are on the wire (struct twin_span), of messages or of what TWIN_F_LIST_OF
     * and TWIN_F_MAP_OF say. */
    TWIN_F_LIST = 0x10, /* an array */
    TWIN_F_MAP = 0x20,  /* a nested message, or messages with keys */
};
#define TWIN_F_LIST_OF(item) (TWIN_F_LIST | (item)) /* of U32, BOOL, TSTR, BSTR, U64, I64 */
#define TWIN_F_MAP_OF(item)  (TWIN_F_MAP | (item))  /* from texts to these */

/* Room for what a field is, whatever its type. */
union twin_msg_value {
    uint32_t u32;
    bool flag;
    uint64_t u64;
    int64_t i64;
    struct twin_span span;
};

struct twin_field {
    const char *key;
    uint8_t type;    /* enum twin_field_type, or one of a container of them */
    uint8_t flags;   /* enum twin_field_flag */
    uint16_t offset; /* of the member */
};

enum twin_field_flag {
    TWIN_OPTIONAL = 1 << 0,
    TWIN_REQUIRED = 1 << 1, /* always sent; a message without it cannot be used */
    TWIN_VITAL = 1 << 2     /* optional; but twin_msg_read fails if it is there and not understood:
                               without it an answer says something else */
};

/*
 * Every message struct begins with `uint32_t present`: bit i set = field i was, or is to be, sent.
 * A required field is always sent.
 */
struct twin_msg {
    const struct twin_field *fields;
    uint16_t field_count; /* up to TWIN_FIELDS_MAX */
    uint16_t size;        /* sizeof the struct */
};

/* 1; does not compile if the condition is false. */
#define TWIN_ONE(condition_) (1 / (unsigned)(condition_))

#define TWIN_FIELDS_MAX 23 /* so many fit the first byte of a map */
#define TWIN_FIELD(st, member, key_, type_, flag_)                                                 \
    {                                                                                              \
        .key = (key_), .type = (type_), .flags = (flag_), .offset = offsetof(struct st, member)    \
    }
#define TWIN_MSG(st, fields_)                                                                      \
    {                                                                                              \
        .fields = (fields_),                                                                       \
        .field_count = TWIN_COUNT(fields_) * TWIN_ONE(TWIN_COUNT(fields_) <= TWIN_FIELDS_MAX),     \
        .size = sizeof(struct st)                                                                  \
    }

/*
 * Bytes of the largest struct of a request: the room that a server has for one, whatever its group.
 * TWIN_REQ is TWIN_MSG for a request; it does not compile when the struct is larger.
 */
#define TWIN_REQUEST_MAX 64
#define TWIN_REQ(st, fields_)                                                                      \
    {                                                                                              \
        .fields = (fields_), .field_count = TWIN_COUNT(fields_),                                   \
        .size = sizeof(struct st) * TWIN_ONE(sizeof(struct st) <= TWIN_REQUEST_MAX)                \
    }

/*
 * A command in one direction (what can be read and written has two): the numbers in a packet's
 * header, and the two messages that may stand in its payload. Server, client and tests name a
 * command by its row (twin_os_echo_cmd) and by nothing else. Rows are declared in twin/grp_X.h and
 * defined in lib/smp/groups/grp_X.c.
 */
struct twin_cmd {
    uint8_t op; /* TWIN_SMP_READ or TWIN_SMP_WRITE */
    uint8_t id;
    uint16_t group;
    const struct twin_msg *req; /* of the request; without fields: a device does not look at it */
    const struct twin_msg *rsp; /* of the answer to it */
};

/* A message without fields: {}. */
struct twin_empty {
    uint32_t present;
};
extern const struct twin_msg twin_empty_msg;

/* The result part that every reply may carry: {"rc", "rsn"} or, in v2, {"err": {"group", "rc"}}. */
struct twin_result {
    uint32_t present;
    int64_t rc;
    struct twin_span rsn;
    struct twin_span err; /* MAP: a twin_result_err */
};
enum { TWIN_RESULT_RC = 1 << 0, TWIN_RESULT_RSN = 1 << 1, TWIN_RESULT_ERR = 1 << 2 };
struct twin_result_err {
    uint32_t present;
    int64_t group, rc;
};
enum { TWIN_RESULT_ERR_GROUP = 1 << 0, TWIN_RESULT_ERR_RC = 1 << 1 };
extern const struct twin_msg twin_result_msg, twin_result_err_msg;

/*
 * Append one message. Faults (no room) stick in the writer. A LIST or MAP is copied as it is; who
 * has no room to prepare one writes heads, keys and items one after the other.
 */
void twin_msg_encode(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in);

/*
 * Read a request into the struct that msg describes (zeroed first). Of a repeated key the last one
 * counts. Spans point into the reader's buffer. Faults stick in the reader: not a map, malformed or
 * cut, a required field missing, a known field of another type, above 32 bits, or in pieces. Takes
 * U32, BOOL, TSTR and BSTR, which is all that most requests have.
 */
void twin_msg_decode(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out);

/*
 * The same, for requests of any fields (lib/smp/msg_decode_more.c; about 350 bytes on a Cortex-M4).
 * A number has to fit its member. What a LIST_OF or MAP_OF holds has been looked at: every item is
 * what the table says, every key of a map a text, nothing in pieces. Of a LIST, a MAP and a RAW
 * field nothing is known but that it is well-formed, and an array or a map.
 */
void twin_msg_decode_more(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out);

/* ---- Lists and maps (lib/smp/msg_items.c) ---- */

/* Goes through the member of a LIST or MAP field. There is no limit to its length. */
struct twin_items {
    struct twin_cbor_reader key; /* MAP: the key of the present item, to be read as what it is */
    struct {
        struct twin_cbor_reader r;
        uint32_t left;
        bool is_map;
    } priv;
};

/* Begin; an absent field has no items. */
struct twin_items twin_msg_items(struct twin_span list);

/*
 * Of a request: read the next item, if there is one, of a LIST_OF or MAP_OF this type.
 *
 * out  what a member of the type is: uint32_t, bool, struct twin_span, ...
 *
 * Returns false at the end. (lib/smp/msg_decode_more.c)
 */
bool twin_msg_next_exact(struct twin_items *items, enum twin_field_type type, void *out);

/* ---- For answers (lib/smp/msg_read.c) ---- */

/*
 * Read an answer into the struct that msg describes (zeroed first). A field that is not there, or
 * is not to be understood as what the table says, has no bit in `present`, and is 0. Understood is:
 *
 *   numbers   integers of any width, floats (cut to whole numbers), big numbers, booleans; they
 *             have to fit the member
 *   booleans  booleans, and numbers (not 0 is true)
 *   strings   text and bytes, either for either; null as empty bytes. Those in pieces need
 *             twin_cbor_join before
 *   any       with tags
 *
 * Of a repeated key the last one understood counts. Spans point into the reader's buffer. Faults
 * stick in the reader: not a map, malformed or cut, a required field absent, a vital one not
 * understood. An answer that was cut is a fault even where the rows before the cut could be read: a
 * list without its end says that things are not on the device which are.
 */
void twin_msg_read(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out);

/*
 * Read the next item of a list or map of messages, if there is one: as twin_msg_read does, but an
 * item that is no message at all is one without fields.
 *
 * item  what the list is of, as the message's struct says.
 * out   its struct.
 */
bool twin_msg_next(struct twin_items *items, const struct twin_msg *item, void *out);

/*
 * Read the next item of a list or map of numbers, texts and the like, if there is one. What cannot
 * be understood as this type is passed over.
 *
 * out  what a member of the type is: uint32_t, bool, struct twin_span, ...
 */
bool twin_msg_next_value(struct twin_items *items, enum twin_field_type type, void *out);

TWIN_C_END
