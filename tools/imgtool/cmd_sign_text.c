/*
 * cmd_sign_text.c - `imgtool sign`: from the texts of options to the spec.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/file.h"
#include "base/hex.h"
#include "cmd_sign.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS ", \t\n" /* between dependencies */

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

int imgtool_sign_parse_version(const char *text, struct twin_version *version)
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

int imgtool_sign_set_counter(struct twin_sign_spec *spec, const char *text)
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

int imgtool_sign_set_sw_type(struct twin_sign_spec *spec, const char *text)
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
    return imgtool_sign_parse_version(version, &dependency->version);
}

int imgtool_sign_set_dependencies(struct sign_run *run, const char *text)
{
    const char *at = strchr(text, '(');

    if (at == NULL) {
        return cli_fail(CLI_USAGE, "Image dependency format is invalid: %s", text);
    }
    run->dependencies = calloc(strlen(text), sizeof(*run->dependencies));
    if (run->dependencies == NULL) {
        return cli_fail(CLI_REFUSED, "out of memory");
    }
    run->spec.dependencies = run->dependencies;
    /* Whatever is no dependency must not get lost between two of them. */
    at = text + strspn(text, SEPARATORS);
    while (*at == '(') {
        int rc = take_dependency(&at, text, &run->dependencies[run->spec.dependency_count++]);
        if (rc != CLI_DONE) {
            return rc;
        }
        at += strspn(at, SEPARATORS);
    }
    return *at == '\0'
               ? CLI_DONE
               : cli_fail(CLI_USAGE, "Image dependency format is invalid: '%s' in: %s", at, text);
}

static int parse_tag(const struct twin_sign_spec *spec, const char *tag, uint16_t *type)
{
    struct twin_error error;
    int64_t value;

    if (!cli_parse_integer(tag, &value)) {
        return cli_fail(CLI_REFUSED, "custom TLV: the tag '%s' is not an integer", tag);
    }
    bool is_type = value >= 0 && value <= UINT16_MAX;
    bool is_predefined = is_type && twin_tlv_info((uint16_t)value) != NULL;
    if (!is_predefined && (value < TWIN_TLV_VENDOR_MIN || value > TWIN_TLV_VENDOR_MAX)) {
        return cli_fail(CLI_USAGE,
                        "Invalid custom TLV type value '%s', allowed value should be between "
                        "0x00a0 and 0xfffe",
                        tag);
    }
    *type = (uint16_t)value;
    return twin_sign_check_custom(spec->custom, spec->custom_count, *type, &error) ==
                   TWIN_ERROR_NONE
               ? CLI_DONE
               : cli_fail_error(&error);
}

/* Text, or bytes behind 0x. */
static int parse_value(const char *tag, const char *text, struct twin_buf *value)
{
    if (strncmp(text, "0X", 2) == 0) {
        cli_warn("custom TLV %s: '%s' is taken as text; bytes begin with a small 0x", tag, text);
    }
    if (strncmp(text, "0x", 2) != 0) {
        twin_buf_add(value, text, strlen(text));
        return CLI_DONE;
    }
    size_t len = strlen(text + 2);
    if (len % 2 != 0) {
        return cli_fail(CLI_USAGE, "Custom TLV length is odd.");
    }
    twin_buf_fill(value, 0, len / 2);
    return value->failed || twin_hex_bytes(text + 2, len, value->data)
               ? CLI_DONE
               : cli_fail(CLI_REFUSED, "custom TLV %s: '%s' is not hexadecimal", tag, text);
}

static int read_value(const char *tag, const char *path, struct twin_buf *value)
{
    int err = twin_file_read(path, UINT16_MAX, value);

    return err == 0 ? CLI_DONE
                    : cli_fail(CLI_REFUSED, "custom TLV %s: cannot read %s: %s", tag, path,
                               strerror(err));
}

/* Tags and what gives their values, in turn. */
static int add_custom(struct sign_run *run, const struct cli_list *list,
                      int (*get_value)(const char *tag, const char *from, struct twin_buf *value))
{
    int rc = CLI_DONE;

    for (size_t i = 0; i < list->count && rc == CLI_DONE; i += 2) {
        struct twin_sign_tlv *custom = &run->custom[run->spec.custom_count];
        struct twin_buf *value = &run->values[run->spec.custom_count];
        rc = parse_tag(&run->spec, list->items[i], &custom->type);
        if (rc == CLI_DONE) {
            run->spec.custom_count++;
            rc = get_value(list->items[i], list->items[i + 1], value);
            custom->value = twin_buf_span(value);
        }
        if (rc == CLI_DONE && value->failed) {
            rc = cli_fail(CLI_REFUSED, "out of memory");
        }
    }
    return rc;
}

int imgtool_sign_set_custom(struct sign_run *run, const struct cli_list *texts,
                            const struct cli_list *files)
{
    size_t most = (texts->count + files->count) / 2;

    run->custom = calloc(most + 1, sizeof(*run->custom));
    run->values = calloc(most + 1, sizeof(*run->values));
    if (run->custom == NULL || run->values == NULL) {
        return cli_fail(CLI_REFUSED, "out of memory");
    }
    run->spec.custom = run->custom;
    int rc = add_custom(run, texts, parse_value);
    return rc == CLI_DONE ? add_custom(run, files, read_value) : rc;
}

void imgtool_sign_free(struct sign_run *run)
{
    for (size_t i = 0; i < run->spec.custom_count; i++) {
        twin_buf_free(&run->values[i]);
    }
    free(run->values);
    free(run->custom);
    free(run->dependencies);
    twin_key_free(&run->key);
    twin_key_free(&run->enc_key);
    twin_buf_free(&run->fixed_sig);
    twin_buf_free_secret(&run->kek);
    twin_signed_free(&run->image);
    twin_buf_free(&run->file.bytes);
}
