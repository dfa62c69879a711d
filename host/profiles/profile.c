/*
 * profile.c - the file of saved connections. SPDX-License-Identifier: Apache-2.0
 */
#include "profiles/profile.h"
#include "base/file.h"
#include "cli/cli.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME ".mcumgr.cp.json"
#define FILE_MAX  (1024 * 1024)

static bool file_path(char *path, size_t cap)
{
    const char *home = getenv("HOME");

    if (home == NULL || (size_t)snprintf(path, cap, "%s/" FILE_NAME, home) >= cap) {
        cli_fail(CLI_USAGE, "no place for connection profiles: HOME is not set or too long");
        return false;
    }
    return true;
}

const char *profile_text(const json_t *profile, const char *key)
{
    const char *text = json_string_value(json_object_get(profile, key));

    return text != NULL ? text : "";
}

static json_t *parse(const char *path, const struct twin_buf *bytes)
{
    json_error_t error;
    json_t *profiles = json_loadb((const char *)bytes->data, bytes->len, 0, &error);

    if (json_is_array(profiles)) {
        return profiles;
    }
    cli_fail(CLI_USAGE,
             "cannot read the connection profiles in %s: %s (line %d). Correct the file, or move "
             "it away",
             path, profiles == NULL ? error.text : "not a list", profiles == NULL ? error.line : 1);
    json_decref(profiles);
    return NULL;
}

json_t *profiles_load(void)
{
    char path[4096];
    struct twin_buf bytes = {0};
    json_t *profiles = NULL;

    if (!file_path(path, sizeof(path))) {
        return NULL;
    }
    const int why = twin_file_read(path, FILE_MAX, &bytes);
    if (why == ENOENT) {
        return json_array();
    }
    if (why != 0) {
        cli_fail(CLI_USAGE, "cannot read the connection profiles in %s: %s", path, strerror(why));
        return NULL;
    }
    profiles = parse(path, &bytes);
    twin_buf_free(&bytes);
    return profiles;
}

bool profiles_save(const json_t *profiles)
{
    char path[4096];

    if (!file_path(path, sizeof(path))) {
        return false;
    }
    char *text = json_dumps(profiles, JSON_INDENT(4));
    const int why =
        text == NULL ? ENOMEM : twin_file_write(path, text, strlen(text), TWIN_FILE_REPLACE);
    free(text);
    if (why != 0) {
        cli_fail(CLI_USAGE, "cannot write the connection profiles to %s: %s", path, strerror(why));
    }
    return why == 0;
}

bool profile_type_is_known(const char *type)
{
    static const char *const types[] = {"serial",  "oic_serial", "ble",     "oic_ble",  "bhd",
                                        "oic_bhd", "udp",        "oic_udp", "oic_mtech"};
    bool found = false;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        found = found || strcmp(types[i], type) == 0;
    }
    return found;
}

size_t profile_index(const json_t *profiles, const char *name)
{
    const size_t count = json_array_size(profiles);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(profile_text(json_array_get(profiles, i), PROFILE_NAME), name) == 0) {
            return i;
        }
    }
    return count;
}
