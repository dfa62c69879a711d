/*
 * dump.h - the content of an image as text, in the reference tool's three forms.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "signing/trailer.h"

struct twin_dump {
    const char *filename; /* without folders */
    struct twin_view view;
    struct twin_slot_trailer trailer;
    bool has_rest;                           /* there is something behind the image */
    uint8_t rest_magic[TWIN_SLOT_MAGIC_LEN]; /* its last bytes, a magic or not */
};

/* Take an image apart; bytes must live as long as the dump. Returns TWIN_FAULT_NONE or the fault.
 */
enum twin_fault twin_dump_open(struct twin_dump *dump, const char *path, struct twin_span bytes);

/* Append the text. JSON has no newline at its end. */
void twin_dump_human(const struct twin_dump *dump, struct twin_buf *out);
void twin_dump_yaml(const struct twin_dump *dump, struct twin_buf *out);
void twin_dump_json(const struct twin_dump *dump, struct twin_buf *out);

/* Bytes that the image keys take in the trailer; 0 for an image that is not encrypted. */
uint32_t twin_dump_key_field_len(const struct twin_dump *dump);

/* Name of a TLV type, "UNKNOWN" for those of vendors. */
const char *twin_tlv_name(uint16_t type);
