/*
 * signer.c - the smallest signing service: it makes a key, signs an image in memory, and checks it
 * as whoever gets it would. Exit status 0: the image is good, and not any more when a bit changes.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "keys/key.h"
#include "signing/sign.h"
#include "signing/verify.h"
#include <stdio.h>

static int complain(const struct twin_error *error)
{
    printf("signer: %s\n", error->why);
    return 1;
}

static int sign(const struct twin_key *key, struct twin_signed *image, struct twin_error *error)
{
    struct twin_sign_spec spec = twin_sign_defaults();
    struct twin_buf input = {0};

    spec.version.major = 2;
    spec.key = key;
    twin_buf_fill(&input, 0, spec.header_size);
    twin_buf_text(&input, "the payload of the firmware");
    enum twin_error_code code = twin_sign_image(&spec, &input, image, error);
    twin_buf_free(&input);
    return code != TWIN_ERROR_NONE;
}

int main(void)
{
    EVP_PKEY *pkey = NULL;
    struct twin_key key = {0};
    struct twin_signed image = {0};
    struct twin_verify_result result;
    struct twin_error error;
    int status = 1;

    if (twin_key_generate(&twin_key_types[TWIN_KEY_P256], &pkey, &error) != TWIN_ERROR_NONE ||
        twin_key_adopt(&key, pkey, true, "own key", &error) != TWIN_ERROR_NONE ||
        sign(&key, &image, &error) != 0) {
        return complain(&error);
    }
    const struct twin_verify_input input = {
        .bytes = twin_buf_span(&image.bytes), .keys = &key, .key_count = 1};
    if (twin_verify_image(&input, &result, &error) != TWIN_ERROR_NONE) {
        complain(&error);
    } else {
        image.bytes.data[40] ^= 1;
        status = twin_verify_image(&input, &result, &error) != TWIN_ERROR_VERIFY;
        printf("signer: signed %lu bytes; with a bit changed: %s\n", (unsigned long)image.bytes.len,
               error.why);
    }
    twin_signed_free(&image);
    twin_key_free(&key);
    return status;
}
