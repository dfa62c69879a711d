/*
 * twin/record.h - what became of an update, in a few bytes of flash that MCUboot ignores.
 *
 * The bootloader writes them if it is built with twin/recorder.h; the application reads them here
 * and tells its user, or has the server tell (twin/grp_boot.h). They stand below the cells that
 * count starts, and a swap erases them: what is there is about the last swap, and what was refused
 * since. A bootloader that writes none leaves its trailer, and that says the outcome as well.
 * Spec: docs/spec-boot-attempts.md section 4. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/outcome.h"
#include "twin/slots.h"

TWIN_C_BEGIN

#define TWIN_RECORD_STARTS_UNKNOWN 0xff
#define TWIN_RECORD_VERSION_LEN    8
#define TWIN_RECORD_LEN            16 /* bytes of flash, and of shared RAM */

struct twin_record {
    uint8_t outcome; /* enum twin_outcome */
    uint8_t reason;  /* enum twin_reason; later bootloaders may know others */
    uint8_t starts;  /* that it had on trial, or TWIN_RECORD_STARTS_UNKNOWN */
    uint8_t image;   /* number of the image */
    /* Of the image that was installed, taken out or refused, as in its header (twin_version_get);
     * all 0 if it is not known. */
    uint8_t version[TWIN_RECORD_VERSION_LEN];
    bool is_new; /* nobody acknowledged it; not stored in it */
};

/* ---- For the application ---- */

/* Places for records of one image: the first for the last swap, the others for what was refused
 * since. */
#define TWIN_RECORD_PLACES 4

/*
 * All that is known of one image, oldest first.
 *
 * list  out: room for TWIN_RECORD_PLACES.
 *
 * Returns how many there are; 0 if nothing happened yet. A record that is damaged or cannot be read
 * is passed over. Instead of one for a swap that nobody recorded there is what the trailer says,
 * without reason, starts and version, and never new.
 */
unsigned twin_records_read(const struct twin_slots *slots, struct twin_record *list);

/*
 * They were told to whom they concern: none of them is new any more.
 *
 * Returns TWIN_OK; TWIN_E_IO if the flash refused: then they may be told again.
 */
TWIN_MUST_CHECK twin_err_t twin_records_acknowledge(const struct twin_slots *slots);

/* ---- For the bootloader ---- */

/* Where a place is, in bytes from the start of the primary; 0: there is no room for it. */
uint32_t twin_record_off(const struct twin_slots *slots, unsigned place);

/* As it is stored, and back. Returns TWIN_E_FORMAT if it is none. */
void twin_record_put(const struct twin_record *record, uint8_t raw[TWIN_RECORD_LEN]);
TWIN_MUST_CHECK twin_err_t twin_record_get(const uint8_t raw[TWIN_RECORD_LEN],
                                           struct twin_record *record);

/*
 * Read or write one place, whatever the trailer says. Returns TWIN_OK; TWIN_E_FORMAT if no record
 * is there; TWIN_E_SPACE if it is taken, or there is no such place; TWIN_E_IO.
 */
TWIN_MUST_CHECK twin_err_t twin_record_read(const struct twin_slots *slots, unsigned place,
                                            struct twin_record *record);
TWIN_MUST_CHECK twin_err_t twin_record_write(const struct twin_slots *slots, unsigned place,
                                             const struct twin_record *record);

TWIN_C_END
