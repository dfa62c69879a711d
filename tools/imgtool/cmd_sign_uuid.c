/*
 * cmd_sign_uuid.c - `imgtool sign`: --vid and --cid, which are UUIDs, or names that give one.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/hex.h"
#include "cmd_sign.h"
#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

/* 32 digits, with dashes in the usual places or without any. */
static bool parse_plain_uuid(const char *text, size_t len, uint8_t out[TWIN_UUID_LEN])
{
    char digits[2 * TWIN_UUID_LEN];
    size_t count = 0;
    bool dashed = len == 36;

    if (len != 32 && !dashed) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        bool dash = dashed && (i == 8 || i == 13 || i == 18 || i == 23);
        if (dash != (text[i] == '-')) {
            return false;
        }
        if (!dash) {
            digits[count++] = text[i];
        }
    }
    return twin_hex_bytes(digits, count, out);
}

/* Also as {...} and urn:uuid:..., which the reference tool takes for names. */
static bool parse_uuid(const char *option, const char *text, uint8_t out[TWIN_UUID_LEN])
{
    static const char urn[] = "urn:uuid:";
    const char *inner = text;
    size_t len = strlen(text);

    if (strncasecmp(inner, urn, sizeof(urn) - 1) == 0) {
        inner += sizeof(urn) - 1;
        len -= sizeof(urn) - 1;
    }
    if (len >= 2 && inner[0] == '{' && inner[len - 1] == '}') {
        inner++;
        len -= 2;
    }
    if (!parse_plain_uuid(inner, len, out)) {
        return false;
    }
    if (inner != text) {
        cli_warn("--%s %s: taken as the UUID %.*s (MCUboot's tool would make another one of the "
                 "text)",
                 option, text, (int)len, inner);
    }
    return true;
}

/* As long as a UUID and made of its characters, but for a slip or two? */
static bool resembles_uuid(const char *text)
{
    size_t len = strlen(text), others = 0, dashes = 0;

    for (const char *c = text; *c != '\0'; c++) {
        dashes += *c == '-';
        others += *c != '-' && !isxdigit((unsigned char)*c);
    }
    return (len >= 30 && others <= 4) || (dashes == 4 && others <= 1);
}

/* Version 5: made from a name inside a namespace (RFC 4122 section 4.3). */
static bool name_uuid(const uint8_t namespace[TWIN_UUID_LEN], const char *name,
                      uint8_t out[TWIN_UUID_LEN])
{
    struct twin_buf input = {0};
    uint8_t digest[EVP_MAX_MD_SIZE] = {0};
    bool good;

    twin_buf_add(&input, namespace, TWIN_UUID_LEN);
    twin_buf_add(&input, name, strlen(name));
    good = !input.failed && EVP_Digest(input.data, input.len, digest, NULL, EVP_sha1(), NULL) == 1;
    twin_buf_free(&input);
    memcpy(out, digest, TWIN_UUID_LEN);
    out[6] = (uint8_t)((out[6] & 0x0f) | 0x50);
    out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
    return good;
}

static int set_uuid(const char *option, const char *text, const uint8_t *namespace,
                    uint8_t out[TWIN_UUID_LEN])
{
    if (parse_uuid(option, text, out)) {
        return CLI_DONE;
    }
    if (text[0] == '\0') {
        return cli_fail(CLI_REFUSED, "--%s is empty; give a UUID or a name", option);
    }
    if (resembles_uuid(text) || strncasecmp(text, "urn:", 4) == 0) {
        return cli_fail(CLI_REFUSED,
                        "--%s %s: nearly a UUID, which has 32 hex digits (8-4-4-4-12), and not "
                        "taken for a name",
                        option, text);
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c)) {
            return cli_fail(CLI_REFUSED, "Unknown UUID format in --%s: unprintable characters",
                            option);
        }
    }
    if (namespace == NULL) {
        return cli_fail(CLI_REFUSED,
                        "--%s %s: a name needs --vid, which it is a name in; or give a UUID",
                        option, text);
    }
    if (!name_uuid(namespace, text, out)) {
        return cli_fail(CLI_REFUSED, "OpenSSL cannot compute SHA-1, which name UUIDs need");
    }
    return CLI_DONE;
}

int imgtool_sign_set_uuids(struct twin_sign_spec *spec, const char *vid, const char *cid)
{
    static const uint8_t dns[TWIN_UUID_LEN] = {0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
                                               0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8};
    int rc = CLI_DONE;

    spec->has_vid = vid != NULL;
    spec->has_cid = cid != NULL;
    if (vid != NULL) {
        rc = set_uuid("vid", vid, dns, spec->vid);
    }
    if (cid != NULL && rc == CLI_DONE) {
        rc = set_uuid("cid", cid, vid != NULL ? spec->vid : NULL, spec->cid);
    }
    return rc;
}
