/*
 * profile.h - saved connections: ~/.mcumgr.cp.json, the same file as the Go tool's.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <jansson.h>
#include <stdbool.h>

/* Keys of one profile. */
#define PROFILE_NAME   "MyName"
#define PROFILE_TYPE   "MyType"
#define PROFILE_STRING "MyConnString"

/*
 * Read all profiles: an array of objects, sorted by name; empty when there is no file.
 * Returns NULL after a message when the file cannot be read.
 */
json_t *profiles_load(void);

/* Write them back. Returns false after a message. */
bool profiles_save(const json_t *profiles);

/* Index of the profile of this name; json_array_size() if there is none. */
size_t profile_index(const json_t *profiles, const char *name);

/* Is it one of the connection types of the Go tool? Their profiles are kept and shown, also those
 * that this program cannot use. */
bool profile_type_is_known(const char *type);

/* One of a profile's texts; "" if it is missing. */
const char *profile_text(const json_t *profile, const char *key);
