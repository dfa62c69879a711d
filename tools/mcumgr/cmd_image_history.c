/*
 * cmd_image_history.c - the verb `image history`: what became of updates.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"
#include "report/history.h"

struct opts {
    bool acknowledge;
};

static const struct cli_opt options[] = {
    CLI_OPT(struct opts, acknowledge, CLI_FLAG, .name = "acknowledge",
            .help = "tell the device that this was heard: nothing of it is new any more"),
    CLI_OPT_END,
};

static int print_json(const struct twin_history_rsp *rsp)
{
    struct twin_items items = twin_msg_items(rsp->items);
    struct twin_history_item item;
    json_t *list = json_array(), *all = json_object();

    while (twin_msg_next(&items, &twin_history_item_msg, &item)) {
        twin_report_json_append(&list, twin_report_history_json(&item));
    }
    twin_report_json_set(&all, "history", list);
    return cli_json_print(all);
}

/* "image 0: version 1.2.0 was taken out again after 3 starts: nobody confirmed it (new)" */
static int print_text(const struct twin_history_rsp *rsp)
{
    struct twin_items items = twin_msg_items(rsp->items);
    struct twin_history_item item;
    struct twin_buf text = {0};

    while (twin_msg_next(&items, &twin_history_item_msg, &item)) {
        twin_buf_text(&text, "image %u: ", (unsigned)item.image);
        twin_report_history(&text, &item, cli_terminal_text());
        twin_buf_text(&text, "%s\n", item.is_new ? " (new)" : "");
    }
    if (text.len == 0) {
        twin_buf_text(&text, "nothing is known of updates\n");
    }
    return cli_print_text(&text);
}

static int history(struct session *session, const struct cli_call *call)
{
    const struct opts *opts = call->opts;
    struct twin_history_rsp rsp;
    const struct twin_request read = {.cmd = &twin_history_cmd, .rsp = &rsp};
    const struct twin_request heard = {.cmd = &twin_history_acknowledge_cmd};

    int code = mcumgr_request(session, &read, "read what became of updates");
    if (code == CLI_DONE) {
        code = session->common->json ? print_json(&rsp) : print_text(&rsp);
    }
    if (code == CLI_DONE && opts->acknowledge) {
        code = mcumgr_request(session, &heard, "acknowledge what became of updates");
    }
    return code;
}

static int run(const struct cli_call *call)
{
    return session_do(call, history);
}

const struct cli_cmd cmd_image_history = {
    .path = "image history",
    .args = "",
    .help = "Show what became of updates: installed, taken out again, or refused, and why",
    .more = "What the bootloader wrote down since the last swap, and of that; (new) marks what "
            "nobody acknowledged. A device that does not know this answers that it does not "
            "support it.",
    .options = options,
    .opts_size = sizeof(struct opts),
    .run = run,
};
