/*
 * ed25519.h - what Ed25519 signatures over different hashes share.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/crypto.h"

#define ED25519_TLV     0x24
#define ED25519_SIG_LEN 64

/* Check a signature whose message is a hash. Returns as twin_sig_alg's verify(). */
twin_proof_t twin_ed25519_verify(const struct twin_pubkey *key, struct twin_span hash,
                                 struct twin_span sig);
