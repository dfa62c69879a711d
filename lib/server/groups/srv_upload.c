/*
 * srv_upload.c - the upload command: an image file, part by part, into the secondary.
 *
 * Flash is erased as the file advances, a sector when its first byte comes, so that no client waits
 * for the erase of a whole slot. With the first part go the trailer and sector 0, where nothing may
 * be left that the bootloader could take for a decision or for an image. The first write unit, with
 * the header's magic, is written last: until then there is no image here, whatever else is left of
 * earlier ones, even when the device restarts and forgets the transfer.
 * Spec: docs/spec-smp.md section 3.2, upload. SPDX-License-Identifier: Apache-2.0
 */
#include "srv_image_priv.h"

static struct twin_srv_upload *upload_of(const struct twin_srv_call *call)
{
    return &((struct twin_srv_image_state *)call->state)->priv.upload;
}

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

/* What any part may ask for, whichever it is: a slot, and a file newer than what runs. */
static unsigned wish_fault(const struct twin_slots *slots, const struct twin_image_upload_req *req,
                           const struct twin_version *version)
{
    if (req->image != 0 && req->image != slots->image) {
        return FAULT_NO_SLOT;
    }
    return req->upgrade ? twin_srv_upgrade_fault(slots, version) : 0;
}

/* May this file be stored, now and here? An update that is pending would be withdrawn for it. */
static unsigned file_fault(const struct twin_slots *slots, const struct twin_image_upload_req *req,
                           const struct twin_image_header *header)
{
    uint32_t tlvs = header->hdr_size + header->img_size + header->protect_tlv_size;
    unsigned fault = twin_srv_slot_fault(slots, true);

    if (fault == 0) {
        fault = wish_fault(slots, req, &header->version);
    }
    if (fault == 0 && req->len > twin_slots_image_max(slots)) {
        fault = FAULT_TOO_LARGE;
    }
    if (fault == 0 && req->data.len > req->len) {
        fault = FAULT_OVERRUN;
    }
    if (fault == 0 && req->len <= tlvs) { /* what stands behind it would pass for its end */
        fault = FAULT_NO_TLVS;
    }
    return fault;
}

/* Does this first part belong to the transfer that is under way? */
static bool is_resumed(const struct twin_srv_upload *upload,
                       const struct twin_image_upload_req *req, const struct twin_version *version)
{
    return upload->active && req->sha.len != 0 && req->sha.len == upload->sha_len &&
           req->len == upload->len && memcmp(req->sha.ptr, upload->sha, upload->sha_len) == 0 &&
           memcmp(version, &upload->version, sizeof(*version)) == 0;
}

/* Is the SHA-256 of the len bytes at this offset this one? An unreadable flash says no. */
static bool stored_sha_is(const struct twin_slots *slots, uint32_t off, uint32_t len,
                          const uint8_t sha[TWIN_SHA256_LEN])
{
    const struct twin_area *area = &slots->area[TWIN_SECONDARY];
    uint8_t chunk[CHUNK], stored[TWIN_SHA256_LEN];
    struct twin_sha256 ctx;

    twin_sha256_init(&ctx);
    for (uint32_t done = 0; done < len;) {
        uint32_t part = len - done < sizeof(chunk) ? len - done : (uint32_t)sizeof(chunk);
        if (twin_area_read(area, off + done, chunk, part) != TWIN_OK) {
            return false;
        }
        twin_sha256_update(&ctx, chunk, part);
        done += part;
    }
    twin_sha256_final(&ctx, stored);
    return memcmp(stored, sha, sizeof(stored)) == 0;
}

/* The header is compared first, which spares hashing in nearly every case. */
static bool is_stored_at(const struct twin_slots *slots, uint32_t off,
                         const struct twin_image_upload_req *req)
{
    uint8_t header[TWIN_IMAGE_HEADER_LEN];

    return twin_area_read(&slots->area[TWIN_SECONDARY], off, header, sizeof(header)) == TWIN_OK &&
           memcmp(header, req->data.ptr, sizeof(header)) == 0 &&
           stored_sha_is(slots, off, req->len, req->sha.ptr);
}

/*
 * Is the very file stored already? So it is as an update when the reply to the last part got lost,
 * and as the previous image when somebody wants to go back.
 */
static bool is_stored(const struct twin_slots *slots, const struct twin_image_upload_req *req)
{
    struct twin_slots_state state;

    if (req->sha.len != TWIN_SHA256_LEN) {
        return false;
    }
    if (twin_area_is_blank(&slots->area[TWIN_SECONDARY], 0, twin_slots_update_off(slots))) {
        return is_stored_at(slots, twin_slots_update_off(slots), req);
    }
    twin_slots_read(slots, &state);
    return twin_slots_has_previous(&state) && is_stored_at(slots, 0, req);
}

/* Set the transfer up, clear the slot's two ends and put the first write unit aside. */
static twin_err_t begin(struct twin_srv_upload *upload, const struct twin_slots *slots,
                        const struct twin_image_upload_req *req, const struct twin_version *version)
{
    memset(upload, 0, sizeof(*upload));
    TWIN_TRY(twin_srv_clear_slot(slots, twin_slots_update_off(slots)));
    upload->len = req->len;
    upload->off = slots->area[TWIN_SECONDARY].flash->write_bytes;
    memcpy(upload->first, req->data.ptr, upload->off);
    upload->erased_end = twin_slots_update_off(slots);
    upload->version = *version;
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

/* The file is complete: write what is left of it, filled up to a write unit, and the first unit. */
static unsigned finish(struct twin_srv_upload *upload, const struct twin_slots *slots)
{
    const struct twin_flash *flash = slots->area[TWIN_SECONDARY].flash;
    uint32_t unit = flash->write_bytes;
    unsigned fault = 0;

    if (upload->tail_len != 0) {
        memset(&upload->tail[upload->tail_len], flash->erased, unit - upload->tail_len);
        fault = write_units(upload, slots, write_off(upload, slots), upload->tail, unit);
    }
    if (fault == 0) {
        fault = write_units(upload, slots, twin_slots_update_off(slots), upload->first, unit);
    }
    return fault;
}

/* Say which byte is wanted next, and at the end (match not NULL) whether the content is right. */
static unsigned answer_off(const struct twin_srv_call *call, uint32_t off, const bool *match)
{
    struct twin_image_upload_rsp answer = {.present = TWIN_IMAGE_UPLOAD_RSP_OFF, .off = off};

    if (match != NULL) {
        answer.present |= TWIN_IMAGE_UPLOAD_RSP_MATCH;
        answer.match = *match;
    }
    return twin_srv_answer(call, &answer);
}

/* Take the part that is expected. After a fault the next part has to be a first one. */
static unsigned receive(const struct twin_srv_call *call, struct twin_span data)
{
    const struct twin_slots *slots = slots_of(call);
    struct twin_srv_upload *upload = upload_of(call);
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
        return answer_off(call, upload->off, NULL);
    }
    bool match = stored_sha_is(slots, twin_slots_update_off(slots), upload->len, upload->sha);
    return answer_off(call, upload->off, &match);
}

/* Handle a first part: resume, decline, find the work done already, or begin. */
static unsigned start(const struct twin_srv_call *call)
{
    const struct twin_image_upload_req *req = call->req;
    const struct twin_slots *slots = slots_of(call);
    struct twin_srv_upload *upload = upload_of(call);
    struct twin_srv_image_question question = {.len = req->len};
    struct twin_image_header header;

    unsigned fault = first_part_fault(req, &header);
    if (fault == 0) {
        fault = file_fault(slots, req, &header);
    }
    if (fault != 0) {
        return fault;
    }
    if (is_resumed(upload, req, &header.version)) {
        return answer_off(call, upload->off, NULL);
    }
    upload->active = false;
    if (is_stored(slots, req)) {
        const bool match = true;
        return answer_off(call, req->len, &match);
    }
    question.version = header.version;
    fault = twin_srv_ask(call, &question);
    if (fault != 0) {
        return fault;
    }
    if (begin(upload, slots, req, &header.version) != TWIN_OK) {
        return FAULT_ERASE;
    }
    struct twin_span rest = {req->data.ptr + upload->off, req->data.len - upload->off};
    return receive(call, rest);
}

unsigned twin_srv_upload(const struct twin_srv_call *call)
{
    const struct twin_image_upload_req *req = call->req;
    const struct twin_slots *slots = slots_of(call);
    struct twin_srv_upload *upload = upload_of(call);
    uint32_t expected = upload->active ? upload->off : 0;

    if (req->off == 0) {
        return start(call);
    }
    if (req->off != expected) {
        return answer_off(call, expected, NULL);
    }
    /* The application may have marked or confirmed something itself since the last part. */
    unsigned fault = twin_srv_slot_fault(slots, false);
    if (fault != 0) {
        upload->active = false;
    } else {
        fault = wish_fault(slots, req, &upload->version);
    }
    return fault != 0 ? fault : receive(call, req->data);
}
