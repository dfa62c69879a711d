/*
 * cmd_conn.c - the verbs `conn add`, `conn show` and `conn delete`.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "mcumgr.h"
#include "profiles/profile.h"
#include <stdio.h>
#include <string.h>

struct settings {
    const char *type, *connstring;
};

/* "type=serial": the text behind the '=' if the word begins so, else NULL. */
static const char *value_of(const char *word, const char *key)
{
    const size_t len = strlen(key);

    return strncmp(word, key, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

static int parse_settings(const struct cli_call *call, struct settings *settings)
{
    *settings = (struct settings){.connstring = ""};
    for (int i = 1; i < call->argc; i++) {
        const char *type = value_of(call->args[i], "type");
        const char *connstring = value_of(call->args[i], "connstring");
        if (type == NULL && connstring == NULL) {
            return cli_usage_error(call, "'%s' is neither type=TYPE nor connstring=TEXT",
                                   call->args[i]);
        }
        settings->type = type != NULL ? type : settings->type;
        settings->connstring = connstring != NULL ? connstring : settings->connstring;
    }
    if (settings->type == NULL) {
        return cli_usage_error(call, "Must specify a connection type: type=serial or type=udp");
    }
    if (!profile_type_is_known(settings->type)) {
        return cli_usage_error(call, "Invalid connection type: %s (serial or udp)", settings->type);
    }
    if (twin_transport_find(settings->type) == NULL) {
        cli_warn("connections of type %s are not built into this program; the profile is kept for "
                 "those that have them",
                 settings->type);
    }
    return CLI_DONE;
}

/* Put a profile where the order by name wants it. */
static void insert(json_t *profiles, const char *name, const struct settings *settings)
{
    size_t at = profile_index(profiles, name);

    json_array_remove(profiles, at);
    for (at = 0; at < json_array_size(profiles); at++) {
        if (strcmp(profile_text(json_array_get(profiles, at), PROFILE_NAME), name) > 0) {
            break;
        }
    }
    json_array_insert_new(profiles, at,
                          json_pack("{s:s, s:s, s:s}", PROFILE_NAME, name, PROFILE_TYPE,
                                    settings->type, PROFILE_STRING, settings->connstring));
}

static int add_run(const struct cli_call *call)
{
    const struct mcumgr_common *common = call->common;
    struct settings settings;

    const int code = parse_settings(call, &settings);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *profiles = profiles_load();
    if (profiles == NULL) {
        return CLI_USAGE;
    }
    insert(profiles, call->args[0], &settings);
    const bool is_saved = profiles_save(profiles);
    json_decref(profiles);
    if (is_saved && common->json) {
        cli_json_print(json_pack("{s:s}", "added", call->args[0]));
    } else if (is_saved) {
        printf("Connection profile %s successfully added\n", call->args[0]);
    }
    return is_saved ? CLI_DONE : CLI_USAGE;
}

static void show_text(const json_t *profiles, const char *only)
{
    unsigned shown = 0;

    for (size_t i = 0; i < json_array_size(profiles); i++) {
        const json_t *profile = json_array_get(profiles, i);
        const char *name = profile_text(profile, PROFILE_NAME);
        if (only != NULL && strcmp(only, name) != 0) {
            continue;
        }
        if (shown++ == 0) {
            puts("Connection profiles: ");
        }
        printf("  %s: type=%s, connstring='%s'\n", name, profile_text(profile, PROFILE_TYPE),
               profile_text(profile, PROFILE_STRING));
    }
    if (shown == 0 && only != NULL) {
        printf("No connection profiles found matching %s\n", only);
    } else if (shown == 0) {
        puts("No connection profiles found!");
    }
}

static int show_run(const struct cli_call *call)
{
    const struct mcumgr_common *common = call->common;
    json_t *profiles = profiles_load();

    if (profiles == NULL) {
        return CLI_USAGE;
    }
    if (!common->json) {
        show_text(profiles, call->argc > 0 ? call->args[0] : NULL);
    } else if (call->argc > 0) {
        const size_t index = profile_index(profiles, call->args[0]);
        json_t *one = json_array();
        json_array_append(one, json_array_get(profiles, index)); /* nothing, if there is none */
        cli_json_print(one);
    } else {
        cli_json_print(json_incref(profiles));
    }
    json_decref(profiles);
    return CLI_DONE;
}

static int delete_run(const struct cli_call *call)
{
    const struct mcumgr_common *common = call->common;
    json_t *profiles = profiles_load();

    if (profiles == NULL) {
        return CLI_USAGE;
    }
    const bool is_there = json_array_remove(profiles, profile_index(profiles, call->args[0])) == 0;
    const bool is_saved = is_there && profiles_save(profiles);
    json_decref(profiles);
    if (!is_there) {
        return cli_fail(CLI_USAGE, "connection profile \"%s\" doesn't exist", call->args[0]);
    }
    if (is_saved && common->json) {
        cli_json_print(json_pack("{s:s}", "deleted", call->args[0]));
    } else if (is_saved) {
        printf("Connection profile %s successfully deleted.\n", call->args[0]);
    }
    return is_saved ? CLI_DONE : CLI_USAGE;
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
