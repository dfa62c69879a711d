/*
 * twin/recorder.h - for a bootloader that writes down what became of an update (twin/record.h).
 *
 * It watches a bootloader at work, and writes between its steps; the bootloader is the same with
 * and without. What it writes is never needed to start or to swap: power that fails in it loses a
 * reason, not a decision.
 *
 *     struct twin_boot_config config = ...; // changed here: config.log is the recorder's from now
 *     struct twin_boot_recorder recorder;
 *     twin_boot_recorder_init(&recorder, &boot, &config);
 *     twin_boot_init(&boot, &config);
 *     do {
 *         status = twin_boot_step(&boot);
 *         twin_boot_recorder_step(&recorder);
 *     } while (status == TWIN_BOOT_AGAIN);
 *
 * Of a device with several images it watches images.boot. Modes in which an image runs from either
 * slot are not recorded. Spec: docs/spec-boot-attempts.md section 4.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "twin/boot.h"
#include "twin/record.h"

TWIN_C_BEGIN

struct twin_boot_recorder {
    struct {
        const struct twin_boot *boot;
        void (*log)(void *ctx, enum twin_boot_event event, uint32_t arg);
        void *log_ctx;
        struct twin_record swap;        /* of the one under way */
        struct twin_record note;        /* of what was refused, or cannot be done */
        const struct twin_slots *noted; /* of the image that the note is about; NULL: none */
        bool has_swap;                  /* not written yet */
        bool gave_up;                   /* in this boot, on an image that did not verify */
        bool depends; /* what several images ask for is refused, because of one of them */
    } priv;
};

/* Begin. All must live as long as the recorder; config->log goes on being called. */
void twin_boot_recorder_init(struct twin_boot_recorder *recorder, const struct twin_boot *boot,
                             struct twin_boot_config *config);

/*
 * After each step of the bootloader: at most one write of flash, while something is to be written;
 * and with an update that was refused some reading, once a hash over it.
 */
void twin_boot_recorder_step(struct twin_boot_recorder *recorder);

TWIN_C_END
