/*
 * twin/unpack.h - a compressed image, read as the image that it will be.
 *
 * twin_unpack_open() gives an image in an area that is nowhere in flash: header and TLVs of it can
 * be read as those of any other, before anything is erased. Its payload comes out of the decoder,
 * in one go from the first byte to the last, and what was read has to be written where the image
 * goes before more is read: what stands there already is all the dictionary that the decoder has,
 * so a dictionary of any size costs no RAM. A build option (docs/spec-image.md section 6): the
 * decoder is of another package, cmake/unpack.cmake. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/image.h"

TWIN_C_BEGIN

#define TWIN_UNPACK_PIECE 1024 /* bytes of the payload that can be read at once */

/* What the decoder keeps: nearly all of it are probabilities, 14,272 of 2 bytes. */
struct twin_unpack_ram {
    union {
        uint8_t bytes[28544 + 256];
        uint64_t aligned;
        void *also_aligned;
    };
};

struct twin_unpack {
    struct twin_flash flash;
    struct twin_area area; /* from where the image is read */
    struct {
        struct twin_image packed;
        const struct twin_area *target;
        struct twin_tlv hash, signature; /* of the image that comes out, in the packed one */
        uint32_t payload_len;            /* of it; and bytes of its TLV areas */
        uint16_t protected_len, unprotected_len;
        bool is_filtered;
        twin_err_t err; /* of the stream, sticky until it begins again */

        uint32_t in_off, in_at, in_len; /* what of the stream is in `in` */
        uint8_t in[64];
        uint32_t packed_left, unpacked_left; /* of the chunk */
        bool is_coded;
        uint32_t repeat, distance; /* bytes still to be repeated */
        uint32_t done;             /* bytes of the payload that came out, */
        uint32_t front;            /* and were read, so they are in the target */
        uint16_t raw[(4 + TWIN_UNPACK_PIECE + 4) / 2]; /* before the filter: some bytes that were
                                                          read, those that are, some more */
        struct twin_unpack_ram ram;
    } priv;
};

/*
 * Look at a compressed image as the image that it will be.
 *
 * unpack   must live, and stay where it is, as long as `image` is used. About 30 KB.
 * packed   opened, and verified as it is. `image` then is to be verified, too: its signatures
 *          before, with twin_image_prove_signatures(), and all of it when it has been written.
 * target   where the image goes, at the start.
 * max_len  bytes that it may have.
 * image    out: opened; its area is unpack->area.
 *
 * Checked as well is what can be without a dictionary: that the stream is made of whole chunks up
 * to the end of the payload, and comes to as many bytes as the image says.
 *
 * Returns TWIN_OK; TWIN_E_UNSUPPORTED if the image is not compressed, encrypted too, not by LZMA2,
 * or filtered at an odd place; TWIN_E_FORMAT if what it says of itself is missing, there more than
 * once or not signed, or the stream is not as it should be; TWIN_E_SPACE if it would not fit;
 * TWIN_E_IO. Reading a payload: also TWIN_E_FORMAT if the decoder does not understand it,
 * TWIN_E_ARG out of turn.
 */
TWIN_MUST_CHECK twin_err_t twin_unpack_open(struct twin_unpack *unpack,
                                            const struct twin_image *packed,
                                            const struct twin_area *target, uint32_t max_len,
                                            struct twin_image *image);

TWIN_C_END
