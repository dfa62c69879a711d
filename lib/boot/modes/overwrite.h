/*
 * overwrite.h - what the modes share that copy an update over the image that runs.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "../boot_priv.h"

/* More looks than any flash that works can ask for. */
#define OVERWRITE_LOOKS_MAX 8

/* Where the new image is read from, and a buffer for it. */
struct overwrite_source {
    const struct twin_area *area;
    uint8_t *buf;
    uint32_t buf_len; /* a multiple of the write unit */
};

/* Look at the trailers; follow() is the next step when there is a request. */
enum twin_boot_status twin_boot_overwrite_look(struct twin_boot *boot,
                                               enum twin_boot_status (*follow)(struct twin_boot *));

/* Begin to copy, with step(), or take the request back: an err says why not; or is_there. */
enum twin_boot_status twin_boot_overwrite_begin(struct twin_boot *boot, twin_err_t err,
                                                bool is_there,
                                                enum twin_boot_status (*step)(struct twin_boot *));

/* One operation of the copy, of `sectors` sectors. *err says what went wrong with it. */
enum twin_boot_status twin_boot_overwrite_step(struct twin_boot *boot,
                                               const struct overwrite_source *source,
                                               uint32_t sectors, twin_err_t *err);

/* Have both images the same hash? */
bool twin_boot_overwrite_is_same(const struct twin_image *a, const struct twin_image *b,
                                 const struct twin_hash_alg *alg);

/* The next step of a request for an image that is not compressed. */
enum twin_boot_status twin_boot_overwrite_follow(struct twin_boot *boot);
