/*
 * cmd_image_erase.c - the verb `image erase`. SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_image.h"
#include "commands.h"
#include "twin/grp_image.h"

#define ERASE_MS   60000 /* a slot on slow flash; the answer comes when all is done */
#define RECHECK_MS 3000  /* of silence, then: does it erase, or was the request lost? */
#define WHAT       "erase the slot"

struct opts {
    int64_t slot;
};

static const struct cli_opt options[] = {
    CLI_OPT(struct opts, slot, CLI_I64, .name = "slot", .arg = "N", .min = 0, .max = 255,
            .help = "which slot (default: the one that does not run)"),
    CLI_OPT_END,
};

/* Is it there, and which protocol version does it speak? Found out by a question that does nothing,
 * within -t: the erase itself has to be waited for much longer. */
static int meet(struct session *session)
{
    const struct twin_request request = {.cmd = &twin_image_state_cmd};
    const twin_err_t err = session_ask(session, &request);

    return err == TWIN_OK || err == TWIN_E_REFUSED ? CLI_DONE : mcumgr_fail(session, err, WHAT);
}

int image_erase(struct session *session, int64_t slot)
{
    const bool has_slot = slot != CLI_I64_NONE;
    const struct twin_image_erase_req req = {.present = has_slot ? TWIN_IMAGE_ERASE_REQ_SLOT : 0,
                                             .slot = has_slot ? (uint32_t)slot : 0};
    const uint32_t wanted_ms = (uint32_t)(session->common->timeout * 1000);
    const struct twin_request request = {.cmd = &twin_image_erase_cmd,
                                         .req = &req,
                                         .timeout_ms = wanted_ms > ERASE_MS ? wanted_ms : ERASE_MS,
                                         .tries = session->common->tries,
                                         .meet_first = true,
                                         .recheck_ms = RECHECK_MS};

    const int code = meet(session);
    return code == CLI_DONE ? mcumgr_request(session, &request, WHAT) : code;
}

static int erase(struct session *session, const struct cli_call *call)
{
    const struct opts *opts = call->opts;
    const int code = image_erase(session, opts->slot);

    return code == CLI_DONE ? mcumgr_done(session->common) : code;
}

static int run(const struct cli_call *call)
{
    return session_do(call, erase);
}

const struct cli_cmd cmd_image_erase = {.path = "image erase",
                                        .args = "",
                                        .help = "Erase the slot that does not run",
                                        .more =
                                            "The device erases before it answers: that may take 60 "
                                            "seconds, or what -t says if it is more. Within -t it "
                                            "has to answer a first question.",
                                        .options = options,
                                        .opts_size = sizeof(struct opts),
                                        .run = run};
