/*
 * twin/msg.h - SMP messages as data.
 *
 * A message is a C struct plus a const table naming its CBOR keys. Both sides use the same table:
 * the host encodes with it what the device decodes, and the reverse, so the two cannot disagree.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/cbor.h"

enum twin_field_type {
    TWIN_F_U32,  /* uint32_t */
    TWIN_F_I32,  /* int32_t */
    TWIN_F_BOOL, /* bool; read from true, false or an integer (not 0 is true) */
    TWIN_F_TSTR, /* struct twin_span, text, not terminated */
    TWIN_F_BSTR, /* struct twin_span, bytes; null is read as empty */
    TWIN_F_LIST, /* array of messages: item struct repeated max times, count in a uint32_t */
    TWIN_F_DICT, /* map from text to message: as LIST, the item's first field is the key (TSTR) */
    TWIN_F_MSG,  /* a nested message */
};

struct twin_msg;
struct twin_field {
    const char *key;
    const struct twin_msg *item; /* LIST, DICT and MSG */
    unsigned type : 4;           /* enum twin_field_type */
    unsigned required : 1;       /* decode fails when absent */
    unsigned max : 11;           /* LIST and DICT: room, in items; more in the message fails */
    unsigned offset : 16; /* of the member; a LIST's and DICT's uint32_t count is just before it */
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
#define TWIN_FIELD_MSG(st, member, key_, item_, req_)                                              \
    {                                                                                              \
        .key = (key_), .type = TWIN_F_MSG, .required = (req_),                                     \
        .offset = offsetof(struct st, member), .item = (item_)                                     \
    }
#define TWIN_FIELD_MANY(st, member, key_, type_, item_, max_)                                      \
    {                                                                                              \
        .key = (key_), .type = (type_), .required = TWIN_REQUIRED, .max = (max_), .item = (item_), \
        .offset = offsetof(struct st, member) + TWIN_COUNT_IS_BEFORE(st, member)                   \
    }
/* 0; does not compile if the count is elsewhere. */
#define TWIN_COUNT_IS_BEFORE(st, member)                                                           \
    (0 * sizeof(char[offsetof(struct st, member) - offsetof(struct st, member##_count) ==          \
                             sizeof(uint32_t)                                                      \
                         ? 1                                                                       \
                         : -1]))
#define TWIN_MSG(st, fields_)                                                                      \
    {                                                                                              \
        .fields = (fields_), .field_count = sizeof(fields_) / sizeof((fields_)[0]),                \
        .size = sizeof(struct st)                                                                  \
    }

/* A message without fields: {}. */
struct twin_empty {
    uint32_t present;
};
extern const struct twin_msg twin_empty_msg;

/* The result part that every reply may carry: {"rc", "rsn"} or, in v2, {"err": {"group", "rc"}}. */
struct twin_result_err {
    uint32_t present;
    uint32_t group, rc;
};
struct twin_result {
    uint32_t present;
    int32_t rc;
    struct twin_span rsn;
    struct twin_result_err err;
};
enum { TWIN_RESULT_RC = 1 << 0, TWIN_RESULT_RSN = 1 << 1, TWIN_RESULT_ERR = 1 << 2 };
extern const struct twin_msg twin_result_msg;

/* Append one message. Faults (no room) stick in the writer. Recursion depth = nesting of tables. */
void twin_msg_encode(struct twin_cbor_writer *w, const struct twin_msg *msg, const void *in);

/* Append one entry of a DICT: its key, then the map of the other fields. For a reply that is too
 * large to be built as one struct; the caller puts the heads around the entries. */
void twin_msg_encode_entry(struct twin_cbor_writer *w, const struct twin_msg *item, const void *in);

/*
 * Read one message into the struct that msg describes (zeroed first). Unknown keys are skipped;
 * of a repeated key the last one counts. Spans point into the reader's buffer. Faults (not a map,
 * wrong type, number above 32 bits, missing required key, too many items) stick in the reader.
 */
void twin_msg_decode(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out);
