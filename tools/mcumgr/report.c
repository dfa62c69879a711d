/*
 * report.c - why something failed, for people and for programs.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/hex.h"
#include "mcumgr.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"
#include "twin/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text from a device ---- */

void report_done(const struct session *session)
{
    if (session->common->json) {
        cli_json_print(json_object());
    } else {
        puts("Done");
    }
}

/* Other terminals take bytes of UTF-8 for control characters. */
static bool is_utf8_terminal(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* the first set counts */
    const char *value = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        value = getenv(names[i]);
        if (value != NULL && *value != '\0') {
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL ||
                   strstr(value, "utf-8") != NULL || strstr(value, "UTF8") != NULL;
        }
    }
    return false;
}

void *report_room(size_t len)
{
    void *room = malloc(len);

    if (room == NULL) {
        session_abandon(cli_fail(CLI_LINK, "not enough memory for the device's answer"));
    }
    return room;
}

static char *clean_text(struct twin_span text, enum twin_text_keep keep)
{
    const size_t cap = TWIN_TEXT_GROWTH * text.len + 1;
    char *copy = report_room(cap);

    twin_text_clean(text, keep, copy, cap);
    return copy;
}

char *report_text(struct twin_span text)
{
    return clean_text(text, is_utf8_terminal() ? TWIN_TEXT_PRINTABLE : TWIN_TEXT_ASCII);
}

char *report_json_key(struct twin_span text)
{
    return clean_text(text, TWIN_TEXT_UTF8);
}

json_t *report_json_text(struct twin_span text)
{
    json_t *value = json_stringn((const char *)text.ptr, text.len);

    if (value == NULL) {
        char *copy = clean_text(text, TWIN_TEXT_UTF8);
        value = json_string(copy);
        free(copy);
    }
    return value;
}

/* The Go tool prints 0 for what it was not told. */
static const char *not_told(void)
{
    return mcumgr_is_compat() ? "0" : "?";
}

const char *report_number(bool is_there, int64_t number, char text[REPORT_NUMBER_MAX])
{
    snprintf(text, REPORT_NUMBER_MAX, "%lld", (long long)number);
    return is_there ? text : not_told();
}

const char *report_unsigned(bool is_there, uint64_t number, char text[REPORT_NUMBER_MAX])
{
    snprintf(text, REPORT_NUMBER_MAX, "%llu", (unsigned long long)number);
    return is_there ? text : not_told();
}

json_t *report_json_unsigned(uint64_t number)
{
    return number <= INT64_MAX ? json_integer((json_int_t)number)
                               : json_sprintf("%llu", (unsigned long long)number);
}

json_t *report_json_hex(struct twin_span bytes)
{
    char *hex = report_room(2 * bytes.len + 1);
    json_t *value = json_string(twin_hex_text(bytes, hex));

    free(hex);
    return value;
}

/* ---- Refusals ---- */

/* What to try, where it is known. */
struct hint {
    bool is_group;
    int64_t group, rc;
    const char *text;
};

static const struct hint hints[] = {
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_HASH_NOT_FOUND,
     "'mcumgr image list' shows the hashes that are on the device"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_NO_FREE_SLOT,
     "'mcumgr image list' shows why: what runs stays, and during a trial (active, not confirmed) "
     "so does the image to go back to. 'mcumgr image confirm' ends a trial for good, restarts "
     "with 'mcumgr reset' end it with the old image"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_PENDING,
     "'mcumgr image list' shows which: a pending image is started by 'mcumgr reset' and taken back "
     "by 'mcumgr image erase'; one on trial (active, not confirmed) is kept by 'mcumgr image "
     "confirm' and given up by restarts"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_TOO_LARGE,
     "'mcumgr image slot-info' shows how large an image may be"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_NOT_NEWER,
     "Without --upgrade most devices take older versions too"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_BAD_HASH,
     "The hash has another length than this device's, or it is missing"},
    {true, TWIN_GRP_IMAGE, TWIN_IMAGE_RC_TEST_ACTIVE_DENIED,
     "It runs already; 'mcumgr image confirm' keeps it"},
    {false, 0, TWIN_RC_NOT_SUPPORTED, "What runs there was built without this command"},
    {false, 0, TWIN_RC_TOO_LARGE,
     "Its answer is longer than its buffers ('mcumgr params'): they are its firmware's to enlarge"},
    {false, 0, TWIN_RC_BUSY, "Wait until the device allows it, then try again"},
    {false, 0, TWIN_RC_ACCESS_DENIED, "It wants another or a protected connection"},
};

static const char *hint_for(const struct twin_refusal *refusal)
{
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        const struct hint *hint = &hints[i];
        if (hint->is_group == refusal->is_group && hint->rc == refusal->rc &&
            (!hint->is_group || hint->group == refusal->group)) {
            return hint->text;
        }
    }
    return NULL;
}

static json_t *refusal_json(const struct twin_refusal *refusal)
{
    json_t *more = json_pack("{s:I, s:s, s:s}", "rc", (json_int_t)refusal->rc, "text",
                             twin_refusal_str(refusal), "reason", refusal->reason);

    if (refusal->is_group) {
        json_object_set_new(more, "group", json_integer(refusal->group));
    }
    return more;
}

static int report_refusal(const struct session *session, const char *what)
{
    const struct twin_refusal *refusal = &session->client.refusal;
    const bool has_reason = refusal->reason[0] != '\0';
    char code[64], why[600];

    if (mcumgr_is_compat() && !session->common->json) {
        printf("Error: %lld\n", (long long)refusal->rc);
        return CLI_REFUSED;
    }
    snprintf(code, sizeof(code), refusal->is_group ? "code %lld of group %lld" : "code %lld",
             (long long)refusal->rc, (long long)refusal->group);
    char *reason = report_text(twin_span_text(refusal->reason));
    snprintf(why, sizeof(why), "the device refused: %s%s%s%s (%s)", twin_refusal_str(refusal),
             has_reason ? ": \"" : "", reason, has_reason ? "\"" : "", code);
    free(reason);
    return cli_fail_as(&(struct cli_failure){.code = CLI_REFUSED,
                                             .what = what,
                                             .why = why,
                                             .hint = hint_for(refusal),
                                             .more = refusal_json(refusal)});
}

/* ---- All failures ---- */

/* Exit code and words for each error of a job; those above are not here. */
struct failure {
    twin_err_t err;
    int code;
    const char *why, *hint;
};

static const struct failure failures[] = {
    {TWIN_E_FORMAT, CLI_LINK, "the device's answers cannot be read, or lack what was asked for",
     NULL},
    {TWIN_E_VERIFY, CLI_VERIFY, "what the device has is not what was sent", NULL},
    {TWIN_E_IO, CLI_LINK, "the device answers but does not take more data", NULL},
    {TWIN_E_STATE, CLI_REFUSED, "the device does not do what it agreed to, or restarts meanwhile",
     NULL},
    {TWIN_E_SPACE, CLI_LINK,
     "what has to be in one packet is longer than the device's buffers or this connection's "
     "packets",
     "'mcumgr params' shows the buffers: they are the firmware's to enlarge"},
    {TWIN_E_ARG, CLI_USAGE, "an argument is outside the allowed range", NULL},
};

static int report_silence(const struct session *session, const char *what)
{
    const bool was_there = session->client.has_answered;
    char why[1200];

    if (mcumgr_is_compat()) {
        return cli_fail(CLI_LINK, "NMP timeout");
    }
    snprintf(why, sizeof(why), "%s from the device at %s (%s)",
             was_there ? "no further answer" : "no answer", session->connstring,
             session->device.config.kind->name);
    return cli_fail_as(&(struct cli_failure){
        .code = CLI_LINK,
        .what = what,
        .why = why,
        .hint = was_there ? "It was there before: did it restart or lose power, is "
                            "the cable in? -t waits longer"
                          : "Is it on, does its firmware have an SMP server, are "
                            "port and speed right? -t waits longer"});
}

static int report_error(const struct twin_error *error, const char *what)
{
    struct twin_error told = *error;

    told.code = TWIN_ERROR_LINK;
    twin_error_what(&told, "%s", what);
    return cli_fail_error(&told);
}

int report_failure(const struct session *session, twin_err_t err, const char *what)
{
    if (session_was_stopped(session)) {
        return cli_fail_as(&(struct cli_failure){
            .code = CLI_INTERRUPTED, .what = what, .why = "interrupted by a signal"});
    }
    if (session->device.link == NULL && (err == TWIN_E_IO || err == TWIN_E_TIMEOUT) &&
        session->device.error.code !=
            TWIN_ERROR_NONE) { /* the port is gone, and did not come back */
        return report_error(&session->device.error, what);
    }
    if (err == TWIN_E_REFUSED) {
        return report_refusal(session, what);
    }
    if (err == TWIN_E_TIMEOUT) {
        return report_silence(session, what);
    }
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        if (failures[i].err == err) {
            return cli_fail_as(&(struct cli_failure){.code = failures[i].code,
                                                     .what = what,
                                                     .why = failures[i].why,
                                                     .hint = failures[i].hint});
        }
    }
    return cli_fail_as(
        &(struct cli_failure){.code = CLI_LINK, .what = what, .why = twin_err_str(err)});
}
