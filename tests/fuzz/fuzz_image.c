/*
 * fuzz_image.c - any bytes as an image: taking apart, verifying, dumping in each form.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay.h"
#include "signing/dump.h"
#include "signing/verify.h"
#include <stdlib.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Every TLV lies inside the image, and together they fill their areas. */
static void check_tlvs(const struct twin_view *view)
{
    const uint8_t *end = view->bytes.ptr + view->end;
    struct twin_view_tlv tlv;
    size_t cursor = 0, sum = 0;

    MUST(view->end <= view->bytes.len && view->hashed_len < view->end);
    while (twin_view_next(view, &cursor, &tlv)) {
        MUST(tlv.value.ptr > view->bytes.ptr && tlv.value.ptr <= end);
        MUST(tlv.value.len <= (size_t)(end - tlv.value.ptr));
        sum += 4 + tlv.value.len;
    }
    size_t heads = view->header.protect_tlv_size != 0 ? 8 : 4;
    MUST(view->payload_off + view->payload_len + sum + heads == view->end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct twin_verify_input input = {.bytes = {data, len}};
    struct twin_verify_result result;
    struct twin_error error;
    struct twin_view view;

    enum twin_fault fault = twin_view_open(&view, input.bytes);
    bool good = twin_verify_image(&input, &result, &error) == TWIN_ERROR_NONE;
    MUST(!good || fault == TWIN_FAULT_NONE);
    MUST(good == (result.fault == TWIN_FAULT_NONE));
    MUST(good ||
         (error.code == TWIN_ERROR_VERIFY && error.why[0] != '\0' && error.reason[0] != '\0'));
    if (fault == TWIN_FAULT_NONE) {
        check_tlvs(&view);
        for (int form = TWIN_DUMP_HUMAN; form <= TWIN_DUMP_JSON; form++) {
            struct twin_buf text = {0};
            twin_dump(&view, "name", (enum twin_dump_form)form, &text);
            MUST(text.len > 100);
            twin_buf_free(&text);
        }
    }
    return 0;
}
