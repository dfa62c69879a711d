/*
 * history.c - what became of updates, in words. SPDX-License-Identifier: Apache-2.0
 */
#include "report/history.h"

struct word {
    uint32_t value;
    const char *name, *text;
};

static const struct word outcomes[] = {
    {TWIN_OUTCOME_TRIAL, "trial", "was installed, on trial"},
    {TWIN_OUTCOME_PERMANENT, "permanent", "was installed for good"},
    {TWIN_OUTCOME_REVERTED, "reverted", "was taken out again"},
    {TWIN_OUTCOME_REFUSED, "refused", "was refused by the bootloader"},
    {TWIN_OUTCOME_STUCK, "stuck", "should be taken out, but the image before it is not good"},
    {0, NULL, NULL},
};

static const struct word reasons[] = {
    {TWIN_REASON_NONE, "none", NULL},
    {TWIN_REASON_ATTEMPTS, "attempts", "nobody confirmed it"},
    {TWIN_REASON_REQUEST, "request", "it gave up by itself"},
    {TWIN_REASON_DAMAGED, "damaged", "it did not verify any more"},
    {TWIN_REASON_OTHER, "other-image", "another image was taken out"},
    {TWIN_REASON_HEADER, "header", "its header is not that of an image for it"},
    {TWIN_REASON_SIZE, "size", "it is too large, or does not stand where updates do"},
    {TWIN_REASON_HASH, "hash", "it is damaged: its hash does not match"},
    {TWIN_REASON_KEY, "key", "it is signed with a key that the bootloader does not know"},
    {TWIN_REASON_SIGNATURE, "signature", "its signature does not match"},
    {TWIN_REASON_DECRYPTION, "decryption", "it cannot be decrypted or decompressed"},
    {TWIN_REASON_DOWNGRADE, "downgrade", "it is older than what the device may go back to"},
    {TWIN_REASON_DEPENDENCY, "dependency", "it needs another version of another image"},
    {TWIN_REASON_DEVICE, "device", "it is made for another device"},
    {TWIN_REASON_FLASH, "flash", "the flash reported a failure"},
    {TWIN_REASON_UNKNOWN, "unknown", NULL},
    {0, NULL, NULL},
};

static const struct word *find(const struct word *words, uint32_t value)
{
    while (words->name != NULL && words->value != value) {
        words++;
    }
    return words;
}

void twin_report_history(struct twin_buf *out, const struct twin_history_item *item,
                         enum twin_text_keep keep)
{
    const struct word *outcome = find(outcomes, item->outcome);
    const struct word *reason = find(reasons, item->reason);

    if ((item->present & TWIN_HISTORY_VERSION) != 0) {
        twin_buf_text(out, "version ");
        twin_report_text(out, item->version, keep);
    } else {
        twin_buf_text(out, "an image");
    }
    if (outcome->name == NULL) {
        twin_buf_text(out, ": outcome %u", (unsigned)item->outcome);
    } else {
        twin_buf_text(out, " %s", outcome->text);
    }
    if (item->outcome == TWIN_OUTCOME_REVERTED && (item->present & TWIN_HISTORY_STARTS) != 0) {
        twin_buf_text(out, " after %u start%s", (unsigned)item->starts,
                      item->starts == 1 ? "" : "s");
    }
    if (reason->name == NULL) {
        twin_buf_text(out, ": reason %u", (unsigned)item->reason);
    } else if (reason->text != NULL) {
        twin_buf_text(out, ": %s", reason->text);
    }
}

static json_t *name_json(const struct word *words, uint32_t value)
{
    const struct word *word = find(words, value);

    return word->name != NULL ? json_string(word->name) : twin_report_json_unsigned(value);
}

json_t *twin_report_history_json(const struct twin_history_item *item)
{
    json_t *json = json_object();

    twin_report_json_set(&json, "image", twin_report_json_unsigned(item->image));
    twin_report_json_set(&json, "outcome", name_json(outcomes, item->outcome));
    twin_report_json_set(&json, "reason", name_json(reasons, item->reason));
    if ((item->present & TWIN_HISTORY_STARTS) != 0) {
        twin_report_json_set(&json, "starts", twin_report_json_unsigned(item->starts));
    }
    if ((item->present & TWIN_HISTORY_VERSION) != 0) {
        twin_report_json_set(&json, "version", twin_report_json_text(item->version));
    }
    twin_report_json_set(&json, "new", json_boolean(item->is_new));
    return json;
}
