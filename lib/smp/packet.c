/*
 * packet.c - the 8 header bytes. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/smp.h"

/* Byte 0: reserved (3 bits), version (2), operation (3). Byte 1, the flags, is always 0. */
enum { OP_MASK = 7, VERSION_SHIFT = 3, VERSION_MASK = 3 };
enum { AT_LEN = 2, AT_GROUP = 4, AT_SEQ = 6, AT_ID = 7 };
_Static_assert(AT_ID + 1 == TWIN_SMP_HEADER_LEN, "the header ends with the command id");

void twin_smp_header_write(uint8_t out[TWIN_SMP_HEADER_LEN], const struct twin_smp_header *header)
{
    out[0] = (uint8_t)((unsigned)header->version << VERSION_SHIFT | (unsigned)header->op);
    out[1] = 0;
    twin_put_be16(&out[AT_LEN], header->len);
    twin_put_be16(&out[AT_GROUP], header->group);
    out[AT_SEQ] = header->seq;
    out[AT_ID] = header->id;
}

twin_err_t twin_smp_header_read(struct twin_span packet, struct twin_smp_header *header)
{
    if (packet.len < TWIN_SMP_HEADER_LEN || (packet.ptr[0] & OP_MASK) > TWIN_SMP_WRITE_RSP) {
        return TWIN_E_FORMAT;
    }
    header->op = (enum twin_smp_op)(packet.ptr[0] & OP_MASK);
    header->version = (enum twin_smp_version)(packet.ptr[0] >> VERSION_SHIFT & VERSION_MASK);
    header->len = twin_get_be16(&packet.ptr[AT_LEN]);
    header->group = twin_get_be16(&packet.ptr[AT_GROUP]);
    header->seq = packet.ptr[AT_SEQ];
    header->id = packet.ptr[AT_ID];
    return TWIN_OK;
}
