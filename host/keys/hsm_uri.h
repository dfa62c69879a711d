/*
 * hsm_uri.h - PKCS#11 URIs (RFC 7512): pkcs11:token=release;object=fw?module-path=/usr/lib/m.so
 *
 * No PKCS#11 in here, only text. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HSM_TEXT_MAX 256

/* Attributes that were given; empty text and length 0 stand for any. */
struct hsm_uri {
    char token[HSM_TEXT_MAX], serial[HSM_TEXT_MAX], manufacturer[HSM_TEXT_MAX], model[HSM_TEXT_MAX];
    char object[HSM_TEXT_MAX], type[HSM_TEXT_MAX], slot_id[HSM_TEXT_MAX];
    char pin_source[HSM_TEXT_MAX], module_path[HSM_TEXT_MAX], module_name[HSM_TEXT_MAX];
    uint8_t id[HSM_TEXT_MAX];
    size_t id_len; /* bytes in id, which may hold any */
};

/*
 * Take a URI apart.
 *
 * fault  out: what is wrong with it, for people; NULL if nothing is.
 *
 * Returns false for a fault. A PIN in the URI is one: the command line is no place for it.
 */
bool hsm_uri_parse(const char *text, struct hsm_uri *uri, const char **fault);
