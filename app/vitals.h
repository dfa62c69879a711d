/*
 * vitals.h - heart rate and oxygen saturation out of the sensor's samples.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "sensor.h"
#include <stdbool.h>

struct vitals {
    uint16_t heart_rate; /* beats a minute; 0 until two beats have been seen */
    uint8_t spo2_percent;
    struct {
        uint32_t samples, beat_at; /* counted in samples */
        bool high, seen;
    } priv;
};

/* Begin, with everything 0. */
void vitals_init(struct vitals *vitals);

/* Take one sample, each SENSOR_PERIOD_MS. */
void vitals_take(struct vitals *vitals, struct sensor_sample sample);

/* Are these values that a living patient, or this sensor, can have? */
bool vitals_plausible(const struct vitals *vitals);
