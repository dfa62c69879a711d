/*
 * twin/server.h - device side of SMP: from request packets to response packets. No I/O, no OS.
 *
 *     static const struct twin_srv_entry groups[] = {
 *         TWIN_SRV_OS(&os_config),                    // twin/grp_os.h
 *         TWIN_SRV_IMAGE(&image_config, &image_state) // twin/srv_image.h
 *     };
 *     twin_srv_init(&srv, &config);
 *     // for each packet that the port has received:
 *     while ((len = twin_srv_handle(&srv, &packet, reply, sizeof(reply))) != 0) {
 *         // send reply[0..len) as a packet of its own
 *     }
 *     // then look at srv.reset_requested
 *
 * One server may serve several transports, one packet after the other: a transfer may begin on one
 * and go on on another. Not for interrupts; calls must not overlap.
 * Spec: docs/spec-smp.md sections 1 and 2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

struct twin_srv_group;

/* A group of commands as one device has it; each group's header has a macro that fills it in. */
struct twin_srv_entry {
    const struct twin_srv_group *group; /* what it does */
    const void *config;                 /* what the application sets for it */
    void *state;                        /* its memory between requests; NULL if it needs none */
};

/* What the application is asked before it happens. */
struct twin_srv_question {
    const struct twin_cmd *cmd; /* the command that asks: &twin_image_upload_cmd, ... */
    const void *details;        /* as the group's header says for this command; may be NULL */
};

/* Filled in by the port, const from then on; must live as long as the server. */
struct twin_srv_config {
    const struct twin_srv_entry *groups;
    uint8_t group_count;

    /* What "params" announces: bytes of one packet buffer, on a console TWIN_CONSOLE_OVERHEAD more
     * than the largest packet; and how many requests the port holds while one is worked on, plus
     * one. */
    uint16_t buf_size, buf_count;

    /*
     * May this happen? Every command that changes what the device runs, or interrupts it, asks.
     * NULL: always.
     *
     * reason  out, when false: text for the technician who sees the refusal. May stay untouched.
     */
    bool (*ask)(void *ctx, const struct twin_srv_question *question, const char **reason);
    void *ctx; /* given back to ask */
};

struct twin_srv {
    bool reset_requested; /* send the reply, wait about 250 ms, restart */
    uint8_t boot_mode;    /* with it: 0, or what the bootloader is asked to do (1: recovery) */
    struct {
        const struct twin_srv_config *config;
        const char *reason; /* what the application said to the request in work; or NULL */
    } priv;
};

/*
 * Set a server and its groups up. config must live as long as srv.
 *
 * Returns TWIN_OK; TWIN_E_ARG if there are no groups, an entry has none, or a group cannot work
 * with its configuration.
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

/* ---- For those who write a group of commands (lib/server/groups) ---- */

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

/* One request in work. */
struct twin_srv_call {
    struct twin_srv *srv;
    const struct twin_cmd *cmd;
    const void *config; /* of the entry */
    void *state;        /* of the entry */
    const void *req;    /* the struct of cmd->req; not set when that has no fields */
    struct twin_cbor_writer *rsp;
};

/*
 * Do one command: append one message to call->rsp, with twin_srv_answer() or by hand. Nothing
 * stands for {}. One that does not fit is answered with "message too large".
 *
 * Returns 0; or what went wrong: an index into the group's faults, or TWIN_SRV_RC(code); rsp is
 * then dropped.
 */
typedef unsigned (*twin_srv_fn)(const struct twin_srv_call *call);

struct twin_srv_cmd {
    const struct twin_cmd *cmd;
    twin_srv_fn run;
};

struct twin_srv_group {
    const struct twin_srv_cmd *cmds;
    uint8_t cmd_count;
    const struct twin_srv_fault *faults; /* row 0 is not used: commands return 0 for success */
    /* twin_msg_decode_more for a group with requests that need it; NULL: twin_msg_decode. */
    void (*decode)(struct twin_cbor_reader *r, const struct twin_msg *msg, void *out);
    /* Look at the entry's config, make its state ready; an error ends twin_srv_init(). May be
     * NULL. */
    twin_err_t (*init)(const struct twin_srv_entry *entry);
};

/* Answer with the struct of cmd->rsp. Returns 0, for the command to return. */
unsigned twin_srv_answer(const struct twin_srv_call *call, const void *rsp);

/*
 * Begin an answer whose first field is a list too long for a struct: the command appends `count`
 * items (of a map: keys and values) to call->rsp, then the other fields of cmd->rsp, all of them,
 * each with its key.
 */
void twin_srv_begin_list(const struct twin_srv_call *call, uint32_t count);

/* Ask the application. Returns 0 if it agrees, else its refusal: "busy", sent with its reason. */
unsigned twin_srv_ask(const struct twin_srv_call *call, const void *details);

TWIN_C_END
