/*
 * test_signing_memory.c - memory runs out at every place in turn while an image is signed, read
 * from a file, verified and dumped: each time that is an error with its cause, nothing else
 * happens, and with enough of it the work is done. SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* mkstemps */
#include "check.h"
#include "signing/dump.h"
#include "signing/image_file.h"
#include "signing/sign.h"
#include "signing/verify.h"
#include <unistd.h>

#define KEYS TEST_VECTORS "/image/keys/"

static struct twin_key key, receiver;
static struct twin_error error;

/* malloc() of the libraries under test; see --wrap in imgtool.cmake. */
static size_t left = SIZE_MAX; /* that succeed */
static bool ran_out;

void *real_malloc(size_t size) __asm__("__real_malloc");
void *scarce_malloc(size_t size) __asm__("__wrap_malloc");

void *scarce_malloc(size_t size)
{
    if (left == 0) {
        ran_out = true;
        return NULL;
    }
    left--;
    return real_malloc(size);
}

static void fill_input(struct twin_buf *input)
{
    twin_buf_fill(input, 0, TWIN_IMAGE_HEADER_LEN);
    for (unsigned i = 0; i < 40; i++) {
        twin_buf_fill(input, (uint8_t)i, 50);
    }
}

/* With all that an image can have. */
static enum twin_error_code sign(struct twin_signed *image)
{
    static const struct twin_sign_dependency dependency = {1, {1, 0, 0, 0}};
    static const struct twin_sign_tlv custom = {0xa0, {(const uint8_t *)"text", 4}};
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_buf input = {0};

    spec.key = &key;
    spec.enc_key = &receiver;
    spec.compression = TWIN_COMPRESSION_LZMA2;
    spec.sw_type = "APP";
    spec.has_security_counter = true;
    spec.dependencies = &dependency;
    spec.dependency_count = 1;
    spec.custom = &custom;
    spec.custom_count = 1;
    fill_input(&input);
    return twin_sign_image(&spec, &input, image, &error);
}

static enum twin_error_code verify(struct twin_span bytes)
{
    const struct twin_verify_input input = {
        .bytes = bytes, .keys = &key, .key_count = 1, .dec_key = &receiver};
    struct twin_verify_result result;

    return twin_verify_image(&input, &result, &error);
}

static enum twin_error_code dump(struct twin_span bytes)
{
    struct twin_buf text = {0};
    struct twin_view view;

    CHECK_EQ(twin_view_open(&view, bytes), TWIN_FAULT_NONE);
    for (int form = TWIN_DUMP_HUMAN; form <= TWIN_DUMP_JSON; form++) {
        twin_dump(&view, "image.bin", (enum twin_dump_form)form, &text);
    }
    enum twin_error_code code = twin_buf_check(&text, &error);
    twin_buf_free(&text);
    return code;
}

/* As Intel HEX, padded, and back. */
static enum twin_error_code use_file(struct twin_span bytes)
{
    char path[] = "/tmp/test_signing_memory.XXXXXX.hex";
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_image_file file = {.has_addr = true}, back = {.has_addr = false};

    CHECK(close(mkstemps(path, 4)) == 0);
    spec.slot_size = 8192;
    spec.pad = true;
    twin_buf_add_span(&file.bytes, bytes);
    enum twin_error_code code = twin_image_file_write(path, &spec, &file, &error);
    if (code == TWIN_ERROR_NONE) {
        code = twin_image_file_read(path, 0, 0, &back, &error);
    }
    CHECK(code != TWIN_ERROR_NONE || back.bytes.len == spec.slot_size);
    twin_buf_free(&file.bytes);
    twin_buf_free(&back.bytes);
    CHECK_EQ(unlink(path), 0);
    return code;
}

static enum twin_error_code sign_and_forget(struct twin_span unused)
{
    struct twin_signed image;
    enum twin_error_code code = sign(&image);

    (void)unused;
    twin_signed_free(&image);
    return code;
}

static void try_with_ever_more(enum twin_error_code (*work)(struct twin_span),
                               struct twin_span bytes)
{
    for (size_t enough = 0; enough < 10000; enough++) {
        left = enough;
        ran_out = false;
        enum twin_error_code code = work(bytes);
        left = SIZE_MAX;
        if (!ran_out) {
            CHECK_EQ(code, TWIN_ERROR_NONE);
            CHECK(enough > 5); /* it did need some */
            return;
        }
        CHECK_EQ(code, TWIN_ERROR_REFUSED);
        CHECK(strstr(error.why, "memory") != NULL);
    }
    CHECK(false && "it never had enough");
}

int main(void)
{
    struct twin_signed image;

    CHECK_EQ(twin_key_load(&key, KEYS "ecdsa-p256.pem", NULL, &error), TWIN_ERROR_NONE);
    CHECK_EQ(twin_key_load(&receiver, KEYS "ecdsa-p256-other.pem", NULL, &error), TWIN_ERROR_NONE);
    CHECK_EQ(sign(&image), TWIN_ERROR_NONE);
    const struct twin_span bytes = twin_buf_span(&image.bytes);
    try_with_ever_more(sign_and_forget, bytes);
    try_with_ever_more(verify, bytes);
    try_with_ever_more(dump, bytes);
    try_with_ever_more(use_file, bytes);
    twin_signed_free(&image);
    twin_key_free(&key);
    twin_key_free(&receiver);
    return check_report();
}
