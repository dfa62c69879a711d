/*
 * profile.c - the file of saved connections. SPDX-License-Identifier: Apache-2.0
 */
#include "profiles/profile.h"
#include "base/file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME ".mcumgr.cp.json"
#define FILE_MAX  (1024 * 1024)

/* Keys of one profile. */
#define KEY_NAME       "MyName"
#define KEY_TYPE       "MyType"
#define KEY_CONNSTRING "MyConnString"

/* ---- The file ---- */

static enum twin_error_code find_path(struct twin_profiles *profiles, struct twin_error *error)
{
    const char *home = getenv("HOME");
    const size_t cap = sizeof(profiles->path);

    if (home == NULL || (size_t)snprintf(profiles->path, cap, "%s/" FILE_NAME, home) >= cap) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "no place for connection profiles: HOME is not set or too long");
    }
    return TWIN_ERROR_NONE;
}

static enum twin_error_code parse(struct twin_profiles *profiles, struct twin_span text,
                                  struct twin_error *error)
{
    json_error_t at = {.line = 1, .text = "not a list"};

    profiles->list = json_loadb(text.len > 0 ? (const char *)text.ptr : "", text.len, 0, &at);
    if (json_is_array(profiles->list)) {
        return TWIN_ERROR_NONE;
    }
    const bool is_json = profiles->list != NULL;
    return twin_error_set(error, TWIN_ERROR_USAGE,
                          "cannot read the connection profiles in %s: %s (line %d). Correct the "
                          "file, or move it away",
                          profiles->path, is_json ? "not a list" : at.text, is_json ? 1 : at.line);
}

enum twin_error_code twin_profiles_load(struct twin_profiles *profiles, struct twin_error *error)
{
    struct twin_buf text = {0};

    profiles->list = NULL;
    if (find_path(profiles, error) != TWIN_ERROR_NONE) {
        return error->code;
    }
    enum twin_error_code code = TWIN_ERROR_NONE;
    const int why = twin_file_read(profiles->path, FILE_MAX, &text);
    if (why == 0) {
        code = parse(profiles, twin_buf_span(&text), error);
    } else if (why == ENOENT) {
        profiles->list = json_array();
    } else {
        code =
            twin_error_set(error, TWIN_ERROR_USAGE, "cannot read the connection profiles in %s: %s",
                           profiles->path, strerror(why));
    }
    twin_buf_free(&text);
    return code;
}

void twin_profiles_free(struct twin_profiles *profiles)
{
    json_decref(profiles->list);
    profiles->list = NULL;
}

enum twin_error_code twin_profiles_save(const struct twin_profiles *profiles,
                                        struct twin_error *error)
{
    char *text = json_dumps(profiles->list, JSON_INDENT(4));
    const int why = text == NULL
                        ? ENOMEM
                        : twin_file_write(profiles->path, text, strlen(text), TWIN_FILE_REPLACE);

    free(text);
    return why == 0 ? TWIN_ERROR_NONE
                    : twin_error_set(error, TWIN_ERROR_USAGE,
                                     "cannot write the connection profiles to %s: %s",
                                     profiles->path, strerror(why));
}

/* ---- The list ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

bool twin_profiles_get(const struct twin_profiles *profiles, size_t index,
                       struct twin_profile *profile)
{
    const json_t *object = json_array_get(profiles->list, index);

    *profile = (struct twin_profile){.name = text_of(object, KEY_NAME),
                                     .type = text_of(object, KEY_TYPE),
                                     .connstring = text_of(object, KEY_CONNSTRING)};
    return object != NULL;
}

/* Index of the first of this name; the number of them all if there is none. */
static size_t index_of(const struct twin_profiles *profiles, const char *name)
{
    struct twin_profile profile;
    size_t index = 0;

    while (twin_profiles_get(profiles, index, &profile) && strcmp(profile.name, name) != 0) {
        index++;
    }
    return index;
}

bool twin_profiles_find(const struct twin_profiles *profiles, const char *name,
                        struct twin_profile *profile)
{
    return twin_profiles_get(profiles, index_of(profiles, name), profile);
}

bool twin_profiles_remove(struct twin_profiles *profiles, const char *name)
{
    return json_array_remove(profiles->list, index_of(profiles, name)) == 0;
}

enum twin_error_code twin_profiles_set(struct twin_profiles *profiles,
                                       const struct twin_profile *profile, struct twin_error *error)
{
    struct twin_profile next;
    json_error_t at;
    size_t index = 0;

    twin_profiles_remove(profiles, profile->name);
    while (twin_profiles_get(profiles, index, &next) && strcmp(next.name, profile->name) <= 0) {
        index++;
    }
    json_t *object = json_pack_ex(&at, 0, "{s:s, s:s, s:s}", KEY_NAME, profile->name, KEY_TYPE,
                                  profile->type, KEY_CONNSTRING, profile->connstring);
    if (object == NULL) {
        return twin_error_set(error, TWIN_ERROR_USAGE, "a connection profile cannot be kept: %s",
                              at.text);
    }
    return json_array_insert_new(profiles->list, index, object) == 0 ? TWIN_ERROR_NONE
                                                                     : twin_error_no_memory(error);
}

bool twin_profile_type_is_known(const char *type)
{
    static const char *const types[] = {"serial",  "oic_serial", "ble",     "oic_ble",  "bhd",
                                        "oic_bhd", "udp",        "oic_udp", "oic_mtech"};
    bool found = false;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        found = found || strcmp(types[i], type) == 0;
    }
    return found;
}
