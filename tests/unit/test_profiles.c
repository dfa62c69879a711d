/*
 * test_profiles.c - the file of saved connections: order, what others keep in it, what it refuses.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "base/file.h"
#include "check.h"
#include "profiles/profile.h"
#include <unistd.h>

static char home[] = "/tmp/test_profiles.XXXXXX";
static struct twin_profiles profiles;
static struct twin_profile profile;
static struct twin_error error;

static void load(void)
{
    CHECK_EQ(twin_profiles_load(&profiles, &error), TWIN_ERROR_NONE);
}

static void write_file(const char *text)
{
    CHECK_EQ(twin_file_write(profiles.path, text, strlen(text), TWIN_FILE_REPLACE), 0);
}

static enum twin_error_code set(const char *name, const char *type, const char *connstring)
{
    return twin_profiles_set(&profiles, &(struct twin_profile){name, type, connstring}, &error);
}

static void test_add_change_remove(void)
{
    load(); /* there is no file */
    CHECK(!twin_profiles_get(&profiles, 0, &profile));
    CHECK_EQ(set("m", "serial", "dev=1"), TWIN_ERROR_NONE);
    CHECK_EQ(set("z", "udp", "host"), TWIN_ERROR_NONE);
    CHECK_EQ(set("a", "udp", ""), TWIN_ERROR_NONE);
    CHECK_EQ(set("m", "serial", "dev=2"), TWIN_ERROR_NONE);
    CHECK_EQ(twin_profiles_save(&profiles, &error), TWIN_ERROR_NONE);
    twin_profiles_free(&profiles);

    load();
    const char *const names[] = {"a", "m", "z"};
    for (size_t i = 0; i < 3; i++) {
        CHECK(twin_profiles_get(&profiles, i, &profile) && strcmp(profile.name, names[i]) == 0);
    }
    CHECK(!twin_profiles_get(&profiles, 3, &profile));
    CHECK(twin_profiles_find(&profiles, "m", &profile) && strcmp(profile.connstring, "dev=2") == 0);
    CHECK(strcmp(profile.type, "serial") == 0);
    CHECK(twin_profiles_remove(&profiles, "m") && !twin_profiles_remove(&profiles, "m"));
    CHECK(!twin_profiles_find(&profiles, "m", &profile));
    twin_profiles_free(&profiles);
}

static void test_what_others_keep_stays(void)
{
    write_file("[{\"MyName\": \"b\", \"MyType\": 3, \"Extra\": {\"x\": 1}}]");
    load();
    CHECK(twin_profiles_find(&profiles, "b", &profile) && profile.type[0] == '\0');
    CHECK_EQ(set("c", "udp", "x"), TWIN_ERROR_NONE);
    CHECK_EQ(twin_profiles_save(&profiles, &error), TWIN_ERROR_NONE);
    twin_profiles_free(&profiles);
    load();
    const json_t *extra = json_object_get(json_array_get(profiles.list, 0), "Extra");
    CHECK_EQ(json_integer_value(json_object_get(extra, "x")), 1);
    twin_profiles_free(&profiles);
}

static void test_refused(void)
{
    const char *const bad[] = {"", "{}", "[", "[]x"};

    load();
    CHECK_EQ(set("n", "udp", "\xff"), TWIN_ERROR_USAGE);
    CHECK(!twin_profiles_find(&profiles, "n", &profile));
    twin_profiles_free(&profiles);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        write_file(bad[i]);
        CHECK_EQ(twin_profiles_load(&profiles, &error), TWIN_ERROR_USAGE);
        CHECK(strstr(error.why, profiles.path) != NULL);
        twin_profiles_free(&profiles);
    }
    CHECK(unlink(profiles.path) == 0);
    CHECK(unsetenv("HOME") == 0);
    CHECK_EQ(twin_profiles_load(&profiles, &error), TWIN_ERROR_USAGE);
    twin_profiles_free(&profiles);
}

int main(void)
{
    CHECK(mkdtemp(home) != NULL && setenv("HOME", home, 1) == 0);
    test_add_change_remove();
    test_what_others_keep_stays();
    test_refused();
    CHECK(rmdir(home) == 0);
    return check_report();
}
