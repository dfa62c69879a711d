/*
 * twin/server.h - device side of SMP: from request packets to response packets. No I/O, no OS.
 *
 *     twin_srv_init(&srv, &config);
 *     // for each packet that the port has received:
 *     while ((len = twin_srv_handle(&srv, &packet, reply, sizeof(reply))) != 0) {
 *         // send reply[0..len) as a packet of its own
 *     }
 *     // then look at srv.reset_requested
 *
 * One server may serve several transports, one packet after the other: a transfer may begin on one
 * and go on on another. Not for interrupts; calls must not overlap.
 * Spec: docs/spec-smp.md sections 1 to 3. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include "twin/image.h"
#include "twin/mode.h"

/* Bytes for one decoded request, whatever its group. */
#define TWIN_SRV_REQUEST_MAX 64

/* Bytes of text that "info" can give. */
#define TWIN_SRV_INFO_MAX 192

/* What the application is asked before it happens. */
enum twin_srv_event {
    TWIN_SRV_UPLOAD,    /* an upload begins: flash will be erased, a pending update withdrawn */
    TWIN_SRV_TEST,      /* the update will be swapped in on trial at the next start */
    TWIN_SRV_PERMANENT, /* the update will be swapped in for good at the next start */
    TWIN_SRV_ERASE,     /* the update's slot will be erased, a pending update withdrawn */
    TWIN_SRV_RESET      /* the device will restart */
};

struct twin_srv_question {
    enum twin_srv_event event;
    struct twin_version version; /* UPLOAD, TEST, PERMANENT: of the image */
    uint32_t len;                /* UPLOAD: bytes of the whole file */
    bool forced;                 /* RESET: the client insists; it is still for you to decide */
};

/* Texts for the "info" command, in the order and with the letters in which it gives them. */
enum twin_srv_info {
    TWIN_INFO_KERNEL,         /* s */
    TWIN_INFO_NODE,           /* n */
    TWIN_INFO_VERSION,        /* r: of the application */
    TWIN_INFO_KERNEL_VERSION, /* v */
    TWIN_INFO_BUILD_TIME,     /* b */
    TWIN_INFO_MACHINE,        /* m */
    TWIN_INFO_PROCESSOR,      /* p */
    TWIN_INFO_BOARD,          /* i */
    TWIN_INFO_OS,             /* o */
    TWIN_INFO_COUNT
};

struct twin_srv_group;

/* Filled in by the port, const from then on; must live as long as the server. */
struct twin_srv_config {
    const struct twin_srv_group *const *groups; /* NULL at the end; twin_srv_groups = all */
    const struct twin_slots *slots;             /* needed by the image group */

    /* What "params" announces: bytes of one packet buffer, on a console TWIN_CONSOLE_OVERHEAD more
     * than the largest packet; and how many requests the port holds while one is worked on, plus
     * one. */
    uint16_t buf_size, buf_count;

    /* NULL is answered as "unknown". Together up to TWIN_SRV_INFO_MAX bytes with blanks between. */
    const char *info[TWIN_INFO_COUNT];

    const char *bootloader; /* its name: "MCUboot" says compatible; NULL: no answer */
    enum twin_mode_id boot_mode;
    /* The bootloader's rule (twin/boot.h): the server refuses to mark what it would refuse. */
    twin_downgrade_fn is_downgrade;

    /*
     * May this happen? NULL: always.
     *
     * reason  out, when false: text for the technician who sees the refusal. May stay untouched.
     */
    bool (*ask)(void *ctx, const struct twin_srv_question *question, const char **reason);

    /* Describe task number index; false after the last one. NULL: no taskstat. */
    bool (*task)(void *ctx, unsigned index, struct twin_os_task *task);
    void *ctx; /* given back to the functions */
};

/* An upload under way. */
struct twin_srv_upload {
    bool active;
    uint32_t len, off;           /* bytes of the file: all, and received so far */
    uint32_t erased_end;         /* the slot is erased from the last written byte up to here */
    struct twin_version version; /* of the image in the file */
    uint8_t sha[TWIN_SHA256_LEN];
    uint8_t sha_len;
    uint8_t tail_len; /* received bytes that do not fill a write unit yet */
    uint8_t tail[TWIN_FLASH_WRITE_MAX];
    uint8_t first[TWIN_FLASH_WRITE_MAX]; /* the file's first write unit, written last */
};

struct twin_srv {
    bool reset_requested; /* send the reply, wait about 250 ms, restart */
    uint8_t boot_mode;    /* with it: 0, or what the bootloader is asked to do (1: recovery) */
    struct {
        const struct twin_srv_config *config;
        struct twin_srv_upload upload;
        const char *reason; /* what the application said to the request in work; or NULL */
    } priv;
};

/*
 * Set a server up. config must live as long as srv.
 *
 * Returns TWIN_OK; TWIN_E_ARG if groups are missing, or slots are given and not usable.
 */
TWIN_MUST_CHECK twin_err_t twin_srv_init(struct twin_srv *srv,
                                         const struct twin_srv_config *config);

/*
 * Work on the next request of a packet. A packet may hold several, one behind the other; call again
 * until there is no reply.
 *
 * packet    as received, without framing; is moved behind the request. After a fault the rest is
 *           dropped, as other servers do. The bytes themselves stay unchanged.
 * out, cap  where the reply goes; must not overlap packet. buf_size bytes are enough for every
 *           reply that a client expects to get.
 *
 * Returns the bytes of out that are to be sent, always one packet; 0: nothing. Cannot fail: faults
 * are told to the client. May take as long as erasing the slot (erase) or hashing it (first and
 * last part of an upload, test). Stack: about 1.1 KB besides the flash driver's, on a Cortex-M4.
 */
size_t twin_srv_handle(struct twin_srv *srv, struct twin_span *packet, uint8_t *out, size_t cap);

/* ---- For those who write a group of commands ---- */

/*
 * Why a command failed. A v1 client is told rc and rsn. So is a v2 client, unless the group has a
 * code of its own for it: that travels alone, because strict clients take nothing beside it.
 */
struct twin_srv_fault {
    uint8_t rc;       /* enum twin_smp_rc */
    uint8_t group_rc; /* 0: there is none */
    const char *rsn;  /* text for the technician; may be NULL */
};

/* A command's answer when a generic code (enum twin_smp_rc) says what went wrong. */
#define TWIN_SRV_RC(rc) (0x80u + (rc))

/*
 * Do one command.
 *
 * req  the struct that the command's table row names.
 * rsp  out: append one message; nothing stands for {}. One that does not fit is answered with
 *      "message too large".
 *
 * Returns 0; or what went wrong: an index into the group's faults, or TWIN_SRV_RC(code); rsp is
 * then dropped.
 */
typedef unsigned (*twin_srv_fn)(struct twin_srv *srv, const void *req,
                                struct twin_cbor_writer *rsp);

struct twin_srv_cmd {
    enum twin_smp_op op; /* READ or WRITE; a command that takes both has two rows */
    uint8_t id;
    twin_srv_fn run;
    const struct twin_msg *req; /* NULL: no arguments, the payload is not looked at */
};

struct twin_srv_group {
    uint16_t id;
    uint8_t cmd_count;
    const struct twin_srv_cmd *cmds;
    const struct twin_srv_fault *faults; /* row 0 is not used: commands return 0 for success */
};

/* Ask the application. Returns 0 if it agrees, else its refusal: "busy", sent with its reason. */
unsigned twin_srv_ask(struct twin_srv *srv, const struct twin_srv_question *question);

/* Every group that is built in, NULL at the end: the table of groups.c. */
extern const struct twin_srv_group *const twin_srv_groups[];
extern const struct twin_srv_group twin_srv_os, twin_srv_image;
