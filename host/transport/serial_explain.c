/*
 * serial_explain.c - see serial_explain.h. Each hint fits what is found on this machine: who owns
 * the port, who uses it, which ports there are. SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700
#include "transport/serial_explain.h"
#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- It is not there ---- */

static void hint_at_ports(struct twin_error *error)
{
    static const char *const patterns[] = {"/dev/ttyACM*", "/dev/ttyUSB*", "/dev/serial/by-id/*",
                                           "/dev/cu.usb*"};
    glob_t found = {.gl_pathc = 0};
    char list[400] = "";

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        glob(patterns[i], i == 0 ? 0 : GLOB_APPEND, NULL, &found);
    }
    for (size_t i = 0, len = 0; i < found.gl_pathc && len < sizeof(list); i++) {
        len += (size_t)snprintf(list + len, sizeof(list) - len, " %s", found.gl_pathv[i]);
    }
    globfree(&found);
    if (list[0] != '\0') {
        twin_error_hint(error, "This machine has:%s", list);
    } else {
        twin_error_hint(error, "No USB serial port is in /dev: is the cable in and the device on?");
    }
}

static void explain_missing(const char *dev, struct twin_error *error)
{
    char target[256];
    const ssize_t len = readlink(dev, target, sizeof(target) - 1);

    if (len > 0) {
        target[len] = '\0';
        twin_error_set(error, TWIN_ERROR_LINK,
                       "there is no serial port %s: it is a link to %s, which is gone", dev,
                       target);
    } else {
        twin_error_set(error, TWIN_ERROR_LINK, "there is no serial port %s", dev);
    }
    hint_at_ports(error);
}

/* ---- It may not be opened ---- */

/* Groups that exist to give people serial ports, so that anybody may be told to join. */
static bool is_serial_group(const char *name)
{
    return name != NULL && (strcmp(name, "dialout") == 0 || strcmp(name, "uucp") == 0);
}

static bool names_user(const struct group *group)
{
    const struct passwd *user = getpwuid(geteuid());

    for (char **name = group->gr_mem; user != NULL && *name != NULL; name++) {
        if (strcmp(*name, user->pw_name) == 0) {
            return true;
        }
    }
    return false;
}

static bool session_has(gid_t wanted)
{
    gid_t groups[256];
    const int count = getgroups(256, groups);
    bool found = getegid() == wanted;

    for (int i = 0; i < count; i++) {
        found = found || groups[i] == wanted;
    }
    return found;
}

/* Nobody but root, or a group that is for something else: only whoever runs the machine can change
 * it.
 */
static void hint_at_udev(const char *dev, struct twin_error *error)
{
    const char *slash = strrchr(dev, '/');
    const char *name = slash != NULL ? slash + 1 : dev;
    const char *group =
        getgrnam("dialout") != NULL || getgrnam("uucp") == NULL ? "dialout" : "uucp";

    twin_error_hint(error,
                    "Let udev give it to a group for people: put SUBSYSTEM==\"tty\", "
                    "KERNEL==\"%.*s*\", GROUP=\"%s\", MODE=\"0660\" into "
                    "/etc/udev/rules.d/60-serial.rules, plug the device in again, and if you are "
                    "not in that group: sudo usermod -aG %s \"$USER\", then log in again",
                    (int)strcspn(name, "0123456789"), name, group, group);
}

static void hint_at_rights(const char *dev, const struct stat *port, struct twin_error *error)
{
    const struct group *group = getgrgid(port->st_gid);
    const bool for_group = (port->st_mode & 060) == 060;

    if (for_group && session_has(port->st_gid)) {
        twin_error_hint(error, "Its group may use it and this program is in that group, so "
                               "something else forbids it: a container, or a security policy");
    } else if (for_group && group != NULL && names_user(group)) {
        twin_error_hint(error, "You are in its group %s, but not yet in this session: log in again",
                        group->gr_name);
    } else if (for_group && group != NULL && is_serial_group(group->gr_name)) {
        twin_error_hint(error,
                        "Become a member of its group: sudo usermod -aG %s \"$USER\", then log in "
                        "again",
                        group->gr_name);
    } else if (strncmp(dev, "/dev/pts/", 9) == 0) {
        twin_error_hint(error, "It belongs to a program of that user: run this as the same user");
    } else {
        hint_at_udev(dev, error);
    }
}

static void explain_forbidden(const char *dev, struct twin_error *error)
{
    char real[4096];
    struct stat port;
    const char *path = realpath(dev, real) != NULL ? real : dev;

    if (stat(path, &port) != 0) {
        twin_error_set(error, TWIN_ERROR_LINK, "no permission to look for the serial port %s", dev);
        return;
    }
    const struct passwd *user = getpwuid(port.st_uid);
    const struct group *group = getgrgid(port.st_gid);
    twin_error_set(error, TWIN_ERROR_LINK,
                   "no permission for the serial port %s (%s:%s, mode %04o)", dev,
                   user != NULL ? user->pw_name : "?", group != NULL ? group->gr_name : "?",
                   (unsigned)port.st_mode & 07777u);
    hint_at_rights(path, &port, error);
}

/* ---- Somebody else has it ---- */

static void name_of(long process, char *name, size_t cap)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%ld/comm", process);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(name, (int)cap, file) == NULL) {
        snprintf(name, cap, "?");
    }
    name[strcspn(name, "\n")] = '\0';
    for (char *c = name; *c != '\0'; c++) { /* any process may call itself anything */
        *c = *c >= 0x20 && *c < 0x7f ? *c : '?';
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* Append the process of "/proc/PROCESS/fd/N" if N is that file; one process is named once. */
static size_t add_holder(const char *link, const char *file, char *list, size_t len, size_t cap)
{
    const long process = strtol(link + strlen("/proc/"), NULL, 10);
    char target[4096], name[64], number[32];
    const ssize_t target_len = readlink(link, target, sizeof(target) - 1);

    target[target_len > 0 ? target_len : 0] = '\0';
    snprintf(number, sizeof(number), "(%ld)", process);
    if (process == (long)getpid() || strcmp(target, file) != 0 || strstr(list, number) != NULL ||
        len >= cap) {
        return len;
    }
    name_of(process, name, sizeof(name));
    return len +
           (size_t)snprintf(list + len, cap - len, "%s%s %s", len > 0 ? ", " : "", name, number);
}

/* The processes that have a file open, as far as this user may know: "minicom (123), cat (124)". */
static void list_holders(const char *path, char *list, size_t cap)
{
    char file[4096];
    glob_t found = {.gl_pathc = 0};

    list[0] = '\0';
    if (realpath(path, file) == NULL || glob("/proc/[0-9]*/fd/*", 0, NULL, &found) != 0) {
        return;
    }
    for (size_t i = 0, len = 0; i < found.gl_pathc; i++) {
        len = add_holder(found.gl_pathv[i], file, list, len, cap);
    }
    globfree(&found);
}

static void explain_busy(const char *dev, struct twin_error *error)
{
    char list[300];

    twin_error_set(error, TWIN_ERROR_LINK, "the serial port %s is in use by another program", dev);
    list_holders(dev, list, sizeof(list));
    if (list[0] != '\0') {
        twin_error_hint(error, "It is open in process %s: end that first", list);
    } else {
        twin_error_hint(error, "It is another user's: 'sudo fuser -v %s' tells whose", dev);
    }
}

enum twin_error_code twin_serial_explain(const char *dev, int why, struct twin_error *error)
{
    struct stat file;

    if (stat(dev, &file) == 0 && !S_ISCHR(file.st_mode)) {
        why = ENOTTY; /* whatever else is wrong with it */
    }
    switch (why) {
    case ENOENT:
    case ENOTDIR:
        explain_missing(dev, error);
        break;
    case EACCES:
    case EPERM:
        explain_forbidden(dev, error);
        break;
    case EBUSY:
    case EWOULDBLOCK:
        explain_busy(dev, error);
        break;
    case ENOTTY:
        twin_error_set(error, TWIN_ERROR_LINK, "%s is not a serial port", dev);
        break;
    case EIO:
    case ENXIO:
    case ENODEV:
        twin_error_set(error, TWIN_ERROR_LINK, "no device answers behind the serial port %s: %s",
                       dev, strerror(why));
        hint_at_ports(error);
        break;
    default:
        twin_error_set(error, TWIN_ERROR_LINK, "the serial port %s cannot be used: %s", dev,
                       strerror(why));
        break;
    }
    return error->code;
}
