/*
 * twin/grp_fs.h - file group (8): commands and messages, and what a device sets for it.
 * Spec: docs/spec-smp.md section 3.6. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

enum { TWIN_GRP_FS = 8 };

/* Group codes of v2 errors: name, value, generic code for v1, text for people. */
#define TWIN_FS_RC_LIST(X)                                                                         \
    X(UNKNOWN, 1, UNKNOWN, "unknown error")                                                        \
    X(INVALID_NAME, 2, INVALID, "the file name is invalid")                                        \
    X(NOT_FOUND, 3, NO_ENTRY, "no such file")                                                      \
    X(IS_DIRECTORY, 4, UNKNOWN, "this is a directory")                                             \
    X(OPEN_FAILED, 5, UNKNOWN, "the file could not be opened")                                     \
    X(SEEK_FAILED, 6, UNKNOWN, "the place in the file could not be reached")                       \
    X(READ_FAILED, 7, UNKNOWN, "the file could not be read")                                       \
    X(TRUNCATE_FAILED, 8, UNKNOWN, "the file could not be cut")                                    \
    X(DELETE_FAILED, 9, UNKNOWN, "the file could not be deleted")                                  \
    X(WRITE_FAILED, 10, UNKNOWN, "the file could not be written")                                  \
    X(OFFSET_NOT_VALID, 11, UNKNOWN, "the offset does not follow the data before")                 \
    X(OFFSET_TOO_LARGE, 12, UNKNOWN, "the offset is beyond the end of the file")                   \
    X(HASH_NOT_FOUND, 13, INVALID, "this kind of hash is not built in")                            \
    X(NO_MOUNT, 14, NO_ENTRY, "no file system is mounted there")                                   \
    X(READ_ONLY, 15, UNKNOWN, "the file system is read-only")                                      \
    X(EMPTY, 16, UNKNOWN, "the file is empty")                                                     \
    X(CLOSE_FAILED, 17, UNKNOWN, "the file could not be closed")

enum twin_fs_rc {
    TWIN_FS_OK = 0,
#define X(name, value, v1, text) TWIN_FS_RC_##name = value,
    TWIN_FS_RC_LIST(X)
#undef X
};

/* The generic code (enum twin_smp_rc) that stands for each towards a v1 client. */
enum {
#define X(name, value, v1, text) TWIN_FS_V1_##name = TWIN_RC_##v1,
    TWIN_FS_RC_LIST(X)
#undef X
};

/* A part of a file, from the device. */
struct twin_fs_download_req {
    uint32_t present;
    uint32_t off;
    struct twin_span name;
};
struct twin_fs_download_rsp {
    uint32_t present;
    uint64_t off;
    struct twin_span data; /* empty at the end of the file */
    uint64_t len;          /* of the file; only when off is 0 */
};
enum { TWIN_FS_DOWNLOAD_RSP_LEN = 1 << 2 };

/* A part of a file, to the device. */
struct twin_fs_upload_req {
    uint32_t present;
    uint32_t off;
    uint32_t len; /* of the file; has to be there when off is 0 */
    struct twin_span name, data;
};
enum { TWIN_FS_UPLOAD_REQ_LEN = 1 << 1 };
struct twin_fs_upload_rsp {
    uint32_t present;
    uint64_t off; /* of the part to be sent next */
};

struct twin_fs_status_req {
    uint32_t present;
    struct twin_span name;
};
struct twin_fs_status_rsp {
    uint32_t present;
    uint64_t len;
};

/* A hash or checksum of a file, or of a part of it. */
struct twin_fs_hash_req {
    uint32_t present;
    struct twin_span name, type;
    uint32_t off, len;
};
enum {
    TWIN_FS_HASH_REQ_TYPE = 1 << 1,
    TWIN_FS_HASH_REQ_OFF = 1 << 2,
    TWIN_FS_HASH_REQ_LEN = 1 << 3
};
struct twin_fs_hash_rsp {
    uint32_t present;
    struct twin_span type;
    uint64_t off, len;       /* what it is of; off only if it is not 0 */
    struct twin_span output; /* RAW: a number or bytes, as the type has it */
};
enum { TWIN_FS_HASH_RSP_OFF = 1 << 1 };

/* What can be computed. */
struct twin_fs_type {
    uint32_t present;
    uint32_t format; /* 0: a number; 1: bytes */
    uint32_t size;   /* bytes of it */
};
struct twin_fs_types_rsp {
    uint32_t present;
    struct twin_span types; /* twin_msg_items() over twin_fs_type_msg; the keys are the names */
};

extern const struct twin_msg twin_fs_type_msg;

/* Request and answer: the structs twin_fs_NAME_req and twin_fs_NAME_rsp; twin_empty where there is
 * none. */
extern const struct twin_cmd twin_fs_download_cmd, twin_fs_upload_cmd, twin_fs_status_cmd,
    twin_fs_hash_cmd, twin_fs_types_cmd, twin_fs_close_cmd;

/* ---- On a device (lib/server/groups/srv_fs.c) ---- */

#define TWIN_SRV_FS_NAME_MAX 64 /* bytes of a name, its end included */

/*
 * Where the files are. One file is open at a time. Names begin with '/', are text without control
 * characters, and have no empty part and none that is "." or "..": the group has looked at them.
 * Each returns TWIN_FS_OK, or what the client is told.
 */
struct twin_srv_fs_config {
    /* Bytes of a file, also of one that is open and being written. */
    enum twin_fs_rc (*size)(void *ctx, const char *name, uint32_t *len);
    /* Open a file: to read it, or to write, and then it is made if it is not there. */
    enum twin_fs_rc (*open)(void *ctx, const char *name, bool to_write);
    /* Of the open file: exactly len bytes from off; the group asks for none beyond the end. */
    enum twin_fs_rc (*read)(void *ctx, uint32_t off, void *buf, size_t len);
    /* Into the open file, at off: its end; or 0, and then whatever it held is dropped first. NULL:
     * files are read only. */
    enum twin_fs_rc (*write)(void *ctx, uint32_t off, const void *data, size_t len);
    /* What was written has to outlive a loss of power from here on. */
    enum twin_fs_rc (*close)(void *ctx);
    void *ctx; /* given back to all of them */
};

/* Its memory between requests. Zero it at the start; the group does the rest. */
struct twin_srv_fs_state {
    char name[TWIN_SRV_FS_NAME_MAX]; /* of the open file; "": none is */
    bool is_written;
    uint32_t end; /* length that an upload has announced */
};

/*
 * Close the file that a client has left open, if there is one: for an application that has not
 * heard of a client for some seconds, or is about to unmount. What the client sends next opens it
 * again.
 */
void twin_srv_fs_rest(const struct twin_srv_fs_config *config, struct twin_srv_fs_state *state);

/*
 * The group in the table of a server (twin/server.h); both must live as long as the server.
 * twin_srv_init() returns TWIN_E_ARG without size, open, read or close. The first part of each
 * upload asks the application (twin_srv_config.ask); details: the file's name, a const char *.
 */
#define TWIN_SRV_FS(config_, state_)                                                               \
    {                                                                                              \
        &twin_srv_fs, 1 ? (config_) : (const struct twin_srv_fs_config *)0,                        \
            1 ? (state_) : (struct twin_srv_fs_state *)0                                           \
    }
extern const struct twin_srv_group twin_srv_fs;

TWIN_C_END
