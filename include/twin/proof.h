/*
 * twin/proof.h - "yes" as a value that a glitch does not make.
 *
 * Threat: somebody with the device on his desk disturbs its supply or its clock for an instant,
 * while it decides about an image. One instruction is skipped, or one register is cleared, and a
 * "no" becomes a "yes": a zero that means success, a branch that is not taken.
 *
 * So the answer of verification is a proof: TWIN_PROVEN, which nothing computes but the bytes that
 * were compared, one after the other, or answers that were given twice (proof.c). It is passed on
 * as it is, and never made anew from a decision; the decisions on its way only end early. The board
 * that starts an image looks at the proof again, twice, and computes the address with it
 * (ports/common/processor.c). Thus all that one fault can do is spoil a proof. tests/faults tries.
 *
 * The compiler must not conclude from a comparison what a proof is, and pass on the constant
 * instead of it: code that looks at a proof looks at twin_proof_copy() of it.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/bytes.h"
#include "twin/err.h"

/* TWIN_PROVEN, or why not: a twin_err_t, never TWIN_OK. Any other value is no proof either. */
typedef uint32_t twin_proof_t;

#define TWIN_PROVEN 0x3c5a96e1u

#define TWIN_PROOF_LEN 32 /* bytes that are compared: a SHA-256 */

/*
 * Compare 32 bytes: the hash that a signature confirms and the one that is there.
 * Returns TWIN_PROVEN if they are the same, in two places; something else that means nothing if
 * not.
 */
twin_proof_t twin_proof_compare(const uint8_t a[TWIN_PROOF_LEN], const uint8_t b[TWIN_PROOF_LEN]);

/* Does a signature differ from what it should be? 0: no; else the lowest byte is not 0. */
typedef uint32_t (*twin_proof_question_fn)(const void *ctx);

/*
 * Ask code that is not ours, which knows yes and no only: twice, because one fault can turn one
 * answer, in its arithmetic or at its end. It must say the same for the same ctx.
 * Returns TWIN_PROVEN if it says 0 both times; something else that means nothing if not.
 */
twin_proof_t twin_proof_ask(twin_proof_question_fn differs, const void *ctx);

/* The same value, of which the compiler knows nothing. */
static inline twin_proof_t twin_proof_copy(twin_proof_t proof)
{
#if defined(__GNUC__)
    __asm volatile("" : "+r"(proof));
    return proof;
#else
    volatile twin_proof_t copy = proof;
    return copy;
#endif
}

/* What a proof says, for decisions that may fail: TWIN_OK if it is one, TWIN_E_VERIFY if it is
 * nothing known. */
twin_err_t twin_proof_error(twin_proof_t proof);

/* Stay here for ever, until a watchdog bites, without a proof. Looks at it twice. */
static inline void twin_proof_demand(const volatile twin_proof_t *proof)
{
    while (*proof != TWIN_PROVEN) {
    }
    while (*proof != TWIN_PROVEN) {
    }
}
