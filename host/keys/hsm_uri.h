/*
 * hsm_uri.h - PKCS#11 URIs (RFC 7512): pkcs11:token=release;object=fw?module-path=/usr/lib/m.so
 *
 * No PKCS#11 in here, only text. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TWIN_HSM_TEXT_MAX 256

/* Attributes that were given; empty text and length 0 stand for any. */
struct twin_hsm_uri {
    char token[TWIN_HSM_TEXT_MAX], serial[TWIN_HSM_TEXT_MAX], manufacturer[TWIN_HSM_TEXT_MAX],
        model[TWIN_HSM_TEXT_MAX];
    char object[TWIN_HSM_TEXT_MAX], type[TWIN_HSM_TEXT_MAX], slot_id[TWIN_HSM_TEXT_MAX];
    char pin_source[TWIN_HSM_TEXT_MAX], module_path[TWIN_HSM_TEXT_MAX],
        module_name[TWIN_HSM_TEXT_MAX];
    uint8_t id[TWIN_HSM_TEXT_MAX];
    size_t id_len; /* bytes in id, which may hold any */
};

/*
 * Take a URI apart.
 *
 * fault  out: what is wrong with it, for people; NULL if nothing is.
 *
 * Returns false for a fault. A PIN in the URI is one: the command line is no place for it.
 */
bool twin_hsm_uri_parse(const char *text, struct twin_hsm_uri *uri, const char **fault);
