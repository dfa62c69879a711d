/*
 * monitor.h - the patient monitor itself: samples the sensor, knows whether a patient is connected
 * and reports on the console. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "board.h"
#include "sensor.h"
#include "vitals.h"

#define MONITOR_REPORT_MS 5000

struct monitor {
    struct sensor sensor;
    struct vitals vitals;
    bool patient;                       /* connected: nothing may interrupt the monitoring */
    char version[TWIN_VERSION_STR_MAX]; /* of this firmware, from its own image header */
    uint32_t next_sample_ms, next_report_ms;
};

/* Begin, and say so on the console. */
void monitor_init(struct monitor *monitor);

/* Do what is due at now_ms. To be called at least every second or so. */
void monitor_run(struct monitor *monitor, uint32_t now_ms);

/* Is this firmware not confirmed yet? Asks the flash, because confirmation comes from outside. */
bool monitor_on_trial(void);

/* Print the state as one line on the console. */
void monitor_print(const struct monitor *monitor, uint32_t now_ms);
