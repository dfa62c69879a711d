/*
 * test_report.c - answers of devices as readers see them: lines, lists, tables, JSON, errors.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "report/failure.h"
#include "report/history.h"
#include "report/layout.h"
#include "report/map.h"
#include "report/update.h"
#include "twin/grp_image.h"
#include "twin/grp_os.h"

static const struct twin_report_style style = {TWIN_TEXT_ASCII, "?"};

/* An answer in CBOR, as text of the test: bytes without the 0 at the end. */
#define BYTES(text) ((struct twin_span){(const uint8_t *)(text), sizeof(text) - 1})

static uint64_t answer[64]; /* room for any message */

/* The answer is this message, and is shown with these columns. */
static const struct twin_msg *msg;
static const struct twin_column *columns;

static void read_answer(struct twin_span bytes)
{
    struct twin_cbor_reader r = {.buf = bytes.ptr, .len = bytes.len};

    twin_msg_read(&r, msg, answer);
    CHECK(!r.failed);
}

static void check_text(const char *want)
{
    struct twin_buf out = {0};

    twin_layout_text(&out, msg, columns, answer, &style);
    CHECK(!out.failed);
    CHECK_EQ(out.len, strlen(want));
    CHECK(out.len == strlen(want) && memcmp(out.data, want, out.len) == 0);
    twin_buf_free(&out);
}

static void check_json(const char *want)
{
    json_t *value = twin_layout_json(msg, columns, answer);
    char *got = json_dumps(value, JSON_COMPACT);

    CHECK(got != NULL && strcmp(got, want) == 0);
    free(got);
    json_decref(value);
}

/* ---- Lines ---- */

static void test_no_table_at_all(void)
{
    msg = twin_os_params_cmd.rsp;
    columns = NULL;
    read_answer(BYTES("\xa2\x68"
                      "buf_size\x19\x01\x80\x69"
                      "buf_count\x04"));
    check_text("buf_size: 384\nbuf_count: 4\n");
    check_json("{\"buf_size\":384,\"buf_count\":4}");

    read_answer(BYTES("\xa1\x69"
                      "buf_count\x61x"));
    check_text("buf_size: ?\nbuf_count: ?\n");
    check_json("{\"buf_size\":null,\"buf_count\":null}");
}

static void test_value_alone(void)
{
    static const struct twin_column alone[] = {{.key = "output", .title = ""}, {.key = NULL}};

    msg = twin_os_info_cmd.rsp;
    columns = alone;
    read_answer(BYTES("\xa1\x66output\x65"
                      "a\n\x1b\xc3\xa9"));
    check_text("a\\n\\x1b\\xc3\\xa9\n");
    check_json("{\"output\":\"a\\n\\u001B\xc3\xa9\"}");
}

static void test_absent(void)
{
    static const struct twin_column some[] = {{.key = "permanent"},
                                              {.key = "hash", .absent = TWIN_ABSENT_EMPTY},
                                              {.key = "image", .absent = TWIN_ABSENT_EMPTY},
                                              {.key = "version", .title = "Version"},
                                              {.key = "slot", .absent = TWIN_ABSENT_LEFT_OUT},
                                              {.key = "active", .json_only = true},
                                              {.key = NULL}};

    msg = &twin_image_slot_msg;
    columns = some;
    read_answer(BYTES("\xa0"));
    check_text("permanent: false\nhash: ?\nimage: ?\nVersion: ?\nslot: ?\n");
    check_json("{\"permanent\":false,\"hash\":\"\",\"image\":0,\"version\":null,"
               "\"active\":false}");
    read_answer(BYTES("\xa3\x64hash\x42\xab\x01\x64slot\x20\x66"
                      "active\xf5"));
    check_text("permanent: false\nhash: ab01\nimage: ?\nVersion: ?\nslot: -1\n");
    check_json("{\"permanent\":false,\"hash\":\"ab01\",\"image\":0,\"version\":null,"
               "\"slot\":-1,\"active\":true}");
}

/* ---- Lists ---- */

static void test_list_in_a_list(void)
{
    static const struct twin_column slot_columns[] = {
        {.key = "slot", .absent = TWIN_ABSENT_LEFT_OUT},
        {.key = "size", .absent = TWIN_ABSENT_LEFT_OUT},
        {.key = "rc", .title = "error", .absent = TWIN_ABSENT_LEFT_OUT},
        {.key = NULL}};
    static const struct twin_column image_columns[] = {
        {.key = "image"},
        {.key = "slots", .item = &twin_image_slot_info_slot_msg, .columns = slot_columns},
        {.key = "max_image_size", .absent = TWIN_ABSENT_LEFT_OUT},
        {.key = NULL}};
    static const struct twin_column images[] = {
        {.key = "images", .item = &twin_image_slot_info_image_msg, .columns = image_columns},
        {.key = NULL}};

    msg = twin_image_slot_info_cmd.rsp;
    columns = images;
    read_answer(BYTES("\xa1\x66images\x82" /* two images */
                      "\xa2\x65slots\x82"
                      "\xa2\x64slot\x00\x64size\x1b\xff\xff\xff\xff\xff\xff\xff\xff"
                      "\xa1\x62rc\x20"
                      "\x6emax_image_size\x19\x02\x00"
                      "\xa1\x65image\x01"));
    check_text("image=? max_image_size=512\n"
               "  slot=0 size=18446744073709551615\n"
               "  slot=? error=-1\n"
               "image=1\n");
    check_json("{\"images\":[{\"image\":null,\"slots\":[{\"slot\":0,\"size\":"
               "\"18446744073709551615\"},{\"rc\":-1}],\"max_image_size\":512},"
               "{\"image\":1,\"slots\":[]}]}");
}

/* ---- Maps ---- */

static void test_table(void)
{
    static const struct twin_column task_columns[] = {
        {.key = "tid", .width = 3, .absent = TWIN_ABSENT_LEFT_OUT},
        {.key = "stksiz", .title = "stack", .width = 6, .absent = TWIN_ABSENT_LEFT_OUT},
        {.key = "state", .json_only = true, .absent = TWIN_ABSENT_LEFT_OUT},
        {.key = NULL}};
    static const struct twin_column tasks[] = {{.key = "tasks",
                                                .title = "task",
                                                .width = 8,
                                                .item = &twin_os_task_msg,
                                                .columns = task_columns},
                                               {.key = NULL}};

    msg = twin_os_taskstat_cmd.rsp;
    columns = tasks;
    /* Twice the same name, one that is the number given to the second, a number, none that shows.
     */
    read_answer(BYTES("\xa1\x65tasks\xa5"
                      "\x61z\xa2\x63tid\x05\x66stksiz\x18\x80"
                      "\x61"
                      "a\xa1\x65state\x07"
                      "\x61"
                      "a\xa1\x63tid\x02"
                      "\x63"
                      "a#2\xa0"
                      "\x3b\xff\xff\xff\xff\xff\xff\xff\xff\xa1\x63tid\x01"));
    check_text("      task tid  stack\n"
               "  -18446744073709551616   1      ?\n"
               "         a   ?      ?\n"
               "       a#2   ?      ?\n"
               "       a#3   2      ?\n"
               "         z   5    128\n");
    check_json("{\"tasks\":{\"-18446744073709551616\":{\"tid\":1},\"a\":{\"state\":7},"
               "\"a#2\":{},\"a#3\":{\"tid\":2},\"z\":{\"tid\":5,\"stksiz\":128}}}");
}

/* ---- Failures ---- */

static struct twin_client client;
static const struct twin_report_device device = {&client, "COM7", "serial", TWIN_TEXT_ASCII};

static void test_refusal(void)
{
    struct twin_error error;

    client.refusal = (struct twin_refusal){.is_group = true,
                                           .group = TWIN_GRP_IMAGE,
                                           .rc = TWIN_IMAGE_RC_TOO_LARGE,
                                           .reason = "\xc3\xa9"};
    CHECK_EQ(twin_report_failure(&device, TWIN_E_REFUSED, &error), TWIN_ERROR_REFUSED);
    CHECK(strcmp(error.why, "the device refused: the image is too large for the slot: "
                            "\"\\xc3\\xa9\" (code 30 of group 1)") == 0);
    CHECK(strstr(error.hint, "slot-info") != NULL);
    json_t *more = twin_report_refusal_json(&client.refusal);
    CHECK_EQ(json_integer_value(json_object_get(more, "rc")), 30);
    CHECK_EQ(json_integer_value(json_object_get(more, "group")), 1);
    CHECK(strcmp(json_string_value(json_object_get(more, "reason")), "\xc3\xa9") == 0);
    json_decref(more);

    /* The same number of no group is another code. */
    client.refusal = (struct twin_refusal){.rc = TWIN_IMAGE_RC_TOO_LARGE};
    twin_report_failure(&device, TWIN_E_REFUSED, &error);
    CHECK(strstr(error.why, "(code 30)") != NULL && error.hint[0] == '\0');
}

static void test_silence(void)
{
    struct twin_error error;

    client.has_answered = false;
    CHECK_EQ(twin_report_failure(&device, TWIN_E_TIMEOUT, &error), TWIN_ERROR_LINK);
    CHECK(strcmp(error.why, "no answer from the device at COM7 (serial)") == 0);
    client.has_answered = true;
    twin_report_failure(&device, TWIN_E_TIMEOUT, &error);
    CHECK(strcmp(error.why, "no further answer from the device at COM7 (serial)") == 0);
}

static void test_other_results(void)
{
    struct twin_error error;

    CHECK_EQ(twin_report_failure(&device, TWIN_E_VERIFY, &error), TWIN_ERROR_VERIFY);
    CHECK_EQ(twin_report_failure(&device, TWIN_E_ARG, &error), TWIN_ERROR_USAGE);
    CHECK_EQ(twin_report_failure(&device, TWIN_E_UNSUPPORTED, &error), TWIN_ERROR_LINK);
    CHECK(strcmp(error.why, twin_err_str(TWIN_E_UNSUPPORTED)) == 0);
}

/* ---- Values ---- */

struct values {
    uint32_t present;
    struct twin_span texts, numbers, counters, names;
};
static const struct twin_field value_fields[] = {
    TWIN_FIELD(values, texts, "texts", TWIN_F_LIST_OF(TWIN_F_TSTR), TWIN_OPTIONAL),
    TWIN_FIELD(values, numbers, "numbers", TWIN_F_LIST_OF(TWIN_F_I64), TWIN_OPTIONAL),
    TWIN_FIELD(values, counters, "counters", TWIN_F_MAP_OF(TWIN_F_U64), TWIN_OPTIONAL),
    TWIN_FIELD(values, names, "names", TWIN_F_MAP_OF(TWIN_F_TSTR), TWIN_OPTIONAL),
};
static const struct twin_msg values_msg = TWIN_MSG(values, value_fields);

/* Texts and names are sorted for people; what is no number is left out where numbers stand. */
static void test_values(void)
{
    static const struct twin_column some[] = {{.key = "texts", .title = "groups"},
                                              {.key = "numbers"},
                                              {.key = "counters", .width = 4},
                                              {.key = "names"},
                                              {.key = NULL}};

    msg = &values_msg;
    columns = some;
    read_answer(BYTES("\xa4\x65texts\x84\x63smp\x60\x63smp\x43"
                      "a\nb\x67numbers\x83\x07\x20\x61x\x68"
                      "counters\xa3\x61z\x05\x61y\x60\x61"
                      "a\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x65names\xa2\x61n\x61v\x61n\x60"));
    check_text("groups:\n    \n    a\\nb\n    smp\n    smp\n"
               "numbers:\n    7\n    -1\n"
               "18446744073709551615 a\n   5 z\n"
               "v n\n n#2\n");
    check_json("{\"texts\":[\"smp\",\"\",\"smp\",\"a\\nb\"],\"numbers\":[7,-1],"
               "\"counters\":{\"a\":\"18446744073709551615\",\"z\":5},"
               "\"names\":{\"n\":\"v\",\"n#2\":\"\"}}");
    read_answer(BYTES("\xa1\x65texts\x80"));
    check_text("groups: none\nnumbers: none\n    (empty)\n    (empty)\n");
    check_json("{\"texts\":[],\"numbers\":[],\"counters\":{},\"names\":{}}");
}

/* ---- Updates ---- */

static struct twin_update job;
static struct twin_report_update update = {
    .device = &device, .update = &job, .version = {1, 2, 3, 0}, .before = "1.2.4", .wait_s = 7};

/* The error of an update that ended so, and the state that it leaves. */
static void check_update(enum twin_update_stage stage, enum twin_update_cause cause, twin_err_t err,
                         const char *reason, const char *state)
{
    struct twin_error error;

    job.stage = stage;
    job.cause = cause;
    CHECK(twin_report_update_failure(&update, err, &error));
    CHECK(strcmp(error.reason, reason) == 0 && error.hint[0] != '\0');
    const char *told = twin_report_update_state(&update);
    CHECK(state != NULL ? strstr(told, state) != NULL : told[0] == '\0');
}

static void test_update(void)
{
    struct twin_error error;

    check_update(TWIN_UPDATE_LOOK, TWIN_UPDATE_DECLINED, TWIN_E_STATE, "older",
                 "Nothing was changed");
    check_update(TWIN_UPDATE_WAIT, TWIN_UPDATE_OTHER_RUNS, TWIN_E_VERIFY, "other-runs", NULL);
    check_update(TWIN_UPDATE_WAIT, TWIN_UPDATE_PLAIN, TWIN_E_TIMEOUT, "no-answer", "same command");
    check_update(TWIN_UPDATE_TEST, TWIN_UPDATE_NOT_FOUND, TWIN_E_REFUSED, "not-stored", "'mcumgr");

    /* What was not heard in another stage is a plain silence. */
    job = (struct twin_update){.stage = TWIN_UPDATE_UPLOAD};
    CHECK(!twin_report_update_failure(&update, TWIN_E_TIMEOUT, &error));
    CHECK(strstr(twin_report_update_state(&update), "not told to start") != NULL);
    job = (struct twin_update){.stage = TWIN_UPDATE_LOOK, .restarts = 1};
    CHECK(strstr(twin_report_update_state(&update), "asked to restart") != NULL);
    job = (struct twin_update){.stage = TWIN_UPDATE_RESET, .is_direct = true};
    CHECK(strstr(twin_report_update_state(&update), "starts from") != NULL);

    /* An image that ran and is gone was not declined for its age. */
    update.has_run = true;
    check_update(TWIN_UPDATE_LOOK, TWIN_UPDATE_DECLINED, TWIN_E_STATE, "other-runs", NULL);
    update.has_run = false;
}

/* ---- What became of updates ---- */

static void check_history(struct twin_history_item item, const char *want)
{
    struct twin_buf text = {0};

    twin_report_history(&text, &item, TWIN_TEXT_ASCII);
    CHECK_EQ(text.len, strlen(want));
    CHECK(text.len == strlen(want) && memcmp(text.data, want, text.len) == 0);
    twin_buf_free(&text);
    json_t *json = twin_report_history_json(&item);
    CHECK(json_is_object(json));
    json_decref(json);
}

static void test_history(void)
{
    struct twin_history_item item = {.present = TWIN_HISTORY_VERSION | TWIN_HISTORY_STARTS,
                                     .outcome = TWIN_OUTCOME_REVERTED,
                                     .reason = TWIN_REASON_ATTEMPTS,
                                     .starts = 3,
                                     .version = twin_span_text("1.2.3")};
    struct twin_error error;

    check_history(item, "version 1.2.3 was taken out again after 3 starts: nobody confirmed it");
    job = (struct twin_update){
        .stage = TWIN_UPDATE_WAIT, .cause = TWIN_UPDATE_OTHER_RUNS, .history = item};
    CHECK(twin_report_update_failure(&update, TWIN_E_VERIFY, &error));
    CHECK(strstr(error.hint, "The device says: version 1.2.3 was taken out") != NULL);
    job.history.version = twin_span_text("1.2.2"); /* of an earlier update */
    CHECK(twin_report_update_failure(&update, TWIN_E_VERIFY, &error));
    CHECK(strstr(error.hint, "The device says") == NULL);
    item = (struct twin_history_item){.outcome = TWIN_OUTCOME_REFUSED,
                                      .reason = TWIN_REASON_SIGNATURE};
    check_history(item, "an image was refused by the bootloader: its signature does not match");
    item.reason = 200;
    check_history(item, "an image was refused by the bootloader: reason 200");
    item.outcome = 9;
    check_history(item, "an image: outcome 9: reason 200");
}

int main(void)
{
    test_no_table_at_all();
    test_value_alone();
    test_absent();
    test_values();
    test_list_in_a_list();
    test_table();
    test_refusal();
    test_silence();
    test_other_results();
    test_update();
    test_history();
    return check_report();
}
