/*
 * client_update.c - the update procedure on a model of a device, for tests.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "unit/client_update.h"
#include "check.h"

#define HASH(name, byte) const uint8_t name[32] = {byte, byte, byte, 1}
HASH(old_hash, 0x0a);
HASH(new_hash, 0x0b);
HASH(third_hash, 0x0c);

static const uint8_t file[500], sha[32];

static twin_err_t read_file(void *ctx, uint32_t off, size_t len, const uint8_t **data)
{
    (void)ctx;
    (void)len;
    *data = file + off;
    return TWIN_OK;
}

struct peer_slot slot_running(const uint8_t hash[32])
{
    return (struct peer_slot){
        .is_used = true, .is_active = true, .is_confirmed = true, .hash = {hash, 32}};
}

struct peer_slot slot_stored(const uint8_t hash[32])
{
    return (struct peer_slot){.is_used = true, .slot = 1, .hash = {hash, 32}};
}

/* A device with two slots that runs the old image. */
struct session session_make(void)
{
    struct session s = {.config.upload = {.len = sizeof(file),
                                          .sha = sha,
                                          .image_hash = {new_hash, sizeof(new_hash)},
                                          .packet_max = 380,
                                          .read = read_file}};

    s.peer.slots[0] = slot_running(old_hash);
    s.peer.slots[1].slot = 1;
    s.peer.lands_in = 1;
    s.peer.brings = (struct twin_span){new_hash, sizeof(new_hash)};
    return s;
}

twin_err_t session_run(struct session *s)
{
    static const struct twin_client_config config = {
        .timeout_ms = 1000, .tries = 3, .version = TWIN_SMP_V2, .seq = 9};

    twin_client_init(&s->client, &config);
    twin_update_begin(&s->update, &s->client, &s->config);
    return peer_run(&s->peer, &s->update.job);
}

void session_ends(struct session *s, twin_err_t want, enum twin_update_stage stage,
                  enum twin_update_cause cause)
{
    CHECK_EQ(session_run(s), want);
    CHECK_EQ(s->update.stage, stage);
    CHECK_EQ(s->update.cause, cause);
}

void session_works(struct session *s)
{
    session_ends(s, TWIN_OK, TWIN_UPDATE_END, TWIN_UPDATE_PLAIN);
    struct twin_image_slot slot;
    CHECK(twin_update_running(&s->update, &slot));
}

void boots_new(struct peer *peer)
{
    peer->slots[0] = slot_running(new_hash);
}

void boots_old(struct peer *peer)
{
    peer->slots[0] = slot_running(old_hash);
}

void boots_the_same(struct peer *peer)
{
    (void)peer;
}
