/*
 * lzma2.c - LZMA2 symbols out of the decoder of 7-Zip, which is compiled in here as it comes.
 *
 * That decoder writes into a dictionary in RAM, and looks back in it for what it repeats. But when
 * it is called with no room left in its dictionary, it takes one symbol and returns: a literal is
 * the one byte that it writes all the same, of a repetition it only leaves length and distance. So
 * it gets a dictionary of three bytes, in which it finds the last byte that came out, and the one
 * at the distance of the last repetition, the only other one that a literal depends on. Whatever is
 * repeated is the caller's affair, who has it in flash.
 *
 * Where the package's source is not there, nothing can be unpacked (cmake/unpack.cmake).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lzma2.h"

#if __has_include(<LzmaDec.c>)
/* NOLINTBEGIN(bugprone-suspicious-include): their static functions are what is called */
#include <LzmaDec.c>

#include <Lzma2Dec.c>

#include <Bra.c>
/* NOLINTEND(bugprone-suspicious-include) */

#define LCLP_PROBS (NUM_BASE_PROBS + (LZMA_LIT_SIZE << LZMA2_LCLP_MAX))
#define HALF       (kBitModelTotal >> 1) /* probability of a bit that was not seen yet */

/* The dictionary: the byte before, the one that is written, and the wanted one. */
enum { AT_LAST, AT_NEXT, AT_WANTED, DICTIONARY_LEN };

struct state {
    CLzma2Dec lzma2;
    uint8_t dictionary[DICTIONARY_LEN];
    CLzmaProb probs[LCLP_PROBS];
};
_Static_assert(sizeof(struct state) <= sizeof(struct twin_unpack_ram), "room for the decoder");

static struct state *state_in(struct twin_unpack_ram *ram)
{
    return (struct state *)(void *)ram->bytes;
}

static const CLzmaDec *decoder_in(const struct twin_unpack_ram *ram)
{
    return &((const struct state *)(const void *)ram->bytes)->lzma2.decoder;
}

twin_err_t twin_lzma2_begin(struct twin_unpack_ram *ram, uint8_t dictionary)
{
    struct state *state = state_in(ram);
    CLzmaDec *decoder = &state->lzma2.decoder;
    Byte props[LZMA_PROPS_SIZE];

    Lzma2Dec_Init(&state->lzma2);
    if (Lzma2Dec_GetOldProps(dictionary, props) != SZ_OK ||
        LzmaProps_Decode(&decoder->prop, props, sizeof(props)) != SZ_OK) {
        return TWIN_E_FORMAT;
    }
    decoder->probs = state->probs;
    decoder->probs_1664 = state->probs + kStartOffset;
    decoder->dic = state->dictionary;
    return TWIN_OK;
}

enum lzma2_part twin_lzma2_control(struct twin_unpack_ram *ram, uint8_t byte,
                                   struct lzma2_chunk *chunk)
{
    CLzma2Dec *lzma2 = &state_in(ram)->lzma2;

    lzma2->state = Lzma2Dec_UpdateState(lzma2, byte);
    switch (lzma2->state) {
    case LZMA2_STATE_FINISHED:
        return LZMA2_END;
    case LZMA2_STATE_ERROR:
        return LZMA2_BROKEN;
    case LZMA2_STATE_DATA:
        break;
    default:
        return LZMA2_CONTROL;
    }
    *chunk = (struct lzma2_chunk){lzma2->packSize, lzma2->unpackSize};
    lzma2->state = LZMA2_STATE_CONTROL; /* of the next chunk, as if this one were done */
    lzma2->unpackSize = 0;
    if (!LZMA2_IS_UNCOMPRESSED_STATE(lzma2)) {
        return LZMA2_CODED;
    }
    LzmaDec_InitDicAndState(&lzma2->decoder, lzma2->control == LZMA2_CONTROL_COPY_RESET_DIC, False);
    return LZMA2_COPY;
}

twin_err_t twin_lzma2_start(struct twin_unpack_ram *ram, const uint8_t code[LZMA2_CODE_LEN])
{
    struct state *state = state_in(ram);
    CLzmaDec *decoder = &state->lzma2.decoder;

    LzmaDec_InitDicAndState(decoder, state->lzma2.control >= 0xe0, state->lzma2.control >= 0xa0);
    decoder->range = kRange0;
    decoder->code = (UInt32)code[1] << 24 | (UInt32)code[2] << 16 | (UInt32)code[3] << 8 | code[4];
    if (code[0] != 0 || (decoder->checkDicSize == 0 && decoder->processedPos == 0 &&
                         decoder->code >= kBadRepCode)) {
        return TWIN_E_FORMAT;
    }
    if (decoder->remainLen > kMatchSpecLenStart + 1) {
        for (unsigned i = 0; i < LCLP_PROBS; i++) {
            state->probs[i] = HALF;
        }
        decoder->reps[0] = decoder->reps[1] = decoder->reps[2] = decoder->reps[3] = 1;
        decoder->state = 0;
    }
    decoder->remainLen = 0;
    return TWIN_OK;
}

uint32_t twin_lzma2_wants(const struct twin_unpack_ram *ram)
{
    const CLzmaDec *decoder = decoder_in(ram);

    return decoder->state < kNumLitStates ? 0 : decoder->reps[0];
}

/* As the decoder does when it has written: from now on the dictionary has its full length. */
static void count(CLzmaDec *decoder, uint32_t len)
{
    decoder->processedPos += len;
    if (decoder->processedPos >= decoder->prop.dicSize) {
        decoder->checkDicSize = decoder->prop.dicSize;
    }
}

twin_err_t twin_lzma2_symbol(struct twin_unpack_ram *ram, const uint8_t *in, uint8_t last,
                             uint8_t wanted, struct lzma2_symbol *symbol)
{
    struct state *state = state_in(ram);
    CLzmaDec *decoder = &state->lzma2.decoder;

    state->dictionary[AT_LAST] = last;
    state->dictionary[AT_WANTED] = wanted;
    decoder->dicPos = AT_NEXT;
    /* A distance of 1 is the last byte. Any other one leads before the start of the dictionary, and
     * so counts from its end; this is where the end has to be for it to lead to AT_WANTED. */
    decoder->dicBufSize = AT_WANTED - AT_NEXT + (SizeT)decoder->reps[0];
    decoder->buf = in;
    if (LZMA_DECODE_REAL(decoder, AT_NEXT, in) != SZ_OK ||
        decoder->remainLen == kMatchSpecLenStart) {
        return TWIN_E_FORMAT;
    }
    *symbol = (struct lzma2_symbol){.taken = (uint32_t)(decoder->buf - in),
                                    .len = decoder->remainLen,
                                    .distance = decoder->reps[0],
                                    .literal = state->dictionary[AT_NEXT]};
    if (symbol->len == 0 && decoder->state >= kNumLitStates) {
        symbol->len = 1; /* a repetition of one byte is copied, and counted, at once */
    }
    count(decoder, decoder->remainLen);
    decoder->remainLen = 0;
    return TWIN_OK;
}

bool twin_lzma2_may_end(const struct twin_unpack_ram *ram)
{
    return decoder_in(ram)->code == 0;
}

void twin_lzma2_copied(struct twin_unpack_ram *ram, uint32_t len)
{
    count(&state_in(ram)->lzma2.decoder, len);
}

void twin_thumb_unfilter(uint8_t *buf, uint32_t len, uint32_t at)
{
    (void)z7_BranchConv_ARMT_Dec(buf, len, at);
}

void twin_thumb_filter(uint8_t *buf, uint32_t len, uint32_t at)
{
    (void)z7_BranchConv_ARMT_Enc(buf, len, at);
}

#else /* what keeps a program whole that has the mode and not the package */

twin_err_t twin_lzma2_begin(struct twin_unpack_ram *ram, uint8_t dictionary)
{
    (void)ram;
    (void)dictionary;
    return TWIN_E_UNSUPPORTED;
}

enum lzma2_part twin_lzma2_control(struct twin_unpack_ram *ram, uint8_t byte,
                                   struct lzma2_chunk *chunk)
{
    (void)ram;
    (void)byte;
    (void)chunk;
    return LZMA2_BROKEN;
}

twin_err_t twin_lzma2_start(struct twin_unpack_ram *ram, const uint8_t code[LZMA2_CODE_LEN])
{
    (void)ram;
    (void)code;
    return TWIN_E_UNSUPPORTED;
}

uint32_t twin_lzma2_wants(const struct twin_unpack_ram *ram)
{
    (void)ram;
    return 0;
}

twin_err_t twin_lzma2_symbol(struct twin_unpack_ram *ram, const uint8_t *in, uint8_t last,
                             uint8_t wanted, struct lzma2_symbol *symbol)
{
    (void)ram;
    (void)in;
    (void)last;
    (void)wanted;
    (void)symbol;
    return TWIN_E_UNSUPPORTED;
}

bool twin_lzma2_may_end(const struct twin_unpack_ram *ram)
{
    (void)ram;
    return false;
}

void twin_lzma2_copied(struct twin_unpack_ram *ram, uint32_t len)
{
    (void)ram;
    (void)len;
}

void twin_thumb_unfilter(uint8_t *buf, uint32_t len, uint32_t at)
{
    (void)buf;
    (void)len;
    (void)at;
}

void twin_thumb_filter(uint8_t *buf, uint32_t len, uint32_t at)
{
    twin_thumb_unfilter(buf, len, at);
}
#endif
