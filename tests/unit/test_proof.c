/*
 * test_proof.c - what is a proof, and what is none. What faults do to it in compiled code:
 * tests/faults. SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/proof.h"
#include <string.h>

static void fill(uint8_t bytes[TWIN_PROOF_LEN], unsigned seed)
{
    for (unsigned i = 0; i < TWIN_PROOF_LEN; i++) {
        bytes[i] = (uint8_t)(i * 29 + seed);
    }
}

/* Each single bit, and whole bytes, which must not make up for a step that is missing. */
static void test_differences(void)
{
    uint8_t a[TWIN_PROOF_LEN], b[TWIN_PROOF_LEN];

    fill(a, 1);
    fill(b, 1);
    CHECK_EQ(twin_proof_compare(a, b), TWIN_PROVEN);
    CHECK_EQ(twin_proof_compare(a, a), TWIN_PROVEN);
    for (unsigned bit = 0; bit < 8 * TWIN_PROOF_LEN; bit++) {
        b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK(twin_proof_compare(a, b) != TWIN_PROVEN);
        CHECK(twin_proof_compare(b, a) != TWIN_PROVEN);
        b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (unsigned i = 0; i < TWIN_PROOF_LEN; i++) {
        b[i] = (uint8_t)~b[i];
        CHECK(twin_proof_compare(a, b) != TWIN_PROVEN);
    }
    for (unsigned seed = 0; seed < 256; seed++) {
        fill(b, seed);
        CHECK_EQ(twin_proof_compare(a, b) == TWIN_PROVEN, seed == 1);
    }
}

static void test_errors(void)
{
    CHECK_EQ(twin_proof_error(TWIN_PROVEN), TWIN_OK);
    for (uint32_t err = TWIN_E_ARG; err <= TWIN_E_DEPENDS; err++) {
        CHECK_EQ(twin_proof_error(err), err);
    }
    CHECK_EQ(twin_proof_error(TWIN_OK), TWIN_E_VERIFY); /* nothing that a cleared register says */
    CHECK_EQ(twin_proof_error(UINT32_MAX), TWIN_E_VERIFY);
    CHECK_EQ(twin_proof_error(0x100), TWIN_E_VERIFY);
    for (unsigned bit = 0; bit < 32; bit++) {
        CHECK(twin_proof_error(TWIN_PROVEN ^ 1u << bit) != TWIN_OK);
    }
}

int main(void)
{
    test_differences();
    test_errors();
    return check_report();
}
