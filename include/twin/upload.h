/*
 * twin/upload.h - send an image file to a device, as fast as the link allows, through losses.
 *
 * A job (twin/client.h): fill in a struct twin_upload_config, twin_upload_begin(), drive
 * upload.job. What it does, in order:
 *
 *  1. asks the device for its buffers: they give the size of a packet and how many may be in
 *     flight. A device that cannot tell, or says what cannot be, is taken for 384 bytes and one
 *     packet. One that is silent is asked for its images too, to see whether it is there. Buffers
 *     that do not hold the first part, of 63 to 81 bytes, end the job with TWIN_E_SPACE;
 *  2. sends the first part alone, with patience: the device may erase the whole slot before it
 *     answers. The part carries the file's SHA-256, so a device that holds a part of just this file
 *     answers where to go on, and one that holds all of it that nothing needs to be sent;
 *  3. keeps the window full. Answers are cumulative and come in the order of the requests, so an
 *     answer to a later request, with the old offset, proves a loss: what follows is sent again at
 *     once. Only when nothing comes at all a timeout, learned from the answers, has to pass. Losses
 *     at every turn narrow the window; repeated silence makes the packets smaller. A device that is
 *     busy, or has no memory for the moment, is given pauses, and then the same again;
 *  4. when only the very last answer was lost, the device no longer knows of the transfer: then
 *     its list of images tells whether the file arrived.
 *
 * How long it waits: the questions end within the time that the client has for one request; the
 * first part, and any silence or business later, within patience_ms (twice that for the first part
 * if the device has one buffer only: there a repeat would begin another erase). Refusals for want
 * of memory, and a busy device that has taken nothing yet, are the end after 9 s.
 *
 * Nothing is ever retried without a bound. Spec: docs/spec-smp.md sections 3.2 and 9.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/client.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"

TWIN_C_BEGIN

#define TWIN_UPLOAD_SHA_LEN        32
#define TWIN_UPLOAD_WINDOW_MAX     8     /* requests in flight, at most */
#define TWIN_UPLOAD_WINDOW_DEFAULT 4     /* taken when window_max is 0 */
#define TWIN_UPLOAD_PATIENCE_MS    40000 /* of silence: half a megabyte is erased */
#define TWIN_UPLOAD_PACKET_MIN     112   /* losses make packets no smaller */

struct twin_upload_config {
    uint32_t len;                /* bytes of the file; at least 32 */
    const uint8_t *sha;          /* SHA-256 of the whole file; TWIN_UPLOAD_SHA_LEN bytes */
    struct twin_span image_hash; /* hash TLV of the image, to find it in the list; empty: unknown */
    uint32_t image;              /* which image of the device; 0 is the first or only one */
    bool upgrade;                /* the device is to refuse a version that is not newer */
    uint32_t packet_max;         /* bytes of the largest packet that the link carries */
    uint32_t packet_guess; /* largest packet if the device cannot tell; 0: for a 384-byte buffer */
    uint32_t frame_bytes;  /* of a device buffer that the link's framing takes: console 4, else 0 */
    uint32_t piece_bytes;  /* packet bytes in one line of the link's framing: console 93, else 0 */
    unsigned window_max;   /* requests in flight; 0: TWIN_UPLOAD_WINDOW_DEFAULT */
    uint32_t patience_ms;  /* 0: TWIN_UPLOAD_PATIENCE_MS */
    /*
     * Give len bytes of the file from off: set *data to where they are. They have to stay there
     * until the next call. Any result but TWIN_OK ends the upload with it.
     */
    twin_err_t (*read)(void *ctx, uint32_t off, size_t len, const uint8_t **data);
    void *ctx;
};

/* What the device is asked before the first part. Anything but silence shows that it is there. */
enum twin_upload_question {
    TWIN_UPLOAD_BUFFERS,      /* its buffers */
    TWIN_UPLOAD_PRESENCE,     /* its images, when it was silent: old bootloaders know only that */
    TWIN_UPLOAD_BUFFERS_AGAIN /* it has just answered, so perhaps it was only starting */
};

/* Where an upload is. */
enum twin_upload_stage {
    TWIN_UPLOAD_ASK,     /* asking for the device's buffers */
    TWIN_UPLOAD_PREPARE, /* first part sent; the device erases */
    TWIN_UPLOAD_SEND,    /* sending */
    TWIN_UPLOAD_CHECK,   /* last answer lost: reading the device's list */
    TWIN_UPLOAD_END
};

/* What happened, for progress and for the report. Read only; valid at any time. */
struct twin_upload_status {
    enum twin_upload_stage stage;
    uint32_t done, total;  /* bytes: that the device has, of the file */
    uint32_t resumed_from; /* bytes that it had before; 0: a fresh start */
    bool has_matched;      /* the device compared its flash with the SHA-256: equal */
    uint32_t packets;      /* parts sent, repeats included */
    uint32_t losses;       /* times that something had to be sent again */
    uint32_t packet_max;   /* bytes of a packet, as agreed */
    unsigned window;       /* packets in flight, as agreed */
    unsigned pauses;       /* times that the device asked for time and was given it */
    uint32_t pause_max_ms; /* for how long it may go on to ask, since it last took something */
    uint32_t first_max_ms; /* from PREPARE on: how long the first part may be waited for */
};

/* A part that is under way. */
struct twin_upload_part {
    uint8_t seq;
    uint32_t off, len, sent_ms;
};

struct twin_upload {
    struct twin_job job;
    struct twin_upload_status status;
    struct {
        struct twin_client *client;
        struct twin_upload_config config;
        struct twin_request request;
        union {
            struct twin_os_params_rsp params;
            struct twin_image_upload_rsp part;
            struct twin_image_state_rsp state;
        } rsp;
        struct twin_image_upload_req part_req;
        struct twin_upload_part flight[TWIN_UPLOAD_WINDOW_MAX]; /* oldest first */
        unsigned in_flight;
        enum twin_upload_question question; /* the one being asked, at stage ASK */
        uint32_t next;                      /* offset of the part to send next */
        uint32_t highest;                   /* most that the device ever had */
        uint32_t timer_ms;                  /* since when the oldest part's answer is awaited */
        int32_t rtt_8, rtt_var_4; /* smoothed answer time (times 8) and its deviation (times 4) */
        uint32_t heard_ms;        /* when the device was last heard */
        uint32_t pause_end_ms;    /* of the present pause */
        uint32_t pauses_since_ms; /* of the first pause in a row */
        unsigned pauses;          /* in a row */
        unsigned silences;        /* timeouts in a row */
        unsigned standstills;     /* answers in a row that brought nothing */
        unsigned restarts;        /* times that the device began anew */
        unsigned loss_debt;       /* losses weighed against answers; too much narrows the window */
        uint32_t doubted_end, doubted_max; /* end of a part whose size was given up, and the size */
        bool is_fresh;                     /* nothing of this beginning was sent yet */
        bool is_slow_start;                /* a repeat of the first part would cost another erase */
        bool is_pausing;                   /* the device asked for time */
        bool is_last_sent;                 /* the end of the file was sent at least once */
        bool is_size_proven;               /* the device took a part of the present size */
        bool got_garbage;
    } priv;
};

/*
 * Begin. config is copied; what it points to must live until the job is done, and so must client,
 * which serves no other job meanwhile. The upload itself must stay where it is.
 *
 * The job ends with TWIN_OK: the device has the whole file. Or with TWIN_E_REFUSED (why:
 * client->refusal); TWIN_E_TIMEOUT if answers stopped coming; TWIN_E_FORMAT if they could not be
 * read; TWIN_E_VERIFY if the device compared and found a difference; TWIN_E_IO if it answers but
 * takes nothing; TWIN_E_STATE if it loses the transfer again and again; TWIN_E_SPACE if the link's
 * packets are too small; TWIN_E_ARG for a file below 32 bytes; or what read() returned.
 * A job that ended can be begun again: it goes on where the device is.
 */
void twin_upload_begin(struct twin_upload *upload, struct twin_client *client,
                       const struct twin_upload_config *config);

/*
 * Does this list of the device hold an image with this hash that does not run? Under whatever
 * number, for devices list as image 0 what was sent as image 2; one with this number comes first.
 * Its entry then is in *slot.
 */
bool twin_image_slot_find(const struct twin_image_state_rsp *state, uint32_t image,
                          struct twin_span hash, struct twin_image_slot *slot);

TWIN_C_END
