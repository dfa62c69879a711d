/*
 * bootloader.c - the smallest bootloader, on a flash in RAM. It takes RSA-2048 signatures, finds
 * nothing to start on an empty flash, and refuses an image that nobody signed. Exit status 0: so it
 * did. SPDX-License-Identifier: Apache-2.0
 */
#include "ram_flash.h"
#include "twin/boot.h"
#include <stdio.h>

#if defined(WANT_OWN_BEARSSL) && !defined(OWN_BEARSSL)
#error the BearSSL of this build is not the one that twinslot::boot uses
#endif

/* An image without a signature: header, 16 bytes of payload, and its SHA-256 as the only TLV. */
static void install_unsigned(void)
{
    enum { HEADER = TWIN_IMAGE_HEADER_LEN, PAYLOAD = 16, INFO = 4, TLV = 4 };
    static const uint8_t info[INFO + TLV] = {
        0x07, 0x69, INFO + TLV + TWIN_SHA256_LEN, 0, 0x10, 0, TWIN_SHA256_LEN, 0};
    struct twin_sha256 sha;

    memset(cells, 0, HEADER + PAYLOAD);
    twin_put_le32(&cells[0], TWIN_IMAGE_MAGIC);
    twin_put_le16(&cells[8], HEADER);
    twin_put_le32(&cells[12], PAYLOAD);
    memcpy(&cells[HEADER + PAYLOAD], info, sizeof(info));
    twin_sha256_init(&sha);
    twin_sha256_update(&sha, cells, HEADER + PAYLOAD);
    twin_sha256_final(&sha, &cells[HEADER + PAYLOAD + sizeof(info)]);
}

static void keep_reason(void *ctx, enum twin_boot_event event, uint32_t arg)
{
    if (event == TWIN_BOOT_EV_INVALID) {
        *(twin_err_t *)ctx = (twin_err_t)arg;
    }
}

/* Why the primary is not started; TWIN_OK: it would be. */
static twin_err_t boot(void)
{
    static const uint8_t der[] = {0x30, 0}; /* no signature gets as far as the key */
    static const struct twin_pubkey key = {.der = der, .len = sizeof(der)};
    static uint8_t buf[256];
    twin_err_t reason = TWIN_OK;
    static const struct twin_slots slots = RAM_SLOTS;
    const struct twin_boot_config config = {.mode = &twin_boot_swap_offset,
                                            .slots = &slots,
                                            .keys = &key,
                                            .alg = &twin_sig_rsa2048,
                                            .key_count = 1,
                                            .attempts = 3,
                                            .buf = buf,
                                            .buf_len = sizeof(buf),
                                            .log = keep_reason,
                                            .log_ctx = &reason};
    struct twin_boot loader;
    enum twin_boot_status status;

    if (twin_boot_init(&loader, &config) != TWIN_OK) {
        return TWIN_OK;
    }
    while ((status = twin_boot_step(&loader)) == TWIN_BOOT_AGAIN) {
    }
    return status == TWIN_BOOT_STOP ? reason : TWIN_OK;
}

int main(void)
{
    twin_err_t on_empty, on_unsigned;

    memset(cells, 0xff, sizeof(cells));
    on_empty = boot();
    install_unsigned();
    on_unsigned = boot();
    printf("bootloader: empty flash: %s\n", twin_err_str(on_empty));
    printf("bootloader: unsigned image: %s\n", twin_err_str(on_unsigned));
    return on_empty == TWIN_OK || on_unsigned != TWIN_E_VERIFY;
}
