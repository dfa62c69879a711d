/*
 * twin/client.h - the host side of SMP: requests, retries, errors. No I/O, no clock, no malloc.
 *
 * Everything a host does with a device is a job: one request (this header), an upload
 * (twin/upload.h) or a whole update (twin/update.h). Whoever owns the link drives a job so:
 *
 *     for (;;) {
 *         switch (twin_job_poll(job, now_ms(), buf, sizeof(buf), &len)) {
 *         case TWIN_STEP_SEND: send(buf, len);                                    break;
 *         case TWIN_STEP_WAIT: if (receive(&packet, until job->wake_ms))
 *                                  twin_job_receive(job, packet, now_ms());       break;
 *         case TWIN_STEP_DONE: return job->result;
 *         }
 *     }
 *
 * Start here: twin_client_init(), fill in a struct twin_request, twin_client_begin(), drive
 * client.job. Times are milliseconds of any clock that only goes forward; it may wrap.
 * Spec: docs/spec-smp.md sections 1 and 2. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/msg.h"

TWIN_C_BEGIN

/* What a job wants of its driver. */
enum twin_step {
    TWIN_STEP_SEND, /* send the packet now in the buffer, then poll again at once */
    TWIN_STEP_WAIT, /* wait for a packet, at most until job->wake_ms, then poll again */
    TWIN_STEP_DONE  /* over; job->result says how */
};

/* The part that all jobs have in common; the first member of each. */
struct twin_job {
    twin_err_t result; /* valid after DONE */
    uint32_t wake_ms;  /* valid after WAIT */
    enum twin_step (*poll)(struct twin_job *job, uint32_t now_ms, uint8_t *buf, size_t cap,
                           size_t *len);
    void (*receive)(struct twin_job *job, struct twin_span packet, uint32_t now_ms);
};

/*
 * Ask a job what to do next.
 *
 * now_ms    the time.
 * buf, cap  room for one packet, at least 128 bytes; owned by the driver, reused freely.
 * len       out: with SEND, bytes of the packet in buf.
 *
 * Cannot fail: a failure ends the job. Never blocks.
 */
static inline enum twin_step twin_job_poll(struct twin_job *job, uint32_t now_ms, uint8_t *buf,
                                           size_t cap, size_t *len)
{
    return job->poll(job, now_ms, buf, cap, len);
}

/*
 * Give a job a packet from the link; then poll before the next one. Packets that are not for it
 * (late, repeated, malformed) are ignored. The packet has to stay in place until that poll, and
 * after a plain request for as long as its answer is used: the answer points into it, unless the
 * client has room of its own.
 */
static inline void twin_job_receive(struct twin_job *job, struct twin_span packet, uint32_t now_ms)
{
    job->receive(job, packet, now_ms);
}

/* True when the time `at_ms` has come. Good for differences up to 24 days. */
static inline bool twin_time_reached(uint32_t now_ms, uint32_t at_ms)
{
    return (int32_t)(now_ms - at_ms) >= 0;
}

#define TWIN_REFUSAL_REASON_MAX 128

/* What the device said when it answered with an error. */
struct twin_refusal {
    bool is_group; /* true: rc is a code of `group`; false: enum twin_smp_rc */
    int64_t group; /* the group that refused */
    int64_t rc;    /* its code; never 0; negative ones are errno values of the device's system */
    /* The device's own words, often none: one line of UTF-8, escaped and cut as twin/text.h does.
     */
    char reason[TWIN_REFUSAL_REASON_MAX];
};

/* Text of the code in a refusal, for people. Never NULL. */
const char *twin_refusal_str(const struct twin_refusal *refusal);

/* One request, and where its answer goes. All pointers must live until the job is done. */
struct twin_request {
    const struct twin_cmd *cmd; /* what is asked: &twin_os_echo_cmd, ... */
    const void *req; /* the struct of its request, encoded again for every try; NULL: {} */
    /* The struct of its answer; NULL: only success or refusal counts. Filled only with TWIN_OK; its
     * spans point into the packet received last. */
    void *rsp;
    uint32_t timeout_ms; /* of one try; 0: as the client's configuration says */
    unsigned tries;      /* 0: as the client's configuration says */
    /*
     * Set it for what must not be carried out twice (a reset, an erase). While it is not known
     * which version the device speaks, a harmless question (its parameters) goes ahead, of which
     * version 1 and 2 are both tried; without an answer within 1 s, or half of timeout_ms, the
     * request goes in version 1, which every known server understands. Other requests are simply
     * made in both versions.
     */
    bool meet_first;
    /*
     * Not 0: for what takes the device long, so that waiting does not tell whether the request was
     * lost, but does no harm twice (an erase). After so many ms of silence, and again after twice
     * as many and so on, the device is asked for its parameters. Servers work in turn: an answer to
     * that shows that the request or its answer was lost, and the request is sent again, 3 times at
     * most, within timeout_ms.
     */
    uint32_t recheck_ms;
};

struct twin_client_config {
    uint32_t timeout_ms;           /* to wait for an answer; at least 1 */
    unsigned tries;                /* times that a request is sent in all; at least 1 */
    enum twin_smp_version version; /* to begin with; TWIN_SMP_V2 unless there is a reason */
    uint8_t seq;                   /* first sequence number: choose it at random for each run */
    /*
     * Room for the payload of one answer, or NULL. With it an answer is copied before it is read,
     * and its spans point there, until the next answer is read; strings that came in pieces are put
     * together. Without it they cannot be read, and are absent, as they are in an answer that is
     * longer.
     */
    uint8_t *room;
    size_t room_len;
};

/* One device, as the host knows it. A job itself: the one request that twin_client_begin gave. */
struct twin_client {
    struct twin_job job;
    struct twin_client_config config;
    struct twin_refusal refusal; /* valid after a job's result TWIN_E_REFUSED */
    bool has_answered;           /* the device was heard at least once since twin_client_init */
    bool was_sent;               /* the present request itself was given to the driver to send */
    struct {
        enum twin_smp_version version;
        bool version_known; /* the device has answered, so it understands `version` */
        uint8_t next_seq;
        uint8_t seq;  /* of the request being made */
        bool to_send; /* the request waits to be sent (again) */
        bool is_done;
        bool is_meeting;     /* the question before a request with meet_first is being made */
        bool got_garbage;    /* an answer came that could not be read */
        unsigned tries;      /* that were begun */
        unsigned resends;    /* because of an answer to a recheck */
        uint8_t recheck_seq; /* of the last one */
        bool is_rechecking;  /* it was sent, since the request was */
        uint32_t recheck_ms; /* until the next one */
        uint32_t recheck_at_ms;
        uint32_t try_end_ms; /* of the present one */
        struct twin_request request, deferred;
    } priv;
};

/* Prepare for one device. Nothing is sent. */
void twin_client_init(struct twin_client *client, const struct twin_client_config *config);

/*
 * Begin a request; then drive client->job. The request struct is copied, what it points to is not.
 * Only one job may use a client at a time.
 *
 * The job ends with TWIN_OK; TWIN_E_REFUSED if the device answered with an error (see
 * client->refusal); TWIN_E_TIMEOUT if it never answered; TWIN_E_FORMAT if its answer never could
 * be read; TWIN_E_SPACE if the request does not fit the packet buffer.
 *
 * Versions: with its first answer, refusals included, a device shows which one it understands, and
 * this is kept. Until then each try is sent in version 2, and after 0.3 s of silence (or half of
 * the try's time) in version 1 too, with the same number: some bootloaders drop version 2 without a
 * word, and answer for half a second only. A slow device may so carry out a request twice; see
 * meet_first. With a configuration that begins in version 1 nothing else is tried unless the device
 * refuses it.
 */
void twin_client_begin(struct twin_client *client, const struct twin_request *request);

/* ---- For jobs that keep several requests in flight (lib/client/upload.c) ---- */

/* The next unused sequence number. */
uint8_t twin_client_next_seq(struct twin_client *client);

/*
 * Build the packet of a request.
 *
 * seq  its number, to be found again in the answer.
 *
 * Returns TWIN_OK; TWIN_E_SPACE if it does not fit.
 */
TWIN_MUST_CHECK twin_err_t twin_client_encode(const struct twin_client *client,
                                              const struct twin_request *request, uint8_t seq,
                                              uint8_t *buf, size_t cap, size_t *len);

/* Is this packet an answer to such a request? If so *seq tells to which one. */
bool twin_client_is_answer(const struct twin_request *request, struct twin_span packet,
                           uint8_t *seq);

/*
 * Read an answer into request->rsp, or an error into client->refusal.
 *
 * Returns TWIN_OK; TWIN_E_REFUSED; TWIN_E_FORMAT for anything that cannot be read.
 */
TWIN_MUST_CHECK twin_err_t twin_client_decode(struct twin_client *client,
                                              const struct twin_request *request,
                                              struct twin_span packet);

TWIN_C_END
