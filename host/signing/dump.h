/*
 * dump.h - the content of an image as text, in the reference tool's three forms.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/view.h"

struct dump {
    const char *filename; /* without folders */
    struct view view;
    struct view_trailer trailer;
    bool has_rest;                 /* there is something behind the image */
    uint8_t rest_magic[MAGIC_LEN]; /* its last bytes, a magic or not */
};

/* Take an image apart; bytes must live as long as the dump. Returns VIEW_OK or the fault. */
enum view_fault dump_open(struct dump *dump, const char *path, struct twin_span bytes);

/* Append the text. JSON has no newline at its end. */
void dump_human(const struct dump *dump, struct twin_buf *out);
void dump_yaml(const struct dump *dump, struct twin_buf *out);
void dump_json(const struct dump *dump, struct twin_buf *out);

/* Bytes that the image keys take in the trailer; 0 for an image that is not encrypted. */
uint32_t dump_key_field_len(const struct dump *dump);

/* Name of a TLV type, "UNKNOWN" for those of vendors. */
const char *dump_tlv_name(uint16_t type);
