/*
 * client_update.h - the update procedure on a model of a device (client_peer.h), for tests.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/update.h"
#include "unit/client_peer.h"

/* The image that runs at first, the one that is sent, and another one. */
extern const uint8_t old_hash[32], new_hash[32], third_hash[32];

struct session {
    struct peer peer;
    struct twin_client client;
    struct twin_update_config config;
    struct twin_update update;
};

/* A device with two slots that runs the old image, and a file with the new one. */
struct session session_make(void);

twin_err_t session_run(struct session *s);

/* Run, and check how it ends. */
void session_ends(struct session *s, twin_err_t want, enum twin_update_stage stage,
                  enum twin_update_cause cause);
void session_works(struct session *s);

/* Entries of a list: running and confirmed; in the other slot. */
struct peer_slot slot_running(const uint8_t hash[32]);
struct peer_slot slot_stored(const uint8_t hash[32]);

/* What a bootloader may do at a start: nothing, or start this image. */
void boots_the_same(struct peer *peer);
void boots_new(struct peer *peer);
void boots_old(struct peer *peer);
