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
    CHECK(twin_proof_compare(a, a) != TWIN_PROVEN); /* a pointer that was not set */
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

/* What it says, in turn. */
struct says {
    uint32_t answers[2];
    unsigned asked;
};

static uint32_t say(const void *ctx)
{
    struct says *says = *(struct says *const *)ctx;

    return says->answers[says->asked++ % 2];
}

/* One answer that a fault has made does not stand against the other, whatever it is. */
static void test_answers(void)
{
    static const uint32_t no[] = {1, 2, 0x7f, 0x80, 0xff, UINT32_MAX, UINT32_MAX - 1};
    static const uint32_t any[] = {0, 1, 0x80, 0xff, UINT32_MAX, UINT32_MAX - 1, 0xffffff01u};
    struct says says = {{0, 0}, 0};
    struct says *ctx = &says;

    CHECK_EQ(twin_proof_ask(say, &ctx), TWIN_PROVEN);
    CHECK_EQ(says.asked, 2);
    for (unsigned i = 0; i < TWIN_COUNT(no); i++) {
        for (unsigned j = 0; j < TWIN_COUNT(any); j++) {
            says = (struct says){{no[i], any[j]}, 0};
            CHECK(twin_proof_ask(say, &ctx) != TWIN_PROVEN);
            says = (struct says){{any[j], no[i]}, 0};
            CHECK(twin_proof_ask(say, &ctx) != TWIN_PROVEN);
        }
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
    test_answers();
    test_errors();
    return check_report();
}
