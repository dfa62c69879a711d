/*
 * srv_images.c - the image group of a device with several images: finds out which of them a request
 * is about, and has srv_image.c do it. Spec: docs/spec-smp.md section 3.2.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "twin/srv_images.h"
#include "srv_image_priv.h"

/* A request as it is for one of the images. */
struct one {
    struct twin_srv_image_config config;
    struct twin_srv_call call;
};

static const struct twin_map *map_of(const struct twin_srv_call *call)
{
    return ((const struct twin_srv_images_config *)call->config)->map;
}

/* The call in it refers to the struct: it stays where it is. */
static const struct twin_srv_call *make_one(struct one *one, const struct twin_srv_call *call,
                                            unsigned place)
{
    const struct twin_srv_images_config *config = call->config;
    struct twin_srv_images_state *state = call->state;

    one->config = (struct twin_srv_image_config){.slots = &config->map->images[place],
                                                 .is_downgrade = config->is_downgrade,
                                                 .hash = config->hash,
                                                 .plan = config->plan,
                                                 .running = place == 0 ? config->running : 0,
                                                 .first = config->first,
                                                 .told = TWIN_IMAGE_SLOT_IMAGE};
    one->call = *call;
    one->call.config = &one->config;
    one->call.state = &state->receiving;
    return &one->call;
}

/* The place in the map of the image with this number; the count of images if there is none. */
static unsigned place_of(const struct twin_map *map, uint32_t image)
{
    unsigned place = 0;

    while (place < map->count && map->images[place].image != image) {
        place++;
    }
    return place;
}

static unsigned list(const struct twin_srv_call *call)
{
    uint8_t *head = twin_srv_image_begin_list(call);
    unsigned count = 0;
    struct one one;

    for (unsigned place = 0; place < map_of(call)->count; place++) {
        count += twin_srv_image_put_slots(make_one(&one, call, place));
    }
    return twin_srv_image_end_list(call, head, count);
}

_Static_assert(TWIN_IMAGES_MAX *SLOT_COUNT < 24, "the length of the list is one byte");

/* The image that has the hash; without a hash the first. What that one answers is its part only. */
static unsigned state_write(const struct twin_srv_call *call)
{
    const struct twin_cbor_writer before = *call->rsp;
    unsigned fault = FAULT_NOT_FOUND;
    struct one one;

    for (unsigned place = 0; place < map_of(call)->count && fault == FAULT_NOT_FOUND; place++) {
        fault = twin_srv_image_state_write(make_one(&one, call, place));
    }
    *call->rsp = before;
    return fault != 0 ? fault : list(call);
}

/* Only the first part names the image. */
static unsigned upload(const struct twin_srv_call *call)
{
    const struct twin_image_upload_req *req = call->req;
    struct twin_srv_images_state *state = call->state;
    struct one one;

    if (req->off == 0) {
        const unsigned place = place_of(map_of(call), req->image);
        if (place == map_of(call)->count) {
            return FAULT_NO_SLOT;
        }
        if (place != state->priv.place) {
            state->receiving.priv.upload.active = false;
            state->priv.place = (uint8_t)place;
        }
    }
    return twin_srv_upload(make_one(&one, call, state->priv.place));
}

/* Slots are numbered on from image to image. Without a number it is the first image's to say which
 * one is meant. */
static unsigned erase(const struct twin_srv_call *call)
{
    const struct twin_map *map = map_of(call);
    struct twin_image_erase_req req = *(const struct twin_image_erase_req *)call->req;
    struct one one;

    const unsigned place = place_of(map, req.slot / SLOT_COUNT); /* 0 if it is not there */
    if (place == map->count) {
        return FAULT_NO_SLOT;
    }
    req.slot %= SLOT_COUNT;
    make_one(&one, call, place);
    one.call.req = &req;
    return twin_srv_image_erase(&one.call);
}

static unsigned slot_info(const struct twin_srv_call *call)
{
    const struct twin_map *map = map_of(call);
    struct one one;

    twin_srv_begin_list(call, map->count);
    for (unsigned place = 0; place < map->count; place++) {
        twin_srv_image_put_info(make_one(&one, call, place));
    }
    return 0;
}

static twin_err_t init(const struct twin_srv_entry *entry)
{
    const struct twin_srv_images_config *config = entry->config;
    struct twin_srv_images_state *state = entry->state;

    *state = (struct twin_srv_images_state){.priv = {0}};
    return config->map == NULL ? TWIN_E_ARG : twin_map_check(config->map);
}

static const struct twin_srv_cmd cmds[] = {
    {&twin_image_state_cmd, list},          {&twin_image_state_write_cmd, state_write},
    {&twin_image_upload_cmd, upload},       {&twin_image_erase_cmd, erase},
    {&twin_image_slot_info_cmd, slot_info},
};

const struct twin_srv_group twin_srv_images = {
    .cmds = cmds, .cmd_count = TWIN_COUNT(cmds), .faults = twin_srv_image_faults, .init = init};
