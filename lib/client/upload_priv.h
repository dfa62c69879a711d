/*
 * upload_priv.h - the pace of an upload, for upload.c and nobody else: how long to wait, how large
 * packets may be, how many may be under way. upload_pace.c learns all of it from what comes back.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/upload.h"

#define TWIN_UPLOAD_ASK_PARTS                                                                      \
    8 /* questions before the first part are parts of a request's time                             \
       */

static inline uint32_t twin_min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Milliseconds that the client has for one request, repeats included. */
uint32_t twin_upload_request_ms(const struct twin_upload *u);

/* ---- Time ---- */

/* An answer to a part that was sent once came after so many milliseconds. */
void twin_upload_learn_time(struct twin_upload *u, uint32_t rtt_ms);

/* How long the first part may be waited for, repeats included. */
uint32_t twin_upload_first_max_ms(const struct twin_upload *u);

/* When the answer to the oldest part is overdue: a silence. */
uint32_t twin_upload_overdue_ms(const struct twin_upload *u);

/* After a silence: did they last too long? */
bool twin_upload_is_given_up(const struct twin_upload *u, uint32_t now_ms);

/* ---- Losses ---- */

/* Something was lost. Losses at every turn narrow the window for good. */
void twin_upload_note_loss(struct twin_upload *u);

/* After a silence, before the loss is noted: if the packets are perhaps too large, make them
 * smaller. */
void twin_upload_doubt_size(struct twin_upload *u);

/* The device took a part of the present size. */
void twin_upload_prove_size(struct twin_upload *u);

/* A late answer: if it is to a part that was too large, as we believed, its size is used again. */
void twin_upload_trust_size(struct twin_upload *u, uint32_t off);

/* ---- Pauses ---- */

/*
 * A part was refused. If the refusal asks for time, and not too often yet, begin a pause, after
 * which the same is to be sent again. Returns false if the refusal is the end.
 */
bool twin_upload_pause(struct twin_upload *u, uint32_t now_ms);
