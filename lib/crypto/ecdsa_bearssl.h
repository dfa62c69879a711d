/*
 * ecdsa_bearssl.h - BearSSL's ECDSA for the curves that it is used for.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "ecdsa.h"
#include <bearssl.h>

/*
 * Check a signature. curve: BR_EC_; xy: of the key, NULL if it was not such a key.
 * Returns as twin_sig_alg's verify().
 */
twin_proof_t twin_ecdsa_bearssl(int curve, size_t coord_len, const uint8_t *xy,
                                struct twin_span hash, struct twin_span sig);
