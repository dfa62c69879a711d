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

enum twin_field_type {
    TWIN_F_U32,  /* uint32_t */
    TWIN_F_U64,  /* uint64_t; in answers only */
    TWIN_F_I64,  /* int64_t; in answers only */
    TWIN_F_BOOL, /* bool; read from true, false or an integer (not 0 is true) */
    TWIN_F_TSTR, /* struct twin_span, text, not terminated */
    TWIN_F_BSTR, /* struct twin_span, bytes; null is read as empty */
    TWIN_F_LIST, /* struct twin_span: a whole array as it is on the wire; in answers only */
    TWIN_F_MAP,  /* the same for a map: a nested message, or messages with keys */
};

struct twin_field {
    const char *key;
    unsigned type : 4;     /* enum twin_field_type */
    unsigned required : 1; /* always sent; a message without it cannot be used */
    unsigned vital : 1;    /* twin_msg_read fails if it is there but not understood */
    unsigned offset : 16;  /* of the member */
};

/*
 * Every message struct begins with `uint32_t present`: bit i set = field i was, or is to be, sent.
 * A required field is always sent.
 */
struct twin_msg {
    const struct twin_field *fields;
    uint16_t field_count; /* up to 32 */
    uint16_t size;        /* sizeof the struct */
};

#define TWIN_REQUIRED true
#define TWIN_OPTIONAL false
#define TWIN_FIELD(st, member, key_, type_, req_)                                                  \
    {                                                                                              \
        .key = (key_), .type = (type_), .required = (req_), .offset = offsetof(struct st, member)  \
    }
/* A field without which an answer says something else: optional, but vital. */
#define TWIN_FIELD_VITAL(st, member, key_, type_)                                                  \
    {                                                                                              \
        .key = (key_), .type = (type_), .vital = true, .offset = offsetof(struct st, member)       \
    }
#define TWIN_MSG(st, fields_)                                                                      \
    {                                                                                              \
        .fields = (fields_), .field_count = sizeof(fields_) / sizeof((fields_)[0]),                \
        .size = sizeof(struct st)                                                                  \
    }

/*
 * Bytes of the largest struct of a request: the room that a server has for one, whatever its group.
 * TWIN_REQ is TWIN_MSG for a request; it does not compile when the struct is larger.
 */
#define TWIN_REQUEST_MAX 64
#define TWIN_REQ(st, fields_)                                                                      \
    {                                                                                              \
        .fields = (fields_), .field_count = sizeof(fields_) / sizeof((fields_)[0]),                \
        .size = sizeof(struct st) * sizeof(char[sizeof(struct st) <= TWIN_REQUEST_MAX ? 1 : -1])   \
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
 * Begin a message of which a list is too long for a struct: the fields before its first LIST or
 * MAP, and the head of that one. All fields count as sent. The caller appends the items, then the
 * fields behind the list, each with its key.
 *
 * in     the struct, for the fields before the list; may be NULL when there are none.
 * count  items of the list; of a MAP: pairs of a key and its value.
 */
void twin_msg_begin_list(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in,
                         uint32_t count);

/*
 * Read a request into the struct that msg describes (zeroed first). Of a repeated key the last one
 * counts. Spans point into the reader's buffer. Faults stick in the reader: not a map, malformed or
 * cut, a required field missing, a known field of another type, above 32 bits, or in pieces.
 */
void twin_msg_decode(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out);

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

/* Goes through a LIST, or a MAP of messages, that twin_msg_read found. There is no limit to its
 * length. */
struct twin_msg_items {
    struct twin_cbor_reader key; /* MAP: the key of the present item, to be read as what it is */
    struct {
        struct twin_cbor_reader r;
        uint32_t left;
        bool is_map;
    } priv;
};

/* Begin with the member of a LIST or MAP field; an absent one has no items. */
struct twin_msg_items twin_msg_items(struct twin_span list);

/*
 * Read the next item, if there is one: as twin_msg_read does, but an item that is no message at all
 * is one without fields.
 *
 * item  what the list is of, as the message's struct says.
 * out   its struct.
 */
bool twin_msg_next(struct twin_msg_items *items, const struct twin_msg *item, void *out);
