/*
 * srv_upload.c - the upload command: an image file, part by part, into the secondary.
 *
 * Flash is erased as the file advances, a sector when its first byte comes, so that no client waits
 * for the erase of a whole slot. With the first part go the trailer and sector 0, where nothing may
 * be left that the bootloader could take for a decision or for an image.
 * Spec: docs/spec-smp.md section 3.2, upload. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_priv.h"

#define CHUNK 128 /* bytes read together for hashing and comparing */

/* Is everything there that a first part must have? */
static unsigned first_part_fault(const struct twin_image_upload_req *req,
                                 struct twin_image_header *header)
{
    if (req->data.len < TWIN_IMAGE_HEADER_LEN) {
        return FAULT_HEADER;
    }
    if ((req->present & TWIN_IMAGE_UPLOAD_REQ_LEN) == 0) {
        return FAULT_NO_LENGTH;
    }
    twin_err_t err = twin_image_header_parse(req->data.ptr, header);
    if (err != TWIN_OK) {
        return err == TWIN_E_NOT_FOUND ? FAULT_MAGIC : FAULT_HEADER;
    }
    return req->sha.len > TWIN_SHA256_LEN ? FAULT_HASH_LEN : 0;
}

/* For clients that say "upgrade": major, minor and revision must be above the running image's. */
static unsigned upgrade_fault(const struct twin_slots *slots, const struct twin_version *version)
{
    const struct twin_area *primary = &slots->area[TWIN_PRIMARY];
    struct twin_image running;

    if (twin_image_open(&running, primary, 0, primary->len) != TWIN_OK) {
        return FAULT_NO_VERSION;
    }
    return twin_version_compare(version, &running.header.version) > 0 ? 0 : FAULT_NOT_NEWER;
}

/* May this file be stored, now and here? */
static unsigned file_fault(const struct twin_slots *slots, const struct twin_image_upload_req *req,
                           const struct twin_image_header *header)
{
    if (req->image != 0 && req->image != slots->image) {
        return FAULT_NO_SLOT;
    }
    unsigned fault = twin_srv_slot_fault(slots, false);
    if (fault != 0) {
        return fault;
    }
    if (req->len > twin_slots_image_max(slots)) {
        return FAULT_TOO_LARGE;
    }
    if (req->data.len > req->len) {
        return FAULT_OVERRUN;
    }
    return req->upgrade ? upgrade_fault(slots, &header->version) : 0;
}

/* Does this first part belong to the transfer that is under way? */
static bool is_resumed(const struct twin_srv_upload *upload,
                       const struct twin_image_upload_req *req)
{
    return upload->active && req->sha.len != 0 && req->sha.len == upload->sha_len &&
           req->len == upload->len && memcmp(req->sha.ptr, upload->sha, upload->sha_len) == 0;
}

/* Is the SHA-256 of the len bytes stored as an update this one? An unreadable flash says no. */
static bool stored_sha_is(const struct twin_slots *slots, uint32_t len,
                          const uint8_t sha[TWIN_SHA256_LEN])
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint8_t chunk[CHUNK], stored[TWIN_SHA256_LEN];
    struct twin_sha256 ctx;

    twin_sha256_init(&ctx);
    for (uint32_t done = 0; done < len;) {
        uint32_t part = len - done < sizeof(chunk) ? len - done : (uint32_t)sizeof(chunk);
        if (twin_area_read(area, twin_slots_update_off(slots) + done, chunk, part) != TWIN_OK) {
            return false;
        }
        twin_sha256_update(&ctx, chunk, part);
        done += part;
    }
    twin_sha256_final(&ctx, stored);
    return memcmp(stored, sha, sizeof(stored)) == 0;
}

/*
 * Is the very file stored already? So it is when the reply to the last part got lost. The header
 * is compared first, which spares hashing in nearly every case.
 */
static bool is_stored(const struct twin_slots *slots, const struct twin_image_upload_req *req)
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint8_t header[TWIN_IMAGE_HEADER_LEN];
    bool blank;

    return req->sha.len == TWIN_SHA256_LEN &&
           twin_area_read(area, twin_slots_update_off(slots), header, sizeof(header)) == TWIN_OK &&
           memcmp(header, req->data.ptr, sizeof(header)) == 0 &&
           twin_area_is_blank(area, 0, slots->sector_bytes, &blank) == TWIN_OK && blank &&
           stored_sha_is(slots, req->len, req->sha.ptr);
}

/* Set the transfer up and clear the slot's two ends. */
static twin_err_t begin(struct twin_srv_upload *upload, const struct twin_slots *slots,
                        const struct twin_image_upload_req *req)
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint32_t trailer = twin_trailer_map(slots, TWIN_SECONDARY).sector;

    memset(upload, 0, sizeof(*upload));
    TWIN_TRY(twin_srv_clear(area, trailer, area->len - trailer));
    TWIN_TRY(twin_srv_clear(area, 0, twin_slots_update_off(slots)));
    upload->len = req->len;
    upload->erased_end = twin_slots_update_off(slots);
    upload->sha_len = (uint8_t)req->sha.len;
    if (req->sha.len != 0) {
        memcpy(upload->sha, req->sha.ptr, req->sha.len);
    }
    return TWIN_OK;
}

/* Write whole units, erasing each sector before its first one. */
static unsigned write_units(struct twin_srv_upload *upload, const struct twin_slots *slots,
                            uint32_t off, const uint8_t *data, uint32_t len)
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];

    while (upload->erased_end < off + len) {
        if (twin_srv_clear(area, upload->erased_end, slots->sector_bytes) != TWIN_OK) {
            return FAULT_ERASE;
        }
        upload->erased_end += slots->sector_bytes;
    }
    return twin_area_write(area, off, data, len) == TWIN_OK ? 0 : FAULT_WRITE;
}

/* Where the write unit that comes next goes. */
static uint32_t write_off(const struct twin_srv_upload *upload, const struct twin_slots *slots)
{
    return twin_slots_update_off(slots) + upload->off - upload->tail_len;
}

/* Store the next bytes of the file. Those that do not fill a write unit wait in the tail. */
static unsigned store(struct twin_srv_upload *upload, const struct twin_slots *slots,
                      struct twin_span data)
{
    uint32_t unit = slots->area[TWIN_SECONDARY].flash->write_bytes;
    unsigned fault = 0;

    while (data.len != 0 && fault == 0) {
        uint32_t at = write_off(upload, slots), len = (uint32_t)data.len, part;
        if (upload->tail_len == 0 && len >= unit) {
            part = twin_align_down(len, unit);
            fault = write_units(upload, slots, at, data.ptr, part);
        } else {
            uint32_t room = unit - upload->tail_len;
            part = len < room ? len : room;
            memcpy(&upload->tail[upload->tail_len], data.ptr, part);
            upload->tail_len = (uint8_t)(upload->tail_len + part);
        }
        upload->off += part;
        if (upload->tail_len == unit) {
            fault = write_units(upload, slots, at, upload->tail, unit);
            upload->tail_len = 0;
        }
        data.ptr += part;
        data.len -= part;
    }
    return fault;
}

/* The file is complete: write what is left of it, filled up to a write unit. */
static unsigned finish(struct twin_srv_upload *upload, const struct twin_slots *slots)
{
    const struct twin_flash *flash = slots->area[TWIN_SECONDARY].flash;
    uint8_t *rest = &upload->tail[upload->tail_len];

    if (upload->tail_len == 0) {
        return 0;
    }
    memset(rest, flash->erased, flash->write_bytes - upload->tail_len);
    return write_units(upload, slots, write_off(upload, slots), upload->tail, flash->write_bytes);
}

static unsigned answer_off(struct twin_cbor_writer *rsp, uint32_t off)
{
    struct twin_image_upload_rsp answer = {.present = TWIN_IMAGE_UPLOAD_RSP_OFF, .off = off};

    twin_msg_encode(rsp, &twin_image_upload_rsp_msg, &answer);
    return 0;
}

static unsigned answer_end(struct twin_cbor_writer *rsp, uint32_t off, bool match)
{
    struct twin_image_upload_rsp answer = {.present = TWIN_IMAGE_UPLOAD_RSP_OFF |
                                                      TWIN_IMAGE_UPLOAD_RSP_MATCH,
                                           .off = off,
                                           .match = match};

    twin_msg_encode(rsp, &twin_image_upload_rsp_msg, &answer);
    return 0;
}

/* Take the part that is expected. After a fault the next part has to be a first one. */
static unsigned receive(struct twin_srv *srv, struct twin_span data, struct twin_cbor_writer *rsp)
{
    const struct twin_slots *slots = srv->priv.config->slots;
    struct twin_srv_upload *upload = &srv->priv.upload;
    unsigned fault = FAULT_OVERRUN;

    upload->active = false;
    if (data.len <= upload->len - upload->off) {
        fault = store(upload, slots, data);
    }
    if (fault == 0 && upload->off == upload->len) {
        fault = finish(upload, slots);
    }
    if (fault != 0) {
        return fault;
    }
    upload->active = upload->off != upload->len;
    if (upload->active || upload->sha_len != TWIN_SHA256_LEN) {
        return answer_off(rsp, upload->off);
    }
    return answer_end(rsp, upload->len, stored_sha_is(slots, upload->len, upload->sha));
}

/* Handle a first part: resume, decline, find the work done already, or begin. */
static unsigned start(struct twin_srv *srv, const struct twin_image_upload_req *req,
                      struct twin_cbor_writer *rsp)
{
    const struct twin_slots *slots = srv->priv.config->slots;
    struct twin_srv_upload *upload = &srv->priv.upload;
    struct twin_srv_question question = {.event = TWIN_SRV_UPLOAD, .len = req->len};
    struct twin_image_header header;

    unsigned fault = first_part_fault(req, &header);
    if (fault == 0 && is_resumed(upload, req)) {
        return answer_off(rsp, upload->off);
    }
    if (fault == 0) {
        fault = file_fault(slots, req, &header);
    }
    if (fault != 0) {
        return fault;
    }
    upload->active = false;
    if (is_stored(slots, req)) {
        return answer_end(rsp, req->len, true);
    }
    question.version = header.version;
    fault = twin_srv_ask(srv, &question);
    if (fault != 0) {
        return fault;
    }
    if (begin(upload, slots, req) != TWIN_OK) {
        return FAULT_ERASE;
    }
    return receive(srv, req->data, rsp);
}

unsigned twin_srv_upload(struct twin_srv *srv, const void *req_, struct twin_cbor_writer *rsp)
{
    const struct twin_image_upload_req *req = req_;
    struct twin_srv_upload *upload = &srv->priv.upload;
    uint32_t expected = upload->active ? upload->off : 0;

    if (req->off == 0) {
        return start(srv, req, rsp);
    }
    if (req->off != expected) {
        return answer_off(rsp, expected);
    }
    /* The application may have marked or confirmed something itself since the last part. */
    unsigned fault = twin_srv_slot_fault(srv->priv.config->slots, false);
    if (fault != 0) {
        upload->active = false;
        return fault;
    }
    return receive(srv, req->data, rsp);
}
