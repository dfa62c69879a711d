/*
 * sign_log.c - a file that remembers each signature. SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "signing/sign_log.h"
#include "base/hex.h"
#include "keys/hsm.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_LEN 65536
#define HEX_MAX      (2 * TWIN_HASH_LEN_MAX + 1)
#define TEXT_MAX     64 /* of a time or a version */

/* Wait for others that append, and leave the lock to the end of the process. */
static bool lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_SETLKW, &whole) == 0;
}

/* SHA-256 of the last line without its newline; empty for an empty file. */
static int hash_last_line(int fd, char out[HEX_MAX])
{
    uint8_t tail[LINE_MAX_LEN], digest[TWIN_HASH_LEN_MAX];
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > LINE_MAX_LEN ? size - LINE_MAX_LEN : 0;
    ssize_t len = size < 0 ? -1 : pread(fd, tail, (size_t)(size - from), from);

    out[0] = '\0';
    if (len < 0) {
        return errno;
    }
    if (len == 0) {
        return 0;
    }
    if (tail[len - 1] != '\n') {
        return EILSEQ; /* the last writer did not finish */
    }
    ssize_t start = len - 1;
    while (start > 0 && tail[start - 1] != '\n') {
        start--;
    }
    struct twin_span line = {tail + start, (size_t)(len - 1 - start)};
    struct twin_error error;
    if (twin_hash_compute(&twin_hashes[TWIN_HASH_SHA256], line, digest, &error) != 0) {
        return ENOMEM;
    }
    twin_hex_text((struct twin_span){digest, twin_hashes[TWIN_HASH_SHA256].len}, out);
    return 0;
}

/* A URI without its query, which may say where the PIN is. */
static json_t *key_name(const char *name)
{
    size_t len = twin_hsm_is_uri(name) ? strcspn(name, "?") : strlen(name);

    return json_stringn(name, len);
}

static void add_key(json_t *json, const struct twin_sign_spec *spec)
{
    char hex[HEX_MAX], serial[TWIN_HSM_SERIAL_MAX];

    twin_hex_text(twin_key_hash(spec->key, twin_sign_hash(spec)), hex);
    json_object_set_new(json, "key", key_name(spec->key->name));
    json_object_set_new(json, "key_type", json_string(spec->key->type->name));
    json_object_set_new(json, "key_hash", json_string(hex));
    if (spec->key->hsm != NULL) {
        twin_hsm_serial(spec->key->hsm, serial);
        json_object_set_new(json, "token_serial", json_string(serial));
    }
}

static char *make_line(const struct twin_sign_log_event *event, const char *previous)
{
    const struct twin_hash *hash = twin_sign_hash(event->spec);
    const struct passwd *user = getpwuid(getuid());
    char text[TEXT_MAX], digest[HEX_MAX];
    time_t now = time(NULL);
    struct tm utc;
    json_t *json = json_object();

    gmtime_r(&now, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_object_set_new(json, "time", json_string(text));
    json_object_set_new(json, "event", json_string("sign"));
    json_object_set_new(json, "user", json_string(user != NULL ? user->pw_name : ""));
    json_object_set_new(json, "uid", json_integer((json_int_t)getuid()));
    if (event->spec->key != NULL) {
        add_key(json, event->spec);
    }
    twin_version_print_full(&event->spec->version, text);
    twin_hex_text((struct twin_span){event->image->digest, hash->len}, digest);
    json_object_set_new(json, "version", json_string(text));
    json_object_set_new(json, "hash", json_string(hash->name));
    json_object_set_new(json, "digest", json_string(digest));
    json_object_set_new(json, "input", json_string(event->input));
    json_object_set_new(json, "output", json_string(event->output));
    json_object_set_new(json, "previous", json_string(previous));
    char *line = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(json);
    return line;
}

/* One write, so that no other process can come between. */
static int append_line(int fd, const char *line)
{
    struct twin_buf text = {0};
    int err = 0;

    twin_buf_add(&text, line, strlen(line));
    twin_buf_add(&text, "\n", 1);
    if (text.failed) {
        twin_buf_free(&text);
        return ENOMEM;
    }
    ssize_t done = write(fd, text.data, text.len);
    if (done != (ssize_t)text.len) {
        err = done < 0 ? errno : ENOSPC;
    } else if (fsync(fd) != 0) {
        err = errno;
    }
    twin_buf_free(&text);
    return err;
}

enum twin_error_code twin_sign_log_append(const char *path, const struct twin_sign_log_event *event,
                                          struct twin_error *error)
{
    char previous[HEX_MAX];
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    int err = fd < 0 || !lock(fd) ? errno : hash_last_line(fd, previous);

    if (err == 0) {
        char *line = make_line(event, previous);
        err = line != NULL ? append_line(fd, line) : ENOMEM;
        free(line);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (err == EILSEQ) {
        twin_error_set(error, TWIN_ERROR_REFUSED, "%s: its last line is not whole", path);
        return twin_error_hint(error, "look at it first");
    }
    return err == 0 ? TWIN_ERROR_NONE
                    : twin_error_set(error, TWIN_ERROR_REFUSED, "%s: %s", path, strerror(err));
}
