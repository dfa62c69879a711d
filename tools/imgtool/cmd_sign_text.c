/*
 * cmd_sign_text.c - from the text of options to the spec. SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/hex.h"
#include "cmd_sign.h"
#include "signing/tlv.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TLV_VALUE_MAX 65535
#define SEPARATORS    ", \t\n" /* between dependencies */

/* A number without sign, prefix or leading zeros; *text is moved behind it. */
static bool take_number(const char **text, uint64_t *value)
{
    const char *at = *text;
    uint64_t got = 0;

    if (!isdigit((unsigned char)at[0]) || (at[0] == '0' && isdigit((unsigned char)at[1]))) {
        return false;
    }
    for (; isdigit((unsigned char)*at); at++) {
        got = got > UINT32_MAX ? got : got * 10 + (uint64_t)(*at - '0');
    }
    *text = at;
    *value = got;
    return true;
}

int imgtool_spec_set_version(const char *text, struct twin_version *version)
{
    static const struct {
        const char *name;
        uint32_t max;
    } numbers[] = {{"major", UINT8_MAX},
                   {"minor", UINT8_MAX},
                   {"revision", UINT16_MAX},
                   {"build", UINT32_MAX}};
    const struct twin_span span = {(const uint8_t *)text, strlen(text)};
    const char *plus = strchr(text, '+');
    size_t before_build = plus != NULL ? (size_t)(plus - text) : span.len;
    unsigned parts, dots = 0;

    for (size_t i = 0; i < before_build; i++) {
        dots += text[i] == '.';
    }
    twin_err_t err = twin_version_parse(span, version, &parts);
    /* Devices list a dot before the build, too; here it is a slip. */
    if (err == TWIN_E_FORMAT || dots > 2) {
        return cli_fail(CLI_USAGE,
                        "Invalid version number '%s', should be maj.min.rev+build with later parts "
                        "optional",
                        text);
    }
    if (err != TWIN_OK) {
        return cli_fail(CLI_REFUSED, "version %s: the %s number is above %" PRIu32, text,
                        numbers[parts - 1].name, numbers[parts - 1].max);
    }
    return CLI_DONE;
}

int imgtool_spec_set_security_counter(struct twin_sign_spec *spec, const char *text)
{
    int64_t value;

    spec->has_security_counter = true;
    if (strcmp(text, "auto") == 0 || strcmp(text, "AUTO") == 0 || strcmp(text, "Auto") == 0) {
        spec->security_counter = ((uint32_t)spec->version.major << 24) +
                                 ((uint32_t)spec->version.minor << 16) + spec->version.revision;
        return CLI_DONE;
    }
    if (!cli_parse_integer(text, &value)) {
        return cli_fail(CLI_USAGE,
                        "Invalid value for '-s' / '--security-counter': %s is not a valid integer "
                        "(decimal, 0x.., 0o.. or 0b..) nor `auto`",
                        text);
    }
    if (value < 0 || value > UINT32_MAX) {
        return cli_fail(CLI_REFUSED, "security counter %s is outside 0 to 4294967295", text);
    }
    spec->security_counter = (uint32_t)value;
    return CLI_DONE;
}

/* Characters, not bytes: those that continue a UTF-8 sequence do not count. */
static size_t character_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return count;
}

int imgtool_spec_set_sw_type(struct twin_sign_spec *spec, const char *text)
{
    if (character_count(text) > TWIN_SW_TYPE_MAX) {
        return cli_fail(CLI_USAGE,
                        "'%s' is too long (%zu characters) for sw_type. Its maximum allowed length "
                        "is 12 characters.",
                        text, character_count(text));
    }
    spec->sw_type = text;
    return CLI_DONE;
}

/* One "(1, 2.0.0)"; *text is moved behind it. */
static int take_dependency(const char **text, const char *whole,
                           struct twin_sign_dependency *dependency)
{
    char version[32];
    uint64_t image;
    const char *at = *text + 1;

    if (!take_number(&at, &image)) {
        return cli_fail(CLI_USAGE, "Image dependency format is invalid: %s", whole);
    }
    if (*at != ',') {
        return cli_fail(CLI_USAGE, "There is an image without a version in: %s", whole);
    }
    at += 1 + strspn(at + 1, " \t");
    size_t len = strspn(at, "0123456789.+");
    if (len == 0 || len >= sizeof(version) || at[len] != ')') {
        return cli_fail(CLI_USAGE, "There is an image without a version in: %s", whole);
    }
    if (image > UINT8_MAX) {
        return cli_fail(CLI_REFUSED, "dependency on image %" PRIu64 ": the number is above 255",
                        image);
    }
    memcpy(version, at, len);
    version[len] = '\0';
    *text = at + len + 1;
    dependency->image = (uint8_t)image;
    return imgtool_spec_set_version(version, &dependency->version);
}

int imgtool_spec_set_dependencies(struct twin_sign_spec *spec, const char *text)
{
    const char *at = strchr(text, '(');

    if (at == NULL) {
        return cli_fail(CLI_USAGE, "Image dependency format is invalid: %s", text);
    }
    spec->dependencies = calloc(strlen(text), sizeof(*spec->dependencies));
    if (spec->dependencies == NULL) {
        return cli_fail(CLI_REFUSED, "out of memory");
    }
    /* Whatever is no dependency must not get lost between two of them. */
    at = text + strspn(text, SEPARATORS);
    while (*at == '(') {
        int rc = take_dependency(&at, text, &spec->dependencies[spec->dependency_count++]);
        if (rc != CLI_DONE) {
            return rc;
        }
        at += strspn(at, SEPARATORS);
    }
    return *at == '\0'
               ? CLI_DONE
               : cli_fail(CLI_USAGE, "Image dependency format is invalid: '%s' in: %s", at, text);
}

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
    uint8_t digest[EVP_MAX_MD_SIZE];
    bool good;

    twin_buf_add(&input, namespace, TWIN_UUID_LEN);
    twin_buf_add(&input, name, strlen(name));
    good = EVP_Digest(input.data, input.len, digest, NULL, EVP_sha1(), NULL) == 1;
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

int imgtool_spec_set_uuids(struct twin_sign_spec *spec, const char *vid, const char *cid)
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

/* Make room for one more custom TLV after checking its tag. */
static int new_custom(struct twin_sign_spec *spec, const char *tag, struct twin_sign_tlv **custom)
{
    int64_t type;

    if (!cli_parse_integer(tag, &type)) {
        return cli_fail(CLI_REFUSED, "custom TLV: the tag '%s' is not an integer", tag);
    }
    for (size_t i = 0; i < spec->custom_count; i++) {
        if (spec->custom[i].type == type) {
            return cli_fail(CLI_USAGE, "Custom TLV 0x%" PRIx64 " already exists.", type);
        }
    }
    if (type >= 0 && type <= UINT16_MAX && twin_tlv_info((uint16_t)type) != NULL) {
        return cli_fail(CLI_USAGE, "Custom TLV 0x%" PRIx64 " conflicts with predefined TLV.", type);
    }
    if (type < TWIN_TLV_VENDOR_MIN || type > TWIN_TLV_VENDOR_MAX) {
        return cli_fail(CLI_USAGE,
                        "Invalid custom TLV type value '%s', allowed value should be between "
                        "0x00a0 and 0xfffe",
                        tag);
    }
    struct twin_sign_tlv *longer =
        realloc(spec->custom, (spec->custom_count + 1) * sizeof(*spec->custom));
    if (longer == NULL) {
        return cli_fail(CLI_REFUSED, "out of memory");
    }
    spec->custom = longer;
    *custom = &longer[spec->custom_count++];
    **custom = (struct twin_sign_tlv){.type = (uint16_t)type};
    return CLI_DONE;
}

int imgtool_spec_add_custom(struct twin_sign_spec *spec, const char *tag, const char *text)
{
    struct twin_sign_tlv *custom = NULL;
    int rc = new_custom(spec, tag, &custom);

    if (rc != CLI_DONE) {
        return rc;
    }
    if (strncmp(text, "0X", 2) == 0) {
        cli_warn("custom TLV %s: '%s' is taken as text; bytes begin with a small 0x", tag, text);
    }
    if (strncmp(text, "0x", 2) != 0) {
        twin_buf_add(&custom->value, text, strlen(text));
        return CLI_DONE;
    }
    size_t len = strlen(text + 2);
    if (len % 2 != 0) {
        return cli_fail(CLI_USAGE, "Custom TLV length is odd.");
    }
    twin_buf_fill(&custom->value, 0, len / 2);
    if (custom->value.failed) {
        return cli_fail(CLI_REFUSED, "out of memory");
    }
    if (!twin_hex_bytes(text + 2, len, custom->value.data)) {
        return cli_fail(CLI_REFUSED, "custom TLV %s: '%s' is not hexadecimal", tag, text);
    }
    return CLI_DONE;
}

int imgtool_spec_add_custom_file(struct twin_sign_spec *spec, const char *tag, const char *path)
{
    struct twin_sign_tlv *custom = NULL;
    int rc = new_custom(spec, tag, &custom);

    if (rc != CLI_DONE) {
        return rc;
    }
    int err = twin_file_read(path, TLV_VALUE_MAX, &custom->value);
    if (err != 0) {
        return cli_fail(CLI_REFUSED, "custom TLV %s: cannot read %s: %s", tag, path, strerror(err));
    }
    return CLI_DONE;
}
