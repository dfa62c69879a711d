/*
 * proof.c - see twin/proof.h. SPDX-License-Identifier: Apache-2.0
 */
#include "twin/proof.h"

/* More than all differences of 32 bytes together, so that no sum of those replaces a step. */
#define STEP 0x00de1a53u

#define ANSWERS     2
#define ANSWER_MASK 0xffu /* no two answers add up to none */

/* The same pointer, of which and of whose memory the compiler knows nothing. */
static const void *anew(const void *ptr)
{
#if defined(__GNUC__)
    __asm volatile("" : "+r"(ptr) : : "memory");
    return ptr;
#else
    const void *volatile copy = ptr;
    return copy;
#endif
}

/*
 * Each byte brings the proof one step further and adds its difference: a step that is missing, one
 * too many, and any difference leave another value. No instruction decides, so none can be skipped.
 * One that should have set a pointer can, and leave both in the same place: that is a difference,
 * too.
 */
twin_proof_t twin_proof_compare(const uint8_t a[TWIN_PROOF_LEN], const uint8_t b[TWIN_PROOF_LEN])
{
    twin_proof_t proof = TWIN_PROVEN - TWIN_PROOF_LEN * STEP;

    a = anew(a);
    b = anew(b);
    for (const uint8_t *end = a + TWIN_PROOF_LEN; a != end; a++, b++) {
        proof = twin_proof_copy(proof) + STEP + (uint32_t)(*a ^ *b);
    }
    return proof + (a == b);
}

/* The same with answers: what one fault changes in one of them, the other one still says. */
twin_proof_t twin_proof_ask(twin_proof_question_fn differs, const void *ctx)
{
    twin_proof_t proof = TWIN_PROVEN - ANSWERS * STEP;

    for (unsigned i = 0; i < ANSWERS; i++) {
        ctx = anew(ctx); /* so the second answer is not taken to be the first one */
        proof = twin_proof_copy(proof) + STEP + (differs(ctx) & ANSWER_MASK);
    }
    return proof;
}

twin_err_t twin_proof_error(twin_proof_t proof)
{
    proof = twin_proof_copy(proof);
    if (proof == TWIN_PROVEN) {
        return TWIN_OK;
    }
    return proof - 1 < 0xff ? (twin_err_t)proof : TWIN_E_VERIFY;
}
