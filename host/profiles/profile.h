/*
 * profiles/profile.h - saved connections: ~/.mcumgr.cp.json, the same file as the Go tool's.
 *
 *     struct twin_profiles profiles;
 *     struct twin_profile profile;
 *     if (twin_profiles_load(&profiles, &error) == TWIN_ERROR_NONE &&
 *         twin_profiles_find(&profiles, "acm0", &profile)) { ...profile.connstring... }
 *     twin_profiles_free(&profiles);
 *
 * What others have written beside the three texts of a profile stays in the file.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/error.h"
#include <jansson.h>
#include <stdbool.h>

/* One connection; "" for what the file does not have. The texts belong to the profiles. */
struct twin_profile {
    const char *name, *type, *connstring;
};

struct twin_profiles {
    char path[4096]; /* of the file */
    json_t *list;    /* as it is in the file: an array of objects, sorted by name */
};

/*
 * Read the file of the user ($HOME); none is an empty list. TWIN_ERROR_USAGE when it cannot be
 * read. twin_profiles_free() in any case.
 */
enum twin_error_code twin_profiles_load(struct twin_profiles *profiles, struct twin_error *error);
void twin_profiles_free(struct twin_profiles *profiles);

/* Write it back, whole or not at all. TWIN_ERROR_USAGE. */
enum twin_error_code twin_profiles_save(const struct twin_profiles *profiles,
                                        struct twin_error *error);

/* The profile at an index. False behind the last one. */
bool twin_profiles_get(const struct twin_profiles *profiles, size_t index,
                       struct twin_profile *profile);

/* The profile of a name. False if there is none. */
bool twin_profiles_find(const struct twin_profiles *profiles, const char *name,
                        struct twin_profile *profile);

/* Add one, in place of another of its name; its texts are copied. TWIN_ERROR_USAGE if
 * one is not UTF-8, TWIN_ERROR_REFUSED without memory: the list is then without it. */
enum twin_error_code twin_profiles_set(struct twin_profiles *profiles,
                                       const struct twin_profile *profile,
                                       struct twin_error *error);

/* Take one out. False if there is none of that name. */
bool twin_profiles_remove(struct twin_profiles *profiles, const char *name);

/* Is it one of the connection types of the Go tool? Their profiles are kept and shown, also those
 * that nothing here can open. */
bool twin_profile_type_is_known(const char *type);
