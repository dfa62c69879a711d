/*
 * srv_priv.h - what the server's files share and nobody else needs.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/server.h"

/* Faults of the image group that several files have. */
extern const struct twin_srv_fault twin_srv_read_fault, twin_srv_write_fault, twin_srv_erase_fault;

/*
 * May the secondary be erased and written? Never while it holds the image to go back to or a swap
 * is under way; while an update is pending only by those who mean to withdraw it.
 *
 * Returns NULL if it may.
 */
const struct twin_srv_fault *twin_srv_slot_fault(const struct twin_slots *slots,
                                                 bool withdraw_pending);

/* Erase len bytes (whole sectors) unless they are blank: spares time and the flash. */
TWIN_MUST_CHECK twin_err_t twin_srv_clear(const struct twin_area *area, uint32_t off, uint32_t len);

/* The upload command. */
const struct twin_srv_fault *twin_srv_upload(struct twin_srv *srv, const void *req,
                                             struct twin_cbor_writer *rsp);
