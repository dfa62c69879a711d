/*
 * keys/openssl.h - OpenSSL for a program that handles keys. SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/*
 * For programs, once, before anything of OpenSSL; no library does it. All memory that OpenSSL gives
 * back is overwritten first, also where OpenSSL itself does not, and no configuration file of the
 * machine has a say in what a signature means.
 */
void twin_openssl_harden(void);
