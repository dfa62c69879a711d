/*
 * cmd_conn.c - the verbs `conn add`, `conn show` and `conn delete`.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "profiles/profile.h"
#include <stdio.h>
#include <string.h>

/* "type=serial": the text behind the '=' if the word begins so, else NULL. */
static const char *value_of(const char *word, const char *key)
{
    const size_t len = strlen(key);

    return strncmp(word, key, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

static int parse_settings(const struct cli_call *call, struct twin_profile *profile)
{
    *profile = (struct twin_profile){.name = call->args[0], .connstring = ""};
    for (int i = 1; i < call->argc; i++) {
        const char *type = value_of(call->args[i], "type");
        const char *connstring = value_of(call->args[i], "connstring");
        if (type == NULL && connstring == NULL) {
            return cli_usage_error(call, "'%s' is neither type=TYPE nor connstring=TEXT",
                                   call->args[i]);
        }
        profile->type = type != NULL ? type : profile->type;
        profile->connstring = connstring != NULL ? connstring : profile->connstring;
    }
    if (profile->type == NULL) {
        return cli_usage_error(call, "Must specify a connection type: type=serial or type=udp");
    }
    if (!twin_profile_type_is_known(profile->type)) {
        return cli_usage_error(call, "Invalid connection type: %s (serial or udp)", profile->type);
    }
    if (twin_transport_find(profile->type) == NULL) {
        cli_warn("connections of type %s are not built into this program; the profile is kept for "
                 "those that have them",
                 profile->type);
    }
    return CLI_DONE;
}

/* {"added": NAME}, or the same in words. */
static int tell(const struct cli_call *call, const char *did, const char *stop)
{
    const struct mcumgr_common *common = call->common;

    if (common->json) {
        cli_json_print(json_pack("{s:o}", did, cli_json_text(call->args[0])));
    } else {
        printf("Connection profile %s successfully %s%s\n", call->args[0], did, stop);
    }
    return CLI_DONE;
}

static int add_run(const struct cli_call *call)
{
    struct twin_profiles profiles;
    struct twin_profile profile;
    struct twin_error error;

    const int code = parse_settings(call, &profile);
    if (code != CLI_DONE) {
        return code;
    }
    const bool is_saved = twin_profiles_load(&profiles, &error) == TWIN_ERROR_NONE &&
                          twin_profiles_set(&profiles, &profile, &error) == TWIN_ERROR_NONE &&
                          twin_profiles_save(&profiles, &error) == TWIN_ERROR_NONE;
    twin_profiles_free(&profiles);
    return is_saved ? tell(call, "added", "") : cli_fail_error(&error);
}

static void show_text(const struct twin_profiles *profiles, const char *only)
{
    struct twin_profile profile;
    unsigned shown = 0;

    for (size_t i = 0; twin_profiles_get(profiles, i, &profile); i++) {
        if (only != NULL && strcmp(only, profile.name) != 0) {
            continue;
        }
        if (shown++ == 0) {
            puts("Connection profiles: ");
        }
        printf("  %s: type=%s, connstring='%s'\n", profile.name, profile.type, profile.connstring);
    }
    if (shown == 0 && only != NULL) {
        printf("No connection profiles found matching %s\n", only);
    } else if (shown == 0) {
        puts("No connection profiles found!");
    }
}

static json_t *show_json(const struct twin_profiles *profiles, const char *only)
{
    struct twin_profile profile;
    json_t *found = json_array();

    for (size_t i = 0; twin_profiles_get(profiles, i, &profile); i++) {
        if (only == NULL || strcmp(only, profile.name) == 0) {
            json_array_append(found, json_array_get(profiles->list, i));
        }
    }
    return found;
}

static int show_run(const struct cli_call *call)
{
    const struct mcumgr_common *common = call->common;
    const char *only = call->argc > 0 ? call->args[0] : NULL;
    struct twin_profiles profiles;
    struct twin_error error;

    const enum twin_error_code code = twin_profiles_load(&profiles, &error);
    if (code == TWIN_ERROR_NONE && common->json) {
        cli_json_print(show_json(&profiles, only));
    } else if (code == TWIN_ERROR_NONE) {
        show_text(&profiles, only);
    }
    twin_profiles_free(&profiles);
    return code == TWIN_ERROR_NONE ? CLI_DONE : cli_fail_error(&error);
}

static int delete_run(const struct cli_call *call)
{
    struct twin_profiles profiles;
    struct twin_error error;

    bool is_saved = twin_profiles_load(&profiles, &error) == TWIN_ERROR_NONE;
    if (is_saved && !twin_profiles_remove(&profiles, call->args[0])) {
        twin_error_set(&error, TWIN_ERROR_USAGE, "connection profile \"%s\" doesn't exist",
                       call->args[0]);
        is_saved = false;
    }
    is_saved = is_saved && twin_profiles_save(&profiles, &error) == TWIN_ERROR_NONE;
    twin_profiles_free(&profiles);
    return is_saved ? tell(call, "deleted", ".") : cli_fail_error(&error);
}

const struct cli_cmd cmd_conn_add = {
    .path = "conn add",
    .args = "NAME SETTING...",
    .help = "Save a connection under a name, for -c NAME",
    .more = "SETTING is type=serial or type=udp, and connstring=TEXT. Example: "
            "mcumgr conn add acm0 type=serial connstring=dev=/dev/ttyACM0,baud=115200. "
            "The file is ~/.mcumgr.cp.json.",
    .run = add_run,
};
const struct cli_cmd cmd_conn_show = {
    .path = "conn show", .args = "[NAME]", .help = "List the saved connections", .run = show_run};
const struct cli_cmd cmd_conn_delete = {
    .path = "conn delete", .args = "NAME", .help = "Remove a saved connection", .run = delete_run};
