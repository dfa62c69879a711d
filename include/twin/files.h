/*
 * twin/files.h - bring a file to a device, or fetch one from it, through losses.
 *
 * A job (twin/client.h) for each direction: fill in a struct twin_file_config, begin, drive
 * file.job. What it does, in order:
 *
 *  1. an upload asks for the device's buffers, which give the size of a packet;
 *  2. if a part of the file is there already, on the device or here, its SHA-256 is compared: what
 *     is the same is not sent again;
 *  3. part by part, each sent again when its answer is later than others were, for as long as the
 *     client has for a request. An upload that is told that a part does not follow asks how long
 *     the file is: perhaps only an answer was lost;
 *  4. an upload asks for the length of what was stored; both compare the SHA-256 of the whole.
 *
 * Devices that cannot tell a length or a hash go without 2, and as far as they cannot without 4;
 * status.has_matched says whether they could.
 *
 * Each request has the time that the client has for one (a hash 1 s more for 64 KB), and parts that
 * bring nothing are counted: no device can keep a job for ever. Spec: docs/spec-smp.md section 3.6.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/client.h"
#include "twin/grp_fs.h"
#include "twin/grp_os.h"

TWIN_C_BEGIN

#define TWIN_FILE_SHA_LEN 32

struct twin_file_config {
    struct twin_span name; /* on the device */
    /*
     * SHA-256 of the first len bytes of the file as it is here. NULL: nothing is compared, and
     * nothing that is there already is used.
     */
    void (*digest)(void *ctx, uint32_t len, uint8_t sha[TWIN_FILE_SHA_LEN]);
    void *ctx; /* given back to all three */

    /* For an upload. */
    uint32_t len;          /* bytes of the file */
    uint32_t packet_max;   /* bytes of the largest packet that the link carries */
    uint32_t packet_guess; /* largest packet if the device cannot tell; 0: for a 384-byte buffer */
    uint32_t frame_bytes;  /* of a device buffer that the link's framing takes: console 4, else 0 */
    /* Give len bytes of the file from off: set *data to where they are. They have to stay there
     * until the next call. Any result but TWIN_OK ends the job with it. */
    twin_err_t (*read)(void *ctx, uint32_t off, size_t len, const uint8_t **data);

    /* For a download. */
    uint32_t max;  /* bytes of the largest file that is taken */
    uint32_t have; /* bytes of it that are here already; looked at only with digest */
    /* Take what belongs at off. That is always behind what came before, but for 0, with which all
     * begins anew. Any result but TWIN_OK ends the job with it. */
    twin_err_t (*write)(void *ctx, uint32_t off, struct twin_span data);
};

/* Where a job is: what it is asking the device. */
enum twin_file_stage {
    TWIN_FILE_BUFFERS,
    TWIN_FILE_LENGTH, /* how much of the file is there */
    TWIN_FILE_PREFIX, /* is that the same */
    TWIN_FILE_PARTS,
    TWIN_FILE_SETTLE, /* a part did not follow: how long the file is */
    TWIN_FILE_STORED, /* how long it is at the end */
    TWIN_FILE_HASH,   /* is all the same */
    TWIN_FILE_CLOSE,
    TWIN_FILE_END
};

/* What happened, for progress and for the report. Read only; valid at any time. */
struct twin_file_status {
    enum twin_file_stage stage;
    uint32_t done;         /* bytes that were brought over */
    uint32_t total;        /* of the file; of a download only when is_total_known */
    bool is_total_known;   /* the device has told it */
    uint32_t resumed_from; /* bytes that were there before; 0: a fresh start */
    bool has_matched;      /* the device's SHA-256 of the whole is ours */
    uint32_t parts;        /* that were answered */
};

struct twin_file {
    struct twin_job job;
    struct twin_file_status status;
    struct {
        struct twin_client *client;
        struct twin_file_config config;
        bool is_upload;
        bool is_closing; /* the file is being closed, before a question for its length */
        union {
            struct twin_fs_upload_req upload;
            struct twin_fs_download_req download;
            struct twin_fs_status_req status;
            struct twin_fs_hash_req hash;
        } req;
        union {
            struct twin_os_params_rsp params;
            struct twin_fs_upload_rsp upload;
            struct twin_fs_download_rsp download;
            struct twin_fs_status_rsp status;
            struct twin_fs_hash_rsp hash;
        } rsp;
        uint32_t packet_max;         /* as agreed */
        uint32_t hashed;             /* bytes that a hash was asked of */
        uint32_t sent_end;           /* end of the part that was sent last */
        uint32_t highest;            /* most that was ever brought over */
        unsigned standstills;        /* answers since then that brought nothing */
        uint32_t sent_ms;            /* when a packet was sent last */
        unsigned sends;              /* packets for the present part */
        uint32_t wait_ms;            /* for an answer, until the same is sent again */
        struct twin_refusal refusal; /* of the part that is being settled */
    } priv;
};

/*
 * Begin. config is copied; what it points to must live until the job is done, and so must client,
 * which serves no other job meanwhile. The file itself must stay where it is.
 *
 * The job ends with TWIN_OK: the file is there, whole. Or with TWIN_E_REFUSED (why:
 * client->refusal); TWIN_E_TIMEOUT if answers stopped coming; TWIN_E_FORMAT if they could not be
 * read, or do not fit together; TWIN_E_VERIFY if the device has something else in the end;
 * TWIN_E_STATE if somebody else changes the file on the device; TWIN_E_IO if it answers but takes
 * nothing; TWIN_E_SPACE if the packets are too small for the name, or the file is above max; or
 * what read() or write() returned. A job that ended can be begun again.
 */
void twin_file_upload(struct twin_file *file, struct twin_client *client,
                      const struct twin_file_config *config);
void twin_file_download(struct twin_file *file, struct twin_client *client,
                        const struct twin_file_config *config);

TWIN_C_END
