/*
 * hsm_uri.c - PKCS#11 URIs (RFC 7512). SPDX-License-Identifier: Apache-2.0
 */
#include "keys/hsm_uri.h"
#include "base/hex.h"
#include <string.h>

#define SCHEME     "pkcs11:"
#define SCHEME_LEN (sizeof(SCHEME) - 1)

static const struct {
    const char *name;
    bool query; /* stands behind the ? */
    size_t offset;
} attributes[] = {
    {"token", false, offsetof(struct twin_hsm_uri, token)},
    {"serial", false, offsetof(struct twin_hsm_uri, serial)},
    {"manufacturer", false, offsetof(struct twin_hsm_uri, manufacturer)},
    {"model", false, offsetof(struct twin_hsm_uri, model)},
    {"object", false, offsetof(struct twin_hsm_uri, object)},
    {"type", false, offsetof(struct twin_hsm_uri, type)},
    {"slot-id", false, offsetof(struct twin_hsm_uri, slot_id)},
    {"id", false, offsetof(struct twin_hsm_uri, id)},
    {"pin-source", true, offsetof(struct twin_hsm_uri, pin_source)},
    {"module-path", true, offsetof(struct twin_hsm_uri, module_path)},
    {"module-name", true, offsetof(struct twin_hsm_uri, module_name)},
};

/* Undo %xx. out has TWIN_HSM_TEXT_MAX bytes; the text is terminated besides. */
static bool unescape(const char *text, size_t len, char *out, size_t *out_len)
{
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        if (used + 1 >= TWIN_HSM_TEXT_MAX) {
            return false;
        }
        if (text[i] != '%') {
            out[used++] = text[i];
            continue;
        }
        if (len - i < 3 || !twin_hex_bytes(text + i + 1, 2, (uint8_t *)out + used)) {
            return false;
        }
        used++;
        i += 2;
    }
    out[used] = '\0';
    *out_len = used;
    return true;
}

static const char *take_attribute(const char *text, size_t len, bool query,
                                  struct twin_hsm_uri *uri)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - text) : 0, value_len;

    if (name_len == 0) {
        return "an attribute without a value";
    }
    if (query && name_len == 9 && memcmp(text, "pin-value", 9) == 0) {
        return "a PIN must not stand on the command line, where others can read it; use "
               "pin-source, --pin-fd or the environment";
    }
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        const char *name = attributes[i].name;
        if (attributes[i].query != query || strlen(name) != name_len ||
            memcmp(name, text, name_len) != 0) {
            continue;
        }
        char *member = (char *)uri + attributes[i].offset;
        if (*member != '\0') {
            return "an attribute that is given twice";
        }
        if (!unescape(equals + 1, len - name_len - 1, member, &value_len)) {
            return "a bad %-escape, or a value that is too long";
        }
        if (member == (char *)uri->id) {
            uri->id_len = value_len;
        } else if (strlen(member) != value_len) {
            return "a zero byte in a text";
        }
        return NULL;
    }
    return "an attribute that is not known here";
}

/* The attributes of one part; they end with ; or, in the query, with &. */
static const char *take_part(const char *text, size_t len, bool query, struct twin_hsm_uri *uri)
{
    const char *fault = NULL;
    char separator = query ? '&' : ';';

    while (len > 0 && fault == NULL) {
        const char *end = memchr(text, separator, len);
        size_t one = end != NULL ? (size_t)(end - text) : len;
        if (one > 0) {
            fault = take_attribute(text, one, query, uri);
        }
        one += end != NULL;
        text += one;
        len -= one;
    }
    return fault;
}

bool twin_hsm_uri_parse(const char *text, struct twin_hsm_uri *uri, const char **fault)
{
    memset(uri, 0, sizeof(*uri));
    if (strncmp(text, SCHEME, SCHEME_LEN) != 0) {
        *fault = "no pkcs11: at its beginning";
        return false;
    }
    text += SCHEME_LEN;
    size_t path_len = strcspn(text, "?");
    *fault = take_part(text, path_len, false, uri);
    if (*fault == NULL && text[path_len] == '?') {
        const char *query = text + path_len + 1;
        *fault = take_part(query, strlen(query), true, uri);
    }
    return *fault == NULL;
}
